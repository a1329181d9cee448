//! A go-plugin host in Rust, for tests: starts a plugin as Go's hosts do, checks what it says, talks to it.
//!
//! It is written from the protocol and shares no code with the `go-plugin` crate, so that a misunderstanding there does not
//! repeat itself here. Everything that an honest host never does (other certificates, odd environments, bytes that are
//! no TLS) is possible, because the tests have to try it.

mod broker;
mod counted;
mod identity;
mod line;
mod output;
mod session;
mod start;
mod tls;

pub use broker::{BrokerStream, BrokeredHealth};
pub use counted::Received;
pub use identity::{Algorithm, Identity};
pub use line::HandshakeLine;
pub use output::{LogLine, Output};
pub use session::{Session, channel_over};
pub use start::{Plugin, Start, tested};
pub use tls::{Credentials, NoCredentials, Peer, TlsVersion, client, server};

use std::time::Duration;

/// How long a test waits for what has no limit of its own. Long, because the machine may be busy with a build.
pub const PATIENCE: Duration = Duration::from_secs(30);
