//! `secretzero_operator`: who works on the server once the root token is gone.

mod client_certificate;
mod credentials;
mod declared;
mod document;
mod farewell;
mod found;
mod made;
mod recovery;
mod speaker;

use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::{Model, Plan, Setting};
use tf_framework::plan::Action;
use tf_framework::semantic::{Duration, PolicyText};
use tf_framework::{Config, Context, Draft, Outcome, Resource};

use self::declared::{Declared, files_of};
use crate::SecretZero;
use crate::connection::OperatorFiles;
use crate::installed_file::check_path;
use crate::machine;

/// The identity that works on the server in place of root.
///
/// It has an auth mount of its own with one role, whose credentials are in files, and a policy. The root token makes it, is
/// replaced by it in the same apply, and is revoked then. What comes after depends on it:
///
/// 1. The mount, the policy and the role are made, or taken over.
/// 2. The credentials are written into their files, with mode 0600.
/// 3. The provider logs in with them and checks what the login may do.
/// 4. The root token is revoked, unless `keep_root` is true.
///
/// An apply that is cut off anywhere in between goes on from there the next time. Root is revoked only after the login was
/// shown to work, so it locks nobody out.
///
/// The provider block names the same files, and the file with the root token:
///
/// ```terraform
/// provider "secretzero" {
///   keys_file          = "keys/cluster-keys.json"
///   auth_login_approle = { mount = "operator", role_id_file = "keys/operator.role_id", secret_id_file = "keys/operator.secret_id" }
/// }
/// ```
///
/// In place of an AppRole it can have a client certificate, which it makes with its key and an authority of its own that signs
/// nothing else. Both are in one file, which the provider block names twice:
///
/// ```terraform
/// provider "secretzero" {
///   keys_file        = "keys/cluster-keys.json"
///   client_cert_file = "keys/operator.pem"
///   client_key_file  = "keys/operator.pem"
///   auth_login_cert  = { mount = "operator" }
/// }
/// ```
///
/// It is good for ten years. A refresh in the last third of them plans a new one.
///
/// Drift is seen in the mount, the policy, the role and the files.
///
/// If a file is lost and root is gone, nobody can log in. With `recover_with_shares` the operator then makes a root token with
/// the key shares in `keys_file`, sets itself right, and revokes that token.
///
/// Destroying it removes the role with its mount, the policy and the files, with its own login. After that nobody can log in
/// any more; a new root token needs the key shares. So it is destroyed last.
#[derive(Debug, Model)]
#[tf(
    resource = "operator",
    import = "{mount}/{name}",
    exactly_one_of(role_id_file, client_cert_file),
    required_together(role_id_file, secret_id_file),
    conflicting(client_cert_file, secret_id_version),
    conflicting(role_id_file, client_cert_version)
)]
pub struct Operator {
    /// The path of the role: `auth/<mount>/role/<name>`, or `auth/<mount>/certs/<name>`.
    #[tf(computed, keep_state)]
    pub id: String,
    /// Where its auth method is mounted. Nothing else should use that mount: it is removed with the operator.
    #[tf(optional, default = "operator", replace, identity, validate(path_of_mount))]
    pub mount: String,
    /// What the role and the policy are called.
    #[tf(optional, default = "operator", replace, identity, validate(lower_case))]
    pub name: String,
    /// What it may do. If it is not set: manage mounts, auth methods, policies, audit devices, plugins and quotas, and
    /// everything that is in mounts; but neither seal the server nor touch its keys nor make root tokens.
    #[tf(optional)]
    pub policy: Option<PolicyText>,
    /// File for the id of the role. The same as in `auth_login_approle`.
    #[tf(optional)]
    pub role_id_file: Option<String>,
    /// File for the secret id. The same as in `auth_login_approle`.
    #[tf(optional)]
    pub secret_id_file: Option<String>,
    /// File for a client certificate and its key, in place of an AppRole. The same as `client_cert_file` and `client_key_file`
    /// of the provider block.
    #[tf(optional)]
    pub client_cert_file: Option<String>,
    /// How long a login lives if nobody ends or renews it: 20 minutes if it is not set. An apply renews and ends its own.
    #[tf(optional)]
    pub token_ttl: Option<Duration>,
    /// Whether the root token stays valid.
    #[tf(optional, default = false)]
    pub keep_root: bool,
    /// Permits to make a root token with the key shares in `keys_file` if the credentials are lost. It is revoked again.
    #[tf(optional, default = false)]
    pub recover_with_shares: bool,
    /// Another number makes a new secret id, and ends the old one.
    #[tf(optional)]
    pub secret_id_version: Option<i64>,
    /// Another number makes a new client certificate, and ends the old one.
    #[tf(optional)]
    pub client_cert_version: Option<i64>,
    /// What the secret id is looked up and ended by, without being known. Empty with a client certificate.
    #[tf(computed, keep_state)]
    pub secret_id_accessor: String,
    /// Whether the root token of `keys_file` was revoked.
    #[tf(computed, keep_state)]
    pub root_revoked: bool,
    /// The path of the role, for what needs the operator: it is known only after the apply whenever there is something to do.
    #[tf(computed, keep_state)]
    pub ready: String,
    /// What was found different from what it should be, when the operator was looked at last. The next apply repairs it.
    #[tf(computed, keep_state)]
    pub drift: Vec<String>,
}

