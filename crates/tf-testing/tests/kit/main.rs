//! The kit on a small provider that is right: everything that a core does, once. And on one that has everything.

// The attributes tell clippy that the helper functions are test code too.
#[cfg(test)]
mod drives;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod managed;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod other_drives;
#[cfg(test)]
mod others;
#[cfg(test)]
mod replacement;
#[cfg(test)]
mod slot;
