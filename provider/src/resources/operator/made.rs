//! Making an operator, step by step. Each step can be done again, and each run does them all: so it goes on from wherever
//! another one was cut off.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tf_framework::diagnostic::Diagnostic;
use tf_framework::semantic::PolicyText;
use tf_framework::{Context, Outcome};
use vault_client::auth::token::{self, TokenInfo};
use vault_client::{ApiPath, Reply, Request};

use super::speaker::Speaker;
use super::{Declared, Operator, client_certificate, credentials, recovery};
use crate::connection::{CredentialError, Exclusive, OperatorFiles, OperatorLogin, Unsent};
use crate::{SecretZero, clock};

/// The policy that a root token has, and nothing else.
const ROOT: &str = "root";

/// What became of it.
pub(super) struct Made {
    /// That of the secret id; empty if none was made.
    pub(super) secret_id_accessor: String,
    pub(super) root_revoked: bool,
}

/// What the role is to be: also what nobody has asked for, since it counts if somebody sets it by hand.
#[derive(Serialize)]
pub(super) struct Role {
    token_policies: Vec<String>,
    token_ttl: u64,
    token_max_ttl: u64,
    token_explicit_max_ttl: u64,
    token_period: u64,
    token_num_uses: u64,
    token_no_default_policy: bool,
    token_bound_cidrs: Vec<String>,
    #[serde(flatten)]
    login: RoleLogin,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum RoleLogin {
    Approle {
        bind_secret_id: bool,
        secret_id_ttl: u64,
        secret_id_num_uses: u64,
        secret_id_bound_cidrs: Vec<String>,
    },
    /// The authorities that it trusts, as PEM.
    Cert {
        certificate: String,
    },
}

impl Role {
    /// With the policy of this name, and logins that live as many seconds.
    pub(super) fn of(name: &str, token_ttl: u64, login: RoleLogin) -> Self {
        Self {
            token_policies: vec![name.to_owned()],
            token_ttl,
            token_max_ttl: 0,
            token_explicit_max_ttl: 0,
            token_period: 0,
            token_num_uses: 0,
            token_no_default_policy: false,
            token_bound_cidrs: Vec::new(),
            login,
        }
    }
}

impl RoleLogin {
    pub(super) fn approle() -> Self {
        Self::Approle {
            bind_secret_id: true,
            secret_id_ttl: 0,
            secret_id_num_uses: 0,
            secret_id_bound_cidrs: Vec::new(),
        }
    }
}

#[derive(Deserialize)]
struct Mount {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Serialize)]
struct Empty {}

/// Fails if the policy is not enough to look after the operator with, before anything is done.
///
/// # Errors
/// If so.
pub(super) fn demand_policy(declared: &Declared) -> Result<(), Diagnostic> {
    let missing = recovery::missing_in_policy(declared);
    if missing.is_empty() { Ok(()) } else { Err(not_enough(&missing, "Nothing was changed.")) }
}

/// Makes the operator, or sets it right, and takes root out of the way.
pub(super) async fn settle(
    cx: &Context<SecretZero>,
    declared: &Declared,
    login: &OperatorLogin,
    before: Option<&Operator>,
) -> Outcome<Made> {
    credentials::prove_writable(&login.files)?;
    // From here on nothing else is sent: what the others may do is about to change under their feet.
    let alone = cx.client().exclusive().await;
    let is_new = before.is_none();
    let mut by_root = false;
    let minted = match (Steps { speaker: &speaker(cx, &alone), declared }).begin(is_new).await {
        Ok(is_root) => {
            by_root = is_root;
            None
        }
        Err(unfit) if unfit.is_recoverable && declared.recover_with_shares => {
            let minted = recovery::root_token(cx, login).await?;
            let steps = Steps { speaker: &Speaker { cx, alone: &alone, root: minted.token() }, declared };
            if let Err(unfit) = steps.begin(is_new).await {
                let diagnostic = unfit.explained(declared, login);
                ended(cx, minted, false).await?;
                return Err(diagnostic.into());
            }
            Some(minted)
        }
        Err(unfit) => return Err(unfit.explained(declared, login).into()),
    };
    let root = minted.as_ref().and_then(recovery::Minted::token);
    // What was revoked was the root token of an earlier server, or of this one before a backup came back, if root speaks now.
    let was_revoked = !by_root && before.is_some_and(|before| before.root_revoked);
    let made = set_up(&Speaker { cx, alone: &alone, root }, declared, login, before, was_revoked).await;
    if let Some(minted) = minted {
        ended(cx, minted, made.is_ok()).await?;
    }
    made
}

