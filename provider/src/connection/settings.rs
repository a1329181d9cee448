//! What the provider block and the environment say together.

use std::path::PathBuf;
use std::time::Duration;

use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::{Secret, Setting};
use tf_framework::value::Path;
use tf_framework::{Failure, Outcome};
use vault_client::{Address, Environment, Namespace, Timing};

use super::credential::{Credential, KeysFile, Login, Method, Text};
use crate::SecretZero;
use crate::auth_login::{AuthLoginApprole, AuthLoginCert, AuthLoginJwt, AuthLoginKubernetes, AuthLoginUserpass};

/// Where the servers' own command lines keep the token of a user.
const TOKEN_OF_USER: &str = ".vault-token";

/// Where a pod has the token of its service account.
const TOKEN_OF_POD: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/// Everything that is needed to talk to the server.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) address: Address,
    pub(super) namespace: Namespace,
    pub(super) authorities: Option<Authorities>,
    pub(super) server_name: Option<String>,
    /// Certificate and key.
    pub(super) client: Option<(PathBuf, PathBuf)>,
    pub(super) timing: Timing,
    pub(super) credential: Credential,
    pub(super) cluster_id: Option<String>,
}

/// Who may vouch for the server.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Authorities {
    File(PathBuf),
    Pem(String),
}

impl Settings {
    /// What the block says outweighs the environment.
    ///
    /// # Errors
    /// If there is no address, or something can't be used; of what is not known yet, which attribute it is.
    pub(super) fn resolve(block: &SecretZero, environment: &Environment) -> Outcome<Self> {
        let address = match known(&block.address, "address")? {
            Some(address) => (address.clone(), true),
            None => (environment.address.clone().ok_or_else(no_address)?, false),
        };
        let namespace = known(&block.namespace, "namespace")?.or(environment.namespace.as_ref());
        let timeout = known(&block.timeout, "timeout")?.map(|timeout| Duration::from_secs(timeout.seconds()));
        let retries = known(&block.max_retries, "max_retries")?;
        if retries.is_some_and(|retries| *retries < 0) {
            return Err(Diagnostic::error("A Number of Retries Below Zero")
                .detail("max_retries is how often a request is sent again.")
                .remedy("Set 0 for never.")
                .at(Path::root().attribute("max_retries"))
                .into());
        }
        let timing = Timing::default();
        Ok(Self {
            address: parsed(&address.0, address.1)?,
            namespace: namespace.map(|path| Namespace::new(path)).unwrap_or_default(),
            authorities: authorities(block, environment)?,
            server_name: known(&block.tls_server_name, "tls_server_name")?
                .or(environment.tls_server_name.as_ref())
                .cloned(),
            client: client(block, environment)?,
            timing: Timing {
                request: timeout.unwrap_or(timing.request),
                // A number that does not fit is one that never ends anyway.
                retries: retries.map_or(timing.retries, |retries| u32::try_from(*retries).unwrap_or(u32::MAX)),
                ..timing
            },
            credential: credential(block, environment)?,
            cluster_id: known(&block.expected_cluster_id, "expected_cluster_id")?.cloned(),
        })
    }
}

fn known<'a, T>(setting: &'a Setting<T>, name: &'static str) -> Outcome<Option<&'a T>> {
    setting.known(Path::root().attribute(name))
}

fn parsed(address: &str, is_set_here: bool) -> Outcome<Address> {
    Address::parse(address).map_err(|error| {
        let diagnostic = Diagnostic::error("Unusable Server Address").because(&error);
        let place = Path::root().attribute("address");
        if is_set_here {
            diagnostic.at(place).into()
        } else {
            Failure::from(
                diagnostic.remedy("It is from BAO_ADDR or VAULT_ADDR in the environment; address is not set."),
            )
        }
    })
}

fn no_address() -> Failure {
    Diagnostic::error("No Server Address")
        .detail("Neither address in the provider block nor BAO_ADDR or VAULT_ADDR in the environment says where the server is.")
        .remedy("Set address, such as \"https://vault.home.arpa:8200\".")
        .into()
}

