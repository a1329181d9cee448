//! `secretzero_certificate_request` under the real `tofu` and `terraform`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use acceptance::Scenario;
use acceptance::cli::matcher::{has_length, is, null, unknown};
use acceptance::cli::{Cli, Complaint, Project, Row, Rows, Story};
use anyhow::{Context as _, Result, anyhow, ensure};
use pki::{Csr, PrivateKey};

use crate::trust_root;

const CSR: &str = "secretzero_certificate_request.one";
const KEY: &str = "secretzero_private_key.one";

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
        let mut rows = Rows::of("secretzero_certificate_request", cli);
        let stage = || Stage::create(scenario, cli);
        let lived = life(stage()).map_err(|error| format!("{error:#}"));
        for row in [Row::Apply, Row::EmptyPlan, Row::EmptyPlanWithRefresh, Row::PlanChecks, Row::UpdateAndReplace] {
            rows.run(row, || lived.clone().map_err(|text| anyhow!(text)));
        }
        rows.run(Row::Apply, || for_another_key(stage()));
        rows.run(Row::PlanOnly, || plan_only(stage()));
        rows.run(Row::Refresh, || refresh(stage()));
        let not_found = "a request is made anew from its key, and a file that says the same is taken over";
        for row in [Row::Import, Row::ImportBlock, Row::ImportByIdentity, Row::GeneratedConfiguration] {
            rows.not_applicable(row, not_found);
        }
        rows.run(Row::ExpectedError, || errors(stage()));
        rows.run(Row::Disappears, || disappears(stage()));
        rows.run(Row::Drift, || drift(stage()));
        rows.run(Row::Replace, || replace(stage()));
        rows.run(Row::Destroy, || destroy(stage()));
        rows.not_applicable(Row::StateUpgrade, "there is no older version");
        rows.not_measured(Row::Moved, "the tls provider is not in the test bed; the kit plays it in provider/tests");
        rows.not_applicable(Row::Ephemeral, "no attribute takes ephemeral values");
        rows.not_applicable(Row::WriteOnly, "no attribute is write-only");
        rows.not_applicable(Row::UnknownProviderConfiguration, "the provider block takes no part in requests");
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

    /// A request for these names, with key and request in files.
    fn request(&self, names: &str, lines: &str) -> String {
        let (key, csr) = (self.folder.join("a.key"), self.folder.join("a.csr"));
        request(&format!("dns_names = [{names}]\nkey = {{ file = {key:?} }}\ncsr_file = {{ path = {csr:?} }}\n{lines}"))
    }

    fn csr(&self) -> Result<Csr> {
        let text = fs::read_to_string(self.folder.join("a.csr")).context("reading the request")?;
        Ok(Csr::from_pem(&text)?)
    }

    fn names(&self) -> Result<Vec<String>> {
        Ok(self.csr()?.names().iter().map(ToString::to_string).collect())
    }

    /// The request in the file is for the key in the file.
    fn belongs_together(&self) -> Result<()> {
        let key = fs::read_to_string(self.folder.join("a.key")).context("reading the key")?;
        ensure!(self.csr()?.public_key() == PrivateKey::from_pem(&key, None)?.public_key(), "it is for another key");
        Ok(())
    }
}

/// `resource "secretzero_certificate_request" "one"` with these lines.
fn request(lines: &str) -> String {
    format!("resource \"secretzero_certificate_request\" \"one\" {{\n{lines}\n}}\n")
}

