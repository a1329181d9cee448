//! One server, from wherever it is to unsealed and active.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use cluster_keys::{ClusterKeys, KeyShare, Seal, Step, Unsealing};
use vault_client::sys::health::{self, Health};
use vault_client::sys::leader::{self, Leader};
use vault_client::sys::seal_status::{self, SealStatus};
use vault_client::sys::unseal;
use vault_client::{Error, Kind, Request};

use super::report::{Report, Shares, State};
use super::{Keys, whole};
use crate::connection::Server;
use crate::keys_file::KeysError;
use crate::screen;

/// How long to wait before the server is asked again.
const PAUSE: Duration = Duration::from_secs(1);

/// What is waited for first.
const LISTENER: &str = "the server to listen";

/// How many times in a row a node must name another one as active: just after it was unsealed, it may remember who was.
const SURE: u32 = 3;

/// Why it does not come up.
enum Problem {
    NotInitialized,
    Migration,
    /// No share that unseals was given.
    NoShares(&'static str),
    Keys(KeysError),
    NeedsMore(Shares),
    Wrong(Option<Error>),
    Sent(Error),
}

struct Node<'a> {
    server: &'a Server,
    /// Whether its seal may be changed to another kind.
    migrates: bool,
    /// What is waited for, and what was in the way last.
    waiting_for: Cell<&'static str>,
    in_the_way: RefCell<Option<Error>>,
}

/// Brings a server up, within this time.
pub(super) async fn bring_up(server: &Server, keys: &Keys<'_>, migrates: bool, timeout: Duration) -> Report {
    let node = Node { server, migrates, waiting_for: Cell::new(""), in_the_way: RefCell::default() };
    let came_up = async {
        loop {
            node.unseal(keys).await?;
            if let Some(settled) = node.settle().await.map_err(Problem::Sent)? {
                return Ok(settled);
            }
        }
    };
    match tokio::time::timeout(timeout, came_up).await {
        Ok(Ok((state, cluster_id))) => node.report(state).with_cluster(cluster_id),
        Ok(Err(problem)) => node.failed(problem),
        Err(_) => node.timed_out(),
    }
}

