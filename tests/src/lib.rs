//! The harness around the real servers: what the acceptance tests, the benches and the demo stand on.
//!
//! Nothing here imitates a server. Each handle starts the real program on free loopback ports in a temporary folder,
//! waits until the server itself says that it works, and ends it when the handle goes, also when the test panics, is
//! interrupted or is killed (module `watchdog`). A test begins with [`Scenario::run`], which checks that the servers it
//! needs are there and keeps their logs when it fails.
//!
//! Everything blocks: call it from ordinary threads, never from inside an async runtime.

mod artifacts;
pub mod authority;
pub mod cli;
pub mod http;
mod http_reply;
mod launch;
pub mod leak_scan;
mod page;
mod pairing;
pub mod ports;
pub mod process;
pub mod readiness;
mod run_folder;
pub mod scenario;
pub mod servers;
mod vault_plugin;
mod watchdog;

pub use authority::{Authority, Identity};
pub use http::Http;
pub use http_reply::Reply;
pub use launch::Launch;
pub use leak_scan::Canary;
pub use page::{Page, lines_of_code};
pub use process::{Process, StartError};
pub use readiness::wait_until;
pub use run_folder::run_folder;
pub use scenario::Scenario;
pub use servers::cluster::Cluster;
pub use servers::dex::Dex;
pub use servers::etcd::Etcd;
pub use servers::kubernetes::Kubernetes;
pub use servers::postgres::Postgres;
pub use servers::vault_server::{Product, VaultServer};
pub use vault_plugin::VaultPlugin;
