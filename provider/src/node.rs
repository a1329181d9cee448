//! The server as one node that comes up, within the time of the call and until the user asks to stop.

use std::time::Duration;

use cluster_keys::ClusterKeys;
use tf_framework::diagnostic::Diagnostic;
use tf_framework::{Context, Failure, Outcome};
use vault_client::Client;
use vault_client::node::{Awaited, Node, Stuck, Unusable};
use vault_client::sys::health::Health;
use vault_client::sys::seal_status::SealStatus;

use crate::SecretZero;

/// How long before the end of the call waiting ends, so that the reason is told.
const MARGIN: Duration = Duration::from_millis(500);

/// Waits until the server listens, and returns how it is sealed.
///
/// # Errors
/// If it does not within the time of the call, or what listens can't be verified.
pub async fn listening(cx: &Context<SecretZero>) -> Outcome<SealStatus> {
    let doing = "Waiting for the server to listen";
    until_stopped(cx, doing, node(cx, doing).listening()).await
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
    let doing = "Unsealing the server";
    until_stopped(cx, doing, node(cx, doing).bring_up(keys)).await
}

fn node<'a>(cx: &'a Context<SecretZero>, doing: &'a str) -> Node<'a, impl Fn() -> Result<Client, Failure> + 'a> {
    let client = move || cx.client().detached().map_err(|error| error.doing(doing).into());
    Node::reached_by(client).until(cx.deadline().and_then(|deadline| deadline.checked_sub(MARGIN)))
}

/// A share that is being given counts once, and the next apply looks anew: nothing is lost if it is cut off.
async fn until_stopped<T>(
    cx: &Context<SecretZero>,
    doing: &str,
    coming_up: impl Future<Output = Result<T, Stuck<Failure>>>,
) -> Outcome<T> {
    tokio::select! {
        came_up = coming_up => came_up.map_err(|stuck| told(cx, doing, stuck)),
        () = cx.stopped() => Err(Diagnostic::error(format!("{doing}: stopped"))
            .remedy("Apply again to go on from here.")
            .into()),
    }
}

fn told(cx: &Context<SecretZero>, doing: &str, stuck: Stuck<Failure>) -> Failure {
    match stuck {
        Stuck::NotInitialized => Diagnostic::error("The server was never initialised")
            .detail("There is nothing to unseal.")
            .remedy("Initialise it first: let this resource depend on a secretzero_init.")
            .into(),
        Stuck::Migration => Diagnostic::error("The seal of the server is being changed to another kind")
            .detail("Its configuration says so. Whether that is meant is not for an apply to decide.")
            .remedy(
                "Finish it with `secretzero unseal --migrate` and the shares that it had until now, or with `operator \
                 unseal -migrate`; or take the change out of its configuration. Then apply again.",
            )
            .into(),
        Stuck::Keys(unusable) => useless(unusable).into(),
        Stuck::NeedsMore { progress, threshold } => Diagnostic::error("The server is still sealed")
            .detail(format!("It has {progress} of {threshold} key shares; the keys here have no more."))
            .remedy("The others who hold shares give theirs, then apply again.")
            .into(),
        Stuck::Wrong(error) => {
            let wrong = Diagnostic::error("The server did not take the key shares")
                .detail("They are of another server, of before a rekey, or damaged.")
                .remedy("Name the keys of this server in keys.");
            match error {
                Some(error) => wrong.because(&error).into(),
                None => wrong.into(),
            }
        }
        Stuck::Sent(error) => Diagnostic::error(doing).because(&error).remedy(error.remedy()).into(),
        Stuck::TimedOut { awaited, hindrance } => timed_out(cx, awaited, hindrance.as_ref()),
        Stuck::Own(failure) => failure,
    }
}

fn useless(keys: Unusable) -> Diagnostic {
    let sealed = Diagnostic::error("The server is sealed, and the keys can't unseal it");
    match keys {
        Unusable::Encrypted => {
            sealed.detail("The shares are encrypted with PGP, so they are of use to their holders alone.").remedy(
                "Each holder decrypts a share (base64 -d | gpg -d) and gives it to the server (operator unseal), or to \
                 `secretzero unseal --keys-file -`. Then apply again.",
            )
        }
        Unusable::Recovery => sealed
            .detail("They are recovery keys, of a server that unseals itself. This server is sealed with key shares.")
            .remedy("Name the keys of this server."),
        Unusable::Missing => sealed
            .detail("There are no key shares at hand.")
            .remedy("Name the files with the key shares of the server in keys."),
    }
}

fn timed_out(cx: &Context<SecretZero>, awaited: Awaited, hindrance: Option<&vault_client::Error>) -> Failure {
    let address = match cx.client().address() {
        Ok(address) => address,
        Err(failure) => return failure,
    };
    let timed_out = Diagnostic::error(format!("Timed out waiting for {awaited} at {address}"));
    let longer = "If it needs longer, raise the timeout of this operation.";
    match (hindrance, awaited) {
        (Some(error), _) => timed_out.because(error).remedy(error.remedy()),
        (None, Awaited::Listener) => timed_out
            .detail("It did not answer at all.")
            .remedy(format!("Start the server, or correct the address. {longer}")),
        (None, _) => timed_out.remedy(longer),
    }
    .into()
}
