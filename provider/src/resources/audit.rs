//! `secretzero_audit`: an audit device of Vault.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::{Model, Plan, Setting};
use tf_framework::plan::Action;
use tf_framework::validate::one_of;
use tf_framework::{Config, Context, Draft, Outcome, Resource};
use vault_client::{ApiPath, Request};

use crate::SecretZero;
use crate::adoption::Existing;
use crate::connection::Unsent;
use crate::said;

/// The path of the table of devices.
const TABLE: &str = "sys/audit";

/// Written into the log in clear, if this option of a device is set.
const LOG_RAW: &str = "log_raw";

/// Where a device of type `file` writes.
const FILE_PATH: &str = "file_path";

/// What a device is called that stands in while another one is made anew.
const STAND_IN: &str = "-stand-in";

/// An audit device of Vault. As long as one is enabled, the server answers nothing that it could not write down.
///
/// The server can't change a device, so a change of its options or its description makes it anew in place. Another device
/// stands in meanwhile, so nothing goes unrecorded; for a `file`, since no two devices share one, what is done in that moment
/// is in a file beside it, whose name ends in `.stand-in`. Only another `path`, `type` or `local` replaces the device.
///
/// OpenBao makes no devices through its API, but of its configuration: `settings.audit` of `secretzero_server_config` writes
/// that. On such a server this resource is refused, with the block that is needed.
///
/// Drift is seen in everything.
///
/// It needs `"sudo"` and `"read"` on `sys/audit`, and `"sudo"`, `"create"`, `"update"` and `"delete"` on `sys/audit/*`.
#[derive(Debug, Model)]
#[tf(resource = "audit", import = "{path}")]
pub struct Audit {
    /// The path.
    #[tf(computed, keep_state)]
    pub id: String,
    /// What it is called among the devices. Its type if it is not set.
    #[tf(optional, computed, keep_state, replace, identity, validate(path_of_device))]
    pub path: String,
    /// `file`, `socket` or `syslog`.
    #[tf(required, replace, validate(one_of(&["file", "socket", "syslog"])))]
    pub r#type: String,
    /// The namespace, within that of the provider block.
    #[tf(optional, replace, identity)]
    pub namespace: Option<String>,
    /// What it is for.
    #[tf(optional, default = "")]
    pub description: String,
    /// Whether it stays on this cluster where several are replicated.
    #[tf(optional, default = false, replace)]
    pub local: bool,
    /// What its type understands, such as `file_path` and `mode` of a `file`.
    #[tf(required)]
    pub options: BTreeMap<String, String>,
    /// That secrets are written into the log in clear.
    #[tf(optional, default = false)]
    pub danger_log_raw: bool,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Device {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    local: bool,
    #[serde(default)]
    options: Option<BTreeMap<String, String>>,
}

impl Resource for Audit {
    type Provider = SecretZero;

