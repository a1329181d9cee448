//! The Terraform and OpenTofu provider `secretzero`: the trust root of a small platform, declared.
//!
//! One resource, data source, ephemeral resource or function is one file, named after it. What several of them need has a
//! file of its own here: where private keys live ([`key_home`]), files that are installed ([`installed_file`]), which
//! machine this is ([`machine`]), and what is told that something changed ([`on_change`]).
//!
//! It is a library so that tests can drive it in their own process, too.

pub mod adoption;
pub mod auth_login;
pub mod clock;
pub mod connection;
pub mod data_sources;
pub mod ephemeral;
pub mod functions;
pub mod hcl_text;
pub mod import_id;
pub mod installed_certificate;
pub mod installed_file;
pub mod issued;
pub mod issuer;
pub mod issuing;
pub mod key_home;
pub mod key_plan;
pub mod keys_home;
pub mod kv_v2;
pub mod lint_report;
pub mod machine;
pub mod mounts;
pub mod node;
pub mod on_change;
pub mod owned_text;
pub mod plugin_version;
pub mod policy_rules;
pub mod provider;
pub mod refusal;
pub mod renewal;
pub mod resources;
pub mod role_path;
pub mod said;
pub mod server_files;
pub mod server_kind;
pub mod settings_argument;
pub mod stored;
pub mod subject;
pub mod subtrees;
pub mod token_fields;

pub use provider::SecretZero;
