//! The rules of an ACL policy, written as HCL or JSON so that both servers read exactly what was meant.
//!
//! The same rules give the same text, byte for byte. Rules for one path stay rules of their own: the servers add up what each of
//! them grants.

mod declared;
mod doubts;
mod source;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use tf_framework::semantic::Duration;

pub use self::declared::{DeclaredRule, DeclaredRulePlan, PolicySettings};
pub use self::doubts::doubts;
pub use self::source::rules_of;
use crate::hcl_text::HclText;

/// What a rule can grant. The last three are known to one of the servers only: `scan` to OpenBao, `subscribe` and `recover` to
/// Vault.
pub const CAPABILITIES: &[&str] =
    &["create", "read", "update", "delete", "list", "sudo", "deny", "patch", "scan", "subscribe", "recover"];

/// What tokens may do at a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// The path, with `+` for one segment and `*` at its end for everything that begins so.
    pub path: String,
    /// What it is for. Any number of lines.
    pub description: Option<String>,
    /// What is granted.
    pub capabilities: Vec<String>,
    /// Parameters that a request must have.
    pub required_parameters: Vec<String>,
    /// Parameters that a request may have, each with its values; any value if there is none.
    pub allowed_parameters: BTreeMap<String, Vec<String>>,
    /// Parameters that a request must not have.
    pub denied_parameters: BTreeMap<String, Vec<String>>,
    /// The shortest time for which an answer may be wrapped.
    pub min_wrapping_ttl: Option<Duration>,
    /// The longest.
    pub max_wrapping_ttl: Option<Duration>,
    /// Kinds of events that can be subscribed to. Vault only.
    pub subscribe_event_types: Vec<String>,
    /// How many names a list has at most. OpenBao only.
    pub pagination_limit: Option<i64>,
    /// When the rule ends, in RFC 3339. OpenBao only.
    pub expiration: Option<String>,
    /// The path by which a list is cut down to what may be read, with `{{ .key }}` for the name. OpenBao only.
    pub list_scan_response_keys_filter_path: Option<String>,
}

impl Rule {
    /// One that grants these at a path.
    pub fn new(path: impl Into<String>, capabilities: &[&str]) -> Self {
        let capabilities = capabilities.iter().map(|capability| (*capability).to_owned()).collect();
        Self { path: path.into(), capabilities, ..Self::default() }
    }

    /// Why no server would take it, or take it for what it looks like.
    ///
    /// # Errors
    /// A sentence that goes on after the name of the rule.
    pub fn check(&self) -> Result<(), String> {
        if self.path.is_empty() {
            return Err("must have a path".to_owned());
        }
        if self.path.contains("+*") {
            return Err("must not have \"+*\" in its path: it is either one segment or everything".to_owned());
        }
        if let Some(unknown) = self.capabilities.iter().find(|name| !CAPABILITIES.contains(&name.as_str())) {
            return Err(format!("grants {unknown:?}, which is no capability. There are: {}", CAPABILITIES.join(", ")));
        }
        for parameters in [&self.allowed_parameters, &self.denied_parameters] {
            let distinct: BTreeSet<String> = parameters.keys().map(|name| name.to_lowercase()).collect();
            if distinct.len() != parameters.len() {
                return Err("has a parameter twice, which differ in nothing but capitals".to_owned());
            }
        }
        let (min, max) = (self.min_wrapping_ttl.as_ref(), self.max_wrapping_ttl.as_ref());
        if min.zip(max).is_some_and(|(min, max)| max.seconds() > 0 && max.seconds() < min.seconds()) {
            return Err("must not have a max_wrapping_ttl below its min_wrapping_ttl".to_owned());
        }
        Ok(())
    }

    fn write(&self, text: &mut HclText) {
        text.stanza("path", &[&self.path], |text| {
            text.attribute("capabilities", &self.capabilities);
            let list = |values: &Vec<String>| (!values.is_empty()).then(|| values.clone());
            text.optional("required_parameters", list(&self.required_parameters).as_ref());
            for (name, parameters) in self.parameters() {
                text.stanza(name, &[], |text| {
                    parameters.iter().for_each(|(name, values)| text.attribute(name, values));
                });
            }
            for (name, value) in self.texts() {
                text.attribute(name, value.as_str());
            }
            text.optional("subscribe_event_types", list(&self.subscribe_event_types).as_ref());
            text.optional("pagination_limit", self.pagination_limit);
        });
    }

