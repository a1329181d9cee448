//! Crates that must not be built at all, not even through somebody else's dependency.
//!
//! The resolved graph is asked, not Cargo.lock: the lock also lists what an optional feature would need that nobody turns on.

use anyhow::{Context as _, Result, bail};

use super::Finding;
use crate::cargo;

/// Crate and reason.
const BANNED: &[(&str, &str)] = &[
    ("native-tls", "would bring the system's OpenSSL; TLS is rustls on aws-lc-rs"),
    ("openssl-sys", "aws-lc-rs is the only cryptography"),
    ("ring", "aws-lc-rs is the only cryptography; two providers make rustls choose by surprise"),
];

pub(crate) fn check() -> Result<Vec<Finding>> {
    let tree =
        ["tree", "--workspace", "--all-features", "--target", "all", "--edges", "normal,build,dev", "--prefix", "none"];
    let output = cargo::command(&tree).args(["--format", "{p}"]).output().context("starting cargo tree")?;
    if !output.status.success() {
        bail!("cargo tree failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(banned(&String::from_utf8_lossy(&output.stdout)))
}

/// The banned ones among lines of the form `name v1.2.3 …`.
fn banned(packages: &str) -> Vec<Finding> {
    let is_built = |name: &str| packages.lines().any(|line| line.split(' ').next() == Some(name));
    let found = BANNED.iter().filter(|(name, _)| is_built(name));
    found
        .map(|(name, reason)| Finding {
            file: "Cargo.toml".to_owned(),
            line: 0,
            problem: format!("the crate {name} is in the dependency graph: {reason}"),
            remedy: "`cargo tree --workspace --all-features --target all --invert NAME` shows who asks for it",
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banned_crates_are_found_by_their_whole_name() {
        let findings = banned("xtask v0.1.0 (checkout)\nspring v1.0.0\nring v0.17.14\nring-compat v1.0.0\n");
        assert_eq!(findings.len(), 1);
        assert!(findings.first().unwrap().problem.contains("crate ring is"));
        assert_eq!(banned("aws-lc-rs v1.0.0\n"), []);
    }
}
