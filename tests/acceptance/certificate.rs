//! `secretzero_certificate` under the real `tofu` and `terraform`.

use std::cell::RefCell;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use acceptance::cli::matcher::{has_length, is, null, unknown};
use acceptance::cli::{Cli, Complaint, Import, Row, Rows};
use acceptance::{Launch, Process, Scenario};
use anyhow::{Context as _, Result, anyhow, bail, ensure};

use crate::trust_root::{ROOT, SERVER, Stage};

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
        let mut rows = Rows::of("secretzero_certificate", cli);
        let stage = || Stage::create(scenario, cli);
        let lived = life(stage()).map_err(|error| format!("{error:#}"));
        for row in [Row::Apply, Row::EmptyPlan, Row::EmptyPlanWithRefresh, Row::PlanChecks, Row::UpdateAndReplace] {
            rows.run(row, || lived.clone().map_err(|text| anyhow!(text)));
        }
        rows.run(Row::Apply, || for_a_request(stage()));
        rows.run(Row::UpdateAndReplace, || told_of_changes(stage()));
        rows.run(Row::PlanOnly, || plan_only(stage()));
        rows.run(Row::Refresh, || refresh(stage()));
        rows.run(Row::Import, || import(stage()));
        rows.run(Row::ImportBlock, || import_block(stage()));
        match cli {
            Cli::OpenTofu => rows.run(Row::ImportByIdentity, || import_by_identity(stage())),
            Cli::Terraform => rows.not_measured(Row::ImportByIdentity, "Terraform 1.11 has no identities"),
        }
        rows.not_applicable(Row::GeneratedConfiguration, "where the issuer has its key can't be found out");
        rows.run(Row::ExpectedError, || errors(stage()));
        rows.run(Row::Disappears, || lost(stage()));
        rows.run(Row::Drift, || drift(stage()));
        rows.run(Row::Replace, || replace(stage()));
        rows.run(Row::Destroy, || destroy(stage()));
        rows.not_applicable(Row::StateUpgrade, "there is no older version");
        rows.not_measured(Row::Moved, "the tls provider is not in the test bed; the kit plays it in provider/tests");
        rows.not_applicable(Row::Ephemeral, "no attribute takes ephemeral values");
        rows.not_applicable(Row::WriteOnly, "no attribute is write-only");
        rows.not_applicable(Row::UnknownProviderConfiguration, "the provider block takes no part in certificates");
        rows.not_applicable(Row::Functions, "see parse_certificate");
        rows.not_measured(Row::OlderClients, "older CLIs are played by the kit, in provider/tests");
        rows.not_applicable(Row::NewerFeatures, "the framework has none of them");
        rows.not_applicable(Row::Interrupt, "nothing waits");
        rows.run(Row::PartialFailure, || half_way(stage()));
        rows.finish()
    })
}

const NAME: &str = "\"vault.home.arpa\"";

fn life(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let all = |names: &str, root: &str| stage.root(root) + &stage.server(names, "ip_addresses = [\"127.0.0.1\"]");
    stage
        .story()
        .apply(all(NAME, ""))
        .creates(ROOT)
        .creates(SERVER)
        .planned(SERVER, "/id", is(format!("{},{}", stage.path("server.key"), stage.path("server.pem"))))
        .planned(SERVER, "/key_algorithm", is("ecdsa-p256"))
        .planned(SERVER, "/certificate_pem", unknown())
        .planned(SERVER, "/private_key_pem_in_state", null())
        .attribute(SERVER, "/issuer/private_key_pem_in_state", null())
        .attribute(SERVER, "/ready_for_renewal", is(false))
        .attribute(SERVER, "/drift", has_length(0))
        .between("look at the files", || {
            ensure!(stage.mode("server.key")? == 0o600 && stage.mode("server.pem")? == 0o644, "their modes are wrong");
            stage.is_whole()
        })
        .apply(all("\"vault.home.arpa\", \"*.vault.home.arpa\"", ""))
        .updates(SERVER)
        .leaves(ROOT)
        .changes(SERVER, "/serial_number")
        .keeps(SERVER, "/key_id")
        .between("see that they are whole", || stage.is_whole())
        // The root is issued anew with the same key, and the server is not.
        .apply(all("\"vault.home.arpa\", \"*.vault.home.arpa\"", "path_length = 2"))
        .updates(ROOT)
        .updates(SERVER)
        .changes(ROOT, "/serial_number")
        .keeps(SERVER, "/serial_number")
        .planned(SERVER, "/issuer/certificate_pem", unknown())
        .changes(SERVER, "/ca_certificate_pem")
        .between("see that they are still whole", || stage.is_whole())
        // The root has another key, and the server is issued anew.
        .apply(all(
            "\"vault.home.arpa\"",
            "key_algorithm = \"ed25519\"\nallow_replace = true\ndelete_on_destroy = true",
        ))
        .updates(ROOT)
        .updates(SERVER)
        .changes(SERVER, "/serial_number")
        .keeps(SERVER, "/key_id")
        .between("see that they are whole again", || stage.is_whole())
        .destroy()
        .run()
}

