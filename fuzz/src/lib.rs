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

/// An age identity that seeds are encrypted for. It was made by age-keygen for tests, and keeps nothing.
pub const AGE_IDENTITY: &str = "AGE-SECRET-KEY-1YQNY5AAPSTAKPKZU4SL3W7M66W07MTK0UFCDN62YSW6Q007WVK5S6R0G7M";
