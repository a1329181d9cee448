//! A key that is not where it should be is never made anew in silence, and what is there is never written over.

use acceptance::cli::matcher::unknown;
use acceptance::cli::{Cli, Complaint};
use anyhow::{Context as _, Result, ensure};
use pki::{KeyAlgorithm, PrivateKey, SystemRandom};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{Stage, key_id, on_stage};
use crate::trust_root::ROOT;

#[test]
fn opentofu() -> Result<()> {
    on_stage(Cli::OpenTofu, "lost", lost)
}

#[test]
fn terraform() -> Result<()> {
    on_stage(Cli::Terraform, "lost", lost)
}

#[test]
fn opentofu_where_something_else_is() -> Result<()> {
    on_stage(Cli::OpenTofu, "errors", errors)
}

#[test]
fn terraform_where_something_else_is() -> Result<()> {
    on_stage(Cli::Terraform, "errors", errors)
}

fn root(stage: &Stage<'_>, home: &str, lines: &str) -> String {
    stage.on.with(&format!(
        "resource \"secretzero_certificate_authority\" \"root\" {{\n  subject = {{ common_name = \"Home Root\" }}\n  \
         key = {home}\n{lines}\n}}\n"
    ))
}

fn lost(stage: &Stage<'_>) -> Result<()> {
    let declared = root(stage, &stage.home("root", "key"), "");
    let data = format!("{}/data/root", stage.mount);
    let first = std::cell::RefCell::new((String::new(), Value::Null));
    let is_lost = || {
        Complaint::new("The private key is lost")
            .detail("the field key of the secret")
            .detail("is missing")
            .detail("an earlier version of the secret or a backup")
            .about(ROOT)
            .at("key")
    };
    stage
        .on
        .story()
        .apply(&*declared)
        .creates(ROOT)
        .between("look at the key, and delete the latest version", || {
            let found = stage.latest("root")?.context("there is no secret")?;
            *first.borrow_mut() = (key_id(&stage.learn("root", "key")?), found);
            stage.on.delete(&data)
        })
        .plan_fails(&*declared)
        .error(is_lost())
        .between("bring it back", || {
            stage.on.put(&format!("{}/undelete/root", stage.mount), &json!({ "versions": [1] }))
        })
        .apply(&*declared)
        .changes_nothing()
        .between("remove the field alone", || stage.write("root", &json!({ "note": "theirs" })))
        .plan_fails(&*declared)
        .error(is_lost())
        .between("put it back, and remove all of it", || {
            stage.write("root", &first.borrow().1)?;
            stage.on.delete(&format!("{}/metadata/root", stage.mount))
        })
        .plan_fails(&*declared)
        .error(is_lost())
        .apply(root(stage, &stage.home("root", "key"), "  allow_replace = true"))
        .updates(ROOT)
        .planned(ROOT, "/key_id", unknown())
        .changes(ROOT, "/key_id")
        .between("see that there is a new one", || {
            ensure!(key_id(&stage.learn("root", "key")?) != first.borrow().0, "it is the old one");
            Ok(())
        })
        // Another kind of key; the secret keeps the one before.
        .apply(root(stage, &stage.home("root", "key"), "  allow_replace = true\n  key_algorithm = \"ed25519\""))
        .updates(ROOT)
        .changes(ROOT, "/key_id")
        .warning(Complaint::new("There is a new key in the field key").detail("The old one is kept as version 1"))
        .between("see that both are there", || {
            stage.learn("root", "key")?;
            ensure!(stage.version("root", 1)?.is_some(), "the old one is gone");
            Ok(())
        })
        .destroy()
        .run()
}

fn errors(stage: &Stage<'_>) -> Result<()> {
    let at = |path: &str, field: &str| root(stage, &stage.home(path, field), "");
    let home = stage.home("root", "key");
    let refused =
        |home: &str, text: &str, detail: &str| (root(stage, home, ""), Complaint::new(text).detail(detail).about(ROOT));
    let mut story = stage.on.story();
    for (configuration, complaint) in [
        refused(&home.replace("root", "a//b"), "Not the Path of a Secret", "The path \"a//b\""),
        refused(&home.replace(&stage.mount, "kv/"), "Not the Path of a Secret", "The mount \"kv/\""),
        refused(&home.replace("\"key\"", "\"\""), "Field Without a Name", "field = "),
        refused(
            &home.replace("{ vault_kv", "{ mode = \"0600\", vault_kv"),
            "Attribute for Keys in Files",
            "has no mode",
        ),
    ] {
        story = story.validate_fails(configuration).error(complaint);
    }
    story
        .validate_fails(root(stage, &home.replace("{ vault_kv", "{ file = \"a.key\", vault_kv"), ""))
        .error(Complaint::new("Conflicting Attributes").about(ROOT))
        .between("have other things there", || {
            let old = json!({ "type": "kv", "options": { "version": "1" } });
            stage.on.put(&format!("sys/mounts/{}-1", stage.mount), &old)?;
            stage.write("taken", &json!({ "text": "some text", "number": 1, "encrypted": encrypted()? }))
        })
        .apply_fails(at("taken", "text"))
        .error(
            Complaint::new("Reading the private key in the field text of the secret")
                .detail("It is not overwritten")
                .about(ROOT)
                .at("key"),
        )
        .gone(ROOT)
        .apply_fails(at("taken", "number"))
        .error(Complaint::new("The field number of the secret").detail("name another field").about(ROOT).at("key"))
        .apply_fails(at("taken", "encrypted"))
        .error(Complaint::new("Reading the private key in").detail("without a passphrase").about(ROOT).at("key"))
        // An engine of version 1 would take the path for a name.
        .apply_fails(root(stage, &home.replace(&stage.mount, &format!("{}-1", stage.mount)), ""))
        .error(Complaint::new("Writing the secret").detail("KV of version 1").about(ROOT))
        // The token has no rights there.
        .apply_fails(root(stage, &home.replace(&stage.mount, "elsewhere"), ""))
        .error(Complaint::new("Reading the private key in").detail("permission denied").about(ROOT).at("key"))
        .between("see that nothing has changed", || {
            let found = stage.latest("taken")?.context("it is gone")?;
            ensure!(found["text"] == "some text" && found["number"] == 1, "it was overwritten");
            stage.on.delete(&format!("sys/mounts/{}-1", stage.mount))
        })
        .run()
}

/// A key that is closed by a passphrase.
fn encrypted() -> Result<String> {
    let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256)?;
    Ok(key.to_encrypted_pkcs8_pem(&SecretString::from("correct horse"), &mut SystemRandom)?)
}