impl Resource for Operator {
    type Provider = SecretZero;

    async fn create(cx: &Context<SecretZero>, plan: Plan<Self>) -> Outcome<Self> {
        let declared = Declared::of(plan)?;
        let login = declared.login(cx)?;
        made::demand_policy(&declared)?;
        machine::remember(&mut cx.private())?;
        let made = made::settle(cx, &declared, &login, None).await?;
        Ok(declared.with(made))
    }

    async fn read(cx: &Context<SecretZero>, state: Self) -> Outcome<Option<Self>> {
        if machine::elsewhere(&cx.private()) {
            cx.warn_once(machine::warning("The credentials of the operator"));
            return Ok(Some(Self { drift: Vec::new(), ..state }));
        }
        let drift = found::drift(cx, &state).await?;
        Ok(Some(Self { drift, ..state }))
    }

    async fn update(cx: &Context<SecretZero>, prior: Self, plan: Plan<Self>) -> Outcome<Self> {
        let has_work = plan.ready.is_undecided();
        let declared = Declared::of(plan)?;
        if !has_work {
            let (secret_id_accessor, root_revoked) = (prior.secret_id_accessor, prior.root_revoked);
            return Ok(declared.with(made::Made { secret_id_accessor, root_revoked }));
        }
        machine::required_here(&cx.private(), "Changing the operator")?;
        let login = declared.login(cx)?;
        made::demand_policy(&declared)?;
        credentials::relocate(&files_of(&prior)?, declared.files())?;
        let made = made::settle(cx, &declared, &login, Some(&prior)).await?;
        let made = match made.secret_id_accessor.is_empty() {
            true => made::Made { secret_id_accessor: prior.secret_id_accessor, ..made },
            false => made,
        };
        Ok(declared.with(made))
    }

    async fn delete(cx: &Context<SecretZero>, state: Self) -> Outcome<()> {
        machine::required_here(&cx.private(), "Destroying the operator")?;
        farewell::say(cx, &state).await
    }

    fn plan(cx: &Context<SecretZero>, draft: &mut Draft<'_, Self>) -> Outcome<()> {
        if draft.action() == Action::Delete {
            return Ok(());
        }
        draft.plan(Self::DRIFT, &Vec::new());
        if let Some(prior) = draft.prior() {
            refuse_other_kind(draft, &prior)?;
            refuse_other_place(cx, draft, &prior)?;
            plan_change(draft, &prior);
        } else if let (Setting::Known(mount), Setting::Known(name)) =
            (draft.planned(Self::MOUNT), draft.planned(Self::NAME))
        {
            match draft.planned(Self::CLIENT_CERT_FILE) {
                Setting::Known(_) => draft.plan(Self::ID, &id(&mount, &name, true)),
                Setting::Unset => draft.plan(Self::ID, &id(&mount, &name, false)),
                Setting::Unknown => {}
            }
        }
        Ok(())
    }

    fn validate(config: &Config<'_, Self>) -> Diagnostics {
        let files = [Self::ROLE_ID_FILE, Self::SECRET_ID_FILE, Self::CLIENT_CERT_FILE];
        let files = files.map(|field| (field.path(), config.get(field).into_known()));
        let checks = files.into_iter().filter_map(|(path, file)| Some((path, file?)));
        checks.flat_map(|(path, file)| check_path(&file, path)).collect()
    }

    async fn import(cx: &Context<SecretZero>, identity: OperatorIdentity) -> Outcome<Option<Self>> {
        let OperatorIdentity { mount, name } = identity;
        let Some(login) = cx.client().operator_login()? else { return Err(not_the_login().into()) };
        machine::remember(&mut cx.private())?;
        let is_cert = matches!(login.files, OperatorFiles::Cert { .. });
        let doing = format!("Importing the operator {mount}/{name}");
        let found = found::found(cx, &mount, &name, is_cert, &doing).await?;
        let (role_id_file, secret_id_file, client_cert_file) = declared::attributes(&login.files);
        Ok(found.map(|found| Self {
            id: id(&mount, &name, is_cert),
            ready: id(&mount, &name, is_cert),
            mount,
            name,
            policy: Some(found.policy),
            role_id_file,
            secret_id_file,
            client_cert_file,
            token_ttl: Some(found.token_ttl),
            keep_root: false,
            recover_with_shares: false,
            secret_id_version: None,
            client_cert_version: None,
            secret_id_accessor: String::new(),
            root_revoked: false,
            drift: Vec::new(),
        }))
    }
}

