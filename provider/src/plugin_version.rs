//! Versions of plugins, as the servers compare them: `1.2`, `1.2.0` and `v1.2.0` are one.

use tf_framework::plan::SemanticEquality;
use tf_framework::value::Value;

/// Two spellings of one version mean the same.
#[derive(Clone, Copy, Debug)]
pub struct SameVersion;

impl SemanticEquality for SameVersion {
    fn same(&self, one: &Value, other: &Value) -> bool {
        one.as_str().zip(other.as_str()).is_some_and(|(one, other)| same(one, other))
    }
}

/// Whether both are the same version.
pub fn same(one: &str, other: &str) -> bool {
    canonical(one) == canonical(other)
}

/// A version as the servers spell it: with a `v` in front, and three numbers. What is none stays as it is.
pub fn canonical(version: &str) -> String {
    parsed(version).unwrap_or_else(|| version.to_owned())
}

/// Whether a plugin can be registered with this version.
///
/// # Errors
/// What it must be.
pub fn version(version: &str) -> Result<(), String> {
    let canonical = parsed(version).ok_or("must be a version such as \"1.2.0\"")?;
    if canonical.split_once('+').is_some_and(|(_, build)| build.split('.').any(|part| part == "builtin")) {
        return Err("must not say \"builtin\" behind the \"+\", which is for what is a part of the server".to_owned());
    }
    Ok(())
}

/// Whether a mount can have this version; those of engines in the server have `builtin` behind a `+`.
///
/// # Errors
/// What it must be.
pub fn version_of_mount(version: &str) -> Result<(), String> {
    parsed(version).map(drop).ok_or_else(|| "must be a version such as \"1.2.0\"".to_owned())
}

fn parsed(version: &str) -> Option<String> {
    let bare = version.strip_prefix('v').unwrap_or(version);
    let (numbers, rest) = bare.split_at(bare.find(['-', '+']).unwrap_or(bare.len()));
    let mut numbers: Vec<u64> = numbers.split('.').map(|number| number.parse().ok()).collect::<Option<_>>()?;
    if numbers.len() > 3 || rest.len() == 1 {
        return None;
    }
    numbers.resize(3, 0);
    let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
    Some(format!("v{}{rest}", numbers.join(".")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_version_are_the_same() {
        for (one, other) in [("1.2", "v1.2.0"), ("v1", "1.0.0"), ("1.0.0-rc.1+x", "v1.0.0-rc.1+x"), ("odd", "odd")] {
            assert!(same(one, other), "{one} and {other}");
        }
        for (one, other) in [("1.2.0", "1.2.1"), ("1.0.0", "1.0.0-rc1"), ("odd", "vodd")] {
            assert!(!same(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for good in ["1", "v0.1.0", "1.2.3-rc.1", "1.2.3+ent"] {
            version(good).unwrap();
        }
        for bad in ["", "v", "one", "1.2.3.4", "1..2", "1.2-", "1.2.3+builtin", "1.2.3+builtin.vault"] {
            version(bad).unwrap_err();
        }
    }
}
