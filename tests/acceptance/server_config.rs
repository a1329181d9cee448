//! `secretzero_server_config` under the real `tofu` and `terraform`, and the servers and systemd that read its files.

mod rendered_server;
mod systemd;

use std::cell::RefCell;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use acceptance::Scenario;
use acceptance::cli::matcher::{has_length, is, unknown};
use acceptance::cli::{Cli, Complaint, Project, Row, Rows, Story};
use anyhow::{Context as _, Result, anyhow, ensure};

use crate::trust_root;

const SERVER: &str = "secretzero_server_config.one";

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
        let mut rows = Rows::of("secretzero_server_config", cli);
        let stage = || Stage::create(scenario, cli);
        let lived = life(stage()).map_err(|error| format!("{error:#}"));
        for row in [Row::Apply, Row::EmptyPlan, Row::EmptyPlanWithRefresh, Row::PlanChecks, Row::UpdateAndReplace] {
            rows.run(row, || lived.clone().map_err(|text| anyhow!(text)));
        }
        rows.run(Row::PlanOnly, || plan_only(stage()));
        rows.run(Row::Refresh, || drift(stage()));
        rows.run(Row::Import, || import(stage()));
        rows.run(Row::ImportBlock, || import_block(stage()));
        match cli {
            Cli::OpenTofu => rows.run(Row::ImportByIdentity, || import_by_identity(stage())),
            Cli::Terraform => rows.not_measured(Row::ImportByIdentity, "Terraform 1.11 has no identities"),
        }
        rows.not_applicable(Row::GeneratedConfiguration, "settings can't be read back from a file");
        rows.run(Row::ExpectedError, || errors(stage()));
        rows.run(Row::Disappears, || disappears(stage()));
        rows.run(Row::Drift, || drift(stage()));
        rows.run(Row::Replace, || replace(stage()));
        rows.run(Row::Destroy, || destroy(stage()));
        rows.not_applicable(Row::StateUpgrade, "there is no older version");
        rows.not_applicable(Row::Moved, "nobody else has such a resource");
        rows.not_applicable(Row::Ephemeral, "no attribute takes ephemeral values");
        rows.not_applicable(Row::WriteOnly, "no attribute is write-only");
        rows.not_applicable(Row::UnknownProviderConfiguration, "the provider block takes no part in files");
        rows.run(Row::Functions, || functions(stage()));
        rows.not_measured(Row::OlderClients, "older CLIs are played by the kit, in provider/tests");
        rows.not_applicable(Row::NewerFeatures, "the framework has none of them");
        rows.not_applicable(Row::Interrupt, "nothing waits");
        rows.run(Row::PartialFailure, || half_way(stage()));
        rows.finish()
    })
}

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

    /// A server with its configuration in `etc`, with these lines among the settings and beside them.
    fn server(&self, settings: &str, lines: &str) -> String {
        let directory = self.folder.join("etc");
        format!(
            "resource \"secretzero_server_config\" \"one\" {{\n  directory = {directory:?}\n{SMALL}\n{settings}\n  }}\n{lines}\n}}\n"
        )
    }

    fn config(&self) -> PathBuf {
        self.folder.join("etc/openbao.hcl")
    }

    fn text(&self) -> Result<String> {
        fs::read_to_string(self.config()).context("reading the configuration")
    }
}

