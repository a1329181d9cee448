//! Visiting and rebuilding the parts of a value.

use std::collections::BTreeMap;
use std::convert::Infallible;

use crate::path::{Path, Step};
use crate::{Dynamic, Set, Text, Unknown, Value};

/// Whether [`Value::walk`] looks into a value after it was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Descend {
    /// Its parts are shown next.
    Into,
    /// Its parts are passed over.
    Past,
}

impl Value {
    /// Shows this value and then each of its parts with its path, the outer before the inner. The value in a
    /// [`Dynamic`] is not shown by itself, its parts are.
    ///
    /// ```
    /// use tf_value::{Descend, Value};
    ///
    /// let value = Value::object([("ports", Value::list([Value::from(80), Value::unknown()]))]);
    /// let mut unknown = Vec::new();
    /// value.walk(&mut |path, part| {
    ///     if !part.is_known() {
    ///         unknown.push(path.to_string());
    ///     }
    ///     Descend::Into
    /// });
    /// assert_eq!(unknown, ["ports[1]"]);
    /// ```
    pub fn walk(&self, visit: &mut dyn FnMut(&Path, &Self) -> Descend) {
        self.walk_at(&mut Path::root(), visit);
    }

    fn walk_at(&self, path: &mut Path, visit: &mut dyn FnMut(&Path, &Self) -> Descend) {
        if visit(path, self) == Descend::Past {
            return;
        }
        let mut show = |step, part: &Self| {
            path.push(step);
            part.walk_at(path, visit);
            path.pop();
        };
        match self.bare() {
            Self::List(elements) | Self::Tuple(elements) => {
                elements.iter().enumerate().for_each(|(index, element)| show(Step::Index(index), element));
            }
            Self::Set(elements) => elements.iter().for_each(|element| show(Step::Element, element)),
            Self::Map(elements) => elements.iter().for_each(|(key, element)| show(Step::Key(key.clone()), element)),
            Self::Object(attributes) => {
                attributes.iter().for_each(|(name, attribute)| show(Step::Attribute(name.clone()), attribute));
            }
            Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Dynamic(_) | Self::Unknown(_) | Self::Null => {}
        }
    }

    /// Rebuilds the value from the inside out: `change` gets each part, after its own parts were changed, and returns what
    /// takes its place. Sets are made sets again. The value in a [`Dynamic`] is not handed in by itself, its parts
    /// are; a change of their type is found when the value is next checked or encoded.
    ///
    /// # Errors
    /// The first error of `change`.
    pub fn try_transform<E>(self, change: &mut dyn FnMut(&Path, Self) -> Result<Self, E>) -> Result<Self, E> {
        self.transform_at(&mut Path::root(), change)
    }

    /// As [`try_transform`](Self::try_transform), for a change that can't fail.
    #[must_use]
    pub fn transform(self, change: &mut dyn FnMut(&Path, Self) -> Self) -> Self {
        let changed: Result<Self, Infallible> = self.try_transform(&mut |path, value| Ok(change(path, value)));
        match changed {
            Ok(value) => value,
        }
    }

    fn transform_at<E>(
        self,
        path: &mut Path,
        change: &mut dyn FnMut(&Path, Self) -> Result<Self, E>,
    ) -> Result<Self, E> {
        let rebuilt = match self {
            Self::Dynamic(dynamic) => {
                let (ty, value) = dynamic.into_parts();
                Self::Dynamic(Box::new(Dynamic::with(ty, value.transform_parts(path, change)?)))
            }
            value => value.transform_parts(path, change)?,
        };
        change(path, rebuilt)
    }

    fn transform_parts<E>(
        self,
        path: &mut Path,
        change: &mut dyn FnMut(&Path, Self) -> Result<Self, E>,
    ) -> Result<Self, E> {
        let mut at = |step, part: Self| {
            path.push(step);
            let changed = part.transform_at(path, change);
            path.pop();
            changed
        };
        let mut indexed = |elements: Vec<Self>| -> Result<Vec<Self>, E> {
            elements.into_iter().enumerate().map(|(index, element)| at(Step::Index(index), element)).collect()
        };
        Ok(match self {
            Self::List(elements) => Self::List(indexed(elements)?),
            Self::Tuple(elements) => Self::Tuple(indexed(elements)?),
            Self::Set(elements) => {
                let changed: Result<Vec<Self>, E> = elements.into_iter().map(|part| at(Step::Element, part)).collect();
                Self::Set(Set::new(changed?))
            }
            Self::Map(elements) => Self::Map(keyed(elements, |key, part| at(Step::Key(key), part))?),
            Self::Object(parts) => Self::Object(keyed(parts, |name, part| at(Step::Attribute(name), part))?),
            leaf => leaf,
        })
    }

