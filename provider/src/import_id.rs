//! Certificates and their keys that somebody else made, found by the files in an import id.

use std::os::unix::fs::PermissionsExt as _;

use pki::{Certificate, PrivateKey};
use tf_framework::diagnostic::Diagnostic;
use tf_framework::value::Path;
use tf_framework::{Context, Outcome};

use crate::SecretZero;
use crate::installed_file::{FileSettings, InstalledFile, Permissions, parse_mode};
use crate::issued::Issued;
use crate::key_home::{Home, KeyHome};

/// A certificate and its key.
#[derive(Debug)]
pub struct Found {
    /// The file of the key.
    pub key_file: String,
    /// The file of the certificate.
    pub certificate_file: String,
    /// The key.
    pub key: PrivateKey,
    /// The certificate, and those that follow it in its file.
    pub issued: Issued,
}

impl Found {
    /// The home of the key, as a configuration would say it.
    pub fn key_home(&self) -> KeyHome {
        // The usual mode goes without saying.
        let mode = mode(&self.key_file, 0o640).filter(|mode| mode != "0600");
        KeyHome { file: Some(self.key_file.clone()), mode, ..KeyHome::default() }
    }

    /// The file of the certificate, as a configuration would say it.
    pub fn certificate_settings(&self) -> FileSettings {
        let mode = mode(&self.certificate_file, 0o775).unwrap_or_else(|| "0644".to_owned());
        FileSettings { path: self.certificate_file.clone(), mode, owner: None, group: None }
    }
}

/// Reads what an import id names: the file of the key and the file of the certificate, with a comma between them.
/// `None` if one of them is missing.
///
/// # Errors
/// If the id is none, a file can't be read, or key and certificate don't belong together. `summary` says what is being
/// done.
pub async fn read(cx: &Context<SecretZero>, id: &str, summary: &str) -> Outcome<Option<Found>> {
    let Some((key_file, certificate_file)) =
        id.split_once(',').filter(|(key, cert)| !key.is_empty() && !cert.is_empty())
    else {
        return Err(Diagnostic::error(summary)
            .detail("The id must be the file of the key and the file of the certificate, with a comma between them.")
            .remedy("For example: pki/ca.key,pki/ca.pem")
            .into());
    };
    let home = KeyHome { file: Some(key_file.to_owned()), ..KeyHome::default() };
    let home = Home::of(&home, &Path::root().attribute("id"), cx)?;
    let Some(key) = home.load(None).await.map_err(Diagnostic::from)? else { return Ok(None) };
    let permissions = Permissions { mode: 0o644, owner: None, group: None };
    let file = InstalledFile { path: certificate_file.into(), permissions };
    let Some(bytes) = file.read().map_err(Diagnostic::from)? else { return Ok(None) };
    let unreadable = |reason: String| Diagnostic::error(summary).detail(format!("{certificate_file}: {reason}"));
    let text = std::str::from_utf8(&bytes).map_err(|_| unreadable("It is no text, and so no PEM.".to_owned()))?;
    let certificates = Certificate::all_from_pem(text).map_err(|error| unreadable(error.to_string()))?;
    let mut certificates = certificates.into_iter();
    let Some(certificate) = certificates.next() else {
        return Err(unreadable("There is no certificate in it.".to_owned()).into());
    };
    if certificate.public_key() != key.public_key() {
        return Err(Diagnostic::error(summary)
            .detail(format!("The key in {key_file} does not belong to the certificate in {certificate_file}."))
            .remedy("Name the key that the certificate was made for.")
            .into());
    }
    let issued = Issued { certificate, above: certificates.collect() };
    Ok(Some(Found { key_file: key_file.to_owned(), certificate_file: certificate_file.to_owned(), key, issued }))
}

/// The mode of a file, so that importing it plans no other one; none if it can't be declared, and is repaired.
fn mode(path: &str, possible: u32) -> Option<String> {
    let data = std::fs::metadata(path).ok()?;
    let mode = format!("{:04o}", data.permissions().mode() & 0o777);
    parse_mode(&mode, possible).is_ok().then_some(mode)
}
