//! Nested blocks: for configurations that were written with them.

use std::collections::BTreeMap;

use super::{AttributeType, Fields, SetOf};
use crate::schema::{Block, NestedBlock};

/// A type of Rust that stands for nested blocks of one name: the struct itself for exactly one, or an `Option`, `Vec`,
/// [`SetOf`] or map of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't stand for nested blocks",
    label = "not a type of nested blocks",
    note = "blocks are a struct that derives `Model` with `#[tf(object)]`, or an `Option`, `Vec`, `SetOf` or `BTreeMap<String, _>` of it"
)]
pub trait BlockType: AttributeType {
    /// The struct that one block is.
    type Object: Fields;

    /// Whether there is a number of them, which can be limited.
    const COUNTED: bool = false;

    /// All blocks, where each looks like this one.
    fn nest(block: Block) -> NestedBlock;
}

impl<T: Fields + AttributeType> BlockType for T {
    type Object = T;

    fn nest(block: Block) -> NestedBlock {
        NestedBlock::required_single(block)
    }
}

impl<T: Fields + AttributeType> BlockType for Option<T> {
    type Object = T;

    fn nest(block: Block) -> NestedBlock {
        NestedBlock::single(block)
    }
}

impl<T: Fields + AttributeType> BlockType for Vec<T> {
    type Object = T;

    const COUNTED: bool = true;

    fn nest(block: Block) -> NestedBlock {
        NestedBlock::list(block)
    }
}

impl<T: Fields + AttributeType> BlockType for SetOf<T> {
    type Object = T;

    const COUNTED: bool = true;

    fn nest(block: Block) -> NestedBlock {
        NestedBlock::set(block)
    }
}

impl<T: Fields + AttributeType> BlockType for BTreeMap<String, T> {
    type Object = T;

    fn nest(block: Block) -> NestedBlock {
        NestedBlock::map(block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{DecodeError, Inside, Members};
    use crate::schema::{Nesting, Shape};
    use tf_value::Value;

    /// A struct as the macro derives it.
    struct Port;

    impl Fields for Port {
        type Plan = Self;

        const SECRET: bool = false;
        const INSIDE: Inside = Inside::NOTHING;

        fn block() -> Block {
            Block::new()
        }

        fn from_members(_: &mut Members) -> Result<Self, DecodeError> {
            Ok(Self)
        }

        fn plan_from_members(_: &mut Members) -> Result<Self, DecodeError> {
            Ok(Self)
        }

        fn to_object(&self) -> Value {
            Members::new().into_object()
        }

        fn plan_to_object(plan: &Self) -> Value {
            plan.to_object()
        }
    }

    impl AttributeType for Port {
        crate::plain_attribute_type!();

        fn shape() -> Shape {
            crate::model::derived::object_shape::<Self>()
        }

        fn decode(value: Value) -> Result<Self, DecodeError> {
            Self::from_object(value)
        }

        fn encode(&self) -> Value {
            self.to_object()
        }
    }

    #[test]
    fn the_type_says_how_many_blocks_there_are() {
        fn check<T: BlockType>(nesting: Nesting, items: (u32, u32), counted: bool) {
            let nested = T::nest(T::Object::block());
            assert_eq!((nested.nesting(), (nested.min_items(), nested.max_items())), (nesting, items));
            assert_eq!(T::COUNTED, counted);
        }
        check::<Port>(Nesting::Single, (1, 1), false);
        check::<Option<Port>>(Nesting::Single, (0, 0), false);
        check::<Vec<Port>>(Nesting::List, (0, 0), true);
        check::<SetOf<Port>>(Nesting::Set, (0, 0), true);
        check::<BTreeMap<String, Port>>(Nesting::Map, (0, 0), false);
    }

    #[test]
    fn several_objects_are_one_nested_attribute() {
        let nesting = |shape: Shape| match shape {
            Shape::Nested(nested) => Some(nested.nesting()),
            Shape::Typed(_) => None,
        };
        assert_eq!(nesting(Port::shape()), Some(Nesting::Single));
        assert_eq!(nesting(<Option<Vec<Port>>>::shape()), Some(Nesting::List));
        assert_eq!(nesting(<SetOf<Port>>::shape()), Some(Nesting::Set));
        assert_eq!(nesting(<Vec<Vec<Port>>>::shape()), None);
    }
}
