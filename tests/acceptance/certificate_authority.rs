//! `secretzero_certificate_authority` under the real `tofu` and `terraform`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use acceptance::Scenario;
use acceptance::cli::matcher::{has_length, is, null, unknown};
use acceptance::cli::{Cli, Complaint, Import, Row, Rows, Story};
use anyhow::{Result, anyhow, ensure};
use jiff::{SignedDuration, Timestamp};
use pki::{CaOptions, KeyAlgorithm, PrivateKey, Profile, Request, Subject, SystemRandom, Validity};
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::trust_root::{ROOT, Stage};

#[test]
fn opentofu() -> Result<()> {
    every_row(Cli::OpenTofu)
}

#[test]
fn terraform() -> Result<()> {
    every_row(Cli::Terraform)
}

fn every_row(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool()], |scenario| {
        let mut rows = Rows::of("secretzero_certificate_authority", cli);
        let stage = || Stage::create(scenario, cli);
        let lived = life(stage()).map_err(|error| format!("{error:#}"));
        for row in [Row::Apply, Row::EmptyPlan, Row::EmptyPlanWithRefresh, Row::PlanChecks, Row::UpdateAndReplace] {
            rows.run(row, || lived.clone().map_err(|text| anyhow!(text)));
        }
        rows.run(Row::PlanOnly, || plan_only(stage()));
        rows.run(Row::Refresh, || refresh(stage()));
        rows.run(Row::Import, || import(stage()));
        rows.run(Row::ImportBlock, || import_block(stage()).and_then(|()| import_with_report(stage())));
        match cli {
            Cli::OpenTofu => rows.run(Row::ImportByIdentity, || import_by_identity(stage())),
            Cli::Terraform => rows.not_measured(Row::ImportByIdentity, "Terraform 1.11 has no identities"),
        }
        rows.run(Row::GeneratedConfiguration, || generated(stage()));
        rows.run(Row::ExpectedError, || errors(stage()));
        rows.run(Row::Disappears, || lost(stage()));
        rows.run(Row::Drift, || drift(stage()));
        rows.run(Row::Replace, || replace(stage()));
        rows.run(Row::Destroy, || destroy(stage()));
        rows.not_applicable(Row::StateUpgrade, "there is no older version");
        rows.not_measured(Row::Moved, "the tls provider is not in the test bed; the kit plays it in provider/tests");
        rows.not_applicable(Row::Ephemeral, "no attribute takes ephemeral values");
        rows.not_applicable(Row::WriteOnly, "no attribute is write-only");
        rows.not_applicable(Row::UnknownProviderConfiguration, "the provider block takes no part in authorities");
        rows.not_applicable(Row::Functions, "see parse_certificate");
        rows.not_measured(Row::OlderClients, "older CLIs are played by the kit, in provider/tests");
        rows.not_applicable(Row::NewerFeatures, "the framework has none of them");
        rows.not_applicable(Row::Interrupt, "nothing waits");
        rows.run(Row::PartialFailure, || half_way(stage()));
        rows.finish()
    })
}

fn life(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .apply(stage.root(""))
        .creates(ROOT)
        .planned(ROOT, "/id", is(format!("{},{}", stage.path("root.key"), stage.path("ca.pem"))))
        .planned(ROOT, "/certificate_pem", unknown())
        .planned(ROOT, "/key_id", unknown())
        .planned(ROOT, "/issuer/key/file", is(stage.path("root.key")))
        .planned(ROOT, "/private_key_pem_in_state", null())
        .attribute(ROOT, "/issuer/private_key_pem_in_state", null())
        .attribute(ROOT, "/drift", has_length(0))
        .between("look at the files", || {
            ensure!(stage.mode("root.key")? == 0o600 && stage.mode("ca.pem")? == 0o644, "their modes are wrong");
            stage.belong_together("ca.pem", "root.key")
        })
        // Another certificate for the same key.
        .apply(stage.root("path_length = 1"))
        .updates(ROOT)
        .planned(ROOT, "/serial_number", unknown())
        .changes(ROOT, "/serial_number")
        .keeps(ROOT, "/key_id")
        .keeps(ROOT, "/id")
        .between("see that the file has it", || {
            ensure!(stage.certificates("ca.pem")?.iter().all(|root| root.path_length() == Some(1)), "it has not");
            Ok(())
        })
        // Another name is another authority, which has to be permitted.
        .plan_fails(stage.root_named("Other", "path_length = 1"))
        .error(Complaint::new("another authority").detail("allow_replace").about(ROOT).at("subject"))
        .apply(stage.root_named("Other", "path_length = 1\nallow_replace = true"))
        .updates(ROOT)
        .planned(ROOT, "/key_id", unknown())
        .changes(ROOT, "/key_id")
        .warning(Complaint::new("There is a new key").detail(".replaced-"))
        .between("see that they are a pair", || stage.belong_together("ca.pem", "root.key"))
        .destroy()
        .run()
}

