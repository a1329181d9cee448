//! What the calls of the resources share: the folder and the server of the provider block, looked at when they are needed.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tf_framework::diagnostic::Diagnostic;
use tf_framework::value::Path;
use tf_framework::{Doing as _, Failure, Outcome};
use tokio::sync::OnceCell;

use crate::provider::{Example, ServerSettings};
use crate::server::{Credential, Server};
use crate::store::Store;

/// How long a request may take if the user does not say.
const REQUEST: Duration = Duration::from_secs(30);

/// The provider block, and the connection once there is one.
#[derive(Debug)]
pub struct Client {
    settings: Example,
    server: OnceCell<Server>,
    /// What to do when the process ends before whoever opened something has closed it.
    leases: Mutex<BTreeSet<String>>,
}

impl Client {
    pub(crate) fn new(settings: Example) -> Self {
        Self { settings, server: OnceCell::new(), leases: Mutex::default() }
    }

    /// The folder.
    ///
    /// # Errors
    /// If it is not set, or not known yet.
    pub fn store(&self) -> Outcome<Store> {
        match self.settings.directory.known(Example::DIRECTORY.path())? {
            Some(directory) => Ok(Store::new(directory)),
            None => Err(unset("directory", "there is no folder to keep this in")),
        }
    }

    /// The server. Its files are read at the first call that finds them.
    ///
    /// # Errors
    /// If it is not set, not known yet, or the settings make no sense.
    pub async fn server(&self) -> Outcome<&Server> {
        self.server.get_or_try_init(async || self.connect()).await
    }

    /// The leases that are open.
    pub(crate) fn leases(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connect(&self) -> Outcome<Server> {
        let Some(settings) = self.settings.server.known(Example::SERVER.path())? else {
            return Err(unset("server", "there is no server to keep this on"));
        };
        let ServerSettings { address, ca_cert_file, token, token_file, timeout } = settings;
        let Some(address) = address.known(inside(ServerSettings::ADDRESS.name()))? else {
            return Err(unset("server.address", "the server can't be found"));
        };
        let ca_cert_file = ca_cert_file.known(inside(ServerSettings::CA_CERT_FILE.name()))?;
        let token = token.known(inside(ServerSettings::TOKEN.name()))?;
        let token_file = token_file.known(inside(ServerSettings::TOKEN_FILE.name()))?;
        let credential = match (token, token_file) {
            (Some(token), _) => Credential::Token(token.clone()),
            (None, Some(file)) => Credential::File(file.into()),
            (None, None) => return Err(unset("server.token", "the server would refuse every request")),
        };
        let timeout = timeout.known(inside(ServerSettings::TIMEOUT.name()))?;
        let timeout = timeout.map_or(REQUEST, Duration::from);
        let server = Server::new(address, ca_cert_file.map(AsRef::as_ref), &credential, timeout);
        Ok(server.doing(format!("Connecting to the server at {address}"))?)
    }
}

fn inside(name: &'static str) -> Path {
    Example::SERVER.path().attribute(name)
}

fn unset(attribute: &str, consequence: &str) -> Failure {
    Diagnostic::error("Incomplete Provider Configuration")
        .detail(format!("The attribute {attribute} of the provider block is not set, so {consequence}."))
        .remedy(format!("Set {attribute} in the provider block."))
        .into()
}
