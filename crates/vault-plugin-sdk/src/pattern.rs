//! Which request paths a path of the engine is for.

use std::fmt;

use thiserror::Error;

/// A name in a pattern, and what it stands for in a path. `None`: the path leaves it out.
pub(crate) type Capture = (&'static str, Option<String>);

/// A pattern of request paths, relative to the mount.
///
/// Parts are divided by `/`. A part is a text that stands for itself, or one of these:
///
/// | part | takes |
/// |---|---|
/// | `{name}` | one part, not empty |
/// | `{name?}` | one part or none; only at the end |
/// | `{name...}` | all that is left, slashes too, not empty; only at the end |
/// | `{name...?}` | all that is left, or nothing; only at the end |
///
/// Which pattern is asked first does not depend on the order in which paths are added: a text goes before a `{name}`, and
/// that before a `{name...}`.
#[derive(Clone, PartialEq, Eq)]
pub struct Pattern {
    text: &'static str,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Text(&'static str),
    One { name: &'static str, optional: bool },
    Rest { name: &'static str, optional: bool },
}

/// Why a text is no pattern.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the pattern {pattern:?} {problem}")]
pub struct PatternError {
    pattern: &'static str,
    problem: &'static str,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// If it is none; the text says why.
    pub fn parse(text: &'static str) -> Result<Self, PatternError> {
        let bad = |problem| Err(PatternError { pattern: text, problem });
        let mut parts = Vec::new();
        for part in text.split('/') {
            if parts.last().is_some_and(|last| !matches!(last, Part::Text(_) | Part::One { optional: false, .. })) {
                return bad("goes on after a part that has to be the last");
            }
            match Part::parse(part) {
                Ok(part) if part.name().is_some() && parts.iter().any(|other: &Part| other.name() == part.name()) => {
                    return bad("has the same name twice");
                }
                Ok(part) => parts.push(part),
                Err(problem) => return bad(problem),
            }
        }
        Ok(Self { text, parts })
    }

    /// The names in it, in their order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.parts.iter().filter_map(Part::name)
    }

    /// What each of the names stands for in this path, if it is one of this pattern's.
    ///
    /// `tolerant` also takes a slash at the end, which hosts add to the path of a list.
    pub(crate) fn matches(&self, path: &str, tolerant: bool) -> Option<Vec<Capture>> {
        self.captures(path)
            .or_else(|| tolerant.then(|| path.strip_suffix('/')).flatten().and_then(|path| self.captures(path)))
    }

    fn captures(&self, path: &str) -> Option<Vec<Capture>> {
        let mut captured = Vec::new();
        // What is left of the path, without the slash before it. `None`: it is at its end.
        let mut left = Some(path);
        for part in &self.parts {
            match (part, left) {
                (Part::Text(text), Some(rest)) => {
                    let (head, tail) = first(rest);
                    if head != *text {
                        return None;
                    }
                    left = tail;
                }
                (Part::One { name, optional }, Some(rest)) => {
                    let (head, tail) = first(rest);
                    left = tail;
                    match (head.is_empty(), optional) {
                        (false, _) => captured.push((*name, Some(head.to_owned()))),
                        (true, true) => captured.push((*name, None)),
                        (true, false) => return None,
                    }
                }
                (Part::Rest { name, optional }, Some(rest)) => {
                    left = None;
                    match (rest.is_empty(), optional) {
                        (false, _) => captured.push((*name, Some(rest.to_owned()))),
                        (true, true) => captured.push((*name, None)),
                        (true, false) => return None,
                    }
                }
                (Part::One { name, optional: true } | Part::Rest { name, optional: true }, None) => {
                    captured.push((*name, None));
                }
                (_, None) => return None,
            }
        }
        left.is_none().then_some(captured)
    }

    /// The forms of it in which nothing is optional, as `OpenAPI` documents have them.
    pub(crate) fn forms(&self) -> Vec<Vec<Part>> {
        let mut forms = vec![self.parts.clone()];
        if let Some((Part::One { optional: true, .. } | Part::Rest { optional: true, .. }, before)) =
            self.parts.split_last()
        {
            forms.insert(0, before.to_vec());
        }
        forms
    }

    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Whether two patterns are for exactly the same paths, or differ in names alone.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        self.order() == other.order()
    }

    /// Sorts what is more particular first.
    pub(crate) fn order(&self) -> Vec<(u8, &'static str)> {
        let order = |part: &Part| match part {
            Part::Text(text) => (0, *text),
            Part::One { optional, .. } => (1 + u8::from(*optional), ""),
            Part::Rest { optional, .. } => (3 + u8::from(*optional), ""),
        };
        self.parts.iter().map(order).collect()
    }
}

