//! systemd accepts the units, without a word.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use acceptance::Scenario;
use acceptance::cli::Cli;
use anyhow::{Context as _, Result, bail, ensure};
use testbed::debian;

use crate::trust_root;

/// `systemd-analyze`, and where it finds its libraries and the targets that units refer to.
struct Analyze {
    program: PathBuf,
    libraries: PathBuf,
    units: PathBuf,
}

/// A server with its units. Vault keeps its memory from being swapped out here, since nobody says otherwise.
const UNITS: &str = r#"
resource "secretzero_server_config" "PRODUCT" {
  directory = "FOLDER"
  settings {
    product = "PRODUCT"
    storage {
      file {
        path = "/data"
      }
    }
    listener {
      socket = "/run/api.sock"
    }
  }
  systemd {
    directory = "FOLDER"
    server {
      binary = "PROGRAM"
      SERVER
    }
    unseal {
      binary     = "PROGRAM"
      addresses  = ["https://127.0.0.1:8200"]
      keys_files = ["/etc/keys/100%.json", "/etc/keys/b.json"]
      UNSEAL
    }
  }
}
"#;

#[test]
fn units_are_verified() -> Result<()> {
    let analyze = match Analyze::find() {
        Ok(analyze) => analyze,
        Err(reason) => {
            println!("SKIPPED units before systemd: {reason:#}");
            return Ok(());
        }
    };
    Scenario::run(&[Cli::OpenTofu.tool()], |scenario| {
        let (project, folder) = trust_root::prepare(scenario, Cli::OpenTofu)?;
        // What is to be started must be there.
        let program = std::env::current_exe()?;
        let program = program.to_str().context("a strange path")?;
        let folder = folder.to_str().context("a strange path")?;
        let unit = |product: &str, server: &str, unseal: &str| {
            let words = [("PRODUCT", product), ("SERVER", server), ("UNSEAL", unseal)];
            let words = words.into_iter().chain([("FOLDER", folder), ("PROGRAM", program)]);
            words.fold(UNITS.to_owned(), |text, (word, meant)| text.replace(word, meant))
        };
        let openbao = unit("openbao", "", "");
        let vault = unit(
            "vault",
            "user = \"root\"\n      group = \"root\"",
            "user = \"root\"\n      keys_files_are_encrypted = true",
        );
        project.configure(&(openbao + &vault))?;
        project.init()?;
        project.apply(&[])?;
        for name in ["openbao", "openbao-unseal", "vault", "vault-unseal"] {
            let told = analyze.verify(folder.as_ref(), &format!("{name}.service"))?;
            ensure!(told.is_empty(), "systemd says of {name}.service: {told}");
        }
        let text = fs::read_to_string(Path::new(folder).join("vault.service"))?;
        ensure!(text.contains("LimitMEMLOCK=infinity"), "{text}");
        // A word that it does not know, it speaks of.
        fs::write(Path::new(folder).join("wrong.service"), text.replace("ProtectHome=", "ProtectHouse="))?;
        let told = analyze.verify(folder.as_ref(), "wrong.service")?;
        ensure!(told.contains("ProtectHouse"), "systemd took a wrong unit: {told:?}");
        Ok(())
    })
}

impl Analyze {
    fn find() -> Result<Self> {
        let nothing = PathBuf::new;
        let installed = Self { program: "systemd-analyze".into(), libraries: nothing(), units: nothing() };
        if installed.works() {
            return Ok(installed);
        }
        let libraries = format!("usr/lib/{}-linux-gnu/systemd", std::env::consts::ARCH);
        let libraries = debian::unpacked("libsystemd-shared", &libraries, &Path::is_dir)?;
        let program = debian::unpacked("systemd", "usr/bin/systemd-analyze", &Path::is_file)?;
        let units = program.ancestors().nth(3).context("the package lies nowhere")?.join("lib/systemd/system");
        let unpacked = Self { program, libraries, units };
        if !unpacked.works() {
            bail!("systemd-analyze of the package systemd does not run here");
        }
        Ok(unpacked)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.stdin(Stdio::null()).env("LD_LIBRARY_PATH", &self.libraries);
        command
    }

    fn works(&self) -> bool {
        self.command().arg("--version").output().is_ok_and(|output| output.status.success())
    }

    /// What it says of a unit. It succeeds also if it has understood little of it.
    fn verify(&self, folder: &Path, unit: &str) -> Result<String> {
        // An empty folder at the end stands for those that it looks into by itself.
        let path = format!("{}:{}", folder.display(), self.units.display());
        let mut command = self.command();
        command.env("SYSTEMD_UNIT_PATH", path).args(["verify", "--man=no"]).arg(folder.join(unit));
        let output = command.output().context("running systemd-analyze")?;
        let told = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        ensure!(output.status.success() || !told.is_empty(), "systemd-analyze failed without a word");
        Ok(told)
    }
}
