//! A key goes from one home to another, and is in one place afterwards.

use std::fs;

use acceptance::Scenario;
use acceptance::cli::matcher::{is, null, sensitive};
use acceptance::cli::{Cli, Complaint};
use acceptance::leak_scan::{Allowance, Surface};
use anyhow::{Result, ensure};
use pki::KeyAlgorithm;
use serde_json::json;

use super::{KEY, Stage, key_id, key_in, on_stage};
use crate::on_server::product;

#[test]
fn opentofu() -> Result<()> {
    on_stage(Cli::OpenTofu, "moves", moves)
}

#[test]
fn terraform() -> Result<()> {
    on_stage(Cli::Terraform, "moves", moves)
}

#[test]
fn opentofu_by_way_of_the_state() -> Result<()> {
    in_the_state(Cli::OpenTofu)
}

#[test]
fn terraform_by_way_of_the_state() -> Result<()> {
    in_the_state(Cli::Terraform)
}

fn moves(stage: &Stage<'_>) -> Result<()> {
    let file = stage.on.folder.join("one.key");
    let in_file = format!("{{ file = {:?} }}", stage.file("one.key"));
    let taken = pki::PrivateKey::generate(KeyAlgorithm::EcdsaP256)?;
    let first = std::cell::RefCell::new(String::new());
    let is_at = |path: &str, field: &str| -> Result<()> {
        ensure!(key_id(&stage.learn(path, field)?) == *first.borrow(), "it is another key");
        Ok(())
    };
    let theirs = json!({ "note": "theirs" });
    stage
        .on
        .story()
        .apply(stage.key(&in_file, ""))
        .creates(KEY)
        .between("look at the key, and have something in the secret", || {
            *first.borrow_mut() = key_id(&key_in(&file)?);
            stage.write("b", &theirs)
        })
        .apply(stage.key(&stage.home("a", "key"), ""))
        .updates(KEY)
        .keeps(KEY, "/key_id")
        .planned(KEY, "/reference/key/vault_kv/path", is("a"))
        .attribute(KEY, "/reference/key/file", null())
        .between("see that it has left the file", || {
            ensure!(!file.exists(), "the file is still there");
            is_at("a", "key")
        })
        .apply(stage.key(&stage.home("b", "key"), ""))
        .updates(KEY)
        .keeps(KEY, "/key_id")
        .between("see that it has left the secret", || {
            stage.is_gone("a")?;
            is_at("b", "key")
        })
        // To another field of the same secret.
        .apply(stage.key(&stage.home("b", "other"), ""))
        .updates(KEY)
        .between("see that it has left the field", || {
            stage.has_nowhere("b", "key")?;
            is_at("b", "other")
        })
        // Never onto another key, nor onto something else.
        .between("have other things there", || stage.write("c", &json!({ "key": pem(&taken)?, "text": "some text" })))
        .apply_fails(stage.key(&stage.home("c", "key"), ""))
        .error(
            Complaint::new(format!("holds another private key (ECDSA P-256, key id {})", key_id(&taken)))
                .detail("Name another field")
                .about(KEY)
                .at("key"),
        )
        .apply_fails(stage.key(&stage.home("c", "text"), ""))
        .error(Complaint::new("Reading the private key in the field text of the secret").about(KEY).at("key"))
        .between("see that nothing has changed", || {
            is_at("b", "other")?;
            ensure!(stage.latest("c")?.is_some_and(|found| found["text"] == "some text"), "it was overwritten");
            Ok(())
        })
        .apply(stage.key(&in_file, ""))
        .updates(KEY)
        .keeps(KEY, "/key_id")
        .between("see that the file has it alone", || {
            ensure!(key_id(&key_in(&file)?) == *first.borrow(), "it is another key");
            stage.has_nowhere("b", "other")?;
            ensure!(stage.latest("b")? == Some(theirs.clone()), "what else is in the secret is not as it was");
            Ok(())
        })
        // An apply that was cut off has put it there already.
        .between("have it in both places", || stage.write("a", &json!({ "key": fs::read_to_string(&file)? })))
        .apply(stage.key(&stage.home("a", "key"), ""))
        .updates(KEY)
        .keeps(KEY, "/key_id")
        .between("see that the file is gone", || {
            ensure!(!file.exists(), "it is still there");
            is_at("a", "key")
        })
        .destroy()
        .between("see that it is gone", || stage.is_gone("a"))
        .run()
}

#[expect(clippy::disallowed_methods, reason = "a key of the test, into a secret of the test")]
fn pem(key: &pki::PrivateKey) -> Result<String> {
    use secrecy::ExposeSecret as _;
    Ok(key.to_pkcs8_pem()?.expose_secret().to_owned())
}

/// What goes into the state stays in the secret, too, until the state is written.
fn in_the_state(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        for surface in [Surface::State, Surface::BackupState, Surface::Plan, Surface::Show] {
            scenario.allow(
                Allowance::of("a private key in PEM", surface)
                    .because("the user has named the state as the home of the key")
                    .optional(),
            );
        }
        let stage = Stage::create(scenario, cli, "state")?;
        let home = stage.home("a", "key");
        stage
            .on
            .story()
            .apply(stage.key("{ in_state = true }", ""))
            .creates(KEY)
            .apply(stage.key(&home, ""))
            .updates(KEY)
            .keeps(KEY, "/key_id")
            .attribute(KEY, "/private_key_pem_in_state", null())
            .between("see that the secret has it", || {
                ensure!(stage.latest("a")?.is_some_and(|found| found["key"].is_string()), "it has not");
                Ok(())
            })
            .apply(stage.key("{ in_state = true }", ""))
            .updates(KEY)
            .keeps(KEY, "/key_id")
            .attribute(KEY, "/private_key_pem_in_state", sensitive())
            .warning(
                Complaint::new("The key is in the state now, and still in its secret").detail("remove the field key"),
            )
            .between("see that it is still there", || {
                ensure!(stage.latest("a")?.is_some_and(|found| found["key"].is_string()), "it is not");
                Ok(())
            })
            .destroy()
            .run()
    })
}
