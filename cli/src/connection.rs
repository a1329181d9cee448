//! The options that say which server is meant and how it is verified, and the client that they make.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use vault_client::{
    Address, AddressError, Client, ClientCertificate, Environment, Namespace, SkipVerifySet, Timing, TlsError,
    TlsSettings,
};

/// How long a connection may take: a machine that is down is then noticed.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take. That of sys/health waits while the server unseals.
const REQUEST: Duration = Duration::from_secs(60);

/// Which server is meant.
#[derive(Debug, Args)]
#[group(id = "server")]
pub(crate) struct Options {
    /// The address of the server, such as `https://vault.home.arpa:8200`; several, separated by commas, for the nodes of a
    /// cluster. Without TLS only to a loopback IP address or unix:///path [env: BAO_ADDR, VAULT_ADDR].
    #[arg(long, value_name = "URL", value_delimiter = ',')]
    address: Vec<String>,
    /// File with the authorities, as PEM, that may vouch for the server; those of the system if there is none
    /// [env: BAO_CACERT, VAULT_CACERT].
    #[arg(long, value_name = "FILE")]
    ca_cert_file: Option<PathBuf>,
    /// The name that the server must have in its certificate, in place of the host of the address
    /// [env: BAO_TLS_SERVER_NAME, VAULT_TLS_SERVER_NAME].
    #[arg(long, value_name = "NAME")]
    tls_server_name: Option<String>,
    /// File with the certificate, as PEM, that is shown to a server that asks for one
    /// [env: BAO_CLIENT_CERT, VAULT_CLIENT_CERT].
    #[arg(long, value_name = "FILE")]
    client_cert_file: Option<PathBuf>,
    /// File with its key [env: BAO_CLIENT_KEY, VAULT_CLIENT_KEY].
    #[arg(long, value_name = "FILE")]
    client_key_file: Option<PathBuf>,
}

/// A server, and what talks to it.
#[derive(Debug)]
pub(crate) struct Server {
    /// As the user wrote it.
    pub(crate) address: String,
    /// Sends once: whoever uses it decides what is tried again.
    pub(crate) client: Client,
    parsed: Address,
}

/// The options can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unusable {
    #[error("no address is given: use --address, or set BAO_ADDR or VAULT_ADDR")]
    NoAddress,
    #[error("the address {text:?}")]
    Address { text: String, source: AddressError },
    #[error("the server is always verified; unset the variable")]
    SkipVerify(#[from] SkipVerifySet),
    #[error("reading {}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("--client-cert-file and --client-key-file belong together")]
    HalfClient,
    #[error("the TLS settings")]
    Tls(#[from] TlsError),
}

impl Options {
    /// The servers, in the order in which they are named. Nothing is sent yet.
    ///
    /// # Errors
    /// If the options can't be used.
    pub(crate) fn servers(&self) -> Result<Vec<Server>, Unusable> {
        let environment = Environment::read(|name| std::env::var(name).ok())?;
        let addresses = if self.address.is_empty() {
            environment.address.iter().flat_map(|addresses| addresses.split(',')).map(str::to_owned).collect()
        } else {
            self.address.clone()
        };
        if addresses.is_empty() {
            return Err(Unusable::NoAddress);
        }
        let tls = self.tls(&environment)?;
        addresses
            .into_iter()
            .map(|text| {
                let address = text.trim().to_owned();
                let parsed =
                    Address::parse(&address).map_err(|source| Unusable::Address { text: address.clone(), source })?;
                Ok(Server { client: client(&parsed, &tls)?, address, parsed })
            })
            .collect()
    }

    /// The client of a server, with the files as they are now.
    ///
    /// # Errors
    /// If a file can't be used, or read.
    pub(crate) fn client_anew(&self, server: &Server) -> Result<Client, Unusable> {
        let environment = Environment::read(|name| std::env::var(name).ok())?;
        client(&server.parsed, &self.tls(&environment)?)
    }

    fn tls(&self, environment: &Environment) -> Result<TlsSettings, Unusable> {
        let or = |option: &Option<PathBuf>, variable: &Option<String>| {
            option.clone().or_else(|| variable.as_ref().map(PathBuf::from))
        };
        let read = |path: PathBuf| fs::read(&path).map_err(|source| Unusable::Read { path, source });
        let ca_pem = match &environment.ca_cert_pem {
            // What the option says, and then the bytes, come before the file of the environment.
            Some(pem) if self.ca_cert_file.is_none() => Some(pem.clone().into_bytes()),
            _ => or(&self.ca_cert_file, &environment.ca_cert_file).map(read).transpose()?,
        };
        let certificate = or(&self.client_cert_file, &environment.client_cert_file);
        let key = or(&self.client_key_file, &environment.client_key_file);
        let client = match (certificate, key) {
            (None, None) => None,
            (Some(certificate), Some(key)) => {
                let key_pem = fs::read_to_string(&key).map_err(|source| Unusable::Read { path: key, source })?;
                Some(ClientCertificate { certificate_pem: read(certificate)?, key_pem: key_pem.into() })
            }
            _ => return Err(Unusable::HalfClient),
        };
        let server_name = self.tls_server_name.clone().or_else(|| environment.tls_server_name.clone());
        Ok(TlsSettings { ca_pem, server_name, client })
    }
}

fn client(address: &Address, tls: &TlsSettings) -> Result<Client, Unusable> {
    let timing = Timing { connect: CONNECT, request: REQUEST, retries: 0 };
    Ok(Client::new(address, tls, Namespace::default(), timing)?)
}
