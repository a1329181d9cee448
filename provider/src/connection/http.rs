//! The connection itself, made anew when a file that it was made from has changed.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tf_framework::diagnostic::Diagnostic;
use vault_client::{Client, ClientCertificate, TlsError, TlsSettings};

use super::explained::Unsent;
use super::settings::{Authorities, Settings};

/// The connection, and of which files it was made.
#[derive(Debug, Default)]
pub(super) struct Https(Mutex<Option<Made>>);

#[derive(Debug)]
struct Made {
    client: Client,
    of: Vec<Stamp>,
}

/// By what a file is known to be another one than before: a new one is renamed into its place.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    length: u64,
    changed: (i64, i64),
}

impl Https {
    /// The connection.
    ///
    /// # Errors
    /// If a file is missing, which is looked for again the next time, or can't be used.
    pub(super) fn client(&self, settings: &Settings) -> Result<Client, Unsent> {
        let of = stamps(settings)?;
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = made.as_ref().filter(|made| made.of == of) {
            return Ok(made.client.clone());
        }
        let tls = TlsSettings {
            ca_pem: match &settings.authorities {
                Some(Authorities::File(path)) => Some(read(path, "ca_cert_file")?),
                Some(Authorities::Pem(pem)) => Some(pem.clone().into_bytes()),
                None => None,
            },
            server_name: settings.server_name.clone(),
            client: match client_files(settings) {
                Some((certificate, key)) => Some(ClientCertificate {
                    // Where both are in one file, it is read once.
                    certificate_pem: match certificate == key {
                        true => Vec::new(),
                        false => read(certificate, "client_cert_file")?,
                    },
                    key_pem: String::from_utf8_lossy(&read(key, "client_key_file")?).into_owned().into(),
                }),
                None => None,
            },
        };
        let client = Client::new(&settings.address, &tls, settings.namespace.clone(), settings.timing)
            .map_err(|error| unusable(settings, &error))?;
        *made = Some(Made { client: client.clone(), of });
        Ok(client)
    }
}

/// Certificate and key of the client, but for those that an operator is still to make.
fn client_files(settings: &Settings) -> Option<&(PathBuf, PathBuf)> {
    let (certificate, key) = settings.client.as_ref()?;
    let is_there = !settings.credential.makes_client_certificate() || certificate.exists() && key.exists();
    settings.client.as_ref().filter(|_| is_there)
}

fn files(settings: &Settings) -> Vec<(&PathBuf, &'static str)> {
    let mut files = Vec::new();
    if let Some(Authorities::File(path)) = &settings.authorities {
        files.push((path, "ca_cert_file"));
    }
    if let Some((certificate, key)) = client_files(settings) {
        files.extend([(certificate, "client_cert_file"), (key, "client_key_file")]);
    }
    files
}

fn stamps(settings: &Settings) -> Result<Vec<Stamp>, Unsent> {
    let stamp = |(path, setting): (&PathBuf, &'static str)| {
        std::fs::metadata(path).map(|found| Stamp::of(&found)).map_err(|error| unreadable(path, setting, &error))
    };
    files(settings).into_iter().map(stamp).collect()
}

impl Stamp {
    fn of(found: &Metadata) -> Self {
        Self {
            device: found.dev(),
            inode: found.ino(),
            length: found.len(),
            changed: (found.ctime(), found.ctime_nsec()),
        }
    }
}

fn read(path: &Path, setting: &'static str) -> Result<Vec<u8>, Unsent> {
    std::fs::read(path).map_err(|error| unreadable(path, setting, &error))
}

fn unreadable(path: &Path, setting: &'static str, error: &io::Error) -> Unsent {
    let diagnostic = Diagnostic::error(format!("{setting} can't be read"))
        .detail(format!("{} can't be read, so the server can't be talked to: {error}.", path.display()));
    let remedy = if error.kind() == io::ErrorKind::NotFound {
        "If a resource of this configuration writes it, let what needs the server come after that resource, with depends_on. \
         Else correct the path; a relative one starts at the folder in which the CLI runs."
    } else {
        "Let the user who runs the CLI read it."
    };
    Unsent::unusable(diagnostic.remedy(remedy))
}

fn unusable(settings: &Settings, error: &TlsError) -> Unsent {
    let what = match (error, &settings.authorities) {
        (TlsError::NoAuthority | TlsError::Authority(_), Some(Authorities::File(path))) => {
            format!("ca_cert_file, {},", path.display())
        }
        (TlsError::NoAuthority | TlsError::Authority(_), _) => "ca_cert_pem".to_owned(),
        (TlsError::Client(_), _) => "The pair of client_cert_file and client_key_file".to_owned(),
        (TlsError::ServerName, _) => "tls_server_name".to_owned(),
        _ => "The TLS part of the provider block".to_owned(),
    };
    Unsent::unusable(Diagnostic::error("Unusable TLS Settings").detail(format!("{what} can't be used.")).because(error))
}
