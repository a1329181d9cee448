//! Decimal text to number. The exponent is looked at before anything is allocated for it.

use super::{Number, NumberError};
use crate::limits::MAX_DIGITS;

/// `[sign] (digits [. [digits]] | . digits) [e [sign] digits]`, or `[sign] (Inf | inf)`: what cty reads, but for its binary
/// exponents (`1p3`), which it never writes.
pub(super) fn number(text: &str) -> Result<Number, NumberError> {
    let (negative, unsigned) = sign(text);
    if matches!(unsigned, "Inf" | "inf") {
        return Ok(if negative { Number::NEG_INFINITY } else { Number::INFINITY });
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, self::exponent(exponent)?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if (whole.is_empty() && fraction.is_empty()) || !are_digits(whole) || !are_digits(fraction) {
        return Err(NumberError::Syntax);
    }
    if fraction.is_empty() {
        return Number::from_digits(negative, whole, exponent);
    }
    // Zeros at the front and the end cost nothing; what is left must fit.
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > MAX_DIGITS.saturating_mul(2) {
        return Err(NumberError::TooManyDigits);
    }
    let exponent = exponent.saturating_sub(fraction.len() as i32);
    Number::from_digits(negative, &[whole, fraction].concat(), exponent)
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn are_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The exponent, held within a range that no number of legal length comes near, so that arithmetic on it can't overflow.
fn exponent(text: &str) -> Result<i32, NumberError> {
    const BOUND: i32 = 1 << 29;
    let (negative, digits) = sign(text);
    if digits.is_empty() || !are_digits(digits) {
        return Err(NumberError::Syntax);
    }
    let magnitude = digits.parse::<i32>().map_or(BOUND, |exponent| exponent.min(BOUND));
    Ok(if negative { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_exponents_are_refused() {
        for text in ["1e999999999", "1e-999999999", "1e99999999999999999999", "-1e2048", "1e-2049", "0.1e-2048"] {
            assert_eq!(number(text), Err(NumberError::TooManyDigits), "{text}");
        }
        assert_eq!(number("0e999999999"), Ok(Number::from(0)));
        assert_eq!(number("1e2047").unwrap().to_string().len(), 2048);
        assert_eq!(number("1e-2048").unwrap().to_string().len(), 2050);
    }

    #[test]
    fn length_counts_without_padding() {
        let zeros = "0".repeat(10_000);
        assert_eq!(number(&format!("{zeros}1.5{zeros}")), number("1.5"));
        assert_eq!(number(&"7".repeat(2_049)), Err(NumberError::TooManyDigits));
        assert_eq!(number(&format!("0.{}", "7".repeat(2_049))), Err(NumberError::TooManyDigits));
        assert_eq!(number(&format!("0.{}", "7".repeat(100_000))), Err(NumberError::TooManyDigits));
        assert_eq!(number(&"7".repeat(2_048)).unwrap().to_string().len(), 2_048);
    }

    #[test]
    fn other_texts_are_no_numbers() {
        for text in ["", ".", "-", "1e", "e1", "1_000", "0x10", "1p3", " 1", "1 ", "NaN", "Infinity", "--1", "１"] {
            assert_eq!(number(text), Err(NumberError::Syntax), "{text:?}");
        }
    }
}
