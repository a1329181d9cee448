//! Between the values and schemas of this crate and the messages of the protocol.
//!
//! The only place that knows how something is written in a message. What arrives is checked here once, and what is sent was
//! checked before.

pub(crate) mod capabilities;
pub(crate) mod diagnostics;
pub(crate) mod dynamic_value;
pub(crate) mod functions;
pub(crate) mod identity;
pub(crate) mod path;
pub(crate) mod raw_state;
pub(crate) mod schema;
