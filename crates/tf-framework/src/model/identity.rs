//! What tells one object from all others, for imports.

use std::fmt::Debug;

use tf_value::{Number, Type, Value};

use super::{AttributeType, DecodeError};

/// The identity of a model: a struct of the fields that are marked so.
pub type Identity<M> = <M as super::Model>::Identity;

/// A struct of the attributes that tell one object from the others. Derived from the fields marked `identity`.
///
/// It is stored in clear, never changes while the object is the same, and is what a user can import an object by: its
/// coordinates, such as mount and path, and never the address of a server or a secret.
pub trait IdentityModel: Sized + Send + 'static {
    /// Its attributes, in the order of the struct. Empty if the objects have no identity.
    fn attributes() -> Vec<IdentityAttribute>;

    /// From an object with these attributes.
    ///
    /// # Errors
    /// Those of the types.
    fn decode(value: Value) -> Result<Self, DecodeError>;

    /// As an object.
    fn encode(&self) -> Value;
}

/// One attribute of an identity.
#[derive(Clone, Debug)]
pub struct IdentityAttribute {
    /// Its name, the same as in the schema.
    pub name: &'static str,
    /// Its type: a string, number or bool, or a list of such.
    pub ty: Type,
    /// Whether an import must give it.
    pub required: bool,
    /// What it is.
    pub description: &'static str,
}

/// A type that an attribute of an identity can have: one that is stored and compared as it is, without parts.
///
/// Implemented for strings, whole numbers and `bool`, and for `Option` of them. A type of your own has no other bodies to
/// write.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be part of an identity",
    label = "not a string, number or bool",
    note = "an identity is of strings, numbers and bools, and of `Option`s of them; for a type of your own, implement `IdentityType`"
)]
pub trait IdentityType: AttributeType + Clone + Debug + Eq {}

impl IdentityType for String {}
impl IdentityType for bool {}
impl IdentityType for u8 {}
impl IdentityType for u16 {}
impl IdentityType for u32 {}
impl IdentityType for u64 {}
impl IdentityType for i32 {}
impl IdentityType for i64 {}
impl IdentityType for Number {}
impl<T: IdentityType> IdentityType for Option<T> {}

/// The identity of objects that have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoIdentity;

impl IdentityModel for NoIdentity {
    fn attributes() -> Vec<IdentityAttribute> {
        Vec::new()
    }

    fn decode(_: Value) -> Result<Self, DecodeError> {
        Ok(Self)
    }

    fn encode(&self) -> Value {
        Value::Null
    }
}
