//! What the author of a Terraform and OpenTofu provider writes against.
//!
//! A provider answers questions of a program that trusts no answer. It compares what was planned with what was configured,
//! what came out with what was planned, one plan with the next, and at the first difference it stops the run and blames the
//! provider. The rules are many and none of them has to do with what the provider is for. So they are here, once.
//!
//! `first-provider.md` beside this crate is a whole provider in sixty lines. Its parts:
//!
//! * A struct that derives [`Model`] is what an object looks like: [`model`], and the types of [`semantic`].
//! * [`Resource`], [`DataSource`], [`Ephemeral`] and [`Function`] are what is done with it; [`Context`] is what they get,
//!   [`Failure`] how they fail.
//! * [`Provider`] lists them, and [`serve`](serve()) is the program.
//!
//! Beneath, and of use by themselves:
//!
//! * [`schema`]: what a resource looks like, and who sets which attribute.
//! * [`validate`](mod@validate): what is wrong with a configuration.
//! * [`plan`](mod@plan): the state that is to be.
//! * [`assert`](mod@assert): the rules by which both programs judge every answer, applied before they do.
//! * [`diagnostic`]: what the user is told.
//!
//! Those are pure: no input or output, no clock, no runtime, and nothing of the wire. Values are those of [`tf_value`].
//! [`server`] puts them behind the protocol, and [`registry_docs`] writes the documentation of a provider.

pub mod assert;
mod config;
mod contents;
mod context;
mod data_source;
pub mod diagnostic;
mod draft;
mod ephemeral;
mod erased;
mod failure;
mod function;
#[doc(hidden)]
pub mod import_id;
mod migrate;
pub mod model;
pub mod plan;
mod private;
mod provider;
pub mod registry_docs;
mod resource;
pub mod schema;
pub mod semantic;
mod serve;
pub mod server;
mod stored;
mod timeouts;
mod trail;
pub mod validate;
mod wire;

pub use config::Config;
pub use contents::{Contents, Mistake};
pub use context::Context;
pub use data_source::DataSource;
pub use draft::Draft;
pub use ephemeral::{Ephemeral, Opened, Renewed};
pub use failure::{Doing, Failure, Outcome};
pub use function::{Function, FunctionError};
pub use migrate::{Move, Upgrade};
pub use model::{Model, Plan};
pub use private::Private;
pub use provider::Provider;
pub use resource::{DefaultTimeouts, Resource};
pub use serve::{About, serve};
#[doc(no_inline)]
pub use tf_value as value;
pub use timeouts::Timeouts;
