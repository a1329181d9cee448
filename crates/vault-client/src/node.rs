//! A node that comes up: it listens, is unsealed, and becomes active.
//!
//! It may be restarted at any time, and knows nothing then of what it was given; and it says that it is unsealed earlier than
//! it can work. So every step looks at what the node says now, and what passes by itself is waited for.

mod stuck;

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cluster_keys::{ClusterKeys, KeyShare, Seal, Step, Unsealing};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

pub use self::stuck::{Awaited, Stuck, Unusable};
use crate::client::Client;
use crate::error::{Error, Kind};
use crate::request::Request;
use crate::sys::health::{self, Health};
use crate::sys::leader::{self, Leader};
use crate::sys::seal_status::{self, SealStatus};
use crate::sys::unseal;

/// How long to wait before the node is asked again.
const PAUSE: Duration = Duration::from_millis(500);

/// How many times in a row a node must name another one as active: just after it was unsealed, it may remember who was.
const SURE: u32 = 6;

/// A node, wherever it is on its way to unsealed and active. No token is needed to bring it there.
pub struct Node<'a, C> {
    client: C,
    migrates: bool,
    deadline: Option<Instant>,
    hears: Option<Box<dyn Fn(Awaited) + Send + Sync + 'a>>,
    now: Mutex<Now>,
}

/// What is waited for, and what was in the way last.
#[derive(Debug)]
struct Now {
    awaited: Awaited,
    hindrance: Option<Error>,
}

impl<'a, F, C: Fn() -> Result<Client, F>> Node<'a, C> {
    /// The node that these clients talk to. Each request asks for one, so that it can be made anew when a file that it was made
    /// from has changed.
    pub fn reached_by(client: C) -> Self {
        let now = Mutex::new(Now { awaited: Awaited::Listener, hindrance: None });
        Self { client, migrates: false, deadline: None, hears: None, now }
    }

    /// The same, and if its seal is to be changed to another kind, the keys agree to that.
    #[must_use]
    pub fn migrating(self, migrates: bool) -> Self {
        Self { migrates, ..self }
    }

    /// The same, and nothing is waited for longer than until then.
    #[must_use]
    pub fn until(self, deadline: Option<Instant>) -> Self {
        Self { deadline, ..self }
    }

    /// The same, and somebody hears what is waited for, each time before that.
    #[must_use]
    pub fn heard_by(self, hears: impl Fn(Awaited) + Send + Sync + 'a) -> Self {
        Self { hears: Some(Box::new(hears)), ..self }
    }

    /// Waits until it listens, and returns how it is sealed.
    ///
    /// # Errors
    /// If it does not in time, or what listens can't be verified.
    pub async fn listening(&self) -> Result<SealStatus, Stuck<F>> {
        self.in_time(self.seal_status()).await
    }

    /// Unseals it with these keys, which are read only if it needs them, and waits until it is active, or another node of its
    /// cluster surely is. A node that unseals itself is waited for.
    ///
    /// # Errors
    /// If it does not come so far in time, and if the keys don't fit.
    pub async fn bring_up<K>(&self, keys: impl Fn() -> K) -> Result<Health, Stuck<F>>
    where
        K: Future<Output = Result<ClusterKeys, F>>,
    {
        let coming_up = async {
            loop {
                self.unseal(&keys).await?;
                if let Some(health) = self.settled().await? {
                    return Ok(health);
                }
            }
        };
        self.in_time(coming_up).await
    }

    async fn unseal<K>(&self, keys: &impl Fn() -> K) -> Result<(), Stuck<F>>
    where
        K: Future<Output = Result<ClusterKeys, F>>,
    {
        let mut status = self.seal_status().await?;
        let migrates = self.migrates && status.migration;
        let needs_shares = status.initialized && status.sealed && (migrates || !status.unseals_itself());
        let keys = if needs_shares {
            self.now().awaited = Awaited::Keys;
            keys().await.map_err(Stuck::Own)?
        } else {
            ClusterKeys::default()
        };
        let shares = if needs_shares { usable(&keys, migrates).map_err(Stuck::Keys)? } else { &[] };
        let begun = || if migrates { Unsealing::with(shares).migrating() } else { Unsealing::with(shares) };
        let mut unsealing = begun();
        loop {
            match unsealing.next(&seal(&status)) {
                Step::Unsealed => return Ok(()),
                Step::NotInitialized => return Err(Stuck::NotInitialized),
                Step::Migration => return Err(Stuck::Migration),
                Step::NeedsMore { progress, threshold } => return Err(Stuck::NeedsMore { progress, threshold }),
                Step::Wrong => return Err(Stuck::Wrong(None)),
                Step::Wait => {
                    self.pause(Awaited::ItsOwnUnsealing).await;
                    status = self.seal_status().await?;
                }
                Step::Give(share) => match self.ask(&unseal::share(&share.base64(), migrates)).await {
                    Ok(answer) => status = answer,
                    Err(Stuck::Sent(error)) if is_refusal(&error) => {
                        if !unsealing.refused() {
                            return Err(Stuck::Wrong(Some(error)));
                        }
                        status = self.seal_status().await?;
                    }
                    Err(Stuck::Sent(error)) if is_passing(&error) => {
                        // It may have been restarted, and know nothing of what it was given. A share that it has counts once.
                        self.hindered(Awaited::Listener, error).await;
                        unsealing = begun();
                        status = self.seal_status().await?;
                    }
                    Err(other) => return Err(other),
                },
            }
        }
    }

