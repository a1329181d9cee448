//! `cargo xtask tidy`: the house rules that no compiler checks. Also a test of this crate, so that `cargo test` knows them.
//!
//! Every rule looks at a [`Tree`] and returns [`Finding`]s; each has a test with a planted violation.

mod ban;
mod graph;
mod layers;
mod manifests;
mod names;
mod portable;
mod registries;
mod size;
mod tree;

use std::fmt;

use anyhow::{Result, bail};

use crate::{cargo, screen};
use tree::Tree;

/// Checks the house rules: file sizes and names, the direction of dependencies, nothing of one machine, banned calls and
/// crates, one list per resource.
///
/// Every finding names file and line, and what to do. CONTRIBUTING.md tells the reasons.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

/// A broken rule.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    file: String,
    /// Counted from one; zero stands for the file as a whole.
    line: usize,
    /// What is wrong.
    problem: String,
    /// What to do.
    remedy: &'static str,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, problem, remedy } = self;
        match line {
            0 => write!(f, "{file}: {problem}. {remedy}"),
            line => write!(f, "{file}:{line}: {problem}. {remedy}"),
        }
    }
}

pub(crate) fn run(_: &Arguments) -> Result<()> {
    let tree = Tree::read(&cargo::root())?;
    for (file, lines) in size::large(&tree) {
        screen::say(&format!("note: {file} has {lines} lines; more than {} ask for a second look", size::SOFT_LIMIT));
    }
    let findings = findings()?;
    for finding in &findings {
        screen::say(finding);
    }
    if !findings.is_empty() {
        bail!("{} house rules are broken", findings.len());
    }
    screen::say(&format!("{} files are tidy", tree.files().len()));
    Ok(())
}

/// Every broken rule in the checkout, as lines for a person.
pub(crate) fn findings() -> Result<Vec<String>> {
    let tree = Tree::read(&cargo::root())?;
    let mut findings = Vec::new();
    findings.extend(size::check(&tree));
    findings.extend(names::check(&tree));
    findings.extend(portable::check(&tree));
    findings.extend(ban::check(&tree));
    findings.extend(manifests::check(&tree));
    findings.extend(layers::check(&tree));
    findings.extend(registries::check(&tree));
    findings.extend(graph::check(&tree)?);
    Ok(findings.iter().map(Finding::to_string).collect())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_repository_is_tidy() {
        let findings = super::findings().unwrap();
        assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
    }
}