    async fn create(cx: &Context<SecretZero>, plan: Plan<Self>) -> Outcome<Self> {
        let path = plan.path.as_ref().known().cloned().unwrap_or_else(|| plan.r#type.clone());
        let namespace = plan.namespace.clone();
        let Found { device, stand_in } = look(cx, namespace.as_deref(), &path, "Creating").await?;
        let made = match device {
            Some(found) => {
                let what = what(&path);
                Existing { what: &what, resource: "secretzero_audit", import_id: &path }.adopt(cx, &plan, &found)?;
                Self { description: plan.description, options: plan.options, ..found }
            }
            None => {
                let made = made(path, plan);
                enable(cx, &made, &made.path).await.map_err(|error| explained(error, &made, "Creating"))?;
                made
            }
        };
        if let Some(left) = stand_in {
            disable(cx, &left, &left.path).await.map_err(|error| explained(error, &made, "Creating"))?;
        }
        Ok(made)
    }

    async fn read(cx: &Context<SecretZero>, state: Self) -> Outcome<Option<Self>> {
        let Found { device, stand_in } = look(cx, state.namespace.as_deref(), &state.path, "Reading").await?;
        if let (Some(_), Some(left)) = (&device, &stand_in) {
            cx.warn(
                Diagnostic::warning(format!("The {} stood in for another one, and is still there", what(&left.path)))
                    .detail(format!("A change of the {} was cut off when that was almost done.", what(&state.path)))
                    .remedy(format!("The next change removes it, or: audit disable {}", left.path)),
            );
        }
        // Alone it is what a change has left that was cut off in the middle. It differs, so the next apply ends the change.
        let (path, namespace) = (state.path, state.namespace);
        let left = stand_in.map(|left| Self { id: path.clone(), path, namespace, ..left });
        Ok(device.or(left))
    }

    async fn update(cx: &Context<SecretZero>, prior: Self, plan: Plan<Self>) -> Outcome<Self> {
        let made = made(prior.path.clone(), plan);
        let meanwhile = stand_in(&made);
        let doing = |error: Unsent| explained(error, &made, "Changing");
        let found = look(cx, made.namespace.as_deref(), &made.path, "Changing").await?;
        // Without the device, the stand-in that a run left is the one that writes everything down.
        if found.device.is_some() {
            // One that a run left, which was cut off here, has the options of that run.
            disable(cx, &meanwhile, &meanwhile.path).await.map_err(doing)?;
            enable(cx, &meanwhile, &meanwhile.path).await.map_err(doing)?;
            disable(cx, &made, &made.path).await.map_err(doing)?;
        }
        enable(cx, &made, &made.path).await.map_err(doing)?;
        disable(cx, &meanwhile, &meanwhile.path).await.map_err(doing)?;
        Ok(made)
    }

    async fn delete(cx: &Context<SecretZero>, state: Self) -> Outcome<()> {
        match disable(cx, &state, &state.path).await {
            Ok(()) => {
                // It is there only if a change was cut off.
                let stand_in = format!("{}{STAND_IN}", state.path);
                disable(cx, &state, &stand_in).await.map_err(|error| explained(error, &state, "Destroying"))?;
                Ok(())
            }
            Err(error) => cx.client().forgotten(cx, error, &doing("Destroying", &state.path)),
        }
    }

    fn plan(_: &Context<SecretZero>, draft: &mut Draft<'_, Self>) -> Outcome<()> {
        if draft.action() != Action::Delete
            && draft.planned(Self::PATH).is_unknown()
            && let Setting::Known(kind) = draft.planned(Self::TYPE)
        {
            draft.plan(Self::PATH, &kind);
            draft.plan(Self::ID, &kind);
        } else if let (None, Setting::Known(path)) = (draft.prior(), draft.planned(Self::PATH)) {
            draft.plan(Self::ID, &path);
        }
        Ok(())
    }

    fn validate(config: &Config<'_, Self>) -> Diagnostics {
        let options = config.get(Self::OPTIONS).into_known().unwrap_or_default();
        let has_raw = options.contains_key(LOG_RAW);
        let diagnostic = has_raw.then(|| {
            Diagnostic::error("Secrets in the Audit Log")
                .detail(
                    "The option log_raw decides whether secrets are in the audit log, and has a name of its own here.",
                )
                .remedy("Take it out, or, if you want secrets in the log in clear, set danger_log_raw = true.")
                .at(Self::OPTIONS.path().key(LOG_RAW))
        });
        diagnostic.into_iter().collect()
    }

    async fn import(cx: &Context<SecretZero>, identity: AuditIdentity) -> Outcome<Option<Self>> {
        let found = look(cx, identity.namespace.as_deref(), identity.path.trim_matches('/'), "Importing").await?;
        Ok(found.device)
    }
}

/// What writes everything down while a device is made anew.
fn stand_in(audit: &Audit) -> Audit {
    let mut options = audit.options.clone();
    let file = options.get_mut(FILE_PATH).filter(|file| !["stdout", "discard"].contains(&file.as_str()));
    if let Some(file) = file {
        file.push_str(".stand-in");
    }
    let path = format!("{}{STAND_IN}", audit.path);
    Audit {
        id: path.clone(),
        path,
        r#type: audit.r#type.clone(),
        namespace: audit.namespace.clone(),
        // Of its own, so that one that is left alone differs from what is declared.
        description: format!("stands in for {} while that is changed", audit.path),
        local: audit.local,
        options,
        danger_log_raw: audit.danger_log_raw,
    }
}

fn made(path: String, plan: Plan<Audit>) -> Audit {
    let AuditPlan { id: _, path: _, r#type, namespace, description, local, options, danger_log_raw } = plan;
    Audit { id: path.clone(), path, r#type, namespace, description, local, options, danger_log_raw }
}

/// What is there of a device.
struct Found {
    device: Option<Audit>,
    /// What a change has left that was cut off.
    stand_in: Option<Audit>,
}

async fn look(cx: &Context<SecretZero>, namespace: Option<&str>, path: &str, doing_what: &str) -> Outcome<Found> {
    let summary = || doing(doing_what, path);
    let table = cx.client().read(namespace, &ApiPath::new(TABLE)).await.map_err(|error| error.reading(summary()))?;
    let at = |path: String| -> Outcome<Option<Audit>> {
        let Some(device) = table.as_ref().and_then(|table| table.get(format!("{path}/"))) else { return Ok(None) };
        let device: Device =
            serde_json::from_value(device.clone()).map_err(|error| Diagnostic::error(summary()).because(&error))?;
        let mut options = device.options.unwrap_or_default();
        let raw = options.remove(LOG_RAW);
        Ok(Some(Audit {
            id: path.clone(),
            path,
            r#type: device.kind,
            namespace: namespace.map(str::to_owned),
            description: device.description,
            local: device.local,
            options,
            danger_log_raw: raw.is_some_and(|raw| is_true(&raw)),
        }))
    };
    Ok(Found { device: at(path.to_owned())?, stand_in: at(format!("{path}{STAND_IN}"))? })
}

/// As the servers read it: `strconv.ParseBool`.
fn is_true(text: &str) -> bool {
    ["1", "t", "T", "true", "TRUE", "True"].contains(&text)
}

/// A second time it is refused, as the device is there: after a lost answer, the table tells.
///
/// Nothing else is asked meanwhile. Vault lists a device before that is ready, and answers what it should write down then with
/// 500, "failed to persist salt".
async fn enable(cx: &Context<SecretZero>, audit: &Audit, path: &str) -> Result<(), Unsent> {
    let mut options = audit.options.clone();
    if audit.danger_log_raw {
        options.insert(LOG_RAW.to_owned(), "true".to_owned());
    }
    let device = Device {
        kind: audit.r#type.clone(),
        description: audit.description.clone(),
        local: audit.local,
        options: Some(options),
    };
    let request = Request::write(ApiPath::new(TABLE).join(path), &device).within(audit.namespace.as_deref());
    let alone = cx.client().exclusive().await;
    let sent = cx.client().send_alone(&alone, &request).await;
    drop(alone);
    match sent {
        Ok(reply) => {
            said::warn(cx, &what(path), &reply);
            Ok(())
        }
        Err(error) if error.may_have_been_done() => {
            let table = cx.client().read(audit.namespace.as_deref(), &ApiPath::new(TABLE)).await?;
            let is_there = table.is_some_and(|table| table.get(format!("{path}/")).is_some());
            if is_there { Ok(()) } else { Err(error) }
        }
        Err(error) => Err(error),
    }
}

async fn disable(cx: &Context<SecretZero>, audit: &Audit, path: &str) -> Result<(), Unsent> {
    let request = Request::delete(ApiPath::new(TABLE).join(path)).within(audit.namespace.as_deref());
    match cx.client().send(&request).await {
        Err(error) if !error.is_not_found() => Err(error),
        _ => Ok(()),
    }
}

/// OpenBao's refusal comes with what it wants instead.
fn explained(error: Unsent, audit: &Audit, doing_what: &str) -> Diagnostic {
    let is_by_configuration = error
        .server()
        .is_some_and(|error| error.said().iter().any(|text| text.contains("cannot enable audit device via API")));
    let diagnostic = error.doing(doing(doing_what, &audit.path));
    if !is_by_configuration {
        return diagnostic;
    }
    let options: String = audit.options.iter().map(|(name, value)| format!("\n      {name} = {value:?}")).collect();
    diagnostic.remedy(format!(
        "OpenBao makes audit devices of its configuration. Take this resource out, and write into the settings of \
         secretzero_server_config:\n\n  audit {{\n    type = {:?}\n    path = {:?}\n    options = {{{options}\n    }}\n  }}",
        audit.r#type, audit.path
    ))
}

fn what(path: &str) -> String {
    format!("audit device {path:?}")
}

fn doing(doing_what: &str, path: &str) -> String {
    format!("{doing_what} the {}", what(path))
}

fn path_of_device(path: &str) -> Result<(), String> {
    if path.ends_with(STAND_IN) {
        return Err(format!("must not end in {STAND_IN}, which is for changes"));
    }
    let is_path = !path.is_empty() && path.split('/').all(|segment| !segment.is_empty() && segment.trim() == segment);
    if is_path { Ok(()) } else { Err("must be a path without slashes around it".to_owned()) }
}
