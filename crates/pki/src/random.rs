//! Randomness as a parameter, so that a test can fix it and get the same bytes each time.

use aws_lc_rs::rand::{SecureRandom as _, SystemRandom as AwsLcRandom};

use crate::error::RandomnessError;

/// A source of unpredictable bytes, for serial numbers, salts and the like.
///
/// Keys are not made from it: aws-lc-rs generates them from its own generator and takes no other.
pub trait Random {
    /// Fills the whole slice.
    ///
    /// # Errors
    /// If the source fails; what is in the slice is then worthless.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessError>;
}

/// The generator of aws-lc-rs, seeded by the operating system.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessError> {
        AwsLcRandom::new().fill(bytes).map_err(|_| RandomnessError)
    }
}
