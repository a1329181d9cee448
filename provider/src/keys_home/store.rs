//! The keys of a server, wherever they live.

use cluster_keys::ClusterKeys;
use tf_framework::diagnostic::Diagnostic;
use vault_client::Address;
use zeroize::Zeroizing;

use super::kv_keys::KvKeys;
use super::kv_secret::KvSecret;
use super::{Found, Intent, KeysFiles, KeysHome, RootTokenHome, Same, Staged};

/// What a [`KeysHome`] stands for. Where the keys are in files, none of its functions lets anything else run before it is
/// done.
#[derive(Clone, Debug)]
pub enum KeysStore {
    /// Files on this machine.
    Files(KeysFiles),
    /// A secret on another server.
    Kv(Box<KvKeys>),
}

impl KeysStore {
    /// The place that was declared.
    ///
    /// # Errors
    /// The first thing that is wrong with the declaration, without a place.
    pub fn of(home: &KeysHome, root_token: Option<&RootTokenHome>) -> Result<Self, Diagnostic> {
        let files = KeysFiles::of(home, root_token)?;
        let Some(kv) = &home.vault_kv else { return Ok(Self::Files(files)) };
        let sealing = files.sealing.clone();
        Ok(Self::Kv(Box::new(KvKeys::new(KvSecret::of(kv)?, files, sealing))))
    }

    /// Fails if it is the very server at this address, of this cluster, that would have to keep its own keys.
    ///
    /// # Errors
    /// If so, and if the other server does not tell of which cluster it is.
    pub async fn demand_another(&self, address: &str, cluster_id: &str) -> Result<(), Diagnostic> {
        let Self::Kv(kv) = self else { return Ok(()) };
        let is_same_address = Address::parse(address).is_ok_and(|address| address == *kv.address());
        let is_itself =
            is_same_address || !cluster_id.is_empty() && kv.cluster_id().await?.is_some_and(|id| id == cluster_id);
        if !is_itself {
            return Ok(());
        }
        Err(Diagnostic::error("A Server Can't Keep Its Own Keys")
            .detail(format!(
                "vault_kv names the server whose keys these are: {}. While it is sealed, nobody could read them.",
                kv.address()
            ))
            .remedy("Name another server, which runs already, or keep the keys in files."))
    }

    /// Their places, for sentences.
    pub fn describe(&self) -> String {
        match self {
            Self::Files(files) => files.describe(),
            Self::Kv(kv) => kv.describe(),
        }
    }

    /// Where everything is until each part is where it belongs, for sentences.
    pub fn describe_stage(&self) -> String {
        match self {
            Self::Files(files) => files.stage().path.display().to_string(),
            Self::Kv(kv) => kv.describe_stage(),
        }
    }

    /// Whether any of it is on this machine.
    pub fn has_files(&self) -> bool {
        match self {
            Self::Files(_) => true,
            Self::Kv(kv) => kv.has_files(),
        }
    }

    /// What is there.
    ///
    /// # Errors
    /// If something can't be read, is open to others, or is something else.
    pub async fn load(&self) -> Result<Found, Diagnostic> {
        match self {
            Self::Files(files) => files.load(),
            Self::Kv(kv) => kv.load().await,
        }
    }

    /// What is in the stage.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub async fn staged(&self) -> Result<Staged, Diagnostic> {
        match self {
            Self::Files(files) => files.staged(),
            Self::Kv(kv) => kv.staged().await,
        }
    }

    /// Shows that all of it can be written, and read again.
    ///
    /// # Errors
    /// If that is impossible for a part of it.
    pub async fn prove_writable(&self) -> Result<(), Diagnostic> {
        match self {
            Self::Files(files) => files.prove_writable(),
            Self::Kv(kv) => kv.prove_writable().await,
        }
    }

    /// Records that a server will be initialised.
    ///
    /// # Errors
    /// If that is impossible.
    pub async fn intend(&self, intent: Intent) -> Result<(), Diagnostic> {
        match self {
            Self::Files(files) => files.intend(intent),
            Self::Kv(kv) => kv.intend(intent).await,
        }
    }

    /// Puts the text of keys into the stage, or whatever the server told: from now on it is safe.
    ///
    /// # Errors
    /// If that is impossible. What was there is then unchanged.
    pub async fn keep(&self, text: &[u8]) -> Result<(), Diagnostic> {
        match self {
            Self::Files(files) => files.keep(text),
            Self::Kv(kv) => kv.keep(text).await,
        }
    }

    /// A text as it is written there: encrypted, where recipients are declared.
    ///
    /// # Errors
    /// If it can't be encrypted.
    pub fn sealed(&self, text: &[u8]) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
        match self {
            Self::Files(files) => files.sealed(text),
            Self::Kv(kv) => kv.sealed(text),
        }
    }

    /// Puts the keys where they belong, and removes the stage then. What is there already must be just that.
    ///
    /// # Errors
    /// If something else is there, or it can't be written. The stage is then still there.
    pub async fn bring_home(&self, keys: &ClusterKeys) -> Result<(), Diagnostic> {
        match self {
            Self::Files(files) => files.bring_home(keys),
            Self::Kv(kv) => {
                kv.put_all(keys, Same::Stays).await?;
                kv.clear_stage().await
            }
        }
    }

    /// Puts the keys where they belong, also where they are already: for other recipients, or another owner.
    ///
    /// # Errors
    /// If something else is there, or it can't be written.
    pub async fn rewrite(&self, keys: &ClusterKeys) -> Result<(), Diagnostic> {
        match self {
            Self::Files(files) => files.rewrite(keys),
            Self::Kv(kv) => kv.put_all(keys, Same::IsWritten).await,
        }
    }

    /// Removes the stage, when everything is where it belongs.
    ///
    /// # Errors
    /// If it can't be removed.
    pub async fn clear_stage(&self) -> Result<(), Diagnostic> {
        match self {
            Self::Files(files) => files.clear_stage(),
            Self::Kv(kv) => kv.clear_stage().await,
        }
    }

    /// Removes what is not a part of this other place, too.
    ///
    /// # Errors
    /// If something can't be removed.
    pub async fn remove_unless_in(&self, other: &Self) -> Result<(), Diagnostic> {
        match (self, other) {
            (Self::Files(here), Self::Files(there)) => here.remove_unless_in(there),
            (Self::Files(here), Self::Kv(there)) => here.remove_unless_in(there.files()),
            (Self::Kv(here), Self::Kv(there)) => here.remove_unless_in(there).await,
            (Self::Kv(here), Self::Files(there)) => here.remove_unless_in_files(there).await,
        }
    }
}
