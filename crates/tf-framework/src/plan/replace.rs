//! The paths for which an object is to be replaced, as core wants them.

use std::collections::BTreeSet;

use tf_value::{Path, Value};

use super::bug;
use crate::diagnostic::Diagnostics;
use crate::schema::{Place, Schema};

/// The paths in order, none twice, none into a set, and only of what changes. Core compares by itself, except for what is
/// write-only: there it can only believe. A path that leads nowhere is a bug of the resource, and core would stop at it.
pub(super) fn in_order(
    schema: &Schema,
    prior: &Value,
    planned: &Value,
    paths: &[Path],
    diagnostics: &mut Diagnostics,
) -> Vec<Path> {
    if prior.is_null() || planned.is_null() {
        return Vec::new();
    }
    let paths: BTreeSet<Path> = paths.iter().map(Path::addressable).collect();
    let mut kept = Vec::new();
    for path in paths {
        match (prior.get(&path), planned.get(&path)) {
            (None, None) => {
                diagnostics.push(bug("it requires replacement for an attribute that is not there").at(path))
            }
            (before, after) if before != after || is_write_only(schema, &path) => kept.push(path),
            _ => {}
        }
    }
    kept
}

fn is_write_only(schema: &Schema, path: &Path) -> bool {
    matches!(schema.at(path), Some(Place::Attribute(attribute)) if attribute.is_write_only())
}

#[cfg(test)]
mod tests {
    use tf_value::Type;

    use super::*;
    use crate::schema::{Attribute, Block};

    #[track_caller]
    fn check(paths: &[&str], expected: &[&str], expected_errors: usize) {
        let block = Block::new()
            .attribute("a", Attribute::optional(Type::String))
            .attribute("b", Attribute::optional(Type::String))
            .attribute("c", Attribute::optional(Type::String))
            .attribute("s", Attribute::optional(Type::String).write_only("c"));
        let object = |value: &str| {
            let value = || Value::from(value);
            Value::object([("a", value()), ("b", value()), ("c", Value::from("same")), ("s", Value::Null)])
        };
        let paths: Vec<_> = paths.iter().map(|name| Path::root().attribute(*name)).collect();
        let mut diagnostics = Diagnostics::new();
        let found = in_order(&Schema::new(0, block), &object("1"), &object("2"), &paths, &mut diagnostics);
        assert_eq!(found.iter().map(Path::to_string).collect::<Vec<_>>(), expected);
        assert_eq!(diagnostics.len(), expected_errors);
    }

    #[test]
    fn paths_are_in_order_and_none_is_there_twice() {
        check(&["b", "a", "b"], &["a", "b"], 0);
    }

    #[test]
    fn what_does_not_change_replaces_nothing() {
        check(&["c"], &[], 0);
        check(&["s"], &["s"], 0);
    }

    #[test]
    fn a_path_to_nothing_is_a_bug() {
        check(&["a", "z"], &["a"], 1);
    }
}
