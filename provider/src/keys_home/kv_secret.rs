//! A secret in a KV engine of version 2, on another server than the one that the provider block names.
//!
//! It has a connection of its own. Files are read anew for each request, so a token that was exchanged counts at once.

use std::path::{Path, PathBuf};

use cluster_keys::LARGEST;
use serde_json::Value;
use tf_framework::diagnostic::Diagnostic;
use vault_client::sys::seal_status::{self, SealStatus};
use vault_client::{Address, Client, Error, Namespace, Reply, Request, Timing, TlsSettings, Token, TokenError};
use zeroize::Zeroizing;

use super::settings::VaultKvHome;
use crate::installed_file::{InstalledFile, Permissions};
use crate::kv_v2::{Contents, Metadata, Secret, SecretPath};

/// What the field is called if the user does not say.
pub(super) const FIELD: &str = "keys";

/// A field of a secret, and how the server is reached that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KvSecret {
    address: Address,
    ca_cert_file: Option<PathBuf>,
    token_file: PathBuf,
    namespace: Option<String>,
    mount: String,
    name: String,
    field: String,
}

/// What is in the secret, and which version of it that is.
struct Version {
    contents: Contents,
    number: u64,
}

/// A request came to nothing.
enum Unsent {
    /// Something on this machine can't be used; nothing was sent.
    Settings(Box<Diagnostic>),
    Server(Error),
}

impl KvSecret {
    /// The secret that was declared.
    ///
    /// # Errors
    /// If the address is none.
    pub(super) fn of(home: &VaultKvHome) -> Result<Self, Diagnostic> {
        let address = Address::parse(&home.address)
            .map_err(|error| Diagnostic::error("Unusable Address of the Keys").because(&error))?;
        Ok(Self {
            address,
            ca_cert_file: home.ca_cert_file.as_ref().map(PathBuf::from),
            token_file: PathBuf::from(&home.token_file),
            namespace: home.namespace.clone(),
            mount: home.mount.clone(),
            name: home.path.clone(),
            field: home.field.clone().unwrap_or_else(|| FIELD.to_owned()),
        })
    }

    /// The same with another ending of its name.
    pub(super) fn beside(&self, ending: &str) -> Self {
        Self { name: format!("{}{ending}", self.name), ..self.clone() }
    }

    /// Whether it is the same secret as another one, which was written just now. Two addresses can be those of one server, and
    /// a namespace can be a part of the mount, so what the server says of the two counts: each write has a time of its own.
    ///
    /// # Errors
    /// If one of them can't be looked up.
    pub(super) async fn is_same_secret(&self, written: &Self) -> Result<bool, Diagnostic> {
        if self.place() == written.place() {
            return Ok(true);
        }
        let (here, there) = (self.metadata().await?, written.metadata().await?);
        Ok(here.is_some_and(|here| there.is_some_and(|there| here.is_of_the_secret_of(&there))))
    }

    fn place(&self) -> (&Address, Namespace, &str, &str) {
        let namespace = self.namespace.as_deref().map(Namespace::new).unwrap_or_default();
        (&self.address, namespace, self.mount.trim_matches('/'), &self.name)
    }

    /// The server that has it.
    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// For sentences: "the field keys of kv/cluster on https://…".
    pub(super) fn describe(&self) -> String {
        format!("the field {} of {}/{} on {}", self.field, self.mount, self.name, self.address)
    }

    /// How the server that has it is sealed, and which cluster it belongs to.
    ///
    /// # Errors
    /// If it does not tell.
    pub(super) async fn seal_status(&self) -> Result<SealStatus, Diagnostic> {
        let request = seal_status::request();
        let client = self.client().map_err(|error| *error)?;
        let reply = client.send(&request, None).await.map_err(|error| self.failed(Unsent::Server(error)))?;
        reply.data().map_err(|error| self.failed(Unsent::Server(request.malformed(&error))))
    }

