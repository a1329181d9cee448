//! Rules for typed values, for `#[tf(validate(…))]`.
//!
//! Each is a function from a value to what is asked of it, as a sentence that goes on after the attribute's name. A rule
//! of your own is written in the same way: `fn(&str) -> Result<(), String>` for the text of a `String`, `fn(&[T])` for a
//! `Vec<T>`, `fn(&T)` for most others. [`Typed`](crate::model::Typed) makes a validator of any of them.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::ops::{Bound, RangeBounds};

use crate::model::{Secret, SetOf};

/// Something with a length.
#[diagnostic::on_unimplemented(message = "`{Self}` has no length", label = "no text, list, set or map")]
pub trait Length {
    /// What is counted, in the plural.
    const OF: &'static str;

    /// How many there are.
    fn length(&self) -> usize;
}

/// It has something in it.
///
/// # Errors
/// If it is empty.
pub fn non_empty<T: Length + ?Sized>(value: &T) -> Result<(), String> {
    if value.length() == 0 { Err("must not be empty".to_owned()) } else { Ok(()) }
}

/// It has so many characters or elements: `length(1..=64)`.
pub fn length<T: Length + ?Sized>(allowed: impl RangeBounds<usize> + Send + Sync) -> impl Fn(&T) -> Result<(), String> {
    move |value| {
        if allowed.contains(&value.length()) {
            return Ok(());
        }
        let (least, most) = (least(&allowed), most(&allowed));
        Err(format!("must have {} {}", Between { least, most }, T::OF))
    }
}

/// It is in a range, such as `range(1..=65535)`.
///
/// The bounds are named as they are written: an upper bound that does not belong to the range is "less than".
pub fn range<T: PartialOrd + Display>(allowed: impl RangeBounds<T> + Send + Sync) -> impl Fn(&T) -> Result<(), String> {
    move |value| {
        if allowed.contains(value) {
            return Ok(());
        }
        let from = match allowed.start_bound() {
            Bound::Included(least) => Some(format!("at least {least}")),
            Bound::Excluded(below) => Some(format!("more than {below}")),
            Bound::Unbounded => None,
        };
        let to = match allowed.end_bound() {
            Bound::Included(most) => Some(format!("at most {most}")),
            Bound::Excluded(above) => Some(format!("less than {above}")),
            Bound::Unbounded => None,
        };
        let bounds: Vec<_> = from.into_iter().chain(to).collect();
        Err(format!("must be {}", bounds.join(" and ")))
    }
}

/// It is one of these: `one_of(&["debug", "info"])`.
pub fn one_of<T, A>(allowed: &'static [A]) -> impl Fn(&T) -> Result<(), String>
where
    T: PartialEq + ?Sized,
    A: Borrow<T> + fmt::Debug + Sync,
{
    move |value| {
        if allowed.iter().any(|allowed| value == allowed.borrow()) {
            return Ok(());
        }
        let allowed: Vec<_> = allowed.iter().map(|allowed| format!("{allowed:?}")).collect();
        Err(format!("must be one of {}", allowed.join(", ")))
    }
}

/// It has no other characters than these: `charset("letters and digits", |character| character.is_ascii_alphanumeric())`.
///
/// `what` says which, as it goes on after "may only have".
pub fn charset<T: AsRef<str> + ?Sized>(
    what: &'static str,
    allowed: impl Fn(char) -> bool + Send + Sync,
) -> impl Fn(&T) -> Result<(), String> {
    move |value| {
        if value.as_ref().chars().all(&allowed) { Ok(()) } else { Err(format!("may only have {what}")) }
    }
}

impl Length for str {
    const OF: &'static Self = "characters";

    fn length(&self) -> usize {
        self.chars().count()
    }
}

impl Length for Secret {
    const OF: &'static str = "characters";

    fn length(&self) -> usize {
        self.expose().chars().count()
    }
}

impl<T> Length for [T] {
    const OF: &'static str = "elements";

    fn length(&self) -> usize {
        self.len()
    }
}

impl<T> Length for SetOf<T> {
    const OF: &'static str = "elements";

    fn length(&self) -> usize {
        self.len()
    }
}

impl<T> Length for BTreeMap<String, T> {
    const OF: &'static str = "elements";

    fn length(&self) -> usize {
        self.len()
    }
}

fn least(range: &impl RangeBounds<usize>) -> usize {
    match range.start_bound() {
        Bound::Included(least) => *least,
        Bound::Excluded(below) => below.saturating_add(1),
        Bound::Unbounded => 0,
    }
}

fn most(range: &impl RangeBounds<usize>) -> Option<usize> {
    match range.end_bound() {
        Bound::Included(most) => Some(*most),
        Bound::Excluded(above) => Some(above.saturating_sub(1)),
        Bound::Unbounded => None,
    }
}

struct Between {
    least: usize,
    most: Option<usize>,
}

impl Display for Between {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self { least, most: Some(most) } if least == most => write!(f, "exactly {most}"),
            Self { least: 0, most: Some(most) } => write!(f, "at most {most}"),
            Self { least, most: Some(most) } => write!(f, "{least} to {most}"),
            Self { least, most: None } => write!(f, "at least {least}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(outcome: Result<(), String>, demand: &str) {
        assert_eq!(outcome.unwrap_err(), demand);
    }

    #[test]
    fn non_empty_counts_what_there_is() {
        non_empty("a").unwrap();
        non_empty(&Secret::from("a")).unwrap();
        non_empty(&[1][..]).unwrap();
        refused(non_empty(""), "must not be empty");
        refused(non_empty(&Secret::from("")), "must not be empty");
        refused(non_empty::<[String]>(&[]), "must not be empty");
        refused(non_empty(&SetOf::<String>(Vec::new())), "must not be empty");
        refused(non_empty(&BTreeMap::<String, String>::new()), "must not be empty");
    }

    #[test]
    fn length_counts_characters_and_not_bytes() {
        length(2..=3)("äöü").unwrap();
        refused(length(2..=3)("abcd"), "must have 2 to 3 characters");
        refused(length(2..4)("a"), "must have 2 to 3 characters");
        refused(length(2..=2)("a"), "must have exactly 2 characters");
        refused(length(..=2)(&[1, 2, 3][..]), "must have at most 2 elements");
        refused(length(2..)(&[1][..]), "must have at least 2 elements");
    }

    #[test]
    fn range_has_both_ends() {
        for port in [1_u16, 80, 65535] {
            range(1..=65535)(&port).unwrap();
        }
        refused(range(1..=65535)(&0_u16), "must be at least 1 and at most 65535");
        refused(range(1..10)(&10_i64), "must be at least 1 and less than 10");
        refused(range(1..)(&0_i64), "must be at least 1");
        refused(range(..=9)(&10_i64), "must be at most 9");
        refused(range((Bound::Excluded(0), Bound::Unbounded))(&0_i64), "must be more than 0");
    }

    #[test]
    fn one_of_names_what_is_allowed() {
        one_of(&["debug", "info"])("info").unwrap();
        refused(one_of(&["debug", "info"])("Info"), r#"must be one of "debug", "info""#);
        one_of(&[2048, 4096])(&4096_i64).unwrap();
        refused(one_of(&[2048, 4096])(&1_i64), "must be one of 2048, 4096");
    }

    #[test]
    fn charset_looks_at_each_character() {
        let digits = charset("digits", |character| character.is_ascii_digit());
        digits("0123").unwrap();
        digits("").unwrap();
        refused(digits("12a"), "may only have digits");
    }
}
