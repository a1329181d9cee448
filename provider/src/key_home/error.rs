//! Why a key could not be read from its home or written there, and what helps.

use std::path::PathBuf;

use pki::KeyError;
use tf_framework::diagnostic::Diagnostic;
use tf_framework::value::Path;
use tf_framework::{Context, Failure, Outcome};
use thiserror::Error;
use tokio::task::JoinError;

use super::kv::KvError;
use crate::SecretZero;
use crate::installed_file::{FileError, headline, shell_word};

/// A key that can't be read from its home or written there.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum HomeError {
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The secret.
    #[error(transparent)]
    Kv(#[from] KvError),
    /// Everybody on the machine can read or change it.
    #[error("the file {} can be {} by everybody on this machine (mode {mode:04o})", path.display(), if mode & 0o004 != 0 { "read" } else { "used" })]
    Exposed {
        /// The file of the key, or of its passphrase.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// There is a file, and no key in it that can be read.
    #[error("reading the private key in {}", path.display())]
    NotAKey {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: KeyError,
    },
    /// There is another key.
    #[error("the file {} holds another private key ({kind}, key id {key_id})", path.display())]
    Occupied {
        /// The file.
        path: PathBuf,
        /// The kind of the key that is there.
        kind: String,
        /// Its key id.
        key_id: String,
    },
    /// The file of the passphrase does not exist.
    #[error("the file of the passphrase, {}, does not exist", path.display())]
    PassphraseMissing {
        /// The file.
        path: PathBuf,
    },
    /// The file of the passphrase has nothing in its first line, or something that is no text.
    #[error("the file of the passphrase, {}, {problem}", path.display())]
    PassphraseUnusable {
        /// The file.
        path: PathBuf,
        /// Finishes the sentence.
        problem: &'static str,
    },
    /// What was written is not what is read.
    #[error("the private key that was just written to {} is not there", path.display())]
    NotReadBack {
        /// The file.
        path: PathBuf,
    },
    /// The key in the state is damaged.
    #[error("reading the private key in the state")]
    State(#[source] KeyError),
    /// The key can't be encoded.
    #[error("encoding the private key")]
    Encode(#[source] KeyError),
    /// The work did not come to its end.
    #[error("working with the file of the private key was interrupted")]
    Interrupted(#[source] JoinError),
}

impl HomeError {
    /// What the user can do about it.
    pub fn remedy(&self) -> String {
        match self {
            Self::File(error) => error.remedy(),
            Self::Kv(error) => error.remedy().to_owned(),
            Self::Exposed { path, .. } => format!(
                "Consider who may have copied it meanwhile; if that may be, replace it. Then let only its owner read it: \
                 chmod 600 {}",
                shell_word(path)
            ),
            Self::NotAKey { source: KeyError::PassphraseMissing, .. } => {
                "Name a file with the passphrase in its first line: passphrase_file = \"…\".".to_owned()
            }
            Self::NotAKey { source: KeyError::WrongPassphrase, .. } => {
                "Put the right passphrase into the first line of the file that passphrase_file names.".to_owned()
            }
            Self::NotAKey { path, .. } => format!(
                "Put the right file there, from a backup if need be, or move it away or choose another path. It is not \
                 overwritten. This shows what it is: head -n 1 {}",
                shell_word(path)
            ),
            Self::Occupied { .. } => "It is not overwritten. Import it if it is the one that is meant; move the file away if a \
                                      new key is meant; or choose another path. An existing key is replaced, and kept under \
                                      another name, only with allow_replace = true."
                .to_owned(),
            Self::PassphraseMissing { path } => format!(
                "Put the passphrase into its first line, and let only its owner read it: (umask 077; cat > {})",
                shell_word(path)
            ),
            Self::PassphraseUnusable { .. } => "Its first line is the passphrase.".to_owned(),
            Self::NotReadBack { .. } => "Another program may have written to it. The key is still where it was before; apply \
                                         again when nothing else uses the file."
                .to_owned(),
            Self::State(_) => "Restore the state from a backup, or let a new key be made with allow_replace = true.".to_owned(),
            Self::Encode(_) | Self::Interrupted(_) => "What was there before is unchanged. Apply again.".to_owned(),
        }
    }

    /// What a refresh makes of it. What is on a server that can't be looked at now, because it is sealed say, stays as the
    /// state says. `at` is the attribute that says where the key is.
    pub fn reading(self, at: &Path) -> Failure {
        match self {
            Self::Kv(KvError::Server { doing, error })
                if error.server().is_none() || error.is_sealed() || error.is_lost_credentials() =>
            {
                error.reading(doing)
            }
            error => Diagnostic::from(error).at(at.clone()).into(),
        }
    }

    /// The end of removing a key that can't be removed. One on a server that can't be reached is forgotten with a warning, if
    /// the provider block says so. `remedy` is another way out.
    ///
    /// # Errors
    /// The error, unless it is to be forgotten.
    pub fn forgotten(self, cx: &Context<SecretZero>, remedy: &str) -> Outcome<()> {
        match self {
            Self::Kv(KvError::Server { doing, error }) => cx.client().forgotten(cx, error, &doing),
            error => Err(Diagnostic::from(error).remedy(remedy).into()),
        }
    }
}

impl From<HomeError> for Diagnostic {
    fn from(error: HomeError) -> Self {
        let remedy = error.remedy();
        let diagnostic = Self::error(headline(&error.to_string()));
        let diagnostic = match &error {
            HomeError::File(_) | HomeError::Kv(_) => match error {
                HomeError::File(error) => return error.into(),
                HomeError::Kv(error) => return error.into(),
                _ => diagnostic,
            },
            HomeError::NotAKey { source, .. } | HomeError::State(source) | HomeError::Encode(source) => {
                diagnostic.because(source)
            }
            HomeError::Interrupted(source) => diagnostic.because(source),
            _ => diagnostic,
        };
        diagnostic.remedy(remedy)
    }
}
