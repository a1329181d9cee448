//! What the server is shown, and where it comes from. Files and variables are read when they are needed.

use std::io;
use std::path::{Path, PathBuf};

use cluster_keys::{ClusterKeys, age};
use secrecy::{ExposeSecret as _, SecretString};
use vault_client::auth::login;
use vault_client::{Request, Token, TokenError};
use zeroize::Zeroizing;

/// Which credential the settings name.
#[derive(Debug)]
pub(super) enum Credential {
    /// None.
    None,
    /// A token of the user.
    Token(Text),
    /// The root token in a file of keys.
    Keys(KeysFile),
    /// The root token in a file of keys, until the files of a login are there.
    KeysUntil { keys: KeysFile, login: Login },
    /// A login.
    Login(Login),
}

/// A login at an auth method.
#[derive(Debug)]
pub(super) struct Login {
    pub(super) mount: String,
    pub(super) namespace: Option<String>,
    pub(super) method: Method,
}

#[derive(Debug)]
pub(super) enum Method {
    Approle {
        role_id: Text,
        secret_id: Option<Text>,
    },
    Cert {
        name: Option<String>,
    },
    /// Of a `jwt` or a `kubernetes` method: they take the same.
    Jwt {
        role: Option<String>,
        jwt: Text,
    },
    Userpass {
        username: String,
        password: Text,
    },
}

/// A login with the files of an operator, which there may not be yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorLogin {
    /// The file with the keys of the server.
    pub keys_file: KeysFile,
    /// Where the auth method is mounted.
    pub mount: String,
    /// What it logs in with.
    pub files: OperatorFiles,
}

/// The files with what an operator logs in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperatorFiles {
    /// Of an AppRole.
    Approle {
        /// The file with the id of the role.
        role_id: PathBuf,
        /// The file with the secret id.
        secret_id: PathBuf,
    },
    /// A client certificate with its key. They are in one file, since two can't be exchanged in one step.
    Cert {
        /// The file.
        pem: PathBuf,
        /// The role that the login names.
        name: Option<String>,
    },
}

impl OperatorFiles {
    /// Their paths, the one first without which the login does not count.
    pub fn paths(&self) -> Vec<&Path> {
        match self {
            Self::Approle { role_id, secret_id } => vec![secret_id, role_id],
            Self::Cert { pem, .. } => vec![pem],
        }
    }

    /// Whether all are there: then they are what counts, and no longer the root token.
    pub fn exist(&self) -> bool {
        self.paths().into_iter().all(Path::exists)
    }

    /// For sentences.
    pub fn describe(&self) -> String {
        self.paths().iter().rev().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" and ")
    }
}

/// A file with the keys of a server, and what decrypts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeysFile {
    /// The file.
    pub path: PathBuf,
    /// The file with an age identity that it is encrypted to, if it is.
    pub identity: Option<PathBuf>,
}

/// A text, or where it is.
#[derive(Clone, Debug)]
pub(super) enum Text {
    Value(SecretString),
    File(PathBuf),
    Variable(String),
}

/// A credential can't be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CredentialError {
    #[error("reading {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{} is not a text", path.display())]
    NoText { path: PathBuf },
    #[error("the environment variable {0} is not set")]
    NoVariable(String),
    #[error("in {}", path.display())]
    Token { path: PathBuf, source: TokenError },
    #[error(transparent)]
    GivenToken(#[from] TokenError),
    #[error("in {}", path.display())]
    Keys { path: PathBuf, source: cluster_keys::ParseError },
    #[error("{} is encrypted with age, and keys_identity_file names no identity for it", path.display())]
    NoIdentity { path: PathBuf },
    #[error("in {}", path.display())]
    Age { path: PathBuf, source: age::AgeError },
    #[error("{} has no root token", path.display())]
    NoRootToken { path: PathBuf },
    #[error(
        "the root token in {} is encrypted with PGP: its holder decrypts it (base64 -d | gpg -d), and puts it into the file \
         in its place",
        path.display()
    )]
    EncryptedRootToken { path: PathBuf },
}

