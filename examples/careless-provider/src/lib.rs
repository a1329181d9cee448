//! A provider that breaks one rule of core at a time, to show that breaking it is noticed.
//!
//! [`contents`] is a provider whose answers are right. A [`Saboteur`] stands between it and core, and spoils one kind of
//! answer of the objects that ask for it. The [table](sabotages()) says which ways of spoiling there are, which rule each one
//! breaks, and who must notice it: the test kit always, the two cores where they look.

mod answers;
pub mod contents;
mod life;
mod sabotage;
mod sabotages;
mod saboteur;

pub use contents::Careful;
pub use life::life;
pub use sabotage::{Sabotage, Script, Verdict};
pub use sabotages::sabotages;
pub use saboteur::Saboteur;
