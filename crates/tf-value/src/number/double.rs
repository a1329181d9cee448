//! Doubles to numbers and back, in the sense that cty gives them.

use super::{Number, NumberError, Repr};

impl Number {
    /// The number that cty means by a double.
    ///
    /// A whole number is taken exactly. Any other stands for the shortest decimal that leads to the same double: `0.1_f64`
    /// is 0.1 and not the 55 digits of its binary fraction, because that is what cty compares and stores.
    ///
    /// # Errors
    /// [`NumberError::Nan`].
    pub fn from_f64(double: f64) -> Result<Self, NumberError> {
        if double.is_nan() {
            return Err(NumberError::Nan);
        }
        if double.is_infinite() {
            return Ok(if double < 0.0 { Self::NEG_INFINITY } else { Self::INFINITY });
        }
        if double.trunc() != double {
            return format!("{double:e}").parse();
        }
        let whole = double as i64;
        // Below 2^63 the cast is exact; from there on it saturates.
        if double.abs() < 9.2e18 { Ok(Self::from(whole)) } else { format!("{double:.0}").parse() }
    }

    /// The double that means this number; `None` if there is none, since it is too large or has too many digits.
    pub fn to_f64(&self) -> Option<f64> {
        if let Repr::Infinite { negative } = self.0 {
            return Some(if negative { f64::NEG_INFINITY } else { f64::INFINITY });
        }
        let nearest: f64 = self.to_string().parse().ok()?;
        Self::from_f64(nearest).ok().filter(|meant| meant == self).map(|_| nearest)
    }

    /// The double that both is this number, bit for bit, and means it; only for numbers that are not whole. cty writes such
    /// a number as a double and every other fraction as text.
    ///
    /// cty itself asks for the first only. So it writes the 21 digits of 2^-30 as a double, which it then reads as the 16
    /// digits that mean it, and finds the two unequal. Text instead of a double keeps all digits, and every reader takes it.
    pub(crate) fn to_binary_fraction(&self) -> Option<f64> {
        let Repr::Small { coefficient, scale: scale @ 1..=27 } = self.0 else {
            // Shorter than 28 binary places or not binary: 5^28 does not fit into 63 bits.
            return None;
        };
        let divisor = 5_i64.pow(u32::from(scale));
        let numerator = coefficient / divisor;
        if coefficient % divisor != 0 || numerator.unsigned_abs() >= 1 << 53 {
            return None;
        }
        let double = numerator as f64 / (1_u64 << scale) as f64;
        // 15 digits survive a double unchanged. Of more, only those do that are also the shortest.
        let is_shortest = coefficient.unsigned_abs() < 1_000_000_000_000_000;
        (is_shortest || Self::from_f64(double).as_ref() == Ok(self)).then_some(double)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    #[test]
    fn a_double_means_its_shortest_decimal() {
        assert_eq!(Number::from_f64(0.1), Ok(number("0.1")));
        assert_eq!(Number::from_f64(-1.5), Ok(number("-1.5")));
        assert_eq!(Number::from_f64(-0.0), Ok(Number::from(0)));
        assert_eq!(Number::from_f64(1e23), Ok(number("99999999999999991611392")), "whole numbers are exact");
        assert_eq!(Number::from_f64(9.2e18), Ok(number("9200000000000000000")));
        assert_eq!(Number::from_f64(-9_223_372_036_854_775_808.0), Ok(Number::from(i64::MIN)));
        assert_eq!(Number::from_f64(f64::NAN), Err(NumberError::Nan));
        assert_eq!(Number::from_f64(f64::MAX).unwrap().to_f64(), Some(f64::MAX));
        assert_eq!(Number::from_f64(f64::MIN_POSITIVE).unwrap().to_f64(), Some(f64::MIN_POSITIVE));
    }

    #[test]
    fn a_double_is_found_only_if_it_means_the_number() {
        assert_eq!(number("0.1").to_f64(), Some(0.1));
        assert_eq!(number("1e22").to_f64(), Some(1e22));
        assert_eq!(number("1e23").to_f64(), None, "the nearest double is another whole number");
        assert_eq!(number("9007199254740993").to_f64(), None);
        assert_eq!(number("0.1000000000000000055511151231257827").to_f64(), None);
        assert_eq!(number("1e400").to_f64(), None);
        assert_eq!(Number::NEG_INFINITY.to_f64(), Some(f64::NEG_INFINITY));
    }

    #[test]
    fn binary_fractions_are_found() {
        for (text, double) in
            [("0.5", 0.5), ("-1.5", -1.5), ("0.0009765625", 0.000_976_562_5), ("1099511627776.5", 1_099_511_627_776.5)]
        {
            assert_eq!(number(text).to_binary_fraction(), Some(double), "{text}");
        }
        for text in ["0.1", "1", "0", "0.2", "3.14159", "9007199254740993.5"] {
            assert_eq!(number(text).to_binary_fraction(), None, "{text}");
        }
        // 2^-20 has 14 significant digits, 2^-27 has 19 and 2^-30 has 21: their doubles mean only 16 of them.
        assert_eq!(number("0.000000007450580596923828125").to_binary_fraction(), None);
        assert_eq!(number("0.00000095367431640625").to_binary_fraction(), Some(2.0_f64.powi(-20)));
        assert_eq!(number("0.000000000931322574615478515625").to_binary_fraction(), None);
    }
}
