//! Has what crates/pki issues judged by verifiers and linters that nobody here wrote.
//!
//! Two halves. Everything that pki can issue (`product`) must be accepted by every judge without a finding. And chains
//! with one fault each (`broken`) must be rejected by exactly those judges of which `verdicts.txt` says so: a judge
//! that stops judging is noticed, and so is one that learns to see more.
//!
//! What a judge does not know, such as Ed25519 in the profile of the public web, is not put before it and counted as
//! such.

mod broken;
mod case;
mod issue;
mod judges;
mod keys;
mod names;
mod parts;
mod product;
mod python;
mod session;
mod tlv;
mod verdicts;

pub use session::{Report, Row, run};
