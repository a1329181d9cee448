//! `secretzero_auth_backend`: an auth method at a path.

mod moved;

use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::{Model, Plan, Setting};
use tf_framework::validate::non_empty;
use tf_framework::{Context, Draft, Move, Outcome, Resource};
use vault_client::sys::mounts::{NewMount, Table, Tuning};

use crate::SecretZero;
use crate::adoption::Existing;
use crate::connection::MountFound;
use crate::mounts::tune::Tune;
use crate::mounts::tuning::{change, text_found};
use crate::mounts::{Mounted, Place, path};
use crate::server_kind::{Demand, Edition, ServerKind};

/// It belongs to the server, which does not let go of it.
const BUILT_IN: &str = "token";

/// An auth method at a path.
///
/// Everything but the type and `local` can be changed in place. Another path moves the method with its roles and users, unless
/// `disable_remount` is set.
///
/// Destroying it revokes all tokens that it gave out, and removes its roles and users. A method that is there already is taken
/// over if it is as declared, and else refused with the command that imports it. `token` can be managed and is not removed.
///
/// The token needs `sudo` beside the other capabilities on `sys/auth/*`. Methods are read all at once, which takes `read` on
/// `sys/auth`; without that each is read alone.
///
/// Drift is seen in everything but the keys of `tune` that are not set.
///
/// ## From the vault provider
///
/// ```terraform
/// moved {
///   from = vault_auth_backend.approle
///   to   = secretzero_auth_backend.approle
/// }
/// ```
#[derive(Clone, Debug, Model)]
#[tf(resource = "auth_backend", import = "{path}")]
pub struct AuthBackend {
    /// The path.
    #[tf(computed, depends_on(path))]
    pub id: String,
    /// What it is, such as `approle` or the name of a plugin.
    #[tf(required, replace, validate(non_empty))]
    pub r#type: String,
    /// Where it is mounted below `auth/`, without slashes around it. The type if it is not set. Another path moves it.
    #[tf(optional, computed, identity, depends_on(r#type), validate(path))]
    pub path: String,
    /// The namespace, within that of the provider block.
    #[tf(optional, replace, identity)]
    pub namespace: Option<String>,
    /// What people are told that it is for.
    #[tf(optional)]
    pub description: Option<String>,
    /// Whether it stays on this cluster when there are several.
    #[tf(optional, default = false, replace)]
    pub local: bool,
    /// The key that identity tokens of the method are signed with. Vault only.
    #[tf(optional, validate(non_empty))]
    pub identity_token_key: Option<String>,
    /// Replaces the method when its path changes, instead of moving it.
    #[tf(optional, default = false)]
    pub disable_remount: bool,
    /// What can be tuned.
    #[tf(block)]
    pub tune: Option<Tune>,
    /// What names the method whatever its path is.
    #[tf(computed, keep_state)]
    pub accessor: String,
}

impl Resource for AuthBackend {
    type Provider = SecretZero;

    /// It goes along when the method is moved.
    const MUTABLE_IDENTITY: bool = true;

    async fn create(cx: &Context<SecretZero>, plan: Plan<Self>) -> Outcome<Self> {
        let mut wanted = of_plan(&plan);
        let place = wanted.place();
        wanted.check_server(cx, "Creating").await?;
        let found = match place.mount(cx, &wanted.new_mount()).await? {
            Mounted::New(found) => found,
            Mounted::Before(found) => {
                let there = wanted.found(&found)?;
                let what = place.what();
                let existing = Existing { what: &what, resource: "secretzero_auth_backend", import_id: &wanted.path };
                existing.adopt(cx, &plan, &there)?;
                found
            }
        };
        wanted.accessor = found.mount.accessor;
        Ok(wanted)
    }

    async fn read(cx: &Context<SecretZero>, state: Self) -> Outcome<Option<Self>> {
        let found = state.place().look(cx, "Reading").await?;
        Ok(found.map(|found| state.found(&found)).transpose()?)
    }

    async fn update(cx: &Context<SecretZero>, prior: Self, plan: Plan<Self>) -> Outcome<Self> {
        let wanted = of_plan(&plan);
        wanted.check_server(cx, "Changing").await?;
        let mut there = prior.clone();
        if prior.path != wanted.path {
            prior.place().relocate(cx, &wanted.path).await?;
            there.path.clone_from(&wanted.path);
            there.id.clone_from(&wanted.path);
            cx.checkpoint(&there);
        }
        wanted.place().tune(cx, &there.changes_to(&wanted)).await?;
        Ok(Self { accessor: prior.accessor, ..wanted })
    }

    async fn delete(cx: &Context<SecretZero>, state: Self) -> Outcome<()> {
        let place = state.place();
        if state.path == BUILT_IN {
            cx.warn(
                Diagnostic::warning(format!("The {} stays as it is", place.what()))
                    .detail("The server does not let go of it. It is no longer managed here."),
            );
            return Ok(());
        }
        place.remove(cx).await
    }

