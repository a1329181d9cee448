//! The data sources, one file each.

pub mod policy_document;
pub mod server_status;

pub use policy_document::PolicyDocument;
pub use server_status::ServerStatus;
