//! Where a server listens.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use reqwest::Url;

/// The address of a server, such as `https://vault.home.arpa:8200`.
///
/// Without TLS only where nobody can listen in: `http://` to an IP literal of the loopback interface, or `unix://` with the
/// path of a socket. A name is no IP literal: what `localhost` means is for a resolver to say.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    base: Url,
    socket: Option<PathBuf>,
}

/// The address can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is no URL.
    #[error("it is no URL such as https://vault.home.arpa:8200")]
    NoUrl,
    /// It would send secrets in clear.
    #[error(
        "http:// is taken only to a loopback IP address such as http://127.0.0.1:8200, since anything else could be read on \
         the way; use https://"
    )]
    InClear,
    /// It has a scheme that no server has.
    #[error("its scheme must be https, http or unix")]
    Scheme,
    /// It has a name and password, a query or a fragment.
    #[error("it has more in it than scheme, host, port and path")]
    TooMuch,
    /// A socket has no path.
    #[error("unix:// must be followed by the absolute path of a socket")]
    NoSocket,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// If it is none, or one that would send a token in clear.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        if let Some(path) = text.strip_prefix("unix://") {
            if !path.starts_with('/') {
                return Err(AddressError::NoSocket);
            }
            // What stands here is only what the server sees as the host.
            let base = Url::parse("http://localhost/").map_err(|_| AddressError::NoUrl)?;
            return Ok(Self { base, socket: Some(path.into()) });
        }
        let base = Url::parse(text).map_err(|_| AddressError::NoUrl)?;
        match base.scheme() {
            "https" => {}
            "http" if is_loopback_literal(&base) => {}
            "http" => return Err(AddressError::InClear),
            _ => return Err(AddressError::Scheme),
        }
        let is_bare = base.username().is_empty()
            && base.password().is_none()
            && base.query().is_none()
            && base.fragment().is_none();
        if is_bare { Ok(Self { base, socket: None }) } else { Err(AddressError::TooMuch) }
    }

    /// Whether what is sent is encrypted on its way.
    pub fn is_encrypted(&self) -> bool {
        self.base.scheme() == "https"
    }

    /// The socket, if it is one.
    pub fn socket(&self) -> Option<&PathBuf> {
        self.socket.as_ref()
    }

    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    pub(crate) fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.socket {
            Some(path) => write!(f, "unix://{}", path.display()),
            None => f.write_str(self.base.as_str().trim_end_matches('/')),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

fn is_loopback_literal(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_literals_go_without_tls() {
        for good in [
            "https://vault.home.arpa:8200",
            "https://vault.home.arpa/prefix",
            "http://127.0.0.1:8200",
            "http://127.9.9.9",
            "http://[::1]:8200",
            "unix:///run/openbao.sock",
        ] {
            Address::parse(good).unwrap_or_else(|error| panic!("{good}: {error}"));
        }
        for (bad, error) in [
            ("http://localhost:8200", AddressError::InClear),
            ("http://127.0.0.1.example.org", AddressError::InClear),
            ("http://10.0.0.1", AddressError::InClear),
            ("http://[::ffff:127.0.0.1]", AddressError::InClear),
            ("ftp://127.0.0.1", AddressError::Scheme),
            ("vault.home.arpa:8200", AddressError::Scheme),
            ("vault.home.arpa", AddressError::NoUrl),
            ("", AddressError::NoUrl),
            ("https://me:secret@vault.home.arpa", AddressError::TooMuch),
            ("https://vault.home.arpa?x=1", AddressError::TooMuch),
            ("unix://relative.sock", AddressError::NoSocket),
        ] {
            assert_eq!(Address::parse(bad), Err(error), "{bad}");
        }
    }

    #[test]
    fn it_prints_as_it_was_written() {
        for text in ["https://vault.home.arpa:8200", "http://127.0.0.1:8200", "unix:///run/openbao.sock"] {
            assert_eq!(Address::parse(text).unwrap().to_string(), text);
        }
        assert!(Address::parse("https://vault.home.arpa").unwrap().is_encrypted());
        assert!(!Address::parse("http://127.0.0.1").unwrap().is_encrypted());
    }
}
