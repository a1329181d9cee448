//! The server as one node that comes up: it listens, is unsealed, and becomes active.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cluster_keys::{ClusterKeys, KeyShare, Seal, Step, Unsealing};
use tf_framework::diagnostic::Diagnostic;
use tf_framework::{Context, Outcome};
use vault_client::Kind;
use vault_client::sys::health::Health;
use vault_client::sys::leader::{self, Leader};
use vault_client::sys::seal_status::SealStatus;
use vault_client::sys::unseal;

use crate::SecretZero;
use crate::connection::Unsent;

/// How long to wait before the server is asked again.
const PAUSE: Duration = Duration::from_millis(500);

/// How long before the end of the call waiting ends, so that the reason is told.
const MARGIN: Duration = Duration::from_millis(500);

/// How many times in a row a node must name another one as active: just after it was unsealed, it may remember who was.
const SURE: u32 = 6;

/// Waits until the server listens, and returns how it is sealed.
///
/// # Errors
/// If it does not within the time of the call, or what listens can't be verified.
pub async fn listening(cx: &Context<SecretZero>) -> Outcome<SealStatus> {
    asked(cx, "the server to listen", || cx.client().seal_status()).await
}

/// Unseals the server with these keys, which are read only if it needs them, and waits until it is active, or another node
/// of its cluster surely is. A server that unseals itself is waited for.
///
/// # Errors
/// If it does not come so far within the time of the call, and if the keys don't fit.
pub async fn bring_up<F>(cx: &Context<SecretZero>, keys: impl Fn() -> F) -> Outcome<Health>
where
    F: Future<Output = Outcome<ClusterKeys>>,
{
    loop {
        let status = listening(cx).await?;
        if status.initialized && status.sealed && !status.unseals_itself() {
            let keys = keys().await?;
            give(cx, shares(&keys)?, status).await?;
        } else {
            give(cx, &[], status).await?;
        }
        let health = settled(cx).await?;
        // Sealed again: it was restarted.
        if !health.sealed {
            return Ok(health);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Gives shares until it is unsealed.
async fn give(cx: &Context<SecretZero>, shares: &[KeyShare], mut status: SealStatus) -> Outcome<()> {
    let mut unsealing = Unsealing::with(shares);
    loop {
        match unsealing.next(&seal(&status)) {
            Step::Unsealed => return Ok(()),
            Step::NotInitialized => return Err(not_initialised().into()),
            Step::Migration => {
                return Err(Diagnostic::error("The seal of the server is being changed to another kind")
                    .detail("Its configuration says so. Whether that is meant is not for an apply to decide.")
                    .remedy(
                        "Finish it with `secretzero unseal --migrate` and the shares that it had until now, or with `operator \
                         unseal -migrate`; or take the change out of its configuration. Then apply again.",
                    )
                    .into());
            }
            Step::NeedsMore { progress, threshold } => {
                return Err(Diagnostic::error("The server is still sealed")
                    .detail(format!("It has {progress} of {threshold} key shares; the keys here have no more."))
                    .remedy("The others who hold shares give theirs, then apply again.")
                    .into());
            }
            Step::Wrong => return Err(wrong().into()),
            Step::Wait => status = unsealed_by_itself(cx).await?,
            Step::Give(share) => {
                let request = unseal::share(&share.base64(), false);
                let answered = match cx.client().ask(&request).await {
                    Ok(reply) => reply.data::<SealStatus>().map_err(|error| request.malformed(&error).into()),
                    Err(error) => Err(error),
                };
                status = match answered {
                    Ok(status) => status,
                    Err(error) if is_refusal(&error) => {
                        if !unsealing.refused() {
                            return Err(wrong().detail(error.doing("").detail_text()).into());
                        }
                        listening(cx).await?
                    }
                    Err(error) if is_passing(&error) => {
                        // It may have been restarted, and know nothing of what it was given. A share that it has counts once.
                        unsealing = Unsealing::with(shares);
                        listening(cx).await?
                    }
                    Err(error) => return Err(error.doing("Unsealing the server").into()),
                };
            }
        }
    }
}

async fn unsealed_by_itself(cx: &Context<SecretZero>) -> Outcome<SealStatus> {
    let what = "the server to unseal itself";
    cx.wait_for(what, PAUSE, async || {
        let status = asked(cx, what, || cx.client().seal_status()).await?;
        Ok((!status.sealed || !status.initialized).then_some(status))
    })
    .await
}

/// Waits until it is active: that it is no longer sealed is told earlier than it can work. Or until it is sealed again.
async fn settled(cx: &Context<SecretZero>) -> Outcome<Health> {
    let what = "the server to become active";
    let others = &AtomicU32::new(0);
    cx.wait_for(what, PAUSE, async || {
        let health = asked(cx, what, || cx.client().health()).await?;
        if health.is_active() || health.sealed {
            return Ok(Some(health));
        }
        // A node that is being unsealed refuses to tell.
        let leader = match cx.client().ask(&leader::request()).await {
            Ok(reply) => reply.data::<Leader>().ok(),
            Err(_) => None,
        };
        let is_standby = leader.is_some_and(|leader| leader.is_another());
        let in_a_row = if is_standby { others.load(Ordering::Relaxed) + 1 } else { 0 };
        others.store(in_a_row, Ordering::Relaxed);
        Ok((in_a_row >= SURE).then_some(health))
    })
    .await
}

/// Asks until there is an answer. If the time is over, the error is why there was none.
async fn asked<T, F>(cx: &Context<SecretZero>, what: &str, ask: impl Fn() -> F) -> Outcome<T>
where
    F: Future<Output = Result<T, Unsent>>,
{
    let last = Mutex::new(None);
    let lock = || last.lock().unwrap_or_else(PoisonError::into_inner);
    let waiting = cx.wait_for(what, PAUSE, async || match ask().await {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if is_passing(&error) => {
            *lock() = Some(error);
            Ok(None)
        }
        Err(error) => {
            *lock() = None;
            Err(error.doing(format!("Waiting for {what}")).into())
        }
    });
    // One question can take longer than what is left, and then the call would end without saying what it waited for.
    let waited = match cx.deadline().and_then(|deadline| deadline.checked_sub(MARGIN)) {
        Some(deadline) => tokio::time::timeout_at(deadline, waiting).await,
        None => Ok(waiting.await),
    };
    let in_the_way = lock().take();
    match (waited, in_the_way) {
        (Ok(Ok(answer)), _) => Ok(answer),
        (Ok(Err(failure)), None) => Err(failure),
        (Ok(Err(failure)), Some(_)) if cx.is_stopped() => Err(failure),
        (_, in_the_way) => {
            let summary = format!("Timed out waiting for {what} at {}", cx.client().address()?);
            Err(match in_the_way {
                Some(error) => error.doing(summary),
                None => Diagnostic::error(summary)
                    .detail("It did not answer at all.")
                    .remedy("Start the server, or correct the address. If it needs longer, raise the timeout of this operation."),
            }
            .into())
        }
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

/// The shares that unseal.
fn shares(keys: &ClusterKeys) -> Result<&[KeyShare], Diagnostic> {
    let sealed = || Diagnostic::error("The server is sealed, and the keys can't unseal it");
    if keys.unseal.shares.iter().any(|share| !share.is_encrypted()) {
        Ok(&keys.unseal.shares)
    } else if !keys.unseal.shares.is_empty() {
        Err(sealed().detail("The shares are encrypted with PGP, so they are of use to their holders alone.").remedy(
            "Each holder decrypts a share (base64 -d | gpg -d) and gives it to the server (operator unseal), or to \
                 `secretzero unseal --keys-file -`. Then apply again.",
        ))
    } else if !keys.recovery.shares.is_empty() {
        Err(sealed()
            .detail("They are recovery keys, of a server that unseals itself. This server is sealed with key shares.")
            .remedy("Name the keys of this server."))
    } else {
        Err(sealed()
            .detail("There are no key shares at hand.")
            .remedy("Name the files with the key shares of the server in keys."))
    }
}

/// There is nothing to unseal.
pub(crate) fn not_initialised() -> Diagnostic {
    Diagnostic::error("The server was never initialised")
        .detail("There is nothing to unseal.")
        .remedy("Initialise it first: let this resource depend on a secretzero_init.")
}

fn wrong() -> Diagnostic {
    Diagnostic::error("The server did not take the key shares")
        .detail("They are of another server, of before a rekey, or damaged.")
        .remedy("Name the keys of this server in keys.")
}

/// Whether the server did not take a share.
fn is_refusal(error: &Unsent) -> bool {
    error.server().is_some_and(|error| matches!(error.kind(), Kind::Refused { .. }))
}

/// Whether it may be otherwise in a moment. A server that can't be verified stays what it is.
fn is_passing(error: &Unsent) -> bool {
    error.server().is_some_and(|error| {
        matches!(
            error.kind(),
            Kind::Unreachable { .. } | Kind::Unanswered { .. } | Kind::RateLimited { .. } | Kind::Fault { .. }
        )
    })
}
