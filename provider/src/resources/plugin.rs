//! `secretzero_plugin`: a plugin in the catalogue of a server.

mod key;
mod mounted;
mod moved;
mod program;
mod trial;

use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::{Model, Plan, Secret, Setting, WriteOnly};
use tf_framework::plan::Action;
use tf_framework::validate::one_of;
use tf_framework::{Config, Context, Draft, Move, Outcome, Resource};
use vault_client::sys::plugins::Entry;

use self::key::EntryKey;
use self::program::Program;
use self::trial::Reported;
use crate::SecretZero;
use crate::adoption::Existing;
use crate::plugin_version::{SameVersion, canonical, version};
use crate::said;

const TYPES: [&str; 3] = ["secret", "auth", "database"];

/// A plugin in the catalogue of a server, which runs the program from then on where it is mounted.
///
/// The program itself must lie in the `plugin_directory` of the server, and this resource does not bring it there. Its hash is
/// computed from a copy that lies here (`file`), at each plan, so that a program that was built anew is registered anew; or it
/// is given (`sha256`). If `file` is not there at plan, the hash is computed at apply; a plugin that is registered already then
/// stays as it is.
///
/// Without a word, a server registers what it can't start. So the program is started once under another name first, and asked
/// for its version: one that is another than declared is an error before anything is changed, and one that does not tell, or
/// does not start, is a warning.
///
/// Everything but `type`, `name` and `version` is changed in place, and mounts that run the plugin are started anew with it.
/// Without `version`, the entry has the version that the program tells, and a new program can bring a new one.
///
/// To upgrade mounts, have `plugin_version` of `secretzero_mount` follow `registered_version`, with `create_before_destroy`
/// here: the new version is registered beside the old one, the mounts change over, and the old one goes. A plugin that a mount
/// still has is not removed; on Vault, neither is one that is pinned.
///
/// A plugin that is there already is taken over if it is as declared, and else refused with the command that imports it.
/// Images and runtimes of containers are not supported.
///
/// Drift is seen in everything but the environment, which no server gives back.
///
/// It needs `"sudo"`, `"create"`, `"read"`, `"update"` and `"delete"` on `sys/plugins/catalog/TYPE/NAME*`, `"read"` on
/// `sys/plugins/catalog`, `"update"` on `sys/plugins/reload/backend` to change it in place, and `"read"` on `sys/mounts` or
/// `sys/auth` to see who has it. The catalogue is one for all namespaces, and mounts are seen in that of the provider block.
///
/// ## From the vault provider
///
/// ```terraform
/// moved {
///   from = vault_plugin.engine
///   to   = secretzero_plugin.engine
/// }
/// ```
///
/// `env` becomes `env_wo`, with an `env_wo_version`.
#[derive(Clone, Debug, Model)]
#[tf(resource = "plugin", import = "{type}/{name}/{version}", exactly_one_of(file, sha256))]
pub struct Plugin {
    /// Type, name and, if the entry has one, version, with slashes between them.
    #[tf(computed, keep_state)]
    pub id: String,
    /// `secret`, `auth` or `database`.
    #[tf(required, replace, identity, validate(one_of(&TYPES)))]
    pub r#type: String,
    /// What a mount of it has as its `type`.
    #[tf(required, replace, identity, validate(key::name))]
    pub name: String,
    /// The version, which must be the one that the program tells, if it tells one. Another one replaces the entry.
    #[tf(optional, identity, validate(version), semantic_equality(SameVersion))]
    pub version: Option<String>,
    /// The name of the program in the plugin directory of the server.
    #[tf(required, validate(program::command))]
    pub command: String,
    /// What the program is started with.
    #[tf(optional)]
    pub args: Option<Vec<String>>,
    /// A copy of the program on this machine, of which `sha256` is computed.
    #[tf(optional)]
    pub file: Option<String>,
    /// The SHA-256 of the program, in lower case hexadecimal digits.
    #[tf(optional, computed, keep_state, validate(program::sha256_digits))]
    pub sha256: String,
    /// Refused, because it would be in the state. Use `env_wo`.
    #[tf(optional, sensitive)]
    pub env: Option<Vec<String>>,
    /// What is added to the environment of the program, each as `NAME=value`. The server stores it as it is. It is sent with
    /// everything else whenever the plugin is registered, and when `env_wo_version` changes.
    #[tf(optional, write_only(version = env_wo_version))]
    pub env_wo: WriteOnly<Option<Vec<Secret>>>,
    /// Any number. Another one has the plugin registered anew.
    #[tf(optional)]
    pub env_wo_version: Option<i64>,
    /// The version of the entry, with a `v` in front: the declared one, else the one that the program told. Null if it told none.
    #[tf(computed, keep_state)]
    pub registered_version: Option<String>,
}

