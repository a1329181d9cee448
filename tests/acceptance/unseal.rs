//! `secretzero_unseal`: a server that was restarted is unsealed by the next apply, or by the same one.

use std::fs;

use acceptance::cli::matcher::{is, unknown};
use acceptance::cli::{Cli, Complaint, Import};
use acceptance::{Product, Scenario, VaultServer};
use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::new_server::{INIT, Stage, UNSEAL};
use crate::on_server::product;

#[test]
fn opentofu() -> Result<()> {
    life(Cli::OpenTofu)
}

#[test]
fn terraform() -> Result<()> {
    life(Cli::Terraform)
}

fn life(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let stage = Stage::create(scenario, cli, "")?;
        let initialised =
            stage.init(&format!("  keys = {{ file = {:?} }}\n  shares = 2\n  threshold = 2", stage.path("keys.json")));
        let unsealed = |lines: &str| format!("{initialised}resource \"secretzero_unseal\" \"this\" {{\n{lines}\n}}\n");
        let with_keys = "  keys = secretzero_init.this.keys\n";
        let triggered = |id: &str| unsealed(&format!("{with_keys}  triggers = {{ start = {id:?} }}"));
        let keys = stage.folder.join("keys.json");
        let aside = stage.folder.join("aside.json");
        stage
            .story()
            .apply_fails(unsealed("  depends_on = [secretzero_init.this]"))
            .error(Complaint::new("The server is sealed, and no keys are named").about(UNSEAL))
            .between("learn the keys", || stage.learn("keys.json").map(drop))
            .apply(triggered("one"))
            .creates(UNSEAL)
            .leaves(INIT)
            .attribute(UNSEAL, "/ready", is(true))
            .between("restart the server", || stage.server.restart())
            .apply_again()
            .updates(UNSEAL)
            .planned(UNSEAL, "/ready", unknown())
            .keeps(UNSEAL, "/cluster_id")
            .attribute(UNSEAL, "/ready", is(true))
            .between("see that it is active", || {
                ensure!(stage.server.health()? == 200, "it is not");
                Ok(())
            })
            .import(UNSEAL, Import::IdAt("/id".to_owned()))
            .ignoring("/keys")
            .ignoring("/triggers")
            // In the same apply: the refresh comes before the restart, and sees nothing.
            .apply(triggered("two"))
            .updates(UNSEAL)
            .planned(UNSEAL, "/ready", unknown())
            .between("restart the server and lose the keys", || {
                fs::rename(&keys, &aside)?;
                stage.server.restart()
            })
            .apply_fails(triggered("two"))
            .error(
                Complaint::new("The server is sealed, and its keys are not at hand").detail("keys.json").about(UNSEAL),
            )
            .between("put the keys of another server there", || {
                let other = format!("Unseal Key 1: {}\nUnseal Key 2: {}\n", "ab".repeat(33), "cd".repeat(33));
                fs::write(&keys, other)?;
                Ok(fs::set_permissions(&keys, fs::metadata(&aside)?.permissions())?)
            })
            .apply_fails(triggered("two"))
            .error(Complaint::new("The server did not take the key shares").about(UNSEAL))
            .between("put the keys back", || Ok(fs::rename(&aside, &keys)?))
            // Sealed, it tells nobody which cluster it is of.
            .apply_fails(triggered("two").replacen(
                "ca_cert_file",
                "expected_cluster_id = \"another\"\n  ca_cert_file",
                1,
            ))
            .error(Complaint::new("Another Cluster Than Expected Was Unsealed").detail("another").about(UNSEAL))
            .between("restart it", || stage.server.restart())
            .apply(triggered("two"))
            .updates(UNSEAL)
            .between("stop the server", || stage.server.kill9())
            .plan_fails(triggered("two"))
            .error(Complaint::new("Reading whether the server is").detail("start it, then apply"))
            .between("start the server", || stage.server.restart())
            .destroy()
            .run()
    })
}

#[test]
fn openbao_with_a_key_in_a_file_unseals_itself() -> Result<()> {
    Scenario::run(&[Cli::OpenTofu.tool(), Product::OpenBao.tool()], |scenario| {
        let key = scenario.folder().join("seal.key");
        fs::write(&key, [7_u8; 32])?;
        let seal = format!("  current_key_id = \"one\"\n  current_key = \"file://{}\"\n", key.display());
        unseals_itself(scenario, Cli::OpenTofu, "static", &seal)
    })
}

#[test]
fn vault_unseals_itself_with_the_transit_key_of_another() -> Result<()> {
    Scenario::run(&[Cli::Terraform.tool(), Product::Vault.tool()], |scenario| {
        let keeper = VaultServer::start(scenario.folder(), Product::Vault)?;
        let root = keeper.root()?;
        root.post("/v1/sys/mounts/transit", &json!({ "type": "transit" }))?.ok()?;
        root.post("/v1/transit/keys/unseal", &json!({}))?.ok()?;
        let seal = format!(
            "  address = {:?}\n  token = {:?}\n  key_name = \"unseal\"\n  mount_path = \"transit/\"\n  tls_ca_cert = {:?}\n",
            keeper.address(),
            keeper.keys()?.root_token,
            keeper.authority().certificate_file()
        );
        unseals_itself(scenario, Cli::Terraform, "transit", &seal)
    })
}

/// A server with this seal is initialised with recovery keys, and only waited for.
fn unseals_itself(scenario: &Scenario, cli: Cli, kind: &str, seal: &str) -> Result<()> {
    let stage = Stage::create(scenario, cli, &format!("seal {kind:?} {{\n{seal}}}\n"))?;
    let file = format!("  keys = {{ file = {:?} }}\n", stage.path("keys.json"));
    let wrong = stage.init(&format!("{file}  shares = 3\n  threshold = 2"));
    let right = stage.init(&format!("{file}  recovery_shares = 3\n  recovery_threshold = 2"));
    let right =
        format!("{right}resource \"secretzero_unseal\" \"this\" {{\n  depends_on = [secretzero_init.this]\n}}\n");
    stage
        .story()
        .apply_fails(wrong)
        .error(Complaint::new("Shares of the Other Kind of Seal").detail(kind).about(INIT).at("shares"))
        .apply(right)
        .attribute(INIT, "/recovery_shares", is(3))
        .attribute(UNSEAL, "/ready", is(true))
        .between("look at the keys", || {
            let keys = stage.learn("keys.json")?;
            let is_empty = |list: &str| keys.get(list).and_then(Value::as_array).is_some_and(Vec::is_empty);
            ensure!(is_empty("unseal_keys_b64") && !is_empty("recovery_keys_b64"), "they are of the other kind");
            ensure!(stage.server.health()? == 200, "it is not active");
            Ok(())
        })
        .between("restart the server", || {
            stage.server.restart()?;
            stage.server.wait_active()
        })
        .apply_again()
        .changes_nothing()
        .destroy()
        .run()
}
