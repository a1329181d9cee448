//! Schemas as messages.

use plugin_proto::tfplugin6::{self, StringKind};
use tf_value::{Text, Type};

use crate::schema::{Attribute, Block, NestedBlock, NestedObject, Nesting, Schema};

/// The part of a schema that the protocol can express.
pub(crate) fn encode(schema: &Schema) -> tfplugin6::Schema {
    tfplugin6::Schema { version: schema.version().into(), block: Some(block(schema.block())) }
}

/// A type as compact JSON. The three that most attributes have are not made anew each time.
pub(super) fn type_text<B: From<&'static [u8]> + From<Vec<u8>>>(ty: &Type) -> B {
    match ty {
        Type::String => B::from(&br#""string""#[..]),
        Type::Number => B::from(&br#""number""#[..]),
        Type::Bool => B::from(&br#""bool""#[..]),
        other => B::from(other.to_json().into_bytes()),
    }
}

fn block(block: &Block) -> tfplugin6::schema::Block {
    tfplugin6::schema::Block {
        // The version of a block was never used; that of the schema is.
        version: 0,
        attributes: attributes(block),
        block_types: block.blocks().iter().map(|(name, nested)| nested_block(name, nested)).collect(),
        description: block.description_text().as_str().to_owned(),
        description_kind: StringKind::Markdown.into(),
        deprecated: block.deprecation().is_some(),
        deprecation_message: text(block.deprecation()),
    }
}

fn attributes(block: &Block) -> Vec<tfplugin6::schema::Attribute> {
    block.attributes().iter().map(|(name, attribute)| self::attribute(name, attribute)).collect()
}

fn attribute(name: &Text, attribute: &Attribute) -> tfplugin6::schema::Attribute {
    let mode = attribute.mode();
    let nested = attribute.nested();
    tfplugin6::schema::Attribute {
        name: name.as_str().to_owned(),
        // With both of them no resource of the provider is usable.
        r#type: if nested.is_some() { Default::default() } else { type_text(&attribute.implied_type()) },
        nested_type: nested.map(object),
        description: attribute.description_text().as_str().to_owned(),
        description_kind: StringKind::Markdown.into(),
        required: mode.is_required(),
        optional: mode.is_optional(),
        computed: mode.is_computed(),
        sensitive: attribute.is_sensitive(),
        write_only: attribute.is_write_only(),
        deprecated: attribute.deprecation().is_some(),
        deprecation_message: text(attribute.deprecation()),
    }
}

fn object(nested: &NestedObject) -> tfplugin6::schema::Object {
    use tfplugin6::schema::object::NestingMode;
    let nesting = match nested.nesting() {
        Nesting::Single | Nesting::Group => NestingMode::Single,
        Nesting::List => NestingMode::List,
        Nesting::Set => NestingMode::Set,
        Nesting::Map => NestingMode::Map,
    };
    tfplugin6::schema::Object { attributes: attributes(nested.object()), nesting: nesting.into(), ..Default::default() }
}

fn nested_block(name: &Text, nested: &NestedBlock) -> tfplugin6::schema::NestedBlock {
    use tfplugin6::schema::nested_block::NestingMode;
    let nesting = match nested.nesting() {
        Nesting::Single => NestingMode::Single,
        Nesting::Group => NestingMode::Group,
        Nesting::List => NestingMode::List,
        Nesting::Set => NestingMode::Set,
        Nesting::Map => NestingMode::Map,
    };
    tfplugin6::schema::NestedBlock {
        type_name: name.as_str().to_owned(),
        block: Some(block(nested.block())),
        nesting: nesting.into(),
        min_items: nested.min_items().into(),
        max_items: nested.max_items().into(),
    }
}

fn text(text: Option<&Text>) -> String {
    text.map_or_else(String::new, |text| text.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use tfplugin6::schema::{nested_block, object};

    use super::*;

    #[test]
    fn attributes_keep_their_flags() {
        let block = Block::new()
            .attribute("a", Attribute::required(Type::String).description("*A*").deprecated("Use b."))
            .attribute("b", Attribute::optional(Type::list(Type::Number)).default_value(tf_value::Value::list([])))
            .attribute("c", Attribute::computed(Type::Bool).sensitive())
            .attribute("v", Attribute::optional(Type::Number))
            .attribute("w", Attribute::optional(Type::String).write_only("v"));
        let message = encode(&Schema::new(3, block.description("What it is.").deprecated("Use the other.")));
        assert_eq!(message.version, 3);
        let block = message.block.unwrap();
        assert_eq!((block.description.as_str(), block.description_kind()), ("What it is.", StringKind::Markdown));
        assert_eq!((block.deprecated, block.deprecation_message.as_str()), (true, "Use the other."));
        let [a, b, c, v, w] = <[_; 5]>::try_from(block.attributes).unwrap();
        assert_eq!((a.required, a.optional, a.computed), (true, false, false));
        assert_eq!((a.description.as_str(), a.deprecated, a.deprecation_message.as_str()), ("*A*", true, "Use b."));
        assert_eq!((b.required, b.optional, b.computed), (false, true, true), "a default is computed");
        assert_eq!((c.required, c.optional, c.computed, c.sensitive), (false, false, true, true));
        assert_eq!((v.write_only, w.write_only, a.sensitive, a.write_only), (false, true, false, false));
        let types: Vec<_> = [a, b, c, v].into_iter().map(|attribute| attribute.r#type).collect();
        assert_eq!(types, ["\"string\"", "[\"list\",\"number\"]", "\"bool\"", "\"number\""].map(|ty| ty.as_bytes()));
    }

    #[test]
    fn a_nested_attribute_has_no_type_beside_it() {
        let nested = |nested: NestedObject| {
            let block = Block::new().attribute("n", Attribute::optional(nested));
            encode(&Schema::new(0, block)).block.unwrap().attributes.remove(0)
        };
        let members = || [("x", Attribute::required(Type::String))];
        let cases = [
            (NestedObject::single(members()), object::NestingMode::Single),
            (NestedObject::list(members()), object::NestingMode::List),
            (NestedObject::set(members()), object::NestingMode::Set),
            (NestedObject::map(members()), object::NestingMode::Map),
        ];
        for (object, expected) in cases {
            let attribute = nested(object);
            assert!(attribute.r#type.is_empty());
            let object = attribute.nested_type.unwrap();
            assert_eq!(object.nesting(), expected);
            assert_eq!(object.attributes[0].name, "x");
        }
    }

    #[test]
    fn blocks_keep_their_nesting_and_number() {
        let inner = || Block::new().attribute("x", Attribute::required(Type::String));
        let cases = [
            (NestedBlock::single(inner()), nested_block::NestingMode::Single, (0, 0)),
            (NestedBlock::required_single(inner()), nested_block::NestingMode::Single, (1, 1)),
            (NestedBlock::group(inner()), nested_block::NestingMode::Group, (0, 0)),
            (NestedBlock::list(inner()).min(1).max(2), nested_block::NestingMode::List, (1, 2)),
            (NestedBlock::set(inner()), nested_block::NestingMode::Set, (0, 0)),
            (NestedBlock::map(inner()), nested_block::NestingMode::Map, (0, 0)),
        ];
        for (nested, nesting, items) in cases {
            let message = encode(&Schema::new(0, Block::new().block("b", nested)));
            let message = message.block.unwrap().block_types.remove(0);
            assert_eq!((message.nesting(), (message.min_items, message.max_items)), (nesting, items));
            assert_eq!(message.type_name, "b");
            assert_eq!(message.block.unwrap().attributes[0].name, "x");
        }
    }
}
