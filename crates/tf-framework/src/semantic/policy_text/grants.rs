//! What a policy grants on a path, as the servers decide it.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::meaning::{Meaning, Rule, Setting};
use super::syntax::Node;

/// What the older setting `policy` stands for.
const SHORTHANDS: &[(&[u8], &[&str])] = &[
    (b"deny", &["deny"]),
    (b"read", &["read", "list"]),
    (b"write", &["create", "read", "update", "delete", "list"]),
    (b"sudo", &["create", "read", "update", "delete", "list", "sudo"]),
];

const DENY: &str = "deny";

impl Meaning {
    /// The capabilities on a path: those of the rules with the pattern that fits it best. None if one of them denies it.
    pub(super) fn grants(&self, path: &str) -> BTreeSet<String> {
        let fitting = self.rules.iter().filter(|(pattern, _)| fits(&String::from_utf8_lossy(pattern), path));
        let best = fitting.clone().map(|(pattern, _)| rank(pattern)).max();
        let granted: BTreeSet<String> =
            fitting.filter(|(pattern, _)| Some(rank(pattern)) == best).flat_map(|(_, rule)| rule.grants()).collect();
        if granted.contains(DENY) { BTreeSet::new() } else { granted }
    }
}

impl Rule {
    /// Of a rule that is unclear, nothing is counted on.
    pub(super) fn grants(&self) -> BTreeSet<String> {
        let Self::Settings(settings) = self else { return BTreeSet::new() };
        let mut granted = BTreeSet::new();
        if let Some(Setting::Words(words)) = settings.get(&b"capabilities"[..]) {
            granted.extend(words.iter().map(|word| String::from_utf8_lossy(word).into_owned()));
        }
        if let Some(Setting::Literal(Node::String(name))) = settings.get(&b"policy"[..]) {
            let found = SHORTHANDS.iter().find(|(shorthand, _)| shorthand == name);
            granted.extend(found.into_iter().flat_map(|(_, words)| *words).map(|word| (*word).to_owned()));
        }
        granted
    }
}

/// Which of two patterns counts if both fit: one without wildcards; else the one whose first wildcard comes later; else the one
/// that does not end in `*`; else the one with fewer `+`; else the longer one; else the later one in the alphabet.
fn rank(pattern: &[u8]) -> (bool, usize, bool, Reverse<usize>, usize, &[u8]) {
    let is_glob = pattern.ends_with(b"*");
    let is_plus = |segment: &&[u8]| *segment == b"+" || *segment == b"+*";
    let segments = || pattern.split(|byte| *byte == b'/');
    let pluses = segments().filter(is_plus).count();
    let before_plus: usize = segments().take_while(|segment| !is_plus(segment)).map(|segment| segment.len() + 1).sum();
    let first = match (pluses, is_glob) {
        (0, true) => pattern.len() - 1,
        (0, false) => pattern.len(),
        _ => before_plus,
    };
    (pluses == 0 && !is_glob, first, !is_glob, Reverse(pluses), pattern.len(), pattern)
}

/// `+` is any one segment, `*` at the end any rest.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, is_glob) = pattern.strip_suffix('*').map_or((pattern, false), |prefix| (prefix, true));
    let mut rest = path.split('/');
    let mut wanted = pattern.split('/').peekable();
    while let Some(segment) = wanted.next() {
        let is_last = wanted.peek().is_none();
        let Some(found) = rest.next() else { return false };
        let is_fit = match segment {
            "+" => true,
            segment if is_last && is_glob => found.starts_with(segment),
            segment => found == segment,
        };
        if !is_fit {
            return false;
        }
    }
    is_glob || rest.next().is_none()
}

#[cfg(test)]
mod tests {
    use crate::semantic::PolicyText;

    fn granted(policy: &str, path: &str) -> Vec<String> {
        PolicyText::from(policy).grants(path).into_iter().collect()
    }

    /// One rule for each pattern, which grants its own text.
    fn which(patterns: &[&str], path: &str) -> String {
        let rule = |pattern: &&str| format!("path \"{pattern}\" {{ capabilities = [\"{pattern}\"] }}\n");
        granted(&patterns.iter().map(rule).collect::<String>(), path).join(" ")
    }

    #[test]
    fn patterns_fit_as_they_are_written() {
        for (pattern, path, fits) in [
            ("a/b", "a/b", true),
            ("a/b", "a/b/", false),
            ("a/b", "a/bc", false),
            ("a/b*", "a/bc/d", true),
            ("a/*", "a/", true),
            ("a/*", "a", false),
            ("+/*", "sys/auth", true),
            ("a/+/c", "a/b/c", true),
            ("a/+/c", "a/b/b/c", false),
            ("a/+", "a/b/c", false),
            ("a/+/*", "a/b/c/d", true),
            ("*", "a/b", true),
            ("/a", "a", true),
        ] {
            assert_eq!(!which(&[pattern], path).is_empty(), fits, "{pattern} and {path}");
        }
    }

    #[test]
    fn the_most_specific_pattern_counts_alone() {
        for (patterns, path, best) in [
            (&["a/*", "a/b"][..], "a/b", "a/b"),
            (&["*", "a/*"], "a/b", "a/*"),
            (&["+/*", "sys/*"], "sys/auth", "sys/*"),
            (&["+/b", "a/+"], "a/b", "a/+"),
            (&["a/+/*", "a/+/c"], "a/b/c", "a/+/c"),
            (&["a/*", "a/+"], "a/b", "a/+"),
            (&["a/+/+", "a/+/c"], "a/b/c", "a/+/c"),
        ] {
            assert_eq!(which(patterns, path), best);
        }
    }

    #[test]
    fn a_denial_outweighs_what_is_granted_on_the_same_path() {
        let twice = "path \"a\" { capabilities = [\"read\"] }\npath \"a\" { capabilities = [\"update\"] }\n";
        assert_eq!(granted(twice, "a"), ["read", "update"]);
        assert!(granted(&format!("{twice}path \"a\" {{ policy = \"deny\" }}"), "a").is_empty());
        assert_eq!(granted("path \"a\" { policy = \"read\" }", "a"), ["list", "read"]);
        assert!(granted("path {", "a").is_empty() && granted("", "a").is_empty());
    }
}