/// A key of another resource that makes a request, which is signed.
fn for_a_request(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let text = |name: &str| {
        format!(
            "{}resource \"secretzero_private_key\" \"far\" {{\n  key = {{ file = {:?} }}\n}}\n\
             resource \"secretzero_certificate_request\" \"far\" {{\n  dns_names = [{name:?}]\n  \
             private_key = secretzero_private_key.far.reference\n}}\n\
             resource \"secretzero_certificate\" \"server\" {{\n  issuer = {ROOT}.issuer\n  \
             csr_pem = secretzero_certificate_request.far.csr_pem\n  certificate_file = {{ path = {:?} }}\n}}\n",
            stage.root(""),
            stage.path("far.key"),
            stage.path("far.pem"),
        )
    };
    stage
        .story()
        .apply(text("far.home.arpa"))
        .creates(SERVER)
        .between("see that they belong together", || stage.belong_together("far.pem", "far.key"))
        .apply(text("near.home.arpa"))
        .updates(SERVER)
        .keeps(SERVER, "/key_id")
        .between("see that the file has the new name", || {
            let found = stage.certificates("far.pem")?;
            let names: Vec<_> = found.iter().flat_map(|found| found.names()).map(ToString::to_string).collect();
            ensure!(names == ["near.home.arpa"], "it has {names:?}");
            stage.belong_together("far.pem", "far.key")
        })
        .destroy()
        .run()
}

/// A process that notes each hang-up.
fn told_of_changes(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let ready = stage.folder.join("ready");
    let script = "trap 'echo told >> told' HUP; : > ready; while :; do sleep 0.1; done";
    let server = Process::start(Launch::new("server", "/bin/sh", &stage.folder).args(["-c", script]))?;
    server.wait_ready(Duration::from_secs(20), || if ready.exists() { Ok(()) } else { bail!("not ready") })?;
    let pid = server.pid().context("it has ended")?;
    fs::write(stage.folder.join("server.pid"), format!("{pid}\n"))?;
    let told = || {
        Ok::<_, anyhow::Error>(match fs::read_to_string(stage.folder.join("told")) {
            Ok(text) => text.lines().count(),
            Err(_) => 0,
        })
    };
    let is_told = |times: usize| {
        server.wait_ready(Duration::from_secs(20), || {
            ensure!(told()? == times, "told {} times, not {times}", told()?);
            Ok(())
        })?;
        Ok(())
    };
    let on_change = format!("on_change = {{ pid_file = {:?} }}", stage.path("server.pid"));
    let all = |names: &str, more: &str| stage.root("") + &stage.server(names, &format!("{on_change}\n{more}"));
    let server = RefCell::new(Some(&server));
    stage
        .story()
        .apply(all(NAME, ""))
        .creates(SERVER)
        .between("see that nobody is told of a creation", || is_told(0))
        .apply(all("\"b.home.arpa\"", ""))
        .updates(SERVER)
        .between("see that it is told", || is_told(1))
        .apply(all("\"b.home.arpa\"", "early_renewal_hours = 24"))
        .updates(SERVER)
        .between("see that it is not told of what is in no file", || is_told(1))
        .between("end it", || match server.take() {
            Some(server) => server.kill9(),
            None => Ok(()),
        })
        .apply(all("\"c.home.arpa\"", "early_renewal_hours = 24"))
        .updates(SERVER)
        .warning(Complaint::new("").detail("server.pid"))
        // A command that fails: told, and repeated.
        .apply_fails(stage.root("") + &stage.server(NAME, "on_change = { argv = [\"/bin/false\"] }"))
        .error(Complaint::new("").about(SERVER).at("on_change"))
        .apply(stage.root("") + &stage.server(NAME, "on_change = { argv = [\"/bin/true\"] }"))
        .updates(SERVER)
        .keeps(SERVER, "/serial_number")
        .attribute(SERVER, "/drift", has_length(0))
        .destroy()
        .run()
}

fn plan_only(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .plan(stage.root("") + &stage.server(NAME, ""))
        .creates(SERVER)
        .between("see that nothing was made", || {
            ensure!(fs::read_dir(&stage.folder)?.next().is_none(), "a plan has made something");
            Ok(())
        })
        .run()
}

fn refresh(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let made = stage.story().apply(stage.root("") + &stage.server(NAME, ""));
    made.refresh().attribute(SERVER, "/drift", has_length(0)).run()
}

/// Who issues it is known by its configuration alone, and how long it is to live, by its own.
const NOT_FOUND: [&str; 4] = ["/issuer", "/ca_certificate_pem", "/validity_period_hours", "/ready_for_renewal"];

fn import(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let made = stage.story().apply(stage.root("") + &stage.server(NAME, ""));
    let imported = made.import(SERVER, Import::IdAt("/id".to_owned()));
    NOT_FOUND.iter().fold(imported, |story, path| story.ignoring(path)).run()
}

/// The first apply after an import writes down who issues it, and issues nothing.
fn import_block(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let id = format!("{},{}", stage.path("server.key"), stage.path("server.pem"));
    imported(&stage, &format!("import {{\n  to = {SERVER}\n  id = {id:?}\n}}\n"))
}

