//! What can go wrong with a request, by whose move it is.

use std::error::Error as _;
use std::fmt::{self, Write as _};
use std::time::Duration;

/// A request was not answered as it should be.
///
/// It prints as method, path, status and what the server said, cleared of secrets. [`remedy`](Self::remedy) says whose move it
/// is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    method: &'static str,
    path: String,
    kind: Kind,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A setting or a file of the configuration can't be used. The user's move; nothing was sent.
    Settings {
        /// What is wrong with it.
        reason: String,
        /// What to do about it.
        remedy: String,
    },
    /// The server could not be verified, or did not want to talk to us. It took no request.
    Tls {
        /// What is wrong with its certificate, or its side of the handshake.
        reason: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// No connection came about. Nothing was sent.
    Unreachable {
        /// Why.
        reason: String,
    },
    /// No whole answer came. What was asked for may have been done.
    Unanswered {
        /// Why.
        reason: String,
        /// Whether the time was over; if not, the connection broke.
        is_timeout: bool,
    },
    /// The server is sealed.
    Sealed,
    /// The server is a standby, and does not forward.
    Standby {
        /// What it said.
        said: Vec<String>,
    },
    /// The token may not do this, or is no longer one.
    Denied {
        /// What the server said.
        said: Vec<String>,
        /// The policies of the token, if they are known.
        policies: Option<Vec<String>>,
    },
    /// The server knows that there is nothing at the path.
    NotFound {
        /// What it said.
        said: Vec<String>,
    },
    /// The server did not take what it was sent.
    Refused {
        /// The status.
        status: u16,
        /// What it said.
        said: Vec<String>,
    },
    /// There were too many requests.
    RateLimited {
        /// When the server wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// The server could not do it. It may have been done in part.
    Fault {
        /// The status.
        status: u16,
        /// What it said.
        said: Vec<String>,
    },
    /// The server sends the request to another host, which gets nothing from us.
    Redirected {
        /// Where to.
        to: String,
    },
    /// What answered is no Vault or OpenBao server, or the answer is none that the path has.
    Strange {
        /// The status.
        status: u16,
        /// What is strange about it.
        reason: String,
    },
}

impl Error {
    pub(crate) fn new(method: &'static str, path: impl fmt::Display, kind: Kind) -> Self {
        Self { method, path: path.to_string(), kind }
    }

    /// What went wrong.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The same, with the policies that the token has.
    #[must_use]
    pub fn with_policies(mut self, names: Vec<String>) -> Self {
        if let Kind::Denied { policies, .. } = &mut self.kind {
            *policies = Some(names);
        }
        self
    }

    /// Whether there is nothing at the path, for certain.
    pub fn is_not_found(&self) -> bool {
        matches!(self.kind, Kind::NotFound { .. })
    }

    /// Whether the token may not do this.
    pub fn is_denied(&self) -> bool {
        matches!(self.kind, Kind::Denied { .. })
    }

    /// Whether the server is sealed.
    pub fn is_sealed(&self) -> bool {
        matches!(self.kind, Kind::Sealed)
    }

    /// Whether no server could be talked to.
    pub fn is_unreachable(&self) -> bool {
        matches!(self.kind, Kind::Unreachable { .. } | Kind::Tls { .. }) || matches!(self.kind, Kind::Unanswered { .. })
    }

    /// Whether nobody answers: no connection comes about, or no answer within the time. Who can't be verified or breaks off is
    /// there.
    pub fn is_absent(&self) -> bool {
        matches!(self.kind, Kind::Unreachable { .. } | Kind::Unanswered { is_timeout: true, .. })
    }

    /// Whether what was asked for may have been done all the same. The caller looks, and does not ask a second time.
    ///
    /// A standby may have forwarded the request, lost the answer, and say only then that it is one.
    pub fn may_have_been_done(&self) -> bool {
        matches!(self.kind, Kind::Unanswered { .. } | Kind::Fault { .. } | Kind::Strange { .. }) || self.is_of_standby()
    }

    /// Whether a node says that it is not the active one. As long as the cluster chooses another active node, each says so,
    /// or names one that it can't forward to yet.
    pub(crate) fn is_of_standby(&self) -> bool {
        matches!(self.kind, Kind::Standby { .. } | Kind::Redirected { .. })
    }

    /// Whether it may be otherwise in a moment.
    pub(crate) fn is_passing(&self) -> bool {
        match &self.kind {
            Kind::Unreachable { .. } | Kind::Unanswered { .. } | Kind::RateLimited { .. } | Kind::Fault { .. } => true,
            Kind::Standby { .. } | Kind::Redirected { .. } => true,
            // The node has not caught up with what was written through another one.
            Kind::Refused { status, .. } => *status == 412,
            _ => false,
        }
    }

    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self.kind {
            Kind::RateLimited { retry_after } => retry_after,
            _ => None,
        }
    }

    /// What the server said.
    pub fn said(&self) -> &[String] {
        match &self.kind {
            Kind::Standby { said }
            | Kind::Denied { said, .. }
            | Kind::NotFound { said }
            | Kind::Refused { said, .. }
            | Kind::Fault { said, .. } => said,
            _ => &[],
        }
    }

    /// Whose move it is, and which.
    pub fn remedy(&self) -> String {
        let path = &self.path;
        match &self.kind {
            Kind::Settings { remedy, .. } => remedy.clone(),
            Kind::Tls { remedy, .. } => (*remedy).to_owned(),
            Kind::Unreachable { .. } => {
                "Start the server, or correct the address. A server that is started by an apply and died since is not \
                 started again by the next one: start it, then apply."
                    .to_owned()
            }
            Kind::Unanswered { .. } => {
                "It is not known whether it was done. The next run looks and goes on from what it finds.".to_owned()
            }
            Kind::Sealed => "Unseal it, with `secretzero unseal` for example.".to_owned(),
            Kind::Standby { .. } => "Use the address of the active node, or one that leads to it.".to_owned(),
            Kind::Denied { .. } | Kind::Refused { .. } if is_login(path) => {
                "The server does not take these credentials, or no auth method is mounted there. Compare mount, role and \
                 credentials with what the server has."
                    .to_owned()
            }
            Kind::Denied { policies, .. } => {
                let needs = self.capability();
                match policies {
                    Some(policies) if policies.iter().any(|name| name == "root") => {
                        format!("The token is a root token: the server refuses this to everybody, or {path} is in another namespace.")
                    }
                    Some(policies) => format!(
                        "The policies of the token are {}; one of them must have \"{needs}\" on {path:?}.",
                        listed(policies)
                    ),
                    None => format!(
                        "The token has expired or was revoked, or none of its policies has \"{needs}\" on {path:?}."
                    ),
                }
            }
            Kind::NotFound { said } if said.iter().any(|text| text.contains("no handler for route")) => {
                "Nothing is mounted there: create the mount first, or correct the path.".to_owned()
            }
            Kind::NotFound { .. } => "Correct the path, or create what is meant.".to_owned(),
            Kind::Refused { status: 405, .. } => "This server does not have this operation.".to_owned(),
            Kind::Refused { .. } => "Correct what the server names.".to_owned(),
            Kind::RateLimited { .. } => {
                "Raise the rate limit quota of the path, or run with less parallelism (-parallelism=2).".to_owned()
            }
            Kind::Fault { .. } => "See the log of the server.".to_owned(),
            Kind::Redirected { to } => format!(
                "If that is the active node of the same cluster, use {to} as the address. Nothing was sent there."
            ),
            Kind::Strange { .. } => {
                "See what listens at this address: another program, or a proxy in between.".to_owned()
            }
        }
    }

    fn capability(&self) -> &'static str {
        match self.method {
            "GET" => "read",
            "LIST" => "list",
            "DELETE" => "delete",
            "PATCH" => "patch",
            _ => "update",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, path, kind } = self;
        write!(f, "{method} {path}: ")?;
        match kind {
            Kind::Settings { reason, .. } => write!(f, "nothing was sent: {reason}"),
            Kind::Tls { reason, .. } => write!(f, "the server could not be verified, so nothing was sent: {reason}"),
            Kind::Unreachable { reason } => write!(f, "the server can't be reached: {reason}"),
            Kind::Unanswered { reason, .. } => write!(f, "the answer was lost: {reason}"),
            Kind::Sealed => f.write_str("the server is sealed (503)"),
            Kind::Standby { said } => with(f, "the server is a standby", None, said),
            Kind::Denied { said, .. } => with(f, "permission denied", Some(403), said),
            Kind::NotFound { said } => with(f, "there is nothing", Some(404), said),
            Kind::Refused { status, said } => with(f, "the server refused", Some(*status), said),
            Kind::RateLimited { .. } => f.write_str("the server has had too many requests (429)"),
            Kind::Fault { status, said } => with(f, "the server failed", Some(*status), said),
            Kind::Redirected { to } => write!(f, "the server redirects to another host: {to}"),
            Kind::Strange { status, reason } => {
                write!(f, "this is not the answer of a Vault or OpenBao server ({status}): {reason}")
            }
        }
    }
}

