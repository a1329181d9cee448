//! Values of fields, as Rust has them.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::{Map, Value};

/// Texts by name.
pub type Pairs = BTreeMap<String, String>;

/// HTTP headers: names in the usual capitals, such as `Content-Type`, each with its values.
pub type Headers = BTreeMap<String, Vec<String>>;

/// A value that was found to be of its field's type.
#[derive(Clone, Debug)]
pub(crate) enum Decoded {
    Text(String),
    Secret(SecretString),
    Integer(i64),
    Boolean(bool),
    Real(f64),
    Duration(Duration),
    SignedDuration(SignedDuration),
    Time(Timestamp),
    Object(Map<String, Value>),
    Pairs(Pairs),
    Values(Vec<Value>),
    Texts(Vec<String>),
    Headers(Headers),
}

/// The Rust types that a [`Field`](crate::Field) can have. There are no others.
pub trait FieldValue: sealed::FromDecoded {}

impl<T: sealed::FromDecoded> FieldValue for T {}

pub(crate) mod sealed {
    use super::*;

    /// Takes a value as what its field says it is.
    #[expect(unnameable_types, reason = "so that nobody outside can implement it")]
    pub trait FromDecoded: Sized {
        #[expect(private_interfaces, reason = "the trait can't be named outside, so nobody can implement or call it")]
        fn from_decoded(value: &Decoded) -> Option<Self>;
    }

    macro_rules! from_decoded {
        ($($type:ty: $variant:ident),*) => {$(
            #[expect(private_interfaces, reason = "the trait can't be named outside, so nobody can implement or call it")]
            impl FromDecoded for $type {
                fn from_decoded(value: &Decoded) -> Option<Self> {
                    match value {
                        Decoded::$variant(value) => Some(value.clone()),
                        _ => None,
                    }
                }
            }
        )*};
    }

    from_decoded! {
        String: Text, SecretString: Secret, i64: Integer, bool: Boolean, f64: Real, Duration: Duration,
        SignedDuration: SignedDuration, Timestamp: Time, Map<String, Value>: Object, Pairs: Pairs, Vec<Value>: Values,
        Vec<String>: Texts, Headers: Headers
    }
}
