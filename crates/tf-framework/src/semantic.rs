//! Types whose values can be written in more than one way.
//!
//! A user writes `90m`, the server answers 5400; a policy is indented anew; a certificate comes back with other line
//! ends. None of it is a change, and a provider that compares texts plans one in every run. Each type here knows what its
//! values mean: it refuses what means nothing, compares by meaning, and keeps the spelling it was given, because core
//! accepts no other.
//!
//! | type | means the same if | refuses |
//! |---|---|---|
//! | [`Duration`] | as long | what Vault and OpenBao don't read |
//! | [`Json`] | the same value, with all digits | a name twice in an object |
//! | [`PolicyText`] | the same rules, in HCL or JSON | nothing; a configuration must be readable |
//! | [`Pem`], [`SecretPem`] | the same blocks | no block, broken blocks; `Pem`: private keys |
//! | [`Cidr`] | the same addresses | ports, zones |
//! | [`NormalizedSet`] | the same elements once normalised | what its [`Normalization`] does |
//!
//! Where in doubt, two values are different: a change that is planned for nothing costs a request, one that is not seen may
//! cost more.
//!
//! An attribute of such a type brings its rules along, and so does one of `Option` of it. Lists, sets and maps of them, also
//! in each other, compare each element by its own rules: a list by index, a map by key, a set by whether each element means
//! the same as one of the other's. [`NormalizedSet`] is for elements without a type of their own.
//!
//! What a user sees of it: `["60m", "5m"]` where the state has `["1h", "5m"]` is no change. `["60m", "9m"]` is one, and is
//! planned as it is written, because core accepts nothing between configuration and state. Where the server answers
//! `["3600s", "9m"]` to it, now or later, the state stays as it was written.

/// The parts of [`AttributeType`] that are the same for all types here that keep their spelling
/// in a field `spelling` and parse it when they are made. `$what` completes "must be …".
macro_rules! spelled_attribute_type {
    ($what:literal) => {
        $crate::plain_attribute_type!();

        const REFINED: bool = true;

        fn shape() -> $crate::schema::Shape {
            tf_value::Type::String.into()
        }

        fn attribute(mode: $crate::schema::Mode) -> $crate::schema::Attribute {
            super::attribute(mode, Self::eq)
        }

        fn decode(value: tf_value::Value) -> Result<Self, $crate::model::DecodeError> {
            value.as_str().ok_or_else(|| $crate::model::DecodeError::expected($what, &value))?.parse()
        }

        fn encode(&self) -> tf_value::Value {
            self.spelling.clone().into()
        }
    };
}

mod cidr;
mod duration;
mod fault;
mod json;
mod normalized_set;
mod pem;
mod policy_text;
mod secret_pem;

use std::fmt;

use tf_value::Value;

pub use cidr::Cidr;
pub use duration::Duration;
pub use json::Json;
pub use normalized_set::{LowerCase, Normalization, NormalizedSet, WithoutOuterSlashes};
pub use pem::{Pem, PemBlock};
pub use policy_text::{PolicyRule, PolicyText};
pub use secret_pem::SecretPem;

use crate::model::{AttributeType, plain_attribute};
use crate::plan::SemanticEquality;
use crate::schema::{Attribute, Mode};

/// An attribute in which spellings of the same make no difference.
fn attribute<T: AttributeType>(mode: Mode, same: fn(&T, &T) -> bool) -> Attribute {
    plain_attribute::<T>(mode).semantic_equality(SameMeaning(same))
}

/// Compares what is decoded.
struct SameMeaning<T>(fn(&T, &T) -> bool);

impl<T> fmt::Debug for SameMeaning<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SameMeaning")
    }
}

impl<T: AttributeType> SemanticEquality for SameMeaning<T> {
    fn same(&self, one: &Value, other: &Value) -> bool {
        // Nearly all comparisons of a plan are of what did not change, so they must not cost a parse.
        one == other
            || T::decode(one.clone()).is_ok_and(|one| T::decode(other.clone()).is_ok_and(|other| self.0(&one, &other)))
    }
}
