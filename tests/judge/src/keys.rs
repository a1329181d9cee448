//! The keys of a run: a few of each kind, since RSA keys take seconds in a debug build.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context as _, Result, anyhow};
use pki::{KeyAlgorithm, PrivateKey};
use secrecy::{ExposeSecret as _, SecretSlice};

/// How many at once: the machine of a CI has two cores.
const THREADS: usize = 2;

/// Who a key is for. No certificate may have the key of the CA above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// A root.
    Root,
    /// The CA below it.
    Upper,
    /// The CA below that.
    Lower,
    /// A server or client.
    Leaf,
}

const OWNERS: [Owner; 4] = [Owner::Root, Owner::Upper, Owner::Lower, Owner::Leaf];

/// A key of each kind for each owner, in memory only.
#[derive(Debug)]
pub(crate) struct Keys(Vec<(KeyAlgorithm, Owner, SecretSlice<u8>)>);

impl Keys {
    /// Makes them all.
    ///
    /// # Errors
    /// If one can't be made.
    pub(crate) fn generate() -> Result<Self> {
        // The slowest first, so that no thread is left alone with them at the end.
        let mut wanted: Vec<_> =
            KeyAlgorithm::ALL.into_iter().flat_map(|algorithm| OWNERS.map(|owner| (algorithm, owner))).collect();
        wanted.sort_by_key(|(algorithm, _)| match algorithm {
            KeyAlgorithm::Rsa4096 => 0,
            KeyAlgorithm::Rsa3072 => 1,
            _ => 2,
        });
        let (next, made) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        let work = || -> Result<()> {
            while let Some((algorithm, owner)) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
                let key = PrivateKey::generate(*algorithm)?.to_pkcs8_der()?;
                made.lock().map_err(|_| anyhow!("another thread failed"))?.push((*algorithm, *owner, key));
            }
            Ok(())
        };
        thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
            threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| anyhow!("a thread failed"))?)
        })
        .context("making keys")?;
        Ok(Self(made.into_inner().map_err(|_| anyhow!("a thread failed"))?))
    }

    /// A copy of one of them.
    ///
    /// # Errors
    /// If it can't be read, or [`generate`](Self::generate) has not made it.
    pub(crate) fn get(&self, algorithm: KeyAlgorithm, owner: Owner) -> Result<PrivateKey> {
        Ok(PrivateKey::from_der(self.pkcs8(algorithm, owner)?, None)?)
    }

    /// Its PKCS#8.
    ///
    /// # Errors
    /// If [`generate`](Self::generate) has not made it.
    pub(crate) fn pkcs8(&self, algorithm: KeyAlgorithm, owner: Owner) -> Result<&[u8]> {
        let key = self.0.iter().find(|(kind, of, _)| (*kind, *of) == (algorithm, owner));
        let (_, _, key) = key.with_context(|| format!("there is no {algorithm} key for {owner:?}"))?;
        #[expect(clippy::disallowed_methods, reason = "a key of a test, which goes into a handshake of that test")]
        Ok(key.expose_secret())
    }
}
