//! Attempts to get at a token without being the server that is meant. Each is a listener on loopback that notes every byte
//! that it is sent in clear or after a handshake; none of them gets any, and each error names its reason.

// What a test calls is a test, too, and may unwrap.
#[cfg(test)]
mod attempts;
#[cfg(test)]
mod listener;
#[cfg(test)]
mod trust;
