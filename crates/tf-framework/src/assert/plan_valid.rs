//! Whether a plan is one that leads from the prior state to the configuration.

use std::borrow::Cow;

use tf_value::{Text, Value};

use super::same_but_refinements;
use super::violation::{Breach, Violation};
use crate::schema::{Attribute, Block, NestedBlock, NestedObject, Nesting, Schema};
use crate::trail::Trail;

/// Judges a planned state as both cores do after every plan.
///
/// An attribute that the user sets is planned as configured, or left as it was. One that the provider computes may be
/// anything as long as it is not configured. Blocks are exactly those of the configuration. Nobody can tell which element
/// of a set is which, so of sets only the number of elements is judged.
///
/// All three are of the schema's type; a null `prior` means that the object is to be created.
pub fn plan_valid(schema: &Schema, prior: &Value, config: &Value, planned: &Value) -> Vec<Violation> {
    let mut judge = Judge { violations: Vec::new() };
    judge.object(schema.block(), prior, config, planned, &Trail::ROOT);
    judge.violations
}

struct Judge {
    violations: Vec<Violation>,
}

impl Judge {
    fn blame(&mut self, trail: &Trail<'_>, breach: Breach) {
        self.violations.push(Violation { path: trail.path(), breach });
    }

    fn object(&mut self, block: &Block, prior: &Value, config: &Value, planned: &Value, trail: &Trail<'_>) {
        match (config.is_null(), planned.is_null()) {
            (true, true) => return,
            (false, true) => return self.blame(trail, Breach::PlannedAbsent),
            (true, false) => return self.blame(trail, Breach::PlannedPresent),
            (false, false) => {}
        }
        self.attributes(block, prior, config, planned, trail);
        for (name, nested) in block.blocks() {
            let (prior, config, planned) = (member(prior, name), member(config, name), member(planned, name));
            self.blocks(nested, &prior, &config, &planned, &trail.attribute(name));
        }
    }

    fn attributes(&mut self, block: &Block, prior: &Value, config: &Value, planned: &Value, trail: &Trail<'_>) {
        for (name, attribute) in block.attributes() {
            let (prior, config, planned) = (member(prior, name), member(config, name), member(planned, name));
            self.attribute(attribute, &prior, &config, &planned, &trail.attribute(name));
        }
    }

    fn attribute(&mut self, attribute: &Attribute, prior: &Value, config: &Value, planned: &Value, trail: &Trail<'_>) {
        let left_alone = || !prior.is_null() && !config.is_null() && same_but_refinements(planned, prior);
        if same_but_refinements(planned, config) || left_alone() || !attribute.mode().is_configurable() {
            return;
        }
        match (config.is_null(), attribute.nested()) {
            (true, _) if attribute.mode().is_computed() => {}
            (true, _) => self.blame(trail, Breach::NotComputed),
            (false, _) if planned.is_null() && attribute.is_write_only() => {}
            (false, Some(nested)) => self.nested(nested, prior, config, planned, trail),
            (false, None) => self.blame(trail, Breach::NotAsConfigured),
        }
    }

    /// A nested attribute that is configured.
    fn nested(&mut self, nested: &NestedObject, prior: &Value, config: &Value, planned: &Value, trail: &Trail<'_>) {
        if planned.is_null() {
            return self.blame(trail, Breach::PlannedAbsent);
        }
        if !planned.is_known() {
            return self.blame(trail, Breach::NotAsConfigured);
        }
        match nested.nesting() {
            Nesting::Single | Nesting::Group => self.attributes(nested.object(), prior, config, planned, trail),
            Nesting::Set => self.set_size(config, planned, trail),
            Nesting::List | Nesting::Map if !config.is_known() => self.blame(trail, Breach::NotAsConfigured),
            Nesting::List => {
                let (configs, planneds) = (slice(config), slice(planned));
                if self.count(planneds.len(), configs.len(), trail) {
                    for (index, (config, planned)) in configs.iter().zip(planneds).enumerate() {
                        let prior = slice(prior).get(index).unwrap_or(&Value::Null);
                        self.nested_element(nested, prior, config, planned, &trail.index(index));
                    }
                }
            }
            Nesting::Map => self.keyed(config, planned, trail, |judge, key, config, planned, trail| {
                let prior = prior.as_map().and_then(|prior| prior.get(key)).unwrap_or(&Value::Null);
                judge.nested_element(nested, prior, config, planned, trail);
            }),
        }
    }

