//! From the first apply to the destruction: an authority and what it signs, with every key in a secret.

use std::fs;

use acceptance::cli::matcher::{has_length, is, null, unknown};
use acceptance::cli::{Cli, Complaint};
use anyhow::{Context as _, Result, ensure};
use pki::{Certificate, Csr};
use serde_json::json;

use super::{KEY, Stage, on_stage};
use crate::trust_root::{ROOT, SERVER};

const REQUEST: &str = "secretzero_certificate_request.mail";

#[test]
fn opentofu() -> Result<()> {
    on_stage(Cli::OpenTofu, "life", life)
}

#[test]
fn terraform() -> Result<()> {
    on_stage(Cli::Terraform, "life", life)
}

#[test]
fn opentofu_without_an_address() -> Result<()> {
    on_stage(Cli::OpenTofu, "unknown", unknown_provider)
}

#[test]
fn terraform_without_an_address() -> Result<()> {
    on_stage(Cli::Terraform, "unknown", unknown_provider)
}

/// Four keys, three of them in one secret.
fn all(stage: &Stage<'_>, root: &str, server: &str) -> String {
    let home = |path: &str, field: &str| stage.home(path, field);
    stage.on.with(&format!(
        "resource \"secretzero_certificate_authority\" \"root\" {{\n  subject = {{ common_name = \"Home Root\" }}\n  \
         key = {}\n  certificate_file = {{ path = {:?} }}\n{root}\n}}\n\
         resource \"secretzero_certificate\" \"server\" {{\n  issuer = {ROOT}.issuer\n  key = {}\n  \
         certificate_file = {{ path = {:?} }}\n{server}\n}}\n\
         resource \"secretzero_certificate_request\" \"mail\" {{\n  dns_names = [\"mail.home.arpa\"]\n  key = {}\n  \
         csr_file = {{ path = {:?} }}\n}}\n\
         resource \"secretzero_private_key\" \"one\" {{\n  key = {}\n}}\n",
        home("pki/root", "root_key"),
        stage.file("ca.pem"),
        home("leaves", "server"),
        stage.file("server.pem"),
        home("leaves", "mail"),
        stage.file("mail.csr"),
        home("leaves", "one"),
    ))
}

fn certificates(stage: &Stage<'_>, name: &str) -> Result<Vec<Certificate>> {
    Ok(Certificate::all_from_pem(&fs::read_to_string(stage.on.folder.join(name))?)?)
}

/// Everything belongs together, with the keys that are in the secrets.
fn is_whole(stage: &Stage<'_>) -> Result<()> {
    let (root_key, server_key) = (stage.learn("pki/root", "root_key")?, stage.learn("leaves", "server")?);
    let (mail_key, _) = (stage.learn("leaves", "mail")?, stage.learn("leaves", "one")?);
    let (roots, chain) = (certificates(stage, "ca.pem")?, certificates(stage, "server.pem")?);
    let (root, leaf) = (roots.first().context("no root")?, chain.first().context("no leaf")?);
    ensure!(root.public_key() == root_key.public_key(), "the root is for another key");
    ensure!(leaf.public_key() == server_key.public_key(), "the leaf is for another key");
    leaf.verify_signature(root).context("the root has not signed the leaf")?;
    let csr = Csr::from_pem(&fs::read_to_string(stage.on.folder.join("mail.csr"))?)?;
    ensure!(csr.public_key() == mail_key.public_key(), "the request is for another key");
    let files: Vec<_> = fs::read_dir(&stage.on.folder)?.map(|entry| Ok(entry?.file_name())).collect::<Result<_>>()?;
    ensure!(files.len() == 4, "there is more than the certificates, the request and the token: {files:?}");
    Ok(())
}

fn life(stage: &Stage<'_>) -> Result<()> {
    let theirs = json!({ "note": "theirs", "port": 5432 });
    let (one, both) = ("  dns_names = [\"a.home.arpa\"]", "  dns_names = [\"a.home.arpa\", \"b.home.arpa\"]");
    let untouched = || {
        ensure!(stage.latest("pki/root")? == Some(theirs.clone()), "what else is in the secret is not as it was");
        Ok(())
    };
    stage
        .on
        .story()
        .between("have something else in the secret", || stage.write("pki/root", &theirs))
        .plan(all(stage, "", one))
        .creates(ROOT)
        .between("see that nothing was made", || {
            untouched()?;
            stage.is_gone("leaves")
        })
        .apply(all(stage, "", one))
        .creates(ROOT)
        .creates(SERVER)
        .creates(REQUEST)
        .creates(KEY)
        .planned(ROOT, "/private_key_pem_in_state", null())
        .planned(ROOT, "/id", unknown())
        .planned(ROOT, "/issuer/key/vault_kv/path", is("pki/root"))
        .attribute(ROOT, "/issuer/key/vault_kv/field", is("root_key"))
        .attribute(ROOT, "/issuer/key/file", null())
        .attribute(ROOT, "/issuer/private_key_pem_in_state", null())
        .attribute(ROOT, "/drift", has_length(0))
        .attribute(SERVER, "/key/vault_kv/mount", is(&*stage.mount))
        .attribute(KEY, "/reference/key/vault_kv/field", is("one"))
        .between("look at the keys and certificates", || {
            is_whole(stage)?;
            let found = stage.latest("pki/root")?.context("there is no secret")?;
            ensure!(found["note"] == "theirs" && found["port"] == 5432, "what else was there is lost");
            Ok(())
        })
        // Signed anew, each with the key that is there.
        .apply(all(stage, "  path_length = 1", one))
        .updates(ROOT)
        .updates(SERVER)
        .changes(ROOT, "/serial_number")
        .keeps(ROOT, "/key_id")
        .keeps(SERVER, "/serial_number")
        .apply(all(stage, "  path_length = 1", both))
        .updates(SERVER)
        .leaves(ROOT)
        .changes(SERVER, "/serial_number")
        .keeps(SERVER, "/key_id")
        .between("see that they belong together", || is_whole(stage))
        .refresh()
        .destroy()
        .warning(Complaint::new("A private key stays in the field root_key of the secret").detail("declare it again"))
        .between("see what is left", || {
            stage.learn("pki/root", "root_key")?;
            stage.is_gone("leaves")
        })
        .apply(all(stage, "  delete_on_destroy = true", one))
        .creates(ROOT)
        .warning(Complaint::new("The key in the field root_key of the secret").detail("is of the declared kind"))
        .between("look at all", || is_whole(stage))
        .destroy()
        .between("see that only the rest is left", || {
            untouched()?;
            stage.has_nowhere("pki/root", "root_key")?;
            stage.is_gone("leaves")
        })
        .run()
}

/// The address comes from something that is made in the same run.
fn unknown_provider(stage: &Stage<'_>) -> Result<()> {
    let with = |trigger: &str, lines: &str| {
        let known = format!("{:?}", stage.on.server.address());
        stage.key(&stage.home("unknown", "key"), lines).replace(&known, "terraform_data.address.output")
            + &format!(
                "resource \"terraform_data\" \"address\" {{\n  input = {known}\n  triggers_replace = {trigger:?}\n}}\n"
            )
    };
    stage
        .on
        .story()
        .apply(with("1", ""))
        .creates(KEY)
        .between("learn the key", || stage.learn("unknown", "key").map(drop))
        .apply(with("2", ""))
        .leaves(KEY)
        .warning(Complaint::new("Provider Configuration Not Known Yet").detail("address"))
        .apply(with("3", "  delete_on_destroy = false"))
        .updates(KEY)
        .destroy()
        .run()
}
