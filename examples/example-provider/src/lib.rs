//! A provider that has every feature of the framework once, each in the smallest place where it makes sense.
//!
//! It is what a provider author reads beside the documentation, and what the acceptance tests drive from `init` to
//! `destroy`. Most of its objects are files in a folder ([`store`]); one is a policy on a real server ([`server`]), for what
//! files can't do: refuse, fail half-way through an answer, be sealed.
//!
//! It is a library so that tests can drive it in their own process, too.

pub mod client;
mod clock;
pub mod data_sources;
pub mod ephemeral;
pub mod functions;
mod gate;
pub mod provider;
pub mod resources;
pub mod server;
pub mod store;

pub use provider::Example;