    /// The part at a path. `None` if there is none, and always in a set, whose elements have no place.
    pub fn get(&self, path: &Path) -> Option<&Self> {
        path.steps().iter().try_fold(self, |value, step| match step {
            Step::Attribute(name) => value.as_object()?.get(name),
            Step::Key(key) => value.as_map()?.get(key),
            Step::Index(index) => value.as_slice()?.get(*index),
            Step::Element => None,
        })
    }

    /// The same value with null for everything unknown: what can be stored when an apply ends half-way.
    #[must_use]
    pub fn unknown_as_null(self) -> Self {
        self.transform(&mut |_, value| match value {
            Self::Unknown(_) => Self::Null,
            Self::Dynamic(dynamic) if !dynamic.value().is_known() => {
                let (ty, _) = dynamic.into_parts();
                Self::Dynamic(Box::new(Dynamic::with(ty, Self::Null)))
            }
            value => value,
        })
    }

    /// The same value with nothing but "unknown" known about what is unknown: as the core compares planned values.
    #[must_use]
    pub fn unrefined(self) -> Self {
        self.transform(&mut |_, value| match value {
            Self::Unknown(_) => Self::unknown(),
            Self::Dynamic(dynamic) if !dynamic.value().is_known() => {
                let (ty, _) = dynamic.into_parts();
                Self::Dynamic(Box::new(Dynamic::with(ty, Self::Unknown(Unknown::default()))))
            }
            value => value,
        })
    }
}

fn keyed<E>(
    parts: BTreeMap<Text, Value>,
    mut change: impl FnMut(Text, Value) -> Result<Value, E>,
) -> Result<BTreeMap<Text, Value>, E> {
    parts.into_iter().map(|(key, part)| Ok((key.clone(), change(key, part)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Refinements, Type};

    fn sample() -> Value {
        Value::object([
            ("list", Value::list([Value::from(1), Value::unknown()])),
            ("map", Value::map([("k", Value::from("x"))])),
            ("set", Value::set([Value::from(2), Value::from(1)])),
            ("any", Value::dynamic(Type::tuple([Type::Bool]), Value::tuple([Value::from(true)])).unwrap()),
        ])
    }

    #[test]
    fn every_part_is_shown_once_with_its_path() {
        let mut seen = Vec::new();
        sample().walk(&mut |path, _| {
            seen.push(path.to_string());
            Descend::Into
        });
        let expected =
            ["", "any", "any[0]", "list", "list[0]", "list[1]", "map", "map[\"k\"]", "set", "set[...]", "set[...]"];
        assert_eq!(seen, expected);
        let mut outer = 0;
        sample().walk(&mut |path, _| {
            outer += 1;
            if path.is_root() { Descend::Into } else { Descend::Past }
        });
        assert_eq!(outer, 5);
    }

    #[test]
    fn parts_are_changed_from_the_inside() {
        let mut order = Vec::new();
        let changed = sample().transform(&mut |path, value| {
            order.push(path.to_string());
            if value.as_number().is_some() { Value::from(7) } else { value }
        });
        assert_eq!(order.last().map(String::as_str), Some(""));
        assert_eq!(changed.attribute("set"), Some(&Value::set([Value::from(7)])), "two became equal");
        assert_eq!(changed.get(&Path::root().attribute("list").index(0)), Some(&Value::from(7)));
        let failed = sample().try_transform(&mut |path, value| {
            if value.as_bool().is_some() { Err(path.to_string()) } else { Ok(value) }
        });
        assert_eq!(failed, Err("any[0]".to_owned()));
    }

    #[test]
    fn parts_are_found_by_path() {
        let value = sample();
        assert_eq!(value.get(&Path::root().attribute("any").index(0)), Some(&Value::from(true)));
        assert_eq!(value.get(&Path::root().attribute("map").key("k")), Some(&Value::from("x")));
        assert_eq!(value.get(&Path::root().attribute("map").attribute("k")), None);
        assert_eq!(value.get(&Path::root().attribute("set").element()), None);
    }

    #[test]
    fn unknown_parts_can_be_blanked() {
        let refined = Value::refined(&Type::String, Refinements::default().not_null()).unwrap();
        let open = || Value::dynamic(Type::String, refined.clone()).unwrap();
        let value = Value::list([refined.clone(), open()]);
        let null = Value::dynamic(Type::String, Value::Null).unwrap();
        assert_eq!(value.clone().unknown_as_null(), Value::list([Value::Null, null]));
        let unknown = Value::dynamic(Type::String, Value::unknown()).unwrap();
        assert_eq!(value.unrefined(), Value::list([Value::unknown(), unknown]));
    }
}