    fn nested_element(
        &mut self,
        nested: &NestedObject,
        prior: &Value,
        config: &Value,
        planned: &Value,
        trail: &Trail<'_>,
    ) {
        match (config.is_null(), planned.is_null()) {
            (true, true) => {}
            (false, false) => self.attributes(nested.object(), prior, config, planned, trail),
            (true, false) | (false, true) => self.blame(trail, Breach::NotAsConfigured),
        }
    }

    fn blocks(&mut self, nested: &NestedBlock, prior: &Value, config: &Value, planned: &Value, trail: &Trail<'_>) {
        if planned == config {
            return;
        }
        if !config.is_known() {
            return self.blame(trail, Breach::UnknownBlocks);
        }
        if !planned.is_known() {
            return self.blame(trail, Breach::BlockUnknown);
        }
        let counted = !matches!(nested.nesting(), Nesting::Single | Nesting::Group);
        if counted && planned.is_null() {
            return self.blame(trail, Breach::BlockNull);
        }
        match nested.nesting() {
            Nesting::Single | Nesting::Group => self.object(nested.block(), prior, config, planned, trail),
            Nesting::List => {
                if self.count(slice(planned).len(), slice(config).len(), trail) {
                    for (index, (config, planned)) in slice(config).iter().zip(slice(planned)).enumerate() {
                        let prior = slice(prior).get(index).unwrap_or(&Value::Null);
                        self.element(nested, prior, config, planned, &trail.index(index));
                    }
                }
            }
            Nesting::Map => self.keyed(config, planned, trail, |judge, key, config, planned, trail| {
                let prior = prior.as_map().and_then(|prior| prior.get(key)).unwrap_or(&Value::Null);
                judge.element(nested, prior, config, planned, trail);
            }),
            Nesting::Set => {
                for _ in planned.as_set().into_iter().flatten().filter(|element| !element.is_known()) {
                    self.blame(&trail.element(), Breach::BlockUnknown);
                }
            }
        }
    }

    fn element(&mut self, nested: &NestedBlock, prior: &Value, config: &Value, planned: &Value, trail: &Trail<'_>) {
        if planned.is_known() {
            self.object(nested.block(), prior, config, planned, trail);
        } else {
            self.blame(trail, Breach::BlockUnknown);
        }
    }

    /// Two maps with the same keys, entry by entry.
    fn keyed(
        &mut self,
        config: &Value,
        planned: &Value,
        trail: &Trail<'_>,
        mut entry: impl FnMut(&mut Self, &Text, &Value, &Value, &Trail<'_>),
    ) {
        let (Some(configs), Some(planneds)) = (config.as_map(), planned.as_map()) else {
            return self.blame(trail, Breach::NotAsConfigured);
        };
        if !self.count(planneds.len(), configs.len(), trail) {
            return;
        }
        for (key, planned) in planneds {
            let trail = trail.key(key);
            match configs.get(key) {
                Some(config) => entry(self, key, config, planned, &trail),
                None => self.blame(&trail, Breach::Keys),
            }
        }
    }

    fn count(&mut self, planned: usize, configured: usize, trail: &Trail<'_>) -> bool {
        if planned != configured {
            self.blame(trail, Breach::Count { planned, configured });
        }
        planned == configured
    }

    /// The number of elements that a set will have is only known if all its elements are.
    fn set_size(&mut self, config: &Value, planned: &Value, trail: &Trail<'_>) {
        let (Some(configured), Some(elements)) = (config.length(), planned.length()) else { return };
        if !config.is_wholly_known() {
            return;
        }
        let least = if planned.is_wholly_known() { elements } else { elements.min(1) };
        if !(least..=elements).contains(&configured) {
            self.blame(trail, Breach::Count { planned: elements, configured });
        }
    }
}

/// A member of an object; of null it is null, of unknown unknown.
fn member<'a>(object: &'a Value, name: &str) -> Cow<'a, Value> {
    if !object.is_known() {
        return Cow::Owned(Value::unknown());
    }
    object.attribute(name).map_or(Cow::Owned(Value::Null), Cow::Borrowed)
}