/// The settings of a small server, but for their end.
const SMALL: &str = r#"
  settings {
    product      = "openbao"
    cluster_addr = "https://127.0.0.1:8201"
    storage {
      raft {
        path = "/data"
      }
    }
    listener {
      address     = "127.0.0.1:8200"
      tls_disable = true
    }"#;

/// The same as a function takes it, and more.
fn small(more: &str) -> String {
    format!(
        "{{ product = \"openbao\", storage = {{ raft = {{ path = \"/data\" }} }}, cluster_addr = \"https://127.0.0.1:8201\", \
         listener = [{{ address = \"127.0.0.1:8200\", tls_disable = true }}], {more} }}"
    )
}

fn life(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let units = format!("systemd {{\n  directory = {:?}\n  server {{}}\n}}", stage.folder.join("units"));
    let later = "resource \"terraform_data\" \"host\" {\n  input = \"https://vault.home.arpa:8200\"\n}\n";
    stage
        .story()
        .apply(stage.server("ui = true", ""))
        .creates(SERVER)
        .planned(SERVER, "/path", is(stage.config().display().to_string()))
        .planned(SERVER, "/files/0/mode", is("0640"))
        .attribute(SERVER, "/id", is(stage.config().display().to_string()))
        .attribute(SERVER, "/files", has_length(1))
        .attribute(SERVER, "/drift", has_length(0))
        .between("look at the file", || {
            let mode = |name: &str| -> Result<u32> {
                Ok(fs::metadata(stage.folder.join(name))?.permissions().mode() & 0o7777)
            };
            ensure!(
                stage.text()?.starts_with("cluster_addr = \"https://127.0.0.1:8201\"\nui = true\n"),
                "{}",
                stage.text()?
            );
            ensure!((mode("etc")?, mode("etc/openbao.hcl")?) == (0o750, 0o640), "others can read it");
            Ok(())
        })
        .apply(stage.server("ui = false", &units))
        .updates(SERVER)
        .changes(SERVER, "/revision")
        .attribute(SERVER, "/files", has_length(2))
        // What another resource says is not known at plan.
        .apply(stage.server("api_addr = terraform_data.host.output", &units) + later)
        .updates(SERVER)
        .planned(SERVER, "/files", unknown())
        .planned(SERVER, "/revision", unknown())
        .between("see that it was written", || {
            ensure!(stage.text()?.contains("api_addr = \"https://vault.home.arpa:8200\""), "{}", stage.text()?);
            ensure!(stage.folder.join("units/openbao.service").exists(), "there is no unit");
            Ok(())
        })
        .destroy()
        .run()
}

fn plan_only(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .plan(stage.server("", ""))
        .creates(SERVER)
        .between("see that nothing was made", || {
            ensure!(fs::read_dir(&stage.folder)?.next().is_none(), "a plan has made something");
            Ok(())
        })
        .run()
}

/// What somebody else has written is refused, imported, and then says what is declared.
fn import(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let path = stage.config().display().to_string();
    stage
        .story()
        .between("make a configuration by hand", || {
            fs::create_dir(stage.folder.join("etc"))?;
            Ok(fs::write(stage.config(), "cluster_name = \"by hand\"\n")?)
        })
        .apply_fails(stage.server("", ""))
        .error(Complaint::new("There is something else in").detail("import ADDRESS").about(SERVER).at("directory"))
        .gone(SERVER)
        .between("import it", || stage.project.command(["import", SERVER, &path]).run()?.succeeded().map(drop))
        .apply(stage.server("", ""))
        .updates(SERVER)
        .attribute(SERVER, "/id", is(path.clone()))
        .between("see that it says what is declared", || {
            ensure!(stage.text()?.contains("storage \"raft\""), "{}", stage.text()?);
            Ok(())
        })
        .destroy()
        .run()
}

fn import_block(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let path = stage.config();
    imported_again(&stage, &format!("import {{\n  to = {SERVER}\n  id = {path:?}\n}}\n"))
}

fn import_by_identity(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let path = stage.config();
    imported_again(&stage, &format!("import {{\n  to = {SERVER}\n  identity = {{ id = {path:?} }}\n}}\n"))
}

/// The first apply after an import writes down what is declared, and leaves a file alone that says it.
fn imported_again(stage: &Stage, block: &str) -> Result<()> {
    stage
        .story()
        .apply(stage.server("", ""))
        .between("forget it", || stage.project.command(["state", "rm", SERVER]).run()?.succeeded().map(drop))
        .apply(stage.server("", "") + block)
        .updates(SERVER)
        .destroy()
        .run()
}

fn errors(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let with_seal = |seal: &str| {
        stage.server(
            &format!(
                "seal {{
{seal}
}}"
            ),
            "",
        )
    };
    stage
        .story()
        .validate_fails(stage.server("cluster_adr = \"https://a:1\"", ""))
        .error(Complaint::new("").detail("cluster_adr"))
        .validate_fails(stage.server("", "").replace("tls_disable = true", "tls_disable = false"))
        .error(Complaint::new("A Listener Without TLS").detail("in clear").about(SERVER).at("tls_disable"))
        .validate_fails(with_seal(
            "transit {\n  address = \"https://b:1\"\n  key_name = \"k\"\n  mount_path = \"t\"\n  token = \"t0ken\"\n}",
        ))
        .error(Complaint::new("A Secret in the Configuration").detail("file:///").about(SERVER).at("token"))
        .validate_fails(stage.server("disable_mlock = true", ""))
        .error(Complaint::new("OpenBao Has No Mlock").about(SERVER).at("disable_mlock"))
        .run()
}

