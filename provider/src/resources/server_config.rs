//! `secretzero_server_config`: the configuration of an OpenBao or Vault server and the units with which systemd runs it,
//! installed here or laid out for another machine.

mod found;
mod installation;

use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::{Fields as _, Model, Plan, Setting};
use tf_framework::plan::Action;
use tf_framework::{Config, Context, Draft, Outcome, Resource};

use crate::on_change::OnChange;
use crate::server_files::{Layout, RemoteSettings, RenderedFile, ServerSettings, SystemdSettings, revision};
use crate::{SecretZero, machine};

/// Private state: whoever uses the files has not been told of their last change.
const UNTOLD: &str = "on_change_is_due";

/// The configuration of an OpenBao or Vault server, and the units with which systemd runs and unseals it.
///
/// What can be said of a server has an attribute, and is checked at plan: a name that the server would not know, a listener
/// without TLS that others can reach, a secret that would end up in a file, what only the other product has. Everything else
/// can be written into `extra`.
///
/// Files are written whole or not at all, with a mode from the first moment on that lets nobody but owner and group read the
/// configuration; a folder that is missing is made likewise. A file that is there already is taken over with a warning if it
/// says the same, and is otherwise an error that names the import command. Drift is seen: whether the files are there, what is
/// in them, their mode, owner and group. It is repaired in place.
///
/// The server reads its configuration when it starts. Pass `revision` to what starts it, and to the `triggers` of a
/// `secretzero_unseal`. What the servers read again when they get SIGHUP (certificates, the log level, and with OpenBao audit
/// devices) needs `on_change` only.
///
/// ## Audit devices
///
/// OpenBao refuses to make audit devices through its API. It has them in `settings.audit`, and Vault has them as
/// `secretzero_audit`. Log files are rotated by moving them away and a SIGHUP, which the unit has as its reload.
///
/// ## For another machine
///
/// With `remote`, all files are in `directory`, belong to whoever runs the apply, and `manifest.json` says where each belongs,
/// whose it is, and its SHA-256. Bringing them there is for a provisioner, say:
///
/// ```terraform
/// resource "secretzero_server_config" "far" {
///   directory = "rendered/far"
///   owner     = "openbao"
///   group     = "openbao"
///
///   settings {
///     product = "openbao"
///     storage {
///       file { path = "/opt/openbao/data" }
///     }
///     listener {
///       address       = "0.0.0.0:8200"
///       tls_cert_file = "/etc/openbao/tls/server.pem"
///       tls_key_file  = "/etc/openbao/tls/server.key"
///     }
///   }
///   systemd {
///     server {}
///   }
///   remote { directory = "/etc/openbao" }
/// }
///
/// resource "terraform_data" "far" {
///   triggers_replace = secretzero_server_config.far.revision
///
///   connection {
///     type = "ssh"
///     host = "far.home.arpa"
///     user = "root"
///   }
///   provisioner "remote-exec" {
///     inline = ["install -d -m 0700 /srv/rendered"]
///   }
///   provisioner "file" {
///     source      = "rendered/far/"
///     destination = "/srv/rendered"
///   }
///   provisioner "remote-exec" {
///     inline = [for file in secretzero_server_config.far.files :
///       "install -D -m ${file.mode} -o ${file.owner} -g ${file.group} /srv/rendered/${basename(file.path)} ${file.target}"
///     if file.target != null]
///   }
/// }
/// ```
///
/// ## Import
///
/// Name the file of the configuration. Settings can't be read back from it, so the first apply after an import is an update:
/// it writes the files if they differ from what is declared.
#[derive(Model)]
#[tf(resource = "server_config", import = "{id}")]
pub struct ServerConfig {
    /// The path of the configuration when it was made. It stays when the file moves.
    #[tf(computed, keep_state, identity)]
    pub id: String,
    /// The folder of the configuration, such as `/etc/openbao`. With `remote`, the folder of all files.
    #[tf(required)]
    pub directory: String,
    /// The name of the configuration. `openbao.hcl` or `vault.hcl` if it is not set.
    #[tf(optional)]
    pub file_name: Option<String>,
    /// What the configuration says.
    #[tf(block)]
    pub settings: ServerSettings,
    /// The mode of the configuration, in octal digits. Units have the mode 0644.
    #[tf(optional, default = "0640")]
    pub mode: String,
    /// The name or number of the owner of the configuration. Not managed if it is not set: whoever runs the first apply.
    #[tf(optional)]
    pub owner: Option<String>,
    /// The name or number of the group of the configuration. Not managed if it is not set.
    #[tf(optional)]
    pub group: Option<String>,
    /// The units with which systemd runs the server.
    #[tf(block)]
    pub systemd: Option<SystemdSettings>,
    /// Where the files belong, if that is on another machine.
    #[tf(block)]
    pub remote: Option<RemoteSettings>,
    /// What is told when an update has changed a file.
    #[tf(optional)]
    pub on_change: Option<OnChange>,