impl Part {
    fn parse(part: &'static str) -> Result<Self, &'static str> {
        let Some(inner) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) else {
            return if part.contains(['{', '}', '*', '+', '?']) {
                Err("has a part with one of {}*+? in it that is no {name}")
            } else if part.is_empty() {
                Err("has an empty part; write it without a slash at either end")
            } else {
                Ok(Self::Text(part))
            };
        };
        let (inner, optional) = inner.strip_suffix('?').map_or((inner, false), |inner| (inner, true));
        let (name, rest) = inner.strip_suffix("...").map_or((inner, false), |name| (name, true));
        let is_name = |name: &str| {
            name.starts_with(|first: char| first.is_ascii_lowercase())
                && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        match (is_name(name), rest) {
            (false, _) => Err("has a name that is not of the form a-z, then a-z, 0-9 and _"),
            (true, false) => Ok(Self::One { name, optional }),
            (true, true) => Ok(Self::Rest { name, optional }),
        }
    }

    pub(crate) fn name(&self) -> Option<&'static str> {
        match self {
            Self::Text(_) => None,
            Self::One { name, .. } | Self::Rest { name, .. } => Some(name),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text)
    }
}

/// The first part, and what comes after its slash.
fn first(path: &str) -> (&str, Option<&str>) {
    path.split_once('/').map_or((path, None), |(head, tail)| (head, Some(tail)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matched(pattern: &'static str, path: &str) -> Option<String> {
        let captured = Pattern::parse(pattern).unwrap().matches(path, false)?;
        Some(
            captured
                .into_iter()
                .map(|(name, value)| format!("{name}={}", value.as_deref().unwrap_or("none")))
                .collect::<Vec<_>>()
                .join(" "),
        )
    }

    #[test]
    fn each_part_takes_what_it_says() {
        for (pattern, path, expected) in [
            ("config", "config", Some("")),
            ("config", "config/", None),
            ("config", "Config", None),
            ("config", "", None),
            ("notes/{name}", "notes/a", Some("name=a")),
            ("notes/{name}", "notes/", None),
            ("notes/{name}", "notes", None),
            ("notes/{name}", "notes/a/b", None),
            ("notes/{name}", "notes/a/", None),
            ("notes/{name?}", "notes", Some("name=none")),
            ("notes/{name?}", "notes/", Some("name=none")),
            ("notes/{name?}", "notes/a", Some("name=a")),
            ("{rest...}", "a/b/", Some("rest=a/b/")),
            ("{rest...}", "", None),
            ("{rest...?}", "", Some("rest=none")),
            ("data/{rest...?}", "data", Some("rest=none")),
            ("data/{rest...?}", "data/", Some("rest=none")),
            ("data/{rest...?}", "data/a/b", Some("rest=a/b")),
            ("{a}/x/{b}", "1/x/2", Some("a=1 b=2")),
            ("{a}/x/{b}", "1/y/2", None),
        ] {
            assert_eq!(matched(pattern, path).as_deref(), expected, "{pattern} on {path}");
        }
    }

    #[test]
    fn the_path_of_a_list_ends_in_a_slash() {
        let pattern = Pattern::parse("notes").unwrap();
        assert!(pattern.matches("notes/", true).is_some());
        assert!(pattern.matches("notes", true).is_some());
        assert!(pattern.matches("notes//", true).is_none());
        let rest = Pattern::parse("{rest...}").unwrap();
        assert_eq!(rest.matches("a/", true), Some(vec![("rest", Some("a/".to_owned()))]), "folders keep theirs");
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for bad in [
            "", "/a", "a/", "a//b", "{a", "a}", "{A}", "{}", "{1a}", "a*", "a+", "{a}{b}", "{a...}/b", "{a?}/b",
            "{a}/{a}",
        ] {
            assert!(Pattern::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_more_particular_goes_first() {
        let mut patterns: Vec<Pattern> = ["{rest...}", "a/{x?}", "a/{x}", "a/b", "{x}/b", "a"]
            .into_iter()
            .map(|text| Pattern::parse(text).unwrap())
            .collect();
        patterns.sort_by_key(Pattern::order);
        let order: Vec<String> = patterns.iter().map(Pattern::to_string).collect();
        assert_eq!(order, ["a", "a/b", "a/{x}", "a/{x?}", "{x}/b", "{rest...}"]);
        assert!(Pattern::parse("a/{x}").unwrap().is_same_as(&Pattern::parse("a/{y}").unwrap()));
        assert!(!Pattern::parse("a/{x}").unwrap().is_same_as(&Pattern::parse("a/{y...}").unwrap()));
    }

    proptest! {
        #[test]
        fn a_path_that_is_made_of_a_pattern_gives_its_values_back(
            one in "[^/]{1,8}",
            rest in "[^/]{1,4}(/[^/]{0,4}){0,3}",
        ) {
            let pattern = Pattern::parse("x/{one}/y/{rest...}").unwrap();
            let captured = pattern.matches(&format!("x/{one}/y/{rest}"), false);
            prop_assert_eq!(captured, Some(vec![("one", Some(one)), ("rest", Some(rest))]));
        }

        #[test]
        fn no_path_is_too_odd(path in any::<String>(), tolerant in any::<bool>()) {
            for pattern in ["a", "a/{b}", "{a?}", "{a...}", "a/{b...?}"] {
                Pattern::parse(pattern).unwrap().matches(&path, tolerant);
            }
        }
    }
}
