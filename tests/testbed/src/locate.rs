//! Finding a tool, and saying what to do when it is not there.

use std::{
    env, fmt, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::json;
use thiserror::Error;

use crate::{
    postgres,
    recipe::{Class, RECIPES, Recipe},
    toolchain,
};

/// The name of an environment variable: with the value `1`, a program on PATH is preferred to the one in the cache.
pub const USE_PATH: &str = "SECRETZERO_USE_PATH";
/// With the value `core`, a test whose core tool is missing must fail instead of being skipped.
const REQUIRE: &str = "SECRETZERO_REQUIRE";
/// The file to which [`Binary::started`] appends one JSON object per line.
const SERVERS_LOG: &str = "SECRETZERO_SERVERS_LOG";

/// A server or command line tool that tests use.
///
/// Tests that need an extended tool lie in a module of the name [`Tool::test_word`], so that `cargo xtask test` can run them
/// after a late build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tool {
    /// Our own small program that prints values as the real go-cty encodes them.
    CtyVectors,
    /// dex, an OIDC issuer.
    Dex,
    /// etcd, the storage of the Kubernetes API server.
    Etcd,
    /// Our own small host on the published go-plugin module.
    GoPluginHost,
    /// The Kubernetes API server.
    KubeApiserver,
    /// The Kubernetes controllers.
    KubeControllerManager,
    /// The Kubernetes command line.
    Kubectl,
    /// OpenBao: server and command line `bao`.
    OpenBao,
    /// OpenTofu: `tofu`.
    OpenTofu,
    /// PostgreSQL: the program `postgres`; `initdb` and `psql` lie in the same folder.
    Postgres,
    /// HashiCorp Terraform.
    Terraform,
    /// The peer provider, as yardstick and migration source.
    TerraformProviderVault,
    /// HashiCorp Vault: server and command line.
    Vault,
    /// Our own small host that plays OpenBao for a secrets engine, also when it is broken.
    SecretsEngineHost,
    /// Our own small secrets engine on the Go SDK, as yardstick.
    SecretsEngineInGo,
    /// Our own small program that judges certificates with Go's crypto/x509.
    X509Judge,
}

/// A tool that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Binary {
    /// Which one it is.
    pub tool: Tool,
    /// Absolute path of the program.
    pub path: PathBuf,
    /// The version that the program itself reports, without a leading `v`; that of its recipe if it reports none.
    pub version: String,
}

/// A tool that was not found. The text names it, why it is missing and what to do.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{} is missing: {reason}. {}", .tool.name(), remedy(*.tool, .reason))]
#[non_exhaustive]
pub struct Missing {
    /// Which one it is.
    pub tool: Tool,
    /// Why it was not found.
    pub reason: Reason,
}

/// Why a tool was not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// There is no `go`, so neither the right build can be told nor a new one made.
    NoGo,
    /// There is no build of the current recipe and Go version in the cache.
    NotBuilt,
    /// It is not on PATH, and it is never built here.
    NotOnPath,
    /// It is on PATH, but not with all the programs that the tests run beside it.
    Incomplete,
}