    /// What is in the field. `None` if there is no such secret, for certain.
    ///
    /// # Errors
    /// If it can't be read, or has no such field.
    pub(super) async fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Diagnostic> {
        let Some(Version { mut contents, .. }) = self.version().await? else { return Ok(None) };
        match contents.0.remove(&self.field) {
            Some(Value::String(text)) if text.len() <= LARGEST => Ok(Some(Zeroizing::new(text.into_bytes()))),
            _ => Err(Diagnostic::error(format!("No keys of a server are in {}", self.describe()))
                .detail("The secret is there, and has no such field with a text in it.")
                .remedy("Name another field or another path. The secret is not overwritten.")),
        }
    }

    /// Puts a text into the field of a secret that never was there.
    ///
    /// # Errors
    /// If there is or was one, and if it can't be written.
    pub(super) async fn create(&self, content: &[u8]) -> Result<(), Diagnostic> {
        self.put(Contents::default(), 0, content).await
    }

    /// Puts a text into the field. The server keeps what was there before as an earlier version.
    ///
    /// # Errors
    /// If it can't be written.
    pub(super) async fn write(&self, content: &[u8]) -> Result<(), Diagnostic> {
        self.write_over(content).await.map(drop)
    }

    /// Puts a text into the field, and leaves nothing of what was there before: a key or a token may be there in clear.
    ///
    /// # Errors
    /// If it can't be written, or earlier versions can't be destroyed.
    pub(super) async fn exchange(&self, content: &[u8]) -> Result<(), Diagnostic> {
        let before = self.write_over(content).await?;
        if before.is_empty() {
            return Ok(());
        }
        let request = self.path().destroy(&before);
        let destroyed = self.ask(&request).await.map_err(|error| self.failed(error));
        destroyed.map(drop).map_err(|error| {
            error.detail("They are written, and what was there before is still there as an earlier version.")
        })
    }

    /// Returns the numbers of the versions before.
    async fn write_over(&self, content: &[u8]) -> Result<Vec<u64>, Diagnostic> {
        let before = self.metadata().await?.unwrap_or_default();
        let contents = self.version().await?.map(|version| version.contents).unwrap_or_default();
        self.put(contents, before.current_version, content).await?;
        Ok(before.versions.keys().filter_map(|number| number.parse().ok()).collect())
    }

    /// Fails if the secret is or was there: what is written then is refused, or is one more version of something else.
    ///
    /// # Errors
    /// If so, and if that can't be looked up.
    pub(super) async fn is_new(&self) -> Result<(), Diagnostic> {
        match self.metadata().await? {
            Some(found) if found.current_version > 0 => Err(Diagnostic::error("There is a secret where the keys belong")
                .detail(format!("The server has versions of {}, deleted ones at least.", self.describe()))
                .remedy("Name another path. If nothing of it is needed, remove the secret with all of its versions: kv metadata delete.")),
            _ => Ok(()),
        }
    }

    /// Removes the secret with all of its versions. Gone already is fine.
    ///
    /// # Errors
    /// If it may still be there.
    pub(super) async fn remove(&self) -> Result<(), Diagnostic> {
        let path = self.path();
        match self.ask(&Request::delete(path.metadata())).await {
            Err(error) if !error.is_not_found() => Err(self.failed(error)),
            Err(_) | Ok(_) => Ok(()),
        }
    }

    async fn put(&self, mut contents: Contents, cas: u64, content: &[u8]) -> Result<(), Diagnostic> {
        let text = String::from_utf8_lossy(content).into_owned();
        contents.0.insert(self.field.clone(), Value::String(text));
        let request = self.path().write_over(cas, &contents);
        let Err(error) = self.ask(&request).await else { return Ok(()) };
        // If the answer was lost, look: a second try would be refused because of the first.
        let is_there = error.may_have_been_done()
            && self
                .version()
                .await
                .ok()
                .flatten()
                .is_some_and(|found| found.number == cas + 1 && found.contents == contents);
        if is_there { Ok(()) } else { Err(self.failed(error)) }
    }