    fn to_json(&self) -> Value {
        let mut rule = Map::new();
        rule.insert("capabilities".to_owned(), self.capabilities.clone().into());
        let lists = [
            ("required_parameters", &self.required_parameters),
            ("subscribe_event_types", &self.subscribe_event_types),
        ];
        for (name, values) in lists.into_iter().filter(|(_, values)| !values.is_empty()) {
            rule.insert(name.to_owned(), values.clone().into());
        }
        for (name, parameters) in self.parameters() {
            let parameters = parameters.iter().map(|(name, values)| (name.clone(), values.clone().into()));
            rule.insert(name.to_owned(), Value::Object(parameters.collect()));
        }
        rule.extend(self.texts().into_iter().map(|(name, value)| (name.to_owned(), value.into())));
        if let Some(limit) = self.pagination_limit {
            rule.insert("pagination_limit".to_owned(), limit.into());
        }
        if let Some(description) = &self.description {
            rule.insert("comment".to_owned(), description.clone().into());
        }
        Value::Object(rule)
    }

    fn parameters(&self) -> Vec<(&'static str, &BTreeMap<String, Vec<String>>)> {
        let both = [("allowed_parameters", &self.allowed_parameters), ("denied_parameters", &self.denied_parameters)];
        both.into_iter().filter(|(_, parameters)| !parameters.is_empty()).collect()
    }

