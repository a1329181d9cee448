//! Acceptance tests: the real servers and command lines, on loopback.
//!
//! One binary, so that the tests share the servers that take long to start.

// The attributes tell clippy that the helper functions are test code too.
#[cfg(test)]
mod careless_provider;
#[cfg(test)]
mod certificate;
#[cfg(test)]
mod certificate_authority;
#[cfg(test)]
mod certificate_request;
#[cfg(test)]
mod cty_vectors;
#[cfg(test)]
mod driver;
#[cfg(test)]
mod example_provider;
#[cfg(test)]
mod fault_proxy;
#[cfg(test)]
mod first_provider;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod null_provider;
#[cfg(test)]
mod parse_certificate;
#[cfg(test)]
mod private_key;
#[cfg(test)]
mod renewal;
#[cfg(test)]
mod served_certificate;
#[cfg(test)]
mod testbed;
#[cfg(test)]
mod trust_root;
