//! Three nodes of OpenBao or Vault that replicate through raft, to be killed one by one.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::authority::Authority;
use crate::ports;
use crate::readiness::wait_until;
use crate::run_folder::subfolder;
use crate::servers::READY_WITHIN;
use crate::servers::vault_config;
use crate::servers::vault_server::{Product, VaultServer};

const NODES: usize = 3;

/// `sys/health` of the leader.
const ACTIVE: u16 = 200;

/// A cluster of three voters with one authority and one set of keys.
pub struct Cluster {
    nodes: Vec<VaultServer>,
}

impl Cluster {
    /// Starts three nodes, joins them, unseals them, and waits until all have a vote.
    ///
    /// # Errors
    /// If the product is missing, or a step takes longer than three minutes.
    pub fn start(parent: &Path, product: Product) -> Result<Self> {
        let folder = subfolder(parent, "cluster")?;
        let authority = Arc::new(Authority::create(&folder)?);
        let start_node = || {
            ports::retry_on_collision(|| {
                let folder = subfolder(&folder, product.name())?;
                let authority = Arc::clone(&authority);
                VaultServer::start_as(folder, product, authority, |config| vault_config::with_others(&config))
            })
        };
        let first = start_node()?;
        first.initialise()?;
        first.unseal()?;
        first.wait_active()?;
        // A new node has no vote for ten seconds unless the leader is told to trust it sooner.
        let autopilot = json!({ "server_stabilization_time": "1s" });
        first.root()?.post("/v1/sys/storage/raft/autopilot/configuration", &autopilot)?.ok()?;
        let mut cluster = Self { nodes: vec![first] };
        for _ in 1..NODES {
            let node = start_node()?;
            cluster.join(&node)?;
            cluster.nodes.push(node);
        }
        cluster.wait_voters(NODES)?;
        Ok(cluster)
    }

    /// The nodes, in the order of their start.
    pub fn nodes(&self) -> &[VaultServer] {
        &self.nodes
    }

    /// Waits for a leader and returns its number.
    ///
    /// # Errors
    /// If there is none within three minutes.
    pub fn leader(&self) -> Result<usize> {
        self.leader_among(|_| true)
    }

    /// Waits until a node other than number `old` leads, and returns its number.
    ///
    /// # Errors
    /// If there is none within three minutes.
    pub fn leader_after(&self, old: usize) -> Result<usize> {
        self.leader_among(|number| number != old)
    }

    /// A node by its number.
    ///
    /// # Errors
    /// If there is no such number.
    pub fn node(&self, number: usize) -> Result<&VaultServer> {
        self.nodes.get(number).with_context(|| format!("the cluster has no node {number}"))
    }

    /// Waits until the leader counts this many healthy voters.
    ///
    /// # Errors
    /// If it does not within three minutes.
    pub fn wait_voters(&self, count: usize) -> Result<()> {
        wait_until(&format!("{count} healthy voters"), READY_WITHIN, || {
            let leader = self.node(self.active_now(|_| true)?)?;
            let state = leader.root()?.get("/v1/sys/storage/raft/autopilot/state")?.ok()?;
            let voters = healthy_voters(&state);
            if voters == count { Ok(()) } else { bail!("{voters} healthy voters: {state}") }
        })
    }

    fn join(&self, node: &VaultServer) -> Result<()> {
        let leader = self.node(0)?;
        let body = json!({
            "leader_api_addr": leader.address(),
            "leader_ca_cert": leader.authority().certificate_pem(),
        });
        node.anonymous()?.post("/v1/sys/storage/raft/join", &body)?.ok()?;
        node.adopt_keys(leader.keys()?.clone())?;
        node.unseal()
    }

    fn leader_among(&self, is_wanted: impl Fn(usize) -> bool) -> Result<usize> {
        wait_until("a leader", READY_WITHIN, || self.active_now(&is_wanted))
    }

    fn active_now(&self, is_wanted: impl Fn(usize) -> bool) -> Result<usize> {
        let states: Vec<_> = self.nodes.iter().map(VaultServer::health).collect();
        let active =
            states.iter().enumerate().find(|(number, state)| is_wanted(*number) && matches!(state, Ok(ACTIVE)));
        match active {
            Some((number, _)) => Ok(number),
            None => bail!("sys/health of the nodes: {states:?}"),
        }
    }
}

fn healthy_voters(state: &Value) -> usize {
    let servers = state.pointer("/data/servers").and_then(Value::as_object);
    let is_voter = |server: &&Value| {
        let status = server.get("status").and_then(Value::as_str);
        server.get("healthy") == Some(&Value::Bool(true)) && matches!(status, Some("leader" | "voter"))
    };
    servers.map_or(0, |servers| servers.values().filter(is_voter).count())
}
