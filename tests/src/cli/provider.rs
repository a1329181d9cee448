//! The provider under test: built by cargo, named and versioned as a CLI will find it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, bail};

use crate::cli::Cli;
use crate::run_folder::{run_folder, subfolder};

/// A provider with its address, version and program.
#[derive(Clone, Debug)]
pub struct Provider {
    namespace: String,
    name: String,
    version: String,
    binary: PathBuf,
}

impl Provider {
    /// `source` is the address without its host: `secretzero/null`. `version` has no leading `v`.
    ///
    /// # Errors
    /// If `source` does not consist of a namespace and a name.
    pub fn new(source: &str, version: &str, binary: impl Into<PathBuf>) -> Result<Self> {
        let Some((namespace, name)) = source.split_once('/').filter(|(_, name)| !name.contains('/')) else {
            bail!("{source:?} is not of the form namespace/name");
        };
        let (namespace, name, version) = (namespace.to_owned(), name.to_owned(), version.to_owned());
        Ok(Self { namespace, name, version, binary: binary.into() })
    }

    /// Address without the host.
    pub fn source(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    /// The name that a configuration gives it if it has no reason to choose another.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Version without a leading `v`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The program that was put in, not the copies that the CLIs run.
    pub fn binary(&self) -> &Path {
        &self.binary
    }

    /// Where its program lies in a mirror in which packages are unpacked.
    pub(crate) fn path_in_mirror(&self, cli: Cli) -> PathBuf {
        let Self { namespace, name, version, .. } = self;
        [cli.registry(), namespace, name, version, &platform(), &format!("terraform-provider-{name}_v{version}")]
            .iter()
            .collect()
    }

    /// Puts it into a mirror, in place of what was there under the same version.
    ///
    /// The new file is another one with the same name, since the old one may be running.
    pub(crate) fn install(&self, mirror: &Path, cli: Cli) -> Result<()> {
        let target = mirror.join(self.path_in_mirror(cli));
        let folder = target.parent().context("a path in a mirror has a folder")?;
        fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
        let new = target.with_added_extension("new");
        // A link costs nothing; across file systems there is none.
        fs::hard_link(&self.binary, &new)
            .or_else(|_| copy(&self.binary, &new))
            .and_then(|()| fs::rename(&new, &target))
            .with_context(|| format!("installing {} as {}", self.binary.display(), target.display()))
    }
}

/// Builds a program of this workspace, once per process, and returns a copy that later builds don't touch.
///
/// Cargo tells a program only about those of its own package, so the others are built here, with the same profile and
/// into the same target folder as the running program.
///
/// # Errors
/// If it does not compile, or is not where cargo puts programs.
pub fn workspace_binary(binary: &str) -> Result<PathBuf> {
    static BUILT: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());

    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(program) = built.get(binary) {
        return Ok(program.clone());
    }
    // An error is not kept: it may be one of the moment, and cargo is quick with what does not compile.
    let program = build(binary)?;
    built.insert(binary.to_owned(), program.clone());
    Ok(program)
}

fn build(binary: &str) -> Result<PathBuf> {
    let running = std::env::current_exe().context("asking for the path of the running program")?;
    // <target>/<profile>/deps/<test>-<hash>, or <target>/<profile>/<program>
    let output = running
        .ancestors()
        .skip(1)
        .find(|folder| folder.file_name().is_some_and(|name| name != "deps"))
        .context("the running program does not lie in a target folder")?;
    let target = output.parent().context("the output folder does not lie in a target folder")?;
    let profile = match output.file_name().and_then(|name| name.to_str()) {
        // The one profile whose folder has another name.
        Some("debug") => "dev",
        Some(profile) => profile,
        None => bail!("the folder of the profile, {}, is not UTF-8", output.display()),
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let result = Command::new(cargo)
        // The same selection as `cargo xtask test`, so that no dependency is compiled again with other features.
        .args(["build", "--quiet", "--workspace", "--all-features", "--bin", binary])
        .args(["--profile", profile, "--target-dir"])
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::null())
        .output()
        .context("running cargo")?;
    if !result.status.success() {
        bail!("building {binary} failed ({}):\n{}", result.status, String::from_utf8_lossy(&result.stderr));
    }
    let copied = subfolder(run_folder()?, "build")?.join(binary);
    copy(&output.join(binary), &copied).with_context(|| format!("copying {binary} out of {}", output.display()))?;
    Ok(copied)
}

/// Copies a program without ever having it open for writing in this process.
///
/// Another thread may start a child at any moment. For an instant the child would have the file open too, and the system
/// does not run files that are being written.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    let result = Command::new("cp").arg("--").args([from, to]).stdin(Stdio::null()).output()?;
    if result.status.success() {
        Ok(())
    } else {
        Err(std::io::Error::other(String::from_utf8_lossy(&result.stderr).trim().to_owned()))
    }
}

/// This machine in the words of Go.
fn platform() -> String {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{system}_{architecture}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_in_a_mirror_is_the_one_that_the_clis_look_at() {
        let provider = Provider::new("secretzero/null", "1.2.3", "/bin/true").unwrap();
        let path = provider.path_in_mirror(Cli::Terraform);
        let platform = platform();
        assert_eq!(
            path.to_str().unwrap(),
            format!("registry.terraform.io/secretzero/null/1.2.3/{platform}/terraform-provider-null_v1.2.3")
        );
    }

    #[test]
    fn a_source_is_a_namespace_and_a_name() {
        for source in ["null", "registry.terraform.io/secretzero/null"] {
            Provider::new(source, "1.0.0", "/bin/true").unwrap_err();
        }
    }
}
