//! Defaults: what stands where nothing is configured.

use super::draft::{Object, Planned};

/// Plans the default of each attribute that has one and is not configured. The configuration decides and not the plan, which
/// may hold a value of the past. Objects that are not there get no defaults.
pub(super) fn fill_in(draft: &mut Object<'_>) {
    draft.each_attribute(&mut |attribute, member| {
        if let (Some(default), true) = (attribute.default(), member.config.is_null()) {
            member.planned = Planned::Value(default.clone());
        }
    });
}

#[cfg(test)]
mod tests {
    use tf_value::{Type, Value};

    use crate::plan::testing::{Wrap, check, element};
    use crate::schema::{Attribute, Block, NestedBlock, NestedObject};

    fn port() -> Attribute {
        Attribute::optional(Type::Number).default_value(80)
    }

    fn block() -> Block {
        Block::new().attribute("p", port())
    }

    fn p(value: Option<i64>) -> Value {
        Value::object([("p", Value::from(value))])
    }

    #[test]
    fn defaults_stand_where_nothing_is_configured() {
        check(&block(), Value::Null, p(None), p(Some(80)));
        check(&block(), Value::Null, p(Some(81)), p(Some(81)));
        check(&block(), Value::Null, element("p", Value::unknown()), element("p", Value::unknown()));
    }

    #[test]
    fn a_default_undoes_what_was_configured_before() {
        check(&block(), p(Some(81)), p(None), p(Some(80)));
    }

    #[test]
    fn every_object_gets_its_defaults() {
        let nestings: [(NestedBlock, Wrap); 5] = [
            (NestedBlock::single(block()), |object| object),
            (NestedBlock::group(block()), |object| object),
            (NestedBlock::list(block()), |object| Value::list([object])),
            (NestedBlock::set(block()), |object| Value::set([object])),
            (NestedBlock::map(block()), |object| Value::map([("k", object)])),
        ];
        for (nested, wrap) in nestings {
            let outer = Block::new().block("b", nested);
            check(&outer, Value::Null, element("b", wrap(p(None))), element("b", wrap(p(Some(80)))));
        }
        let nested = Attribute::optional(NestedObject::single([("p", port())]));
        let outer = Block::new().attribute("n", nested);
        check(&outer, Value::Null, element("n", p(None)), element("n", p(Some(80))));
        check(&outer, Value::Null, element("n", Value::Null), element("n", Value::Null));
    }

    #[test]
    fn the_default_of_a_nested_attribute_is_its_whole_value() {
        let nested = NestedObject::single([("p", Attribute::required(Type::Number))]);
        let outer = Block::new().attribute("n", Attribute::optional(nested).default_value(p(Some(80))));
        check(&outer, Value::Null, element("n", Value::Null), element("n", p(Some(80))));
        check(&outer, element("n", p(Some(81))), element("n", Value::Null), element("n", p(Some(80))));
    }
}
