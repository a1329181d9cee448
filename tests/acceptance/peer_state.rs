//! The provider that people have today, on the same server with the same secret: the leak scan finds it in the state, as it
//! must, and with ours it finds nothing.

use acceptance::cli::Cli;
use acceptance::{Canary, Scenario};
use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use testbed::Tool;

use crate::on_server::{OnServer, product};

const RIGHTS: &str = "path \"peer-state/*\" { capabilities = [\"create\", \"read\", \"update\", \"patch\", \"delete\", \"list\"] }\n\
                      path \"sys/mounts\" { capabilities = [\"read\"] }\n\
                      path \"sys/mounts/*\" { capabilities = [\"read\"] }";

#[test]
fn it_has_the_secret_and_ours_has_not() -> Result<()> {
    let cli = Cli::OpenTofu;
    Scenario::run(&[cli.tool(), product(cli).tool(), Tool::TerraformProviderVault], |scenario| {
        scenario.expects_leaks();
        let stage = OnServer::with_peer(scenario, cli, "peer-state", RIGHTS)?;
        stage.put("sys/mounts/peer-state", &json!({ "type": "kv", "options": { "version": "2" } }))?;
        let canary = Canary::new("the password")?;
        let variable = "variable \"password\" {\n  type      = string\n  sensitive = true\n}\n";
        let theirs = format!(
            "{}{variable}resource \"vault_kv_secret_v2\" \"one\" {{\n  mount     = \"peer-state\"\n  name      = \"theirs\"\n  \
             data_json = jsonencode({{ password = var.password }})\n}}\n",
            stage.peer_block()
        );
        let told = stage.story().variable("password", canary.value()).hides(&canary).apply(stage.with(&theirs)).run();
        let told = told.err().context("the peer keeps the secret out of its state by now")?;
        let told = format!("{told:#}");
        ensure!(told.contains("\"the password\" is in the state"), "{told}");
        ensure!(!told.contains(canary.value()), "the failure shows the secret");
        Ok(())
    })?;
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let stage = OnServer::create(scenario, cli, "own-state", RIGHTS)?;
        let canary = scenario.canary("the password")?;
        let variable = "variable \"password\" {\n  type      = string\n  ephemeral = true\n}\n";
        let ours = format!(
            "{variable}resource \"secretzero_kv_secret_v2\" \"one\" {{\n  mount                = \"peer-state\"\n  name                 = \"ours\"\n  \
             data_json_wo         = jsonencode({{ password = var.password }})\n  data_json_wo_version = 1\n}}\n"
        );
        stage.story().variable("password", canary.value()).apply(stage.with(&ours)).destroy().run()
    })
}
