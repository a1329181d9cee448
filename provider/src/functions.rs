//! The functions, one file each.

pub mod kv_path;
pub mod kv_readonly_policy;
pub mod kv_readwrite_policy;
pub mod metrics_policy;
pub mod parse_certificate;
pub mod policy_document;
pub mod server_config;
pub mod systemd_unit;

pub use kv_path::KvPath;
pub use kv_readonly_policy::KvReadonlyPolicy;
pub use kv_readwrite_policy::KvReadwritePolicy;
pub use metrics_policy::MetricsPolicy;
pub use parse_certificate::ParseCertificate;
pub use policy_document::PolicyDocument;
pub use server_config::ServerConfig;
pub use systemd_unit::SystemdUnit;
