//! How a key moves from one home to another: it is written there, read back, and removed from the old one only then.

use pki::PrivateKey;

use super::{Home, HomeError, KeyFile, KvError, KvField, der, from_der, on_disk, with_key};

impl Home<'_> {
    /// Moves the key to another home: writes it there, reads it back, and removes it here only then. Returns what stays here,
    /// for the user to remove: what was there was another key, or the key moves into the state, which is not written before
    /// the apply is over.
    ///
    /// # Errors
    /// If the key is not whole in the other home; then it stays here, too.
    pub async fn move_to(&self, other: &Home<'_>, key: &PrivateKey) -> Result<Option<String>, HomeError> {
        let left = match (self, other) {
            // The two may be one file.
            (Self::File(here), Home::File(there)) => {
                let (here, der) = (here.clone(), der(key)?);
                on_disk(there, move |there| here.move_to(there, &from_der(&der)?)).await?
            }
            (Self::File(here), Home::InState) => {
                on_disk(here, |here| Ok(here.installed.find()?.map(|_| here.installed.path.clone()))).await?
            }
            (Self::File(here), Home::Kv(_)) => {
                other.arrive(key).await?;
                with_key(here, key, KeyFile::leave).await?
            }
            (Self::Kv(here), Home::InState) => return Ok(here.load().await?.map(|_| self.describe())),
            (Self::Kv(here), _) => {
                other.arrive(key).await?;
                if let Home::Kv(there) = other
                    && here.is_same_field(there).await?
                {
                    return Ok(None);
                }
                return here.leave(key).await;
            }
            (Self::InState, _) => return other.arrive(key).await.map(|()| None),
        };
        Ok(left.map(|file| file.display().to_string()))
    }

    /// Puts the key there, and looks whether it is.
    async fn arrive(&self, key: &PrivateKey) -> Result<(), HomeError> {
        self.store(key).await?;
        let found = self.load(None).await?;
        let is_there = found.is_some_and(|found| found.public_key() == key.public_key());
        match self {
            Self::File(file) if !is_there => Err(HomeError::NotReadBack { path: file.installed.path.clone() }),
            Self::Kv(field) if !is_there => Err(KvError::NotReadBack { place: field.describe() }.into()),
            // Others write the state.
            _ => Ok(()),
        }
    }
}

impl KvField<'_> {
    /// Removes the key, if it is there. Returns the field if it stays, because it holds something else.
    async fn leave(&self, key: &PrivateKey) -> Result<Option<String>, HomeError> {
        match self.load().await {
            Ok(Some(found)) if found.public_key() != key.public_key() => Ok(Some(self.describe())),
            Err(KvError::NotAKey { .. } | KvError::NoText { .. }) => Ok(Some(self.describe())),
            Err(error) => Err(error.into()),
            Ok(_) => {
                self.remove().await?;
                Ok(None)
            }
        }
    }
}
