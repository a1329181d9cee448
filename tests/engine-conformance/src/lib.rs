//! Drives the host that is played: a program in Go, built from the published modules of `OpenBao`, that starts a secrets engine
//! as a server does, offers it a storage, and does what a test tells it, also what a real server does only when something is
//! broken.
//!
//! What comes back is judged by `OpenBao`'s own code: whether it can be read, and which HTTP status becomes of it.
//!
//! [`seeded`] has the bugs that a test must notice, here and on real servers.

mod answer;
mod host;
mod mount;
pub mod seeded;
mod storage;

pub use answer::{Answer, Judged};
pub use host::PlayedHost;
pub use mount::{Announced, Call, Mount};
pub use storage::{Behaviour, Contents};
