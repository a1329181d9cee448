//! Logging in, and what is done with tokens.

pub mod login;
pub mod token;
