//! Serve a [go-plugin] in Rust, so that Terraform, OpenTofu, Vault, OpenBao or any other Go host runs it as its own.
//!
//! A go-plugin is a program that its host starts as a child. The two agree on a protocol version over environment
//! variables and one line on standard output, then talk gRPC over a local socket. This crate does all of that but the
//! author's own services:
//!
//! ```no_run
//! use go_plugin::{MAX_MESSAGE_BYTES, MagicCookie, Plugin, Services};
//! # use tonic_health::{pb::health_server::HealthServer as GreeterServer, server::{HealthReporter, HealthService}};
//! # fn greeter() -> impl tonic_health::pb::health_server::Health { HealthService::from_health_reporter(HealthReporter::new()) }
//!
//! fn main() -> std::process::ExitCode {
//!     Plugin::new(MagicCookie { name: "GREETER_PLUGIN", value: "d0c3f6c8" })
//!         .protocol(1, |_host| {
//!             let greeter = GreeterServer::new(greeter()).max_decoding_message_size(MAX_MESSAGE_BYTES);
//!             Services::new().add_service(greeter.max_encoding_message_size(MAX_MESSAGE_BYTES))
//!         })
//!         .serve()
//! }
//! ```
//!
//! `GreeterServer` is what `tonic-prost-build` generates from the protocol's `.proto` file.
//!
//! # What is guaranteed
//!
//! * **Nobody but the host gets in.** Both ends present a certificate made for this one start, and each pins the
//!   other's byte for byte. There is no plaintext unless the author asks for it with [`Plugin::allow_plaintext`],
//!   because the protocol's own hosts have a switch for it.
//! * **Standard output belongs to the handshake.** [`Plugin::serve`] takes it away from the process before the services
//!   are made, so a stray print in a dependency can't break the start or block the process later. (On Windows there is
//!   no safe way to do that, and it is left to the author.)
//! * **Standard error is structured.** What is logged with [`tracing`] reaches the host as hclog JSON; so does a panic.
//! * **It ends when its host does.** On the host's request within 1.5 s, with running calls given a second to finish;
//!   on unix also by itself when the host has died. A Ctrl-C in the terminal is left to the host to deal with. A
//!   handler that blocks its thread delays none of it.
//! * **Foreign bytes can't end it.** A panic in a handler fails that call alone.
//!
//! # Cancellation
//!
//! When a host gives up a call, or the call's deadline passes, its handler is dropped where it awaits. A handler that
//! changes something in several steps must do so in a task of its own (`tokio::spawn`) and await that: the task goes on.
//!
//! # What it does not do
//!
//! Go's net/rpc protocol, and broker multiplexing over one socket, which only containerised Vault plugins use: a host
//! that insists on it is told so by the handshake line. The code for Windows follows go-plugin's source and is not
//! tested.
//!
//! The wire facts are those of go-plugin 1.6.3 and 1.7.0, the releases inside Vault 1.21 and OpenBao 2.4.
//!
//! [go-plugin]: https://github.com/hashicorp/go-plugin

mod broker;
mod certificate;
mod controller;
mod cookie;
mod deadline;
mod error;
#[cfg(fuzzing)]
pub mod fuzzing;
mod handshake;
pub mod hclog;
mod host;
mod incoming;
mod listener;
mod mtls;
mod offer;
mod orphan;
mod panics;
mod plugin;
mod reattach;
mod server;
mod services;
mod signals;
#[cfg(unix)]
mod socket;
mod stdio;
mod stdout;
mod turn;
mod watchdog;

pub use broker::{Broker, BrokerError, BrokeredServer};
pub use cookie::MagicCookie;
pub use error::ServeError;
pub use host::Host;
pub use listener::ListenError;
pub use offer::OfferError;
pub use plugin::Plugin;
pub use reattach::Reattach;
pub use services::{MAX_MESSAGE_BYTES, Services};
