//! What is written in a policy, before it is asked what it means.

use tf_value::Number;

use super::{from_json, hcl};
use crate::semantic::fault::Fault;
use crate::semantic::json::reader;

const MAX_BYTES: usize = 1 << 20;

/// Bytes and not a string, because an escape can stand for any byte.
pub(super) type Bytes = Vec<u8>;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Bool(bool),
    Number {
        value: Number,
        /// Written without point and exponent. The servers tell integers from floats.
        whole: bool,
    },
    /// A hexadecimal or octal number, as it is written: to some settings it is a number, to others that text.
    OddNumber(String),
    String(Bytes),
    List(Vec<Self>),
    Object(Vec<Item>),
    /// A null of JSON.
    Null,
    /// Something in JSON that the servers don't read as what it looks like. It equals nothing in HCL.
    JsonOnly(Box<Self>),
}

/// `key key = value`, or the same without `=`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// At least one.
    pub(super) keys: Vec<Bytes>,
    pub(super) value: Node,
}

/// The items of a policy. The servers decide by the first character which of the two languages it is.
pub(super) fn read(text: &str) -> Result<Vec<Item>, Fault> {
    if text.len() > MAX_BYTES {
        return Err(Fault::at(text, 0, "begins a text of more than 1 MiB"));
    }
    if text.trim_start().starts_with('{') { reader::read(text).map(from_json::items) } else { hcl::read(text) }
}