fn slice(value: &Value) -> &[Value] {
    value.as_slice().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use tf_value::Type;

    use super::*;

    const ROOT_ABSENT: &[(&str, Breach)] = &[("", Breach::PlannedAbsent)];

    #[track_caller]
    fn judge(block: &Block, prior: &Value, config: &Value, planned: &Value, expected: &[(&str, Breach)]) {
        let found = plan_valid(&Schema::new(0, block.clone()), prior, config, planned);
        let found: Vec<_> = found.into_iter().map(|found| (found.path.to_string(), found.breach)).collect();
        let expected: Vec<_> = expected.iter().map(|(path, breach)| ((*path).to_owned(), breach.clone())).collect();
        assert_eq!(found, expected);
    }

    /// One attribute `a`, of these values before, configured and planned.
    #[track_caller]
    fn check(attribute: Attribute, prior: Value, config: Value, planned: Value, expected: &[(&str, Breach)]) {
        let block = Block::new().attribute("a", attribute);
        let a = |value| Value::object([("a", value)]);
        judge(&block, &a(prior), &a(config), &a(planned), expected);
    }

    fn x() -> Value {
        Value::from("x")
    }

    fn y() -> Value {
        Value::from("y")
    }

    #[test]
    fn objects_exist_as_configured() {
        let block = Block::new().attribute("a", Attribute::optional(Type::String));
        let object = || Value::object([("a", x())]);
        judge(&block, &Value::Null, &Value::Null, &Value::Null, &[]);
        judge(&block, &Value::Null, &object(), &Value::Null, ROOT_ABSENT);
        judge(&block, &object(), &Value::Null, &object(), &[("", Breach::PlannedPresent)]);
    }

    #[test]
    fn what_is_set_is_planned_as_set_or_as_it_was() {
        let optional = || Attribute::optional(Type::String);
        check(optional(), Value::Null, x(), x(), &[]);
        check(optional(), y(), x(), y(), &[]);
        check(optional(), Value::Null, x(), Value::Null, &[("a", Breach::NotAsConfigured)]);
        check(optional(), y(), x(), Value::from("X"), &[("a", Breach::NotAsConfigured)]);
        check(optional(), y(), x(), Value::unknown(), &[("a", Breach::NotAsConfigured)]);
        check(optional(), y(), Value::Null, y(), &[("a", Breach::NotComputed)]);
        check(optional(), Value::Null, Value::unknown(), x(), &[("a", Breach::NotAsConfigured)]);
    }

    #[test]
    fn refinements_do_not_matter() {
        let refined = Value::refined(&Type::String, tf_value::Refinements::default().not_null()).unwrap();
        check(Attribute::optional(Type::String), Value::Null, refined, Value::unknown(), &[]);
    }

    #[test]
    fn what_is_computed_is_anything() {
        for planned in [Value::Null, x(), Value::unknown()] {
            check(Attribute::computed(Type::String), y(), Value::Null, planned.clone(), &[]);
            check(Attribute::optional_computed(Type::String), y(), Value::Null, planned, &[]);
        }
        check(Attribute::optional_computed(Type::String), Value::Null, x(), y(), &[("a", Breach::NotAsConfigured)]);
    }

    #[test]
    fn write_only_values_are_planned_as_null() {
        check(Attribute::optional(Type::String).write_only("v"), Value::Null, x(), Value::Null, &[]);
        check(
            Attribute::optional(Type::String).write_only("v"),
            Value::Null,
            x(),
            y(),
            &[("a", Breach::NotAsConfigured)],
        );
    }

    fn element(value: Value) -> Value {
        Value::object([("id", Value::Null), ("n", value)])
    }

    fn nested() -> [(&'static str, Attribute); 2] {
        [("n", Attribute::optional(Type::String)), ("id", Attribute::computed(Type::String))]
    }

    #[test]
    fn nested_attributes_are_judged_attribute_by_attribute() {
        let with_id = Value::object([("id", Value::unknown()), ("n", x())]);
        let single = || Attribute::optional(NestedObject::single(nested()));
        check(single(), Value::Null, element(x()), with_id.clone(), &[]);
        check(single(), Value::Null, element(y()), with_id.clone(), &[("a.n", Breach::NotAsConfigured)]);
        check(single(), Value::Null, element(y()), Value::Null, &[("a", Breach::PlannedAbsent)]);
        check(single(), Value::Null, element(y()), Value::unknown(), &[("a", Breach::NotAsConfigured)]);
        let list = || Attribute::optional(NestedObject::list(nested()));
        let count = Breach::Count { planned: 2, configured: 1 };
        check(list(), Value::Null, Value::list([element(x())]), Value::list([with_id.clone()]), &[]);
        check(
            list(),
            Value::Null,
            Value::list([element(x())]),
            Value::list([element(x()), element(x())]),
            &[("a", count)],
        );
        let map = || Attribute::optional(NestedObject::map(nested()));
        let k = |value| Value::map([("k", value)]);
        check(map(), Value::Null, k(element(x())), k(with_id.clone()), &[]);
        check(map(), Value::Null, k(element(x())), Value::map([("l", element(x()))]), &[(r#"a["l"]"#, Breach::Keys)]);
    }

    #[test]
    fn of_sets_only_the_size_is_judged() {
        let set = || Attribute::optional(NestedObject::set(nested()));
        let values = |values: &[Value]| Value::set(values.iter().cloned().map(element));
        check(set(), Value::Null, values(&[x()]), values(&[y()]), &[]);
        let count = Breach::Count { planned: 1, configured: 2 };
        check(set(), Value::Null, values(&[x(), y()]), values(&[x()]), &[("a", count)]);
        check(set(), Value::Null, values(&[x()]), values(&[x(), Value::unknown()]), &[]);
        let count = Breach::Count { planned: 1, configured: 2 };
        check(set(), Value::Null, values(&[x(), y()]), values(&[Value::unknown()]), &[("a", count)]);
    }

    #[test]
    fn blocks_are_those_of_the_configuration() {
        let inner =
            || nested().into_iter().fold(Block::new(), |block, (name, attribute)| block.attribute(name, attribute));
        let check = |block: NestedBlock, config: Value, planned: Value, expected: &[(&str, Breach)]| {
            let b = |value| Value::object([("b", value)]);
            judge(&Block::new().block("b", block), &Value::Null, &b(config), &b(planned), expected);
        };
        let list = || NestedBlock::list(inner());
        let one = || Value::list([element(x())]);
        let count = Breach::Count { planned: 0, configured: 1 };
        check(list(), one(), Value::list([]), &[("b", count)]);
        check(list(), one(), Value::Null, &[("b", Breach::BlockNull)]);
        check(list(), one(), Value::unknown(), &[("b", Breach::BlockUnknown)]);
        check(list(), one(), Value::list([Value::unknown()]), &[("b[0]", Breach::BlockUnknown)]);
        check(list(), one(), Value::list([element(y())]), &[("b[0].n", Breach::NotAsConfigured)]);
        check(list(), Value::unknown(), one(), &[("b", Breach::UnknownBlocks)]);
        check(list(), Value::unknown(), Value::unknown(), &[]);
        let map = || NestedBlock::map(inner());
        let k = |key: &str, value| Value::map([(key, value)]);
        check(map(), k("k", element(x())), k("l", element(x())), &[(r#"b["l"]"#, Breach::Keys)]);
        let set = || NestedBlock::set(inner());
        check(set(), Value::set([element(x())]), Value::set([Value::unknown()]), &[("b[...]", Breach::BlockUnknown)]);
        check(NestedBlock::single(inner()), element(x()), Value::Null, &[("b", Breach::PlannedAbsent)]);
        check(NestedBlock::single(inner()), Value::Null, element(x()), &[("b", Breach::PlannedPresent)]);
        check(NestedBlock::group(inner()), element(x()), element(y()), &[("b.n", Breach::NotAsConfigured)]);
    }
}