fn life(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let subject =
        "subject = { common_name = \"vault\", organization = [\"Home\"] }\nip_addresses = [\"127.0.0.1\", \"::1\"]";
    stage
        .story()
        .apply(stage.request("\"a.home.arpa\"", subject))
        .creates(CSR)
        .planned(CSR, "/csr_pem", unknown())
        .planned(CSR, "/key_algorithm", is("ecdsa-p256"))
        .planned(CSR, "/private_key_pem_in_state", null())
        .attribute(CSR, "/id", is(stage.folder.join("a.key").display().to_string()))
        .attribute(CSR, "/drift", has_length(0))
        .between("look at the request", || {
            stage.belongs_together()?;
            ensure!(stage.csr()?.subject().to_string() == "CN=vault,O=Home", "{}", stage.csr()?.subject());
            ensure!(stage.names()? == ["a.home.arpa", "127.0.0.1", "::1"], "{:?}", stage.names()?);
            Ok(())
        })
        // Another name is another request for the same key.
        .apply(stage.request("\"a.home.arpa\", \"*.home.arpa\"", subject))
        .updates(CSR)
        .planned(CSR, "/csr_pem", unknown())
        .keeps(CSR, "/key_id")
        .changes(CSR, "/csr_pem")
        .between("look at the request again", || {
            stage.belongs_together()?;
            ensure!(stage.names()?.iter().any(|name| name == "*.home.arpa"), "{:?}", stage.names()?);
            Ok(())
        })
        // What does not concern the request leaves it alone.
        .apply(stage.request(
            "\"a.home.arpa\", \"*.home.arpa\"",
            &format!("{subject}\ndelete_on_destroy = true\nallow_replace = true"),
        ))
        .updates(CSR)
        .keeps(CSR, "/csr_pem")
        .apply(stage.request(
            "\"a.home.arpa\", \"*.home.arpa\"",
            &format!("{subject}\nallow_replace = true\nkey_algorithm = \"ed25519\""),
        ))
        .updates(CSR)
        .planned(CSR, "/key_id", unknown())
        .changes(CSR, "/key_id")
        .between("see that the new request is for the new key", || stage.belongs_together())
        .destroy()
        .run()
}

fn for_another_key(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let with = |file: &str, lines: &str| {
        let key = stage.folder.join(file);
        let key = format!("resource \"secretzero_private_key\" \"one\" {{\nkey = {{ file = {key:?} }}\n{lines}\n}}\n");
        key + &request("dns_names = [\"a.home.arpa\"]\nprivate_key = secretzero_private_key.one.reference")
    };
    stage
        .story()
        .apply(with("a.key", "key_algorithm = \"ed25519\""))
        .creates(CSR)
        .planned(CSR, "/key_id", unknown())
        .attribute(CSR, "/key_algorithm", is("ed25519"))
        .attribute(CSR, "/private_key_pem_in_state", null())
        // The key moves, and nobody needs another request.
        .apply(with("b.key", "key_algorithm = \"ed25519\""))
        .updates(KEY)
        .updates(CSR)
        .keeps(CSR, "/csr_pem")
        .apply(with("b.key", "allow_replace = true"))
        .updates(KEY)
        .updates(CSR)
        .changes(CSR, "/csr_pem")
        .attribute(CSR, "/key_algorithm", is("ecdsa-p256"))
        .destroy()
        .run()
}

fn plan_only(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .plan(stage.request("\"a.home.arpa\"", ""))
        .creates(CSR)
        .between("see that nothing was made", || {
            ensure!(fs::read_dir(&stage.folder)?.next().is_none(), "a plan has made something");
            Ok(())
        })
        .run()
}

fn refresh(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage.story().apply(stage.request("\"a.home.arpa\"", "")).refresh().attribute(CSR, "/drift", has_length(0)).run()
}

