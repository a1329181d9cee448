//! Crates depend in one direction: the wire below, then what serves it, then the frameworks, then the products.
//!
//! Tests, examples and xtask may use everything.

use super::{
    Finding, manifests,
    tree::{SourceFile, Tree},
};

/// Each crate that is shipped, by its folder, with the crates of ours that it may use.
const LAYERS: &[(&str, &[&str])] = &[
    ("proto", &[]),
    ("crates/tf-value", &[]),
    ("crates/pki", &[]),
    ("crates/cluster-keys", &[]),
    ("crates/tf-framework-derive", &[]),
    ("crates/vault-client", &["cluster-keys"]),
    ("crates/go-plugin", &["plugin-proto"]),
    ("crates/tf-framework", &["plugin-proto", "go-plugin", "tf-framework-derive", "tf-value"]),
    ("crates/tf-testing", &["plugin-proto", "tf-framework", "tf-value"]),
    ("crates/vault-plugin-sdk", &["plugin-proto", "go-plugin"]),
    ("crates/kubevault", &["vault-client"]),
    ("provider", &["cluster-keys", "kubevault", "pki", "tf-framework", "tf-value", "vault-client"]),
    ("vault-plugin", &["kubevault", "vault-client", "vault-plugin-sdk"]),
    ("cli", &["cluster-keys", "kubevault", "pki", "vault-client"]),
];

/// Folders whose crates must stand in [`LAYERS`]; all others are tests, examples or tools.
const SHIPPED: &[&str] = &["proto/", "crates/", "provider/", "vault-plugin/", "cli/"];

/// Crates without I/O, and what would bring it.
const PURE: &[&str] = &["crates/cluster-keys", "crates/pki", "crates/tf-framework-derive", "crates/tf-value"];
const IMPURE: &[&str] = &["async-trait", "hyper", "hyper-util", "mio", "reqwest", "tokio", "tonic"];

/// Crates for strangers: nothing of this product is in them.
const FOR_STRANGERS: &[&str] = &[
    "crates/go-plugin/",
    "crates/tf-framework/",
    "crates/tf-framework-derive/",
    "crates/tf-testing/",
    "crates/tf-value/",
    "crates/vault-plugin-sdk/",
];
const PRODUCT: &[&str] = &["secretzero", "secret zero", "secret_zero", "recrypt"];

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let ours: Vec<&str> = manifests::members(tree).filter_map(package_name).collect();
    let mut findings = Vec::new();
    for manifest in manifests::members(tree) {
        findings.extend(direction(manifest, &ours));
        findings.extend(purity(manifest));
    }
    findings.extend(strangers(tree));
    findings
}

fn direction(manifest: &SourceFile, ours: &[&str]) -> Vec<Finding> {
    if !SHIPPED.iter().any(|folder| manifest.path.starts_with(folder)) {
        return Vec::new();
    }
    let folder = folder(manifest);
    let Some((_, allowed)) = LAYERS.iter().find(|(layer, _)| *layer == folder) else {
        return vec![Finding {
            file: manifest.path.clone(),
            line: 0,
            problem: "this crate has no place in the direction of dependencies".to_owned(),
            remedy: "Add it to LAYERS in xtask/src/tidy/layers.rs with the crates of ours that it may use",
        }];
    };
    let upwards = uses(manifest).into_iter().filter(|(_, name)| ours.contains(name) && !allowed.contains(name));
    upwards
        .map(|(line, name)| Finding {
            file: manifest.path.clone(),
            line,
            problem: format!("{folder} must not depend on {name}"),
            remedy: "Dependencies point one way (ARCHITECTURE.md); move the shared part down",
        })
        .collect()
}

fn purity(manifest: &SourceFile) -> Vec<Finding> {
    if !PURE.contains(&folder(manifest)) {
        return Vec::new();
    }
    let impure = uses(manifest).into_iter().filter(|(_, name)| IMPURE.contains(name));
    impure
        .map(|(line, name)| Finding {
            file: manifest.path.clone(),
            line,
            problem: format!("{name} brings I/O into a pure crate"),
            remedy: "Do the I/O in the caller",
        })
        .collect()
}

fn strangers(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files().iter().filter(|file| FOR_STRANGERS.iter().any(|folder| file.path.starts_with(folder))) {
        for (line, text) in file.lines() {
            let text = text.to_lowercase();
            if let Some(word) = PRODUCT.iter().find(|word| text.contains(**word)) {
                findings.push(Finding {
                    file: file.path.clone(),
                    line,
                    problem: format!("{word:?} in a crate that others may build on"),
                    remedy: "Say it without this product, or move it to the product's crate",
                });
            }
        }
    }
    findings
}

/// The names in `[dependencies]` and `[build-dependencies]`; a test may use what it likes.
fn uses(manifest: &SourceFile) -> Vec<(usize, &str)> {
    let lines = ["dependencies", "build-dependencies"].into_iter().flat_map(|name| manifests::section(manifest, name));
    lines.filter_map(|(line, text)| Some((line, text.split(['.', ' ', '=']).next()?))).collect()
}

fn folder(manifest: &SourceFile) -> &str {
    manifest.path.trim_end_matches("/Cargo.toml")
}

fn package_name(manifest: &SourceFile) -> Option<&str> {
    let name =
        manifests::section(manifest, "package").into_iter().find_map(|(_, line)| line.strip_prefix("name = \""))?;
    name.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    const GO_PLUGIN: (&str, &str) = (
        "crates/go-plugin/Cargo.toml",
        "[package]\nname = \"go-plugin\"\n[dependencies]\nplugin-proto.workspace = true\n",
    );

    fn problems(files: &[(&str, &str)]) -> Vec<String> {
        check(&Tree::of(files)).iter().map(Finding::to_string).collect()
    }

    #[test]
    fn the_wire_must_not_know_the_server() {
        let proto =
            ("proto/Cargo.toml", "[package]\nname = \"plugin-proto\"\n[dependencies]\ngo-plugin.workspace = true\n");
        let found = problems(&[proto, GO_PLUGIN]);
        assert_eq!(found.len(), 1);
        assert!(found.first().unwrap().starts_with("proto/Cargo.toml:4: proto must not depend on go-plugin"));
    }

    #[test]
    fn a_new_crate_must_find_its_place() {
        let found = problems(&[("crates/new/Cargo.toml", "[package]\nname = \"new\"\n"), GO_PLUGIN]);
        assert_eq!(found.len(), 1);
        assert!(found.first().unwrap().starts_with("crates/new/Cargo.toml: this crate has no place"));
    }

    #[test]
    fn pure_crates_do_no_io() {
        let found = problems(&[(
            "crates/pki/Cargo.toml",
            "[package]\nname = \"pki\"\n[dependencies]\ntokio.workspace = true\n",
        )]);
        assert_eq!(found.len(), 1);
        assert!(found.first().unwrap().starts_with("crates/pki/Cargo.toml:4: tokio brings I/O"));
    }

    #[test]
    fn frameworks_know_nothing_of_the_product() {
        let found = problems(&[
            ("crates/go-plugin/src/lib.rs", "//! One\n//! For Secret Zero.\n"),
            ("tests/a.rs", "secretzero"),
        ]);
        assert_eq!(found.len(), 1);
        assert!(found.first().unwrap().starts_with("crates/go-plugin/src/lib.rs:2: "));
    }
}
