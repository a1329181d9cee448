//! What the user says of an operator, and whether the provider block says the same.

use std::path::PathBuf;

use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::Plan;
use tf_framework::semantic::{Duration, PolicyText};
use tf_framework::value::Path;
use tf_framework::{Context, Outcome};

use super::{Operator, OperatorPlan, document, id, made, not_the_login};
use crate::SecretZero;
use crate::connection::{OperatorFiles, OperatorLogin};

/// How long a login lives if the user does not say, in seconds.
const DEFAULT_TTL: u64 = 20 * 60;

/// What the user says of it.
pub(super) struct Declared {
    pub(super) mount: String,
    pub(super) name: String,
    policy: Option<PolicyText>,
    files: OperatorFiles,
    token_ttl: Option<Duration>,
    pub(super) keep_root: bool,
    pub(super) recover_with_shares: bool,
    secret_id_version: Option<i64>,
    client_cert_version: Option<i64>,
}

impl Declared {
    /// # Errors
    /// If it names no files.
    pub(super) fn of(plan: Plan<Operator>) -> Result<Self, Diagnostic> {
        let OperatorPlan { mount, name, policy, role_id_file, secret_id_file, client_cert_file, token_ttl, .. } = plan;
        let OperatorPlan { keep_root, recover_with_shares, secret_id_version, client_cert_version, .. } = plan;
        let files = files(role_id_file.as_ref(), secret_id_file.as_ref(), client_cert_file.as_ref())?;
        Ok(Self {
            mount,
            name,
            policy,
            files,
            token_ttl,
            keep_root,
            recover_with_shares,
            secret_id_version,
            client_cert_version,
        })
    }

    /// The document of its policy.
    pub(super) fn document(&self) -> PolicyText {
        self.policy.clone().unwrap_or_else(|| document::of_operator().into())
    }

    /// How long a login lives, in seconds.
    pub(super) fn ttl(&self) -> u64 {
        ttl(self.token_ttl.as_ref())
    }

    /// The files of its credentials.
    pub(super) fn files(&self) -> &OperatorFiles {
        &self.files
    }

    /// Whether it logs in with a client certificate.
    pub(super) fn is_cert(&self) -> bool {
        matches!(self.files, OperatorFiles::Cert { .. })
    }

    /// Whether the user asks for other credentials than before.
    pub(super) fn has_other_version(&self, before: &Operator) -> bool {
        before.secret_id_version != self.secret_id_version || before.client_cert_version != self.client_cert_version
    }

    /// The login of the provider block, if it is with these files. With any other, revoking root would lock the user out.
    pub(super) fn login(&self, cx: &Context<SecretZero>) -> Result<OperatorLogin, Diagnostic> {
        let login = match cx.client().operator_login() {
            Ok(Some(login)) => login,
            Ok(None) => return Err(not_the_login()),
            // All of them are about the provider block; the first one names what to do.
            Err(failure) => {
                return Err(failure.diagnostics().iter().next().cloned().unwrap_or_else(not_the_login));
            }
        };
        let mounts = [&login.mount, &self.mount].map(|mount| mount.trim_matches('/').to_owned());
        let mut pairs: Vec<([String; 2], Path)> = vec![(mounts, Operator::MOUNT.path())];
        let shown = |one: &PathBuf, other: &PathBuf| [one, other].map(|path| path.display().to_string());
        match (&login.files, &self.files) {
            (
                OperatorFiles::Approle { role_id, secret_id },
                OperatorFiles::Approle { role_id: my_role_id, secret_id: my_secret_id },
            ) => pairs.extend([
                (shown(role_id, my_role_id), Operator::ROLE_ID_FILE.path()),
                (shown(secret_id, my_secret_id), Operator::SECRET_ID_FILE.path()),
            ]),
            (OperatorFiles::Cert { pem, name }, OperatorFiles::Cert { pem: my_pem, .. }) => {
                pairs.push((shown(pem, my_pem), Operator::CLIENT_CERT_FILE.path()));
                pairs.extend(name.as_ref().map(|name| ([name.clone(), self.name.clone()], Operator::NAME.path())));
            }
            _ => return Err(not_the_login()),
        }
        match pairs.into_iter().find(|([of_block, declared], _)| of_block != declared) {
            None => Ok(login),
            Some(([of_block, declared], path)) => Err(another_login(&declared, &of_block, path)),
        }
    }

    /// The state, now that this was made.
    pub(super) fn with(self, made: made::Made) -> Operator {
        let made::Made { secret_id_accessor, root_revoked } = made;
        let id = id(&self.mount, &self.name, self.is_cert());
        let (role_id_file, secret_id_file, client_cert_file) = attributes(&self.files);
        let Self { mount, name, policy, token_ttl, keep_root, recover_with_shares, .. } = self;
        Operator {
            ready: id.clone(),
            id,
            mount,
            name,
            policy,
            role_id_file,
            secret_id_file,
            client_cert_file,
            token_ttl,
            keep_root,
            recover_with_shares,
            secret_id_version: self.secret_id_version,
            client_cert_version: self.client_cert_version,
            secret_id_accessor,
            root_revoked,
            drift: Vec::new(),
        }
    }
}

/// The provider block logs in with something else.
pub(super) fn another_login(declared: &str, of_block: &str, path: Path) -> Diagnostic {
    Diagnostic::error("Another Login Than That of the Provider Block")
        .detail(format!(
            "The operator has {declared:?}, and the login of the provider block has {of_block:?}. The provider could not go on \
             as the operator, so nothing was done."
        ))
        .remedy("Write the same in both places.")
        .at(path)
}

/// How long a login lives, in seconds.
pub(super) fn ttl(declared: Option<&Duration>) -> u64 {
    declared.map_or(DEFAULT_TTL, Duration::seconds)
}

/// The files that the state names.
///
/// # Errors
/// If it names none.
pub(super) fn files_of(state: &Operator) -> Outcome<OperatorFiles> {
    let Operator { role_id_file, secret_id_file, client_cert_file, .. } = state;
    Ok(files(role_id_file.as_ref(), secret_id_file.as_ref(), client_cert_file.as_ref())?)
}

/// `role_id_file`, `secret_id_file` and `client_cert_file`.
pub(super) fn attributes(files: &OperatorFiles) -> (Option<String>, Option<String>, Option<String>) {
    let text = |path: &PathBuf| Some(path.display().to_string());
    match files {
        OperatorFiles::Approle { role_id, secret_id } => (text(role_id), text(secret_id), None),
        OperatorFiles::Cert { pem, .. } => (None, None, text(pem)),
    }
}

fn files(
    role_id: Option<&String>,
    secret_id: Option<&String>,
    client_cert: Option<&String>,
) -> Result<OperatorFiles, Diagnostic> {
    match (role_id, secret_id, client_cert) {
        (Some(role_id), Some(secret_id), None) => {
            Ok(OperatorFiles::Approle { role_id: role_id.into(), secret_id: secret_id.into() })
        }
        (None, None, Some(pem)) => Ok(OperatorFiles::Cert { pem: pem.into(), name: None }),
        // The schema tells it, too.
        _ => Err(Diagnostic::error("An Operator Without Credentials")
            .detail("It logs in with role_id_file and secret_id_file, or with client_cert_file.")
            .remedy("Set one or the other.")),
    }
}