impl Tool {
    /// Every tool, in the order of the table that `cargo xtask test` prints.
    pub const ALL: &'static [Self] = &[
        Self::OpenTofu,
        Self::Terraform,
        Self::OpenBao,
        Self::Vault,
        Self::Etcd,
        Self::KubeApiserver,
        Self::KubeControllerManager,
        Self::Kubectl,
        Self::GoPluginHost,
        Self::CtyVectors,
        Self::X509Judge,
        Self::SecretsEngineHost,
        Self::SecretsEngineInGo,
        Self::Postgres,
        Self::Dex,
        Self::TerraformProviderVault,
    ];

    /// Looks for the tool: on PATH first if `SECRETZERO_USE_PATH=1`, then in the cache under the current key; Terraform and
    /// PostgreSQL only on PATH (and where Debian puts PostgreSQL).
    ///
    /// # Errors
    /// [`Missing`], whose text is written for a person.
    pub fn find(self) -> Result<Binary, Missing> {
        let missing = |reason| Missing { tool: self, reason };
        let Some(recipe) = self.recipe() else {
            let path = self.on_path().ok_or_else(|| missing(self.reason_off_path()))?;
            return Ok(self.ask_version(path, ""));
        };
        if env::var_os(USE_PATH).is_some_and(|value| value == "1")
            && let Some(path) = self.on_path()
        {
            return Ok(self.ask_version(path, recipe.version));
        }
        if toolchain::version_line().is_none() {
            return Err(missing(Reason::NoGo));
        }
        let path = recipe.folder().ok_or(missing(Reason::NotBuilt))?.join(self.program());
        if !path.is_file() {
            return Err(missing(Reason::NotBuilt));
        }
        // The builder asked already, and asking the larger programs takes a second.
        match fs::read_to_string(version_file(&path)) {
            Ok(version) => Ok(Binary { tool: self, path, version }),
            Err(_) => Ok(self.ask_version(path, recipe.version)),
        }
    }

    /// The name by which people know it: `openbao`, `kube-apiserver`.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenBao => "openbao",
            Self::OpenTofu => "opentofu",
            Self::CtyVectors
            | Self::Dex
            | Self::Etcd
            | Self::GoPluginHost
            | Self::KubeApiserver
            | Self::KubeControllerManager
            | Self::Kubectl
            | Self::Postgres
            | Self::SecretsEngineHost
            | Self::SecretsEngineInGo
            | Self::Terraform
            | Self::TerraformProviderVault
            | Self::Vault
            | Self::X509Judge => self.program(),
        }
    }

    /// The file name of the program: `bao`, `kube-apiserver`.
    pub fn program(self) -> &'static str {
        match self {
            Self::CtyVectors => "cty-vectors",
            Self::Dex => "dex",
            Self::Etcd => "etcd",
            Self::GoPluginHost => "go-plugin-host",
            Self::KubeApiserver => "kube-apiserver",
            Self::KubeControllerManager => "kube-controller-manager",
            Self::Kubectl => "kubectl",
            Self::OpenBao => "bao",
            Self::OpenTofu => "tofu",
            Self::Postgres => "postgres",
            Self::SecretsEngineHost => "secrets-engine-host",
            Self::SecretsEngineInGo => "secrets-engine-in-go",
            Self::Terraform => "terraform",
            Self::TerraformProviderVault => "terraform-provider-vault",
            Self::Vault => "vault",
            Self::X509Judge => "x509-judge",
        }
    }

    /// Whether the tests can do without it.
    pub fn class(self) -> Class {
        self.recipe().map_or(Class::FromPath, |recipe| recipe.class)
    }

    /// How it is built; `None` for what only comes from PATH.
    pub fn recipe(self) -> Option<&'static Recipe> {
        RECIPES.iter().find(|recipe| recipe.programs.iter().any(|program| program.binary == self.program()))
    }

    /// The module in which each test that needs this tool lies, at any depth: its name with underscores (`dex`,
    /// `terraform_provider_vault`).
    pub fn test_word(self) -> String {
        self.name().replace('-', "_")
    }

    fn on_path(self) -> Option<PathBuf> {
        let path = env::var_os("PATH").unwrap_or_default();
        let found = env::split_paths(&path).find(|folder| self.is_in(folder));
        let found = match self {
            Self::Postgres => found.or_else(|| postgres::newest_of_debian(Path::new("/usr/lib/postgresql"))),
            Self::CtyVectors
            | Self::Dex
            | Self::Etcd
            | Self::GoPluginHost
            | Self::KubeApiserver
            | Self::KubeControllerManager
            | Self::Kubectl
            | Self::OpenBao
            | Self::OpenTofu
            | Self::SecretsEngineHost
            | Self::SecretsEngineInGo
            | Self::Terraform
            | Self::TerraformProviderVault
            | Self::Vault
            | Self::X509Judge => found,
        };
        found.map(|folder| folder.join(self.program()))
    }

    fn reason_off_path(self) -> Reason {
        let path = env::var_os("PATH").unwrap_or_default();
        let is_there = env::split_paths(&path).any(|folder| folder.join(self.program()).is_file());
        if is_there { Reason::Incomplete } else { Reason::NotOnPath }
    }

    fn is_in(self, folder: &Path) -> bool {
        if self == Self::Postgres { postgres::is_in(folder) } else { folder.join(self.program()).is_file() }
    }

    fn ask_version(self, path: PathBuf, otherwise: &str) -> Binary {
        let version = reported_version(&path, self.version_arguments()).unwrap_or_else(|| otherwise.to_owned());
        Binary { tool: self, path, version }
    }

    /// How to make the program print its version and exit; empty if it can't.
    pub(crate) fn version_arguments(self) -> &'static [&'static str] {
        match self {
            Self::Etcd | Self::KubeApiserver | Self::KubeControllerManager | Self::Postgres => &["--version"],
            Self::Kubectl => &["version", "--client"],
            Self::Dex | Self::OpenBao | Self::OpenTofu | Self::Terraform | Self::Vault => &["version"],
            Self::CtyVectors
            | Self::GoPluginHost
            | Self::SecretsEngineHost
            | Self::SecretsEngineInGo
            | Self::TerraformProviderVault
            | Self::X509Judge => &[],
        }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Binary {
    /// Records that a test really started the tool, for the table at the end of `cargo xtask test`. Does nothing outside
    /// of it.
    pub fn started(&self) {
        let Some(log) = env::var_os(SERVERS_LOG) else { return };
        let line = format!("{}\n", json!({ "tool": self.tool.name(), "version": self.version, "path": self.path }));
        // One write of a short line in append mode: lines of tests that run at the same time do not mix. A log that can't
        // be written shows as "not run" in the table, which is no reason to fail the test.
        if let Ok(mut file) = fs::File::options().create(true).append(true).open(log) {
            let _ = file.write_all(line.as_bytes());
        }
    }
}

impl Missing {
    /// Whether a test has to fail because of it, rather than print `SKIPPED` and end: true for a core tool under
    /// `SECRETZERO_REQUIRE=core`, which `cargo xtask test` sets.
    pub fn must_fail(&self) -> bool {
        self.tool.class() == Class::Core && env::var_os(REQUIRE).is_some_and(|value| value == "core")
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoGo => "there is no `go` on PATH",
            Self::NotBuilt => "the cache has no build of the current recipe",
            Self::NotOnPath => "it is not on PATH",
            Self::Incomplete => "what belongs to it does not lie beside it",
        })
    }
}

