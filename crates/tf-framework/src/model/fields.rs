//! What the derive macro implements for a struct.

use std::fmt;
use std::marker::PhantomData;

use tf_value::{Path, Value};

use super::{DecodeError, IdentityModel, Inside, Members};
use crate::schema::{Block, Schema};

/// A struct whose fields are attributes and blocks. Derived.
pub trait Fields: Sized + Send + 'static {
    /// The same struct with what is computed as [`Planned`](super::Planned).
    type Plan: Send + 'static;

    /// Whether one of the fields holds a secret that would be stored.
    const SECRET: bool;

    /// What it holds that not everything can hold.
    const INSIDE: Inside;

    /// Its attributes and blocks.
    fn block() -> Block;

    /// From its members.
    ///
    /// # Errors
    /// Those of the types of its fields.
    fn from_members(members: &mut Members) -> Result<Self, DecodeError>;

    /// From the members of a plan.
    ///
    /// # Errors
    /// Those of the types of its fields.
    fn plan_from_members(members: &mut Members) -> Result<Self::Plan, DecodeError>;

    /// As an object.
    fn to_object(&self) -> Value;

    /// A plan as an object. What is undecided is unknown, what is write-only is null.
    fn plan_to_object(plan: &Self::Plan) -> Value;

    /// From an object.
    ///
    /// # Errors
    /// If it is none, and those of the types of its fields.
    fn from_object(value: Value) -> Result<Self, DecodeError> {
        Self::from_members(&mut Members::of(value)?)
    }

    /// A plan from an object.
    ///
    /// # Errors
    /// If it is none, and those of the types of its fields.
    fn plan_from_object(value: Value) -> Result<Self::Plan, DecodeError> {
        Self::plan_from_members(&mut Members::of(value)?)
    }
}

/// A struct that stands for a whole object of a provider: a resource, a data source, an ephemeral resource, the provider
/// block, or the parameters of a function. Derived.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    note = "derive `Model` and say with `#[tf(…)]` what the struct stands for"
)]
pub trait Model: Fields {
    /// Which of these it is. One of the types in [`kind`].
    type Kind;

    /// What tells one such object from the others.
    type Identity: IdentityModel;

    /// The name of its type, without that of the provider. For the provider block, the name of the provider.
    const TYPE_NAME: &'static str;

    /// Which of the shapes that stored states have had this is.
    const VERSION: u32;

    /// How an import id is read, such as `{mount}/{name}`.
    const IMPORT_ID: Option<&'static str>;

    /// The names of its fields in their order: for a function, its parameters.
    const FIELDS: &'static [&'static str];

    /// For a function, whether the last parameter takes all further arguments.
    const VARIADIC: bool;

    /// Its schema.
    fn schema() -> Schema {
        Schema::new(Self::VERSION, Self::block())
    }

    /// What tells this object from the others.
    fn identity(&self) -> Self::Identity;
}

/// The struct of a resource in a plan, such as `NotePlan` of a `Note`. Derived.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a resource in a plan",
    label = "not the plan of a resource",
    note = "the plan of a resource is the struct with `Plan` behind its name; a state is recorded with `Context::checkpoint`"
)]
pub trait PlanOf: Sized {
    /// Whose plan it is.
    type Model: Model<Plan = Self>;
}

/// The model in a plan: what is computed is [`Planned`](super::Planned), what is write-only has its value.
pub type Plan<M> = <M as Fields>::Plan;

/// What the user asks a data source or an ephemeral resource for: what is computed is [`Planned`](super::Planned).
pub type Query<M> = <M as Fields>::Plan;

/// What a model can be.
pub mod kind {
    /// A managed resource.
    #[derive(Debug)]
    pub enum Resource {}
    /// A data source.
    #[derive(Debug)]
    pub enum DataSource {}
    /// An ephemeral resource.
    #[derive(Debug)]
    pub enum Ephemeral {}
    /// A provider block.
    #[derive(Debug)]
    pub enum Provider {}
    /// A function.
    #[derive(Debug)]
    pub enum Function {}
}

/// A field of a model. Derived as a constant of the struct, in capitals: `Policy::NAME`.
///
/// It knows the name of the attribute and the type of its values, so that what refers to an attribute can't be wrong about
/// either.
pub struct Field<M, T> {
    name: &'static str,
    /// Which field of the struct it is, from zero. For a function, which argument.
    position: usize,
    model: PhantomData<fn() -> (M, T)>,
}

impl<M, T> Field<M, T> {
    /// For derived code.
    #[doc(hidden)]
    pub const fn new(name: &'static str, position: usize) -> Self {
        Self { name, position, model: PhantomData }
    }

    /// The name of the attribute or block.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Its place in a schema.
    pub fn path(self) -> Path {
        Path::root().attribute(self.name)
    }

    /// Which field of the struct it is, from zero.
    pub const fn position(self) -> usize {
        self.position
    }
}

impl<M, T> Clone for Field<M, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, T> Copy for Field<M, T> {}

impl<M, T> fmt::Debug for Field<M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl<M, T> From<Field<M, T>> for Path {
    fn from(field: Field<M, T>) -> Self {
        field.path()
    }
}
