//! Durations: numbers of seconds, and texts such as `1h30m`.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::Value;

use super::{Outcome, other};

/// Nanoseconds of each unit. `m` is minutes; months and years have no fixed length.
const UNITS: [(&str, f64); 8] =
    [("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9), ("d", 86_400e9)];

/// Hosts count durations in nanoseconds of 64 bits.
const MAX_NANOSECONDS: f64 = 9.2e18;

pub(super) fn unsigned(value: &Value) -> Outcome<Duration> {
    Duration::try_from(signed(value)?).map_err(|_| other(value))
}

pub(super) fn signed(value: &Value) -> Outcome<SignedDuration> {
    let nanoseconds = match value {
        Value::Number(number) => number.as_f64().map(|seconds| seconds * 1e9),
        Value::String(text) => nanoseconds(text.trim()),
        _ => None,
    };
    let nanoseconds = nanoseconds.filter(|nanoseconds| nanoseconds.abs() <= MAX_NANOSECONDS);
    #[expect(clippy::cast_possible_truncation, reason = "it was just seen to be small enough")]
    nanoseconds.map(|nanoseconds| SignedDuration::from_nanos(nanoseconds as i64)).ok_or_else(|| other(value))
}

fn nanoseconds(text: &str) -> Option<f64> {
    let (sign, mut text) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse::<f64>().ok().map(|seconds| sign * seconds * 1e9);
    }
    if text.is_empty() {
        return None;
    }
    let mut sum = 0.0;
    while !text.is_empty() {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, rest) = text.split_at_checked(end)?;
        let end = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        let (unit, rest) = rest.split_at_checked(end)?;
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
        sum += number.parse::<f64>().ok()? * factor;
        text = rest;
    }
    Some(sign * sum)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn seconds_and_texts_are_durations() {
        for (value, milliseconds) in [
            (json!(30), 30_000),
            (json!(0.5), 500),
            (json!("30"), 30_000),
            (json!("30s"), 30_000),
            (json!("1h30m"), 5_400_000),
            (json!("1.5h"), 5_400_000),
            (json!("2d"), 172_800_000),
            (json!("250ms"), 250),
            (json!("0"), 0),
        ] {
            assert_eq!(unsigned(&value).unwrap(), Duration::from_millis(milliseconds), "{value}");
        }
        assert_eq!(signed(&json!("-1m")).unwrap(), SignedDuration::from_secs(-60));
        assert_eq!(signed(&json!(-5)).unwrap(), SignedDuration::from_secs(-5));
        for bad in [
            json!(""),
            json!("s"),
            json!("1x"),
            json!("1h30"),
            json!("1 h"),
            json!(-1),
            json!("-1s"),
            json!(1e300),
            json!(true),
            json!("1..5s"),
        ] {
            unsigned(&bad).unwrap_err();
        }
    }
}
