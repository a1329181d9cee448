//! One server, from wherever it is to unsealed and active.

use cluster_keys::ClusterKeys;
use tokio::time::Instant;
use vault_client::node::{Awaited, Node, Stuck, Unusable};
use vault_client::{Client, Error};

use super::report::{Report, Shares, State};
use super::{Arguments, whole};
use crate::connection;
use crate::keys_file::KeysError;
use crate::screen;

/// Why it can't be tried.
#[derive(Debug)]
pub(super) enum Trouble {
    Connection(connection::Unusable),
    Keys(KeysError),
    NoKeys,
}

/// Brings a server up, within the time that there is.
pub(super) async fn bring_up<K>(
    address: &str,
    arguments: &Arguments,
    client: impl Fn() -> Result<Client, Trouble>,
    keys: impl Fn() -> K,
) -> Report
where
    K: Future<Output = Result<ClusterKeys, Trouble>>,
{
    let node = Node::reached_by(client)
        .migrating(arguments.migrate)
        // A time that no clock can tell is no limit.
        .until(Instant::now().checked_add(arguments.timeout))
        .heard_by(|awaited| screen::progress(&format!("{address}: waiting for {awaited}")));
    match node.bring_up(keys).await {
        Ok(health) => {
            let state = if health.is_active() { State::Active } else { State::Standby };
            let cluster_id = Some(health.cluster_id).filter(|id| !id.is_empty());
            Report { cluster_id, ..Report::new(address, state) }
        }
        Err(stuck) => Report::of_stuck(address, stuck),
    }
}

impl Report {
    fn new(address: &str, state: State) -> Self {
        Self { address: address.to_owned(), state, cluster_id: None, shares: None, error: None, remedy: None }
    }

    fn failed(address: &str, state: State, error: impl Into<String>, remedy: impl Into<String>) -> Self {
        let remedy = Some(remedy.into()).filter(|remedy| !remedy.is_empty());
        Self { error: Some(error.into()), remedy, ..Self::new(address, state) }
    }

    /// Of a server that could not be tried.
    pub(super) fn of_trouble(address: &str, trouble: &Trouble) -> Self {
        let refused = |error: String| Self::failed(address, State::Refused, error, "");
        match trouble {
            Trouble::Connection(error) => refused(whole(error)),
            Trouble::Keys(error) => refused(format!("the keys: {}", whole(error))),
            Trouble::NoKeys => {
                refused("it is sealed, and no keys are named: use --keys-file or --credential".to_owned())
            }
        }
    }

    fn of_stuck(address: &str, stuck: Stuck<Trouble>) -> Self {
        let report = |state, error: &str, remedy: &str| Self::failed(address, state, error, remedy);
        match stuck {
            Stuck::NotInitialized => report(
                State::NotInitialized,
                "it was never initialised",
                "Initialise it first: with secretzero_init, or with `operator init`.",
            ),
            Stuck::Migration => report(
                State::Refused,
                "its seal is being changed to another kind, as its configuration says",
                "If that is meant, give it the shares that it had until now, with --migrate.",
            ),
            Stuck::Keys(keys) => report(State::Refused, &format!("it is sealed, and {}", useless(keys)), ""),
            Stuck::NeedsMore { progress: given, threshold: needed } => Self {
                shares: Some(Shares { given, needed }),
                ..report(
                    State::NotReady,
                    &format!("it is still sealed: it has {given} of {needed} key shares"),
                    "The others who hold shares give theirs.",
                )
            },
            Stuck::Wrong(error) => {
                let said = error.map(|error| format!(": {error}")).unwrap_or_default();
                report(
                    State::Refused,
                    &format!("it did not take the key shares{said}"),
                    "They are of another server, of before a rekey, or damaged.",
                )
            }
            Stuck::Sent(error) => {
                let state = if error.is_unreachable() { State::Unreachable } else { State::Refused };
                report(state, &error.to_string(), &error.remedy())
            }
            Stuck::TimedOut { awaited, hindrance } => Self::timed_out(address, awaited, hindrance),
            Stuck::Own(trouble) => Self::of_trouble(address, &trouble),
        }
    }

    fn timed_out(address: &str, awaited: Awaited, hindrance: Option<Error>) -> Self {
        let waiting = format!("timed out waiting for {awaited}");
        match hindrance {
            Some(error) => {
                let state = if error.is_unreachable() { State::Unreachable } else { State::NotReady };
                Self::failed(address, state, format!("{waiting}: {error}"), error.remedy())
            }
            // It has not even refused a connection.
            None if awaited == Awaited::Listener => Self::failed(address, State::Unreachable, waiting, ""),
            None => Self::failed(address, State::NotReady, waiting, ""),
        }
    }
}

fn useless(keys: Unusable) -> &'static str {
    match keys {
        Unusable::Encrypted => "the shares in the file are encrypted with PGP: their holders decrypt them first",
        Unusable::Recovery => {
            "the file has recovery keys, which can't unseal: they are of a server that unseals itself. If its seal was changed \
             since, they do: give them alone, one a line"
        }
        Unusable::Missing => "there are no key shares in the file",
    }
}
