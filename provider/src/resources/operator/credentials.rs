//! The files with the credentials of an operator.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use tf_framework::diagnostic::Diagnostic;

use super::client_certificate;
use crate::clock;
use crate::connection::OperatorFiles;
use crate::installed_file::{InstalledFile, Permissions};

/// What the name of the file ends in that says that an operator is being destroyed.
const DESTROYING: &str = ".destroying";

/// The same of the file that knows an attempt to make a root token.
const RECOVERING: &str = ".recovering";

fn private(path: &Path) -> InstalledFile {
    InstalledFile { path: path.to_owned(), permissions: Permissions { mode: 0o600, owner: None, group: None } }
}

/// Shows, before anything is made on the server, that they can be written.
///
/// # Errors
/// If one can't.
pub(super) fn prove_writable(files: &OperatorFiles) -> Result<(), Diagnostic> {
    for path in files.paths() {
        let proof = private(&suffixed(path, ".writable"));
        proof.write(b"").and_then(|()| proof.remove())?;
    }
    Ok(())
}

/// Writes both of an AppRole. The secret id comes last: with both, the operator takes over.
///
/// # Errors
/// If one can't be written.
#[expect(clippy::disallowed_methods, reason = "they go into their files, which nobody else can read")]
pub(super) fn write(
    role_id_file: &Path,
    secret_id_file: &Path,
    role_id: &str,
    secret_id: &SecretString,
) -> Result<(), Diagnostic> {
    private(role_id_file).write(role_id.as_bytes())?;
    Ok(private(secret_id_file).write(secret_id.expose_secret().as_bytes())?)
}

/// Writes a client certificate with its key. With it, the operator takes over.
///
/// # Errors
/// If it can't be written.
#[expect(clippy::disallowed_methods, reason = "it goes into its file, which nobody else can read")]
pub(super) fn write_certificate(pem: &Path, content: &SecretString) -> Result<(), Diagnostic> {
    Ok(private(pem).write(content.expose_secret().as_bytes())?)
}

/// The authority of the client certificate in a file, as PEM; `None` if the file does not exist.
///
/// # Errors
/// If it can't be read, or has something else in it.
pub(super) fn authority(pem: &Path) -> Result<Option<String>, Diagnostic> {
    let Some(content) = private(pem).read()? else { return Ok(None) };
    let authority = client_certificate::authority(&content);
    authority.map(Some).map_err(|problem| {
        Diagnostic::error("Unusable Client Certificate of the Operator")
            .detail(format!("{}: {problem}.", pem.display()))
            .remedy("Bring the file back from a backup. If there is none, move it away, set recover_with_shares = true and apply.")
    })
}

/// Whether a client certificate ends soon enough for a new one.
///
/// # Errors
/// If it can't be read.
pub(super) fn end_soon(files: &OperatorFiles) -> Result<bool, Diagnostic> {
    let OperatorFiles::Cert { pem, .. } = files else { return Ok(false) };
    let Some(content) = private(pem).read()? else { return Ok(false) };
    Ok(client_certificate::ends_soon(&content, clock::now()).is_ok_and(|ends| ends.is_some()))
}

/// Removes them. The secret id goes first: without it, the operator is no longer what counts.
///
/// # Errors
/// If one can't be removed.
pub(super) fn remove(files: &OperatorFiles) -> Result<(), Diagnostic> {
    for path in files.paths() {
        private(path).remove()?;
    }
    Ok(())
}

/// Moves them to where they are declared now, as far as that is elsewhere and they are not there yet.
///
/// # Errors
/// If one can't be read or written.
pub(super) fn relocate(from: &OperatorFiles, to: &OperatorFiles) -> Result<(), Diagnostic> {
    // The secret id comes last.
    for (from, to) in from.paths().into_iter().zip(to.paths()).rev() {
        if from == to || to.exists() {
            continue;
        }
        let Some(content) = private(from).read()? else { continue };
        private(to).write(&content)?;
        private(from).remove()?;
    }
    Ok(())
}

/// What is wrong with the files, in words.
pub(super) fn differences(files: &OperatorFiles) -> Vec<String> {
    let mut found = Vec::new();
    for path in files.paths().into_iter().rev() {
        let shown = path.display();
        match private(path).read() {
            Ok(None) => found.push(format!("{shown} does not exist")),
            Ok(Some(content)) => {
                let differences = private(path).differences(&content).unwrap_or_default();
                found.extend(differences.into_iter().map(|difference| format!("{shown}: {difference}")));
                if matches!(files, OperatorFiles::Cert { .. }) {
                    found.extend(match client_certificate::ends_soon(&content, clock::now()) {
                        Ok(None) => None,
                        Ok(Some(ends)) => Some(format!("{shown}: the certificate is good until {ends} only")),
                        Err(problem) => Some(format!("{shown}: {problem}")),
                    });
                }
            }
            Err(error) => found.push(format!("{shown}: {error}")),
        }
    }
    found
}

/// Sets the modes right of files that are there.
///
/// # Errors
/// If one can't be written.
pub(super) fn close(files: &OperatorFiles) -> Result<(), Diagnostic> {
    for path in files.paths() {
        let file = private(path);
        let Some(content) = file.read()? else { continue };
        if !file.differences(&content)?.is_empty() {
            file.write(&content)?;
        }
    }
    Ok(())
}

/// The file that says that the operator is being destroyed: as long as it exists, a login that is refused shows that it is
/// gone.
pub(super) struct Marker(InstalledFile);

impl Marker {
    pub(super) fn beside(files: &OperatorFiles) -> Self {
        let paths = files.paths();
        let path = paths.first().copied().unwrap_or(Path::new("operator"));
        Self(private(&suffixed(path, DESTROYING)))
    }

    pub(super) fn exists(&self) -> bool {
        self.0.path.exists()
    }

    pub(super) fn set(&self) -> Result<(), Diagnostic> {
        Ok(self.0.write(b"This operator is being destroyed.\n")?)
    }

    pub(super) fn remove(&self) -> Result<(), Diagnostic> {
        Ok(self.0.remove()?)
    }
}

/// The file with the nonce of an attempt to make a root token that this operator has begun: a run that comes after one that
/// was cut off knows its own attempt by it. It is no secret.
pub(super) struct Attempted(InstalledFile);

impl Attempted {
    pub(super) fn beside(files: &OperatorFiles) -> Self {
        let paths = files.paths();
        Self(private(&suffixed(paths.first().copied().unwrap_or(Path::new("operator")), RECOVERING)))
    }

    pub(super) fn is(&self, nonce: &str) -> bool {
        !nonce.is_empty() && self.0.read().is_ok_and(|found| found.is_some_and(|found| *found == nonce.as_bytes()))
    }

    pub(super) fn remember(&self, nonce: &str) -> Result<(), Diagnostic> {
        Ok(self.0.write(nonce.as_bytes())?)
    }

    pub(super) fn forget(&self) -> Result<(), Diagnostic> {
        Ok(self.0.remove()?)
    }
}

fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_attempt_is_known_again() {
        let folder = tempfile::tempdir().unwrap();
        let files = OperatorFiles::Cert { pem: folder.path().join("operator.pem"), name: None };
        let attempted = Attempted::beside(&files);
        assert!(!attempted.is("a") && !attempted.is(""));
        attempted.remember("a").unwrap();
        assert!(attempted.is("a") && !attempted.is("b") && !attempted.is(""));
        attempted.forget().unwrap();
        assert!(!attempted.is("a"));
    }
}
