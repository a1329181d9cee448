//! The managed resources, one file each.

pub mod echo;
pub mod everything;
pub mod note;
pub mod policy;
pub mod ticket;

pub use echo::Echo;
pub use everything::Everything;
pub use note::Note;
pub use policy::Policy;
pub use ticket::Ticket;
