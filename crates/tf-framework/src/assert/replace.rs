//! Whether the paths for which an object is to be replaced are paths that core can use.

use tf_value::{Path, Step, Value};

use super::violation::{Breach, Violation};
use crate::schema::{Place, Schema};

/// Judges the paths for which a plan asks to replace an object.
///
/// Core ignores a path whose value does not change, except for a write-only attribute, which it can't compare. A provider
/// that names one anyway has not looked.
pub fn replace_paths(schema: &Schema, prior: &Value, planned: &Value, paths: &[Path]) -> Vec<Violation> {
    let breach = |path: &Path| {
        if path.steps().contains(&Step::Element) {
            return Some(Breach::ReplaceElement);
        }
        let (before, after) = (prior.get(path), planned.get(path));
        let (None, None) = (before, after) else {
            let write_only = matches!(schema.at(path), Some(Place::Attribute(attribute)) if attribute.is_write_only());
            return (before == after && !write_only).then_some(Breach::ReplaceUnchanged);
        };
        Some(Breach::ReplaceNothing)
    };
    paths.iter().filter_map(|path| Some(Violation { path: path.clone(), breach: breach(path)? })).collect()
}

#[cfg(test)]
mod tests {
    use tf_value::Type;

    use super::*;
    use crate::schema::{Attribute, Block, NestedObject};

    #[test]
    fn paths_lead_to_what_changes() {
        let set = NestedObject::set([("x", Attribute::optional(Type::String))]);
        let block = Block::new()
            .attribute("a", Attribute::optional(Type::String))
            .attribute("b", Attribute::optional(Type::String))
            .attribute("s", Attribute::optional(set))
            .attribute("v", Attribute::optional(Type::Number))
            .attribute("w", Attribute::optional(Type::String).write_only("v"));
        let object = |a: &str| {
            let a = Value::from(a);
            let null = || Value::Null;
            Value::object([("a", a), ("b", null()), ("s", null()), ("v", null()), ("w", null())])
        };
        let root = Path::root;
        let paths = [
            root().attribute("a"),
            root().attribute("b"),
            root().attribute("s").element().attribute("x"),
            root().attribute("w"),
            root().attribute("z"),
        ];
        let found = replace_paths(&Schema::new(0, block), &object("1"), &object("2"), &paths);
        let found: Vec<_> = found.into_iter().map(|found| (found.path.to_string(), found.breach)).collect();
        let expected = [
            ("b".to_owned(), Breach::ReplaceUnchanged),
            ("s[...].x".to_owned(), Breach::ReplaceElement),
            ("z".to_owned(), Breach::ReplaceNothing),
        ];
        assert_eq!(found, expected);
    }
}
