//! What derived code is made of: tables and a few functions, so that there is little of it in a provider with many models.

use std::fmt;

use tf_value::Value;

use super::{AttributeType, BlockType, DecodeError, Fields, IdentityAttribute, IdentityType, Members, Planned};
use crate::schema::{Attribute, Block, Mode, NestedBlock, NestedObject, Nesting, Shape};
use crate::validate::Combination;

/// The schema of a struct.
#[derive(Debug)]
pub struct Table {
    /// What the struct is, in Markdown.
    pub description: &'static str,
    /// What to use instead.
    pub deprecated: Option<&'static str>,
    /// One for each field.
    pub rows: &'static [Row],
    /// Which fields go together.
    pub combinations: &'static [(Together, &'static [&'static str])],
}

/// One field.
#[derive(Debug)]
pub struct Row {
    /// The name of the attribute or block.
    pub name: &'static str,
    /// What it is, in Markdown.
    pub description: &'static str,
    /// What to use instead.
    pub deprecated: Option<&'static str>,
    /// What it is.
    pub member: Member,
}

/// What a field is.
#[derive(Debug)]
pub enum Member {
    /// An attribute.
    Attribute {
        /// Who sets it.
        mode: Mode,
        /// From its type.
        attribute: fn(Mode) -> Attribute,
        /// What else is known of it.
        rules: &'static [Rule],
    },
    /// Nested blocks.
    Blocks {
        /// Each of them.
        block: fn() -> Block,
        /// All of them.
        nest: fn(Block) -> NestedBlock,
        /// How many there must be at least.
        min: Option<u32>,
        /// How many there may be at most.
        max: Option<u32>,
    },
}

/// One thing that is said of an attribute.
#[derive(Debug)]
pub enum Rule {
    /// Core hides it.
    Sensitive,
    /// It tells that the object is due for renewal.
    RenewalFlag,
    /// A change replaces the object.
    Replace,
    /// A change replaces the object, unless the user took it out.
    ReplaceIfConfigured,
    /// It stays once computed.
    KeepState,
    /// It stays once computed to something.
    KeepNonNullState,
    /// It is not stored, and this is its version attribute.
    WriteOnly(&'static str),
    /// What it is computed from.
    DependsOn(&'static [&'static str]),
    /// Its value where the configuration has none.
    Default(fn() -> Value),
    /// Anything else.
    Other(fn(Attribute) -> Attribute),
}

/// How fields go together.
#[derive(Clone, Copy, Debug)]
pub enum Together {
    /// One of them is set, and only one.
    ExactlyOneOf,
    /// One of them is set, or several.
    AtLeastOneOf,
    /// No two of them are set.
    Conflicting,
    /// All of them are set, or none.
    AllOrNone,
}

impl Table {
    /// The schema that it describes.
    pub fn block(&self) -> Block {
        let mut block =
            self.rows.iter().fold(Block::new().description(self.description), |block, row| row.add_to(block));
        if let Some(instead) = self.deprecated {
            block = block.deprecated(instead);
        }
        self.combinations.iter().fold(block, |block, (rule, names)| {
            let names = names.iter().copied();
            block.combination(match rule {
                Together::ExactlyOneOf => Combination::exactly_one_of(names),
                Together::AtLeastOneOf => Combination::at_least_one_of(names),
                Together::Conflicting => Combination::conflicting(names),
                Together::AllOrNone => Combination::required_together(names),
            })
        })
    }
}

impl Row {
    fn add_to(&self, to: Block) -> Block {
        match &self.member {
            Member::Attribute { mode, attribute, rules } => {
                let mut attribute = attribute(*mode).description(self.description);
                if let Some(instead) = self.deprecated {
                    attribute = attribute.deprecated(instead);
                }
                to.attribute(self.name, rules.iter().fold(attribute, |attribute, rule| rule.add_to(attribute)))
            }
            Member::Blocks { block, nest, min, max } => {
                let mut block = block().description(self.description);
                if let Some(instead) = self.deprecated {
                    block = block.deprecated(instead);
                }
                let mut nested = nest(block);
                if let Some(items) = min {
                    nested = nested.min(*items);
                }
                if let Some(items) = max {
                    nested = nested.max(*items);
                }
                to.block(self.name, nested)
            }
        }
    }
}

impl Member {
    /// Nested blocks.
    pub const fn blocks<T: BlockType>(min: Option<u32>, max: Option<u32>) -> Self {
        Self::Blocks { block: T::Object::block, nest: T::nest, min, max }
    }
}

impl Rule {
    fn add_to(&self, attribute: Attribute) -> Attribute {
        match self {
            Self::Sensitive => attribute.sensitive(),
            Self::RenewalFlag => attribute.renewal_flag(),
            Self::Replace => attribute.requires_replace(),
            Self::ReplaceIfConfigured => attribute.requires_replace_if_configured(),
            Self::KeepState => attribute.keep_state(),
            Self::KeepNonNullState => attribute.keep_non_null_state(),
            Self::WriteOnly(version) => attribute.write_only(*version),
            Self::DependsOn(names) => attribute.depends_on(names.iter().copied()),
            Self::Default(value) => attribute.default_value(value()),
            Self::Other(add) => add(attribute),
        }
    }
}

/// Takes the fields of a struct out of members, all of them, and then says what was wrong.
///
/// A derived decoder is half as large as it would be with a way out after each field.
#[derive(Debug)]
pub struct Decoder<'a> {
    members: &'a mut Members,
    /// The first thing that was wrong.
    error: Option<DecodeError>,
}