impl CredentialError {
    /// Whether a file is missing. It may be written by this very apply.
    pub(super) fn is_missing_file(&self) -> bool {
        matches!(self, Self::Read { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

impl Credential {
    /// What an operator needs to know, if it is a login that one can be made for. `client` are certificate and key of the
    /// connection.
    pub(super) fn operator_login(&self, client: Option<&(PathBuf, PathBuf)>) -> Option<OperatorLogin> {
        let Self::KeysUntil { keys, login } = self else { return None };
        let files = match &login.method {
            Method::Approle { role_id: Text::File(role_id), secret_id: Some(Text::File(secret_id)) } => {
                OperatorFiles::Approle { role_id: role_id.clone(), secret_id: secret_id.clone() }
            }
            Method::Cert { name } => match client {
                Some((certificate, key)) if certificate == key => {
                    OperatorFiles::Cert { pem: certificate.clone(), name: name.clone() }
                }
                _ => return None,
            },
            _ => return None,
        };
        Some(OperatorLogin { keys_file: keys.clone(), mount: login.mount.clone(), files })
    }

    /// Whether the client certificate may be one that an operator is still to make.
    pub(super) fn makes_client_certificate(&self) -> bool {
        matches!(self, Self::KeysUntil { login, .. } if login.needs_client_certificate())
    }
}

impl Login {
    /// The request that logs in.
    ///
    /// # Errors
    /// If what it needs can't be read.
    pub(super) fn request(&self) -> Result<Request, CredentialError> {
        let mount = self.mount.as_str();
        let request = match &self.method {
            Method::Approle { role_id, secret_id } => {
                let secret_id = secret_id.as_ref().map(Text::read).transpose()?;
                login::approle(mount, expose(&role_id.read()?), secret_id.as_ref())
            }
            Method::Cert { name } => login::cert(mount, name.as_deref()),
            Method::Jwt { role, jwt } => login::jwt(mount, role.as_deref(), &jwt.read()?),
            Method::Userpass { username, password } => login::userpass(mount, username, &password.read()?),
        };
        Ok(request.within(self.namespace.as_deref()))
    }

    /// The files that it needs beside the client certificate.
    pub(super) fn files(&self) -> Vec<&Path> {
        let texts = match &self.method {
            Method::Approle { role_id, secret_id } => vec![Some(role_id), secret_id.as_ref()],
            Method::Cert { .. } => Vec::new(),
            Method::Jwt { jwt, .. } => vec![Some(jwt)],
            Method::Userpass { password, .. } => vec![Some(password)],
        };
        texts.into_iter().flatten().filter_map(Text::file).collect()
    }

    /// Whether it shows the client certificate of the connection.
    pub(super) fn needs_client_certificate(&self) -> bool {
        matches!(self.method, Method::Cert { .. })
    }
}

impl Text {
    fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Value(_) | Self::Variable(_) => None,
        }
    }

    /// The text, without the spaces and line ends around it.
    fn read(&self) -> Result<SecretString, CredentialError> {
        match self {
            Self::Value(text) => Ok(text.clone()),
            Self::File(path) => Ok(read(path)?.trim().to_owned().into()),
            Self::Variable(name) => {
                let text = std::env::var(name).map_err(|_| CredentialError::NoVariable(name.clone()))?;
                Ok(text.trim().to_owned().into())
            }
        }
    }

    /// The text as a token.
    ///
    /// # Errors
    /// If it can't be read or is no token.
    pub(super) fn token(&self) -> Result<Token, CredentialError> {
        let token = Token::new(expose(&self.read()?));
        match self.file() {
            Some(path) => token.map_err(|source| CredentialError::Token { path: path.to_owned(), source }),
            None => Ok(token?),
        }
    }
}

impl KeysFile {
    /// The keys in it.
    ///
    /// # Errors
    /// If the file can't be read or decrypted, or has none.
    pub(crate) fn load(&self) -> Result<ClusterKeys, CredentialError> {
        let path = || self.path.clone();
        let identity = || match &self.identity {
            Some(file) => bytes(file),
            None => Err(CredentialError::NoIdentity { path: path() }),
        };
        let plain = age::open(bytes(&self.path)?, identity).map_err(|error| match error {
            age::OpenError::NoIdentity(error) => error,
            age::OpenError::Identity(source) => {
                CredentialError::Age { path: self.identity.clone().unwrap_or_else(path), source }
            }
            age::OpenError::Content(source) => CredentialError::Age { path: path(), source },
        })?;
        ClusterKeys::parse(&plain).map_err(|source| CredentialError::Keys { path: path(), source })
    }

    /// The root token in it.
    ///
    /// # Errors
    /// As [`load`](Self::load), and if there is none.
    pub(crate) fn root_token(&self) -> Result<Token, CredentialError> {
        let keys = self.load()?;
        if keys.has_encrypted_root_token() {
            return Err(CredentialError::EncryptedRootToken { path: self.path.clone() });
        }
        let token = keys.root_token.as_ref().ok_or_else(|| CredentialError::NoRootToken { path: self.path.clone() })?;
        Token::new(expose(token)).map_err(|source| CredentialError::Token { path: self.path.clone(), source })
    }
}

#[expect(clippy::disallowed_methods, reason = "it goes into a token or the body of a login, both wiped")]
fn expose(text: &SecretString) -> &str {
    text.expose_secret()
}

fn bytes(path: &Path) -> Result<Zeroizing<Vec<u8>>, CredentialError> {
    let bytes = std::fs::read(path).map_err(|source| CredentialError::Read { path: path.to_owned(), source })?;
    Ok(Zeroizing::new(bytes))
}

fn read(path: &Path) -> Result<Zeroizing<String>, CredentialError> {
    let bytes = std::fs::read(path).map_err(|source| CredentialError::Read { path: path.to_owned(), source })?;
    let text = String::from_utf8(bytes).map_err(|_| CredentialError::NoText { path: path.to_owned() })?;
    Ok(Zeroizing::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of age-keygen's, for tests alone.
    const IDENTITY: &str = "AGE-SECRET-KEY-1YQNY5AAPSTAKPKZU4SL3W7M66W07MTK0UFCDN62YSW6Q007WVK5S6R0G7M";

    #[test]
    fn keys_are_read_in_clear_and_encrypted() {
        let folder = tempfile::tempdir().unwrap();
        let [plain, encrypted, identity] = ["keys.json", "keys.age", "identity"].map(|name| folder.path().join(name));
        let keys = br#"{"unseal_keys_b64":[],"root_token":"s.canary"}"#;
        std::fs::write(&plain, keys).unwrap();
        std::fs::write(&identity, IDENTITY).unwrap();
        let recipient = age::Identity::parse_file(IDENTITY).unwrap()[0].recipient().clone();
        std::fs::write(&encrypted, age::encrypt(keys, &[recipient]).unwrap()).unwrap();

        let of =
            |path: &PathBuf, identity: Option<&PathBuf>| KeysFile { path: path.clone(), identity: identity.cloned() };
        for file in [of(&plain, None), of(&plain, Some(&identity)), of(&encrypted, Some(&identity))] {
            assert_eq!(file.root_token().unwrap().expose(), "s.canary");
        }
        let error = of(&encrypted, None).root_token().unwrap_err();
        assert!(error.to_string().contains("keys_identity_file"), "{error}");
        let missing = folder.path().join("missing");
        assert!(of(&missing, None).root_token().unwrap_err().is_missing_file());
    }
}
