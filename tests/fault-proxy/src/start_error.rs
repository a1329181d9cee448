//! Why a proxy could not be started.

use std::io;

/// A proxy could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address of the server has another form.
    #[error("{address:?} is no address of a server; write {expected}")]
    Address {
        /// What was given.
        address: String,
        /// An example of the right form.
        expected: &'static str,
    },
    /// The name in the address of the server leads nowhere.
    #[error("looking up {address}")]
    LookUp {
        /// Host and port.
        address: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A text has no certificate or key in PEM where it should.
    #[error("reading the {what} as PEM")]
    Pem {
        /// What it should have been.
        what: &'static str,
        /// What is wrong with it.
        #[source]
        source: rustls_pki_types::pem::Error,
    },
    /// A certificate or key can't be used.
    #[error("using the {what} for TLS")]
    Tls {
        /// What it should have been.
        what: &'static str,
        /// What is wrong with it.
        #[source]
        source: rustls::Error,
    },
    /// The system gave no port or no thread.
    #[error("listening on 127.0.0.1")]
    Listen(#[source] io::Error),
}