fn plan_only(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .plan(stage.root(""))
        .creates(ROOT)
        .between("see that nothing was made", || {
            ensure!(fs::read_dir(&stage.folder)?.next().is_none(), "a plan has made something");
            Ok(())
        })
        .run()
}

fn refresh(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage.story().apply(stage.root("")).refresh().attribute(ROOT, "/drift", has_length(0)).run()
}

/// A root that somebody made by hand, taken over at the first apply: unlike ours, it begins when it was made, and so
/// lives as long as it is declared to.
fn made_by_hand(stage: &Stage) -> Story<'_> {
    let make = || {
        let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256)?;
        let life = SignedDuration::from_hours(87_600);
        #[expect(clippy::disallowed_methods, reason = "the provider compares a validity with the machine's time")]
        let now = Timestamp::now();
        let mut request =
            Request::new(Profile::RootCa(CaOptions::default()), Validity::starting(now, SignedDuration::ZERO, life)?);
        request.subject = Subject::common_name("Home Root");
        let unsigned = request.validate()?.for_key(key.public_key(), &mut SystemRandom)?;
        let root = unsigned.self_signed(&key)?;
        fs::write(stage.folder.join("ca.pem"), root.to_pem())?;
        write_key(&stage.folder.join("root.key"), &key)
    };
    stage
        .story()
        .between("make a root by hand", make)
        .apply(stage.root(""))
        .creates(ROOT)
        .warning(Complaint::new("The certificate in").detail("says what is declared"))
}

#[expect(clippy::disallowed_methods, reason = "a key of the test, into a file of the test")]
fn write_key(file: &Path, key: &PrivateKey) -> Result<()> {
    fs::write(file, key.to_pkcs8_pem()?.expose_secret())?;
    Ok(fs::set_permissions(file, fs::Permissions::from_mode(0o600))?)
}

fn import(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    made_by_hand(&stage).import(ROOT, Import::IdAt("/id".to_owned())).destroy().run()
}

fn import_block(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let id = format!("{},{}", stage.path("root.key"), stage.path("ca.pem"));
    made_by_hand(&stage).import_block(ROOT, &*id).destroy().run()
}

/// The authority that MicroK8s makes has no keyUsage. It is taken over as it is, and the user is told what it is.
fn import_with_report(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("../provider/tests/issuing/found");
    let block =
        format!("import {{\n  to = {ROOT}\n  id = \"{},{}\"\n}}\n", stage.path("root.key"), stage.path("ca.pem"));
    let declared = "key_algorithm = \"rsa2048\"\nvalidity_period_hours = 876000";
    stage
        .story()
        .between("have a cluster's authority there", || {
            fs::copy(found.join("microk8s.key"), stage.folder.join("root.key"))?;
            fs::copy(found.join("microk8s.pem"), stage.folder.join("ca.pem"))?;
            fs::set_permissions(stage.folder.join("ca.pem"), fs::Permissions::from_mode(0o644))?;
            Ok(fs::set_permissions(stage.folder.join("root.key"), fs::Permissions::from_mode(0o600))?)
        })
        .apply(format!("{block}{}", stage.root_named("10.152.183.1", declared)))
        .leaves(ROOT)
        .warning(
            Complaint::new("Strict verifiers refuse this certificate")
                .detail("CN=10.152.183.1")
                .detail("ca_without_key_usage")
                .detail("RFC 5280 §4.2.1.3"),
        )
        .destroy()
        .run()
}

fn import_by_identity(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let id = format!("{},{}", stage.path("root.key"), stage.path("ca.pem"));
    let made = made_by_hand(&stage).identity(ROOT, "/id", is(&*id));
    made.import_block(ROOT, Import::Identity(json!({ "id": id }))).destroy().run()
}

fn generated(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let id = format!("{},{}", stage.path("root.key"), stage.path("ca.pem"));
    made_by_hand(&stage).generate_configuration("", ROOT, &*id).destroy().run()
}

