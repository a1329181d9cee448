//! States that were written by an earlier version of a resource, or by another provider.
//!
//! What is stored has no schema beside it: the version, or the name of the other type, tells what it looks like. An author
//! describes it as a struct, which may be as small as what is needed of it, and writes a function to the model of today.

use std::fmt;

use tf_value::{Type, Value};

use crate::failure::Outcome;
use crate::model::{DecodeError, Fields};

type Convert<M> = Box<dyn Fn(Value) -> Result<Outcome<M>, DecodeError> + Send + Sync>;

/// How a state of an earlier version becomes one of today.
pub struct Upgrade<M> {
    pub(crate) version: u32,
    pub(crate) old: Type,
    pub(crate) convert: Convert<M>,
}

/// An [`Upgrade`] or [`Move`] on values.
pub(crate) struct Migration {
    /// What the stored state is read as.
    pub(crate) old: Type,
    /// From such a value to a state of today. Fails at the decoding if the old state is not whole.
    pub(crate) convert: Box<dyn Fn(Value) -> Result<Outcome<Value>, DecodeError> + Send + Sync>,
}

impl Migration {
    pub(crate) fn of<M: Fields>(old: Type, convert: Convert<M>) -> Self {
        Self { old, convert: Box::new(move |value| Ok(convert(value)?.map(|state| state.to_object()))) }
    }
}

impl<M: Fields> Upgrade<M> {
    /// From a state of this version, which looked like `Old`. What it had and `Old` has not is left out.
    pub fn from<Old: Fields>(version: u32, convert: impl Fn(Old) -> Outcome<M> + Send + Sync + 'static) -> Self {
        let (old, convert) = conversion(convert);
        Self { version, old, convert }
    }
}

/// How a state of a resource of another provider becomes one of this.
pub struct Move<M> {
    pub(crate) type_name: &'static str,
    pub(crate) versions: std::ops::RangeInclusive<i64>,
    pub(crate) old: Type,
    pub(crate) convert: Convert<M>,
}

impl<M: Fields> Move<M> {
    /// From a resource of this type, with the name of its provider in front, in these versions of its schema. What its state
    /// has and `Old` has not is left out.
    pub fn from<Old: Fields>(
        type_name: &'static str,
        versions: std::ops::RangeInclusive<i64>,
        convert: impl Fn(Old) -> Outcome<M> + Send + Sync + 'static,
    ) -> Self {
        let (old, convert) = conversion(convert);
        Self { type_name, versions, old, convert }
    }
}

fn conversion<Old: Fields, M: Fields>(
    convert: impl Fn(Old) -> Outcome<M> + Send + Sync + 'static,
) -> (Type, Convert<M>) {
    (Old::block().implied_type(), Box::new(move |value| Old::from_object(value).map(&convert)))
}

impl<M> fmt::Debug for Upgrade<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upgrade").field("version", &self.version).finish_non_exhaustive()
    }
}

impl<M> fmt::Debug for Move<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Move").field("type_name", &self.type_name).finish_non_exhaustive()
    }
}
