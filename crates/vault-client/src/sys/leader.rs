//! `sys/leader`: which node of a cluster is the active one. No token is needed.

use serde::Deserialize;

use crate::request::Request;

/// What a node knows of the active one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Leader {
    /// Whether there can be more than one node.
    #[serde(default)]
    pub ha_enabled: bool,
    /// Whether it is this node.
    #[serde(default)]
    pub is_self: bool,
    /// Its address; empty as long as there is none.
    #[serde(default)]
    pub leader_address: String,
}

impl Leader {
    /// Whether it is another node.
    pub fn is_another(&self) -> bool {
        self.ha_enabled && !self.is_self && !self.leader_address.is_empty()
    }
}

/// Asks who the active node is. Answers with [`Leader`].
pub fn request() -> Request {
    Request::read("sys/leader")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::Reply;

    #[test]
    fn a_node_knows_another_one_or_none() {
        let read = |body: &str| Reply::parse(body.as_bytes()).unwrap().data::<Leader>().unwrap();
        assert!(read(r#"{"ha_enabled":true,"is_self":false,"leader_address":"https://10.0.0.2:8200"}"#).is_another());
        assert!(!read(r#"{"ha_enabled":true,"is_self":true,"leader_address":"https://10.0.0.1:8200"}"#).is_another());
        assert!(!read(r#"{"ha_enabled":true,"is_self":false,"leader_address":""}"#).is_another());
    }
}
