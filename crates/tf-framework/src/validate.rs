//! What is wrong with a configuration, as far as the schema can tell.
//!
//! Core checks the types of a configuration and little else. That a user set what only the provider sets, wrote `null` for
//! what is required, or uses a write-only attribute with a core that would store it, is for the provider to find.
//!
//! At this time a value may be unknown anywhere, up to whole blocks. What can't be told yet is passed over: core validates
//! again, once everything is known.

mod attribute;
mod blocks;
mod combination;
mod typed;

use std::fmt;

use tf_value::Value;

pub use combination::Combination;
pub use typed::{Length, charset, length, non_empty, one_of, range};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::schema::{Block, Nesting, Schema};
use crate::trail::Trail;

/// What the core at the other end can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientCapabilities {
    /// It keeps write-only attributes out of plan and state.
    pub write_only_attributes: bool,
}

/// A rule for the value of an attribute.
///
/// It gets only values that are not null and known to the last part, so that it can't be wrong about what it can't see.
pub trait Validator: fmt::Debug + Send + Sync {
    /// Checks a value.
    ///
    /// # Errors
    /// What is asked of the value, as a sentence that goes on after the attribute's name: "must not be empty". Never the
    /// value itself.
    fn validate(&self, value: &Value) -> Result<(), String>;
}

/// A rule that is one question.
///
/// ```
/// use tf_framework::schema::Attribute;
/// use tf_framework::validate::Check;
/// use tf_value::{Type, Value};
///
/// let name = Attribute::required(Type::String).validator(Check {
///     demand: "must not be empty",
///     holds: |value: &Value| value.as_str() != Some(""),
/// });
/// # let _ = name;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// What is asked of the value, as it goes on after the attribute's name.
    pub demand: &'static str,
    /// Whether a value does what is asked.
    pub holds: fn(&Value) -> bool,
}

impl Validator for Check {
    fn validate(&self, value: &Value) -> Result<(), String> {
        if (self.holds)(value) { Ok(()) } else { Err(self.demand.to_owned()) }
    }
}

/// Checks a configuration against its schema. It must be of the schema's type.
pub fn validate(schema: &Schema, config: &Value, client: ClientCapabilities) -> Diagnostics {
    let mut validation = Validation { client, diagnostics: Diagnostics::new() };
    if let Some(instead) = schema.block().deprecation() {
        validation.diagnostics.push(Diagnostic::warning("Deprecated").detail(instead));
    }
    validation.object(schema.block(), config, &Trail::ROOT);
    validation.diagnostics
}

struct Validation {
    client: ClientCapabilities,
    diagnostics: Diagnostics,
}

impl Validation {
    fn object(&mut self, block: &Block, config: &Value, trail: &Trail<'_>) {
        let Some(members) = config.as_object() else { return };
        for (name, attribute) in block.attributes() {
            let value = members.get(name).unwrap_or(&Value::Null);
            let trail = trail.attribute(name);
            self.attribute(attribute, value, &trail);
            self.version(attribute, value, members, &trail);
            if let Some(nested) = attribute.nested() {
                self.objects(nested.nesting(), nested.object(), value, &trail);
            }
        }
        for (name, nested) in block.blocks() {
            let value = members.get(name).unwrap_or(&Value::Null);
            let trail = trail.attribute(name);
            self.blocks(nested, value, &trail);
            self.objects(nested.nesting(), nested.block(), value, &trail);
        }
        for combination in block.combinations() {
            if let Some(diagnostic) = combination.check(block, members) {
                self.diagnostics.push(diagnostic.at(trail.path().addressable()));
            }
        }
    }

    fn objects(&mut self, nesting: Nesting, block: &Block, config: &Value, trail: &Trail<'_>) {
        match nesting {
            Nesting::Single | Nesting::Group => self.object(block, config, trail),
            Nesting::List => {
                for (index, element) in config.as_slice().unwrap_or_default().iter().enumerate() {
                    self.element(block, element, &trail.index(index));
                }
            }
            Nesting::Set => {
                for element in config.as_set().into_iter().flatten() {
                    self.element(block, element, &trail.element());
                }
            }
            Nesting::Map => {
                for (key, element) in config.as_map().into_iter().flatten() {
                    self.element(block, element, &trail.key(key));
                }
            }
        }
    }

    /// An element of a nested attribute may be written as null. It has no meaning, and OpenTofu 1.12 crashes when it judges
    /// a plan with one.
    fn element(&mut self, block: &Block, config: &Value, trail: &Trail<'_>) {
        if config.is_null() {
            let diagnostic = Diagnostic::error("Null Element")
                .detail(format!("{} is null where an object is expected.", trail.path()))
                .remedy("Leave the element out.");
            self.diagnostics.push(diagnostic.at(trail.path().addressable()));
        }
        self.object(block, config, trail);
    }
}