    fn plan(_: &Context<SecretZero>, draft: &mut Draft<'_, Self>) -> Outcome<()> {
        if matches!(draft.config(Self::PATH), Setting::Unset)
            && let Setting::Known(kind) = draft.planned(Self::TYPE)
        {
            draft.plan(Self::PATH, &kind);
        }
        let planned = draft.planned(Self::PATH);
        let is_moved = draft.prior().is_some_and(|prior| match &planned {
            Setting::Known(path) => *path != prior.path,
            _ => false,
        });
        if is_moved && matches!(draft.planned(Self::DISABLE_REMOUNT), Setting::Known(true)) {
            draft.require_replace(Self::PATH);
        }
        Ok(())
    }

    /// The path, or the one that the server's API has for it: users copy it from there.
    fn parse_import_id(id: &str) -> Outcome<AuthBackendIdentity> {
        let found = id.strip_prefix("sys/auth/").unwrap_or(id);
        let found = found.strip_suffix('/').unwrap_or(found).to_owned();
        path(&found).map_err(|demand| {
            Diagnostic::error("Malformed Import Id").detail(format!("The path of an auth method {demand}."))
        })?;
        Ok(AuthBackendIdentity { path: found, namespace: None })
    }

    async fn import(cx: &Context<SecretZero>, identity: AuthBackendIdentity) -> Outcome<Option<Self>> {
        let AuthBackendIdentity { path, namespace } = identity;
        let place = Place { table: Table::Auth, namespace: namespace.as_deref(), path: &path };
        let found = place.look(cx, "Importing").await?;
        Ok(found.map(|found| Self::imported(path, namespace, &found)).transpose()?)
    }

    fn moves() -> Vec<Move<Self>> {
        vec![Move::from("vault_auth_backend", 0..=2, moved::adopt)]
    }
}

impl AuthBackend {
    fn place(&self) -> Place<'_> {
        Place { table: Table::Auth, namespace: self.namespace.as_deref(), path: &self.path }
    }

    async fn check_server(&self, cx: &Context<SecretZero>, doing_what: &str) -> Outcome<()> {
        let is_set = self.identity_token_key.is_some();
        let editions: &[_] = &[Edition::VaultCommunity, Edition::VaultEnterprise];
        if is_set {
            let demand = Demand { attribute: "identity_token_key", is_set, editions };
            ServerKind::of_connected(cx, &self.place().doing(doing_what)).await?.demand(&[demand])?;
        }
        Ok(())
    }

    fn new_mount(&self) -> NewMount {
        let tuning = Tuning {
            description: self.description.clone(),
            identity_token_key: self.identity_token_key.clone(),
            ..Tune::changes(None, self.tune.as_ref())
        };
        NewMount { kind: self.r#type.clone(), local: self.local, tuning, ..NewMount::default() }
    }

    /// What is to be sent so that this method becomes the other one.
    fn changes_to(&self, wanted: &Self) -> Tuning {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Tuning {
            description: change(&self.description, &wanted.description, text),
            identity_token_key: change(&self.identity_token_key, &wanted.identity_token_key, text),
            ..Tune::changes(self.tune.as_ref(), wanted.tune.as_ref())
        }
    }

    /// This method as it was found. Of `tune` it has what is declared.
    fn found(&self, found: &MountFound) -> Result<Self, Diagnostic> {
        let mount = &found.mount;
        Ok(Self {
            id: self.path.clone(),
            r#type: mount.kind.clone(),
            path: self.path.clone(),
            namespace: self.namespace.clone(),
            description: text_found(mount.description.clone(), self.description.as_ref()),
            local: mount.local,
            identity_token_key: text_found(mount.config.identity_token_key.clone(), self.identity_token_key.as_ref()),
            disable_remount: self.disable_remount,
            tune: self.tune.as_ref().map(|tune| tune.found(found)).transpose()?,
            accessor: mount.accessor.clone(),
        })
    }

    /// A method of which nothing is declared.
    fn imported(path: String, namespace: Option<String>, found: &MountFound) -> Result<Self, Diagnostic> {
        let tune = Tune::imported(found)?;
        let blank = Self {
            id: path.clone(),
            r#type: String::new(),
            path,
            namespace,
            description: None,
            local: false,
            identity_token_key: None,
            disable_remount: false,
            tune: Some(tune).filter(|tune| *tune != Tune::default()),
            accessor: String::new(),
        };
        blank.found(found)
    }
}

fn of_plan(plan: &Plan<AuthBackend>) -> AuthBackend {
    let path = plan.path.as_ref().known().unwrap_or(&plan.r#type).clone();
    AuthBackend {
        id: path.clone(),
        r#type: plan.r#type.clone(),
        path,
        namespace: plan.namespace.clone(),
        description: plan.description.clone(),
        local: plan.local,
        identity_token_key: plan.identity_token_key.clone(),
        disable_remount: plan.disable_remount,
        tune: plan.tune.as_ref().map(Tune::from),
        accessor: plan.accessor.as_ref().known().cloned().unwrap_or_default(),
    }
}
