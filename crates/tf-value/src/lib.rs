//! The values of Terraform's and OpenTofu's language, as a provider meets them on the wire.
//!
//! The two cores keep every value with a library of Go called [cty]. Its values are more than JSON can say: a value can be
//! null and still have a type, be unknown until apply, be unknown but known to begin with `https://`, be a set, or bring its
//! own type. And they are more exact: a number has all its digits, a string one normal form.
//!
//! A provider must speak these values to the letter. Core compares what it planned with what the provider returns and blames
//! the provider for the last digit ("Provider produced inconsistent result after apply"), and a malformed message can
//! take down the whole run. So:
//!
//! * **Exact.** [`Number`] is a decimal, [`Text`] is normalised the moment it exists, a [`Set`] holds nothing twice, an
//!   object has exactly its attributes. Equality is cty's.
//! * **Led by types.** [`msgpack`] and [`json`] read and write a [`Value`] of a [`Type`]. What the type does not ask for is
//!   an error that says where in the value it stands ([`Path`]) and never what the value is.
//! * **Safe with foreign bytes.** No input panics, allocates what it only announces, or recurses without end: [`limits`].
//!
//! Everything is compared with what go-cty 1.18 itself prints for the same values: `tests/vectors`.
//!
//! ```
//! use tf_value::{Type, Value, msgpack};
//!
//! // What the schema says, and what core sends for a resource that is to be created.
//! let ty = Type::object([("name", Type::String), ("ports", Type::set(Type::Number)), ("id", Type::String)]);
//! let config = msgpack::decode(&ty, b"\x83\xa2id\xc0\xa4name\xa3web\xa5ports\x92\xcd\x01\xbb\x50")?;
//! assert_eq!(config.attribute("name").and_then(Value::as_str), Some("web"));
//!
//! // The provider will know the id only after it has created the resource.
//! let planned = config.transform(&mut |path, value| {
//!     if path.to_string() == "id" { Value::unknown() } else { value }
//! });
//! assert_eq!(msgpack::encode(&ty, &planned)?, b"\x83\xa2id\xd4\x00\x00\xa4name\xa3web\xa5ports\x92\x50\xcd\x01\xbb");
//! # Ok::<_, tf_value::Error>(())
//! ```
//!
//! Pure: no input or output, no clock, no runtime.
//!
//! [cty]: https://github.com/zclconf/go-cty

mod conform;
mod dynamic;
mod error;
pub mod json;
pub mod limits;
pub mod msgpack;
mod number;
mod path;
mod protocol;
mod set;
mod text;
mod type_string;
mod unknown;
mod value;
mod value_type;
mod walk;

pub use dynamic::Dynamic;
pub use error::{Error, Problem};
pub use number::{Number, NumberError};
pub use path::{Path, Step};
pub use protocol::decode_dynamic;
pub use set::Set;
pub use text::Text;
pub use unknown::{Bound, Range, RefinementError, Refinements, Unknown};
pub use value::Value;
pub use value_type::{ObjectType, Type};
pub use walk::Descend;
