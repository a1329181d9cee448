//! Renewals under the real `tofu` and `terraform`, with the clock of the provider moved by libfaketime.
//!
//! Plan and apply agree although time goes by between them: the clock is looked at when a certificate is read, and the plan
//! follows from what was found then.

use std::path::{Path, PathBuf};

use acceptance::Scenario;
use acceptance::cli::{Cli, Planned, Project};
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use testbed::debian;

use crate::trust_root;

const LEAF: &str = "secretzero_certificate.server";
const ROOT: &str = "secretzero_certificate_authority.root";

/// A certificate of a year: it is due from day 243 and 8 hours on.
const CONFIGURATION: &str = r#"
variable "note" {
  type    = string
  default = "Home"
}
resource "secretzero_certificate_authority" "root" {
  subject          = { common_name = "Root" }
  key              = { file = "FOLDER/root.key" }
  certificate_file = { path = "FOLDER/root.pem" }
}
resource "secretzero_certificate" "server" {
  issuer              = secretzero_certificate_authority.root.issuer
  dns_names           = ["localhost"]
  key                 = { file = "FOLDER/server.key", mode = MODE }
  certificate_file    = { path = "FOLDER/server.pem" }
  new_key_on_renewal  = REKEYS
}
"#;

#[test]
fn opentofu() -> Result<()> {
    renewals(Cli::OpenTofu)
}

#[test]
fn terraform() -> Result<()> {
    renewals(Cli::Terraform)
}

fn renewals(cli: Cli) -> Result<()> {
    let library = match library() {
        Ok(library) => library,
        Err(reason) => {
            println!("SKIPPED renewals with a moved clock on {cli}: {reason:#}");
            return Ok(());
        }
    };
    Scenario::run(&[cli.tool()], |scenario| {
        let stage = Stage::create(scenario, cli, library)?;
        stage.configure("0600", false)?;
        stage.project.init()?;
        stage.at(0).apply(&[])?;
        let issued = stage.at(0).look()?;

        // Well before the window, and just before it.
        stage.at(1).is_at_rest()?;
        stage.at(243).is_at_rest()?;

        // A plan from before the window, which changes something else, is applied in the window: it does what it says.
        stage.configure("0640", false)?;
        ensure!(stage.at(243).plan(&["-out=before.plan"])? == Planned::Changes, "the mode should change");
        stage.at(245).apply(&["before.plan"])?;
        ensure!(stage.at(243).look()?.serial == issued.serial, "a plan from before the window has renewed");

        // A plan from within the window is applied when the certificate has expired long since.
        ensure!(stage.at(245).plan(&["-out=within.plan"])? == Planned::Changes, "the certificate is due");
        stage.at(400).apply(&["within.plan"])?;
        let renewed = stage.at(400).look()?;
        ensure!(renewed.serial != issued.serial, "it was not renewed");
        ensure!(renewed.key_id == issued.key_id, "a renewal has changed the key");
        ensure!(renewed.not_after > issued.not_after, "it ends at {}, as before", renewed.not_after);
        stage.at(400).is_at_rest()?;

        // One command, which looks at the clock in its plan and again in its apply.
        stage.at(400 + 244).apply(&[])?;
        let again = stage.at(400 + 244).look()?;
        ensure!(again.serial != renewed.serial, "it was not renewed again");
        stage.at(400 + 244).is_at_rest()?;

        // From now on with a new key each time; and not before it is time.
        stage.configure("0640", true)?;
        stage.at(400 + 244).apply(&[])?;
        let told = stage.at(400 + 244).look()?;
        ensure!((&told.serial, &told.key_id) == (&again.serial, &again.key_id), "the setting alone has renewed it");
        stage.at(400 + 2 * 244).apply(&[])?;
        let rekeyed = stage.at(400 + 2 * 244).look()?;
        ensure!(rekeyed.serial != again.serial && rekeyed.key_id != again.key_id, "it was not renewed with a new key");
        stage.at(400 + 2 * 244).is_at_rest()?;

        // The root, which has lived for seven years, is renewed with its key. What it issued is issued in place, too, since
        // that has expired.
        let root = stage.at(400 + 2 * 244).root()?;
        stage.at(7 * 365).apply(&[])?;
        let successor = stage.at(7 * 365).root()?;
        ensure!(successor.serial != root.serial, "the root was not renewed");
        ensure!(successor.key_id == root.key_id, "the renewal of the root has changed its key");
        stage.at(7 * 365).is_at_rest()?;
        stage.at(7 * 365).destroy()
    })
}

