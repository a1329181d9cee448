//! The committed bindings are what the `.proto` files say.
//!
//! Committing them keeps the code generator, and everything it depends on, out of a build of the product: a release is
//! built from files that were read. The price is that they can go stale, and this test is the payment.
//! `BLESS=1` writes the files instead of comparing them; `cargo xtask proto` runs the test that way.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

const HEADER: &str = "// @generated, run `cargo xtask proto`\n";

/// Protobuf package, and the file under `src/gen` that holds its bindings.
const BINDINGS: &[(&str, &str)] = &[
    ("tfplugin6", "tfplugin6.rs"),
    ("plugin", "go_plugin.rs"),
    ("pb", "pb.rs"),
    ("logical", "logical.rs"),
    ("pluginutil.multiplexing", "multiplexing.rs"),
    ("conformance.v1", "conformance.rs"),
];

/// Clients of services that only a host calls. A plugin is built without them; tests ask for the feature.
const HOST_ONLY_CLIENTS: &[&str] =
    &["provider_client", "backend_client", "plugin_version_client", "plugin_multiplexing_client"];

#[test]
fn committed_bindings_match_the_proto_files() -> Result<()> {
    let fresh = tempfile::tempdir()?;
    generate(fresh.path())?;

    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/gen");
    let bless = std::env::var_os("BLESS").is_some();
    let mut gated = 0;
    let mut stale = Vec::new();
    for (package, file) in BINDINGS {
        let code = fs::read_to_string(fresh.path().join(format!("{package}.rs")))
            .with_context(|| format!("reading the fresh bindings of package {package}"))?;
        let (code, clients) = gate_host_only_clients(&code);
        gated += clients;
        let code = format!("{HEADER}{code}");
        let path = committed.join(file);
        if bless {
            fs::write(&path, code).with_context(|| format!("writing {}", path.display()))?;
        } else if fs::read_to_string(&path).unwrap_or_default() != code {
            stale.push(*file);
        }
    }
    ensure!(
        gated == HOST_ONLY_CLIENTS.len(),
        "{gated} clients were put behind the feature `client`: a service was renamed"
    );
    ensure!(
        stale.is_empty(),
        "{} in proto/src/gen is not what the .proto files say: run `cargo xtask proto`",
        stale.join(", ")
    );
    Ok(())
}

fn generate(out: &Path) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut compiler = protox::Compiler::new([root])?;
    compiler.include_imports(true).include_source_info(true).open_files(proto_files(root)?)?;
    let descriptors = compiler.file_descriptor_set();

    // `UInt32Value` is `u32` in prost. `with_extended_rust_types` says so too, but only where protoc parses.
    tonic_prost_build::NON_PATH_TYPE_ALLOWLIST.set(&["()", "u32"]);
    tonic_prost_build::configure()
        // A plugin is dialled over a socket that it opened itself, never by URL.
        .build_transport(false)
        // Sorted maps: the same schema is the same bytes on every run.
        .btree_map(".")
        // States and plans are megabytes: a `Bytes` is a view of the received buffer, a `Vec` would be a copy.
        .bytes(".tfplugin6")
        .out_dir(out)
        .compile_fds(descriptors)?;
    Ok(())
}

/// Every `.proto` file in the folders of this crate, in the order of their names.
fn proto_files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for folder in fs::read_dir(root)?.collect::<Result<Vec<_>, _>>()? {
        if folder.file_type()?.is_dir() {
            for file in fs::read_dir(folder.path())? {
                files.push(file?.path());
            }
        }
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "proto"));
    files.sort();
    Ok(files)
}

/// Puts the clients that only hosts and tests need behind the cargo feature, and says how many there were.
/// The generator takes attributes per package, and package `pb` has clients of both kinds.
fn gate_host_only_clients(code: &str) -> (String, usize) {
    let mut code = code.to_owned();
    let mut count = 0;
    for client in HOST_ONLY_CLIENTS {
        let module = format!("pub mod {client} {{");
        count += code.matches(&module).count();
        code = code.replace(&module, &format!("#[cfg(feature = \"client\")]\n{module}"));
    }
    (code, count)
}