    /// The path of the configuration on this machine.
    #[tf(computed, keep_state)]
    pub path: String,
    /// The files, the configuration first.
    #[tf(computed, keep_state)]
    pub files: Vec<RenderedFile>,
    /// A hash of everything that the server and systemd see of the files. It changes whenever the server should be started
    /// anew.
    #[tf(computed, keep_state)]
    pub revision: String,
    /// What was found different from what it should be, when the files were looked at last. The next apply repairs it.
    #[tf(computed, keep_state)]
    pub drift: Vec<String>,
}

/// What the user declares, as a part of plan and state.
struct Declared {
    layout: Layout,
    on_change: Option<OnChange>,
}

impl Declared {
    fn of(plan: Plan<ServerConfig>) -> Outcome<Self> {
        // The layout has the same attributes, none of them computed.
        let layout = Layout::from_object(ServerConfig::plan_to_object(&plan));
        let layout =
            layout.map_err(|error| Diagnostic::error("Reading the plan of a server's files").because(&error))?;
        Ok(Self { layout, on_change: plan.on_change.map(OnChange::from) })
    }

    fn into_state(self, id: String, files: Vec<RenderedFile>) -> Outcome<ServerConfig> {
        let (path, revision) = (self.layout.config_path(), revision(&files)?);
        let Layout { directory, file_name, settings, mode, owner, group, systemd, remote } = self.layout;
        let (on_change, drift) = (self.on_change, Vec::new());
        Ok(ServerConfig {
            id,
            directory,
            file_name,
            settings,
            mode,
            owner,
            group,
            systemd,
            remote,
            on_change,
            path,
            files,
            revision,
            drift,
        })
    }
}

impl Resource for ServerConfig {
    type Provider = SecretZero;

    async fn create(cx: &Context<SecretZero>, plan: Plan<Self>) -> Outcome<Self> {
        let declared = Declared::of(plan)?;
        let files = declared.layout.files()?;
        machine::remember(&mut cx.private())?;
        for file in &files {
            installation::create(cx, file)?;
        }
        let id = declared.layout.config_path();
        declared.into_state(id, files)
    }

    async fn read(cx: &Context<SecretZero>, state: Self) -> Outcome<Option<Self>> {
        if machine::elsewhere(&cx.private()) {
            cx.warn_once(machine::warning("Files of servers"));
            return Ok(Some(Self { drift: Vec::new(), ..state }));
        }
        let mut found = Vec::new();
        for file in &state.files {
            found.extend(installation::differences(file)?);
        }
        if state.on_change.is_some() && cx.private().get::<bool>(UNTOLD) == Some(true) {
            found.push("on_change: did not succeed".to_owned());
        }
        Ok(Some(Self { drift: found, ..state }))
    }

