//! Doors for the fuzzer, which exist only when the crate is built for it (`--cfg fuzzing`).
