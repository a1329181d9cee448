//! Fields: what a request can carry, by name and type.

mod decode;
mod kind;
mod value;

use std::marker::PhantomData;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::{Map, Value};

pub(crate) use decode::{Mismatch, decode, fallback};
pub(crate) use kind::Kind;
pub(crate) use value::Decoded;
pub use value::{FieldValue, Headers, Pairs};

/// A field: its name, its type, and what users read about it. A constant, named both where the path is described and where
/// its value is taken.
///
/// ```
/// use vault_plugin_sdk::Field;
/// use std::time::Duration;
///
/// const TEXT: Field<String> = Field::string("text", "What the note says.").required();
/// const TTL: Field<Duration> = Field::duration("ttl", "How long it is kept.").or_seconds(3600);
/// ```
pub struct Field<T> {
    pub(crate) spec: Spec,
    value: PhantomData<fn() -> T>,
}

/// A field without its Rust type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) description: &'static str,
    pub(crate) label: Option<&'static str>,
    pub(crate) one_of: &'static [&'static str],
    pub(crate) fallback: Option<Fallback>,
    pub(crate) is_required: bool,
    pub(crate) is_deprecated: bool,
}

/// The value of a field that a request leaves out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fallback {
    Text(&'static str),
    Integer(i64),
    Boolean(bool),
    Real(f64),
    Seconds(u64),
}

impl<T> Clone for Field<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Field<T> {}

impl<T> Field<T> {
    const fn new(kind: Kind, name: &'static str, description: &'static str) -> Self {
        let spec = Spec {
            name,
            kind,
            description,
            label: None,
            one_of: &[],
            fallback: None,
            is_required: false,
            is_deprecated: false,
        };
        Self { spec, value: PhantomData }
    }

    const fn with(mut self, fallback: Fallback) -> Self {
        self.spec.fallback = Some(fallback);
        self
    }

    /// Its name in requests.
    #[must_use]
    pub const fn name_in_requests(&self) -> &'static str {
        self.spec.name
    }

    /// Every write has to have it: one without is refused before the handler runs. (Parts of the path always are there.)
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.spec.is_required = true;
        self
    }

    /// It still works; help and documents say that it should not be used.
    #[must_use]
    pub const fn deprecated(mut self) -> Self {
        self.spec.is_deprecated = true;
        self
    }

    /// What forms call it.
    #[must_use]
    pub const fn label(mut self, label: &'static str) -> Self {
        self.spec.label = Some(label);
        self
    }
}

impl Field<String> {
    /// Any text. Numbers and truth values are taken as their text.
    #[must_use]
    pub const fn string(name: &'static str, description: &'static str) -> Self {
        Self::new(Kind::String, name, description)
    }

    /// A text, in lower case whatever is sent.
    #[must_use]
    pub const fn lowercase(name: &'static str, description: &'static str) -> Self {
        Self::new(Kind::LowercaseString, name, description)
    }

    /// A name: letters, digits, `_`, and in between also `-` and `.`
    #[must_use]
    pub const fn name(name: &'static str, description: &'static str) -> Self {
        Self::new(Kind::Name, name, description)
    }

    /// Only these values.
    #[must_use]
    pub const fn one_of(mut self, values: &'static [&'static str]) -> Self {
        self.spec.one_of = values;
        self
    }

    /// The value if there is none in the request, except in a patch: that leaves alone what it does not name.
    #[must_use]
    pub const fn or(self, fallback: &'static str) -> Self {
        self.with(Fallback::Text(fallback))
    }
}

impl Field<SecretString> {
    /// A text that is not to be shown: forms hide it, and its Rust type can't be printed.
    #[must_use]
    pub const fn secret(name: &'static str, description: &'static str) -> Self {
        Self::new(Kind::Secret, name, description)
    }
}

impl Field<i64> {
    /// A whole number. Hosts show it as `integer`.
    #[must_use]
    pub const fn int(name: &'static str, description: &'static str) -> Self {
        Self::new(Kind::Int, name, description)
    }

    /// The same, shown as an integer of 64 bits.
    #[must_use]
    pub const fn int64(name: &'static str, description: &'static str) -> Self {
        Self::new(Kind::Int64, name, description)
    }

    /// The value if there is none in the request, except in a patch: that leaves alone what it does not name.
    #[must_use]
    pub const fn or(self, fallback: i64) -> Self {
        self.with(Fallback::Integer(fallback))
    }
}

impl Field<bool> {
    /// True or false; also `"true"`, `"1"`, `1` and the like.
    #[must_use]
    pub const fn bool(name: &'static str, description: &'static str) -> Self {
        Self::new(Kind::Bool, name, description)
    }

    /// The value if there is none in the request, except in a patch: that leaves alone what it does not name.
    #[must_use]
    pub const fn or(self, fallback: bool) -> Self {
        self.with(Fallback::Boolean(fallback))
    }
}

impl Field<f64> {
    /// A number.
    #[must_use]
    pub const fn float(name: &'static str, description: &'static str) -> Self {
        Self::new(Kind::Float, name, description)
    }

    /// The value if there is none in the request, except in a patch: that leaves alone what it does not name.
    #[must_use]
    pub const fn or(self, fallback: f64) -> Self {
        self.with(Fallback::Real(fallback))
    }
}

impl Field<Duration> {
    /// A duration: seconds, or a text such as `"1h30m"`.
    #[must_use]
    pub const fn duration(name: &'static str, description: &'static str) -> Self {
        Self::new(Kind::Duration, name, description)
    }

    /// The value if there is none in the request, except in a patch: that leaves alone what it does not name.
    #[must_use]
    pub const fn or_seconds(self, seconds: u64) -> Self {
        self.with(Fallback::Seconds(seconds))
    }
}

impl Field<SignedDuration> {
    /// A duration that may be below zero.
    #[must_use]
    pub const fn signed_duration(name: &'static str, description: &'static str) -> Self {
        Self::new(Kind::SignedDuration, name, description)
    }
}

impl Field<Timestamp> {
    /// A moment: in the form of RFC 3339, or seconds since 1970.
    #[must_use]
    pub const fn time(name: &'static str, description: &'static str) -> Self {
        Self::new(Kind::Time, name, description)
    }
}

impl Field<Map<String, Value>> {
    /// Any JSON object.
    #[must_use]
    pub const fn map(name: &'static str, description: &'static str) -> Self {
        Self::new(Kind::Map, name, description)
    }
}

impl Field<Pairs> {
    /// Texts by name: an object, or texts of the form `name=value`.
    #[must_use]
    pub const fn pairs(name: &'static str, description: &'static str) -> Self {
        Self::new(Kind::Pairs, name, description)
    }
}

impl Field<Vec<Value>> {
    /// Any JSON array. Something else is an array of one.
    #[must_use]
    pub const fn list(name: &'static str, description: &'static str) -> Self {
        Self::new(Kind::List, name, description)
    }
}

impl Field<Vec<String>> {
    /// An array of texts. One text is an array of one.
    #[must_use]
    pub const fn strings(name: &'static str, description: &'static str) -> Self {
        Self::new(Kind::Strings, name, description)
    }

    /// An array of texts, or one text with commas between them.
    #[must_use]
    pub const fn comma_list(name: &'static str, description: &'static str) -> Self {
        Self::new(Kind::CommaList, name, description)
    }
}

impl Field<Headers> {
    /// HTTP headers: an object of texts or arrays of texts, its JSON as text (also in base64), or texts such as `name:value`.
    #[must_use]
    pub const fn headers(name: &'static str, description: &'static str) -> Self {
        Self::new(Kind::Headers, name, description)
    }
}
