//! Numbers as cty has them: exact decimals, without a detour over floating point.

mod double;
mod parse;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use thiserror::Error;

use crate::limits::MAX_DIGITS;

/// An exact decimal number, or an infinity.
///
/// A serial number of 30 digits, `0.1`, `2^64` and ten cents keep every digit. Equal numbers are equal whatever they were
/// made from: `1.50` is `1.5`, and minus zero is zero.
///
/// cty keeps a number as a binary float with a mantissa of 512 bits and prints as few digits as tell it from its neighbours.
/// For up to 154 significant digits that is this number. Beyond, cty rounds and this type does not: a value that came from
/// Terraform is rounded already and survives, while a longer one from elsewhere is rounded when Terraform reads it.
///
/// ```
/// use tf_value::Number;
///
/// let serial: Number = "123456789012345678901234567890".parse()?;
/// assert_eq!(serial.to_string(), "123456789012345678901234567890");
/// assert_eq!(serial.to_i64(), None);
/// assert!(Number::from(2) < "2.5e0".parse()?);
/// # Ok::<_, tf_value::NumberError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number(Repr);

/// Every number has exactly one representation, so that equality and hash can be derived.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    /// `coefficient` / 10^`scale`. With a scale, the coefficient is not divisible by ten.
    Small {
        coefficient: i64,
        scale: u16,
    },
    /// What does not fit into the other: `digits` × 10^`exponent`, with a zero at neither end of the digits.
    Large(Arc<Large>),
    Infinite {
        negative: bool,
    },
}

#[derive(PartialEq, Eq, Hash)]
struct Large {
    negative: bool,
    digits: Box<str>,
    exponent: i32,
}

/// Why something is no number.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NumberError {
    /// Not written as a decimal number.
    #[error("not a decimal number")]
    Syntax,
    /// In plain notation it would be longer than [`MAX_DIGITS`].
    #[error("more than {MAX_DIGITS} digits before or after the point")]
    TooManyDigits,
    /// The float that is "not a number".
    #[error("NaN is no number in Terraform")]
    Nan,
}

impl Number {
    /// Larger than every other number.
    pub const INFINITY: Self = Self(Repr::Infinite { negative: false });
    /// Smaller than every other number.
    pub const NEG_INFINITY: Self = Self(Repr::Infinite { negative: true });