impl Resource for Plugin {
    type Provider = SecretZero;

    /// The version can be declared, or not any more, as long as it stays the same.
    const MUTABLE_IDENTITY: bool = true;

    async fn create(cx: &Context<SecretZero>, plan: Plan<Self>) -> Outcome<Self> {
        let mut wanted = planned(&plan)?;
        if wanted.version.is_none() || wanted.key().look(cx, "Creating").await?.is_none() {
            wanted.registered_version = wanted.tried(cx, &plan).await?;
        }
        wanted.id = wanted.key().id();
        if let Some(found) = wanted.key().look(cx, "Creating").await? {
            let (what, id) = (wanted.key().what(), wanted.key().id());
            let found = wanted.found(&found);
            Existing { what: &what, resource: "secretzero_plugin", import_id: &id }.adopt(cx, &plan, &found)?;
            return Ok(Self { args: wanted.args, ..found });
        }
        wanted.register(cx, &plan, "Creating").await?;
        Ok(wanted)
    }

    async fn read(cx: &Context<SecretZero>, state: Self) -> Outcome<Option<Self>> {
        let found = state.key().look(cx, "Reading").await?;
        Ok(found.map(|found| state.found(&found)))
    }

    async fn update(cx: &Context<SecretZero>, prior: Self, plan: Plan<Self>) -> Outcome<Self> {
        let mut wanted = planned(&plan)?;
        let is_as_before = wanted.command == prior.command
            && wanted.args.clone().unwrap_or_default() == prior.args.clone().unwrap_or_default()
            && wanted.sha256 == prior.sha256
            && wanted.env_wo_version == prior.env_wo_version;
        if is_as_before {
            // The hash has another origin now, and is the same.
            return Ok(Self { id: prior.id, registered_version: prior.registered_version, ..wanted });
        }
        wanted.registered_version = wanted.tried(cx, &plan).await?;
        wanted.id = wanted.key().id();
        wanted.register(cx, &plan, "Changing").await?;
        cx.checkpoint(&wanted);
        let (before, now) = (prior.key(), wanted.key());
        if before.version == now.version {
            mounted::reload(cx, now).await?;
        } else {
            before.deregister(cx).await.map_err(|error| key::kept(error, before, "Changing"))?;
        }
        Ok(wanted)
    }

    async fn delete(cx: &Context<SecretZero>, state: Self) -> Outcome<()> {
        let key = state.key();
        match mounted::paths(cx, key).await {
            Ok(Some(paths)) if !paths.is_empty() => {
                return Err(Diagnostic::error(format!("The {} Is in Use", key::capitalised(&key.what())))
                    .detail(format!(
                        "It is that of: {}. They could not be started any more. Nothing was changed.",
                        paths.join(", ")
                    ))
                    .remedy(
                        "Upgrade or remove them first. Where this resource is replaced, \
                         lifecycle { create_before_destroy = true } lets them change over before it goes.",
                    )
                    .into());
            }
            // Who may not see the mounts may still remove the plugin.
            Ok(_) => {}
            Err(error) => return cx.client().forgotten(cx, error, &key.doing("Destroying")),
        }
        match key.deregister(cx).await {
            Ok(()) => Ok(()),
            Err(error) if key::is_pinned(&error) => Err(key::kept(error, key, "Destroying").into()),
            Err(error) => cx.client().forgotten(cx, error, &key.doing("Destroying")),
        }
    }