impl std::error::Error for Error {}

fn with(f: &mut fmt::Formatter<'_>, what: &str, status: Option<u16>, said: &[String]) -> fmt::Result {
    f.write_str(what)?;
    if let Some(status) = status {
        write!(f, " ({status})")?;
    }
    // Often the server says what the status says already.
    let mut said = said.iter().map(|text| text.trim()).filter(|text| !text.is_empty() && *text != what).peekable();
    if said.peek().is_some() {
        f.write_char(':')?;
    }
    for (index, text) in said.enumerate() {
        f.write_str(if index == 0 { " " } else { "; " })?;
        f.write_str(text)?;
    }
    Ok(())
}

/// Whether it is where tokens are got, so that no token can be to blame.
fn is_login(path: &str) -> bool {
    let mut segments = path.split('/');
    segments.next() == Some("auth") && segments.any(|segment| segment == "login")
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// What became of a request that got no answer.
pub(crate) fn unsent(error: &reqwest::Error) -> Kind {
    if let Some(tls_error) = tls_error(error)
        && (error.is_connect() || refuses_client(tls_error))
    {
        return tls(tls_error);
    }
    let reason = innermost(error);
    if error.is_connect() {
        Kind::Unreachable { reason }
    } else if error.is_timeout() {
        Kind::Unanswered { reason: "it took longer than the timeout allows".to_owned(), is_timeout: true }
    } else {
        Kind::Unanswered { reason, is_timeout: false }
    }
}

/// The reason at the bottom: the layers above it say that something could not be sent.
fn innermost(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// Whether the server breaks the handshake off for what the client shows. With TLS 1.3 the client takes the handshake for done
/// by then, and is told when it waits for its answer; the server took no request. Any other trouble on a connection that came
/// about says nothing of what the server has done.
fn refuses_client(error: &rustls::Error) -> bool {
    use rustls::AlertDescription as A;
    matches!(
        error,
        rustls::Error::AlertReceived(
            A::CertificateRequired
                | A::BadCertificate
                | A::UnsupportedCertificate
                | A::CertificateRevoked
                | A::CertificateExpired
                | A::CertificateUnknown
                | A::UnknownCA
                | A::AccessDenied
                | A::HandshakeFailure
        )
    )
}

fn tls_error(error: &reqwest::Error) -> Option<&rustls::Error> {
    let mut next = error.source();
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<rustls::Error>() {
            return Some(error);
        }
        // An error of the system can carry another one, which it does not name as its source.
        if let Some(inner) = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            if let Some(error) = inner.downcast_ref::<rustls::Error>() {
                return Some(error);
            }
            next = Some(inner);
            continue;
        }
        next = error.source();
    }
    None
}

