//! Values that are decided only at apply, and what can be promised about them before.

use std::sync::Arc;

use thiserror::Error;

use crate::error::{Error, Problem};
use crate::{Number, Set, Text, Type, Value};

/// A value that is not known yet: "(known after apply)". It may carry [`Refinements`].
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unknown(Option<Arc<Refinements>>);

/// What is known about an unknown value. A provider that plans a refinement must keep it at apply.
///
/// ```
/// use tf_value::{Refinements, Type, Value};
///
/// let url = Refinements::default().not_null().prefix("https://")?;
/// let planned = Value::refined(&Type::String, url.clone())?;
/// assert!(!planned.is_known());
/// assert!(url.admits(&Value::from("https://example.org")));
/// assert!(!url.admits(&Value::from("http://example.org")));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Refinements {
    not_null: bool,
    range: Range,
}

/// The range of an unknown value that is not null. Which kind there can be depends on its type.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Range {
    /// Nothing is known.
    #[default]
    Any,
    /// A string that begins with these bytes.
    Prefix(Text),
    /// A number between bounds.
    Number {
        /// It is not below this.
        min: Option<Bound>,
        /// It is not above this.
        max: Option<Bound>,
    },
    /// A collection with a number of elements between these, both included.
    Length {
        /// It has at least so many.
        min: u64,
        /// It has at most so many.
        max: Option<u64>,
    },
}

/// An end of a range of numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bound {
    /// Where the range ends.
    pub number: Number,
    /// Whether this number itself belongs to the range.
    pub inclusive: bool,
}

/// Why a refinement can't be.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefinementError {
    /// The value would have to be null and not null, or above its maximum.
    #[error("it contradicts another refinement of the same value")]
    Contradiction,
    /// A prefix for a number, a length for a string.
    #[error("it does not fit the value's type")]
    WrongType,
    /// The encoding is not what the protocol lays down.
    #[error("its encoding is malformed")]
    Malformed,
    /// A list of refinements longer than 1,024 bytes, as no host sends.
    #[error("it is longer than 1024 bytes")]
    TooLong,
}

/// As many bytes of a prefix as cty sends. A shorter prefix is as true as the longer one.
const MAX_PREFIX_BYTES: usize = 256;
/// Digits of a bound that still leave room for the other within the 1,024 bytes that a host accepts.
const MAX_BOUND_BYTES: usize = 256;

impl Unknown {
    /// What is known about it; `None` if nothing is.
    pub fn refinements(&self) -> Option<&Refinements> {
        self.0.as_deref()
    }
}

impl Refinements {
    /// It is not null.
    #[must_use]
    pub fn not_null(mut self) -> Self {
        self.not_null = true;
        self
    }

    /// It is a string that begins with `prefix`. Only for a prefix whose end can't combine with what follows: `"https://"`,
    /// but not `"e"`, which an accent may turn into another character. Beyond 256 bytes the prefix is cut.
    ///
    /// # Errors
    /// [`RefinementError::WrongType`] if the value is already known to be no string;
    /// [`RefinementError::Contradiction`] if it has another prefix.
    pub fn prefix(mut self, prefix: &str) -> Result<Self, RefinementError> {
        let whole = Text::new(prefix);
        let end = (0..=MAX_PREFIX_BYTES.min(whole.len())).rev().find(|end| whole.is_char_boundary(*end)).unwrap_or(0);
        let prefix = Text::new(whole.get(..end).unwrap_or_default());
        let known = match &self.range {
            Range::Any => "",
            Range::Prefix(known) => known.as_str(),
            _ => return Err(RefinementError::WrongType),
        };
        if !known.starts_with(prefix.as_str()) {
            if !prefix.starts_with(known) {
                return Err(RefinementError::Contradiction);
            }
            self.range = Range::Prefix(prefix);
        }
        Ok(self)
    }

    /// It is a number not below a bound.
    ///
    /// # Errors
    /// [`RefinementError::WrongType`] if the value is already known to be no number;
    /// [`RefinementError::Contradiction`] if no number is left.
    pub fn at_least(self, bound: Bound) -> Result<Self, RefinementError> {
        let (min, max) = self.bounds()?;
        let tighter = min.is_none_or(|min| (&bound.number, !bound.inclusive) > (&min.number, !min.inclusive));
        let min = if tighter { bound.that_says_more_than(&Number::NEG_INFINITY) } else { min.cloned() };
        let max = max.cloned();
        self.with_bounds(min, max)
    }

    /// It is a number not above a bound.
    ///
    /// # Errors
    /// As [`at_least`](Self::at_least).
    pub fn at_most(self, bound: Bound) -> Result<Self, RefinementError> {
        let (min, max) = self.bounds()?;
        let tighter = max.is_none_or(|max| (&bound.number, bound.inclusive) < (&max.number, max.inclusive));
        let max = if tighter { bound.that_says_more_than(&Number::INFINITY) } else { max.cloned() };
        let min = min.cloned();
        self.with_bounds(min, max)
    }

