//! The functions, one file each.

pub mod parse_certificate;

pub use parse_certificate::ParseCertificate;
