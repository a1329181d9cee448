//! Where generated schemas and values come from: a string of bytes, each of which is one choice.
//!
//! The bytes are what proptest shrinks. A shorter string and smaller bytes make simpler things, and a string that has ended
//! makes the simplest, so whatever is made from it ends too.

/// A string of choices, and a counter for names that are there only once.
pub(crate) struct Choices<'a> {
    bytes: std::slice::Iter<'a, u8>,
    unique: u32,
}

impl<'a> Choices<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes: bytes.iter(), unique: 0 }
    }

    /// One of the numbers below `bound`; zero is the simplest choice.
    pub(crate) fn below(&mut self, bound: u8) -> u8 {
        self.bytes.next().copied().unwrap_or(0) % bound
    }

    /// True once in `times`, and never when there is nothing left to choose.
    pub(crate) fn once_in(&mut self, times: u8) -> bool {
        self.below(times) == times - 1
    }

    /// A text that was not there before.
    pub(crate) fn unique(&mut self) -> String {
        self.unique += 1;
        format!("unique{}", self.unique)
    }
}