fn authorities(block: &SecretZero, environment: &Environment) -> Outcome<Option<Authorities>> {
    let file = known(&block.ca_cert_file, "ca_cert_file")?;
    let pem = known(&block.ca_cert_pem, "ca_cert_pem")?;
    let (file, pem) = match (file, pem) {
        // Bytes outweigh a file in the environment, as for the servers' command lines.
        (None, None) if environment.ca_cert_pem.is_some() => (None, environment.ca_cert_pem.as_ref()),
        (None, None) => (environment.ca_cert_file.as_ref(), None),
        set => set,
    };
    Ok(file.map(|path| Authorities::File(path.into())).or(pem.map(|pem| Authorities::Pem(pem.clone()))))
}

fn client(block: &SecretZero, environment: &Environment) -> Outcome<Option<(PathBuf, PathBuf)>> {
    let certificate = known(&block.client_cert_file, "client_cert_file")?.or(environment.client_cert_file.as_ref());
    let key = known(&block.client_key_file, "client_key_file")?.or(environment.client_key_file.as_ref());
    match (certificate, key) {
        (Some(certificate), Some(key)) => Ok(Some((certificate.into(), key.into()))),
        (None, None) => Ok(None),
        _ => Err(Diagnostic::error("Half a Client Certificate")
            .detail("A client certificate and its key belong together, and only one of them is set.")
            .remedy("Set both client_cert_file and client_key_file, or BAO_CLIENT_CERT and BAO_CLIENT_KEY.")
            .into()),
    }
}

/// Any credential of the block outweighs those of the environment.
fn credential(block: &SecretZero, environment: &Environment) -> Outcome<Credential> {
    let identity = known(&block.keys_identity_file, "keys_identity_file")?.map(PathBuf::from);
    let keys = known(&block.keys_file, "keys_file")?.map(|path| KeysFile { path: path.into(), identity });
    let login = login(block)?;
    let until = |login: Login| match &keys {
        Some(keys) => Credential::KeysUntil { keys: keys.clone(), login },
        None => Credential::Login(login),
    };
    if let Some(token) = known(&block.token, "token")? {
        return Ok(Credential::Token(text(token)));
    }
    if let Some(file) = known(&block.token_file, "token_file")? {
        return Ok(Credential::Token(Text::File(file.into())));
    }
    match login {
        Some(login) if matches!(login.method, Method::Approle { .. } | Method::Cert { .. }) => return Ok(until(login)),
        Some(_) if keys.is_some() => {
            return Err(Diagnostic::error("A Login That keys_file Does Not Go With")
                .detail("keys_file stands by itself, or beside auth_login_approle or auth_login_cert.")
                .remedy("Leave keys_file out, or log in with the credentials that secretzero_operator writes.")
                .at(Path::root().attribute("keys_file"))
                .into());
        }
        Some(login) => return Ok(Credential::Login(login)),
        None => {}
    }
    if let Some(keys) = keys {
        return Ok(Credential::Keys(keys));
    }
    if let Some(token) = &environment.token {
        return Ok(Credential::Token(Text::Value(token.clone())));
    }
    // What the home folder is, is for the environment to say.
    let of_user = std::env::home_dir().map(|home| home.join(TOKEN_OF_USER)).filter(|file| file.exists());
    Ok(of_user.map_or(Credential::None, |file| Credential::Token(Text::File(file))))
}

/// The one login that is set.
fn login(block: &SecretZero) -> Outcome<Option<Login>> {
    if let Some(login) = known(&block.auth_login_approle, "auth_login_approle")? {
        return approle(login).map(Some);
    }
    if let Some(login) = known(&block.auth_login_cert, "auth_login_cert")? {
        return cert(login).map(Some);
    }
    if let Some(login) = known(&block.auth_login_jwt, "auth_login_jwt")? {
        return jwt(login).map(Some);
    }
    if let Some(login) = known(&block.auth_login_kubernetes, "auth_login_kubernetes")? {
        return kubernetes(login).map(Some);
    }
    if let Some(login) = known(&block.auth_login_userpass, "auth_login_userpass")? {
        return userpass(login).map(Some);
    }
    Ok(None)
}

fn approle(login: &AuthLoginApprole) -> Outcome<Login> {
    let of = In("auth_login_approle");
    let AuthLoginApprole { mount, namespace, role_id, role_id_file, secret_id, secret_id_file } = login;
    let role_id = of.get(role_id, "role_id")?.map(|id| Text::Value(id.as_str().into()));
    let secret_id = of.get(secret_id, "secret_id")?.map(text);
    let method = Method::Approle {
        role_id: role_id.or(of.file(role_id_file, "role_id_file")?).ok_or_else(|| of.missing("role_id"))?,
        secret_id: secret_id.or(of.file(secret_id_file, "secret_id_file")?),
    };
    of.login(mount, namespace, "approle", method)
}

