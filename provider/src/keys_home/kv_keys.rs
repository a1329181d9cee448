//! The keys of a server in a secret of another one, and the root token beside them or in a file of its own.
//!
//! The way is the same as with files: a secret beside the one that is meant, the stage, has everything until each part is
//! where it belongs, and before that the record that a server will be initialised.

use cluster_keys::ClusterKeys;
use tf_framework::diagnostic::Diagnostic;
use vault_client::Address;
use zeroize::Zeroizing;

use super::kv_secret::KvSecret;
use super::{Found, Intent, KeysFiles, PROOF, Record, STAGE, Same, Sealing, Staged, is_compatible, is_same};

/// Where the keys are.
#[derive(Clone, Debug)]
pub struct KvKeys {
    secret: KvSecret,
    /// The file of the root token, if it has one.
    root_token: KeysFiles,
    sealing: Sealing,
}

impl KvKeys {
    pub(super) fn new(secret: KvSecret, root_token: KeysFiles, sealing: Sealing) -> Self {
        Self { secret, root_token, sealing }
    }

    /// The server that has them.
    pub(super) fn address(&self) -> &Address {
        self.secret.address()
    }

    /// The cluster that has them, if it tells.
    pub(super) async fn cluster_id(&self) -> Result<Option<String>, Diagnostic> {
        let status = self.secret.seal_status().await?;
        Ok(Some(status.cluster_id).filter(|id| !id.is_empty()))
    }

    /// For sentences.
    pub(super) fn describe(&self) -> String {
        match self.root_token.describe() {
            file if file.is_empty() => self.secret.describe(),
            file => format!("{}, {file}", self.secret.describe()),
        }
    }

    pub(super) fn describe_stage(&self) -> String {
        self.stage().describe()
    }

    pub(super) fn has_files(&self) -> bool {
        self.root_token.root_token.is_some()
    }

    fn stage(&self) -> KvSecret {
        self.secret.beside(STAGE)
    }

    pub(super) async fn load(&self) -> Result<Found, Diagnostic> {
        let Found { mut keys, mut missing } = self.root_token.load()?;
        match self.secret.read().await? {
            Some(content) => {
                let part = self.parsed(&content, &self.secret)?;
                keys = keys.merge(part).map_err(|error| no_keys(&self.secret, &error))?;
            }
            None => missing.push(self.secret.describe().into()),
        }
        Ok(Found { keys, missing })
    }

    pub(super) async fn staged(&self) -> Result<Staged, Diagnostic> {
        let stage = self.stage();
        let Some(content) = stage.read().await? else { return Ok(Staged::Nothing) };
        if let Ok(record) = serde_json::from_slice::<Record>(&content) {
            return Ok(Staged::Intent(record.secretzero_initialises));
        }
        let content = self.sealing.open(stage.describe().as_ref(), content)?;
        Ok(ClusterKeys::parse(&content).map_or(Staged::Unread, |keys| Staged::Keys(Box::new(keys))))
    }

    /// Shows that the keys can be written, to the stage and then under their own name, which must not be taken. The record of
    /// an earlier run stays in the stage.
    pub(super) async fn prove_writable(&self) -> Result<(), Diagnostic> {
        self.root_token.prove_writable()?;
        self.secret.is_new().await?;
        let stage = self.stage();
        let here = stage.describe();
        let proof = self.sealing.close(PROOF.as_bytes())?;
        let is_opened = self.sealing.open(here.as_ref(), proof.clone())?.as_slice() == PROOF.as_bytes();
        let record = stage.read().await?;
        let written = record.as_ref().unwrap_or(&proof);
        stage.write(written).await?;
        let read = stage.read().await?;
        if record.is_none() {
            stage.remove().await?;
        }
        if !is_opened || read.is_none_or(|read| read != *written) {
            return Err(Diagnostic::error(format!("{} does not keep what is written", self.secret.describe()))
                .remedy("Name a mount of KV version 2."));
        }
        Ok(())
    }

    pub(super) async fn intend(&self, intent: Intent) -> Result<(), Diagnostic> {
        let record = Record { secretzero_initialises: intent };
        // Texts always have a form in JSON.
        self.stage().write(&serde_json::to_vec_pretty(&record).unwrap_or_default()).await
    }

    pub(super) async fn keep(&self, text: &[u8]) -> Result<(), Diagnostic> {
        let closed = self.sealing.close(text)?;
        if std::str::from_utf8(&closed).is_err() {
            return Err(Diagnostic::error(format!(
                "A text can be put into {}, and nothing else",
                self.stage().describe()
            )));
        }
        self.stage().write(&closed).await
    }

    pub(super) fn sealed(&self, text: &[u8]) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
        self.sealing.close(text)
    }

    pub(super) async fn put_all(&self, keys: &ClusterKeys, same: Same) -> Result<(), Diagnostic> {
        // Before it leaves the secret with the shares, if it was there.
        self.root_token.put_all(keys, same)?;
        let mut whole = keys.clone();
        if self.has_files() {
            whole.root_token = None;
        }
        let json = whole.to_json();
        if let Some(content) = self.secret.read().await? {
            let content = self.sealing.open(self.secret.describe().as_ref(), content)?;
            let there = ClusterKeys::parse(&content).unwrap_or_default();
            match same {
                Same::Stays if is_same(&there, &whole) => return Ok(()),
                Same::IsWritten if is_compatible(&there, &whole) => {
                    return self.secret.exchange(&self.sealing.close(&json)?).await;
                }
                Same::Stays | Same::IsWritten => {
                    return Err(Diagnostic::error(format!("Something else is in {}", self.secret.describe()))
                        .remedy("It is not overwritten. Name another path, or move it away."));
                }
            }
        }
        self.secret.create(&self.sealing.close(&json)?).await
    }

    pub(super) async fn clear_stage(&self) -> Result<(), Diagnostic> {
        self.stage().remove().await
    }

    /// Removes the secret and the file of the root token, unless the others have them, too.
    pub(super) async fn remove_unless_in(&self, others: &Self) -> Result<(), Diagnostic> {
        self.root_token.remove_unless_in(&others.root_token)?;
        if self.secret.is_same_secret(&others.secret).await? { Ok(()) } else { self.secret.remove().await }
    }

    /// The same where the others are files.
    pub(super) async fn remove_unless_in_files(&self, others: &KeysFiles) -> Result<(), Diagnostic> {
        self.root_token.remove_unless_in(others)?;
        self.secret.remove().await
    }

    /// The file of the root token.
    pub(super) fn files(&self) -> &KeysFiles {
        &self.root_token
    }

    fn parsed(&self, content: &[u8], of: &KvSecret) -> Result<ClusterKeys, Diagnostic> {
        let content = self.sealing.open(of.describe().as_ref(), content.to_vec().into())?;
        ClusterKeys::parse(&content).map_err(|error| no_keys(of, &error))
    }
}

fn no_keys(secret: &KvSecret, error: &dyn std::error::Error) -> Diagnostic {
    Diagnostic::error(format!("No keys of a server are in {}", secret.describe()))
        .because(error)
        .remedy("Correct the path, or put the keys there. It is not overwritten.")
}
