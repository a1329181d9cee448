//! The managed resources, one file each.

pub mod approle_auth_backend_role;
pub mod audit;
pub mod auth_backend;
pub mod certificate;
pub mod certificate_authority;
pub mod certificate_request;
pub mod init;
pub mod kv_secret_backend_v2;
pub mod kv_secret_v2;
pub mod mount;
pub mod operator;
pub mod plugin;
pub mod policy;
pub mod private_key;
pub mod server_config;
pub mod token_auth_backend_role;
pub mod unseal;

pub use approle_auth_backend_role::ApproleAuthBackendRole;
pub use audit::Audit;
pub use auth_backend::AuthBackend;
pub use certificate::Certificate;
pub use certificate_authority::CertificateAuthority;
pub use certificate_request::CertificateRequest;
pub use init::Init;
pub use kv_secret_backend_v2::KvSecretBackendV2;
pub use kv_secret_v2::KvSecretV2;
pub use mount::Mount;
pub use operator::Operator;
pub use plugin::Plugin;
pub use policy::Policy;
pub use private_key::PrivateKey;
pub use server_config::ServerConfig;
pub use token_auth_backend_role::TokenAuthBackendRole;
pub use unseal::Unseal;