fn import_by_identity(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let id = format!("{},{}", stage.path("server.key"), stage.path("server.pem"));
    imported(&stage, &format!("import {{\n  to = {SERVER}\n  identity = {{ id = {id:?} }}\n}}\n"))
}

fn imported(stage: &Stage, block: &str) -> Result<()> {
    let all = stage.root("") + &stage.server(NAME, "");
    let before = RefCell::new(Vec::new());
    stage
        .story()
        .apply(all.clone())
        .between("forget it", || {
            before.replace(stage.certificates("server.pem")?);
            stage.project.command(["state", "rm", SERVER]).run()?.succeeded().map(drop)
        })
        .apply(all + block)
        .updates(SERVER)
        .leaves(ROOT)
        .between("see that it is the same", || {
            ensure!(*before.borrow() == stage.certificates("server.pem")?, "it was issued anew");
            stage.is_whole()
        })
        .destroy()
        .run()
}

fn errors(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let limited = stage.root("permitted = { dns = [\"home.arpa\"] }");
    stage
        .story()
        .validate_fails(stage.root("") + &stage.server("\"*.*.arpa\"", ""))
        .error(Complaint::new("can't be issued").detail("*.*.arpa").about(SERVER).at("dns_names"))
        .validate_fails(stage.root("") + &stage.server("\"10.0.0.1\"", ""))
        .error(Complaint::new("can't be issued").detail("IP addresses").about(SERVER).at("dns_names"))
        .validate_fails(stage.root("") + &stage.server(NAME, "profile = \"mail\""))
        .error(Complaint::new("").detail("server_and_client").about(SERVER).at("profile"))
        .apply(limited.clone() + &stage.server(NAME, ""))
        // Already at plan, since the issuer is known by now.
        .plan_fails(limited.clone() + &stage.server("\"vault.example\"", ""))
        .error(Complaint::new("can't be issued").detail("RFC 5280 §4.2.1.10").about(SERVER).at("dns_names"))
        .apply_fails(limited + &stage.server(NAME, "validity_period_hours = 90000"))
        .error(Complaint::new("can't be issued").detail("shorten").about(SERVER).at("validity_period_hours"))
        .destroy()
        .run()
}

fn lost(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let all = |more: &str| stage.root("") + &stage.server(NAME, more);
    stage
        .story()
        .apply(all(""))
        .between("remove the key", || Ok(fs::remove_file(stage.folder.join("server.key"))?))
        .plan_fails(all(""))
        .error(Complaint::new("The private key is lost").detail("allow_replace").about(SERVER).at("key"))
        .apply(all("allow_replace = true"))
        .updates(SERVER)
        .changes(SERVER, "/key_id")
        .between("see that they are whole", || stage.is_whole())
        .destroy()
        .run()
}

fn drift(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let file = stage.folder.join("server.pem");
    stage
        .story()
        .apply(stage.root("") + &stage.server(NAME, ""))
        .between("change the file", || Ok(fs::write(&file, "changed")?))
        .apply_again()
        .updates(SERVER)
        .leaves(ROOT)
        .keeps(SERVER, "/serial_number")
        .between("see that they are whole", || stage.is_whole())
        .between("let the group read the key", || {
            Ok(fs::set_permissions(stage.folder.join("server.key"), fs::Permissions::from_mode(0o640))?)
        })
        .apply_again()
        .updates(SERVER)
        .keeps(SERVER, "/serial_number")
        .between("see that its mode is back", || {
            ensure!(stage.mode("server.key")? == 0o600, "it is {:o}", stage.mode("server.key")?);
            Ok(())
        })
        .destroy()
        .run()
}

fn replace(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .apply(stage.root("") + &stage.server(NAME, ""))
        .replace(SERVER)
        .changes(SERVER, "/serial_number")
        .changes(SERVER, "/key_id")
        .taint(SERVER)
        .tainted(SERVER)
        .apply_again()
        .replaces(SERVER)
        .destroy()
        .run()
}

fn destroy(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .apply(stage.root("") + &stage.server(NAME, ""))
        .apply(stage.root(""))
        .deletes(SERVER)
        .between("see that its files are gone", || {
            let left =
                ["server.key", "server.pem"].map(|name| stage.folder.join(name)).iter().any(|file| file.exists());
            ensure!(!left, "they are not");
            Ok(())
        })
        .destroy()
        .run()
}

/// The file can't be written, and the next apply goes on with the key that was made.
fn half_way(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let in_the_way = stage.folder.join("server.pem");
    stage
        .story()
        .between("put something else there", || Ok(fs::write(&in_the_way, "some text")?))
        .apply_fails(stage.root("") + &stage.server(NAME, ""))
        .error(Complaint::new("There is something else in").detail("import").about(SERVER).at("certificate_file"))
        .gone(SERVER)
        .between("take it away", || Ok(fs::remove_file(&in_the_way)?))
        .apply_again()
        .creates(SERVER)
        .warning(Complaint::new("is taken over"))
        .destroy()
        .run()
}
