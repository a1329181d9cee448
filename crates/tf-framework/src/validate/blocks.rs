//! How many blocks of a kind a configuration has.

use tf_value::Value;

use super::Validation;
use crate::diagnostic::Diagnostic;
use crate::schema::{NestedBlock, Nesting};
use crate::trail::Trail;

impl Validation {
    /// Whether there are enough blocks and not too many, and whether there should be any at all.
    pub(super) fn blocks(&mut self, nested: &NestedBlock, value: &Value, trail: &Trail<'_>) {
        let Some((least, most)) = count(nested.nesting(), value) else { return };
        let path = || trail.path().addressable();
        let (min, max) = (nested.min_items() as usize, nested.max_items() as usize);
        if most < min {
            let detail = format!("At least {min} {} must be there: {}.", blocks_of(min), trail.path());
            self.diagnostics.push(Diagnostic::error("Missing Block").detail(detail).at(path()));
        }
        if max != 0 && least > max {
            let detail = format!("At most {max} {} may be there: {}.", blocks_of(max), trail.path());
            self.diagnostics.push(Diagnostic::error("Too Many Blocks").detail(detail).at(path()));
        }
        if let (Some(instead), true) = (nested.block().deprecation(), least > 0 && nested.nesting() != Nesting::Group) {
            self.diagnostics.push(Diagnostic::warning("Deprecated Block").detail(instead).at(path()));
        }
    }
}

/// How many blocks there are at least and at most; `None` if nobody knows.
fn count(nesting: Nesting, value: &Value) -> Option<(usize, usize)> {
    if !value.is_known() {
        return None;
    }
    match nesting {
        Nesting::Single | Nesting::Group => {
            let count = usize::from(!value.is_null());
            Some((count, count))
        }
        Nesting::List | Nesting::Map => {
            let count = value.length().unwrap_or(0);
            Some((count, count))
        }
        Nesting::Set => {
            // Elements that are not known yet may turn out to be equal to others.
            let elements = value.as_set()?;
            let known = elements.iter().filter(|element| element.is_wholly_known()).count();
            let least = if known == elements.len() { known } else { known.max(1) };
            Some((least, elements.len()))
        }
    }
}

fn blocks_of(count: usize) -> &'static str {
    if count == 1 { "block" } else { "blocks" }
}

#[cfg(test)]
mod tests {
    use tf_value::Type;

    use super::*;
    use crate::schema::{Attribute, Block, Schema};
    use crate::validate::{ClientCapabilities, validate};

    #[track_caller]
    fn check(nested: NestedBlock, value: Value, expected: Option<&str>) {
        let schema = Schema::new(0, Block::new().block("b", nested));
        let found = validate(&schema, &Value::object([("b", value)]), ClientCapabilities::default());
        assert_eq!(found.iter().next().map(Diagnostic::summary), expected);
    }

    fn inner() -> Block {
        Block::new().attribute("a", Attribute::optional(Type::Number))
    }

    fn blocks(values: &[i64]) -> impl Iterator<Item = Value> {
        values.iter().map(|value| Value::object([("a", Value::from(*value))]))
    }

    #[test]
    fn blocks_are_counted() {
        let list = || NestedBlock::list(inner()).min(1).max(2);
        check(list(), Value::list(blocks(&[])), Some("Missing Block"));
        check(list(), Value::list(blocks(&[1])), None);
        check(list(), Value::list(blocks(&[1, 2])), None);
        check(list(), Value::list(blocks(&[1, 2, 3])), Some("Too Many Blocks"));
        check(NestedBlock::list(inner()), Value::list(blocks(&[1, 2, 3])), None);
        check(NestedBlock::required_single(inner()), Value::Null, Some("Missing Block"));
        check(NestedBlock::single(inner()), Value::Null, None);
    }

    #[test]
    fn unknown_elements_of_sets_may_coincide() {
        let set = || NestedBlock::set(inner()).min(2).max(2);
        let unknown = || Value::object([("a", Value::unknown())]);
        check(set(), Value::set(blocks(&[1, 2, 3])), Some("Too Many Blocks"));
        check(set(), Value::set(blocks(&[1, 2]).chain([unknown()])), None);
        check(set(), Value::set([unknown()]), Some("Missing Block"));
    }

    #[test]
    fn deprecated_blocks_are_told() {
        let old = || NestedBlock::list(inner().deprecated("Use a instead."));
        check(old(), Value::list(blocks(&[])), None);
        check(old(), Value::list(blocks(&[1])), Some("Deprecated Block"));
    }
}
