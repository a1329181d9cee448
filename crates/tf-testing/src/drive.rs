//! Through made-up configurations: what any user might write, and everything that a core does then.

mod data_source;
mod ephemeral;
mod failure;
mod function;
mod journey;
mod resource;

use std::fmt;
use std::marker::PhantomData;

use proptest::strategy::Strategy;
use proptest::test_runner::Config as Settings;
use tf_framework::model::{Model, kind};
use tf_framework::schema::{Block, Schema};
use tf_value::Value;

pub use data_source::DrivenDataSource;
pub use ephemeral::DrivenEphemeral;
pub use failure::Failure;
pub use function::DrivenFunction;
pub use resource::Driven;

use crate::generate::Values;
use crate::kit::Kit;
use crate::refusal::Refusal;

/// A resource, data source, ephemeral resource or function that is about to be driven. Made by [`Kit::drive`].
///
/// What is done with each configuration, and what is counted, says `run`; there is one for each kind.
///
/// The values are always the same ones, so that a failure comes again; [`seed`](Self::seed) makes others. What fails is
/// made as simple as it can be and still fail.
#[must_use = "nothing is driven yet"]
pub struct Drive<'k, K = kind::Resource> {
    kit: &'k Kit,
    name: &'static str,
    schema: Schema,
    values: Values,
    cases: u32,
    seed: u64,
    with_unknown: bool,
    with_import: bool,
    creates_first: bool,
    kind: PhantomData<fn() -> K>,
}

/// What can be driven: each of the types in [`kind`] but the provider block.
pub trait Drivable {
    /// Whether configurations are made up by the schema of the model. For a function, the wire has all that there is.
    #[doc(hidden)]
    const HAS_SCHEMA: bool = true;

    /// Whether the provider has one of this name.
    #[doc(hidden)]
    fn found(kit: &Kit, name: &str) -> Result<(), Refusal>;
}

impl Drivable for kind::Resource {
    fn found(kit: &Kit, name: &str) -> Result<(), Refusal> {
        kit.resource(name).map(drop)
    }
}

impl Drivable for kind::DataSource {
    fn found(kit: &Kit, name: &str) -> Result<(), Refusal> {
        kit.data_source(name).map(drop)
    }
}

impl Drivable for kind::Ephemeral {
    fn found(kit: &Kit, name: &str) -> Result<(), Refusal> {
        kit.ephemeral(name).map(drop)
    }
}

impl Drivable for kind::Function {
    const HAS_SCHEMA: bool = false;

    fn found(kit: &Kit, name: &str) -> Result<(), Refusal> {
        kit.function(name).map(drop)
    }
}

impl Kit {
    /// Drives a resource, a data source, an ephemeral resource or a function through made-up configurations.
    ///
    /// # Errors
    /// If the provider has none of this name, or the core has no such things.
    pub fn drive<M: Model<Kind: Drivable>>(&self) -> Result<Drive<'_, M::Kind>, Refusal> {
        M::Kind::found(self, M::TYPE_NAME)?;
        Ok(Drive {
            kit: self,
            name: M::TYPE_NAME,
            schema: if M::Kind::HAS_SCHEMA { M::schema() } else { Schema::new(0, Block::new()) },
            values: Values::new(),
            cases: Settings::default().cases.min(64),
            seed: 0,
            with_unknown: true,
            with_import: true,
            creates_first: false,
            kind: PhantomData,
        })
    }
}

impl<K: Drivable> Drive<'_, K> {
    /// Says where the values of an attribute come from: what the provider would refuse, no test needs to try. `path`
    /// has the names that lead to it, with dots between them: `rule.port`. For a function, it is the name of a
    /// parameter.
    pub fn with<S, V>(mut self, path: &str, values: S) -> Self
    where
        S: Strategy<Value = V> + 'static,
        V: Into<Value> + fmt::Debug + 'static,
    {
        self.values.insert(path.to_owned(), values.prop_map(Into::into).boxed());
        self
    }

    /// How many configurations, or pairs of them. As many as `PROPTEST_CASES` says, but not more than 64, unless it is
    /// said here.
    pub fn cases(mut self, cases: u32) -> Self {
        self.cases = cases;
        self
    }

    /// Makes other values.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Only configurations in which all is known at plan.
    pub fn without_unknown(mut self) -> Self {
        self.with_unknown = false;
        self
    }
}

impl<K> fmt::Debug for Drive<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drive").field("name", &self.name).finish_non_exhaustive()
    }
}