/// Where the builder leaves the version that a program reported.
pub(crate) fn version_file(program: &Path) -> PathBuf {
    program.with_added_extension("version")
}

/// The first word of the program's output that looks like a version, without a leading `v`.
pub(crate) fn reported_version(program: &Path, arguments: &[&str]) -> Option<String> {
    if arguments.is_empty() {
        return None;
    }
    let output = Command::new(program)
        .args(arguments)
        .env("CHECKPOINT_DISABLE", "1")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    first_version(&String::from_utf8_lossy(&output.stdout))
}

fn first_version(text: &str) -> Option<String> {
    text.split_whitespace()
        .map(|word| word.strip_prefix('v').unwrap_or(word).trim_end_matches(','))
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()) && word.contains('.'))
        .map(str::to_owned)
}

fn remedy(tool: Tool, reason: &Reason) -> String {
    match (tool, reason, tool.recipe()) {
        (Tool::Postgres, ..) => "Install PostgreSQL 13 or newer, with initdb and psql in the same folder \
                                 (Debian: apt-get install postgresql)"
            .to_owned(),
        (_, Reason::NoGo, _) => "Install Go 1.26.6 or newer and put it on PATH".to_owned(),
        (_, Reason::NotBuilt | Reason::NotOnPath | Reason::Incomplete, Some(recipe)) => {
            format!("Build it with `cargo xtask testbed build {}`", recipe.name)
        }
        (_, Reason::NotBuilt | Reason::NotOnPath | Reason::Incomplete, None) => {
            format!("Install {tool} 1.11 or newer and put it on PATH")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lists_every_tool_once() {
        let mut tools = Tool::ALL.to_vec();
        tools.sort();
        tools.dedup();
        assert_eq!(tools.len(), Tool::ALL.len());
        let built: usize = RECIPES.iter().map(|recipe| recipe.programs.len()).sum();
        assert_eq!(tools.iter().filter(|tool| tool.recipe().is_some()).count(), built);
    }

    #[test]
    fn a_missing_tool_names_itself_the_reason_and_the_remedy() {
        let text = Missing { tool: Tool::OpenBao, reason: Reason::NotBuilt }.to_string();
        assert!(text.contains("openbao") && text.contains("cargo xtask testbed build openbao"), "{text}");
        let text = Missing { tool: Tool::Kubectl, reason: Reason::NotBuilt }.to_string();
        assert!(text.contains("kubectl") && text.contains("cargo xtask testbed build kubernetes"), "{text}");
        let text = Missing { tool: Tool::Terraform, reason: Reason::NotOnPath }.to_string();
        assert!(text.contains("Install terraform") && !text.contains("testbed build"), "{text}");
        let text = Missing { tool: Tool::Postgres, reason: Reason::NotOnPath }.to_string();
        assert!(text.contains("psql") && text.contains("apt-get install postgresql"), "{text}");
    }

    #[test]
    fn versions_are_read_from_what_the_programs_print() {
        let cases = [
            ("etcd Version: 3.6.14\nGit SHA: Not provided\nGo Version: go1.26.8\n", Some("3.6.14")),
            ("Kubernetes v1.36.3\n", Some("1.36.3")),
            ("Client Version: v1.36.3\nKustomize Version: v5.8.0\n", Some("1.36.3")),
            ("OpenBao v2.4.0, built 2025-08-28\n", Some("2.4.0")),
            ("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n", Some("15.14")),
            ("Dex Version: master\nGo Version: go1.26.8\nGo OS/ARCH: linux amd64\n", None),
        ];
        for (text, version) in cases {
            assert_eq!(first_version(text).as_deref(), version, "{text}");
        }
    }
}
