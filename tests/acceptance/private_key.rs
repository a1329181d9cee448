//! `secretzero_private_key` and the ephemeral resource of this name, under the real `tofu` and `terraform`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use acceptance::Scenario;
use acceptance::cli::matcher::{has_length, is, null, sensitive, unknown};
use acceptance::cli::{Cli, Complaint, Import, Project, Provider, Row, Rows, Story, workspace_binary};
use acceptance::leak_scan::{Allowance, Surface};
use anyhow::{Context as _, Result, anyhow, ensure};
use pki::PrivateKey;
use serde_json::json;

use crate::trust_root;

const KEY: &str = "secretzero_private_key.one";

#[test]
fn opentofu() -> Result<()> {
    every_row(Cli::OpenTofu)
}

#[test]
fn terraform() -> Result<()> {
    every_row(Cli::Terraform)
}

/// By itself, since here a key may be where everywhere else it must not.
#[test]
fn in_the_state_of_opentofu() -> Result<()> {
    in_the_state(Cli::OpenTofu)
}

#[test]
fn in_the_state_of_terraform() -> Result<()> {
    in_the_state(Cli::Terraform)
}

fn every_row(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool()], |scenario| {
        let mut rows = Rows::of("secretzero_private_key", cli);
        let stage = || Stage::create(scenario, cli);
        let lived = life(stage()).map_err(|error| format!("{error:#}"));
        for row in [Row::Apply, Row::EmptyPlan, Row::EmptyPlanWithRefresh, Row::PlanChecks, Row::UpdateAndReplace] {
            rows.run(row, || lived.clone().map_err(|text| anyhow!(text)));
        }
        rows.run(Row::PlanOnly, || plan_only(stage()));
        rows.run(Row::Refresh, || refresh(stage()));
        rows.run(Row::Import, || import(stage()));
        rows.run(Row::ImportBlock, || import_block(stage()));
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
        rows.run(Row::Ephemeral, || ephemeral(stage()));
        rows.not_applicable(Row::WriteOnly, "no attribute is write-only");
        rows.not_applicable(Row::UnknownProviderConfiguration, "the provider block takes no part in keys");
        rows.not_applicable(Row::Functions, "see parse_certificate");
        rows.not_measured(Row::OlderClients, "older CLIs are played by the kit, in provider/tests");
        rows.not_applicable(Row::NewerFeatures, "the framework has none of them");
        rows.not_applicable(Row::Interrupt, "nothing waits");
        rows.run(Row::PartialFailure, || half_way(stage()));
        rows.finish()
    })
}

/// A project with our provider, and a folder for what it writes: outside of the project, which is searched for secrets.
struct Stage {
    project: Project,
    folder: PathBuf,
}

impl Stage {
    fn create(scenario: &Scenario, cli: Cli) -> Result<Self> {
        let (project, folder) = trust_root::prepare(scenario, cli)?;
        Ok(Self { project, folder })
    }

    fn story(&self) -> Story<'_> {
        Story::of(&self.project)
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// The resource, with its key in this file.
    fn key(&self, file: &str, lines: &str) -> String {
        key(&format!("key = {{ file = {:?} }}\n{lines}", self.path(file)))
    }

    fn key_id(&self, file: &str) -> Result<String> {
        let path = self.folder.join(file);
        let text = fs::read_to_string(&path).with_context(|| format!("reading {file}"))?;
        Ok(PrivateKey::from_pem(&text, None)?.public_key().key_id().to_hex())
    }

    fn mode(&self, file: &str) -> Result<u32> {
        mode(&self.folder.join(file))
    }
}

fn mode(path: &Path) -> Result<u32> {
    Ok(fs::metadata(path)?.permissions().mode() & 0o7777)
}

/// `resource "secretzero_private_key" "one"` with these lines.
fn key(lines: &str) -> String {
    format!("resource \"secretzero_private_key\" \"one\" {{\n{lines}\n}}\n")
}

