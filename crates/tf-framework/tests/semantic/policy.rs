//! Policies: what they say, and every way to write it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::choices::Choices;

/// Blocks by path, and for one path in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Policy(pub(crate) BTreeMap<String, Vec<Rule>>);

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rule {
    pub(crate) capabilities: BTreeSet<&'static str>,
    required: Option<BTreeSet<String>>,
    /// In seconds.
    min_wrapping_ttl: Option<u32>,
    max_wrapping_ttl: Option<u32>,
    allowed: Option<BTreeMap<String, Vec<Parameter>>>,
    denied: Option<BTreeMap<String, Vec<Parameter>>>,
    comment: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
enum Parameter {
    String(String),
    Integer(i8),
    Float(i8),
    Bool(bool),
}

const CAPABILITIES: [&str; 8] = ["create", "read", "update", "delete", "list", "sudo", "patch", "deny"];
const WORDS: [&str; 12] = ["a", "b", "A", "/", "*", "é", "\"", "\\", "\n", "${b}", "{", "${\"c\n\"}"];

pub(crate) fn policy(choices: &mut Choices<'_>) -> Policy {
    let mut policy = Policy::default();
    for _ in 0..choices.below(5) {
        let path = path(choices);
        policy.0.entry(path).or_default().push(rule(choices));
    }
    policy
}

fn path(choices: &mut Choices<'_>) -> String {
    let path = word(choices);
    // A leading slash means nothing, so it is for the spelling to add.
    path.trim_start_matches('/').to_owned()
}

fn word(choices: &mut Choices<'_>) -> String {
    (0..=choices.below(3)).map(|_| WORDS[usize::from(choices.below(12))]).collect()
}

fn rule(choices: &mut Choices<'_>) -> Rule {
    let mut rule = Rule::default();
    for _ in 0..choices.below(5) {
        rule.capabilities.insert(CAPABILITIES[usize::from(choices.below(8))]);
    }
    rule.required = choices.once_in(3).then(|| (0..choices.below(3)).map(|_| word(choices)).collect());
    rule.min_wrapping_ttl = choices.once_in(4).then(|| u32::from(choices.below(120)) * 60);
    rule.max_wrapping_ttl = choices.once_in(4).then(|| 7_200 + u32::from(choices.below(5)) * 3_600);
    rule.allowed = choices.once_in(3).then(|| parameters(choices));
    rule.denied = choices.once_in(3).then(|| parameters(choices));
    rule.comment = choices.once_in(4).then(|| word(choices));
    rule
}

fn parameters(choices: &mut Choices<'_>) -> BTreeMap<String, Vec<Parameter>> {
    let count = choices.below(3);
    let values = |choices: &mut Choices<'_>| (0..choices.below(4)).map(|_| parameter(choices)).collect();
    // To the servers, names in another case are sometimes the same: then their order counts.
    (0..count).map(|_| (word(choices).to_lowercase(), values(choices))).collect()
}

fn parameter(choices: &mut Choices<'_>) -> Parameter {
    match choices.below(6) {
        0..=2 => Parameter::String(word(choices)),
        3 => Parameter::Integer(choices.below(255) as i8),
        4 => Parameter::Float(choices.below(255) as i8),
        _ => Parameter::Bool(choices.once_in(2)),
    }
}

/// One thing different, if there is anything.
pub(crate) fn changed(choices: &mut Choices<'_>, policy: &Policy) -> Policy {
    let mut changed = policy.clone();
    let at = usize::from(choices.below(5)) % changed.0.len().max(1);
    let Some(path) = changed.0.keys().nth(at).cloned() else {
        changed.0.insert("a".into(), vec![Rule::default()]);
        return changed;
    };
    match choices.below(4) {
        0 => {
            let rules = changed.0.remove(&path).unwrap();
            changed.0.entry(path + "c").or_default().extend(rules);
        }
        1 => changed.0.entry(path).or_default().push(Rule::default()),
        2 => changed.0.get_mut(&path).unwrap().rotate_left(1),
        _ => changed.0.get_mut(&path).unwrap()[0].change(choices),
    }
    changed
}

impl Rule {
    fn change(&mut self, choices: &mut Choices<'_>) {
        let flip = |ttl: &mut Option<u32>| *ttl = if ttl.is_some() { None } else { Some(7_199) };
        match choices.below(7) {
            0 => {
                let capability = CAPABILITIES[usize::from(choices.below(8))];
                if !self.capabilities.remove(capability) {
                    self.capabilities.insert(capability);
                }
            }
            1 => self.required.get_or_insert_default().extend([choices.unique()]),
            2 => flip(&mut self.min_wrapping_ttl),
            3 => flip(&mut self.max_wrapping_ttl),
            4 => self.comment = Some(choices.unique()),
            5 => self.denied = if self.denied.is_some() { None } else { Some(BTreeMap::new()) },
            _ => match self.allowed.get_or_insert_default().values_mut().next() {
                Some(values) if choices.once_in(2) && !values.is_empty() => values.rotate_left(1),
                Some(values) => values.push(Parameter::Bool(true)),
                None => self.allowed = Some(BTreeMap::from([("b".into(), vec![])])),
            },
        }
    }
}

pub(crate) fn spelling(choices: &mut Choices<'_>, policy: &Policy) -> String {
    if policy.0.values().flatten().all(Rule::fits_json) && choices.once_in(3) {
        json(choices, policy)
    } else {
        hcl(choices, policy)
    }
}

impl Rule {
    /// Whether the servers read its JSON like its HCL: bools in arrays get lost, and a block with nothing but objects in it
    /// becomes another.
    fn fits_json(&self) -> bool {
        let mut values = [&self.allowed, &self.denied].into_iter().flatten().flat_map(BTreeMap::values).flatten();
        let has_bool = values.any(|value| matches!(value, Parameter::Bool(_)));
        let only_objects = self.capabilities.is_empty()
            && self.required.is_none()
            && self.min_wrapping_ttl.or(self.max_wrapping_ttl).is_none()
            && self.comment.is_none();
        !has_bool && !only_objects
    }
}

/// The blocks in any order, but those for one path in theirs.
fn blocks<'a>(choices: &mut Choices<'_>, policy: &'a Policy) -> Vec<(&'a str, &'a Rule)> {
    let mut rest: Vec<_> = policy.0.iter().map(|(path, rules)| (path, rules.iter())).collect();
    let mut blocks = Vec::new();
    while !rest.is_empty() {
        let at = usize::from(choices.below(7)) % rest.len();
        match rest[at].1.next() {
            Some(rule) => blocks.push((rest[at].0.as_str(), rule)),
            None => drop(rest.remove(at)),
        }
    }
    blocks
}