    fn plan(_: &Context<SecretZero>, draft: &mut Draft<'_, Self>) -> Outcome<()> {
        if draft.action() == Action::Delete {
            return Ok(());
        }
        plan_hash(draft)?;
        let Some(prior) = draft.prior() else {
            let parts = (draft.planned(Self::TYPE), draft.planned(Self::NAME), draft.planned(Self::VERSION));
            if let (Setting::Known(kind), Setting::Known(name), Setting::Known(version)) = parts {
                let version = canonical(&version);
                draft.plan(Self::ID, &EntryKey { kind: &kind, name: &name, version: Some(&version) }.id());
                draft.plan(Self::REGISTERED_VERSION, &Some(version));
            }
            return Ok(());
        };
        let is_as_before = is_planned(draft.planned(Self::COMMAND), Some(&prior.command))
            && is_planned(draft.planned(Self::ARGS), prior.args.as_ref())
            && is_planned(draft.planned(Self::SHA256), Some(&prior.sha256))
            && is_planned(draft.planned(Self::ENV_WO_VERSION), prior.env_wo_version.as_ref());
        match draft.planned(Self::VERSION) {
            Setting::Known(version) if prior.registered_version.as_ref() == Some(&canonical(&version)) => {}
            Setting::Unset if is_as_before => {}
            Setting::Unset => {
                draft.plan_unknown(Self::REGISTERED_VERSION);
                draft.plan_unknown(Self::ID);
            }
            Setting::Known(_) | Setting::Unknown => draft.require_replace(Self::VERSION),
        }
        Ok(())
    }

    fn validate(config: &Config<'_, Self>) -> Diagnostics {
        let mut told = Diagnostics::new();
        if !matches!(config.get(Self::ENV), Setting::Unset) {
            told.push(
                Diagnostic::error("env Is Not Taken")
                    .detail("What is in it would be in the state and in every saved plan, in clear.")
                    .remedy("Use env_wo with an env_wo_version, which is in neither.")
                    .at(Self::ENV.path()),
            );
        }
        told
    }

    fn parse_import_id(id: &str) -> Outcome<PluginIdentity> {
        key::parse(id)
    }