    /// Whether it has no fraction. Infinities have none, but are no integers.
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Small { scale, .. } => *scale == 0,
            Repr::Large(large) => large.exponent >= 0,
            Repr::Infinite { .. } => false,
        }
    }

    /// Whether it is an infinity.
    pub fn is_infinite(&self) -> bool {
        matches!(self.0, Repr::Infinite { .. })
    }

    /// Whether it is below zero.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small { coefficient, .. } => *coefficient < 0,
            Repr::Large(large) => large.negative,
            Repr::Infinite { negative } => *negative,
        }
    }

    /// The same number as an `i64`; `None` if it has a fraction or is out of range.
    pub fn to_i64(&self) -> Option<i64> {
        match self.0 {
            Repr::Small { coefficient, scale: 0 } => Some(coefficient),
            _ => None,
        }
    }

    /// The same number as a `u64`; `None` if it has a fraction or is out of range.
    pub fn to_u64(&self) -> Option<u64> {
        self.to_i128().and_then(|number| number.try_into().ok())
    }

    /// The same number as an `i128`; `None` if it has a fraction or is out of range.
    pub fn to_i128(&self) -> Option<i128> {
        match &self.0 {
            Repr::Small { coefficient, scale: 0 } => Some(i128::from(*coefficient)),
            Repr::Large(large) if large.exponent >= 0 => self.to_string().parse().ok(),
            _ => None,
        }
    }

    /// The number `digits` × 10^`exponent`, in its one representation. The digits are decimal ones.
    fn from_digits(negative: bool, digits: &str, exponent: i32) -> Result<Self, NumberError> {
        let significant = digits.trim_end_matches('0');
        let trimmed = digits.len() - significant.len();
        let significant = significant.trim_start_matches('0');
        if significant.is_empty() {
            return Ok(Self::from(0));
        }
        let limit = MAX_DIGITS as i64;
        let exponent = i64::from(exponent) + trimmed as i64;
        let length = significant.len() as i64;
        if length + exponent > limit || -exponent > limit || length > limit {
            return Err(NumberError::TooManyDigits);
        }
        let exponent = exponent as i32;
        let small = Self::small(negative, significant, exponent);
        Ok(small
            .unwrap_or_else(|| Self(Repr::Large(Arc::new(Large { negative, digits: significant.into(), exponent })))))
    }

    fn small(negative: bool, digits: &str, exponent: i32) -> Option<Self> {
        let zeros = u32::try_from(exponent).unwrap_or(0);
        let magnitude = digits.parse::<i128>().ok()?.checked_mul(10_i128.checked_pow(zeros)?)?;
        let coefficient = i64::try_from(if negative { -magnitude } else { magnitude }).ok()?;
        let scale = u16::try_from(exponent.min(0).unsigned_abs()).ok()?;
        Some(Self(Repr::Small { coefficient, scale }))
    }

    /// Digits and exponent of the magnitude of a finite number.
    fn magnitude(&self) -> (Cow<'_, str>, i32) {
        match &self.0 {
            Repr::Small { coefficient, scale } => {
                (Cow::Owned(coefficient.unsigned_abs().to_string()), -i32::from(*scale))
            }
            Repr::Large(large) => (Cow::Borrowed(&large.digits), large.exponent),
            Repr::Infinite { .. } => (Cow::Borrowed(""), 0),
        }
    }

    /// Compares two finite numbers, neither of them zero, without their signs.
    fn compare_magnitude(&self, other: &Self) -> Ordering {
        let ((ours, our_exponent), (theirs, their_exponent)) = (self.magnitude(), other.magnitude());
        let point = |digits: &str, exponent: i32| digits.len() as i64 + i64::from(exponent);
        // Neither begins with a zero, so the one with more digits before the point is larger. With as many, the digits
        // compare like words in a dictionary.
        point(&ours, our_exponent).cmp(&point(&theirs, their_exponent)).then_with(|| ours.as_ref().cmp(theirs.as_ref()))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if self == other {
            return Ordering::Equal;
        }
        match (&self.0, &other.0) {
            (Repr::Small { coefficient: a, scale }, Repr::Small { coefficient: b, scale: same }) if scale == same => {
                return a.cmp(b);
            }
            (Repr::Infinite { negative }, _) => return if *negative { Ordering::Less } else { Ordering::Greater },
            (_, Repr::Infinite { negative }) => return if *negative { Ordering::Greater } else { Ordering::Less },
            _ => {}
        }
        let zero = |number: &Self| number.to_i64() == Some(0);
        match (self.is_negative(), other.is_negative()) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (true, true) => other.compare_magnitude(self),
            (false, false) if zero(self) => Ordering::Less,
            (false, false) if zero(other) => Ordering::Greater,
            (false, false) => self.compare_magnitude(other),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// In plain notation, as cty prints it into states and sends it: `0.001`, never `1e-3`; `-Inf` and `+Inf`.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Small { coefficient, scale: 0 } => return coefficient.fmt(f),
            Repr::Infinite { negative } => return f.write_str(if *negative { "-Inf" } else { "+Inf" }),
            _ => {}
        }
        let (digits, exponent) = self.magnitude();
        if self.is_negative() {
            f.write_str("-")?;
        }
        let zeros = |f: &mut fmt::Formatter<'_>, count: usize| write!(f, "{:0<count$}", "");
        if exponent >= 0 {
            f.write_str(&digits)?;
            return zeros(f, exponent.unsigned_abs() as usize);
        }
        let fraction = exponent.unsigned_abs() as usize;
        match digits.len().checked_sub(fraction).filter(|whole| *whole > 0).and_then(|at| digits.split_at_checked(at)) {
            Some((whole, fraction)) => write!(f, "{whole}.{fraction}"),
            None => {
                f.write_str("0.")?;
                zeros(f, fraction - digits.len())?;
                f.write_str(&digits)
            }
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads a decimal number as cty does: digits with an optional sign, point and exponent, or `Inf`.
impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        parse::number(text)
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self(Repr::Small { coefficient: number, scale: 0 })
    }
}

