//! What the provider has before anybody spoils it: one of each, and nothing outside of the state.
//!
//! It has no world to look at. What is created is what was planned, and what is read is what the state says. So
//! whatever a core finds wrong, the sabotage did.

mod lease;
mod query;
mod shout;
mod thing;

use tf_framework::model::Model;
use tf_framework::{Contents, Outcome, Provider};

pub(crate) use lease::password_of;
pub use lease::{Held, Lease};
pub(crate) use query::KEY;
pub use query::Query;
pub use shout::Shout;
pub use thing::{Part, Rule, Thing};

/// A provider whose answers are right.
#[derive(Model)]
#[tf(provider = "careless")]
pub struct Careful {}

impl Provider for Careful {
    type Client = ();

    fn contents() -> Contents<Self> {
        Contents::new().resource::<Thing>().data_source::<Query>().ephemeral::<Lease>().function::<Shout>()
    }

    fn configure(_: Self) -> Outcome<()> {
        Ok(())
    }
}