    async fn import(cx: &Context<SecretZero>, identity: PluginIdentity) -> Outcome<Option<Self>> {
        let PluginIdentity { r#type, name, version } = identity;
        let key = EntryKey { kind: &r#type, name: &name, version: None };
        let registered_version = match &version {
            Some(version) => Some(canonical(version)),
            None if key.look(cx, "Importing").await?.is_some() => None,
            None => key.only_version(cx, "Importing").await?,
        };
        let key = EntryKey { version: registered_version.as_deref(), ..key };
        let Some(found) = key.look(cx, "Importing").await? else { return Ok(None) };
        let blank = Self {
            id: key.id(),
            r#type: r#type.clone(),
            name: name.clone(),
            version,
            command: String::new(),
            args: None,
            file: None,
            sha256: String::new(),
            env: None,
            env_wo: WriteOnly::default(),
            env_wo_version: None,
            registered_version,
        };
        Ok(Some(blank.found(&found)))
    }

    fn moves() -> Vec<Move<Self>> {
        vec![Move::from("vault_plugin", 0..=0, moved::adopt)]
    }
}

impl Plugin {
    fn key(&self) -> EntryKey<'_> {
        EntryKey { kind: &self.r#type, name: &self.name, version: self.registered_version.as_deref() }
    }

    /// This plugin as it was found.
    fn found(&self, found: &Entry) -> Self {
        let args = found.args.clone().unwrap_or_default();
        let args = if args.is_empty() { self.args.clone().filter(Vec::is_empty) } else { Some(args) };
        Self { command: found.command.clone(), args, sha256: found.sha256.clone(), ..self.clone() }
    }

    fn program<'a>(&'a self, plan: &'a Plan<Self>) -> Program<'a> {
        Program {
            command: &self.command,
            args: self.args.as_deref().unwrap_or_default(),
            sha256: &self.sha256,
            env: plan.env_wo.as_deref().unwrap_or_default(),
        }
    }

    /// The version that the entry is to have: the declared one, else the one that the program tells.
    async fn tried(&self, cx: &Context<SecretZero>, plan: &Plan<Self>) -> Outcome<Option<String>> {
        let declared = self.version.as_deref().map(canonical);
        let key = EntryKey { version: declared.as_deref(), ..self.key() };
        let what = key::capitalised(&key.what());
        let told = match trial::run(cx, key, self.program(plan)).await? {
            Reported::Version(told) => told,
            Reported::Nothing => {
                cx.warn(
                    Diagnostic::warning(format!("The {what} May Not Start"))
                        .detail(
                            "The server got no version from the program. Either it tells none, or it could not be started, \
                             which servers say in their log alone: the file is another than sha256 says, may not be \
                             executed, or is no plugin of this type.",
                        )
                        .remedy("See the log of the server. A mount of the plugin fails if it does not start."),
                );
                return Ok(declared);
            }
        };
        match &declared {
            Some(declared) if *declared != canonical(&told) => Err(Diagnostic::error(format!(
                "The {what} Has Another Version"
            ))
            .detail(format!(
                "The program says that it is {told}, and the configuration that it is {declared}. Nothing was changed."
            ))
            .remedy(format!("Declare version = {told:?}, or let command name the program of {declared}."))
            .at(Self::VERSION.path())
            .into()),
            _ => Ok(Some(told)),
        }
    }

    /// Makes or replaces the entry. An answer that was lost is no error where reading shows that it is as it should be.
    async fn register(&self, cx: &Context<SecretZero>, plan: &Plan<Self>, doing_what: &str) -> Outcome<()> {
        let key = self.key();
        match self.program(plan).register(cx, key).await {
            Ok(reply) => said::warn(cx, &key.what(), &reply),
            Err(error) if error.may_have_been_done() => {
                let is_there = matches!(key.look(cx, doing_what).await, Ok(Some(found)) if self.is_as(&found));
                if !is_there {
                    return Err(key::refused(error, key, doing_what).into());
                }
            }
            Err(error) => return Err(key::refused(error, key, doing_what).into()),
        }
        Ok(())
    }

    fn is_as(&self, found: &Entry) -> bool {
        found.command == self.command
            && found.sha256 == self.sha256
            && found.args.as_deref().unwrap_or_default() == self.args.as_deref().unwrap_or_default()
    }
}

/// As it is planned, with the hash of the file where the plan could not know it.
fn planned(plan: &Plan<Plugin>) -> Outcome<Plugin> {
    let sha256 = match (plan.sha256.clone().known(), &plan.file) {
        (Some(sha256), _) => sha256,
        (None, Some(file)) => program::sha256_of(file)?.ok_or_else(|| program::missing(file))?,
        (None, None) => return Err(Diagnostic::error("No Hash").remedy("Set file or sha256.").into()),
    };
    Ok(Plugin {
        id: plan.id.clone().known().unwrap_or_default(),
        r#type: plan.r#type.clone(),
        name: plan.name.clone(),
        version: plan.version.clone(),
        command: plan.command.clone(),
        args: plan.args.clone(),
        file: plan.file.clone(),
        sha256,
        env: plan.env.clone(),
        env_wo: WriteOnly::default(),
        env_wo_version: plan.env_wo_version,
        registered_version: plan.version.as_deref().map(canonical),
    })
}

/// The hash of the file as it is now.
fn plan_hash(draft: &mut Draft<'_, Plugin>) -> Outcome<()> {
    match draft.planned(Plugin::FILE) {
        Setting::Unset => {}
        Setting::Unknown => draft.plan_unknown(Plugin::SHA256),
        Setting::Known(file) => match program::sha256_of(&file)? {
            Some(sha256) => draft.plan(Plugin::SHA256, &sha256),
            None if draft.prior_value(Plugin::SHA256).is_none() => draft.plan_unknown(Plugin::SHA256),
            None => draft.warn(
                Diagnostic::warning("A Plugin Is Not Compared with Its File")
                    .detail(format!("There is no {file}. The entry on the server is taken to be as it should be."))
                    .at(Plugin::FILE.path()),
            ),
        },
    }
    Ok(())
}

fn is_planned<T: PartialEq>(planned: Setting<T>, prior: Option<&T>) -> bool {
    match planned {
        Setting::Known(planned) => prior == Some(&planned),
        Setting::Unset => prior.is_none(),
        Setting::Unknown => false,
    }
}
