//! What single values in the files of a server must be. Each question returns what is wrong, if anything is.

use std::net::{IpAddr, SocketAddr};

use tf_framework::diagnostic::Diagnostic;
use tf_framework::value::Path;

/// A path that means the same to the server as to the apply: both run in different folders.
pub(super) fn absolute_path(path: &str, at: Path) -> Option<Diagnostic> {
    let is_bad = !path.starts_with('/') || path.contains(['\0', '\n']) || path.ends_with('/') && path.len() > 1;
    is_bad.then(|| {
        Diagnostic::error("Not an Absolute Path")
            .detail(format!("The server runs in another folder, so {path:?} would mean another place to it."))
            .remedy("Give the whole path, without a slash at its end: abspath(\"pki/vault.pem\") makes one of a relative path.")
            .at(at)
    })
}

/// The same for a path that may be left out.
pub(super) fn optional_path(path: Option<&String>, at: Path) -> Option<Diagnostic> {
    path.and_then(|path| absolute_path(path, at))
}

/// The base address of an API: HTTPS, or HTTP to this very machine.
pub(super) fn api_address(address: &str, at: Path) -> Option<Diagnostic> {
    let is_more = |rest: &str| rest.contains(['/', '?', '#', '@', ' ', '\n', '"']) && !is_template(rest);
    let detail = match address.split_once("://") {
        None => format!("{address:?} has no scheme."),
        Some((_, rest)) if rest.is_empty() || is_more(rest) => format!("{address:?} is not just a host and a port."),
        Some(("https", _)) => return None,
        Some(("http", rest)) if is_loopback(rest) => return None,
        Some(("http", _)) => format!("{address:?} would have tokens sent unencrypted."),
        Some((scheme, _)) => format!("There is no API at an address that begins with {scheme:?}."),
    };
    let diagnostic = Diagnostic::error("Not the Address of an API").detail(detail);
    Some(diagnostic.remedy("Give scheme, host and port, such as \"https://vault.home.arpa:8200\".").at(at))
}

/// The address at which other nodes reach this one. Between nodes there is always TLS.
pub(super) fn cluster_address(address: &str, at: Path) -> Option<Diagnostic> {
    let rest = address.strip_prefix("https://").filter(|rest| !rest.is_empty());
    let is_plain = rest.is_some_and(|rest| !rest.contains(['/', '?', '#', '@', ' ', '\n', '"']) || is_template(rest));
    (!is_plain).then(|| {
        Diagnostic::error("Not the Address of a Node")
            .detail(format!("{address:?} is not \"https://\", a host and a port."))
            .remedy("Give the address at which other nodes reach this one, such as \"https://vault.home.arpa:8201\".")
            .at(at)
    })
}

/// Where a listener listens: a host and a port.
pub(super) fn socket_address(address: &str, at: Path) -> Option<Diagnostic> {
    let is_one = is_template(address)
        || address.parse::<SocketAddr>().is_ok()
        || address.rsplit_once(':').is_some_and(|(host, port)| {
            let is_host = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
            is_host && port.parse::<u16>().is_ok()
        });
    (!is_one).then(|| {
        Diagnostic::error("Not an Address to Listen At")
            .detail(format!("{address:?} is no host with a port."))
            .remedy("Give both, such as \"0.0.0.0:8200\" or \"[::1]:8200\".")
            .at(at)
    })
}

/// A secret that is somewhere else. What was given is never told: it may be the secret itself.
pub(super) fn secret_reference(value: Option<&String>, at: Path) -> Option<Diagnostic> {
    let value = value?;
    let is_file = value.strip_prefix("file://").is_some_and(|path| absolute_path(path, Path::root()).is_none());
    let is_variable = value
        .strip_prefix("env://")
        .is_some_and(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
    (!is_file && !is_variable).then(|| {
        Diagnostic::error("A Secret in the Configuration")
            .detail("What is written here ends up in the state and in a file that is no place for secrets.")
            .remedy(
                "Say where the server finds it: \"file:///etc/vault.d/seal.token\" for a file, which must have no line end \
                 after the secret, or \"env://SEAL_TOKEN\" for a variable of its environment.",
            )
            .at(at)
    })
}

/// Whether the server works the address out itself when it starts. Both know such templates.
fn is_template(text: &str) -> bool {
    text.contains("{{")
}

/// Whether a host, with or without a port, is this very machine, whatever resolves names.
pub(super) fn is_loopback(host: &str) -> bool {
    let address = host.parse::<SocketAddr>().map(|address| address.ip());
    let address = address.or_else(|_| host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>());
    address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_absolute() {
        for good in ["/etc/vault.d/vault.hcl", "/", "/a b/$"] {
            assert_eq!(absolute_path(good, Path::root()), None, "{good}");
        }
        for bad in ["", "pki/vault.pem", "~/vault.pem", "/etc/", "/a\nb"] {
            assert!(absolute_path(bad, Path::root()).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn addresses_are_encrypted_or_here() {
        for good in
            ["https://a.b:8200", "http://127.0.0.1:8200", "http://[::1]:8200", "https://{{ GetPrivateIP }}:8200"]
        {
            assert_eq!(api_address(good, Path::root()), None, "{good}");
        }
        for bad in ["a.b:8200", "http://a.b:8200", "http://localhost:8200", "ftp://a.b", "https://", "https://a/v1"] {
            assert!(api_address(bad, Path::root()).is_some(), "{bad}");
        }
        assert_eq!(cluster_address("https://a.b:8201", Path::root()), None);
        for bad in ["a.b:8201", "http://127.0.0.1:8201", "https://a/"] {
            assert!(cluster_address(bad, Path::root()).is_some(), "{bad}");
        }
    }

    #[test]
    fn listeners_have_a_host_and_a_port() {
        for good in ["0.0.0.0:8200", "[::]:8200", "localhost:8200", ":8200", "{{ GetPrivateIP }}:8200"] {
            assert_eq!(socket_address(good, Path::root()), None, "{good}");
        }
        for bad in ["0.0.0.0", "8200", "a:b", "a:99999", "https://a:1"] {
            assert!(socket_address(bad, Path::root()).is_some(), "{bad}");
        }
        assert!(is_loopback("127.0.0.1:8200") && is_loopback("::1") && is_loopback("[::1]:1"));
        assert!(!is_loopback("localhost:8200") && !is_loopback("0.0.0.0:8200") && !is_loopback(":8200"));
    }

    #[test]
    fn secrets_are_elsewhere_and_never_told() {
        let check = |text: &str| secret_reference(Some(&text.to_owned()), Path::root());
        for good in ["file:///etc/vault.d/token", "env://SEAL_TOKEN"] {
            assert_eq!(check(good), None, "{good}");
        }
        for bad in ["hvs.SECRET", "", "file://SECRET", "env://", "env://A B"] {
            let told = check(bad).unwrap_or_else(|| panic!("{bad}"));
            assert!(!format!("{told:?}").contains("hvs.") && !format!("{told:?}").contains("//SECRET"), "{told:?}");
        }
    }
}