/// Revokes a root token that was made for the set-up, whatever came of that. If that had failed anyway, only a warning is told.
async fn ended(cx: &Context<SecretZero>, minted: recovery::Minted, is_error: bool) -> Outcome<()> {
    let Err(error) = minted.revoke().await else { return Ok(()) };
    let summary = "Revoking the root token that was made for the set-up of the operator";
    let diagnostic = error.doing(summary);
    if is_error {
        return Err(diagnostic.into());
    }
    cx.warn(
        Diagnostic::warning(summary)
            .detail(format!("It may still be valid. {}", diagnostic.detail_text()))
            .remedy("When the operator works: list auth/token/accessors, and revoke the accessor of the token with the policy root."),
    );
    Ok(())
}

/// The beginning is made: the mount and the policy are there. What remains, until root is out of the way.
async fn set_up(
    speaker: &Speaker<'_>,
    declared: &Declared,
    login: &OperatorLogin,
    before: Option<&Operator>,
    was_revoked: bool,
) -> Outcome<Made> {
    let Speaker { cx, alone, .. } = *speaker;
    let is_new_secret = before.is_some_and(|before| declared.has_other_version(before));
    let doing = |what: &str| doing(declared, what);
    let files = &login.files;
    let steps = Steps { speaker, declared };
    let mut root_revoked = was_revoked;
    let had_credentials = files.exist();
    let needs_secret = is_new_secret || speaker.root.is_some() || !had_credentials || credentials::end_soon(files)?;
    let credential = match (files, needs_secret) {
        (OperatorFiles::Approle { role_id, secret_id }, true) => {
            steps.approle().await.map_err(|error| error.doing(doing("Writing the role")))?;
            let id = steps.role_id().await.map_err(|error| error.doing(doing("Reading the role id")))?;
            let secret = steps.secret_id().await.map_err(|error| error.doing(doing("Making a secret id")))?;
            credentials::write(role_id, secret_id, &id, &secret.secret_id)?;
            Some(Credential::SecretId(secret.secret_id_accessor))
        }
        (OperatorFiles::Cert { pem, .. }, true) => {
            let made = client_certificate::make(&declared.name, clock::now())?;
            // Both count until the new one is in its file: killed in between, the old one is still what the role takes.
            let before = if had_credentials { credentials::authority(pem)?.unwrap_or_default() } else { String::new() };
            let both = format!("{before}{}", made.authority_pem);
            steps.cert_role(both).await.map_err(|error| error.doing(doing("Writing the role")))?;
            credentials::write_certificate(pem, &made.file)?;
            Some(Credential::Certificate(made.authority_pem))
        }
        (OperatorFiles::Approle { .. }, false) => {
            steps.approle().await.map_err(|error| error.doing(doing("Writing the role")))?;
            None
        }
        (OperatorFiles::Cert { pem, .. }, false) => {
            let authority = credentials::authority(pem)?.unwrap_or_default();
            steps.cert_role(authority).await.map_err(|error| error.doing(doing("Writing the role")))?;
            None
        }
    };
    if credential.is_some() {
        // The next request logs in with what is in the files now.
        cx.client().forget_login(alone).await;
    } else {
        credentials::close(files)?;
    }
    let shown = self::speaker(cx, alone);
    if let Err(diagnostic) = works(&shown, declared, &doing("Trying the login"), root_revoked).await {
        if !had_credentials {
            // Root is still valid: without the files it is what counts again, so the next run can go on.
            credentials::remove(files)?;
        }
        return Err(diagnostic.into());
    }
    let steps = Steps { speaker: &shown, declared };
    let secret_id_accessor = match credential {
        Some(Credential::SecretId(accessor)) => {
            let ended = steps.end_other_secret_ids(&accessor).await;
            ended.map_err(|error| error.doing(doing("Ending the earlier secret ids")))?;
            accessor
        }
        Some(Credential::Certificate(authority)) => {
            let ended = steps.cert_role(authority).await;
            ended.map_err(|error| error.doing(doing("Ending the earlier certificate")))?;
            String::new()
        }
        None => String::new(),
    };
    if !declared.keep_root && !root_revoked {
        let token = login.keys_file.root_token().map_err(|error| root_not_at_hand(&error))?;
        let revoked = revoke(cx, &token).await;
        revoked.map_err(|error| error.doing(doing("Revoking the root token, by the credentials")))?;
        root_revoked = true;
    }
    // Somebody had begun to destroy it, and thought better of it.
    credentials::Marker::beside(files).remove()?;
    Ok(Made { secret_id_accessor, root_revoked })
}