    fn texts(&self) -> Vec<(&'static str, String)> {
        let ttl = |ttl: &Option<Duration>| ttl.as_ref().map(ToString::to_string);
        [
            ("min_wrapping_ttl", ttl(&self.min_wrapping_ttl)),
            ("max_wrapping_ttl", ttl(&self.max_wrapping_ttl)),
            ("expiration", self.expiration.clone()),
            ("list_scan_response_keys_filter_path", self.list_scan_response_keys_filter_path.clone()),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }
}

/// The rules as HCL, each with its description in front, as comments.
pub fn hcl(rules: &[Rule]) -> String {
    let written = rules.iter().map(|rule| {
        let mut text = HclText::new();
        rule.write(&mut text);
        comment(rule.description.as_deref().unwrap_or_default()) + &text.into_text()
    });
    written.collect::<Vec<_>>().join("\n")
}

/// The rules as JSON. A description becomes a comment that the servers know and ignore.
pub fn json(rules: &[Rule]) -> String {
    if rules.is_empty() {
        return "{}".to_owned();
    }
    let paths: Vec<Value> =
        rules.iter().map(|rule| Value::Object(Map::from_iter([(rule.path.clone(), rule.to_json())]))).collect();
    let document = Value::Object(Map::from_iter([("path".to_owned(), Value::Array(paths))])).to_string();
    // The servers read JSON with the reader of HCL: to it, this begins a template, and a character is its own.
    document.replace("${", "\\u0024{").replace('\u{e123}', "\\ue123").replace('\u{feff}', "\\ufeff")
}

/// What the scanner of HCL refuses anywhere, comments included, is left out.
fn comment(text: &str) -> String {
    let is_odd =
        |character: char| character.is_control() && character != '\t' || matches!(character, '\u{e123}' | '\u{feff}');
    let lines = text.lines().map(|line| line.replace(is_odd, " "));
    lines.map(|line| format!("# {line}").trim_end().to_owned() + "\n").collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tf_framework::semantic::PolicyText;

    use super::*;

    /// Strings that mean something to a scanner.
    fn texts() -> impl Strategy<Value = String> {
        "(\\PC|[a-z/*\"\\\\${}#\n\r\t\\x00\\x7f\u{e123}\u{feff}]){1,12}"
    }

    fn parameters() -> impl Strategy<Value = BTreeMap<String, Vec<String>>> {
        prop::collection::btree_map(texts(), prop::collection::vec(texts(), 0..3), 0..3)
    }

    fn rules() -> impl Strategy<Value = Rule> {
        let words = || prop::collection::vec(texts(), 0..3);
        let capabilities = prop::sample::subsequence(CAPABILITIES.to_vec(), 0..4);
        let ttl = || prop::option::of((0_u64..100_000).prop_map(|seconds| Duration::from_seconds(seconds).unwrap()));
        let limit = prop::option::of(0_i64..1000);
        (
            (texts(), prop::option::of(texts()), capabilities, words(), parameters(), parameters()),
            (ttl(), ttl(), words(), limit, prop::option::of(texts()), prop::option::of(texts())),
        )
            .prop_map(
                |(
                    (path, description, capabilities, required, allowed, denied),
                    (min, max, events, limit, end, filter),
                )| {
                    Rule {
                        description,
                        required_parameters: required,
                        allowed_parameters: allowed,
                        denied_parameters: denied,
                        min_wrapping_ttl: min,
                        max_wrapping_ttl: max,
                        subscribe_event_types: events,
                        pagination_limit: limit,
                        expiration: end,
                        list_scan_response_keys_filter_path: filter,
                        ..Rule::new(path, &capabilities)
                    }
                },
            )
    }

    /// Without descriptions, which are comments in one form and settings in the other.
    fn bare(rules: &[Rule]) -> Vec<Rule> {
        rules.iter().map(|rule| Rule { description: None, ..rule.clone() }).collect()
    }

    proptest! {
        /// HCL and JSON are read by two readers, which must come to the same.
        #[test]
        fn every_rule_is_read_back_as_it_was(rules in prop::collection::vec(rules(), 0..4)) {
            let (with, without) = (hcl(&rules), hcl(&bare(&rules)));
            prop_assert_eq!(PolicyText::from(with.as_str()).check(), Ok(()), "{}", with);
            prop_assert_eq!(PolicyText::from(with.as_str()), PolicyText::from(without.as_str()));
            let document = json(&bare(&rules));
            prop_assert_eq!(PolicyText::from(without.as_str()), PolicyText::from(document.as_str()), "{} {}", without, document);
            let read = rules_of(&json(&rules)).unwrap();
            prop_assert_eq!(read, rules);
        }

        /// No text makes a rule of another path, or grants anything else.
        #[test]
        fn two_rules_that_differ_are_not_the_same(one in rules(), other in rules()) {
            let differ = one.path.trim_start_matches('/') != other.path.trim_start_matches('/');
            prop_assume!(differ);
            prop_assert_ne!(PolicyText::from(hcl(&[one])), PolicyText::from(hcl(&[other])));
        }
    }

    #[test]
    fn the_text_is_as_people_write_it() {
        let rule = Rule {
            description: Some("Reads.\n\nAnd \"lists\".".to_owned()),
            allowed_parameters: BTreeMap::from([
                ("a-b".to_owned(), vec!["x".to_owned()]),
                ("c".to_owned(), Vec::new()),
            ]),
            min_wrapping_ttl: Some("90m".parse().unwrap()),
            ..Rule::new("kv/data/\"a\"", &["read", "list"])
        };
        let expected = "# Reads.\n#\n# And \"lists\".\npath \"kv/data/\\\"a\\\"\" {\n  capabilities = [\"read\", \"list\"]\n  \
                        allowed_parameters {\n    \"a-b\" = [\"x\"]\n    c = []\n  }\n  min_wrapping_ttl = \"1h30m\"\n}\n\n\
                        path \"b\" {\n  capabilities = [\"deny\"]\n}\n";
        assert_eq!(hcl(&[rule, Rule::new("b", &["deny"])]), expected);
    }

    #[test]
    fn what_a_server_would_refuse_is_said() {
        let twice = BTreeMap::from([("A".to_owned(), Vec::new()), ("a".to_owned(), Vec::new())]);
        let ttl = |text: &str| Some(text.parse::<Duration>().unwrap());
        for (rule, text) in [
            (Rule::default(), "path"),
            (Rule::new("a/+*", &["read"]), "+*"),
            (Rule::new("a", &["dance"]), "\"dance\""),
            (Rule { allowed_parameters: twice, ..Rule::new("a", &["read"]) }, "twice"),
            (Rule { min_wrapping_ttl: ttl("2m"), max_wrapping_ttl: ttl("1m"), ..Rule::new("a", &["read"]) }, "below"),
        ] {
            let error = rule.check().unwrap_err();
            assert!(error.contains(text), "{error}");
        }
        Rule::new("a/+/b*", CAPABILITIES).check().unwrap();
    }
}
