//! Crates that must not be built at all, not even through somebody else's dependency. Which, and why, says `deny.toml`.
//!
//! cargo-deny looks at it, too, but is not installed everywhere. The resolved graph is asked, not Cargo.lock: the lock also
//! lists what an optional feature would need that nobody turns on.

use anyhow::{Context as _, Result, bail};

use super::{Finding, tree::Tree};
use crate::cargo;

const RULES: &str = "deny.toml";

pub(crate) fn check(rules: &Tree) -> Result<Vec<Finding>> {
    let bans = rules.get(RULES).map(|file| bans(&file.text)).unwrap_or_default();
    if bans.is_empty() {
        return Ok(vec![Finding {
            file: RULES.to_owned(),
            line: 0,
            problem: "no crate is banned".to_owned(),
            remedy: "List them in [bans] as `deny = [`, one `{ crate = \"NAME\", reason = \"…\" },` a line, `]`",
        }]);
    }
    let tree = [
        "tree",
        "--locked",
        "--workspace",
        "--all-features",
        "--target",
        "all",
        "--edges",
        "normal,build,dev",
        "--prefix",
        "none",
    ];
    let output = cargo::command(&tree).args(["--format", "{p}"]).output().context("starting cargo tree")?;
    if !output.status.success() {
        bail!("cargo tree failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(banned(&bans, &String::from_utf8_lossy(&output.stdout)))
}

/// Crate and reason of the lines in `deny = [ … ]` of `[bans]`.
fn bans(rules: &str) -> Vec<(&str, &str)> {
    let section = rules.lines().skip_while(|line| line.trim() != "[bans]").skip(1);
    let section = section.take_while(|line| !line.starts_with('['));
    let list = section.skip_while(|line| line.trim() != "deny = [").skip(1).take_while(|line| line.trim() != "]");
    list.filter_map(|line| Some((value(line, "crate = \"")?, value(line, "reason = \"")?))).collect()
}

/// What stands between the key and the next quotation mark.
fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.split_once(key)?.1.split('"').next()
}

/// The banned ones among lines of the form `name v1.2.3 …`.
fn banned(bans: &[(&str, &str)], packages: &str) -> Vec<Finding> {
    let is_built = |name: &str| packages.lines().any(|line| line.split(' ').next() == Some(name));
    let found = bans.iter().filter(|(name, _)| is_built(name));
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

    const DENY: &str = "[graph]\n[bans]\nskip = [\n    { crate = \"syn@2\", reason = \"old\" },\n]\ndeny = [\n    \
                        { crate = \"ring\", reason = \"one cryptography\" },\n    { crate = \"native-tls\", reason = \"x\" },\n]\n\
                        [licenses]\n";

    #[test]
    fn bans_are_read_from_the_rules() {
        assert_eq!(bans(DENY), [("ring", "one cryptography"), ("native-tls", "x")]);
        let findings = check(&Tree::of(&[(RULES, "[bans]\ndeny = []\n")])).unwrap();
        assert!(findings.first().unwrap().problem.contains("no crate is banned"));
    }

    #[test]
    fn the_rules_of_this_repository_ban_the_other_cryptography() {
        let text = std::fs::read_to_string(cargo::root().join(RULES)).unwrap();
        let names: Vec<&str> = bans(&text).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["native-tls", "openssl-sys", "ring"]);
    }

    #[test]
    fn banned_crates_are_found_by_their_whole_name() {
        let bans = bans(DENY);
        let findings = banned(&bans, "xtask v0.1.0 (checkout)\nspring v1.0.0\nring v0.17.14\nring-compat v1.0.0\n");
        assert_eq!(findings.len(), 1);
        assert!(findings.first().unwrap().problem.contains("crate ring is"));
        assert_eq!(banned(&bans, "aws-lc-rs v1.0.0\n"), []);
    }
}