    async fn update(cx: &Context<SecretZero>, prior: Self, plan: Plan<Self>) -> Outcome<Self> {
        let declared = Declared::of(plan)?;
        let files = declared.layout.files()?;
        let is_untold = cx.private().get::<bool>(UNTOLD) == Some(true);
        if files == prior.files && prior.drift.is_empty() && !is_untold {
            return declared.into_state(prior.id, files);
        }
        machine::required_here(&cx.private(), "Changing the files of a server")?;
        machine::remember(&mut cx.private())?;
        let is_changed = installation::update(cx, &prior.files, &files)? || is_untold || !prior.drift.is_empty();
        let on_change = declared.on_change.clone().filter(|_| is_changed);
        let state = declared.into_state(prior.id, files)?;
        if let Some(on_change) = on_change {
            cx.checkpoint(&state);
            cx.private().set(UNTOLD, &true)?;
            let told = on_change.run().await.map_err(|error| Diagnostic::from(error).at(Self::ON_CHANGE.path()))?;
            told.into_iter().for_each(|warning| cx.warn(warning));
        }
        cx.private().remove(UNTOLD);
        Ok(state)
    }

    async fn delete(cx: &Context<SecretZero>, state: Self) -> Outcome<()> {
        machine::required_here(&cx.private(), "Removing the files of a server")?;
        for file in state.files.iter().rev() {
            installation::remove(cx, file)?;
        }
        Ok(())
    }

    fn plan(_: &Context<SecretZero>, draft: &mut Draft<'_, Self>) -> Outcome<()> {
        if draft.action() == Action::Delete {
            return Ok(());
        }
        draft.plan(Self::DRIFT, &Vec::new());
        let Some(layout) = planned_layout(draft) else {
            draft.plan_unknown(Self::PATH);
            draft.plan_unknown(Self::FILES);
            draft.plan_unknown(Self::REVISION);
            return Ok(());
        };
        let files = layout.files()?;
        draft.plan(Self::PATH, &layout.config_path());
        draft.plan(Self::REVISION, &revision(&files)?);
        draft.plan(Self::FILES, &files);
        if draft.prior_value(Self::ID).is_none() {
            draft.plan(Self::ID, &layout.config_path());
        }
        Ok(())
    }

    fn validate(config: &Config<'_, Self>) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        if let Setting::Known(on_change) = config.get(Self::ON_CHANGE) {
            diagnostics.extend(on_change.check(&Self::ON_CHANGE.path()));
        }
        // Of the rest, all that is known can be told when the settings are.
        let Setting::Known(settings) = config.get(Self::SETTINGS) else { return diagnostics };
        let known = |setting: Setting<String>| setting.into_known();
        let layout = Layout {
            directory: known(config.get(Self::DIRECTORY)).unwrap_or_else(|| ".".to_owned()),
            file_name: known(config.get(Self::FILE_NAME)),
            settings,
            mode: known(config.get(Self::MODE)).unwrap_or_else(|| "0640".to_owned()),
            owner: known(config.get(Self::OWNER)),
            group: known(config.get(Self::GROUP)),
            systemd: config.get(Self::SYSTEMD).into_known(),
            remote: config.get(Self::REMOTE).into_known(),
        };
        diagnostics.extend(layout.check());
        diagnostics
    }

    async fn import(cx: &Context<SecretZero>, identity: ServerConfigIdentity) -> Outcome<Option<Self>> {
        let Some(state) = found::read(&identity.id)? else { return Ok(None) };
        machine::remember(&mut cx.private())?;
        Ok(Some(state))
    }
}

/// What is planned to be installed, if all of it is known.
fn planned_layout(draft: &Draft<'_, ServerConfig>) -> Option<Layout> {
    fn optional<T>(setting: Setting<T>) -> Option<Option<T>> {
        if setting.is_unknown() { None } else { Some(setting.into_known()) }
    }
    Some(Layout {
        directory: draft.planned(ServerConfig::DIRECTORY).into_known()?,
        file_name: optional(draft.planned(ServerConfig::FILE_NAME))?,
        settings: draft.planned(ServerConfig::SETTINGS).into_known()?,
        mode: draft.planned(ServerConfig::MODE).into_known()?,
        owner: optional(draft.planned(ServerConfig::OWNER))?,
        group: optional(draft.planned(ServerConfig::GROUP))?,
        systemd: optional(draft.planned(ServerConfig::SYSTEMD))?,
        remote: optional(draft.planned(ServerConfig::REMOTE))?,
    })
}