    /// Waits until it is active, or another one surely is. `None` if it is sealed again: it was restarted.
    async fn settled(&self) -> Result<Option<Health>, Stuck<F>> {
        let mut others = 0;
        loop {
            let health: Health = self.answer(Awaited::Activity, &health::request()).await?;
            if health.is_active() {
                return Ok(Some(health));
            }
            if health.sealed {
                self.pause(Awaited::Activity).await;
                return Ok(None);
            }
            // A node that is being unsealed refuses to tell.
            let leader = self.ask::<Leader>(&leader::request()).await;
            others = if leader.is_ok_and(|leader| leader.is_another()) { others + 1 } else { 0 };
            if others == SURE {
                return Ok(Some(health));
            }
            self.pause(Awaited::Activity).await;
        }
    }

    async fn seal_status(&self) -> Result<SealStatus, Stuck<F>> {
        self.answer(Awaited::Listener, &seal_status::request()).await
    }

    /// Asks until there is an answer.
    async fn answer<T: DeserializeOwned>(&self, awaited: Awaited, request: &Request) -> Result<T, Stuck<F>> {
        self.now().awaited = awaited;
        loop {
            match self.ask(request).await {
                Err(Stuck::Sent(error)) if is_passing(&error) => self.hindered(awaited, error).await,
                other => return other,
            }
        }
    }

    async fn ask<T: DeserializeOwned>(&self, request: &Request) -> Result<T, Stuck<F>> {
        let client = (self.client)().map_err(Stuck::Own)?;
        let reply = client.send(request, None).await.map_err(Stuck::Sent)?;
        self.now().hindrance = None;
        reply.data().map_err(|error| Stuck::Sent(request.malformed(&error)))
    }

    async fn hindered(&self, awaited: Awaited, error: Error) {
        self.now().hindrance = Some(error);
        self.pause(awaited).await;
    }

    async fn pause(&self, awaited: Awaited) {
        self.now().awaited = awaited;
        if let Some(hears) = &self.hears {
            hears(awaited);
        }
        tokio::time::sleep(PAUSE).await;
    }

    async fn in_time<T>(&self, work: impl Future<Output = Result<T, Stuck<F>>>) -> Result<T, Stuck<F>> {
        let Some(deadline) = self.deadline else { return work.await };
        tokio::time::timeout_at(deadline, work).await.unwrap_or_else(|_| {
            let Now { awaited, hindrance } = &*self.now();
            Err(Stuck::TimedOut { awaited: *awaited, hindrance: hindrance.clone() })
        })
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C> fmt::Debug for Node<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("now", &self.now).finish_non_exhaustive()
    }
}

fn seal(status: &SealStatus) -> Seal {
    Seal {
        initialized: status.initialized,
        sealed: status.sealed,
        unseals_itself: status.unseals_itself(),
        migration: status.migration,
        threshold: status.threshold,
        progress: status.progress,
    }
}

/// The shares that unseal; or those that agree to another kind of seal, which may be recovery keys.
fn usable(keys: &ClusterKeys, migrates: bool) -> Result<&[KeyShare], Unusable> {
    let of_either_kind = &keys.shares().shares;
    if migrates && of_either_kind.iter().any(|share| !share.is_encrypted()) {
        return Ok(of_either_kind);
    }
    if keys.unseal.shares.iter().any(|share| !share.is_encrypted()) {
        Ok(&keys.unseal.shares)
    } else if !keys.unseal.shares.is_empty() {
        Err(Unusable::Encrypted)
    } else if !keys.recovery.shares.is_empty() {
        Err(Unusable::Recovery)
    } else {
        Err(Unusable::Missing)
    }
}

/// Whether the server did not take a share.
fn is_refusal(error: &Error) -> bool {
    matches!(error.kind(), Kind::Refused { .. })
}

/// Whether it may be otherwise in a moment. A server that can't be verified stays what it is.
fn is_passing(error: &Error) -> bool {
    matches!(
        error.kind(),
        Kind::Unreachable { .. } | Kind::Unanswered { .. } | Kind::RateLimited { .. } | Kind::Fault { .. }
    )
}
