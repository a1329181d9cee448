//! Serve a [go-plugin] in Rust, so that Terraform, OpenTofu, Vault, OpenBao or any other Go host runs it as its own.
//!
//! A go-plugin is a program that its host starts as a child. The two agree on a protocol version over environment
//! variables and one line on standard output, then talk gRPC over a local socket. This crate does all of that but the
//! author's own services:
//!
//! ```no_run
//! use go_plugin::{MagicCookie, Plugin, Services};
//!
//! fn main() -> std::process::ExitCode {
//!     Plugin::new(MagicCookie { name: "GREETER_PLUGIN", value: "d0c3f6c8" })
//!         .protocol(1, |_host| Services::new() /* .add_service(GreeterServer::new(Greeter)) */)
//!         .serve()
//! }
//! ```
//!
//! # What is guaranteed
//!
//! * **Nobody but the host gets in.** Both ends present a certificate made for this one start, and each pins the
//!   other's byte for byte. There is no plaintext unless the author asks for it with [`Plugin::allow_plaintext`],
//!   because the protocol's own hosts have a switch for it.
//! * **Standard output belongs to the handshake.** It is replaced before the author's first line runs, so a stray
//!   print in a dependency can't break the start or block the process.
//! * **Standard error is structured.** What is logged with [`tracing`] reaches the host as hclog JSON; so does a panic.
//! * **It ends when its host does.** On the host's request within 1.5 s, with running calls given the time to finish;
//!   by itself when the host has died. A Ctrl-C in the terminal is left to the host to deal with.
//! * **Foreign bytes can't end it.** A panic in a handler fails that call alone.
//!
//! # What it does not do
//!
//! Go's net/rpc protocol, and broker multiplexing over one socket, which only containerised Vault plugins use: a host
//! that insists on it is told so by the handshake line.
//!
//! The wire facts are those of go-plugin 1.6.3 and 1.7.0, the releases inside Vault 1.21 and OpenBao 2.4.
//!
//! [go-plugin]: https://github.com/hashicorp/go-plugin

mod broker;
mod certificate;
mod controller;
mod cookie;
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
mod stdio;
mod stdout;

pub use broker::{Broker, BrokerError, BrokeredServer};
pub use cookie::MagicCookie;
pub use error::ServeError;
pub use host::Host;
pub use listener::ListenError;
pub use offer::OfferError;
pub use plugin::Plugin;
pub use reattach::Reattach;
pub use services::{MAX_MESSAGE_BYTES, Services};
