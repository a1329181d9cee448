//! Write a secrets engine for OpenBao and Vault in Rust.
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use serde::{Deserialize, Serialize};
//! use vault_plugin_sdk::{Backend, Call, Error, Field, Outcome, Path, Record, Response, serve};
//!
//! const NAME: Field<String> = Field::name("name", "Which note.");
//! const TEXT: Field<String> = Field::string("text", "What it says.").required();
//!
//! #[derive(Serialize, Deserialize)]
//! struct Note {
//!     text: String,
//! }
//!
//! impl Record for Note {
//!     const FOLDER: &str = "notes/";
//! }
//!
//! async fn exists(call: Call) -> Result<bool, Error> {
//!     Ok(call.storage().load::<Note>(&call.require(NAME)?).await?.is_some())
//! }
//!
//! async fn read(call: Call) -> Outcome {
//!     let name = call.require(NAME)?;
//!     match call.storage().load::<Note>(&name).await? {
//!         Some(note) => Response::data(&note),
//!         None => Err(Error::NotFound(format!("there is no note {name:?}"))),
//!     }
//! }
//!
//! async fn write(call: Call) -> Outcome {
//!     let note = Note { text: call.require(TEXT)? };
//!     call.storage().save(&call.require(NAME)?, &note).await?;
//!     Ok(Response::none())
//! }
//!
//! fn main() -> ExitCode {
//!     let note = Path::new("notes/{name}").synopsis("A note.").field(NAME).field(TEXT);
//!     serve(Backend::builder(env!("CARGO_PKG_VERSION")).path(note.exists(exists).read(read).write(write)))
//! }
//! ```
//!
//! # Where to look
//!
//! | wanted | see |
//! |---|---|
//! | paths, their patterns and fields | [`Path`], [`Pattern`], [`Field`] |
//! | what a handler gets and gives | [`Call`], [`Request`], [`Response`], [`Error`] |
//! | what is kept | [`Storage`], [`Record`], [`RecordCache`], [`Transaction`] |
//! | what is lent | [`LeaseType`], [`Lease`], [`LeaseCall`], [`Renewal`] |
//! | what an engine does by itself | [`BackendBuilder::initialise`], [`BackendBuilder::periodically`], [`Background`] |
//! | the server | [`SystemView`], [`Setup`], [`Mount`] |
//!
//! # What is guaranteed
//!
//! * **One mount never sees another.** All mounts of an engine share a process. Each call names its mount, exactly one, and gets
//!   that one or an error.
//! * **What is wrong is said before the handler runs**: fields of the wrong type, missing ones, names that the path does not
//!   have. Values are never in an error text.
//! * **A panic is one failed request.** The process and all other requests go on.
//! * **A write is finished**, also if its client has gone; one that hangs is dropped after ten minutes. What only reads is dropped
//!   when its client goes, and can't write, whichever way it gets to the storage.
//! * **A lease whose answer can't be delivered is revoked** at once.
//! * **The end is quick.** When a mount is removed, reloaded or sealed, its tasks are told to stop. Half a second later they and
//!   the writes that are left are dropped, open transactions rolled back, and the mount is closed.
//! * **No answer hurts the server**: errors of kinds that a server does not know, texts on which it restarts the plugin, data
//!   that is no JSON and the like can't be built.
//! * **No credential reaches a handler**: neither the caller's token nor a header that may carry it.
//!
//! # What to keep in mind
//!
//! * A server that finds the process dead starts it again and repeats the request: handlers must stand being called twice.
//! * Handlers share few threads, and are dropped and limited only where they await. What computes for long, or waits without
//!   awaiting, holds up other mounts and the end of its own: move it into `tokio::task::spawn_blocking`.
//! * One [`Record`] is written whole or not at all; two are not. Put together what belongs together.
//! * No call to a server from a handler, the initialisation or the periodic work without a short time limit: the server holds locks
//!   meanwhile. [`Background`] tasks hold none.
//!
//! Only version 5 of the protocol is spoken, in which both sides prove who they are: Vault 1.12 and later, and OpenBao.

mod backend;
mod background;
mod clock;
mod error;
mod field;
mod fields;
#[cfg(fuzzing)]
pub mod fuzzing;
mod help;
mod instance;
mod instances;
mod isolated;
mod lease;
mod link;
mod mount;
mod openapi;
mod path;
mod pattern;
#[cfg(test)]
mod played_host;
mod request;
mod response;
mod serve;
mod server;
mod special_paths;
mod storage;
mod system_view;

pub use backend::{Backend, BackendBuilder, BuildError};
pub use background::{Background, Stop};
pub use error::Error;
pub use field::{Field, FieldValue, Headers, Pairs};
pub use lease::{Lease, LeaseCall, LeaseType, Renewal};
pub use mount::{Mount, Setup};
pub use path::{Outcome, Path};
pub use pattern::{Pattern, PatternError};
pub use request::{Call, Operation, Request};
pub use response::Response;
pub use serve::serve;
pub use special_paths::SpecialPathError;
pub use storage::{Entry, Record, RecordCache, Storage, StorageError, Transaction};
pub use system_view::{Alias, Cluster, Entity, Group, ServerVersion, SystemView};