fn doing(declared: &Declared, what: &str) -> String {
    format!("{what} of the operator {}/{}", declared.mount, declared.name)
}

/// What was made for the operator to log in with.
enum Credential {
    /// A secret id, by its accessor.
    SecretId(String),
    /// A client certificate, by its authority.
    Certificate(String),
}

struct Steps<'a> {
    speaker: &'a Speaker<'a>,
    declared: &'a Declared,
}

#[derive(Deserialize)]
struct Secret {
    secret_id: SecretString,
    secret_id_accessor: String,
}

impl Steps<'_> {
    fn role_path(&self) -> ApiPath {
        role_path(&self.declared.mount, &self.declared.name, self.declared.is_cert())
    }

    /// Sees who speaks, and makes what the role needs. Whoever may do this may do the rest, as the policy was looked at. Returns
    /// whether it is root.
    async fn begin(&self, is_new: bool) -> Result<bool, Unfit> {
        let unfit = |doing, is_recoverable: fn(&Unsent) -> bool| {
            move |error: Unsent| Unfit { is_recoverable: is_recoverable(&error), error, doing }
        };
        let who = self.who().await.map_err(unfit("Beginning the set-up", is_refused))?;
        if is_new {
            self.look_whose_policy().await.map_err(unfit("Looking for the policy", Unsent::is_denied))?;
        }
        self.mount().await.map_err(unfit("Making the auth mount", Unsent::is_denied))?;
        self.policy().await.map_err(unfit("Writing the policy", Unsent::is_denied))?;
        Ok(who.policies.iter().any(|policy| policy == ROOT))
    }

    async fn who(&self) -> Result<TokenInfo, Unsent> {
        let request = token::lookup_self();
        answer(&request, self.speaker.send(&request).await?)
    }

    fn kind(&self) -> &'static str {
        if self.declared.is_cert() { "cert" } else { "approle" }
    }

    async fn mount(&self) -> Result<(), Unsent> {
        #[derive(Serialize)]
        struct Body {
            #[serde(rename = "type")]
            kind: &'static str,
            description: &'static str,
        }
        let (mount, kind) = (self.declared.mount.as_str(), self.kind());
        if let Some(found) = mounted(self.speaker, mount).await? {
            return if found == kind { Ok(()) } else { Err(occupied(mount, &found)) };
        }
        let body = Body { kind, description: "Who works on this server in place of root" };
        match self.speaker.send(&Request::write(ApiPath::new("sys/auth").join(mount), &body)).await {
            // If the answer is lost, look: a second try would be refused because of the first.
            Err(error) if error.may_have_been_done() => match mounted(self.speaker, mount).await? {
                Some(found) if found == kind => Ok(()),
                _ => Err(error),
            },
            outcome => outcome.map(drop),
        }
    }

    /// Fails if the policy is there, says something else, and is none that an earlier run has left: that had made the mount.
    async fn look_whose_policy(&self) -> Result<(), Unsent> {
        #[derive(Deserialize)]
        struct Document {
            policy: String,
        }
        let (mount, name) = (&self.declared.mount, &self.declared.name);
        let request = Request::read(ApiPath::new("sys/policies/acl").segment(name));
        let found: Document = match self.speaker.send(&request).await {
            Ok(reply) => answer(&request, reply)?,
            Err(error) if error.is_not_found() => return Ok(()),
            Err(error) => return Err(error),
        };
        if PolicyText::from(found.policy) == self.declared.document() || mounted(self.speaker, mount).await?.is_some() {
            return Ok(());
        }
        Err(Unsent::refused(
            Diagnostic::error("The Policy of the Operator Is Another's")
                .detail(format!(
                    "There is a policy {name:?} that says something else, and no auth mount {mount:?} to which it would belong. Nothing \
                     was changed."
                ))
                .remedy(format!("Give the operator another name, or remove that policy if nobody needs it: policy delete {name}"))
                .at(Operator::NAME.path()),
        ))
    }

    async fn policy(&self) -> Result<(), Unsent> {
        #[derive(Serialize)]
        struct Body<'a> {
            policy: &'a str,
        }
        let document = self.declared.document();
        let path = ApiPath::new("sys/policies/acl").segment(&self.declared.name);
        self.speaker.send(&Request::write(path, &Body { policy: document.as_str() }).repeatable()).await.map(drop)
    }

    async fn approle(&self) -> Result<(), Unsent> {
        self.role(RoleLogin::approle()).await
    }

    /// A role that takes client certificates of these authorities.
    async fn cert_role(&self, certificate: String) -> Result<(), Unsent> {
        self.role(RoleLogin::Cert { certificate }).await
    }

    async fn role(&self, login: RoleLogin) -> Result<(), Unsent> {
        let body = Role::of(&self.declared.name, self.declared.ttl(), login);
        self.speaker.send(&Request::write(self.role_path(), &body).repeatable()).await.map(drop)
    }

    async fn role_id(&self) -> Result<String, Unsent> {
        #[derive(Deserialize)]
        struct Answer {
            role_id: String,
        }
        let request = Request::read(self.role_path().segment("role-id"));
        let Answer { role_id } = answer(&request, self.speaker.send(&request).await?)?;
        Ok(role_id)
    }

    /// One of which the answer is lost is ended with the other earlier ones.
    async fn secret_id(&self) -> Result<Secret, Unsent> {
        let request = Request::write(self.role_path().segment("secret-id"), &Empty {}).repeatable();
        answer(&request, self.speaker.send(&request).await?)
    }

    async fn end_other_secret_ids(&self, keep: &str) -> Result<(), Unsent> {
        #[derive(Serialize)]
        struct Body<'a> {
            secret_id_accessor: &'a str,
        }
        let request = Request::list(self.role_path().segment("secret-id"));
        let accessors = match self.speaker.send(&request).await {
            Ok(reply) => reply.keys().map_err(|error| request.malformed(&error))?,
            Err(error) if error.is_not_found() => Vec::new(),
            Err(error) => return Err(error),
        };
        for accessor in accessors.iter().filter(|accessor| *accessor != keep) {
            let path = self.role_path().join("secret-id-accessor/destroy");
            match self.speaker.send(&Request::write(path, &Body { secret_id_accessor: accessor }).repeatable()).await {
                Err(error) if !error.is_not_found() => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Logs in as the operator, and sees that it may do what it is for, before root goes.
async fn works(speaker: &Speaker<'_>, declared: &Declared, doing: &str, is_root_gone: bool) -> Result<(), Diagnostic> {
    let fate = if is_root_gone {
        "If the next apply can't mend it, set recover_with_shares = true and apply."
    } else {
        "The root token was not revoked."
    };
    let info = Steps { speaker, declared }.who().await.map_err(|error| error.doing(doing))?;
    if !info.policies.contains(&declared.name) {
        return Err(Diagnostic::error(doing).detail(format!(
            "The login has the policies {}, and not {}. {fate}",
            info.policies.join(", "),
            declared.name
        )));
    }
    let missing = recovery::missing_capabilities(speaker, declared).await.map_err(|error| error.doing(doing))?;
    if missing.is_empty() {
        return Ok(());
    }
    Err(not_enough(&missing, fate))
}

fn not_enough(missing: &[String], fate: &str) -> Diagnostic {
    Diagnostic::error("The Policy of the Operator Is Not Enough")
        .detail(format!(
            "With it, the operator could not be looked after or destroyed once root is gone. It lacks: {}. {fate}",
            missing.join("; ")
        ))
        .remedy("Add that to the policy, or leave the policy out.")
        .at(Operator::POLICY.path())
}

/// Without the token nobody can tell whether it is still valid.
fn root_not_at_hand(error: &CredentialError) -> Diagnostic {
    Diagnostic::error("The Root Token Could Not Be Revoked")
        .detail("The operator works. Whether root is still valid is not known.")
        .because(error)
        .remedy(
            "Bring the file with the keys back for one apply. If root is to stay, or is known to be revoked, set keep_root = true.",
        )
}

/// Revokes a token. That it is dead already is fine.
async fn revoke(cx: &Context<SecretZero>, token: &vault_client::Token) -> Result<(), Unsent> {
    match cx.client().send_as(token, &token::revoke_self()).await {
        Err(error) if !error.server().is_some_and(vault_client::Error::is_denied) => Err(error),
        _ => Ok(()),
    }
}

/// The type of the auth method at a mount.
async fn mounted(speaker: &Speaker<'_>, mount: &str) -> Result<Option<String>, Unsent> {
    let request = Request::read("sys/auth");
    let mounts: std::collections::BTreeMap<String, serde_json::Value> =
        answer(&request, speaker.send(&request).await?)?;
    let found = mounts.get(&format!("{}/", mount.trim_matches('/'))).cloned();
    Ok(found.and_then(|found| serde_json::from_value::<Mount>(found).ok()).map(|Mount { kind }| kind))
}

fn answer<T: serde::de::DeserializeOwned>(request: &Request, reply: Reply) -> Result<T, Unsent> {
    reply.data().map_err(|error| request.malformed(&error).into())
}

pub(super) fn role_path(mount: &str, name: &str, is_cert: bool) -> ApiPath {
    ApiPath::new("auth").join(mount).segment(if is_cert { "certs" } else { "role" }).segment(name)
}

fn occupied(mount: &str, kind: &str) -> Unsent {
    Unsent::refused(
        Diagnostic::error("The Auth Mount of the Operator Is Another's")
            .detail(format!("At auth/{mount} there is a method of type {kind}. Nothing was changed."))
            .remedy("Name another mount, here and in the login of the provider block.")
            .at(Operator::MOUNT.path()),
    )
}

/// What the provider block has at this moment.
pub(super) fn speaker<'a>(cx: &'a Context<SecretZero>, alone: &'a Exclusive) -> Speaker<'a> {
    Speaker { cx, alone, root: None }
}

/// Whether the credentials are lost, or none that the server takes.
fn is_refused(error: &Unsent) -> bool {
    // Both servers answer a login with a wrong role or secret id with 400.
    error.is_lost_credentials()
        || error.server().is_some_and(|error| {
            error.is_denied() || error.is_not_found() || matches!(error.kind(), vault_client::Kind::Refused { .. })
        })
}

/// The set-up could not be begun.
struct Unfit {
    error: Unsent,
    doing: &'static str,
    /// Whether a root token could.
    is_recoverable: bool,
}

impl Unfit {
    fn explained(self, declared: &Declared, login: &OperatorLogin) -> Diagnostic {
        let is_lost = self.error.is_lost_credentials();
        let is_denied = self.error.is_denied();
        let diagnostic = self.error.doing(doing(declared, self.doing));
        if !self.is_recoverable || is_lost || !login.files.exist() {
            diagnostic
        } else if is_denied {
            diagnostic.remedy(
                "If the policy of the operator was changed so that it can no longer look after itself: set recover_with_shares = \
                 true and apply.",
            )
        } else {
            diagnostic.remedy(format!(
                "The credentials in {} are none that this server takes. If they are of an earlier server, move them away. If the \
                 operator was damaged, set recover_with_shares = true and apply.",
                login.files.describe()
            ))
        }
    }
}
