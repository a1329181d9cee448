//! Plays Terraform and OpenTofu for the tests of a provider: in one process, by their rules, in milliseconds.
//!
//! A core checks every answer of a provider and stops the run at the first one that breaks a rule. Here the same
//! checks are made without a core: the provider's service is called through its client, with values in msgpack as on
//! the wire, in the order in which the cores call it. Besides what both cores check, the kit checks what they only
//! rely on: that data beside the state is handed back, that identities stay, that a plan reads no clock, that no
//! secret is anywhere, that nothing is planned where nothing has changed.
//!
//! Nothing of the provider is known but its service, and the rules share no code with the framework's plan engine:
//! they are those of [`tf_framework::assert`].
//!
//! ```
//! use tf_framework::model::{Model, Plan};
//! use tf_framework::{Contents, Context, Outcome, Provider, Resource};
//! use tf_testing::{Action, Kit, config};
//!
//! /// Words that exist in the state alone.
//! #[derive(Model)]
//! #[tf(provider = "words")]
//! struct Words {}
//!
//! impl Provider for Words {
//!     type Client = ();
//!     fn contents() -> Contents<Self> {
//!         Contents::new().resource::<Word>()
//!     }
//!     fn configure(_: Self) -> Outcome<()> {
//!         Ok(())
//!     }
//! }
//!
//! /// A word.
//! #[derive(Model)]
//! #[tf(resource = "word")]
//! struct Word {
//!     /// What it is.
//!     #[tf(required, replace)]
//!     text: String,
//!     /// How long it is.
//!     #[tf(computed, keep_state)]
//!     length: i64,
//! }
//!
//! impl Resource for Word {
//!     type Provider = Words;
//!     async fn create(_: &Context<Words>, WordPlan { text, length }: Plan<Self>) -> Outcome<Self> {
//!         let length = length.or_else(|| i64::try_from(text.len()).unwrap_or(i64::MAX));
//!         Ok(Self { text, length })
//!     }
//!     async fn read(_: &Context<Words>, state: Self) -> Outcome<Option<Self>> {
//!         Ok(Some(state))
//!     }
//!     async fn update(_: &Context<Words>, prior: Self, _: Plan<Self>) -> Outcome<Self> {
//!         Ok(prior)
//!     }
//!     async fn delete(_: &Context<Words>, _: Self) -> Outcome<()> {
//!         Ok(())
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let kit = Kit::new::<Words>(config!({}))?;
//!
//! // What a user does, step by step. `converges` is an apply, and then two plans that must be empty.
//! let mut word = kit.resource("word")?;
//! assert_eq!(word.converges(config!({ "text": "tree" }))?, Action::Create);
//! assert_eq!(word.plan(config!({ "text": "leaf" }))?.action(), Action::Replace);
//! word.destroy()?;
//!
//! // What any user might do. Data sources, ephemeral resources and functions are driven in the same way.
//! let driven = kit.drive::<Word>()?.with("text", "[a-z]{1,9}").create_before_destroy().run()?;
//! assert_eq!(driven.refused, 0);
//! # Ok(())
//! # }
//! ```
//!
//! Every verb returns a [`Refusal`] at the first broken rule. Its text, also that of its `Debug`, names resource,
//! call, attribute and rule, so `unwrap` is as good as `?` in a test:
//!
//! ```text
//! words_word: the answer to ApplyResourceChange breaks the rules of core
//!   attribute length: the value is not the planned one
//! ```

mod canaries;
mod client;
mod config;
mod data_source;
mod drive;
mod ephemeral;
mod function;
mod generate;
mod kit;
mod managed;
mod refusal;
mod rule;
mod wire;

pub use client::Client;
pub use config::{Config, Unknown};
pub use data_source::DataSource;
pub use drive::{Drivable, Drive, Driven, DrivenDataSource, DrivenEphemeral, DrivenFunction, Failure};
pub use ephemeral::{Ephemeral, Open};
pub use function::Function;
pub use kit::Kit;
pub use managed::{Action, Managed, Plan, Source, Stored};
pub use refusal::{Call, Refusal};
pub use rule::{Rule, Violation};
#[doc(hidden)]
pub use serde_json;
