//! Acceptance tests: the real servers and command lines, on loopback.
//!
//! One binary, so that the tests share the servers that take long to start.

// The attributes tell clippy that the helper functions are test code too.
#[cfg(test)]
mod approle_auth_backend_role;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod auth_backend;
#[cfg(test)]
mod bootstrap;
#[cfg(test)]
mod careless_provider;
#[cfg(test)]
mod certificate;
#[cfg(test)]
mod certificate_authority;
#[cfg(test)]
mod certificate_request;
#[cfg(test)]
mod cli_unseal;
#[cfg(test)]
mod cty_vectors;
#[cfg(test)]
mod driver;
#[cfg(test)]
mod example_provider;
#[cfg(test)]
mod fault_proxy;
#[cfg(test)]
mod first_engine;
#[cfg(test)]
mod first_provider;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod init;
#[cfg(test)]
mod key_in_kv;
#[cfg(test)]
mod kv_secret_backend_v2;
#[cfg(test)]
mod kv_secret_v2;
#[cfg(test)]
mod login_renewal;
#[cfg(test)]
mod mount;
#[cfg(test)]
mod new_server;
#[cfg(test)]
mod null_provider;
#[cfg(test)]
mod on_server;
#[cfg(test)]
mod operator;
#[cfg(test)]
mod parse_certificate;
#[cfg(test)]
mod peer_state;
#[cfg(test)]
mod plugin;
#[cfg(test)]
mod plugin_cli;
#[cfg(test)]
mod plugin_cluster;
#[cfg(test)]
mod plugin_crashes;
#[cfg(test)]
mod plugin_faults;
#[cfg(test)]
mod plugin_hostile_input;
#[cfg(test)]
mod plugin_isolation;
#[cfg(test)]
mod plugin_large;
#[cfg(test)]
mod plugin_life;
#[cfg(test)]
mod plugin_requests;
#[cfg(test)]
mod plugin_seeded_bugs;
#[cfg(test)]
mod policy;
#[cfg(test)]
mod policy_document;
#[cfg(test)]
mod private_key;
#[cfg(test)]
mod provider_block;
#[cfg(test)]
mod renewal;
#[cfg(test)]
mod served_certificate;
#[cfg(test)]
mod server_config;
#[cfg(test)]
mod server_status;
#[cfg(test)]
mod standby;
#[cfg(test)]
mod testbed;
#[cfg(test)]
mod token_auth_backend_role;
#[cfg(test)]
mod trust_root;
#[cfg(test)]
mod unseal;
