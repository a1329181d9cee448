//! What stands between two braces: attributes and nested blocks.

use std::collections::{BTreeMap, BTreeSet};

use tf_value::{Text, Type, Value};

use super::{Attribute, Nesting};
use crate::validate::Combination;

/// Attributes and nested blocks, by name.
///
/// Both are kept in the order of their names, which is also the order in which they are sent to core.
#[derive(Clone, Debug, Default)]
pub struct Block {
    attributes: BTreeMap<Text, Attribute>,
    blocks: BTreeMap<Text, NestedBlock>,
    combinations: Vec<Combination>,
    description: Text,
    deprecation: Option<Text>,
    /// Names that were given twice. The later one counts, and the self-check tells.
    repeated: BTreeSet<Text>,
}

/// Blocks of one name within another block.
///
/// New schemas use nested attributes instead: those can be computed, null and unknown. Blocks are here for configurations
/// that were written with them.
#[derive(Clone, Debug)]
pub struct NestedBlock {
    nesting: Nesting,
    min_items: u32,
    max_items: u32,
    block: Block,
}

impl Block {
    /// A block with nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<Text>, attribute: Attribute) -> Self {
        let name = name.into();
        if self.attributes.insert(name.clone(), attribute).is_some() {
            self.repeated.insert(name);
        }
        self
    }

    /// Adds a kind of nested block.
    #[must_use]
    pub fn block(mut self, name: impl Into<Text>, block: NestedBlock) -> Self {
        let name = name.into();
        if self.blocks.insert(name.clone(), block).is_some() {
            self.repeated.insert(name);
        }
        self
    }

    /// Which attributes and blocks may or must be set together.
    #[must_use]
    pub fn combination(mut self, combination: Combination) -> Self {
        self.combinations.push(combination);
        self
    }

    /// What it is for, in Markdown.
    #[must_use]
    pub fn description(mut self, description: impl Into<Text>) -> Self {
        self.description = description.into();
        self
    }

    /// Warns whoever uses it. `instead` says what to use.
    #[must_use]
    pub fn deprecated(mut self, instead: impl Into<Text>) -> Self {
        self.deprecation = Some(instead.into());
        self
    }

    /// The attributes by name.
    pub fn attributes(&self) -> &BTreeMap<Text, Attribute> {
        &self.attributes
    }

    /// The nested blocks by name.
    pub fn blocks(&self) -> &BTreeMap<Text, NestedBlock> {
        &self.blocks
    }

    /// Which attributes and blocks may or must be set together.
    pub fn combinations(&self) -> &[Combination] {
        &self.combinations
    }

    /// What it is for, in Markdown. Empty if nobody said.
    pub fn description_text(&self) -> &Text {
        &self.description
    }

    /// What to use instead, if it is deprecated.
    pub fn deprecation(&self) -> Option<&Text> {
        self.deprecation.as_ref()
    }

    pub(crate) fn repeated(&self) -> &BTreeSet<Text> {
        &self.repeated
    }

    /// The type of an object with these attributes and blocks.
    pub(crate) fn implied_type(&self) -> Type {
        let attributes = self.attributes.iter().map(|(name, attribute)| (name, attribute.implied_type()));
        let blocks = self.blocks.iter().map(|(name, block)| (name, block.nesting.type_of(block.block.implied_type())));
        Type::object(attributes.chain(blocks))
    }

    /// The object that an empty pair of braces stands for.
    pub(crate) fn empty_value(&self) -> Value {
        let attributes = self.attributes.keys().map(|name| (name, Value::Null));
        let blocks = self.blocks.iter().map(|(name, block)| (name, block.empty_value()));
        Value::object(attributes.chain(blocks))
    }
}

impl NestedBlock {
    /// One block or none.
    pub fn single(block: Block) -> Self {
        Self::new(Nesting::Single, block)
    }

    /// Exactly one block.
    pub fn required_single(block: Block) -> Self {
        Self::new(Nesting::Single, block).min(1).max(1)
    }

    /// One block, which counts as empty if the configuration has none.
    pub fn group(block: Block) -> Self {
        Self::new(Nesting::Group, block)
    }

    /// Any number of blocks in order.
    pub fn list(block: Block) -> Self {
        Self::new(Nesting::List, block)
    }

    /// Any number of blocks without order.
    pub fn set(block: Block) -> Self {
        Self::new(Nesting::Set, block)
    }

    /// Any number of blocks, each with a label.
    pub fn map(block: Block) -> Self {
        Self::new(Nesting::Map, block)
    }

    fn new(nesting: Nesting, block: Block) -> Self {
        Self { nesting, min_items: 0, max_items: 0, block }
    }

    /// How many there must be at least. Only for lists and sets.
    #[must_use]
    pub fn min(mut self, items: u32) -> Self {
        self.min_items = items;
        self
    }

    /// How many there may be at most; zero for any number. Only for lists and sets.
    #[must_use]
    pub fn max(mut self, items: u32) -> Self {
        self.max_items = items;
        self
    }

    /// How many blocks there are and how they are told apart.
    pub fn nesting(&self) -> Nesting {
        self.nesting
    }

    /// How many there must be at least.
    pub fn min_items(&self) -> u32 {
        self.min_items
    }

    /// How many there may be at most; zero for any number.
    pub fn max_items(&self) -> u32 {
        self.max_items
    }

    /// What each of them looks like.
    pub fn block(&self) -> &Block {
        &self.block
    }

    /// What stands in a state where the configuration has no such block. Only a single block can be null.
    pub(crate) fn empty_value(&self) -> Value {
        match self.nesting {
            Nesting::Single => Value::Null,
            Nesting::Group => self.block.empty_value(),
            Nesting::List => Value::list([]),
            Nesting::Set => Value::set([]),
            Nesting::Map => Value::map::<Text>([]),
        }
    }
}
