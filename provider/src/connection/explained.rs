//! Why a request came to nothing, as users are told.

use std::path::Path;

use tf_framework::Failure;
use tf_framework::diagnostic::Diagnostic;
use vault_client::{Malformed, Request};

/// A request came to nothing.
#[derive(Clone, Debug)]
pub struct Unsent(Box<Reason>);

#[derive(Clone, Debug)]
enum Reason {
    /// The server did not do it, or did not answer.
    Server(vault_client::Error),
    /// The settings can't be used; nothing was sent.
    Settings(Failure),
    /// The server does not take the credentials of the operator, which are in these files.
    OperatorRefused { error: vault_client::Error, files: String },
    /// The credentials of the operator are gone, and so is the root token.
    CredentialsLost { what: String, error: Option<vault_client::Error> },
}

impl Unsent {
    /// The settings can't be used.
    pub(super) fn unusable(diagnostic: Diagnostic) -> Self {
        Self(Box::new(Reason::Settings(diagnostic.into())))
    }

    /// A request was answered, and what came is not what can be gone on with.
    pub fn refused(diagnostic: Diagnostic) -> Self {
        Self::unusable(diagnostic)
    }

    /// The credentials of the operator are missing, and there is no root token in place of them.
    pub(super) fn credentials_lost(what: impl Into<String>, error: impl Into<Option<vault_client::Error>>) -> Self {
        Self(Box::new(Reason::CredentialsLost { what: what.into(), error: error.into() }))
    }

    /// The same where it was the login of the operator, with credentials from these files.
    pub(super) fn of_operator(self, files: &[&Path]) -> Self {
        match *self.0 {
            Reason::Server(error) if !error.is_sealed() && !error.is_unreachable() => {
                let files = files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(" and ");
                Self(Box::new(Reason::OperatorRefused { error, files }))
            }
            other => Self(Box::new(other)),
        }
    }

    /// What the server said to it, if it was asked.
    pub fn server(&self) -> Option<&vault_client::Error> {
        match &*self.0 {
            Reason::Server(error) | Reason::OperatorRefused { error, .. } => Some(error),
            Reason::CredentialsLost { error, .. } => error.as_ref(),
            Reason::Settings(_) => None,
        }
    }

    /// Whether there is nothing at the path, for certain.
    pub fn is_not_found(&self) -> bool {
        self.server().is_some_and(vault_client::Error::is_not_found)
    }

    /// Whether the server is sealed.
    pub fn is_sealed(&self) -> bool {
        self.server().is_some_and(vault_client::Error::is_sealed)
    }

    /// Whether the credentials of the operator are gone.
    pub fn is_lost_credentials(&self) -> bool {
        matches!(*self.0, Reason::CredentialsLost { .. })
    }

    /// Whether the server does not take the login of the operator, or its files are gone. That the login may not do something
    /// is another thing.
    pub fn is_refused_login(&self) -> bool {
        match &*self.0 {
            Reason::OperatorRefused { error, .. } => {
                error.is_denied()
                    || error.is_not_found()
                    // Both servers answer a login with a wrong role or secret id with 400.
                    || matches!(error.kind(), vault_client::Kind::Refused { .. })
            }
            Reason::CredentialsLost { .. } => true,
            Reason::Server(_) | Reason::Settings(_) => false,
        }
    }

    /// Whether the server refuses it to the token, which is one.
    pub fn is_denied(&self) -> bool {
        matches!(&*self.0, Reason::Server(error) if error.is_denied())
    }

    /// Whether the server is gone, as far as can be seen: nobody answers, or it is sealed. What can't be verified is there,
    /// and so is what breaks off.
    pub(super) fn is_out_of_reach(&self) -> bool {
        self.server().is_some_and(|error| error.is_sealed() || error.is_absent())
    }

    /// Whether something is there, and can't be talked to.
    pub(super) fn is_at_fault(&self) -> bool {
        self.server().is_some_and(|error| error.is_unreachable() && !error.is_absent())
    }

    /// Whether it may have been done all the same. Look, and don't ask a second time.
    pub fn may_have_been_done(&self) -> bool {
        self.server().is_some_and(vault_client::Error::may_have_been_done)
    }

