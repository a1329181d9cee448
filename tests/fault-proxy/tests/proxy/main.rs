//! The proxy's own behaviour, byte for byte.
//!
//! Here, and nowhere else in this repository, the server is a small one made for the test (`origin`): the subject is what the
//! proxy does to a call, and a test must know each byte that the server sent and be able to ask what it saw. How clients
//! behave behind the proxy is tested with the real servers, in `tests/acceptance`.

// The attributes tell clippy that the helper functions are test code too.
#[cfg(test)]
mod answers;
#[cfg(test)]
mod bodies;
#[cfg(test)]
mod client;
#[cfg(test)]
mod cut_bodies;
#[cfg(test)]
mod http2;
#[cfg(test)]
mod numbering;
#[cfg(test)]
mod origin;
#[cfg(test)]
mod resets;
#[cfg(test)]
mod tcp;
#[cfg(test)]
mod timeouts;
#[cfg(test)]
mod upstream;