fn disappears(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .apply(stage.server("", ""))
        .between("remove the folder", || Ok(fs::remove_dir_all(stage.folder.join("etc"))?))
        .apply_again()
        .updates(SERVER)
        .keeps(SERVER, "/revision")
        .between("see that it is back", || stage.text().map(|_| ()))
        .destroy()
        .run()
}

fn drift(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let before = RefCell::new(String::new());
    stage
        .story()
        .apply(stage.server("", ""))
        .refresh()
        .attribute(SERVER, "/drift", has_length(0))
        .between("remember it", || {
            before.replace(stage.text()?);
            Ok(())
        })
        .between("change text and mode", || {
            fs::write(stage.config(), "ui = true")?;
            Ok(fs::set_permissions(stage.config(), fs::Permissions::from_mode(0o644))?)
        })
        .apply_again()
        .updates(SERVER)
        .keeps(SERVER, "/revision")
        .between("see that both are as before", || {
            let mode = fs::metadata(stage.config())?.permissions().mode() & 0o7777;
            ensure!(stage.text()? == *before.borrow() && mode == 0o640, "mode {mode:o}: {}", stage.text()?);
            Ok(())
        })
        .destroy()
        .run()
}

fn replace(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let story = stage.story().apply(stage.server("", "")).replace(SERVER).replaces(SERVER);
    story.between("see that it is there", || stage.text().map(|_| ())).destroy().run()
}

fn destroy(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .apply(stage.server("", ""))
        .destroy()
        .gone(SERVER)
        .between("see that the file is gone", || {
            ensure!(!stage.config().exists(), "it is still there");
            Ok(())
        })
        .run()
}

fn functions(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let settings = small("ui = true");
    let call = |name: &str, settings: &str| {
        format!("output {name:?} {{\n  value = provider::secretzero::{name}({settings})\n}}\n")
    };
    let same = format!(
        "output \"same\" {{\n  value = provider::secretzero::server_config({settings}) == {SERVER}.files[0].content\n}}\n"
    );
    let unit = call("systemd_unit", "{ product = \"vault\", server = { profile = \"binary\" } }");
    stage
        .story()
        .apply(stage.server("ui = true", "") + &same + &unit)
        .output("same", is(true))
        .between("look at the unit", || {
            let output = stage.project.command(["output", "-raw", "systemd_unit"]).run()?.succeeded()?;
            output.says("ExecStart=/usr/local/bin/vault server -config=/etc/vault.d/vault.hcl").map(drop)
        })
        .plan_fails(call("server_config", &small("listeners = []")))
        .error(Complaint::new("").detail("there is no attribute \"listeners\" here"))
        .run()
}

/// The unit can't be written: the configuration is, and the next apply takes it over.
fn half_way(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let units = stage.folder.join("units");
    let systemd = format!("systemd {{\n  directory = {units:?}\n  server {{}}\n}}");
    stage
        .story()
        .between("put a file where the folder of the units is to be", || Ok(fs::write(&units, "")?))
        .apply_fails(stage.server("", &systemd))
        .error(Complaint::new("").detail("units").about(SERVER))
        .gone(SERVER)
        .between("make room", || Ok(fs::remove_file(&units)?))
        .apply(stage.server("", &systemd))
        .creates(SERVER)
        .warning(Complaint::new("is taken over").about(SERVER))
        .destroy()
        .run()
}
