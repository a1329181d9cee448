//! What is not known yet at plan.

use tf_framework::schema::{Attribute, Block, Mode, NestedBlock, Nesting};
use tf_value::{Text, Value};

/// One attribute in so many is not known yet.
const SELDOM: u8 = 6;

/// A configuration before some of its values are known. Each byte is one choice; without any, all is known.
pub(super) fn veiled(block: &Block, config: &Value, choices: &[u8]) -> Value {
    Veil { choices: choices.iter() }.object(block, config)
}

struct Veil<'a> {
    choices: std::slice::Iter<'a, u8>,
}

impl Veil<'_> {
    fn hides(&mut self) -> bool {
        self.choices.next().is_some_and(|choice| choice % SELDOM == SELDOM - 1)
    }

    fn object(&mut self, block: &Block, value: &Value) -> Value {
        let Some(members) = value.as_object() else { return value.clone() };
        let mut veiled: Vec<(Text, Value)> = Vec::new();
        for (name, value) in members {
            let value = match (block.attributes().get(name), block.blocks().get(name)) {
                (Some(attribute), _) => self.attribute(attribute, value),
                (None, Some(nested)) => self.blocks(nested, value),
                (None, None) => value.clone(),
            };
            veiled.push((name.clone(), value));
        }
        Value::object(veiled)
    }

    fn attribute(&mut self, attribute: &Attribute, value: &Value) -> Value {
        if attribute.mode() == Mode::Computed {
            return value.clone();
        }
        if self.hides() {
            return Value::unknown();
        }
        match (attribute.nested(), value) {
            (Some(nested), value) => self.objects(nested.nesting(), nested.object(), value),
            (None, Value::List(elements)) => {
                Value::list(elements.iter().map(|element| self.part(element)).collect::<Vec<_>>())
            }
            (None, Value::Set(elements)) => {
                Value::set(elements.iter().map(|element| self.part(element)).collect::<Vec<_>>())
            }
            (None, value) => value.clone(),
        }
    }

    /// Blocks that a `dynamic` block makes from what is not known yet are not known either. A single block always is.
    fn blocks(&mut self, nested: &NestedBlock, value: &Value) -> Value {
        let several = matches!(nested.nesting(), Nesting::List | Nesting::Set | Nesting::Map);
        if several && self.hides() {
            return Value::unknown();
        }
        self.objects(nested.nesting(), nested.block(), value)
    }

    fn objects(&mut self, nesting: Nesting, block: &Block, value: &Value) -> Value {
        match (nesting, value) {
            (Nesting::Single | Nesting::Group, value) => self.object(block, value),
            (_, Value::List(elements)) => {
                Value::list(elements.iter().map(|element| self.object(block, element)).collect::<Vec<_>>())
            }
            (_, Value::Set(elements)) => {
                Value::set(elements.iter().map(|element| self.object(block, element)).collect::<Vec<_>>())
            }
            (_, Value::Map(elements)) => {
                let veiled = elements.iter().map(|(key, element)| (key.clone(), self.object(block, element)));
                Value::map(veiled.collect::<Vec<_>>())
            }
            (_, value) => value.clone(),
        }
    }

    fn part(&mut self, element: &Value) -> Value {
        if self.hides() { Value::unknown() } else { element.clone() }
    }
}
