//! Where an announcement and the call that names it meet, whichever comes first.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use plugin_proto::go_plugin::ConnInfo;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::BrokerError;

/// Announcements that nobody asked for yet. A host has a handful; more than this is a fault, and must not fill memory.
const MAX_UNCLAIMED: usize = 1024;

/// The halves that have not met yet, by number.
#[derive(Clone, Default)]
pub(super) struct Rendezvous {
    halves: Arc<Mutex<HashMap<u32, Half>>>,
}

enum Half {
    /// And when it will be forgotten.
    Announced(ConnInfo, Instant),
    Awaited(oneshot::Sender<ConnInfo>),
}

impl Rendezvous {
    /// Notes what the host announced. Unclaimed for `patience`, it is forgotten, as hosts do on their side.
    pub(super) fn announce(&self, announced: ConnInfo, patience: Duration) {
        let id = announced.service_id;
        let until = Instant::now() + patience;
        let mut halves = self.halves();
        // The short way first: counting is only needed when there is much to count.
        let is_full = halves.len() >= MAX_UNCLAIMED
            && halves.values().filter(|half| matches!(half, Half::Announced(..))).count() >= MAX_UNCLAIMED;
        match halves.entry(id) {
            Entry::Occupied(waiting) if matches!(waiting.get(), Half::Awaited(_)) => {
                if let Half::Awaited(waiting) = waiting.remove() {
                    // Who waited may have given up in this very moment.
                    let _ = waiting.send(announced);
                }
                return;
            }
            Entry::Occupied(_) => {
                tracing::warn!(id, "the host announced a connection twice; the first announcement counts");
                return;
            }
            Entry::Vacant(_) if is_full => {
                tracing::warn!(
                    id,
                    limit = MAX_UNCLAIMED,
                    "too many unclaimed connections: an announcement was dropped"
                );
                return;
            }
            Entry::Vacant(free) => {
                free.insert(Half::Announced(announced, until));
            }
        }
        drop(halves);
        let rendezvous = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep_until(until).await;
            // Claimed in time, the number may have been announced anew: that announcement has a time of its own.
            rendezvous.forget(id, |half| matches!(half, Half::Announced(_, other) if *other == until));
        });
    }

    /// Takes the announcement of `id`, waiting for it if it is still to come.
    pub(super) async fn wait(&self, id: u32, patience: Duration) -> Result<ConnInfo, BrokerError> {
        let announcement = match self.halves().entry(id) {
            Entry::Occupied(half) if matches!(half.get(), Half::Announced(..)) => match half.remove() {
                Half::Announced(announced, _) => return Ok(announced),
                Half::Awaited(_) => return Err(BrokerError::AlreadyAwaited { id }),
            },
            Entry::Occupied(_) => return Err(BrokerError::AlreadyAwaited { id }),
            Entry::Vacant(free) => {
                let (sender, receiver) = oneshot::channel();
                free.insert(Half::Awaited(sender));
                receiver
            }
        };
        // Also when the caller gives up: its call may be cancelled at any time.
        let _forget = Forget { rendezvous: self, id };
        match tokio::time::timeout(patience, announcement).await {
            Ok(Ok(announced)) => Ok(announced),
            Ok(Err(_)) | Err(_) => Err(BrokerError::NotAnnounced { id }),
        }
    }

    fn forget(&self, id: u32, which: impl Fn(&Half) -> bool) {
        let mut halves = self.halves();
        if halves.get(&id).is_some_and(which) {
            halves.remove(&id);
        }
    }

    fn halves(&self) -> MutexGuard<'_, HashMap<u32, Half>> {
        // Nothing panics while holding it, and a map is whole after any single operation.
        self.halves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Forget<'a> {
    rendezvous: &'a Rendezvous,
    id: u32,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        // Once met, the half is gone, and a later announcement under the same number must stay.
        self.rendezvous.forget(self.id, |half| matches!(half, Half::Awaited(sender) if sender.is_closed()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    fn announcement(id: u32) -> ConnInfo {
        ConnInfo { service_id: id, network: "unix".to_owned(), address: "/s".to_owned(), knock: None }
    }

    #[tokio::test(start_paused = true)]
    async fn either_half_may_come_first() {
        let rendezvous = Rendezvous::default();
        rendezvous.announce(announcement(1), PATIENCE);
        assert_eq!(rendezvous.wait(1, PATIENCE).await.unwrap(), announcement(1));

        let waiting = tokio::spawn({
            let rendezvous = rendezvous.clone();
            async move { rendezvous.wait(2, PATIENCE).await }
        });
        tokio::task::yield_now().await;
        rendezvous.announce(announcement(2), PATIENCE);
        assert_eq!(waiting.await.unwrap().unwrap(), announcement(2));
        assert!(rendezvous.halves().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_announced_is_an_error_after_the_wait_and_leaves_nothing() {
        let rendezvous = Rendezvous::default();
        let before = Instant::now();
        let error = rendezvous.wait(3, PATIENCE).await.unwrap_err();
        assert!(matches!(error, BrokerError::NotAnnounced { id: 3 }), "{error}");
        assert_eq!(before.elapsed(), PATIENCE);
        assert!(rendezvous.halves().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn unclaimed_announcements_are_forgotten_and_bounded() {
        let rendezvous = Rendezvous::default();
        for id in 0..2000 {
            rendezvous.announce(announcement(id), PATIENCE);
        }
        assert_eq!(rendezvous.halves().len(), MAX_UNCLAIMED);
        tokio::time::sleep(PATIENCE * 2).await;
        assert!(rendezvous.halves().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_number_that_is_used_again_is_kept_as_long_as_the_first_time() {
        let rendezvous = Rendezvous::default();
        rendezvous.announce(announcement(5), PATIENCE);
        rendezvous.wait(5, PATIENCE).await.unwrap();
        tokio::time::sleep(PATIENCE / 2).await;
        rendezvous.announce(announcement(5), PATIENCE);
        tokio::time::sleep(PATIENCE * 3 / 4).await;
        assert_eq!(rendezvous.wait(5, PATIENCE).await.unwrap(), announcement(5));
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_that_gives_up_leaves_nothing() {
        let rendezvous = Rendezvous::default();
        let waiting = tokio::spawn({
            let rendezvous = rendezvous.clone();
            async move { rendezvous.wait(4, PATIENCE).await }
        });
        tokio::task::yield_now().await;
        assert!(matches!(rendezvous.wait(4, PATIENCE).await, Err(BrokerError::AlreadyAwaited { id: 4 })));
        waiting.abort();
        let _ = waiting.await;
        assert!(rendezvous.halves().is_empty());
    }
}
