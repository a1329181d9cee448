//! Calls and attributes that clippy can't ban, or only after somebody has silenced it.

use std::collections::BTreeSet;

use super::{Finding, tree::Tree};

/// Text, what is wrong with it, what to do. In two parts, so that this file does not trip its own rule.
const BANNED: &[(&str, &str, &str)] = &[
    (concat!("to", "do!("), "unfinished code", "Write it, or return an error that says what is missing"),
    (concat!("unimpl", "emented!("), "unfinished code", "Write it, or return an error that says what is missing"),
    (
        concat!("#[ign", "ore"),
        "an ignored test is forgotten",
        "Let it run, or let it print SKIPPED with the reason, which is counted",
    ),
    (concat!("```ign", "ore"), "an ignored example rots", "Use no_run, or text if it is no Rust"),
    (
        concat!("danger_accept", "_invalid"),
        "switches the verification of TLS off",
        "Give the client the CA that signed the certificate",
    ),
];

/// A certificate made from defaults has a validity from 1975 to 4096 and a made-up name.
const DEFAULT_CERTIFICATE: &str = concat!("CertificateParams::def", "ault()");
/// What the lines after it must set, and within how many lines.
const ALWAYS_SET: &[&str] =
    &["not_before", "not_after", "serial_number", "subject_alt_names", "distinguished_name", "is_ca"];
const SET_WITHIN: usize = 20;

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust() {
        for (line, text) in file.lines() {
            for (banned, problem, remedy) in BANNED {
                if text.contains(banned) {
                    let problem = format!("`{banned}`: {problem}");
                    findings.push(Finding { file: file.path.clone(), line, problem, remedy });
                }
            }
        }
    }
    findings.extend(default_certificates(tree));
    findings
}

/// One function of a crate may begin with the defaults, if it then sets every field that matters; all others call it.
fn default_certificates(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut crates = BTreeSet::new();
    // Seeds of a fuzzer are odd on purpose.
    for file in tree.rust().filter(|file| !file.path.starts_with("fuzz/")) {
        for (line, _) in file.lines().filter(|(_, text)| text.contains(DEFAULT_CERTIFICATE)) {
            let after: Vec<&str> = file.text.lines().skip(line).take(SET_WITHIN).collect();
            let sets = |field: &&&str| after.iter().any(|text| text.contains(&format!(".{field} =")));
            let forgotten: Vec<&str> = ALWAYS_SET.iter().filter(|field| !sets(field)).copied().collect();
            let problem = if !forgotten.is_empty() {
                format!("`{DEFAULT_CERTIFICATE}` without setting {}", forgotten.join(", "))
            } else if !crates.insert(package_folder(&file.path)) {
                format!("`{DEFAULT_CERTIFICATE}` a second time in one crate")
            } else {
                continue;
            };
            let remedy = "Call the one function of this crate that begins with rcgen's defaults and sets every field";
            findings.push(Finding { file: file.path.clone(), line, problem, remedy });
        }
    }
    findings
}

/// `crates/pki` of `crates/pki/src/issue.rs`.
fn package_folder(path: &str) -> &str {
    ["/src/", "/tests/", "/examples/", "/acceptance/", "/fuzz_targets/"]
        .iter()
        .filter_map(|below| path.split_once(below))
        .map(|(folder, _)| folder)
        .min_by_key(|folder| folder.len())
        .unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_banned_text_is_found_with_its_line() {
        for (banned, ..) in BANNED {
            let text = format!("fn a() {{}}\n{banned}\n");
            let findings = check(&Tree::of(&[("a.rs", &text), ("b.txt", &text)]));
            assert_eq!(findings.len(), 1, "{banned}");
            assert!(findings.first().unwrap().to_string().starts_with("a.rs:2: "));
        }
    }

    #[test]
    fn default_certificates_must_be_filled() {
        let bare = format!("let mut p = {DEFAULT_CERTIFICATE};\n");
        let fields: String = ALWAYS_SET.iter().map(|field| format!("p.{field} = x;\n")).collect();
        let filled = format!("{bare}{fields}");
        assert_eq!(check(&Tree::of(&[("a/src/one.rs", &filled), ("b/src/one.rs", &filled)])), []);
        let findings = check(&Tree::of(&[("a/src/one.rs", &bare)]));
        assert_eq!(findings.len(), 1);
        assert!(findings.first().unwrap().to_string().starts_with("a/src/one.rs:1: "));
    }

    #[test]
    fn one_function_of_a_crate_begins_with_defaults() {
        let fields: String = ALWAYS_SET.iter().map(|field| format!("p.{field} = x;\n")).collect();
        let filled = format!("let mut p = {DEFAULT_CERTIFICATE};\n{fields}");
        let findings = check(&Tree::of(&[("a/src/one.rs", &filled), ("a/src/two.rs", &filled)]));
        assert_eq!(findings.len(), 1);
        assert!(findings.first().unwrap().problem.contains("a second time"));
    }
}