    pub(super) fn reason(&self) -> String {
        match &*self.0 {
            Reason::Server(error) | Reason::OperatorRefused { error, .. } => error.to_string(),
            Reason::CredentialsLost { what, .. } => what.clone(),
            Reason::Settings(failure) => {
                failure.diagnostics().iter().map(Diagnostic::summary).collect::<Vec<_>>().join("; ")
            }
        }
    }

    /// What the user is told. `summary` says what was being done, as in "Writing the policy \"team-a\"".
    pub fn doing(self, summary: impl Into<String>) -> Diagnostic {
        let summary = summary.into();
        match *self.0 {
            Reason::Server(error) => Diagnostic::error(summary).because(&error).remedy(error.remedy()),
            Reason::OperatorRefused { error, files } => {
                Diagnostic::error(summary).because(&error).remedy(error.remedy()).remedy(format!(
                    "If the login of secretzero_operator is gone from the server: move {files} away, set recover_with_shares = \
                     true on it and apply. It is then made anew with the shares in keys_file."
                ))
            }
            Reason::CredentialsLost { what, .. } => {
                Diagnostic::error(summary).detail(format!("No request can be authorised: {what}.")).remedy(
                    "Bring the credential files of secretzero_operator back from a backup, or set recover_with_shares = true \
                     on it and apply: it then makes new ones with the shares in keys_file.",
                )
            }
            Reason::Settings(failure) => {
                // All of them are errors about the provider block; the first one names what to do.
                let first = failure.diagnostics().iter().next().cloned();
                first.unwrap_or_else(|| Diagnostic::error(summary))
            }
        }
    }

    /// The same where something was looked at. What can't be compared with reality now, because the server is sealed or the
    /// credentials are lost, stays as the state says: the same apply may repair that.
    pub fn reading(self, summary: impl Into<String>) -> Failure {
        if let Reason::Settings(failure) = *self.0 {
            return failure;
        }
        if self.is_sealed() {
            return Failure::prior_stands(
                self.doing("The server is sealed, so what is on it is taken to be as the state says"),
            );
        }
        if self.is_lost_credentials() {
            return Failure::prior_stands(self.doing(
                "The credentials of the operator are lost, so what is on the server is taken to be as the state says",
            ));
        }
        self.doing(summary).into()
    }
}

/// The reply to a request is not what it is answered with. `summary` says what was being done.
pub fn malformed(request: &Request, error: &Malformed, summary: impl Into<String>) -> Diagnostic {
    let error = request.malformed(error);
    Diagnostic::error(summary).because(&error).remedy(error.remedy())
}

impl From<vault_client::Error> for Unsent {
    fn from(error: vault_client::Error) -> Self {
        Self(Box::new(Reason::Server(error)))
    }
}

impl From<Failure> for Unsent {
    fn from(failure: Failure) -> Self {
        Self(Box::new(Reason::Settings(failure)))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;
    use vault_client::{Address, Client, Namespace, Timing, TlsSettings};

    use super::*;

    async fn sent(port: u16) -> Unsent {
        let address = Address::parse(&format!("https://127.0.0.1:{port}")).unwrap();
        let timing = Timing { retries: 0, ..Timing::default() };
        let client = Client::new(&address, &TlsSettings::default(), Namespace::default(), timing).unwrap();
        client.send(&Request::delete("sys/policies/acl/a"), None).await.unwrap_err().into()
    }

    #[tokio::test]
    async fn only_who_does_not_answer_is_gone() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let answering = tokio::spawn(async move {
            while let Ok((mut connection, _)) = listener.accept().await {
                connection.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
            }
        });
        let unverified = sent(port).await;
        assert!(!unverified.is_out_of_reach() && unverified.is_at_fault(), "{unverified:?}");
        answering.abort();
        assert!(answering.await.unwrap_err().is_cancelled());
        let refused = sent(port).await;
        assert!(refused.is_out_of_reach() && !refused.is_at_fault(), "{refused:?}");
        let sealed = Unsent::from(Request::delete("sys/policies/acl/a").sealed());
        assert!(sealed.is_out_of_reach() && !sealed.is_at_fault());
        let unusable = Unsent::unusable(Diagnostic::error("ca_cert_file can't be read"));
        assert!(!unusable.is_out_of_reach() && !unusable.is_at_fault());
    }
}