fn cert(login: &AuthLoginCert) -> Outcome<Login> {
    let of = In("auth_login_cert");
    let AuthLoginCert { mount, namespace, name } = login;
    of.login(mount, namespace, "cert", Method::Cert { name: of.get(name, "name")?.cloned() })
}

fn jwt(login: &AuthLoginJwt) -> Outcome<Login> {
    let of = In("auth_login_jwt");
    let AuthLoginJwt { mount, namespace, role, jwt, jwt_file, jwt_env } = login;
    let value = of.get(jwt, "jwt")?.map(text);
    let variable = of.get(jwt_env, "jwt_env")?.map(|name| Text::Variable(name.clone()));
    let method = Method::Jwt {
        role: of.get(role, "role")?.cloned(),
        jwt: value.or(of.file(jwt_file, "jwt_file")?).or(variable).ok_or_else(|| of.missing("jwt"))?,
    };
    of.login(mount, namespace, "jwt", method)
}

fn kubernetes(login: &AuthLoginKubernetes) -> Outcome<Login> {
    let of = In("auth_login_kubernetes");
    let AuthLoginKubernetes { mount, namespace, role, jwt, jwt_file } = login;
    let value = of.get(jwt, "jwt")?.map(text);
    let method = Method::Jwt {
        role: Some(of.get(role, "role")?.ok_or_else(|| of.missing("role"))?.clone()),
        jwt: value.or(of.file(jwt_file, "jwt_file")?).unwrap_or_else(|| Text::File(TOKEN_OF_POD.into())),
    };
    of.login(mount, namespace, "kubernetes", method)
}

fn userpass(login: &AuthLoginUserpass) -> Outcome<Login> {
    let of = In("auth_login_userpass");
    let AuthLoginUserpass { mount, namespace, username, password, password_file } = login;
    let value = of.get(password, "password")?.map(text);
    let method = Method::Userpass {
        username: of.get(username, "username")?.ok_or_else(|| of.missing("username"))?.clone(),
        password: value.or(of.file(password_file, "password_file")?).ok_or_else(|| of.missing("password"))?,
    };
    of.login(mount, namespace, "userpass", method)
}