fn errors(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .validate_fails(stage.root("permitted = { dns = [\"*.arpa\"] }"))
        .error(Complaint::new("can't be issued").detail("RFC 5280 §4.2.1.10").about(ROOT))
        .validate_fails(stage.root("early_renewal_hours = 87600"))
        .error(Complaint::new("always due").about(ROOT).at("early_renewal_hours"))
        .between("put something else there", || Ok(fs::write(stage.folder.join("ca.pem"), "some text")?))
        .apply_fails(stage.root(""))
        .error(
            Complaint::new("There is something else in").detail("not overwritten").about(ROOT).at("certificate_file"),
        )
        .gone(ROOT)
        .between("see that it is still there", || {
            ensure!(fs::read_to_string(stage.folder.join("ca.pem"))? == "some text", "it was overwritten");
            Ok(())
        })
        .run()
}

fn lost(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let (file, aside) = (stage.folder.join("root.key"), stage.folder.join("aside.key"));
    stage
        .story()
        .apply(stage.root(""))
        .between("take the key away", || Ok(fs::rename(&file, &aside)?))
        .plan_fails(stage.root(""))
        .error(Complaint::new("The private key is lost").detail("is missing").detail("backup").about(ROOT).at("key"))
        .between("put it back", || Ok(fs::rename(&aside, &file)?))
        .apply(stage.root(""))
        .changes_nothing()
        .between("take it away for good", || Ok(fs::remove_file(&file)?))
        .apply(stage.root("allow_replace = true"))
        .updates(ROOT)
        .planned(ROOT, "/key_id", unknown())
        .changes(ROOT, "/key_id")
        .between("see that they are a pair", || stage.belong_together("ca.pem", "root.key"))
        .destroy()
        .run()
}

fn drift(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let file = stage.folder.join("ca.pem");
    stage
        .story()
        .apply(stage.root(""))
        .between("change the file", || Ok(fs::write(&file, "changed")?))
        .apply_again()
        .updates(ROOT)
        .planned(ROOT, "/drift", has_length(0))
        .keeps(ROOT, "/serial_number")
        .between("remove it", || Ok(fs::remove_file(&file)?))
        .apply_again()
        .updates(ROOT)
        .keeps(ROOT, "/serial_number")
        .between("let everybody write it", || Ok(fs::set_permissions(&file, fs::Permissions::from_mode(0o666))?))
        .apply_again()
        .updates(ROOT)
        .keeps(ROOT, "/serial_number")
        .between("see that it is as it was", || {
            ensure!(stage.mode("ca.pem")? == 0o644, "its mode is {:o}", stage.mode("ca.pem")?);
            stage.belong_together("ca.pem", "root.key")
        })
        .destroy()
        .run()
}

/// The object is replaced, and the authority is not: its key stays where it is.
fn replace(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .apply(stage.root(""))
        .replace(ROOT)
        .changes(ROOT, "/serial_number")
        .keeps(ROOT, "/key_id")
        .taint(ROOT)
        .tainted(ROOT)
        .apply_again()
        .replaces(ROOT)
        .destroy()
        .run()
}

fn destroy(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .apply(stage.root(""))
        .destroy()
        .deletes(ROOT)
        .warning(Complaint::new("A private key stays in"))
        .between("see that it is there", || {
            ensure!(!stage.folder.join("ca.pem").exists(), "the certificate is still there");
            stage.key("root.key").map(drop)
        })
        .apply(stage.root("delete_on_destroy = true"))
        .creates(ROOT)
        .warning(Complaint::new("is taken over"))
        .destroy()
        .between("see that it is gone", || {
            ensure!(!stage.folder.join("root.key").exists(), "it is still there");
            Ok(())
        })
        .run()
}

/// The certificate can't be written, and the next apply goes on with the key that was made.
fn half_way(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let in_the_way = stage.folder.join("ca.pem");
    stage
        .story()
        .between("put a folder where the file should be", || Ok(fs::create_dir(&in_the_way)?))
        .apply_fails(stage.root(""))
        .error(Complaint::new("").about(ROOT).at("certificate_file"))
        .gone(ROOT)
        .between("take it away", || Ok(fs::remove_dir(&in_the_way)?))
        .apply_again()
        .creates(ROOT)
        .warning(Complaint::new("is taken over"))
        .destroy()
        .run()
}
