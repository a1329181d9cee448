//! Nothing of one machine or one network is in a tracked file: no home folder, no registry or proxy.

use super::{Finding, tree::Tree};

/// Folders that exist on one machine only. In two parts, so that this file does not trip its own rule.
const MACHINE_FOLDERS: &[&str] =
    &[concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/"), concat!("/wo", "rk/")];

/// Where packages come from is the user's choice and lives in their own configuration.
const REGISTRIES: &[&str] = &[
    concat!("crates", ".io"),
    concat!("proxy.golang", ".org"),
    concat!("sum.golang", ".org"),
    concat!("pypi", ".org"),
    concat!("registry.npmjs", ".org"),
    concat!("GOPRO", "XY="),
];

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let written = tree.files().iter().filter(|file| !file.path.ends_with("Cargo.lock") && !file.path.ends_with(".sum"));
    for file in written {
        for (line, text) in file.lines() {
            let mut report = |problem: String, remedy| {
                findings.push(Finding { file: file.path.clone(), line, problem, remedy });
            };
            if let Some(folder) = MACHINE_FOLDERS.iter().find(|folder| has_absolute(text, folder)) {
                report(
                    format!("a path below {folder} exists on one machine only"),
                    "Make it relative, or take it from the environment",
                );
            }
            if let Some(host) = REGISTRIES.iter().find(|host| text.contains(*host)) {
                report(
                    format!("{host} names a registry"),
                    "Leave the choice of registry to the user's own configuration",
                );
            }
        }
    }
    findings
}

/// Whether an absolute path below `folder` begins somewhere in the line: not in the middle of a longer path.
fn has_absolute(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        before.is_none_or(|c| c.is_whitespace() || "\"'`(=:,<[{|".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_paths_are_found() {
        let text = format!("fine\nlet p = \"{}me/alice/x\";\n", "/ho");
        let findings = check(&Tree::of(&[("a.rs", &text)]));
        assert_eq!(findings.first().unwrap().to_string().split(' ').next(), Some("a.rs:2:"));
    }

    #[test]
    fn the_middle_of_a_path_is_no_machine_path() {
        let text = format!("cd tests{}rk/x\necho $HOME{}me/x\n", "/wo", "/ho");
        assert_eq!(check(&Tree::of(&[("a.sh", &text)])), []);
    }

    #[test]
    fn registries_are_found_except_in_lock_files() {
        let text = format!("url = https://static.{}{}\n", "crates", ".io");
        let tree = Tree::of(&[("Cargo.lock", &text), ("tests/testbed/etcd/go.sum", &text), ("README.md", &text)]);
        let findings = check(&tree);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings.first().unwrap().file, "README.md");
    }
}