fn tls(error: &rustls::Error) -> Kind {
    use rustls::CertificateError as C;
    use rustls::Error as E;
    let reason = error.to_string();
    let remedy = match error {
        E::InvalidCertificate(C::Expired | C::ExpiredContext { .. }) => {
            "Renew its certificate: `apply -target=ADDRESS` with the address of the resource of that certificate needs no \
             connection to the server. Then let the server load it."
        }
        E::InvalidCertificate(C::NotValidYet | C::NotValidYetContext { .. }) => {
            "Its certificate is not valid yet: compare the clocks of the two machines."
        }
        E::InvalidCertificate(C::NotValidForName | C::NotValidForNameContext { .. }) => {
            "Its certificate has other names: use one of them as the address, name it as tls_server_name, or issue the \
             certificate for the name that is used."
        }
        E::InvalidCertificate(C::UnknownIssuer | C::BadSignature) => {
            "Its certificate is not of the authority in ca_cert_file or ca_cert_pem (without these, none of those that the \
             system knows). If the server has a certificate of an authority of your own, name that authority."
        }
        E::InvalidCertificate(C::InvalidPurpose | C::InvalidPurposeContext { .. }) => {
            "Its certificate is not one of a TLS server: issue it with that usage (extendedKeyUsage serverAuth)."
        }
        E::InvalidCertificate(_) => "Issue a new certificate for it.",
        E::PeerIncompatible(_) => "Let it offer TLS 1.2 or 1.3 with current algorithms.",
        E::InvalidMessage(_) => "What listens there does not speak TLS: correct the port, or let it serve TLS.",
        E::AlertReceived(_) => {
            "The server broke off the handshake: if it wants a client certificate, set client_cert_file and client_key_file."
        }
        _ => "Use the address and the authority of the server that is meant.",
    };
    Kind::Tls { reason, remedy }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_method_path_status_and_words() {
        let error = Error::new("GET", "sys/mounts", Kind::Denied { said: vec!["1 error".to_owned()], policies: None });
        assert_eq!(error.to_string(), "GET sys/mounts: permission denied (403): 1 error");
        assert!(error.remedy().contains("\"read\" on \"sys/mounts\""));
        let error = error.with_policies(vec!["default".to_owned(), "team".to_owned()]);
        assert_eq!(
            error.remedy(),
            "The policies of the token are default, team; one of them must have \"read\" on \"sys/mounts\"."
        );
        let said = vec!["permission denied".to_owned()];
        let plain = Error::new("GET", "sys/mounts", Kind::Denied { said, policies: None });
        assert_eq!(plain.to_string(), "GET sys/mounts: permission denied (403)");
    }

    #[test]
    fn no_token_is_to_blame_for_a_refused_login() {
        let kind = || Kind::Denied { said: Vec::new(), policies: None };
        assert!(Error::new("POST", "auth/operator/login", kind()).remedy().contains("these credentials"));
        assert!(Error::new("POST", "auth/operator/role/a", kind()).remedy().contains("The token has expired"));
    }

    #[test]
    fn only_the_end_of_a_handshake_says_that_nothing_was_taken() {
        use rustls::AlertDescription as A;
        assert!(refuses_client(&rustls::Error::AlertReceived(A::CertificateRequired)));
        for later in [A::BadRecordMac, A::InternalError, A::CloseNotify] {
            assert!(!refuses_client(&rustls::Error::AlertReceived(later)), "{later:?}");
        }
        assert!(!refuses_client(&rustls::Error::DecryptError));
    }

    #[test]
    fn a_missing_mount_is_named_as_one() {
        let said = vec!["no handler for route \"kv/data/a\". route entry not found.".to_owned()];
        let error = Error::new("GET", "kv/data/a", Kind::NotFound { said });
        assert!(error.is_not_found() && error.remedy().contains("create the mount"));
    }
}
