//! The Go toolchain that the user has: its version is part of every cache key, and decides what can be built.

use std::{process::Command, sync::OnceLock};

use crate::cache;

/// Settings of the user's own that would make another program out of the same sources: they are no part of the cache key, so
/// they must not have a say.
const FOREIGN_SETTINGS: &[&str] =
    &["GO386", "GOAMD64", "GOARCH", "GOARM", "GOARM64", "GOEXPERIMENT", "GOFIPS140", "GOOS", "GOPPC64", "GORISCV64"];

/// `go` with the caches and settings of every build.
pub(crate) fn go() -> Command {
    let mut command = Command::new("go");
    command.env("GOMODCACHE", cache::go_modules()).env("GOCACHE", cache::go_builds());
    command.env("GOTOOLCHAIN", "local").env("CGO_ENABLED", "0").env("GOWORK", "off");
    // A value, because an empty one would let the user's own default flags from `go env -w` in.
    command.env("GOFLAGS", "-buildvcs=false");
    for name in FOREIGN_SETTINGS {
        command.env_remove(name);
    }
    command
}

/// What `go version` prints (`go version go1.26.8 linux/amd64`), or `None` without a `go` on PATH. Asked once per process.
pub(crate) fn version_line() -> Option<&'static str> {
    static LINE: OnceLock<Option<String>> = OnceLock::new();
    LINE.get_or_init(|| {
        let output = Command::new("go").arg("version").env("GOTOOLCHAIN", "local").output().ok()?;
        let line = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        (output.status.success() && !line.is_empty()).then_some(line)
    })
    .as_deref()
}

/// A Go release, compared by number: 1.9 is older than 1.26.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GoVersion(Vec<u32>);

impl GoVersion {
    /// Reads `1.26.8`, `go1.26.8` or `go1.27rc1` (a release candidate counts as the release).
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix("go").unwrap_or(text);
        let mut numbers = Vec::new();
        for part in text.split('.') {
            let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
            numbers.push(digits.parse().ok()?);
        }
        while numbers.last() == Some(&0) {
            numbers.pop();
        }
        Some(Self(numbers))
    }

    /// The third word of [`version_line`].
    pub(crate) fn of_toolchain(line: &str) -> Option<Self> {
        Self::parse(line.split_whitespace().nth(2)?)
    }

    /// The `go` line of a `go.mod`.
    pub(crate) fn of_module(go_mod: &str) -> Option<Self> {
        Self::parse(go_mod.lines().find_map(|line| line.strip_prefix("go "))?.trim())
    }
}

impl std::fmt::Display for GoVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(u32::to_string).collect();
        f.write_str(&numbers.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_change_the_program_are_taken_away() {
        let command = go();
        for name in ["GOAMD64", "GOARM", "GOEXPERIMENT", "GOFIPS140", "GOOS"] {
            assert!(command.get_envs().any(|(key, value)| key == name && value.is_none()), "{name}");
        }
        assert!(
            command.get_envs().any(|(key, value)| key == "GOFLAGS" && value.is_some_and(|value| !value.is_empty()))
        );
    }

    #[test]
    fn versions_compare_by_number() {
        let version = |text| GoVersion::parse(text).unwrap();
        assert!(version("1.9") < version("1.26"));
        assert!(version("go1.26.5") < version("1.26.6"));
        assert_eq!(version("1.26.0"), version("1.26"));
        assert_eq!(version("go1.27rc1"), version("1.27"));
        assert_eq!(GoVersion::parse("devel"), None);
    }

    #[test]
    fn versions_are_found_in_their_files() {
        assert_eq!(GoVersion::of_module("module a\n\ngo 1.26.2\n").unwrap().to_string(), "1.26.2");
        assert_eq!(GoVersion::of_toolchain("go version go1.26.8 linux/amd64").unwrap().to_string(), "1.26.8");
    }
}
