//! Every member says nothing that the workspace says: edition, licence, lints, versions of dependencies.

use super::{
    Finding,
    tree::{SourceFile, Tree},
};

const PACKAGE_KEYS: &[&str] = &["version", "edition", "rust-version", "license", "publish"];

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    members(tree).flat_map(|manifest| inherits(manifest).into_iter().chain(dependencies(manifest))).collect()
}

/// The manifests of the members: every `Cargo.toml` below the root, except that of the fuzz targets, which are outside of the
/// workspace because their flags must not leak into it.
pub(crate) fn members(tree: &Tree) -> impl Iterator<Item = &SourceFile> {
    tree.files().iter().filter(|file| file.path.ends_with("/Cargo.toml") && !file.path.starts_with("fuzz/"))
}

/// The lines of a section (`[dependencies]`), with their numbers.
pub(crate) fn section<'a>(manifest: &'a SourceFile, name: &str) -> Vec<(usize, &'a str)> {
    let heading = format!("[{name}]");
    manifest
        .lines()
        .skip_while(|(_, line)| line.trim() != heading)
        .skip(1)
        .take_while(|(_, line)| !line.starts_with('['))
        .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
        .collect()
}

fn inherits(manifest: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut report = |problem: String, remedy| {
        findings.push(Finding { file: manifest.path.clone(), line: 0, problem, remedy });
    };
    let package = section(manifest, "package");
    for key in PACKAGE_KEYS {
        let wanted = format!("{key}.workspace = true");
        if !package.iter().any(|(_, line)| *line == wanted) {
            report(
                format!("`{key}` is not inherited"),
                "Write `KEY.workspace = true` for each of the shared package keys",
            );
        }
    }
    if !section(manifest, "lints").iter().any(|(_, line)| *line == "workspace = true") {
        report("the lints are not inherited".to_owned(), "Add `[lints]` with `workspace = true`");
    }
    findings
}

fn dependencies(manifest: &SourceFile) -> Vec<Finding> {
    let sections = ["dependencies", "dev-dependencies", "build-dependencies"];
    let lines = sections.iter().flat_map(|name| section(manifest, name));
    // The continuation of a list over several lines has no name before an equals sign.
    let entries = lines.filter(|(_, line)| line.starts_with(|c: char| c.is_ascii_alphabetic()) && line.contains('='));
    entries
        .filter(|(_, line)| !line.contains("workspace = true"))
        .map(|(line, text)| Finding {
            file: manifest.path.clone(),
            line,
            problem: format!("`{text}` chooses its own version"),
            remedy: "Put the version into [workspace.dependencies] and write `NAME.workspace = true` here",
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[package]\nname = \"a\"\nversion.workspace = true\nedition.workspace = true\n\
                        rust-version.workspace = true\nlicense.workspace = true\npublish.workspace = true\n\n\
                        [lints]\nworkspace = true\n\n[dependencies]\nanyhow.workspace = true\n\
                        nix = { workspace = true, features = [\n    \"fs\",\n] }\n";

    #[test]
    fn a_good_manifest_has_no_finding() {
        assert_eq!(check(&Tree::of(&[("a/Cargo.toml", GOOD), ("Cargo.toml", ""), ("fuzz/Cargo.toml", "")])), []);
    }

    #[test]
    fn what_is_not_inherited_is_found() {
        let text = GOOD.replace("license.workspace", "license").replace("[lints]\nworkspace = true", "");
        let problems: Vec<String> =
            check(&Tree::of(&[("a/Cargo.toml", &text)])).into_iter().map(|finding| finding.problem).collect();
        assert_eq!(problems, ["`license` is not inherited", "the lints are not inherited"]);
    }

    #[test]
    fn an_own_version_is_found_with_its_line() {
        let text = GOOD.replace("anyhow.workspace = true", "anyhow = \"1\"");
        let findings = check(&Tree::of(&[("a/Cargo.toml", &text)]));
        assert_eq!(findings.len(), 1);
        assert!(findings.first().unwrap().to_string().starts_with("a/Cargo.toml:13: `anyhow = \"1\"`"));
    }
}