#[cfg(test)]
mod tests {
    use tf_value::Type;

    use super::*;
    use crate::schema::{Attribute, NestedBlock, NestedObject};

    /// Summaries with the paths that they are at.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "a case is one line")]
    fn check(block: Block, config: Value, expected: &[(&str, &str)]) {
        let schema = Schema::new(0, block);
        config.check(schema.implied_type()).unwrap();
        let client = ClientCapabilities { write_only_attributes: true };
        let found = validate(&schema, &config, client);
        let found: Vec<_> = found.iter().map(|found| (found.path().to_string(), found.summary().to_owned())).collect();
        let expected: Vec<_> = expected.iter().map(|(path, summary)| ((*path).into(), (*summary).into())).collect();
        assert_eq!(found, expected);
    }

    fn positive() -> Attribute {
        let holds = |value: &Value| value.as_number().is_some_and(|number| !number.is_negative());
        Attribute::optional(Type::Number).validator(Check { demand: "must not be negative", holds })
    }

    #[test]
    fn validators_see_known_values_only() {
        #[derive(Debug)]
        struct Strict;
        impl Validator for Strict {
            fn validate(&self, value: &Value) -> Result<(), String> {
                assert!(!value.is_null() && value.is_wholly_known());
                Err("is never right".to_owned())
            }
        }
        let block = || Block::new().attribute("a", Attribute::optional(Type::list(Type::String)).validator(Strict));
        let a = |value| Value::object([("a", value)]);
        check(block(), a(Value::Null), &[]);
        check(block(), a(Value::unknown()), &[]);
        check(block(), a(Value::list([Value::from("x"), Value::unknown()])), &[]);
        check(block(), a(Value::list([Value::from("x")])), &[("a", "Invalid Attribute Value")]);
    }

    #[test]
    fn every_object_is_visited() {
        let inner = || Block::new().attribute("n", positive());
        let bad = || Value::object([("n", Value::from(-1))]);
        let bad_in = |place: &str| [(place.to_owned(), "Invalid Attribute Value")];
        let block_cases = [
            (NestedBlock::single(inner()), bad(), "b.n"),
            (NestedBlock::group(inner()), bad(), "b.n"),
            (NestedBlock::list(inner()), Value::list([bad()]), "b[0].n"),
            (NestedBlock::set(inner()), Value::set([bad()]), "b"),
            (NestedBlock::map(inner()), Value::map([("k", bad())]), "b[\"k\"].n"),
        ];
        for (block, value, place) in block_cases {
            let expected = bad_in(place);
            let expected: Vec<_> = expected.iter().map(|(path, summary)| (path.as_str(), *summary)).collect();
            check(Block::new().block("b", block), Value::object([("b", value)]), &expected);
        }
        let attributes = || [("n", positive())];
        let attribute_cases = [
            (NestedObject::single(attributes()), bad(), "a.n"),
            (NestedObject::list(attributes()), Value::list([Value::unknown(), bad()]), "a[1].n"),
            (NestedObject::set(attributes()), Value::set([bad()]), "a"),
            (NestedObject::map(attributes()), Value::map([("k", bad())]), "a[\"k\"].n"),
        ];
        for (nested, value, place) in attribute_cases {
            let expected = bad_in(place);
            let expected: Vec<_> = expected.iter().map(|(path, summary)| (path.as_str(), *summary)).collect();
            check(Block::new().attribute("a", Attribute::optional(nested)), Value::object([("a", value)]), &expected);
        }
    }

    #[test]
    fn deprecation_of_the_whole_is_told() {
        let block = Block::new().attribute("n", positive()).deprecated("Use the other resource instead.");
        check(block, Value::object([("n", Value::Null)]), &[("", "Deprecated")]);
    }

    #[test]
    fn elements_are_not_null() {
        let cases = [
            (NestedObject::list([("n", positive())]), Value::list([Value::Null]), "a[0]"),
            (NestedObject::set([("n", positive())]), Value::set([Value::Null]), "a"),
            (NestedObject::map([("n", positive())]), Value::map([("k", Value::Null)]), "a[\"k\"]"),
        ];
        for (nested, value, place) in cases {
            let block = Block::new().attribute("a", Attribute::optional(nested));
            check(block, Value::object([("a", value)]), &[(place, "Null Element")]);
        }
    }

    #[test]
    fn unknown_blocks_are_passed_over() {
        let inner = Block::new().attribute("n", Attribute::required(Type::Number));
        let block = Block::new().block("b", NestedBlock::list(inner).min(2));
        check(block, Value::object([("b", Value::unknown())]), &[]);
    }
}
