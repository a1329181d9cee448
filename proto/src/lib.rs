//! The wire of every plugin protocol that Secret Zero speaks, and nothing but the wire.
//!
//! The `.proto` files beside this crate's manifest are our own text over the published names, numbers and types;
//! those are what interoperates. The bindings under `src/gen` are committed, so that no code generator runs when the
//! product is built. `tests/drift.rs` proves that they belong to the `.proto` files, and `tests/conformance` that
//! the `.proto` files agree with the originals field by field.
//!
//! Servers are always here. So are the clients that a plugin needs to call its host back: the broker, the storage and
//! the system view. The feature `client` adds the host's side of the rest, for tests.
//!
//! Maps are sorted, so that equal messages are equal bytes.

#![expect(
    missing_docs,
    unused_qualifications,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "all code here is generated: full paths, allow attributes, and docs only where a .proto file has a comment"
)]

/// Terraform's and OpenTofu's provider protocol, major version 6, up to minor 10 (package `tfplugin6`).
///
/// The major version alone is negotiated. A client finds out about everything that a minor version added from
/// capability flags, empty fields and methods that answer `Unimplemented`.
///
/// `bytes` fields are [`prost::bytes::Bytes`]: a state of many megabytes is a view of the received buffer, not a copy.
///
/// Source: `docs/plugin-protocol/tfplugin6.10.proto` of OpenTofu 1.12.6.
pub mod tfplugin6 {
    include!("gen/tfplugin6.rs");
}

/// The three services that go-plugin itself adds beside a plugin's own: broker, controller, stdio (package `plugin`).
///
/// Source: `internal/plugin/grpc_*.proto` of go-plugin 1.7.0.
pub mod go_plugin {
    include!("gen/go_plugin.rs");
}

/// The protocol between Vault or OpenBao and a secrets or auth plugin, version 5.
///
/// Source: `plugin/pb`, `logical` and `helper/pluginutil` of OpenBao's SDK 2.4.0. Fields that only HashiCorp Vault
/// has are left out: prost skips fields that it does not know.
pub mod vault {
    /// The secrets engine itself, and the storage and the system view that the host serves back (package `pb`).
    pub mod pb {
        include!("gen/pb.rs");
    }

    /// Identity, host version and plugin version (package `logical`).
    pub mod logical {
        include!("gen/logical.rs");
    }

    /// The question whether one process may serve many mounts (package `pluginutil.multiplexing`).
    pub mod multiplexing {
        include!("gen/multiplexing.rs");
    }
}

/// A protocol of our own, for tests: the calls of the go-plugin conformance plugin (package `conformance.v1`).
#[cfg(feature = "conformance")]
pub mod conformance {
    include!("gen/conformance.rs");
}
