//! Spans of time as Vault, OpenBao and everything else in Go writes them.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use tf_value::Text;

use crate::model::{AttributeType, DecodeError};

const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// The largest that Go has, in nanoseconds: 292 years.
const MAX: u64 = i64::MAX.unsigned_abs();

/// No duration needs as many.
const MAX_BYTES: usize = 64;

/// Units in the order in which a duration is printed, and the spellings that are only read.
const UNITS: [(&str, u64); 8] = [
    ("h", HOUR),
    ("m", MINUTE),
    ("s", SECOND),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
    ("µs", 1_000),
    ("μs", 1_000),
];

const EXPECTED: &str = "must be a duration: a number of seconds such as 3600, whole days such as 7d, or numbers with the \
                        units h, m, s, ms, us and ns such as 1h30m";

/// A span of time, from zero to 292 years, exact to the nanosecond.
///
/// It is written as the servers read it: a whole number is seconds, `7d` is days, and everything else is what Go's
/// `time.ParseDuration` accepts: `1h30m`, `1.5h`, `300ms`. Days don't mix with other units and there are no weeks, because
/// the servers have neither. A number in a configuration arrives as its digits, so that `ttl = 3600` is an hour. What is
/// finer than a nanosecond is cut off.
///
/// Durations are equal if they are as long, whatever they were written as.
///
/// ```
/// use tf_framework::semantic::Duration;
///
/// let ttl: Duration = "90m".parse()?;
/// assert_eq!(ttl, "5400".parse()?);
/// assert_eq!(ttl.seconds(), 5400);
/// assert_eq!(ttl.as_str(), "90m");
/// assert_eq!(ttl.to_string(), "1h30m");
/// # Ok::<_, tf_framework::model::DecodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Duration {
    spelling: Text,
    nanoseconds: u64,
}

impl Duration {
    /// Of so many seconds, which is what the servers answer.
    ///
    /// # Errors
    /// If it is more than 292 years.
    pub fn from_seconds(seconds: u64) -> Result<Self, DecodeError> {
        seconds.checked_mul(SECOND).ok_or_else(too_long).and_then(Self::of)
    }

    /// Its whole seconds. The servers, too, drop the rest.
    pub fn seconds(&self) -> u64 {
        self.nanoseconds / SECOND
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.spelling
    }

    pub(super) fn nanoseconds(&self) -> u64 {
        self.nanoseconds
    }

    fn of(nanoseconds: u64) -> Result<Self, DecodeError> {
        let nanoseconds = if nanoseconds > MAX { return Err(too_long()) } else { nanoseconds };
        let duration = Self { spelling: Text::default(), nanoseconds };
        Ok(Self { spelling: duration.to_string().into(), nanoseconds })
    }
}

impl FromStr for Duration {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, DecodeError> {
        Ok(Self { spelling: text.into(), nanoseconds: parse(text)? })
    }
}

impl TryFrom<std::time::Duration> for Duration {
    type Error = DecodeError;

    fn try_from(duration: std::time::Duration) -> Result<Self, DecodeError> {
        u64::try_from(duration.as_nanos()).map_err(|_| too_long()).and_then(Self::of)
    }
}

impl From<&Duration> for std::time::Duration {
    fn from(duration: &Duration) -> Self {
        Self::from_nanos(duration.nanoseconds)
    }
}

impl From<Duration> for std::time::Duration {
    fn from(duration: Duration) -> Self {
        Self::from(&duration)
    }
}

/// In the largest units: `1h30m`, never `90m`.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nanoseconds == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.nanoseconds;
        for (unit, length) in UNITS {
            if rest >= length {
                write!(f, "{}{unit}", rest / length)?;
                rest %= length;
            }
        }
        Ok(())
    }
}

impl PartialEq for Duration {
    fn eq(&self, other: &Self) -> bool {
        self.nanoseconds == other.nanoseconds
    }
}

impl Eq for Duration {}

impl PartialOrd for Duration {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Duration {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.nanoseconds.cmp(&other.nanoseconds)
    }
}

impl Hash for Duration {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.nanoseconds.hash(state);
    }
}

impl AttributeType for Duration {
    spelled_attribute_type!("a duration");
}

fn too_long() -> DecodeError {
    DecodeError::new("must not be longer than 292 years")
}

fn parse(text: &str) -> Result<u64, DecodeError> {
    if text.len() > MAX_BYTES {
        return Err(DecodeError::new(EXPECTED));
    }
    if text.starts_with('-') {
        return Err(DecodeError::new("must not be negative"));
    }
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    let nanoseconds = match (whole(unsigned), unsigned.strip_suffix('d').map(whole)) {
        (Some(seconds), _) => seconds.checked_mul(u128::from(SECOND)),
        (None, Some(Some(days))) => days.checked_mul(u128::from(DAY)),
        _ => Some(sum(unsigned).ok_or_else(|| DecodeError::new(EXPECTED))?),
    };
    let nanoseconds = nanoseconds.and_then(|nanoseconds| u64::try_from(nanoseconds).ok());
    nanoseconds.filter(|&nanoseconds| nanoseconds <= MAX).ok_or_else(too_long)
}

