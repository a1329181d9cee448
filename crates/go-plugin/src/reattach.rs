//! Debug mode: a plugin that a person starts, under a debugger say, and that hosts are told to use.
//!
//! There is no handshake, no certificate and no host that would end the process. Whoever can open the socket, which is
//! in a folder of the user's own, can use the plugin.

use crate::listener::Address;

/// How a host reaches a plugin that it did not start.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reattach {
    /// The protocol version that is served.
    pub protocol_version: u32,
    /// Kind of address: `unix` or `tcp`.
    pub network: String,
    /// The socket's path, or address and port.
    pub address: String,
    /// This process.
    pub process: u32,
}

impl Reattach {
    pub(crate) fn new(protocol_version: u32, address: &Address) -> Self {
        Self {
            protocol_version,
            network: address.network().to_owned(),
            address: address.to_string(),
            process: std::process::id(),
        }
    }

    /// The JSON object that Go hosts read, for instance as a value in Terraform's `TF_REATTACH_PROVIDERS`.
    ///
    /// `Test` is set: the host must not end the process when it is done.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "Protocol": "grpc",
            "ProtocolVersion": self.protocol_version,
            "Pid": self.process,
            "Test": true,
            "Addr": { "Network": self.network, "String": self.address },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_object_is_as_go_reads_it() {
        let reattach = Reattach::new(6, &Address::Unix("/tmp/s".into()));
        let json = reattach.to_json();
        assert_eq!(json["Addr"], serde_json::json!({ "Network": "unix", "String": "/tmp/s" }));
        assert_eq!((&json["ProtocolVersion"], &json["Test"]), (&6.into(), &true.into()));
    }
}
