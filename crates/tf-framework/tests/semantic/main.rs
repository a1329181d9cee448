//! The laws of the semantic types, over generated meanings and generated spellings of them.
//!
//! Each module makes up what a value means, independently of the code under test, and writes it down in as many ways as
//! there are. Spellings of one meaning must be equal and of two meanings different; no text may panic; and what was read is
//! returned as it was written.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../properties/choices.rs"]
mod choices;
mod cidr;
mod duration;
mod elements;
mod json;
mod laws;
mod normalized_set;
mod pem;
mod plan;
mod policy;
mod policy_text;