fn in_any_order(choices: &mut Choices<'_>, items: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut ordered = Vec::new();
    for item in items {
        ordered.insert(usize::from(choices.below(9)) % (ordered.len() + 1), item);
    }
    ordered
}

fn hcl(choices: &mut Choices<'_>, policy: &Policy) -> String {
    let mut text = space(choices);
    for (path, rule) in blocks(choices, policy) {
        let slash = if path.starts_with('/') || choices.once_in(3) { "/" } else { "" };
        let key = name(choices, "path");
        let path = quoted(choices, &format!("{slash}{path}"));
        let settings = settings(choices, rule);
        let body = in_any_order(choices, settings).concat();
        let (one, two, comma) = (space(choices), space(choices), if choices.once_in(4) { "," } else { "" });
        text += &format!("{key} {path}{one}{{{two}{body}}}{comma}\n{}", space(choices));
    }
    text
}

fn settings(choices: &mut Choices<'_>, rule: &Rule) -> Vec<String> {
    let mut settings = Vec::new();
    if !rule.capabilities.is_empty() {
        let capabilities: Vec<_> = rule.capabilities.iter().map(|capability| quoted(choices, capability)).collect();
        settings.push(("capabilities", list(choices, capabilities, true)));
    }
    if let Some(required) = &rule.required {
        let required: Vec<_> = required.iter().map(|word| string(choices, word)).collect();
        settings.push(("required_parameters", list(choices, required, true)));
    }
    for (name, ttl) in [("min_wrapping_ttl", rule.min_wrapping_ttl), ("max_wrapping_ttl", rule.max_wrapping_ttl)] {
        settings.extend(ttl.map(|ttl| (name, self::ttl(choices, ttl))));
    }
    settings.extend(rule.comment.as_ref().map(|comment| ("comment", string(choices, comment))));
    let mut texts: Vec<_> = settings
        .into_iter()
        .map(|(key, value)| {
            let comma = if choices.once_in(3) { " ," } else { "" };
            format!("{}{}={}{value}{comma}{}\n", name(choices, key), space(choices), space(choices), space(choices))
        })
        .collect();
    for (key, parameters) in [("allowed_parameters", &rule.allowed), ("denied_parameters", &rule.denied)] {
        let Some(parameters) = parameters else { continue };
        let assign = if choices.once_in(2) { "=" } else { " " };
        let items: Vec<_> = parameters.iter().map(|(name, values)| parameter_item(choices, name, values)).collect();
        texts.push(format!("{}{assign}{{{}}}\n", name(choices, key), in_any_order(choices, items).concat()));
    }
    texts
}

fn parameter_item(choices: &mut Choices<'_>, name: &str, values: &[Parameter]) -> String {
    let values = values.iter().map(|value| match value {
        Parameter::String(value) => string(choices, value),
        Parameter::Integer(value) => value.to_string(),
        Parameter::Float(value) => {
            ["{}.0", "{}.00", "{}e0", "{}.0E+0"][usize::from(choices.below(4))].replace("{}", &value.to_string())
        }
        Parameter::Bool(value) => value.to_string(),
    });
    let values = values.collect();
    format!("{} = {}\n", quoted(choices, name), list(choices, values, false))
}

fn list(choices: &mut Choices<'_>, elements: Vec<String>, is_set: bool) -> String {
    let mut elements = if is_set { in_any_order(choices, elements) } else { elements };
    if is_set && !elements.is_empty() && choices.once_in(4) {
        elements.push(elements[0].clone());
    }
    let mut text = String::from("[");
    for element in elements {
        let _ = write!(text, "{}{element}{},", space(choices), space(choices));
    }
    if choices.once_in(2) { text + "]" } else { text.trim_end_matches(',').to_owned() + "\n]" }
}

