//! `sys/seal-status`: how a node is sealed. No token is needed.

use serde::Deserialize;

use crate::request::Request;

/// How a node is sealed, and how far its unsealing is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SealStatus {
    /// The kind of seal: `shamir`, `transit`, `static`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether its storage was initialised.
    pub initialized: bool,
    /// Whether it is sealed.
    pub sealed: bool,
    /// How many shares are needed: to unseal it, or to recover it if it unseals itself.
    #[serde(rename = "t")]
    pub threshold: u32,
    /// How many shares there are.
    #[serde(rename = "n")]
    pub shares: u32,
    /// How many shares the attempt that is under way has.
    pub progress: u32,
    /// Which attempt is under way; empty if none is.
    #[serde(default)]
    pub nonce: String,
    /// Whether the seal is being changed to another kind.
    #[serde(default)]
    pub migration: bool,
    /// Whether the shares are for recovery and can't unseal it.
    #[serde(default)]
    pub recovery_seal: bool,
    /// Its version.
    #[serde(default)]
    pub version: String,
    /// The name of its cluster. A sealed node does not know it.
    #[serde(default)]
    pub cluster_name: String,
    /// The id of its cluster. A sealed node does not know it.
    #[serde(default)]
    pub cluster_id: String,
    /// What keeps its data: `raft`, `file`, …
    #[serde(default)]
    pub storage_type: String,
}

impl SealStatus {
    /// Whether the node unseals itself, with a key that something else keeps. Its shares are for recovery only.
    pub fn unseals_itself(&self) -> bool {
        self.kind != "shamir"
    }
}

/// Asks how the node is sealed. Answers with [`SealStatus`].
pub fn request() -> Request {
    Request::read("sys/seal-status")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::Reply;

    #[test]
    fn the_reply_is_read() {
        let body = br#"{"type":"shamir","initialized":true,"sealed":true,"t":3,"n":5,"progress":1,"nonce":"0b5c",
            "version":"2.4.0","build_date":"","migration":false,"recovery_seal":false,"storage_type":"raft"}"#;
        let status: SealStatus = Reply::parse(body).unwrap().data().unwrap();
        assert_eq!((status.threshold, status.shares, status.progress), (3, 5, 1));
        assert!(!status.unseals_itself());
    }
}