/// There is work unless only what concerns later runs has changed.
fn plan_change(draft: &mut Draft<'_, Operator>, prior: &Operator) {
    type Of = Operator;
    let is_other_secret = draft.planned(Of::SECRET_ID_VERSION).into_known() != prior.secret_id_version
        || draft.planned(Of::CLIENT_CERT_VERSION).into_known() != prior.client_cert_version;
    let revokes = matches!(draft.planned(Of::KEEP_ROOT), Setting::Known(false)) && !prior.root_revoked;
    let is_changed = draft.planned(Of::POLICY).into_known() != prior.policy
        || draft.planned(Of::POLICY).is_unknown()
        || draft.planned(Of::TOKEN_TTL).is_unknown()
        || draft.planned(Of::TOKEN_TTL).into_known() != prior.token_ttl
        || is_other_file(draft.planned(Of::ROLE_ID_FILE), prior.role_id_file.as_ref())
        || is_other_file(draft.planned(Of::SECRET_ID_FILE), prior.secret_id_file.as_ref())
        || is_other_file(draft.planned(Of::CLIENT_CERT_FILE), prior.client_cert_file.as_ref());
    let recovers = matches!(draft.planned(Of::RECOVER_WITH_SHARES), Setting::Known(true)) && !prior.recover_with_shares;
    if is_other_secret || revokes || is_changed || recovers || !prior.drift.is_empty() {
        draft.plan_unknown(Of::READY);
        draft.plan_unknown(Of::SECRET_ID_ACCESSOR);
        draft.plan_unknown(Of::ROOT_REVOKED);
    }
}

fn is_other_file(planned: Setting<String>, before: Option<&String>) -> bool {
    planned.is_unknown() || planned.into_known().as_ref() != before
}

/// The mount is of one kind or the other.
fn refuse_other_kind(draft: &Draft<'_, Operator>, prior: &Operator) -> Outcome<()> {
    let is_cert = match draft.planned(Operator::CLIENT_CERT_FILE) {
        Setting::Known(_) => true,
        Setting::Unset => false,
        Setting::Unknown => return Ok(()),
    };
    let stays = is_cert == prior.client_cert_file.is_some();
    // Another mount replaces it anyway.
    if stays || !matches!(draft.planned(Operator::MOUNT), Setting::Known(mount) if mount == prior.mount) {
        return Ok(());
    }
    Err(Diagnostic::error("An Operator Does Not Change Its Kind of Login")
        .detail(
            "AppRole and client certificates have auth mounts of different kinds, and this one has its mount already.",
        )
        .remedy(
            "Let a second operator with another mount take over: make it while this one works, then remove this one.",
        )
        .at(Operator::CLIENT_CERT_FILE.path())
        .into())
}

/// Another mount or name replaces it: it is destroyed with its login, and made anew with root. Without root that would lock
/// everybody out, and so it would if the provider block were to log in elsewhere.
fn refuse_other_place(cx: &Context<SecretZero>, draft: &Draft<'_, Operator>, prior: &Operator) -> Outcome<()> {
    let is_other =
        |planned: &Setting<String>, before: &String| !matches!(planned, Setting::Known(planned) if planned == before);
    let (mount, name) = (draft.planned(Operator::MOUNT), draft.planned(Operator::NAME));
    let at = match (is_other(&mount, &prior.mount), is_other(&name, &prior.name)) {
        (false, false) => return Ok(()),
        (true, _) => Operator::MOUNT.path(),
        (false, true) => Operator::NAME.path(),
    };
    if prior.root_revoked {
        return Err(Diagnostic::error("An Operator Is Not Replaced Without Root")
            .detail(
                "Its mount and its name can't be changed. It would be destroyed first, and after that nobody could log in to \
                 make another one: the root token was revoked.",
            )
            .remedy("Let a second operator take over: make it while this one works, then remove this one.")
            .at(at)
            .into());
    }
    // What the block says may be known only at the apply, which compares it, too.
    let of_block = cx.client().operator_login().ok().flatten().map(|login| login.mount);
    match (of_block, mount) {
        (Some(of_block), Setting::Known(mount)) if of_block.trim_matches('/') != mount.trim_matches('/') => {
            Err(declared::another_login(&mount, &of_block, Operator::MOUNT.path()).into())
        }
        _ => Ok(()),
    }
}

fn id(mount: &str, name: &str, is_cert: bool) -> String {
    made::role_path(mount, name, is_cert).to_string()
}

fn not_the_login() -> Diagnostic {
    Diagnostic::error("The Provider Block Has No Login for an Operator")
        .detail(
            "An operator takes over from the root token, so the provider block must have both: keys_file, and \
             auth_login_approle with role_id_file and secret_id_file, or auth_login_cert with one file as client_cert_file and \
             client_key_file. Nothing was done.",
        )
        .remedy("Write both into the provider block, with the files of this operator.")
}

fn path_of_mount(mount: &str) -> Result<(), String> {
    let is_path = !mount.is_empty() && mount.split('/').all(|segment| !segment.is_empty() && segment.trim() == segment);
    if is_path { Ok(()) } else { Err("must be a path without slashes around it".to_owned()) }
}

fn lower_case(name: &str) -> Result<(), String> {
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if !name.is_empty() && name.chars().all(is_name) && !["root", "default"].contains(&name) {
        Ok(())
    } else {
        Err("must be of lower case letters, digits, - and _, and neither root nor default".to_owned())
    }
}