fn life(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .apply(stage.key("keys/a.key", ""))
        .creates(KEY)
        .planned(KEY, "/id", is(stage.path("keys/a.key")))
        .planned(KEY, "/key_algorithm", is("ecdsa-p256"))
        .planned(KEY, "/key_id", unknown())
        .planned(KEY, "/reference", unknown())
        .planned(KEY, "/private_key_pem_in_state", null())
        .attribute(KEY, "/private_key_pem_in_state", null())
        .attribute(KEY, "/drift", has_length(0))
        .between("look at the file", || {
            ensure!(stage.mode("keys/a.key")? == 0o600, "its mode is {:o}", stage.mode("keys/a.key")?);
            ensure!(mode(&stage.folder.join("keys"))? & 0o077 == 0, "its folder is open to others");
            Ok(())
        })
        // It moves, and stays the same key.
        .apply(stage.key("moved/b.key", ""))
        .updates(KEY)
        .keeps(KEY, "/key_id")
        .keeps(KEY, "/id")
        .planned(KEY, "/reference/key/file", is(stage.path("moved/b.key")))
        .between("see that it has moved", || {
            ensure!(!stage.folder.join("keys/a.key").exists(), "it is still at its old place");
            ensure!(stage.mode("moved/b.key")? == 0o600, "its mode is {:o}", stage.mode("moved/b.key")?);
            Ok(())
        })
        // Another kind is another key, which has to be permitted.
        .plan_fails(stage.key("moved/b.key", "key_algorithm = \"rsa2048\""))
        .error(Complaint::new("A private key of another kind").detail("allow_replace").about(KEY).at("key_algorithm"))
        .apply(stage.key("moved/b.key", "key_algorithm = \"rsa2048\"\nallow_replace = true"))
        .updates(KEY)
        .planned(KEY, "/key_id", unknown())
        .planned(KEY, "/public_key_pem", unknown())
        .changes(KEY, "/key_id")
        .warning(Complaint::new("There is a new key").detail(".replaced-"))
        .between("see that the old key is kept", || {
            let kept = fs::read_dir(stage.folder.join("moved"))?
                .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
            ensure!(kept.filter(|name| name.starts_with("b.key.replaced-")).count() == 1, "it is not");
            Ok(())
        })
        .destroy()
        .run()
}

fn plan_only(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .plan(stage.key("a.key", ""))
        .creates(KEY)
        .between("see that nothing was made", || {
            ensure!(fs::read_dir(&stage.folder)?.next().is_none(), "a plan has made something");
            Ok(())
        })
        .run()
}

fn refresh(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage.story().apply(stage.key("a.key", "")).refresh().attribute(KEY, "/drift", has_length(0)).run()
}

fn import(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let made = stage.story().apply(stage.key("a.key", "key_algorithm = \"ed25519\""));
    made.import(KEY, Import::IdAt("/id".to_owned())).destroy().run()
}

fn import_block(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let made = stage.story().apply(stage.key("a.key", "key_algorithm = \"ed25519\""));
    made.import_block(KEY, &*stage.path("a.key")).destroy().run()
}

fn import_by_identity(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let id = stage.path("a.key");
    stage
        .story()
        .apply(stage.key("a.key", ""))
        .identity(KEY, "/id", is(&*id))
        .import_block(KEY, Import::Identity(json!({ "id": id })))
        .destroy()
        .run()
}

fn generated(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage.story().apply(stage.key("a.key", "")).generate_configuration("", KEY, &*stage.path("a.key")).destroy().run()
}

fn errors(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let with = |home: &str| key(&format!("key = {{ {home} }}"));
    stage
        .story()
        .validate_fails(stage.key("a.key", "key_algorithm = \"rsa1024\""))
        .error(Complaint::new("").detail("rsa2048, rsa3072").about(KEY).at("key_algorithm"))
        .validate_fails(with("file = \"a.key\", in_state = true"))
        .error(Complaint::new("Conflicting Attributes").about(KEY))
        .validate_fails(with(""))
        .error(Complaint::new("Missing Attribute").about(KEY))
        .validate_fails(with("file = \"a.key\", mode = \"0644\""))
        .error(Complaint::new("").about(KEY))
        .between("put something else there", || Ok(fs::write(stage.folder.join("text"), "some text")?))
        .apply_fails(stage.key("text", ""))
        .error(Complaint::new("").about(KEY))
        .gone(KEY)
        .between("see that it is still there", || {
            ensure!(fs::read_to_string(stage.folder.join("text"))? == "some text", "it was overwritten");
            Ok(())
        })
        .run()
}

fn lost(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let file = stage.folder.join("a.key");
    let aside = stage.folder.join("aside.key");
    stage
        .story()
        .apply(stage.key("a.key", ""))
        .between("take the key away", || Ok(fs::rename(&file, &aside)?))
        .plan_fails(stage.key("a.key", ""))
        .error(Complaint::new("The private key is lost").detail("is missing").detail("backup").about(KEY).at("key"))
        .between("put it back", || Ok(fs::rename(&aside, &file)?))
        .apply(stage.key("a.key", ""))
        .changes_nothing()
        .between("take it away for good", || Ok(fs::remove_file(&file)?))
        .apply(stage.key("a.key", "allow_replace = true"))
        .updates(KEY)
        .planned(KEY, "/key_id", unknown())
        .changes(KEY, "/key_id")
        .between("see that there is a new one", || stage.key_id("a.key").map(drop))
        .destroy()
        .run()
}

