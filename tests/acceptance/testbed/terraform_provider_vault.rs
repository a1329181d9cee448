//! The peer provider manages a policy on OpenBao: the yardstick of the later parts works on this test bed.

use acceptance::cli::{Cli, Planned, Project, Provider};
use acceptance::leak_scan::{Allowance, Surface};
use acceptance::{Product, Scenario, VaultServer};
use anyhow::Result;
use serde_json::{Value, json};
use testbed::Tool;

const POLICY_PATH: &str = "/v1/sys/policies/acl/peer";

#[test]
fn a_policy_is_created_changed_and_destroyed() -> Result<()> {
    let tools = [Tool::TerraformProviderVault, Cli::OpenTofu.tool(), Product::OpenBao.tool()];
    Scenario::run(&tools, |scenario| {
        let peer = Tool::TerraformProviderVault.find()?;
        peer.started();
        let server = VaultServer::shared(scenario, Product::OpenBao)?;
        let token = server.scoped_admin()?;
        let admin = server.client(&token)?;
        let provider = Provider::new("hashicorp/vault", &peer.version, peer.path)?;
        let project = Project::create(scenario, Cli::OpenTofu)?.provider(&provider)?.env("VAULT_TOKEN", &token);
        // Whether the provider is seen while it runs is chance.
        scenario.allow(
            Allowance::of_everything(Surface::Environment)
                .at("VAULT_TOKEN of")
                .because("the test gives the token to the peer this way, as its users do")
                .optional(),
        );
        project.configure(&configuration(server, "read"))?;
        project.init()?;
        admin.get(POLICY_PATH)?.refused_with(404)?;

        for (capability, outcome) in [("read", "1 added, 0 changed"), ("list", "0 added, 1 changed")] {
            project.configure(&configuration(server, capability))?;
            assert_eq!(project.plan(&[])?, Planned::Changes);
            project.apply(&[])?.says(outcome)?;
            let stored = admin.get(POLICY_PATH)?.ok()?;
            assert_eq!(stored.pointer("/data/policy"), Some(&json!(policy(capability))));
            assert_eq!(project.plan(&[])?, Planned::Nothing);
        }

        project.destroy(&[])?;
        admin.get(POLICY_PATH)?.refused_with(404)?;
        assert_eq!(project.resources()?, Vec::<Value>::new());
        Ok(())
    })
}

fn policy(capability: &str) -> String {
    format!("path \"secret/peer\" {{ capabilities = [\"{capability}\"] }}")
}

/// The token comes from the environment, so that no file holds it.
fn configuration(server: &VaultServer, capability: &str) -> String {
    let (address, authority) = (server.address(), server.authority().certificate_file());
    let policy = policy(capability);
    format!(
        "provider \"vault\" {{\n  address      = {address:?}\n  ca_cert_file = {authority:?}\n}}\n\n\
         resource \"vault_policy\" \"peer\" {{\n  name   = \"peer\"\n  policy = {policy:?}\n}}"
    )
}
