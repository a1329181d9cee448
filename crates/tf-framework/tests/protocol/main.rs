//! The server as core sees it: through the generated client, in one process, with a provider whose world is in memory.
//!
//! One file is one call of the protocol. What goes wrong in the author's code is put into the world as an [`Act`](world::Act)
//! before the call.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod apply_resource_change;
mod call_function;
mod close_ephemeral_resource;
mod configure_provider;
mod contents;
mod core;
mod get_functions;
mod get_metadata;
mod get_provider_schema;
mod get_resource_identity_schemas;
mod import_resource_state;
mod limits;
mod move_resource_state;
mod open_ephemeral_resource;
mod partial;
mod plan_resource_change;
mod provider;
mod read_data_source;
mod read_resource;
mod released;
mod renew_ephemeral_resource;
mod spelling;
mod stop_provider;
mod unimplemented;
mod upgrade_resource_identity;
mod upgrade_resource_state;
mod validate_data_resource_config;
mod validate_ephemeral_resource_config;
mod validate_provider_config;
mod validate_resource_config;
mod world;
