//! Looks for secrets in what a run leaves behind, however they are encoded.
//!
//! A secret rarely leaks as it is. So each [`Secret`] is looked for in every form in which programs around a provider
//! write it, and everything is unpacked first: zip files, which is what a saved plan is, gzip, base64, hexadecimal, the
//! escapes of JSON, HCL and Go, and the percent signs of URLs, in each other too. Shapes that give a secret away
//! without being known, such as a private key in PEM, are [`Pattern`]s.
//!
//! A search that finds nothing proves little. [`controls`] plants a value of its own in every encoding, and the same
//! [`Scanner`] must find each of them. What may be somewhere all the same is an [`Allowance`], written down beforehand.
//!
//! This crate works on bytes. Where they come from is the business of the harness (`acceptance::leak_scan`).

mod allowance;
mod canary;
pub mod controls;
mod layers;
mod needles;
mod pattern;
mod private_key;
mod scanner;
mod secret;
mod surface;
mod text_search;

pub use allowance::{Allowance, Allowances};
pub use canary::Canary;
pub use pattern::Pattern;
pub use scanner::{Hit, Scan, Scanner, What};
pub use secret::{Secret, Unfit};
pub use surface::Surface;
