//! The data source `secretzero_server_status` of a server that is blank, unsealed in the same apply, sealed, and not there.

use acceptance::Scenario;
use acceptance::cli::matcher::is;
use acceptance::cli::{Cli, Complaint};
use anyhow::{Context as _, Result};
use serde_json::json;

use crate::new_server::{INIT, Stage, UNSEAL};
use crate::on_server::product;

const STATUS: &str = "data.secretzero_server_status.one";

#[test]
fn opentofu() -> Result<()> {
    from_blank_to_sealed(Cli::OpenTofu)
}

#[test]
fn terraform() -> Result<()> {
    from_blank_to_sealed(Cli::Terraform)
}

fn status(lines: &str) -> String {
    format!("data \"secretzero_server_status\" \"one\" {{\n{lines}}}\n")
}

fn from_blank_to_sealed(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let stage = Stage::create(scenario, cli, "")?;
        let address = stage.server.address();
        let blank = format!("{}{}", stage.at(address, ""), status(""));
        let unseals = format!(
            "{}{}",
            stage.init_and_unseal("keys.json", ""),
            status("  after = secretzero_unseal.this.cluster_id\n")
        );
        let closed = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        stage
            .story()
            .apply(blank.clone())
            .attribute(STATUS, "/initialized", is(false))
            .attribute(STATUS, "/sealed", is(true))
            .attribute(STATUS, "/active", is(false))
            .attribute(STATUS, "/cluster_id", is(json!(null)))
            .attribute(STATUS, "/address", is(address))
            .apply(unseals)
            .creates(INIT)
            .creates(UNSEAL)
            .attribute(STATUS, "/initialized", is(true))
            .attribute(STATUS, "/sealed", is(false))
            .attribute(STATUS, "/active", is(true))
            .attribute(STATUS, "/standby", is(false))
            .attribute(STATUS, "/seal_type", is("shamir"))
            .attribute(STATUS, "/shares", is(5))
            .attribute(STATUS, "/threshold", is(3))
            .between("learn the keys, and seal it", || {
                let keys = stage.learn("keys.json")?;
                let token = keys.pointer("/root_token").and_then(|token| token.as_str()).context("no root token")?;
                stage.server.client(token)?.put("/v1/sys/seal", &json!({}))?.ok().map(drop)
            })
            .apply(blank)
            .attribute(STATUS, "/initialized", is(true))
            .attribute(STATUS, "/sealed", is(true))
            .attribute(STATUS, "/active", is(false))
            .attribute(STATUS, "/cluster_id", is(json!(null)))
            .plan_fails(format!("{}{}", stage.at(&format!("https://{closed}"), ""), status("")))
            .error(Complaint::new("Asking how the server is").detail("can't be reached").about(STATUS))
            .run()
    })
}
