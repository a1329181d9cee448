//! `secretzero_certificate_authority` and `secretzero_certificate`, driven as the cores drive them.
//!
//! In `found` are keys and certificates that OpenSSL made, as they are met in the field; in `tls`, states as version 4
//! of the provider hashicorp/tls stores them, with certificates that OpenSSL made in its way.

// The attributes tell clippy that the functions which help are test code too.
#[cfg(test)]
mod certificate;
#[cfg(test)]
mod certificate_authority;
#[cfg(test)]
mod crashes;
#[cfg(test)]
mod disks;
#[cfg(test)]
mod drift;
#[cfg(test)]
mod drives;
#[cfg(test)]
mod elsewhere;
#[cfg(test)]
mod found;
#[cfg(test)]
mod lost_keys;
#[cfg(test)]
mod mistakes;
#[cfg(test)]
mod mounts;
#[cfg(test)]
mod moved_keys;
#[cfg(test)]
mod on_change;
#[cfg(test)]
mod renewal;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod tls_provider;