fn errors(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let with = |lines: &str| request(&format!("{lines}\nkey = {{ file = \"a.key\" }}"));
    stage
        .story()
        .validate_fails(with("dns_names = [\"a.home.arpa\", \"127.0.0.1\"]"))
        .error(Complaint::new("").detail("RFC 5280 §4.2.1.6").about(CSR).at("dns_names"))
        .validate_fails(with("ip_addresses = [\"vault.home.arpa\"]"))
        .error(Complaint::new("").about(CSR).at("ip_addresses"))
        .validate_fails(with("subject = { country = \"Germany\" }"))
        .error(Complaint::new("").detail("ISO 3166").about(CSR))
        .validate_fails(with(""))
        .error(Complaint::new("").detail("the subject is empty").about(CSR))
        .validate_fails(request("dns_names = [\"a.home.arpa\"]"))
        .error(Complaint::new("Missing Attribute").detail("private_key").about(CSR))
        .between("put something else there", || Ok(fs::write(stage.folder.join("a.csr"), "some text")?))
        .apply_fails(stage.request("\"a.home.arpa\"", ""))
        .error(Complaint::new("There is something else in").detail("not overwritten").about(CSR).at("csr_file"))
        .gone(CSR)
        .run()
}

fn disappears(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .apply(stage.request("\"a.home.arpa\"", ""))
        .between("remove the request", || Ok(fs::remove_file(stage.folder.join("a.csr"))?))
        .apply_again()
        .updates(CSR)
        .keeps(CSR, "/csr_pem")
        .between("see that it is back", || stage.belongs_together())
        .between("remove the key", || Ok(fs::remove_file(stage.folder.join("a.key"))?))
        .plan_fails(stage.request("\"a.home.arpa\"", ""))
        .error(Complaint::new("The private key is lost").detail("is missing").about(CSR).at("key"))
        .apply(stage.request("\"a.home.arpa\"", "allow_replace = true"))
        .updates(CSR)
        .changes(CSR, "/csr_pem")
        .between("see that both are new", || stage.belongs_together())
        .destroy()
        .run()
}

fn drift(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .apply(stage.request("\"a.home.arpa\"", ""))
        .between("change request and mode", || {
            fs::write(stage.folder.join("a.csr"), "changed")?;
            Ok(fs::set_permissions(stage.folder.join("a.csr"), fs::Permissions::from_mode(0o666))?)
        })
        .apply_again()
        .updates(CSR)
        .keeps(CSR, "/csr_pem")
        .between("see that both are as before", || {
            stage.belongs_together()?;
            let mode = fs::metadata(stage.folder.join("a.csr"))?.permissions().mode() & 0o7777;
            ensure!(mode == 0o644, "its mode is {mode:o}");
            Ok(())
        })
        .destroy()
        .run()
}

fn replace(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .apply(stage.request("\"a.home.arpa\"", ""))
        .replace(CSR)
        .changes(CSR, "/key_id")
        .taint(CSR)
        .apply_again()
        .replaces(CSR)
        .between("see that they belong together", || stage.belongs_together())
        .destroy()
        .run()
}

fn destroy(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .apply(stage.request("\"a.home.arpa\"", "delete_on_destroy = false"))
        .destroy()
        .deletes(CSR)
        .between("see that the key alone is still there", || {
            ensure!(stage.folder.join("a.key").exists(), "the key is gone");
            ensure!(!stage.folder.join("a.csr").exists(), "the request is still there");
            Ok(())
        })
        .apply(stage.request("\"a.home.arpa\"", ""))
        .creates(CSR)
        .destroy()
        .between("see that nothing is left", || {
            ensure!(fs::read_dir(&stage.folder)?.next().is_none(), "something is");
            Ok(())
        })
        .run()
}

/// The key is made and the request can't be written; the next apply goes on with that key.
fn half_way(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let in_the_way = stage.folder.join("a.csr");
    stage
        .story()
        .between("put a folder where the request should be", || Ok(fs::create_dir(&in_the_way)?))
        .apply_fails(stage.request("\"a.home.arpa\"", ""))
        .error(Complaint::new("").about(CSR))
        .gone(CSR)
        .between("take it away", || {
            ensure!(stage.folder.join("a.key").exists(), "there is no key");
            Ok(fs::remove_dir(&in_the_way)?)
        })
        .apply_again()
        .creates(CSR)
        .between("see that they belong together", || stage.belongs_together())
        .destroy()
        .run()
}
