//! Smoke tests of the test bed: each starts a server and does one real thing with it.

mod database;
mod dex;
mod etcd;
mod kubernetes;
mod kubernetes_login;
mod raft_cluster;
mod terraform_provider_vault;
mod vault_server;
