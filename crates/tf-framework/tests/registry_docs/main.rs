//! The pages of the registries, as they come out.

// The attribute tells clippy that the helper functions are test code too.
#[cfg(test)]
mod pages;