/// Found on the machine, or unpacked from Debian's package into the cache.
pub(crate) fn library() -> Result<PathBuf> {
    let name = "faketime/libfaketime.so.1";
    let folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"];
    let installed = folders.map(|folder| Path::new(folder).join(name)).into_iter().find(|path| path.exists());
    match installed {
        Some(library) => Ok(library),
        None => debian::unpacked(
            "libfaketime",
            &format!("usr/lib/{}-linux-gnu/{name}", std::env::consts::ARCH),
            &Path::is_file,
        )
        .context("there is no libfaketime (Debian: apt-get install libfaketime)"),
    }
}

struct Stage {
    project: Project,
    folder: PathBuf,
    library: PathBuf,
}

/// A stage at a day after today.
struct Day<'a> {
    stage: &'a Stage,
    day: u32,
}

/// What a certificate is, in the state.
struct Found {
    serial: String,
    key_id: String,
    not_after: String,
}

impl Stage {
    fn create(scenario: &Scenario, cli: Cli, library: PathBuf) -> Result<Self> {
        let (project, folder) = trust_root::prepare(scenario, cli)?;
        Ok(Self { project, folder, library })
    }

    fn configure(&self, mode: &str, rekeys: bool) -> Result<()> {
        let text = CONFIGURATION.replace("FOLDER", &self.folder.display().to_string());
        self.project.configure(&text.replace("MODE", &format!("{mode:?}")).replace("REKEYS", &rekeys.to_string()))
    }

    fn at(&self, day: u32) -> Day<'_> {
        Day { stage: self, day }
    }
}

impl Day<'_> {
    /// Only the provider is a program of the C library; the CLIs are Go, and go on living today.
    fn run(&self, arguments: &[&str], accepted: &[i32]) -> Result<acceptance::cli::Finished> {
        let command = self.stage.project.command(arguments.iter().copied());
        let finished = command
            .env("LD_PRELOAD", &self.stage.library)
            .env("FAKETIME", format!("+{}d", self.day))
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("DONT_FAKE_MONOTONIC", "1")
            .run()?;
        if finished.status.code().is_some_and(|code| accepted.contains(&code)) {
            return Ok(finished);
        }
        finished.succeeded().with_context(|| format!("on day {}", self.day))
    }

    fn apply(&self, arguments: &[&str]) -> Result<()> {
        let command = ["apply", "-input=false", "-auto-approve"];
        self.run(&[&command, arguments].concat(), &[0]).map(drop)
    }

    fn plan(&self, arguments: &[&str]) -> Result<Planned> {
        let finished = self.run(&[&["plan", "-input=false", "-detailed-exitcode"], arguments].concat(), &[0, 2])?;
        Ok(if finished.status.code() == Some(0) { Planned::Nothing } else { Planned::Changes })
    }

    fn is_at_rest(&self) -> Result<()> {
        ensure!(self.plan(&[])? == Planned::Nothing, "on day {} the plan should be empty", self.day);
        Ok(())
    }

    fn destroy(&self) -> Result<()> {
        self.run(&["destroy", "-input=false", "-auto-approve"], &[0]).map(drop)
    }

    fn look(&self) -> Result<Found> {
        self.found(LEAF)
    }

    fn root(&self) -> Result<Found> {
        self.found(ROOT)
    }

    fn found(&self, address: &str) -> Result<Found> {
        let object = self.stage.project.resource(address)?.with_context(|| format!("{address} is not in the state"))?;
        let text = |name: &str| {
            let text = object.get(name).and_then(Value::as_str);
            text.map(str::to_owned).with_context(|| format!("{address} has no {name}"))
        };
        Ok(Found { serial: text("serial_number")?, key_id: text("key_id")?, not_after: text("not_after")? })
    }
}
