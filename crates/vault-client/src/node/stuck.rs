//! Why a node does not come up.

use std::fmt;

use crate::error::Error;

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// That it listens.
    Listener,
    /// The keys, which the caller reads.
    Keys,
    /// That it unseals itself.
    ItsOwnUnsealing,
    /// That it is active.
    Activity,
}

/// Why a node does not come up.
#[derive(Debug)]
pub enum Stuck<F> {
    /// Nobody has initialised it, and there is nothing to unseal.
    NotInitialized,
    /// Its seal is to be changed to another kind, and nobody has agreed to that.
    Migration,
    /// The keys can't unseal it.
    Keys(Unusable),
    /// It has all the shares that there are here, and needs more.
    NeedsMore {
        /// How many it has.
        progress: u32,
        /// How many it needs.
        threshold: u32,
    },
    /// It did not take the shares, and may have said why.
    Wrong(Option<Error>),
    /// A request came to nothing, which won't pass by itself.
    Sent(Error),
    /// The time is over.
    TimedOut {
        /// What was waited for.
        awaited: Awaited,
        /// What was in the way. Nothing was if it did not answer at all, or did and is not that far.
        hindrance: Option<Error>,
    },
    /// The caller has no client or no keys.
    Own(F),
}

/// Why keys can't unseal a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// The shares are encrypted for their holders.
    Encrypted,
    /// They are recovery keys, of a server that unseals itself.
    Recovery,
    /// There are none.
    Missing,
}

/// Completes "waiting for".
impl fmt::Display for Awaited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Listener => "the server to listen",
            Self::Keys => "the keys of the server",
            Self::ItsOwnUnsealing => "the server to unseal itself",
            Self::Activity => "the server to become active",
        })
    }
}
