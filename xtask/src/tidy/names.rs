//! A name tells the job. Some names tell none.

use super::{Finding, tree::Tree};

const FORBIDDEN: &[&str] = &[
    "common",
    "helper",
    "helpers",
    "manager",
    "managers",
    "misc",
    "mod",
    "shared",
    "stuff",
    "types",
    "util",
    "utilities",
    "utils",
];

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust() {
        let parts = file.path.trim_end_matches(".rs").split('/');
        if let Some(name) = parts.clone().find(|part| FORBIDDEN.contains(part)) {
            findings.push(Finding {
                file: file.path.clone(),
                line: 0,
                problem: format!("the name {name:?} tells no job"),
                remedy: "Name it after what it does; a module with children is name.rs beside name/",
            });
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_without_a_job_are_found() {
        let tree = Tree::of(&[
            ("a/src/utils.rs", ""),
            ("a/src/wire/mod.rs", ""),
            ("a/common/b.rs", ""),
            ("a/src/seal.rs", ""),
        ]);
        let files: Vec<String> = check(&tree).into_iter().map(|finding| finding.file).collect();
        assert_eq!(files, ["a/src/utils.rs", "a/src/wire/mod.rs", "a/common/b.rs"]);
    }
}
