//! `sys/health`: whether a node works, and which it is. No token is needed.

use serde::Deserialize;

use crate::request::Request;

/// What a node says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Health {
    /// Whether its storage was initialised.
    pub initialized: bool,
    /// Whether it is sealed.
    pub sealed: bool,
    /// Whether another node of its cluster is the active one.
    #[serde(default)]
    pub standby: bool,
    /// Its version, such as `2.4.0`.
    #[serde(default)]
    pub version: String,
    /// The name of its cluster. A sealed node does not know it.
    #[serde(default)]
    pub cluster_name: String,
    /// The id of its cluster. A sealed node does not know it.
    #[serde(default)]
    pub cluster_id: String,
    /// Whether it is Vault Enterprise. OpenBao and old versions of Vault don't say.
    #[serde(default)]
    pub enterprise: Option<bool>,
    /// Its clock, in seconds since 1970.
    #[serde(default)]
    pub server_time_utc: i64,
}

impl Health {
    /// Whether it can do work now: the answer to an unseal says so earlier than it is true.
    pub fn is_active(&self) -> bool {
        self.initialized && !self.sealed && !self.standby
    }
}

/// Asks for the health. Answers with [`Health`], whatever it is: every state that the server has a status of its own for is
/// asked to come as 200.
///
/// The answer waits while the node is being unsealed.
pub fn request() -> Request {
    let codes = [
        "standbycode",
        "sealedcode",
        "uninitcode",
        "drsecondarycode",
        "performancestandbycode",
        "removedcode",
        "haunhealthycode",
    ];
    codes.into_iter().fold(Request::read("sys/health"), |request, code| request.query(code, "200"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::Reply;

    #[test]
    fn the_replies_of_both_servers_are_read() {
        let sealed = br#"{"initialized":false,"sealed":true,"standby":true,"version":"2.4.0","server_time_utc":1}"#;
        let health: Health = Reply::parse(sealed).unwrap().data().unwrap();
        assert!(!health.is_active() && health.cluster_id.is_empty());
        let active = br#"{"initialized":true,"sealed":false,"standby":false,"performance_standby":false,
            "replication_performance_mode":"disabled","version":"1.21.1","enterprise":false,
            "cluster_name":"vault-cluster-1","cluster_id":"5b1a","echo_duration_ms":0}"#;
        let health: Health = Reply::parse(active).unwrap().data().unwrap();
        assert!(health.is_active() && health.cluster_id == "5b1a");
    }
}
