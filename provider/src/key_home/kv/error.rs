//! Why a key can't be read from a secret or written there, and what helps.

use pki::{KeyError, PrivateKey};
use tf_framework::diagnostic::Diagnostic;
use thiserror::Error;

use crate::connection::Unsent;
use crate::installed_file::headline;

/// A key that can't be read from its secret or written there.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KvError {
    /// The server was not asked, or did not do it.
    #[error("{doing}")]
    Server {
        /// What was being done, and where.
        doing: String,
        /// Why it was not.
        error: Unsent,
    },
    /// There is a text in the field, and no key in it that can be read.
    #[error("reading the private key in {place}")]
    NotAKey {
        /// The field and the secret.
        place: String,
        /// What is wrong with it.
        source: KeyError,
    },
    /// There is something in the field that is no text.
    #[error("{place} holds something else than a text")]
    NoText {
        /// The field and the secret.
        place: String,
    },
    /// There is another key.
    #[error("{place} holds another private key ({kind}, key id {key_id})")]
    Occupied {
        /// The field and the secret.
        place: String,
        /// The kind of the key that is there.
        kind: String,
        /// Its key id.
        key_id: String,
    },
    /// Somebody else was faster each time.
    #[error("{place} is written by others all the time")]
    Contended {
        /// The field and the secret.
        place: String,
    },
    /// What was written is not what is read.
    #[error("the private key that was just written to {place} is not there")]
    NotReadBack {
        /// The field and the secret.
        place: String,
    },
}

impl KvError {
    pub(super) fn occupied(place: String, by: &PrivateKey) -> Self {
        let public = by.public_key();
        Self::Occupied { place, kind: public.kind().to_string(), key_id: public.key_id().to_hex() }
    }

    pub(in crate::key_home) fn remedy(&self) -> &'static str {
        match self {
            // What came of the request says more than could be said here.
            Self::Server { .. } => "",
            Self::NotAKey { source: KeyError::PassphraseMissing, .. } => {
                "Put the key there without a passphrase: the secret itself is what closes it to others."
            }
            Self::NotAKey { .. } | Self::NoText { .. } => {
                "Put the key there, from an earlier version of the secret or a backup, or name another field or another \
                 secret. It is not overwritten."
            }
            Self::Occupied { .. } => {
                "It is not overwritten. Name another field or another secret; or, if nothing needs that key, remove the field. \
                 An existing key is replaced, and kept as an earlier version, only with allow_replace = true."
            }
            Self::Contended { .. } => {
                "Apply again when less is going on there, or keep the key in a secret of its own."
            }
            Self::NotReadBack { .. } => {
                "Somebody else may have written to the secret. The key is still where it was before; apply again when nothing \
                 else writes there."
            }
        }
    }
}

impl From<KvError> for Diagnostic {
    fn from(error: KvError) -> Self {
        let (summary, remedy) = (headline(&error.to_string()), error.remedy());
        match &error {
            KvError::NotAKey { source, .. } => Self::error(summary).because(source).remedy(remedy),
            KvError::Server { .. } => match error {
                KvError::Server { doing, error } => error.doing(doing),
                _ => Self::error(summary),
            },
            _ => Self::error(summary).remedy(remedy),
        }
    }
}
