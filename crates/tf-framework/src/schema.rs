//! What a resource, data source or provider block looks like: its attributes and blocks, and the rules that hold for each.
//!
//! A schema is data. Core gets the part of it that the protocol can express; the rest (defaults, plan modifiers,
//! validators, which secret belongs to which version) is what the [plan engine](crate::plan) and the
//! [validation](crate::validate) work by. It knows nothing of the wire.

mod attribute;
mod block;
mod mode;
mod nesting;
mod self_check;

use tf_value::{Path, Step, Type};

pub use attribute::{Attribute, Shape};
pub use block::{Block, NestedBlock};
pub use mode::Mode;
pub use nesting::{NestedObject, Nesting};
pub use self_check::{Finding, Flaw};

/// The schema of one resource, data source, ephemeral resource or provider block.
///
/// ```
/// use tf_framework::schema::{Attribute, Block, Schema};
/// use tf_value::Type;
///
/// let schema = Schema::new(0, Block::new()
///     .attribute("name", Attribute::required(Type::String).requires_replace())
///     .attribute("ttl", Attribute::optional(Type::Number).default_value(3600))
///     .attribute("id", Attribute::computed(Type::String).keep_state()));
/// assert!(schema.self_check().is_empty());
/// assert_eq!(schema.implied_type().to_json(), r#"["object",{"id":"string","name":"string","ttl":"number"}]"#);
/// ```
#[derive(Clone, Debug)]
pub struct Schema {
    version: u32,
    block: Block,
    implied_type: Type,
}

/// What a path in a schema leads to.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// The whole object.
    Root(&'a Block),
    /// An attribute.
    Attribute(&'a Attribute),
    /// All nested blocks of one name.
    Blocks(&'a NestedBlock),
    /// One object: an element of a nested attribute, or one nested block among several.
    Object(&'a Block),
    /// A part of an attribute's value, which the schema knows only as a type.
    Part(&'a Attribute),
}

impl Schema {
    /// A schema. `version` counts the shapes that stored states of the resource have had, from zero.
    pub fn new(version: u32, block: Block) -> Self {
        let implied_type = block.implied_type();
        Self { version, block, implied_type }
    }

    /// Which of the shapes that stored states have had this is.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The attributes and blocks at the top.
    pub fn block(&self) -> &Block {
        &self.block
    }

    /// The type of the values that are written to this schema.
    pub fn implied_type(&self) -> &Type {
        &self.implied_type
    }

    /// What a path leads to. `None` if it leads nowhere.
    pub fn at(&self, path: &Path) -> Option<Place<'_>> {
        path.steps().iter().try_fold(Place::Root(&self.block), |place, step| place.step(step))
    }

    /// Everything that either core would refuse the provider for, and what would make every plan go wrong. A provider's
    /// own tests call this: a schema with findings is a bug of its author.
    pub fn self_check(&self) -> Vec<Finding> {
        self_check::findings(&self.block)
    }
}

impl<'a> Place<'a> {
    fn step(self, step: &Step) -> Option<Self> {
        match self {
            Self::Root(block) | Self::Object(block) => member(block, step),
            Self::Attribute(attribute) => match attribute.nested() {
                Some(nested) if nested.nesting() == Nesting::Single => member(nested.object(), step),
                Some(nested) => element(nested.nesting(), step).then_some(Self::Object(nested.object())),
                None => Some(Self::Part(attribute)),
            },
            Self::Blocks(blocks) => match blocks.nesting() {
                Nesting::Single | Nesting::Group => member(blocks.block(), step),
                nesting => element(nesting, step).then_some(Self::Object(blocks.block())),
            },
            Self::Part(attribute) => Some(Self::Part(attribute)),
        }
    }
}

fn member<'a>(block: &'a Block, step: &Step) -> Option<Place<'a>> {
    let Step::Attribute(name) = step else { return None };
    let attribute = block.attributes().get(name.as_str()).map(Place::Attribute);
    attribute.or_else(|| block.blocks().get(name.as_str()).map(Place::Blocks))
}

fn element(nesting: Nesting, step: &Step) -> bool {
    match nesting {
        Nesting::Single | Nesting::Group => false,
        Nesting::List => matches!(step, Step::Index(_)),
        Nesting::Set => matches!(step, Step::Element),
        Nesting::Map => matches!(step, Step::Key(_)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Schema {
        let rule = Block::new().attribute("port", Attribute::required(Type::Number));
        let nested = NestedObject::map([("size", Attribute::optional(Type::Number))]);
        Schema::new(
            3,
            Block::new()
                .attribute("labels", Attribute::optional(Type::map(Type::String)))
                .attribute("disk", Attribute::optional(nested))
                .block("rule", NestedBlock::list(rule.clone()))
                .block("timeouts", NestedBlock::single(rule)),
        )
    }

    #[test]
    fn paths_lead_to_what_they_name() {
        let schema = schema();
        let root = Path::root;
        let at = |path: Path| schema.at(&path);
        assert!(matches!(at(root()), Some(Place::Root(_))));
        assert!(matches!(at(root().attribute("labels")), Some(Place::Attribute(_))));
        assert!(matches!(at(root().attribute("labels").key("x")), Some(Place::Part(_))));
        assert!(matches!(at(root().attribute("disk").key("a")), Some(Place::Object(_))));
        assert!(matches!(at(root().attribute("disk").key("a").attribute("size")), Some(Place::Attribute(_))));
        assert!(matches!(at(root().attribute("rule").index(7)), Some(Place::Object(_))));
        assert!(matches!(at(root().attribute("rule").index(0).attribute("port")), Some(Place::Attribute(_))));
        assert!(matches!(at(root().attribute("timeouts").attribute("port")), Some(Place::Attribute(_))));
        assert!(at(root().attribute("rule").key("a")).is_none());
        assert!(at(root().attribute("rule").attribute("port")).is_none());
        assert!(at(root().attribute("absent")).is_none());
        assert!(at(root().index(0)).is_none());
    }

    #[test]
    fn the_type_has_every_attribute_and_block() {
        let expected = r#"["object",{"disk":["map",["object",{"size":"number"}]],"labels":["map","string"],"rule":["list",["object",{"port":"number"}]],"timeouts":["object",{"port":"number"}]}]"#;
        assert_eq!(schema().implied_type().to_json(), expected);
    }
}
