//! `secretzero_private_key`, driven as the cores drive it.
//!
//! `p224.pem` and `tls.pem` are keys in the form in which the tls provider stores them.

// The attributes tell clippy that the functions which help are test code too.
#[cfg(test)]
mod elsewhere;
#[cfg(test)]
mod ephemeral;
#[cfg(test)]
mod in_secrets;
#[cfg(test)]
mod life;
#[cfg(test)]
mod lost_keys;
#[cfg(test)]
mod moved_keys;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod tls_provider;
