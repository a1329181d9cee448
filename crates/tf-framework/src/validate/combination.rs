//! Which attributes and blocks go together.

use std::collections::BTreeMap;

use tf_value::{Text, Value};

use crate::diagnostic::Diagnostic;
use crate::schema::{Block, Nesting};

/// Which attributes and blocks beside each other may or must be set together.
///
/// What is unknown may turn out to be null, so it never breaks a rule by itself.
///
/// ```
/// use tf_framework::schema::{Attribute, Block};
/// use tf_framework::validate::Combination;
/// use tf_value::Type;
///
/// let block = Block::new()
///     .attribute("pem", Attribute::optional(Type::String))
///     .attribute("file", Attribute::optional(Type::String))
///     .combination(Combination::exactly_one_of(["pem", "file"]));
/// # let _ = block;
/// ```
#[derive(Clone, Debug)]
pub struct Combination {
    rule: Rule,
    names: Vec<Text>,
}

#[derive(Clone, Copy, Debug)]
enum Rule {
    ExactlyOne,
    AtLeastOne,
    AtMostOne,
    AllOrNone,
}

impl Combination {
    /// One of them is set, and only one.
    pub fn exactly_one_of<N: Into<Text>>(names: impl IntoIterator<Item = N>) -> Self {
        Self::new(Rule::ExactlyOne, names)
    }

    /// One of them is set, or several.
    pub fn at_least_one_of<N: Into<Text>>(names: impl IntoIterator<Item = N>) -> Self {
        Self::new(Rule::AtLeastOne, names)
    }

    /// No two of them are set.
    pub fn conflicting<N: Into<Text>>(names: impl IntoIterator<Item = N>) -> Self {
        Self::new(Rule::AtMostOne, names)
    }

    /// All of them are set, or none.
    pub fn required_together<N: Into<Text>>(names: impl IntoIterator<Item = N>) -> Self {
        Self::new(Rule::AllOrNone, names)
    }

    fn new<N: Into<Text>>(rule: Rule, names: impl IntoIterator<Item = N>) -> Self {
        Self { rule, names: names.into_iter().map(Into::into).collect() }
    }

    /// The attributes and blocks that it is about.
    pub fn names(&self) -> &[Text] {
        &self.names
    }

    /// The rule as a sentence of Markdown, for documentation.
    pub(crate) fn describe(&self) -> String {
        let names = self.names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        match self.rule {
            Rule::ExactlyOne => format!("Exactly one of {names} must be set."),
            Rule::AtLeastOne => format!("At least one of {names} must be set."),
            Rule::AtMostOne => format!("At most one of {names} can be set."),
            Rule::AllOrNone => format!("All of {names} must be set, or none."),
        }
    }

    /// What is wrong with the members of an object, if something is.
    pub(super) fn check(&self, block: &Block, members: &BTreeMap<Text, Value>) -> Option<Diagnostic> {
        let (mut set, mut unset) = (0, 0);
        for name in &self.names {
            match is_set(block, name, members.get(name).unwrap_or(&Value::Null)) {
                Some(true) => set += 1,
                Some(false) => unset += 1,
                None => {}
            }
        }
        let all_unset = unset == self.names.len();
        let names = self.listed();
        match self.rule {
            Rule::ExactlyOne | Rule::AtMostOne if set > 1 => {
                let error = Diagnostic::error("Conflicting Attributes");
                Some(error.detail(format!("No two of these can be set at once: {names}.")).remedy("Keep one of them."))
            }
            Rule::ExactlyOne if all_unset => {
                Some(Diagnostic::error("Missing Attribute").detail(format!("One of these must be set: {names}.")))
            }
            Rule::AtLeastOne if all_unset => {
                let detail = format!("At least one of these must be set: {names}.");
                Some(Diagnostic::error("Missing Attribute").detail(detail))
            }
            Rule::AllOrNone if set > 0 && unset > 0 => {
                let error = Diagnostic::error("Incomplete Attributes");
                Some(error.detail(format!("These must be set together or not at all: {names}.")))
            }
            Rule::ExactlyOne | Rule::AtLeastOne | Rule::AtMostOne | Rule::AllOrNone => None,
        }
    }

