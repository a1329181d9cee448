//! What the targets of `tf-value` share: types written in a few bytes, second readers of both encodings, and what must hold
//! for every value that a decoder accepts.
//!
//! The second readers stand on other crates' parsers and are as simple as can be: they build a tree first and know no
//! limits. What they find open, they say so.

pub mod pairs;
pub mod plain_json;
pub mod plain_msgpack;
pub mod round_trip;
pub mod second_reading;
pub mod type_notation;