    /// It is a collection of at least `length` elements.
    ///
    /// # Errors
    /// [`RefinementError::WrongType`] if the value is already known to be no collection;
    /// [`RefinementError::Contradiction`] if no length is left.
    pub fn min_length(self, length: u64) -> Result<Self, RefinementError> {
        let (min, max) = self.lengths()?;
        self.with_lengths(min.max(length), max)
    }

    /// It is a collection of at most `length` elements.
    ///
    /// # Errors
    /// As [`min_length`](Self::min_length).
    pub fn max_length(self, length: u64) -> Result<Self, RefinementError> {
        let (min, max) = self.lengths()?;
        self.with_lengths(min, Some(max.map_or(length, |max| max.min(length))))
    }

    /// Whether the value is known not to be null.
    pub fn is_not_null(&self) -> bool {
        self.not_null
    }

    /// What the value can be if it is not null.
    pub fn range(&self) -> &Range {
        &self.range
    }

    /// Whether a value can take the place of an unknown one with these refinements. Another unknown value can.
    pub fn admits(&self, value: &Value) -> bool {
        if value.is_null() {
            return !self.not_null;
        }
        if !value.is_known() {
            return true;
        }
        match &self.range {
            Range::Any => true,
            Range::Prefix(prefix) => value.as_str().is_some_and(|text| text.starts_with(prefix.as_str())),
            Range::Number { min, max } => value.as_number().is_some_and(|number| {
                let above = |min: &Bound| *number > min.number || (min.inclusive && *number == min.number);
                let below = |max: &Bound| *number < max.number || (max.inclusive && *number == max.number);
                min.as_ref().is_none_or(above) && max.as_ref().is_none_or(below)
            }),
            // A set with unknown elements may still shrink when they turn out to be equal.
            Range::Length { min, max } => value.length().is_some_and(|length| {
                let may_shrink = value.as_set().is_some() && !value.is_wholly_known();
                length as u64 >= *min && (may_shrink || max.is_none_or(|max| length as u64 <= max))
            }),
        }
    }

    /// Whether a value of this type can have them.
    pub(crate) fn fit(&self, ty: &Type) -> bool {
        match (&self.range, ty) {
            (_, Type::Dynamic) => *self == Self::default(),
            (Range::Any, _) | (Range::Prefix(_), Type::String) | (Range::Number { .. }, Type::Number) => true,
            (Range::Length { .. }, ty) => ty.is_collection(),
            _ => false,
        }
    }

    fn bounds(&self) -> Result<(Option<&Bound>, Option<&Bound>), RefinementError> {
        match &self.range {
            Range::Any => Ok((None, None)),
            Range::Number { min, max } => Ok((min.as_ref(), max.as_ref())),
            _ => Err(RefinementError::WrongType),
        }
    }

    fn with_bounds(mut self, min: Option<Bound>, max: Option<Bound>) -> Result<Self, RefinementError> {
        if let (Some(min), Some(max)) = (&min, &max) {
            let one_left = min.number == max.number && min.inclusive && max.inclusive;
            if min.number >= max.number && !one_left {
                return Err(RefinementError::Contradiction);
            }
        }
        self.range = if min.is_none() && max.is_none() { Range::Any } else { Range::Number { min, max } };
        Ok(self)
    }

    fn lengths(&self) -> Result<(u64, Option<u64>), RefinementError> {
        match self.range {
            Range::Any => Ok((0, None)),
            Range::Length { min, max } => Ok((min, max)),
            _ => Err(RefinementError::WrongType),
        }
    }

    fn with_lengths(mut self, min: u64, max: Option<u64>) -> Result<Self, RefinementError> {
        // cty counts in 63 bits. No collection comes near, so a higher maximum says nothing.
        let min = min.min(i64::MAX as u64);
        let max = max.filter(|max| *max < i64::MAX as u64);
        if max.is_some_and(|max| min > max) {
            return Err(RefinementError::Contradiction);
        }
        self.range = if min == 0 && max.is_none() { Range::Any } else { Range::Length { min, max } };
        Ok(self)
    }
}

impl Bound {
    /// A range that ends with this number.
    pub fn inclusive(number: impl Into<Number>) -> Self {
        Self { number: number.into(), inclusive: true }
    }

    /// A range that ends before this number.
    pub fn exclusive(number: impl Into<Number>) -> Self {
        Self { number: number.into(), inclusive: false }
    }

    /// This bound, unless every number keeps it or it can't be sent.
    fn that_says_more_than(self, end: &Number) -> Option<Self> {
        (self.number != *end && self.number.to_string().len() <= MAX_BOUND_BYTES).then_some(self)
    }
}

