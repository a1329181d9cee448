//! What the environment says: `BAO_X` if it is set, else `VAULT_X`.

use secrecy::SecretString;

/// Variables that would switch the verification of the server off. There is no such switch here.
const SKIP_VERIFY: &[&str] = &["BAO_SKIP_VERIFY", "VAULT_SKIP_VERIFY"];

/// The variables that the command lines of both servers know.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// `ADDR`: the address.
    pub address: Option<String>,
    /// `NAMESPACE`: the namespace.
    pub namespace: Option<String>,
    /// `TOKEN`: the token.
    pub token: Option<SecretString>,
    /// `CACERT`: file with the authorities.
    pub ca_cert_file: Option<String>,
    /// `CACERT_BYTES`: the authorities, as PEM.
    pub ca_cert_pem: Option<String>,
    /// `CLIENT_CERT`: file with the certificate that the client shows.
    pub client_cert_file: Option<String>,
    /// `CLIENT_KEY`: file with its key.
    pub client_key_file: Option<String>,
    /// `TLS_SERVER_NAME`: the name that the server must have.
    pub tls_server_name: Option<String>,
}

/// A variable asks for what is not done here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable} is set, and the server is always verified")]
pub struct SkipVerifySet {
    /// The variable.
    pub variable: &'static str,
}

impl Environment {
    /// Reads the variables through `variable`, which is usually [`std::env::var`]. An empty one counts as not set.
    ///
    /// # Errors
    /// If a variable says that the server is not to be verified.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SkipVerifySet> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        // "false" and the like ask for what is done anyway.
        let is_off = |value: &str| matches!(value.to_lowercase().as_str(), "0" | "f" | "false");
        if let Some(variable) = SKIP_VERIFY.iter().find(|name| set(name).is_some_and(|value| !is_off(&value))) {
            return Err(SkipVerifySet { variable });
        }
        let either = |name: &str| set(&format!("BAO_{name}")).or_else(|| set(&format!("VAULT_{name}")));
        Ok(Self {
            address: either("ADDR"),
            namespace: either("NAMESPACE"),
            token: either("TOKEN").map(SecretString::from),
            ca_cert_file: either("CACERT"),
            ca_cert_pem: either("CACERT_BYTES"),
            client_cert_file: either("CLIENT_CERT"),
            client_key_file: either("CLIENT_KEY"),
            tls_server_name: either("TLS_SERVER_NAME"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Environment, SkipVerifySet> {
        Environment::read(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn bao_comes_before_vault() {
        let both = [("BAO_ADDR", "https://bao"), ("VAULT_ADDR", "https://vault"), ("VAULT_NAMESPACE", "team")];
        let environment = read(&both).unwrap();
        assert_eq!(environment.address.as_deref(), Some("https://bao"));
        assert_eq!(environment.namespace.as_deref(), Some("team"));
        let empty = read(&[("BAO_ADDR", ""), ("VAULT_ADDR", "https://vault")]).unwrap();
        assert_eq!(empty.address.as_deref(), Some("https://vault"));
        assert!(read(&[]).unwrap().token.is_none());
    }

    #[test]
    fn there_is_no_switch_for_an_unverified_server() {
        for variable in SKIP_VERIFY {
            assert_eq!(read(&[(variable, "true")]).unwrap_err(), SkipVerifySet { variable });
            assert_eq!(read(&[(variable, "yes please")]).unwrap_err(), SkipVerifySet { variable });
            read(&[(variable, "false")]).unwrap();
        }
    }
}