impl From<i32> for Number {
    fn from(number: i32) -> Self {
        Self::from(i64::from(number))
    }
}

impl From<u32> for Number {
    fn from(number: u32) -> Self {
        Self::from(i64::from(number))
    }
}

impl From<u64> for Number {
    fn from(number: u64) -> Self {
        Self::from(i128::from(number))
    }
}

impl From<i128> for Number {
    fn from(number: i128) -> Self {
        match i64::try_from(number) {
            Ok(small) => Self::from(small),
            Err(_) => {
                let digits = number.unsigned_abs().to_string();
                let significant = digits.trim_end_matches('0');
                let exponent = (digits.len() - significant.len()) as i32;
                Self(Repr::Large(Arc::new(Large { negative: number < 0, digits: significant.into(), exponent })))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    #[test]
    fn one_number_has_one_representation() {
        for (one, other) in [
            ("1.50", "1.5"),
            ("-0", "0"),
            ("1e3", "1000"),
            ("1000e-3", "1"),
            ("9223372036854775807.0", "9223372036854775807"),
            ("100000000000000000000", "1e20"),
            ("0.00000000000000000000000012", "12e-26"),
        ] {
            assert_eq!(number(one), number(other), "{one}");
        }
        assert_eq!(Number::from(u64::MAX), number("18446744073709551615"));
        assert_eq!(Number::from(i128::from(i64::MIN)), Number::from(i64::MIN));
    }

    #[test]
    fn numbers_are_ordered_by_size() {
        let ascending = [
            "-Inf",
            "-1e30",
            "-9223372036854775809",
            "-9223372036854775808",
            "-2",
            "-1.5",
            "-1e-30",
            "0",
            "1e-30",
            "0.09",
            "0.1",
            "0.10000000000000000000000000000001",
            "1",
            "9.5",
            "10",
            "1000",
            "1000.5",
            "9000000000000000000",
            "9223372036854775807",
            "9223372036854775807.5",
            "9223372036854775808",
            "95e17",
            "1e30",
            "+Inf",
        ];
        for (position, low) in ascending.iter().enumerate() {
            for (other, high) in ascending.iter().enumerate() {
                assert_eq!(number(low).cmp(&number(high)), position.cmp(&other), "{low} and {high}");
            }
        }
    }

    #[test]
    fn text_is_plain() {
        for text in
            ["0", "-1", "1.5", "0.001", "-0.5", "100000000000000000000", "123456789012345678901.5", "+Inf", "-Inf"]
        {
            assert_eq!(number(text).to_string(), text);
        }
        assert_eq!(number("1e-7").to_string(), "0.0000001");
    }

    #[test]
    fn conversions_are_exact_or_none() {
        assert_eq!(number("9223372036854775808").to_i64(), None);
        assert_eq!(number("9223372036854775808").to_u64(), Some(1 << 63));
        assert_eq!(number("1e20").to_i128(), Some(100_000_000_000_000_000_000));
        assert_eq!(number("1e39").to_i128(), None);
        assert_eq!(number("-1").to_u64(), None);
        assert_eq!((number("1.5").to_i64(), number("1.5").to_i128()), (None, None));
        assert!(number("1e20").is_integer() && !number("1.5").is_integer() && !Number::INFINITY.is_integer());
    }
}
