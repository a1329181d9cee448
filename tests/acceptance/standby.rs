//! A cluster of three nodes, of which the provider block names one that is not active: it forwards what it is asked, its
//! active node steps down in the middle of an apply, and then there is none.

use std::fs;
use std::time::Duration;

use acceptance::cli::{Cli, Planned, Project};
use acceptance::{Cluster, Scenario, wait_until};
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::on_server::product;
use crate::trust_root;

/// What the provider may do here.
const RIGHTS: &str = "path \"sys/policies/acl/*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\"] }
path \"sys/mounts\" { capabilities = [\"read\"] }
path \"sys/mounts/*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\"] }
path \"notes/*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\", \"list\"] }
";

/// What the provider logs with each request.
const REQUEST: &str = "asking the server";

const SOON: Duration = Duration::from_secs(60);

#[test]
fn opentofu_and_openbao() -> Result<()> {
    through_a_standby(Cli::OpenTofu)
}

#[test]
fn terraform_and_vault() -> Result<()> {
    through_a_standby(Cli::Terraform)
}

struct Stage {
    project: Project,
    cluster: Cluster,
    token_file: String,
    /// The number of the node that the provider block names.
    named: usize,
}

fn through_a_standby(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let (project, folder) = trust_root::prepare(scenario, cli)?;
        let cluster = Cluster::start(scenario.folder(), product(cli))?;
        let leader = cluster.leader()?;
        let named = (leader + 1) % cluster.nodes().len();
        let token = cluster.node(leader)?.token_with_policy("test-standby", RIGHTS)?;
        let token_file = folder.join("token");
        fs::write(&token_file, token)?;
        let stage = Stage { project, cluster, token_file: token_file.display().to_string(), named };
        stage.configure(2, "")?;
        stage.project.init()?;
        stage.forwards().context("while there is an active node")?;
        stage.steps_down(leader).context("when the active node steps down")?;
        stage.without_any(cli).context("when there is no active node")
    })
}

impl Stage {
    /// Some policies and a mount, one after the other.
    fn configure(&self, policies: usize, lines: &str) -> Result<()> {
        let node = self.cluster.node(self.named)?;
        self.project.configure(&format!(
            "provider \"secretzero\" {{\n  address = {:?}\n  ca_cert_file = {:?}\n  token_file = {:?}\n{lines}}}\n\
             resource \"secretzero_policy\" \"many\" {{\n  count = {policies}\n  name = \"many-${{count.index}}\"\n  \
             policy = \"path \\\"a\\\" {{ capabilities = [\\\"read\\\"] }}\"\n}}\n\
             resource \"secretzero_mount\" \"notes\" {{\n  path = \"notes\"\n  type = \"kv-v2\"\n}}\n",
            node.address(),
            node.authority().certificate_file(),
            self.token_file
        ))
    }

    fn objects(&self) -> Result<Vec<String>> {
        let listed = self.project.command(["state", "list"]).run()?.succeeded()?;
        Ok(listed.stdout.lines().map(str::to_owned).collect())
    }

    fn converged(&self) -> Result<()> {
        ensure!(self.project.plan(&[])? == Planned::Nothing, "the plan is not empty");
        Ok(())
    }

    /// A standby is as good as the active node, as long as it reaches that.
    fn forwards(&self) -> Result<()> {
        ensure!(self.cluster.node(self.named)?.health()? == 429, "the node is no standby");
        self.project.apply(&[])?;
        self.converged()
    }

    /// There is no active node for a moment: the apply gets over it.
    fn steps_down(&self, leader: usize) -> Result<()> {
        self.configure(30, "")?;
        let mut running = self.project.apply_command().args(["-parallelism=1"]).start()?;
        // The refresh has three requests at least, and each policy two.
        running.wait_for_log(REQUEST, 20)?;
        let old = self.cluster.node(leader)?;
        old.step_down(&old.keys()?.root_token)?;
        running.wait()?.succeeded()?;
        self.cluster.leader_after(leader)?;
        self.converged()
    }

    /// The node that is left can't know, so nothing is taken for gone. When the others are back, all is as before.
    fn without_any(&self, cli: Cli) -> Result<()> {
        let before = self.objects()?;
        let others: Vec<usize> = (0..self.cluster.nodes().len()).filter(|number| *number != self.named).collect();
        for number in &others {
            self.cluster.node(*number)?.kill9()?;
        }
        let left = self.cluster.node(self.named)?;
        let knows = wait_until("the node to know of no active one", SOON / 2, || {
            let leader = left.anonymous()?.get("/v1/sys/leader")?;
            let address = leader.body.pointer("/leader_address").and_then(Value::as_str);
            ensure!(address == Some(""), "{leader:?}");
            Ok(())
        });
        // Vault's node sometimes goes on to name the one that is dead, for as long as nobody comes back.
        if knows.is_err() {
            println!("NOT MEASURED {cli}: the node that is left still names one that is dead");
        } else {
            self.configure(30, "  max_retries = 0\n")?;
            for verb in ["plan", "destroy"] {
                let finished = self.project.command([verb, "-input=false", "-no-color"]).run()?.refused()?;
                finished.says("the server is a standby").with_context(|| format!("{verb} on {cli}"))?;
            }
        }
        ensure!(self.objects()? == before, "something is gone from the state");
        for number in &others {
            let node = self.cluster.node(*number)?;
            node.restart()?;
            node.unseal()?;
        }
        self.cluster.leader()?;
        self.configure(30, "")?;
        self.converged()?;
        self.project.destroy(&[])
    }
}