impl<'a> Decoder<'a> {
    /// Of these members.
    pub fn new(members: &'a mut Members) -> Self {
        Self { members, error: None }
    }

    /// As [`Members::take`].
    pub fn take<T: AttributeType>(&mut self, name: &'static str) -> Option<T> {
        let taken = self.members.take(name);
        self.note(taken)
    }

    /// As [`Members::take_or`].
    pub fn take_or<T: AttributeType>(&mut self, name: &'static str, default: fn() -> T) -> Option<T> {
        let taken = self.members.take_or(name, default);
        self.note(taken)
    }

    /// As [`Members::take_plan`].
    pub fn take_plan<T: AttributeType>(&mut self, name: &'static str) -> Option<T::Plan> {
        let taken = self.members.take_plan::<T>(name);
        self.note(taken)
    }

    /// As [`Members::take_planned`].
    pub fn take_planned<T: AttributeType>(&mut self, name: &'static str) -> Option<Planned<T::Plan>> {
        let taken = self.members.take_planned::<T>(name);
        self.note(taken)
    }

    /// Why one of them was `None`.
    pub fn error(self) -> DecodeError {
        self.error.unwrap_or_else(|| DecodeError::new("must be readable"))
    }

    fn note<T>(&mut self, taken: Result<T, DecodeError>) -> Option<T> {
        match taken {
            Ok(value) => Some(value),
            Err(error) => {
                self.error.get_or_insert(error);
                None
            }
        }
    }
}

/// Who sets a parameter of a function: it may be null if its type can be.
pub const fn parameter_mode<T: AttributeType>() -> Mode {
    if T::NULLABLE { Mode::Optional } else { Mode::Required }
}

/// The shape of one object.
pub fn object_shape<T: Fields>() -> Shape {
    NestedObject::of(Nesting::Single, T::block()).into()
}

/// One attribute of an identity. An import must give it if it can't be null and has no default.
pub fn identity_attribute<T: IdentityType>(
    name: &'static str,
    description: &'static str,
    has_default: bool,
) -> IdentityAttribute {
    let ty = T::attribute(Mode::Computed).implied_type();
    IdentityAttribute { name, ty, required: !T::NULLABLE && !has_default, description }
}

/// Prints nothing but the name of a struct.
///
/// # Errors
/// Those of the formatter.
pub fn debug(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    f.debug_struct(name).finish_non_exhaustive()
}
