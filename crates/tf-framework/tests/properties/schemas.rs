//! Schemas of every kind: all nestings, modes and rules, in each other.

use tf_framework::plan::SemanticEquality;
use tf_framework::schema::{Attribute, Block, Mode, NestedBlock, NestedObject, Nesting, Schema, Shape};
use tf_framework::validate::Validator;
use tf_value::{Type, Value};

use crate::choices::Choices;

/// What stands around a block that is made.
#[derive(Clone, Copy, Default)]
struct Around {
    depth: u8,
    in_set: bool,
    in_collection: bool,
    only_computed: bool,
    ambiguous: bool,
}

/// Texts mean the same in any case.
#[derive(Debug)]
struct CaseInsensitive;

impl SemanticEquality for CaseInsensitive {
    fn same(&self, one: &Value, other: &Value) -> bool {
        let lower = |value: &Value| value.as_str().map(str::to_lowercase);
        lower(one) == lower(other)
    }
}

/// Panics if it is shown what no validator may see.
#[derive(Debug)]
struct SeesOnlyKnown;

impl Validator for SeesOnlyKnown {
    fn validate(&self, value: &Value) -> Result<(), String> {
        assert!(!value.is_null() && value.is_wholly_known(), "a validator sees {value:?}");
        Ok(())
    }
}

/// A schema whose objects can be planned without any doubt.
pub(crate) fn schema(choices: &mut Choices<'_>) -> Schema {
    schema_of(choices, Around::default())
}

/// A schema in which elements of a set may have nothing of their own, so that nobody can tell which is which.
pub(crate) fn ambiguous_schema(choices: &mut Choices<'_>) -> Schema {
    schema_of(choices, Around { ambiguous: true, ..Around::default() })
}

fn schema_of(choices: &mut Choices<'_>, around: Around) -> Schema {
    let mut block = block(choices, around);
    if choices.once_in(4) {
        let flag = Attribute::computed(Type::Bool).renewal_flag();
        let pem = Attribute::computed(Type::String).depends_on(["ready_for_renewal"]);
        block = block.attribute("ready_for_renewal", flag).attribute("pem", pem);
    }
    Schema::new(0, block)
}

fn block(choices: &mut Choices<'_>, around: Around) -> Block {
    let mut block = attributes(choices, around)
        .into_iter()
        .fold(Block::new(), |block, (name, attribute)| block.attribute(name, attribute));
    if around.depth < 2 {
        for position in 0..choices.below(3) {
            let nesting = nesting(choices, true);
            let inner = self::block(choices, around.inside(nesting));
            let nested = match nesting {
                Nesting::Single => NestedBlock::single(inner),
                Nesting::Group => NestedBlock::group(inner),
                Nesting::List => NestedBlock::list(inner),
                Nesting::Set => NestedBlock::set(inner),
                Nesting::Map => NestedBlock::map(inner),
            };
            block = block.block(format!("block{position}"), nested);
        }
    }
    block
}

fn attributes(choices: &mut Choices<'_>, around: Around) -> Vec<(String, Attribute)> {
    let mut attributes = Vec::new();
    if around.in_set && !around.ambiguous {
        // Without something of their own, elements of a set can't be told apart by anybody.
        let mode = if around.only_computed { Mode::OptionalComputed } else { Mode::Required };
        attributes.push(("key".to_owned(), Attribute::new(mode, Shape::Typed(Type::String))));
    }
    for position in 0..=choices.below(4) {
        attributes.push((format!("a{position}"), attribute(choices, around)));
    }
    if choices.once_in(4) {
        attributes.push(("dependent".to_owned(), Attribute::computed(Type::String).depends_on(["a0"])));
    }
    if choices.once_in(4) && !around.in_set && !around.only_computed {
        let mut secret = Attribute::optional(Type::String).write_only("secret_version");
        if choices.once_in(3) {
            secret = secret.requires_replace();
        }
        attributes.push(("secret".to_owned(), secret));
        attributes.push(("secret_version".to_owned(), Attribute::optional(Type::Number)));
        attributes.push(("digest".to_owned(), Attribute::computed(Type::String).depends_on(["secret"])));
    }
    attributes
}

fn attribute(choices: &mut Choices<'_>, around: Around) -> Attribute {
    let mode = match choices.below(4) {
        0 if !around.only_computed => Mode::Optional,
        1 if !around.only_computed => Mode::Required,
        2 => Mode::OptionalComputed,
        _ => Mode::Computed,
    };
    let nested = around.depth < 2 && choices.once_in(3);
    let shape = if nested {
        let nesting = nesting(choices, false);
        let inside = Around { only_computed: mode.is_computed(), ..around.inside(nesting) };
        let inner = attributes(choices, inside);
        Shape::Nested(match nesting {
            Nesting::Single | Nesting::Group => NestedObject::single(inner),
            Nesting::List => NestedObject::list(inner),
            Nesting::Set => NestedObject::set(inner),
            Nesting::Map => NestedObject::map(inner),
        })
    } else {
        Shape::Typed(ty(choices, around))
    };
    let mut attribute = Attribute::new(mode, shape);
    if !nested {
        attribute = attribute.validator(SeesOnlyKnown);
        let ty = attribute.implied_type();
        if ty == Type::String && choices.once_in(2) {
            attribute = attribute.semantic_equality(CaseInsensitive);
        }
        if mode.is_optional() && choices.once_in(3) {
            attribute = attribute.default_value(crate::values::of_type(choices, &ty));
        }
    }
    match choices.below(6) {
        1 => attribute.keep_state(),
        2 => attribute.keep_non_null_state(),
        3 => attribute.requires_replace(),
        4 => attribute.requires_replace_if_configured(),
        _ => attribute,
    }
}

fn ty(choices: &mut Choices<'_>, around: Around) -> Type {
    match choices.below(8) {
        0 | 1 => Type::String,
        2 => Type::Number,
        3 => Type::Bool,
        4 => Type::list(Type::String),
        5 => Type::set(Type::String),
        6 => Type::map(Type::object([("x", Type::Number)])),
        _ if around.in_collection => Type::tuple([Type::String, Type::Bool]),
        _ => Type::Dynamic,
    }
}

fn nesting(choices: &mut Choices<'_>, group: bool) -> Nesting {
    match choices.below(5) {
        0 => Nesting::Single,
        1 => Nesting::List,
        2 => Nesting::Set,
        3 => Nesting::Map,
        _ if group => Nesting::Group,
        _ => Nesting::Set,
    }
}

impl Around {
    fn inside(self, nesting: Nesting) -> Self {
        let collection = matches!(nesting, Nesting::List | Nesting::Set | Nesting::Map);
        Self {
            depth: self.depth + 1,
            in_set: self.in_set || nesting == Nesting::Set,
            in_collection: self.in_collection || collection,
            only_computed: self.only_computed,
            ambiguous: self.ambiguous,
        }
    }
}
