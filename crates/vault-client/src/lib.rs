//! The HTTP API of Vault and OpenBao, as far as this project needs it.
//!
//! A [`Request`] is a value that says what is asked; each path has a file that makes its requests and reads its replies, so
//! both can be tested without a server. [`Client`] sends them: over verified TLS or not at all, again only where that is
//! safe, and never to another host than the one that was named. An [`Error`] says whose move it is.
//!
//! Secrets are types that can't be printed; bodies are wiped when they have been sent.

mod address;
mod answer;
mod api_path;
pub mod auth;
mod client;
mod environment;
mod error;
mod namespace;
pub mod node;
mod redact;
mod reply;
mod request;
mod retry;
mod shared_reads;
pub mod sys;
mod timing;
mod tls;
mod token;

pub use address::{Address, AddressError};
pub use answer::{Answer, LARGEST_REPLY};
pub use api_path::ApiPath;
pub use client::Client;
pub use environment::{Environment, SkipVerifySet};
pub use error::{Error, Kind};
pub use namespace::Namespace;
pub use reply::{Auth, Lease, Malformed, Reply, Wrapping};
pub use request::{Operation, Request};
pub use retry::DEFAULT_RETRIES;
pub use shared_reads::SharedReads;
pub use timing::Timing;
pub use tls::{ClientCertificate, TlsError, TlsSettings};
pub use token::{Token, TokenError};
