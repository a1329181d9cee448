//! Values that mean the same though they are written differently.
//!
//! A user writes `1h`, the server answers `3600s`; a policy is indented differently. Neither is a change. Wherever a new
//! value means the same as the one in the state, the spelling in the state stays, so that nothing is planned and nothing
//! differs from what was planned.
//!
//! A plan keeps the spelling of whole attributes: core accepts what is configured or what there was, and nothing between.
//! In what is read or applied, each element keeps its own.

mod elements;

use std::fmt;

use tf_value::Value;

use super::draft::{Object, Planned, member};
use crate::schema::{Attribute, Block, Nesting, Schema};
pub(crate) use elements::ElementWise;

/// When two values of an attribute mean the same.
///
/// It must be an equivalence: the same as itself, in both directions, and over any number of steps.
pub trait SemanticEquality: fmt::Debug + Send + Sync {
    /// Whether both mean the same. They are not null and wholly known, and of the attribute's type.
    fn same(&self, one: &Value, other: &Value) -> bool;

    /// A new value in the spelling of an earlier one, if they mean the same. Both may be null or not wholly known.
    ///
    /// What is returned means the same as `new`. Values with parts that are compared one by one keep the spelling of those
    /// that stay, also if others don't.
    fn keep(&self, earlier: &Value, new: Value) -> Value {
        if is_comparable(earlier) && is_comparable(&new) && self.same(earlier, &new) { earlier.clone() } else { new }
    }
}

/// Plans the prior spelling wherever it means the same.
pub(super) fn keep_prior_spelling(draft: &mut Object<'_>) {
    draft.each_attribute(&mut |attribute, member| {
        if let Planned::Value(planned) = &member.planned
            && mean_the_same(attribute, member.prior, planned)
        {
            member.planned = Planned::Value(member.prior.clone());
        }
    });
}

fn mean_the_same(attribute: &Attribute, prior: &Value, new: &Value) -> bool {
    let comparable = || is_comparable(prior) && is_comparable(new);
    attribute.semantics().is_some_and(|semantics| comparable() && semantics.same(prior, new))
}

fn is_comparable(value: &Value) -> bool {
    !value.is_null() && value.is_wholly_known()
}

/// A new state in the spelling of an earlier value, wherever the two mean the same: of the state before a read, or of the
/// plan after an apply. Elements of lists and maps are compared with those of the same index or key, an element of a set
/// with all.
#[must_use]
pub fn keep_spelling(schema: &Schema, earlier: &Value, new: Value) -> Value {
    object(schema.block(), earlier, new)
}

fn object(block: &Block, earlier: &Value, new: Value) -> Value {
    let Value::Object(members) = new else { return new };
    let kept = members.into_iter().map(|(name, new)| {
        let earlier = member(earlier, &name);
        let new = match (block.attributes().get(&name), block.blocks().get(&name)) {
            (Some(attribute), _) => value(attribute, earlier, new),
            (None, Some(nested)) => objects(nested.nesting(), nested.block(), earlier, new),
            (None, None) => new,
        };
        (name, new)
    });
    Value::Object(kept.collect())
}

fn value(attribute: &Attribute, earlier: &Value, new: Value) -> Value {
    match (attribute.nested(), attribute.semantics()) {
        (Some(nested), _) => objects(nested.nesting(), nested.object(), earlier, new),
        (None, Some(semantics)) => semantics.keep(earlier, new),
        (None, None) => new,
    }
}

fn objects(nesting: Nesting, block: &Block, earlier: &Value, new: Value) -> Value {
    match nesting {
        Nesting::Single | Nesting::Group => object(block, earlier, new),
        Nesting::List | Nesting::Set | Nesting::Map => {
            elements::keep(earlier, new, &|earlier, new| object(block, earlier, new))
        }
    }
}

#[cfg(test)]
mod tests {
    use tf_value::Type;

    use super::*;
    use crate::plan::testing::{CaseInsensitive, Wrap, check, element};
    use crate::schema::{NestedBlock, NestedObject};

    fn name() -> Attribute {
        Attribute::optional(Type::String).semantic_equality(CaseInsensitive)
    }

    fn block() -> Block {
        Block::new().attribute("a", name()).attribute("id", Attribute::computed(Type::String))
    }

    fn object(a: &str, id: Value) -> Value {
        Value::object([("a", Value::from(a)), ("id", id)])
    }

    #[test]
    fn another_spelling_is_no_change() {
        let prior = || object("WEB", Value::from("1"));
        check(&block(), prior(), object("web", Value::Null), prior());
        check(&block(), prior(), object("db", Value::Null), object("db", Value::unknown()));
    }

    #[test]
    fn what_is_null_or_unknown_means_nothing() {
        let prior = || Value::object([("a", Value::Null), ("id", Value::from("1"))]);
        check(&block(), prior(), object("web", Value::Null), object("web", Value::unknown()));
        let unknown = |id| Value::object([("a", Value::unknown()), ("id", id)]);
        check(&block(), object("web", Value::from("1")), unknown(Value::Null), unknown(Value::unknown()));
    }

    #[test]
    fn spelling_is_kept_in_every_object() {
        let nestings: [(NestedBlock, Wrap); 5] = [
            (NestedBlock::single(block()), |object| object),
            (NestedBlock::group(block()), |object| object),
            (NestedBlock::list(block()), |object| Value::list([object])),
            (NestedBlock::set(block()), |object| Value::set([object])),
            (NestedBlock::map(block()), |object| Value::map([("k", object)])),
        ];
        for (nested, wrap) in nestings {
            let outer = Block::new().block("b", nested);
            let prior = || element("b", wrap(object("WEB", Value::from("1"))));
            check(&outer, prior(), element("b", wrap(object("web", Value::Null))), prior());
            let schema = Schema::new(0, outer);
            let read = element("b", wrap(object("wEb", Value::from("1"))));
            assert_eq!(keep_spelling(&schema, &prior(), read), prior());
            let drifted = element("b", wrap(object("wEb", Value::from("2"))));
            let kept = keep_spelling(&schema, &prior(), drifted.clone());
            assert_ne!(kept, prior());
        }
    }

    #[test]
    fn elements_of_a_read_set_are_told_apart() {
        let nested = NestedObject::set([("a", name()), ("n", Attribute::optional(Type::Number))]);
        let schema = Schema::new(0, Block::new().attribute("s", Attribute::optional(nested)));
        let one = |a: &str, n: i64| Value::object([("a", Value::from(a)), ("n", Value::from(n))]);
        let earlier = element("s", Value::set([one("X", 1), one("Y", 2)]));
        let read = element("s", Value::set([one("y", 2), one("x", 3)]));
        assert_eq!(keep_spelling(&schema, &earlier, read), element("s", Value::set([one("Y", 2), one("x", 3)])));
    }
}
