//! Why a plugin did not come up, or went down.

use std::io;

use thiserror::Error;

use crate::listener::ListenError;
use crate::offer::OfferError;

/// A plugin could not be served. Each variant is one step of the start; its source is the reason.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The host's environment can't be understood or asks for what is not given.
    #[error("reading the host's offer")]
    Offer(#[from] OfferError),
    /// The program offers no protocol version at all. Its author is at fault.
    #[error("the plugin offers no protocol version; its author has to call Plugin::protocol")]
    NoProtocol,
    /// Standard output can't be taken over. A system without `/dev/null` is at fault.
    #[error("taking over standard output, which needs /dev/null")]
    TakeStdout(#[source] io::Error),
    /// The handshake can't be told to the host: it is gone already, or reads no standard output.
    #[error("writing the handshake to standard output")]
    Stdout(#[source] io::Error),
    /// The asynchronous runtime or a signal handler can't be started.
    #[error("starting the runtime")]
    Runtime(#[source] io::Error),
    /// Our certificate can't be made. The crypto library is at fault, or the system's random source.
    #[error("making the plugin's certificate")]
    Certificate(#[source] rcgen::Error),
    /// The system gave no random bytes.
    #[error(
        "drawing random bytes for the plugin's certificate; the system's random source (getrandom) does not answer"
    )]
    Randomness,
    /// The TLS library refuses the two certificates.
    #[error("setting up mutual TLS")]
    Tls(#[source] rustls::Error),
    /// No socket to listen on.
    #[error("opening the plugin's socket")]
    Listen(#[from] ListenError),
}

/// An error and its causes, in one line: what failed, because of what.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