    async fn version(&self) -> Result<Option<Version>, Diagnostic> {
        let request = Request::read(self.path().data());
        match self.ask(&request).await {
            Ok(reply) => {
                let found: Secret = reply.data().map_err(|error| {
                    self.failed(Unsent::Server(request.malformed(&error)))
                        .remedy("The mount must be a KV engine of version 2.")
                })?;
                Ok(Some(Version { contents: found.contents, number: found.metadata.version }))
            }
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(self.failed(error)),
        }
    }

    async fn metadata(&self) -> Result<Option<Metadata>, Diagnostic> {
        let request = Request::read(self.path().metadata());
        match self.ask(&request).await {
            Ok(reply) => reply.data().map(Some).map_err(|error| self.failed(Unsent::Server(request.malformed(&error)))),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(self.failed(error)),
        }
    }

    async fn ask(&self, request: &Request) -> Result<Reply, Unsent> {
        let client = self.client().map_err(Unsent::Settings)?;
        let token = self.token().map_err(Unsent::Settings)?;
        client.send(request, Some(&token)).await.map_err(Unsent::Server)
    }

    fn client(&self) -> Result<Client, Box<Diagnostic>> {
        let ca_pem = self.ca_cert_file.as_ref().map(|path| read(path, "ca_cert_file")).transpose()?;
        let tls = TlsSettings { ca_pem: ca_pem.map(|pem| pem.to_vec()), ..TlsSettings::default() };
        let namespace = self.namespace.as_deref().map(Namespace::new).unwrap_or_default();
        let client = Client::new(&self.address, &tls, namespace, Timing::default());
        client.map_err(|error| Box::new(Diagnostic::error("Unusable TLS Settings of the Keys").because(&error)))
    }

    fn token(&self) -> Result<Token, Box<Diagnostic>> {
        let content = read(&self.token_file, "token_file")?;
        let token = std::str::from_utf8(&content).map_err(|_| TokenError::Malformed).and_then(Token::new);
        token.map_err(|error| {
            let summary = format!("No token is in {}", self.token_file.display());
            Box::new(
                Diagnostic::error(summary)
                    .because(&error)
                    .remedy("Put a token of the server there that keeps the keys."),
            )
        })
    }

    fn path(&self) -> SecretPath<'_> {
        // The namespace is that of the connection.
        SecretPath { namespace: None, mount: &self.mount, name: &self.name }
    }

    fn failed(&self, error: Unsent) -> Diagnostic {
        match error {
            Unsent::Settings(diagnostic) => *diagnostic,
            Unsent::Server(error) => {
                Diagnostic::error(format!("The keys of the server can't be kept in {}", self.describe()))
                    .because(&error)
                    .remedy(error.remedy())
            }
        }
    }
}

impl Unsent {
    fn is_not_found(&self) -> bool {
        matches!(self, Self::Server(error) if error.is_not_found())
    }

    fn may_have_been_done(&self) -> bool {
        matches!(self, Self::Server(error) if error.may_have_been_done())
    }
}

/// A file that says how to reach the server.
fn read(path: &Path, setting: &str) -> Result<Zeroizing<Vec<u8>>, Box<Diagnostic>> {
    let file =
        InstalledFile { path: path.to_owned(), permissions: Permissions { mode: 0o600, owner: None, group: None } };
    let missing = || {
        Diagnostic::error(format!("The {setting} of vault_kv does not exist"))
            .detail(format!("{} is not there, so the server that keeps the keys can't be asked.", path.display()))
            .remedy("Bring it here, or correct the path; a relative one starts at the folder in which the CLI runs.")
    };
    match file.read() {
        Ok(Some(content)) => Ok(content),
        Ok(None) => Err(Box::new(missing())),
        Err(error) => Err(Box::new(error.into())),
    }
}