impl Value {
    /// An unknown value of a type with refinements. If they leave only one value, it is that value.
    ///
    /// # Errors
    /// [`Problem::Refinement`] if they don't fit the type.
    pub fn refined(ty: &Type, refinements: Refinements) -> Result<Self, Error> {
        if !refinements.fit(ty) {
            return Err(Problem::Refinement(RefinementError::WrongType).into());
        }
        if refinements == Refinements::default() {
            return Ok(Self::Unknown(Unknown::default()));
        }
        match (&refinements.range, ty, refinements.not_null) {
            (Range::Number { min: Some(min), max: Some(max) }, _, true) if min.number == max.number => {
                Ok(Self::Number(min.number.clone()))
            }
            (Range::Length { max: Some(0), .. }, Type::List(_), true) => Ok(Self::List(Vec::new())),
            (Range::Length { max: Some(0), .. }, Type::Set(_), true) => Ok(Self::Set(Set::default())),
            (Range::Length { max: Some(0), .. }, Type::Map(_), true) => Ok(Self::Map(Default::default())),
            _ => Ok(Self::Unknown(Unknown(Some(Arc::new(refinements))))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn any() -> Refinements {
        Refinements::default()
    }

    #[test]
    fn contradictions_are_refused() {
        let contradiction = Err(RefinementError::Contradiction);
        assert_eq!(any().prefix("ab").unwrap().prefix("ac"), contradiction);
        assert_eq!(any().at_least(Bound::inclusive(5)).unwrap().at_most(Bound::inclusive(4)), contradiction);
        assert_eq!(any().at_least(Bound::inclusive(5)).unwrap().at_most(Bound::exclusive(5)), contradiction);
        assert_eq!(any().min_length(2).unwrap().max_length(1), contradiction);
        assert_eq!(any().prefix("a").unwrap().min_length(1), Err(RefinementError::WrongType));
        assert!(Value::refined(&Type::Number, any().prefix("a").unwrap()).is_err());
        assert!(Value::refined(&Type::Dynamic, any().not_null()).is_err());
    }

    #[test]
    fn the_tighter_refinement_stays() {
        let prefix = any().prefix("ab").unwrap();
        assert_eq!(prefix.clone().prefix("a"), Ok(prefix.clone()));
        assert_eq!(any().prefix("a").unwrap().prefix("ab"), Ok(prefix));
        let min = any().at_least(Bound::exclusive(5)).unwrap();
        assert_eq!(any().at_least(Bound::inclusive(5)).unwrap().at_least(Bound::exclusive(5)), Ok(min.clone()));
        assert_eq!(min.clone().at_least(Bound::inclusive(5)), Ok(min));
        let max = any().at_most(Bound::exclusive(5)).unwrap();
        assert_eq!(any().at_most(Bound::inclusive(5)).unwrap().at_most(Bound::exclusive(5)), Ok(max.clone()));
        assert_eq!(max.clone().at_most(Bound::inclusive(5)), Ok(max));
        assert_eq!(any().max_length(3).unwrap().max_length(9), any().max_length(3));
        assert_eq!(any().at_least(Bound::inclusive(Number::NEG_INFINITY)), Ok(any()), "says nothing");
    }

    #[test]
    fn refinements_that_leave_one_value_are_that_value() {
        let seven = any().at_least(Bound::inclusive(7)).unwrap().at_most(Bound::inclusive(7)).unwrap();
        assert!(!Value::refined(&Type::Number, seven.clone()).unwrap().is_known(), "it may still be null");
        assert_eq!(Value::refined(&Type::Number, seven.not_null()).unwrap(), Value::from(7));
        let empty = any().max_length(0).unwrap().not_null();
        assert_eq!(Value::refined(&Type::list(Type::Bool), empty).unwrap(), Value::List(Vec::new()));
    }

    #[test]
    fn long_prefixes_are_cut_at_a_character() {
        let long = any().prefix(&"é".repeat(200)).unwrap();
        assert_eq!(long.range(), &Range::Prefix("é".repeat(128).into()));
        assert_eq!(
            any().prefix(&format!("a{}", "é".repeat(200))).unwrap().range(),
            &Range::Prefix(format!("a{}", "é".repeat(127)).into())
        );
    }

    #[test]
    fn applied_values_are_measured_against_the_plan() {
        let port = any().not_null().at_least(Bound::inclusive(1)).unwrap().at_most(Bound::exclusive(65536)).unwrap();
        for (value, admitted) in
            [(Value::from(1), true), (Value::from(0), false), (Value::from(65536), false), (Value::Null, false)]
        {
            assert_eq!(port.admits(&value), admitted, "{value:?}");
        }
        assert!(port.admits(&Value::unknown()));
        let two = any().max_length(2).unwrap();
        assert!(two.admits(&Value::Null));
        assert!(!two.admits(&Value::list([1, 2, 3].map(Value::from))));
        let unknowns = Value::set([Value::unknown(), Value::unknown(), Value::from(1)]);
        assert!(two.admits(&unknowns), "three that may turn out to be two");
    }
}