    fn listed(&self) -> String {
        self.names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
    }
}

/// Whether the configuration has a value for it; `None` if nobody knows.
fn is_set(block: &Block, name: &Text, value: &Value) -> Option<bool> {
    if let Some(unknown) = value.as_unknown() {
        return unknown.refinements().filter(|refinements| refinements.is_not_null()).map(|_| true);
    }
    Some(match block.blocks().get(name) {
        None => !value.is_null(),
        Some(nested) => match nested.nesting() {
            Nesting::Single => !value.is_null(),
            Nesting::Group => *value != nested.empty_value(),
            Nesting::List | Nesting::Set | Nesting::Map => value.length().is_some_and(|length| length > 0),
        },
    })
}

#[cfg(test)]
mod tests {
    use tf_value::{Refinements, Type};

    use super::*;
    use crate::schema::{Attribute, NestedBlock};

    const NULL: Option<&str> = None;

    fn presence(text: Option<&str>) -> Value {
        match text {
            Some("?") => Value::unknown(),
            Some("!") => Value::refined(&Type::String, Refinements::default().not_null()).unwrap(),
            other => Value::from(other),
        }
    }

    #[track_caller]
    fn check(rule: fn([&'static str; 3]) -> Combination, values: [Option<&str>; 3], allowed: bool) {
        let names = ["a", "b", "c"];
        let block =
            names.iter().fold(Block::new(), |block, name| block.attribute(*name, Attribute::optional(Type::String)));
        let members = names.iter().zip(values).map(|(name, value)| (Text::from(*name), presence(value))).collect();
        assert_eq!(rule(names).check(&block, &members).is_none(), allowed, "{values:?}");
    }

    #[test]
    fn exactly_one_of() {
        let rule: fn([&'static str; 3]) -> Combination = |names| Combination::exactly_one_of(names);
        check(rule, [Some("x"), NULL, NULL], true);
        check(rule, [NULL, NULL, NULL], false);
        check(rule, [Some("x"), Some("x"), NULL], false);
        check(rule, [Some("x"), Some("?"), NULL], true);
        check(rule, [Some("x"), Some("!"), NULL], false);
        check(rule, [Some("?"), NULL, NULL], true);
        check(rule, [Some("x"), Some("x"), Some("?")], false);
    }

    #[test]
    fn at_least_one_of() {
        let rule: fn([&'static str; 3]) -> Combination = |names| Combination::at_least_one_of(names);
        check(rule, [NULL, NULL, NULL], false);
        check(rule, [NULL, Some("?"), NULL], true);
        check(rule, [Some("x"), Some("x"), NULL], true);
    }

    #[test]
    fn conflicting() {
        let rule: fn([&'static str; 3]) -> Combination = |names| Combination::conflicting(names);
        check(rule, [NULL, NULL, NULL], true);
        check(rule, [Some("x"), NULL, NULL], true);
        check(rule, [Some("x"), Some("?"), NULL], true);
        check(rule, [Some("x"), NULL, Some("x")], false);
    }

    #[test]
    fn required_together() {
        let rule: fn([&'static str; 3]) -> Combination = |names| Combination::required_together(names);
        check(rule, [NULL, NULL, NULL], true);
        check(rule, [Some("x"), Some("x"), Some("x")], true);
        check(rule, [Some("x"), Some("x"), NULL], false);
        check(rule, [Some("x"), Some("?"), Some("x")], true);
        check(rule, [Some("?"), NULL, NULL], true);
    }

    #[test]
    fn blocks_count_when_there_are_some() {
        let inner = || Block::new().attribute("x", Attribute::optional(Type::Number));
        let block = Block::new()
            .block("a", NestedBlock::list(inner()))
            .block("b", NestedBlock::group(inner()))
            .block("c", NestedBlock::single(inner()));
        let members = |value: Value| {
            BTreeMap::from([
                (Text::from("a"), Value::list([])),
                (Text::from("b"), Value::object([("x", value)])),
                (Text::from("c"), Value::Null),
            ])
        };
        let rule = Combination::at_least_one_of(["a", "b", "c"]);
        assert!(rule.check(&block, &members(Value::Null)).is_some());
        assert!(rule.check(&block, &members(Value::from(1))).is_none());
    }
}
