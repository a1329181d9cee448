//! How long something may take, as people write it: `90s`, `5m`, `1h`.

use std::time::Duration;

/// Reads a number with one of the units `s`, `m` and `h`.
///
/// # Errors
/// If it is none, or nothing.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let split = text.len().saturating_sub(1);
    let seconds = match text.split_at_checked(split) {
        Some((number, "s")) => number.parse::<u64>().ok(),
        Some((number, "m")) => number.parse::<u64>().ok().and_then(|minutes| minutes.checked_mul(60)),
        Some((number, "h")) => number.parse::<u64>().ok().and_then(|hours| hours.checked_mul(3600)),
        _ => None,
    };
    match seconds {
        // A year is for ever, and no deadline overflows by it.
        Some(seconds @ 1..=31_536_000) => Ok(Duration::from_secs(seconds)),
        _ => Err("write a number with a unit, such as 90s, 5m or 1h".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_a_unit() {
        for (text, seconds) in [("90s", 90), ("5m", 300), ("1h", 3600)] {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for bad in ["", "5", "0s", "-1s", "m", "1d", "5 m", "99999999999999999999h", "9999999h", "1µ"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