fn drift(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .apply(stage.key("a.key", ""))
        .between("let the group read it", || {
            Ok(fs::set_permissions(stage.folder.join("a.key"), fs::Permissions::from_mode(0o640))?)
        })
        .apply_again()
        .updates(KEY)
        .planned(KEY, "/drift", has_length(0))
        .keeps(KEY, "/key_id")
        .between("see that its mode is back", || {
            ensure!(stage.mode("a.key")? == 0o600, "it is {:o}", stage.mode("a.key")?);
            Ok(())
        })
        .destroy()
        .run()
}

fn replace(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .apply(stage.key("a.key", ""))
        .replace(KEY)
        .changes(KEY, "/key_id")
        .taint(KEY)
        .tainted(KEY)
        .apply_again()
        .replaces(KEY)
        .destroy()
        .run()
}

fn destroy(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .apply(stage.key("a.key", "delete_on_destroy = false"))
        .destroy()
        .deletes(KEY)
        .warning(Complaint::new("A private key stays in"))
        .between("see that it is still there", || stage.key_id("a.key").map(drop))
        .apply(stage.key("a.key", ""))
        .creates(KEY)
        .warning(Complaint::new("is taken over"))
        .destroy()
        .between("see that it is gone", || {
            ensure!(!stage.folder.join("a.key").exists(), "it is still there");
            Ok(())
        })
        .run()
}

/// The key arrives in a write-only argument of another provider, and is nowhere else.
fn ephemeral(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let example = Provider::new("secretzero/example", "1.0.0", workspace_binary("terraform-provider-example")?)?;
    let stage = Stage { project: stage.project.provider(&example)?, ..stage };
    let text = |version: i64| {
        format!(
            "provider \"example\" {{\n  directory = {:?}\n}}\n\
             ephemeral \"secretzero_private_key\" \"one\" {{\n  key_algorithm = \"ed25519\"\n}}\n\
             resource \"example_echo\" \"one\" {{\n  name = \"one\"\n  \
             value = ephemeral.secretzero_private_key.one.private_key_pem\n  value_version = {version}\n}}\n",
            stage.folder
        )
    };
    let arrived = || -> Result<PrivateKey> {
        let echo: serde_json::Value = serde_json::from_str(&fs::read_to_string(stage.folder.join("echoes/one.json"))?)?;
        let pem = echo.get("value").and_then(|value| value.as_str()).context("the echo has a value")?;
        Ok(PrivateKey::from_pem(pem, None)?)
    };
    let mut first = None;
    stage
        .story()
        .apply(text(1))
        .creates("example_echo.one")
        .between("see what arrived", || {
            first = Some(arrived()?);
            Ok(())
        })
        .apply(text(2))
        .updates("example_echo.one")
        .destroy()
        .run()?;
    ensure!(first.is_some_and(|key| key.public_key().kind().to_string() == "Ed25519"), "it is another kind of key");
    Ok(())
}

/// The file can't be written, and the next apply goes on.
fn half_way(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let in_the_way = stage.folder.join("keys");
    stage
        .story()
        .between("put a file where the folder should be", || Ok(fs::write(&in_the_way, "")?))
        .apply_fails(stage.key("keys/a.key", ""))
        .error(Complaint::new("is a file").detail("Move the file").about(KEY))
        .gone(KEY)
        .between("take it away", || Ok(fs::remove_file(&in_the_way)?))
        .apply_again()
        .creates(KEY)
        .destroy()
        .run()
}

fn in_the_state(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool()], |scenario| {
        for surface in [Surface::State, Surface::BackupState, Surface::Plan, Surface::Show] {
            scenario.allow(
                Allowance::of("a private key in PEM", surface)
                    .because("the user has named the state as the home of the key")
                    .optional(),
            );
        }
        let stage = Stage::create(scenario, cli)?;
        let file = stage.folder.join("a.key");
        stage
            .story()
            .apply(key("key = { in_state = true }"))
            .creates(KEY)
            .planned(KEY, "/private_key_pem_in_state", unknown())
            .planned(KEY, "/private_key_pem_in_state", sensitive())
            .attribute(KEY, "/private_key_pem_in_state", sensitive())
            .attribute(KEY, "/reference/private_key_pem_in_state", sensitive())
            // Out of the state, and it stays the same key.
            .apply(stage.key("a.key", ""))
            .updates(KEY)
            .keeps(KEY, "/key_id")
            .attribute(KEY, "/private_key_pem_in_state", null())
            .attribute(KEY, "/reference/private_key_pem_in_state", null())
            .between("see that the file has it", || {
                ensure!(mode(&file)? == 0o600, "its mode is {:o}", mode(&file)?);
                Ok(())
            })
            .destroy()
            .run()
    })
}
