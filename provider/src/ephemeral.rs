//! The ephemeral resources, one file each.

pub mod approle_auth_backend_role_secret_id;
pub mod kv_secret_v2;
pub mod private_key;
pub mod token;

pub use approle_auth_backend_role_secret_id::ApproleAuthBackendRoleSecretId;
pub use kv_secret_v2::KvSecretV2;
pub use private_key::PrivateKey;
pub use token::Token;