fn ttl(choices: &mut Choices<'_>, seconds: u32) -> String {
    match choices.below(4) {
        0 => seconds.to_string(),
        1 => format!("\"{seconds}\""),
        2 => format!("\"{}m{}s\"", seconds / 60, seconds % 60),
        _ => format!("\"{seconds}000ms\""),
    }
}

fn name(choices: &mut Choices<'_>, name: &str) -> String {
    if choices.once_in(3) { quoted(choices, name) } else { name.to_owned() }
}

fn string(choices: &mut Choices<'_>, content: &str) -> String {
    if content.ends_with('\n') && !content.contains("EOT") && choices.once_in(2) {
        return match choices.below(3) {
            0 => format!("<<EOT\n{content}EOT\n"),
            1 => format!(
                "<<-EOT\n{}  EOT\n",
                content.split_inclusive('\n').map(|line| format!("  {line}")).collect::<String>()
            ),
            // A line that is indented less keeps the others as they are.
            _ if content.split('\n').any(|line| !line.starts_with(' ')) => format!("<<-EOT\n{content} EOT\n"),
            _ => format!("<<EOT\n{content}EOT\n"),
        };
    }
    quoted(choices, content)
}

fn quoted(choices: &mut Choices<'_>, content: &str) -> String {
    let mut text = String::from('"');
    let mut rest = content;
    while let Some(char) = rest.chars().next() {
        let template = ["${b}", "${\"c\n\"}"].into_iter().find(|template| rest.starts_with(template));
        if let Some(template) = template.filter(|_| choices.once_in(2)) {
            text += template;
            rest = &rest[template.len()..];
            continue;
        }
        match char {
            '"' | '\\' => text.extend(['\\', char]),
            '\n' => text += "\\n",
            '$' => text += ["\\x24", "\\044", "\\u0024"][usize::from(choices.below(3))],
            _ if choices.once_in(6) => text += &format!("\\U{:08x}", u32::from(char)),
            'é' if choices.once_in(2) => text += "\\xc3\\xa9",
            _ => text.push(char),
        }
        rest = &rest[char.len_utf8()..];
    }
    text + "\""
}

fn space(choices: &mut Choices<'_>) -> String {
    ["", " ", "\n", "\r\n\t", " # } \"\n", "// ${\n", "/* {\n*/"][usize::from(choices.below(7))].to_owned()
}

fn json(choices: &mut Choices<'_>, policy: &Policy) -> String {
    let member = |name: &str, value: String| format!("{}:{value}", serde_json::to_string(name).unwrap());
    let mut paths = Vec::new();
    for (path, rule) in blocks(choices, policy) {
        let mut members = Vec::new();
        let strings = |choices: &mut Choices<'_>, words: Vec<String>| {
            let words = words.iter().map(|word| serde_json::to_string(word).unwrap());
            format!("[{}]", in_any_order(choices, words).join(", "))
        };
        if !rule.capabilities.is_empty() {
            let capabilities = rule.capabilities.iter().map(ToString::to_string).collect();
            members.push(member("capabilities", strings(choices, capabilities)));
        }
        if let Some(required) = &rule.required {
            members.push(member("required_parameters", strings(choices, required.iter().cloned().collect())));
        }
        for (name, ttl) in [("min_wrapping_ttl", rule.min_wrapping_ttl), ("max_wrapping_ttl", rule.max_wrapping_ttl)] {
            members.extend(ttl.map(|ttl| member(name, self::ttl(choices, ttl))));
        }
        members.extend(rule.comment.iter().map(|comment| member("comment", serde_json::to_string(comment).unwrap())));
        for (name, parameters) in [("allowed_parameters", &rule.allowed), ("denied_parameters", &rule.denied)] {
            let Some(parameters) = parameters else { continue };
            let parameters = parameters.iter().map(|(name, values)| {
                let values = values.iter().map(|value| match value {
                    Parameter::String(value) => serde_json::to_string(value).unwrap(),
                    Parameter::Integer(value) => value.to_string(),
                    Parameter::Float(value) => format!("{value}.0"),
                    Parameter::Bool(value) => value.to_string(),
                });
                member(name, format!("[{}]", values.collect::<Vec<_>>().join(",")))
            });
            members.push(member(name, format!("{{{}}}", in_any_order(choices, parameters).join(","))));
        }
        paths.push(member(path, format!("{{{}}}", in_any_order(choices, members).join(","))));
    }
    match (paths.is_empty(), choices.below(3)) {
        (true, _) => "{}".to_owned(),
        (_, 0) => format!(" {{\"path\": {{{}}}}}", paths.join(",")),
        (_, 1) => format!(
            "{{\"path\": [{}]}}\n",
            paths.iter().map(|path| format!("{{{path}}}")).collect::<Vec<_>>().join(",")
        ),
        _ => format!("{{{}}}", paths.iter().map(|path| format!("\"path\": {{{path}}}")).collect::<Vec<_>>().join(", ")),
    }
}
