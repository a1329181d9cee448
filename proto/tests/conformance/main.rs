//! Our `.proto` files agree with the originals in everything that is on the wire, in both directions.
//!
//! The originals are never in this repository. They are read from the Go modules that the test bed downloads, in the
//! versions that it pins; where a module is absent, the test of its packages prints one line that begins with `SKIPPED `, for
//! the runner to count, and fails under `SECRETZERO_REQUIRE=core`, which `cargo xtask test` sets.
//! Comments, order and the split into files are ours and are not compared.

mod wire;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver};

use crate::wire::{Difference, Kind, Part, Wire, compare, wire};

#[test]
fn tfplugin6() -> Result<()> {
    let ours = ["tfplugin6/provider.proto"];
    println!("\n{}", conform("tfplugin6", &ours, &OPENTOFU, &["docs/plugin-protocol/tfplugin6.10.proto"])?);
    Ok(())
}

#[test]
fn go_plugin() -> Result<()> {
    let ours = ["go_plugin/broker.proto", "go_plugin/controller.proto", "go_plugin/stdio.proto"];
    let originals = ["broker", "controller", "stdio"].map(|name| format!("internal/plugin/grpc_{name}.proto"));
    println!("\n{}", conform("plugin", &ours, &GO_PLUGIN, &originals)?);
    Ok(())
}

#[test]
fn vault_backend() -> Result<()> {
    let ours = ["vault/backend.proto", "vault/storage.proto", "vault/system_view.proto"];
    println!("\n{}", conform("pb", &ours, &OPENBAO_SDK, &["plugin/pb/backend.proto"])?);
    Ok(())
}

#[test]
fn vault_logical() -> Result<()> {
    let ours = ["vault/identity.proto", "vault/version.proto"];
    let originals = ["logical/identity.proto", "logical/plugin.proto", "logical/version.proto"];
    println!("\n{}", conform("logical", &ours, &OPENBAO_SDK, &originals)?);
    Ok(())
}

#[test]
fn vault_multiplexing() -> Result<()> {
    let ours = ["vault/multiplexing.proto"];
    let originals = ["helper/pluginutil/multiplexing.proto"];
    println!("\n{}", conform("pluginutil.multiplexing", &ours, &OPENBAO_SDK, &originals)?);
    Ok(())
}

/// HashiCorp Vault adds to this protocol, and has neither transactions nor pages in its storage. What it has in common
/// with OpenBao must mean the same, since one binary serves both.
#[test]
fn vault_backend_of_hashicorp() -> Result<()> {
    let ours = ["vault/backend.proto", "vault/storage.proto", "vault/system_view.proto"];
    let is_lacking = |part: &Part| {
        let storage = ["ListPage", "IsTransactional", "BeginReadOnlyTx", "BeginTx", "Commit", "Rollback"];
        // `pb.Storage.Commit` and `pb.StorageCommitTxArgs` alike.
        let name = part.name.trim_start_matches("pb.Storage").trim_start_matches('.');
        part.name.ends_with(".txn") || storage.iter().any(|call| name.starts_with(call))
    };
    println!("\n{}", get_along("pb", &ours, &HASHICORP_SDK, &["plugin/pb/backend.proto"], is_lacking)?);
    Ok(())
}

#[test]
fn vault_logical_of_hashicorp() -> Result<()> {
    let ours = ["vault/identity.proto", "vault/version.proto"];
    let originals = ["logical/identity.proto", "logical/plugin.proto", "logical/version.proto"];
    println!("\n{}", get_along("logical", &ours, &HASHICORP_SDK, &originals, |_| false)?);
    Ok(())
}

const OPENTOFU: GoModule = GoModule { path: "github.com/opentofu/opentofu", import_prefix: "", brought_by: "opentofu" };
const GO_PLUGIN: GoModule =
    GoModule { path: "github.com/hashicorp/go-plugin", import_prefix: "", brought_by: "opentofu" };
const OPENBAO_SDK: GoModule =
    GoModule { path: "github.com/openbao/openbao/sdk/v2", import_prefix: "sdk/", brought_by: "openbao" };
const HASHICORP_SDK: GoModule =
    GoModule { path: "github.com/hashicorp/vault/sdk", import_prefix: "sdk/", brought_by: "vault" };

/// A published Go module that holds originals.
struct GoModule {
    /// Its name, without the version.
    path: &'static str,
    /// How its files import each other, in front of the path inside the module.
    import_prefix: &'static str,
    /// The server of the test bed whose `go.mod` says the version, and whose build downloads it.
    brought_by: &'static str,
}

impl GoModule {
    /// Where it lies in the module cache: `path@version`.
    fn folder(&self) -> Result<String> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/testbed").join(self.brought_by).join("go.mod");
        let text = std::fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        let version =
            pinned(&text, self.path).with_context(|| format!("{} is not in {}", self.path, file.display()))?;
        Ok(format!("{}@{version}", self.path))
    }

    /// What is said about a package whose original is absent.
    fn skipped(&self, package: &str) -> Result<String> {
        let reason = format!(
            "{} is not in the Go module cache (`cargo xtask testbed build {}` brings it)",
            self.folder()?,
            self.brought_by
        );
        let must_be_there = std::env::var_os("SECRETZERO_REQUIRE").is_some_and(|value| value == "core");
        ensure!(!must_be_there, "package {package} can't be compared: {reason}");
        Ok(format!("SKIPPED conformance {package}: {reason}"))
    }
}