/// The login that an attribute of the block describes.
#[derive(Clone, Copy)]
struct In(&'static str);

impl In {
    fn get<'a, T>(self, setting: &'a Setting<T>, name: &'static str) -> Outcome<Option<&'a T>> {
        setting.known(Path::root().attribute(self.0).attribute(name))
    }

    fn file(self, setting: &Setting<String>, name: &'static str) -> Outcome<Option<Text>> {
        Ok(self.get(setting, name)?.map(|path| Text::File(path.into())))
    }

    fn login(
        self,
        mount: &Setting<String>,
        namespace: &Setting<String>,
        default_mount: &str,
        method: Method,
    ) -> Outcome<Login> {
        let mount = self.get(mount, "mount")?.map_or(default_mount, String::as_str);
        Ok(Login { mount: mount.to_owned(), namespace: self.get(namespace, "namespace")?.cloned(), method })
    }

    /// The schema demands it; whoever calls without a schema is told the same.
    fn missing(self, name: &'static str) -> Failure {
        Diagnostic::error("Incomplete Login")
            .detail(format!("{} needs {name}.", self.0))
            .at(Path::root().attribute(self.0))
            .into()
    }
}

fn text(secret: &Secret) -> Text {
    Text::Value(secret.expose().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block() -> SecretZero {
        SecretZero {
            address: Setting::Known("https://vault.home.arpa:8200".to_owned()),
            namespace: Setting::Unset,
            ca_cert_file: Setting::Unset,
            ca_cert_pem: Setting::Unset,
            tls_server_name: Setting::Unset,
            client_cert_file: Setting::Unset,
            client_key_file: Setting::Unset,
            timeout: Setting::Unset,
            max_retries: Setting::Unset,
            token: Setting::Unset,
            token_file: Setting::Unset,
            keys_file: Setting::Unset,
            keys_identity_file: Setting::Unset,
            auth_login_approle: Setting::Unset,
            auth_login_cert: Setting::Unset,
            auth_login_jwt: Setting::Unset,
            auth_login_kubernetes: Setting::Unset,
            auth_login_userpass: Setting::Unset,
            expected_cluster_id: Setting::Unset,
            server_unreachable: Setting::Unset,
        }
    }

    fn environment() -> Environment {
        Environment {
            address: Some("https://environment".to_owned()),
            namespace: Some("of-environment".to_owned()),
            token: Some("s.environment".into()),
            ca_cert_file: Some("environment.pem".to_owned()),
            ..Environment::default()
        }
    }

    fn set(text: &str) -> Setting<String> {
        Setting::Known(text.to_owned())
    }

    #[test]
    fn the_block_outweighs_the_environment() {
        let settings = Settings::resolve(&block(), &environment()).unwrap();
        assert_eq!(settings.address.to_string(), "https://vault.home.arpa:8200");
        assert_eq!(settings.namespace.as_str(), "of-environment");
        assert_eq!(settings.authorities, Some(Authorities::File("environment.pem".into())));
        let named = SecretZero { namespace: set("team"), ca_cert_file: set("ca.pem"), ..block() };
        let settings = Settings::resolve(&named, &environment()).unwrap();
        assert_eq!(settings.namespace.as_str(), "team");
        assert_eq!(settings.authorities, Some(Authorities::File("ca.pem".into())));
        let without = SecretZero { address: Setting::Unset, ..block() };
        let settings = Settings::resolve(&without, &environment()).unwrap();
        assert_eq!(settings.address.to_string(), "https://environment");
        assert!(Settings::resolve(&without, &Environment::default()).is_err());
    }

    #[test]
    fn any_credential_of_the_block_outweighs_the_token_of_the_environment() {
        let of = |block: SecretZero| Settings::resolve(&block, &environment()).unwrap().credential;
        assert!(matches!(of(block()), Credential::Token(Text::Value(_))));
        let with_file = SecretZero { token_file: set("token"), ..block() };
        assert!(matches!(of(with_file), Credential::Token(Text::File(_))));
        assert!(matches!(of(SecretZero { keys_file: set("keys.json"), ..block() }), Credential::Keys(_)));
        let cert = || AuthLoginCert { mount: Setting::Unset, namespace: Setting::Unset, name: Setting::Unset };
        let login = SecretZero { auth_login_cert: Setting::Known(cert()), ..block() };
        assert!(matches!(of(login), Credential::Login(Login { method: Method::Cert { .. }, .. })));
        let both = SecretZero { auth_login_cert: Setting::Known(cert()), keys_file: set("keys.json"), ..block() };
        assert!(matches!(of(both), Credential::KeysUntil { .. }));
    }

    #[test]
    fn nothing_is_retried_less_than_never() {
        let of = |retries| {
            Settings::resolve(&SecretZero { max_retries: Setting::Known(retries), ..block() }, &environment())
        };
        assert_eq!(of(0).unwrap().timing.retries, 0);
        let failure = of(-1).unwrap_err();
        assert!(failure.diagnostics().iter().any(|diagnostic| diagnostic.detail_text().contains("max_retries")));
    }

    #[test]
    fn unknown_is_not_unset() {
        let unknown = SecretZero { address: Setting::Unknown, ..block() };
        let failure = Settings::resolve(&unknown, &environment()).unwrap_err();
        assert!(failure.diagnostics().iter().any(|diagnostic| diagnostic.detail_text().contains("address")));
        let unknown = SecretZero { token: Setting::Unknown, ..block() };
        assert!(Settings::resolve(&unknown, &environment()).is_err());
    }

    #[test]
    fn keys_stand_by_themselves_or_beside_an_operator() {
        let login = AuthLoginUserpass {
            mount: Setting::Unset,
            namespace: Setting::Unset,
            username: set("ada"),
            password: Setting::Known("canary".into()),
            password_file: Setting::Unset,
        };
        let both = SecretZero { auth_login_userpass: Setting::Known(login), keys_file: set("keys.json"), ..block() };
        let failure = Settings::resolve(&both, &environment()).unwrap_err();
        assert!(failure.diagnostics().iter().any(|diagnostic| diagnostic.summary().contains("keys_file")));
    }

    #[test]
    fn what_is_secret_is_not_printed() {
        let token = SecretZero { token: Setting::Known("canary".into()), ..block() };
        let settings = Settings::resolve(&token, &Environment::default()).unwrap();
        assert!(!format!("{settings:?} {token:?}").contains("canary"));
    }
}
