//! One resource, one name, five places: its file, its line in the registry, its example, its page and its test.

use std::collections::BTreeSet;

use super::{Finding, tree::Tree};

const REGISTRY: &str = "provider/src/resources.rs";
/// Examples lie under the whole name of the type, since that is where the registry pages take them from.
const EXAMPLES: &str = "examples/resources/secretzero_";

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let files = stems(tree, "provider/src/resources/", ".rs");
    if files.is_empty() {
        return Vec::new();
    }
    let registered = registered(tree);
    let places = [
        (REGISTRY, registered.iter().cloned().collect(), "Add `mod NAME;` and its line in the table"),
        (EXAMPLES, stems(tree, EXAMPLES, "/resource.tf"), "Add secretzero_NAME/resource.tf"),
        ("docs/resources/", stems(tree, "docs/resources/", ".md"), "Run `cargo xtask docs`"),
        ("tests/acceptance/", stems(tree, "tests/acceptance/", ".rs"), "Add NAME.rs with its acceptance tests"),
    ];
    let mut findings = Vec::new();
    for (place, names, remedy) in places {
        for name in files.difference(&names) {
            let problem = format!("the resource {name:?} is missing");
            findings.push(Finding { file: place.to_owned(), line: 0, problem, remedy });
        }
        // Other acceptance tests are not about one resource.
        for name in names.difference(&files).filter(|_| place != "tests/acceptance/") {
            let problem = format!("{name:?} is no file in provider/src/resources");
            findings.push(Finding {
                file: place.to_owned(),
                line: 0,
                problem,
                remedy: "Remove it, or add the resource",
            });
        }
    }
    if !registered.is_sorted() {
        let problem = "the resources are not in alphabetical order".to_owned();
        findings.push(Finding { file: REGISTRY.to_owned(), line: 0, problem, remedy: "Sort the `mod` lines" });
    }
    findings
}

/// `NAME` of every `<folder>NAME<ending>`, one level deep.
fn stems(tree: &Tree, folder: &str, ending: &str) -> BTreeSet<String> {
    let stem = |path: &str| Some(path.strip_prefix(folder)?.strip_suffix(ending)?.to_owned());
    tree.files()
        .iter()
        .filter_map(|file| stem(&file.path))
        .filter(|stem| !stem.contains('/') && stem != "main")
        .collect()
}

/// The `mod NAME;` lines of the registry, in their order.
fn registered(tree: &Tree) -> Vec<String> {
    let Some(file) = tree.get(REGISTRY) else { return Vec::new() };
    let module = |line: &str| {
        let line = line.trim_start_matches("pub(crate) ").trim_start_matches("pub ");
        Some(line.strip_prefix("mod ")?.strip_suffix(';')?.to_owned())
    };
    file.text.lines().filter_map(module).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMPLETE: &[(&str, &str)] = &[
        ("provider/src/resources.rs", "mod mount;\nmod policy;\n"),
        ("provider/src/resources/mount.rs", ""),
        ("provider/src/resources/policy.rs", ""),
        ("examples/resources/secretzero_mount/resource.tf", ""),
        ("examples/resources/secretzero_policy/resource.tf", ""),
        ("docs/resources/mount.md", ""),
        ("docs/resources/policy.md", ""),
        ("tests/acceptance/main.rs", ""),
        ("tests/acceptance/mount.rs", ""),
        ("tests/acceptance/policy.rs", ""),
    ];

    #[test]
    fn five_equal_lists_are_fine_and_none_at_all_too() {
        assert_eq!(check(&Tree::of(COMPLETE)), []);
        assert_eq!(check(&Tree::of(&[("tests/acceptance/etcd.rs", "")])), []);
    }

    #[test]
    fn each_missing_place_is_found() {
        for missing in [
            "mod mount;\n",
            "examples/resources/secretzero_mount/",
            "docs/resources/mount.md",
            "tests/acceptance/mount.rs",
        ] {
            let files: Vec<(&str, String)> = COMPLETE
                .iter()
                .filter(|(path, _)| !path.starts_with(missing))
                .map(|(path, text)| (*path, text.replace(missing, "")))
                .collect();
            let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
            let findings = check(&Tree::of(&files));
            assert_eq!(findings.len(), 1, "{missing}");
            assert!(findings.first().unwrap().problem.contains("mount"), "{missing}");
        }
    }

    #[test]
    fn the_registry_is_sorted() {
        let mut files = COMPLETE.to_vec();
        files.remove(0);
        files.push((REGISTRY, "mod policy;\nmod mount;\n"));
        let findings = check(&Tree::of(&files));
        assert_eq!(findings.len(), 1);
        assert!(findings.first().unwrap().problem.contains("alphabetical"));
    }
}