/// A number without unit, sign and point. One with too many digits is too long in any unit.
fn whole(text: &str) -> Option<u128> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u128::MAX))
}

/// Numbers with units, added up. `None` if it is anything else; what is too long for the type counts as its maximum.
fn sum(mut text: &str) -> Option<u128> {
    let mut total: u128 = 0;
    loop {
        let number_length = text.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(text.len());
        let (number, rest) = text.split_at_checked(number_length)?;
        let unit_length = rest.find(|char: char| char.is_ascii_digit() || char == '.').unwrap_or(rest.len());
        let (unit, rest) = rest.split_at_checked(unit_length)?;
        let (_, length) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
        total = total.saturating_add(part(number, length)?);
        if rest.is_empty() {
            return Some(total);
        }
        text = rest;
    }
}

/// `number`, which may have a fraction, times `length` nanoseconds.
fn part(number: &str, length: u64) -> Option<u128> {
    let length = u128::from(length);
    let (integer, fraction) = number.split_once('.').unwrap_or((number, ""));
    if integer.is_empty() && fraction.is_empty() {
        return None;
    }
    let integer = if integer.is_empty() { 0 } else { whole(integer)? };
    // Digits beyond the 25th are less than a nanosecond in any unit.
    let fraction = if fraction.is_empty() { "0" } else { fraction };
    whole(fraction)?;
    let fraction = fraction.get(..25).unwrap_or(fraction);
    let scale = 10u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let fraction = fraction.parse::<u128>().ok()?.checked_mul(length)? / scale;
    Some(integer.saturating_mul(length).saturating_add(fraction))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_servers_read() {
        let table = [
            ("0", 0),
            ("0s", 0),
            ("90", 90 * SECOND),
            ("+90", 90 * SECOND),
            ("007", 7 * SECOND),
            ("1h30m", 90 * MINUTE),
            ("1.5h", 90 * MINUTE),
            (".5s", SECOND / 2),
            ("1.s", SECOND),
            ("300ms", 300_000_000),
            ("10us", 10_000),
            ("10µs", 10_000),
            ("10μs", 10_000),
            ("7ns", 7),
            ("1h1h", 2 * HOUR),
            ("1m1h", HOUR + MINUTE),
            ("1d", DAY),
            ("+2d", 2 * DAY),
            ("8760h", 365 * DAY),
            ("0.0000000019s", 1),
            ("0.9999999999999999999999999999999h", HOUR - 1),
            ("9223372036", 9_223_372_036 * SECOND),
            ("2562047h47m16s854ms775us807ns", MAX),
        ];
        for (text, nanoseconds) in table {
            assert_eq!(text.parse::<Duration>().unwrap().nanoseconds, nanoseconds, "{text}");
        }
    }

    #[test]
    fn refuses_what_they_refuse() {
        let table = [
            "", " ", ".", ".s", "s", "h1", "1h 30m", " 1h", "1h ", "1y", "1w", "1.5", "1e3", "1.5d", "1d12h", "12h1d",
            "1.2.3s", "1H", "0x10", "1,5s", "++1", "+", "infinity", "1h30", "١s",
        ];
        for text in table {
            let error = text.parse::<Duration>().unwrap_err().to_string();
            assert!(error.starts_with("must be a duration"), "{text}: {error}");
        }
        for text in ["-1h", "-0", "-"] {
            assert_eq!(text.parse::<Duration>().unwrap_err().to_string(), "must not be negative");
        }
        let digits = "9".repeat(50);
        for text in
            ["9223372037", "106752d", "100000000h", &digits, &format!("{digits}h"), "2562047h47m16s854ms775us808ns"]
        {
            assert_eq!(
                text.parse::<Duration>().unwrap_err().to_string(),
                "must not be longer than 292 years",
                "{text}"
            );
        }
        "1h".repeat(MAX_BYTES).parse::<Duration>().unwrap_err();
    }

    #[test]
    fn prints_the_largest_units() {
        let table = [
            ("0", "0s"),
            ("60", "1m"),
            ("5400s", "1h30m"),
            ("36h", "36h"),
            ("1d", "24h"),
            ("1.0000015s", "1s1us500ns"),
        ];
        for (text, printed) in table {
            assert_eq!(text.parse::<Duration>().unwrap().to_string(), printed);
        }
        assert_eq!(Duration::from_seconds(3_661).unwrap().as_str(), "1h1m1s");
        Duration::from_seconds(MAX / SECOND).unwrap();
        Duration::from_seconds(MAX / SECOND + 1).unwrap_err();
        Duration::from_seconds(u64::MAX).unwrap_err();
    }

    #[test]
    fn converts_to_and_from_the_standard_type() {
        let standard = std::time::Duration::from_millis(1_500);
        let duration = Duration::try_from(standard).unwrap();
        assert_eq!(duration.as_str(), "1s500ms");
        assert_eq!(duration.seconds(), 1);
        assert_eq!(std::time::Duration::from(duration), standard);
        Duration::try_from(std::time::Duration::MAX).unwrap_err();
    }
}
