//! What became of one server.

use std::fmt;

use serde::Serialize;

use crate::exit::Exit;

/// What became of one server, also as `--json` prints it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Report {
    /// As the user wrote it.
    pub(super) address: String,
    pub(super) state: State,
    /// The id of its cluster, once it tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cluster_id: Option<String>,
    /// How many shares it has and needs, if it needs more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) shares: Option<Shares>,
    /// What is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    /// What helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) remedy: Option<String>,
}

/// How far an unsealing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Shares {
    pub(super) given: u32,
    pub(super) needed: u32,
}

/// How a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// Unsealed, and does its work.
    Active,
    /// Unsealed, and another node of its cluster does the work.
    Standby,
    /// Not active yet: sealed, or just unsealed.
    NotReady,
    /// Nobody has initialised it.
    NotInitialized,
    /// It can't be reached, or not verified.
    Unreachable,
    /// What was tried was refused, by it or by us.
    Refused,
}

impl State {
    pub(super) fn exit(self) -> Exit {
        match self {
            Self::Active | Self::Standby => Exit::Done,
            Self::NotReady => Exit::NotYet,
            Self::Unreachable => Exit::Unreachable,
            Self::NotInitialized | Self::Refused => Exit::Refused,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Active => "unsealed and active",
            Self::Standby => "unsealed, and a standby",
            Self::NotReady => "not ready",
            Self::NotInitialized => "not initialised",
            Self::Unreachable => "out of reach",
            Self::Refused => "as it was",
        })
    }
}
