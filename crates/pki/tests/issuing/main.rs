//! Issues certificates through the public interface and has them judged by others than ourselves.

#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says what it skips"
)]

mod chains;
mod crls;
mod csrs;
mod foreign;
mod golden;
mod keys;
mod lints;
mod openssl;
mod pkcs12;
mod properties;
mod rcgen_traps;
mod refusals;
mod webpki;
mod world;