/// The version of a module in a `go.mod`; what replaces it has the last word.
fn pinned<'a>(go_mod: &'a str, module: &str) -> Option<&'a str> {
    let words = |line: &'a str| line.split_whitespace().collect::<Vec<_>>();
    let version = |line| match words(line)[..] {
        ["replace", from, "=>", _, version] | [from, "=>", _, version] if from == module => Some((1, version)),
        ["require", name, version, ..] | [name, version, ..] if name == module => Some((0, version)),
        _ => None,
    };
    go_mod.lines().filter_map(version).max_by_key(|(rank, _)| *rank).map(|(_, version)| version)
}

#[test]
fn replacements_have_the_last_word() {
    let go_mod = "require (\n\tone/sdk v1.0.0 // indirect\n\tone/sdkit v3.0.0\n)\nrequire two v2.0.0\n\
                  replace (\n\tone/sdk => one/sdk v1.1.0\n)\n";
    assert_eq!(pinned(go_mod, "one/sdk"), Some("v1.1.0"));
    assert_eq!(pinned(go_mod, "one/sdkit"), Some("v3.0.0"));
    assert_eq!(pinned(go_mod, "two"), Some("v2.0.0"));
    assert_eq!(pinned(go_mod, "three"), None);
}

/// Compares one package and says how much of it there was, or why it was skipped.
fn conform(package: &str, ours: &[&str], module: &GoModule, originals: &[impl AsRef<Path>]) -> Result<String> {
    let Some(original) = original(package, module, originals)? else { return module.skipped(package) };
    let ours = our_own(package, ours)?;
    refuse(package, module, &compare(&ours, &original))?;

    let count = |kind| ours.keys().filter(|part| part.kind == kind).count();
    let [messages, fields, methods] = [Kind::Message, Kind::Field, Kind::Method].map(count);
    ensure!(messages > 0, "package {package} is empty on both sides");
    Ok(format!("package {package} conforms: {messages} messages, {fields} fields, {methods} methods compared"))
}

/// Compares one package with a relative of its original, which may have more, and lacks these parts alone.
fn get_along(
    package: &str,
    ours: &[&str],
    module: &GoModule,
    originals: &[impl AsRef<Path>],
    is_lacking: fn(&Part) -> bool,
) -> Result<String> {
    let Some(original) = original(package, module, originals)? else { return module.skipped(package) };
    let (mut more, mut lacking) = (0, 0);
    let mut differences = compare(&our_own(package, ours)?, &original);
    differences.retain(|difference| match difference {
        Difference::Missing(_) => {
            more += 1;
            false
        }
        Difference::Extra(part) if is_lacking(part) => {
            lacking += 1;
            false
        }
        _ => true,
    });
    refuse(package, module, &differences)?;
    Ok(format!(
        "package {package} gets along with {}, which has {more} parts more and lacks {lacking}",
        module.folder()?
    ))
}

fn refuse(package: &str, module: &GoModule, differences: &[Difference]) -> Result<()> {
    let list: Vec<_> = differences.iter().map(ToString::to_string).collect();
    ensure!(list.is_empty(), "package {package} is not what {} says:\n  {}", module.folder()?, list.join("\n  "));
    Ok(())
}

fn our_own(package: &str, files: &[&str]) -> Result<Wire> {
    let mut compiler = protox::Compiler::new([env!("CARGO_MANIFEST_DIR")])?;
    Ok(wire(package, &compiler.include_imports(true).open_files(files)?.file_descriptor_set().file))
}

/// Reads the original, or says that the module is not here.
fn original(package: &str, module: &GoModule, files: &[impl AsRef<Path>]) -> Result<Option<Wire>> {
    let root = module_cache()?.join(module.folder()?);
    if !root.is_dir() {
        return Ok(None);
    }
    let files: Vec<_> = files.iter().map(|file| root.join(file)).collect();
    let mut resolver = ChainFileResolver::new();
    resolver.add(ModuleFiles { root, import_prefix: module.import_prefix });
    resolver.add(GoogleFileResolver::new());
    let mut compiler = protox::Compiler::with_file_resolver(resolver);
    Ok(Some(wire(package, &compiler.include_imports(true).open_files(files)?.file_descriptor_set().file)))
}

/// Where Go keeps downloaded modules: as Go is told, else where the test bed tells it to.
fn module_cache() -> Result<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = set("GOMODCACHE") {
        return Ok(folder);
    }
    let caches = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")));
    Ok(caches.context("neither GOMODCACHE nor XDG_CACHE_HOME nor HOME is set")?.join("secretzero/go/mod"))
}

/// Finds the files of a Go module by the names under which they import each other.
struct ModuleFiles {
    root: PathBuf,
    import_prefix: &'static str,
}

impl FileResolver for ModuleFiles {
    fn resolve_path(&self, path: &Path) -> Option<String> {
        Some(format!("{}{}", self.import_prefix, path.strip_prefix(&self.root).ok()?.to_str()?))
    }

    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        let inside = name.strip_prefix(self.import_prefix).ok_or_else(|| protox::Error::file_not_found(name))?;
        File::open(name, &self.root.join(inside))
    }
}