impl Node<'_> {
    async fn unseal(&self, keys: &Keys<'_>) -> Result<(), Problem> {
        let mut status = self.seal_status().await?;
        let migrates = self.migrates && status.migration;
        let shares = if status.initialized && status.sealed && (migrates || !status.unseals_itself()) {
            shares(keys.get().map_err(Problem::Keys)?, migrates)?
        } else {
            &[]
        };
        let begun = || if migrates { Unsealing::with(shares).migrating() } else { Unsealing::with(shares) };
        let mut unsealing = begun();
        loop {
            match unsealing.next(&seal(&status)) {
                Step::Unsealed => return Ok(()),
                Step::NotInitialized => return Err(Problem::NotInitialized),
                Step::Migration => return Err(Problem::Migration),
                Step::NeedsMore { progress, threshold } => {
                    return Err(Problem::NeedsMore(Shares { given: progress, needed: threshold }));
                }
                Step::Wrong => return Err(Problem::Wrong(None)),
                Step::Wait => {
                    self.wait_for("the server to unseal itself").await;
                    status = self.seal_status().await?;
                }
                Step::Give(share) => match self.ask(&unseal::share(&share.base64(), migrates)).await {
                    Ok(answer) => status = answer,
                    Err(error) if is_refusal(&error) => {
                        if !unsealing.refused() {
                            return Err(Problem::Wrong(Some(error)));
                        }
                        status = self.seal_status().await?;
                    }
                    Err(error) if is_passing(&error) => {
                        // It may have been restarted, and know nothing of what it was given. A share that it has counts once.
                        self.hindered(error).await;
                        unsealing = begun();
                        status = self.seal_status().await?;
                    }
                    Err(error) => return Err(Problem::Sent(error)),
                },
            }
        }
    }

    /// Waits until it is active, or another one surely is. `None` if it is sealed again: it was restarted.
    async fn settle(&self) -> Result<Option<(State, String)>, Error> {
        let mut others = 0;
        loop {
            self.waiting_for.set("the server to become active");
            let health: Health = self.answer(&health::request()).await?;
            if health.is_active() {
                return Ok(Some((State::Active, health.cluster_id)));
            }
            if health.sealed {
                self.wait_for("the server to become active").await;
                return Ok(None);
            }
            let leader: Leader = self.answer(&leader::request()).await.or_else(not_yet)?;
            others = if leader.is_another() { others + 1 } else { 0 };
            if others == SURE {
                return Ok(Some((State::Standby, health.cluster_id)));
            }
            self.wait_for("the server to become active").await;
        }
    }

    async fn seal_status(&self) -> Result<SealStatus, Problem> {
        self.waiting_for.set(LISTENER);
        self.answer(&seal_status::request()).await.map_err(Problem::Sent)
    }

    /// Asks until there is an answer.
    async fn answer<T: serde::de::DeserializeOwned>(&self, request: &Request) -> Result<T, Error> {
        loop {
            match self.ask(request).await {
                Err(error) if is_passing(&error) => self.hindered(error).await,
                other => return other,
            }
        }
    }

    async fn ask<T: serde::de::DeserializeOwned>(&self, request: &Request) -> Result<T, Error> {
        let reply = self.server.client.send(request, None).await?;
        self.in_the_way.take();
        reply.data().map_err(|error| request.malformed(&error))
    }

    async fn hindered(&self, error: Error) {
        *self.in_the_way.borrow_mut() = Some(error);
        self.wait_for(self.waiting_for.get()).await;
    }

    async fn wait_for(&self, what: &'static str) {
        self.waiting_for.set(what);
        screen::progress(&format!("{}: waiting for {what}", self.server.address));
        tokio::time::sleep(PAUSE).await;
    }

    fn report(&self, state: State) -> Report {
        let address = self.server.address.clone();
        Report { address, state, cluster_id: None, shares: None, error: None, remedy: None }
    }

    fn failed(&self, problem: Problem) -> Report {
        let report = |state, error: String, remedy: String| Report {
            error: Some(error),
            remedy: Some(remedy).filter(|remedy| !remedy.is_empty()),
            ..self.report(state)
        };
        match problem {
            Problem::NotInitialized => report(
                State::NotInitialized,
                "it was never initialised".to_owned(),
                "Initialise it first: with secretzero_init, or with `operator init`.".to_owned(),
            ),
            Problem::Migration => report(
                State::Refused,
                "its seal is being changed to another kind, as its configuration says".to_owned(),
                "If that is meant, give it the shares that it had until now, with --migrate.".to_owned(),
            ),
            Problem::NoShares(why) => report(State::Refused, format!("it is sealed, and {why}"), String::new()),
            Problem::Keys(error) => report(State::Refused, format!("the keys: {}", whole(&error)), String::new()),
            Problem::NeedsMore(shares) => Report {
                shares: Some(shares),
                ..report(
                    State::NotReady,
                    format!("it is still sealed: it has {} of {} key shares", shares.given, shares.needed),
                    "The others who hold shares give theirs.".to_owned(),
                )
            },
            Problem::Wrong(error) => {
                let said = error.map(|error| format!(": {error}")).unwrap_or_default();
                report(
                    State::Refused,
                    format!("it did not take the key shares{said}"),
                    "They are of another server, of before a rekey, or damaged.".to_owned(),
                )
            }
            Problem::Sent(error) => {
                let state = if error.is_unreachable() { State::Unreachable } else { State::Refused };
                report(state, error.to_string(), error.remedy())
            }
        }
    }

    fn timed_out(&self) -> Report {
        let waiting = format!("timed out waiting for {}", self.waiting_for.get());
        match self.in_the_way.take() {
            Some(error) => {
                let state = if error.is_unreachable() { State::Unreachable } else { State::NotReady };
                Report {
                    error: Some(format!("{waiting}: {error}")),
                    remedy: Some(error.remedy()),
                    ..self.report(state)
                }
            }
            // It has not even refused a connection.
            None if self.waiting_for.get() == LISTENER => {
                Report { error: Some(waiting), ..self.report(State::Unreachable) }
            }
            None => Report { error: Some(waiting), ..self.report(State::NotReady) },
        }
    }
}

impl Report {
    fn with_cluster(self, cluster_id: String) -> Self {
        Self { cluster_id: Some(cluster_id).filter(|id| !id.is_empty()), ..self }
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
fn shares(keys: Option<&ClusterKeys>, migrates: bool) -> Result<&[KeyShare], Problem> {
    let Some(keys) = keys else {
        return Err(Problem::NoShares("no keys are named: use --keys-file or --credential"));
    };
    let of_either_kind = &keys.shares().shares;
    if migrates && of_either_kind.iter().any(|share| !share.is_encrypted()) {
        return Ok(of_either_kind);
    }
    if keys.unseal.shares.iter().any(|share| !share.is_encrypted()) {
        Ok(&keys.unseal.shares)
    } else if !keys.unseal.shares.is_empty() {
        Err(Problem::NoShares("the shares in the file are encrypted with PGP: their holders decrypt them first"))
    } else if !keys.recovery.shares.is_empty() {
        Err(Problem::NoShares(
            "the file has recovery keys, which can't unseal: they are of a server that unseals itself. If its seal was changed \
             since, they do: give them alone, one a line",
        ))
    } else {
        Err(Problem::NoShares("there are no key shares in the file"))
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

/// A node that is being unsealed does not know yet who is active, and refuses to tell.
fn not_yet(error: Error) -> Result<Leader, Error> {
    match error.kind() {
        Kind::Sealed | Kind::Standby { .. } | Kind::Refused { .. } => {
            Ok(Leader { ha_enabled: false, is_self: false, leader_address: String::new() })
        }
        _ => Err(error),
    }
}
