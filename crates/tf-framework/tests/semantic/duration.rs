//! Durations: a number of nanoseconds, written in any units.

use proptest::prelude::*;
use tf_framework::semantic::Duration;

use crate::choices::Choices;
use crate::laws::{any_choices, any_text, is_an_equivalence, read, without_files};

const SECOND: u64 = 1_000_000_000;
const DAY: u64 = 86_400 * SECOND;
const UNITS: [(&str, u64); 7] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", SECOND),
    ("m", 60 * SECOND),
    ("h", 3_600 * SECOND),
];

/// Of every size, and often whole seconds or days.
fn any_length() -> impl Strategy<Value = u64> {
    let max = i64::MAX.unsigned_abs();
    prop_oneof![
        0..=max,
        0..10 * SECOND,
        (0..=max / SECOND).prop_map(|n| n * SECOND),
        (0..=max / DAY).prop_map(|n| n * DAY)
    ]
}

fn spelling(choices: &mut Choices<'_>, nanoseconds: u64) -> String {
    let sign = if choices.once_in(4) { "+" } else { "" };
    let unsigned = match choices.below(4) {
        0 if nanoseconds.is_multiple_of(SECOND) => (nanoseconds / SECOND).to_string(),
        1 if nanoseconds.is_multiple_of(DAY) => format!("{}d", nanoseconds / DAY),
        2 => {
            // A decimal fraction of seconds is exact.
            let zeros = "0".repeat(choices.below(9).into());
            format!("{zeros}{}.{:09}{zeros}s", nanoseconds / SECOND, nanoseconds % SECOND)
        }
        _ => sum(choices, nanoseconds),
    };
    format!("{sign}{unsigned}")
}

/// Some parts in any order of units, then the rest.
fn sum(choices: &mut Choices<'_>, mut rest: u64) -> String {
    let mut text = String::new();
    for _ in 0..choices.below(3) {
        let (unit, length) = UNITS[usize::from(choices.below(7))];
        let count = (rest / length) / (1 + u64::from(choices.below(200)));
        text += &format!("{count}{unit}");
        rest -= count * length;
    }
    let fitting = UNITS.into_iter().filter(|(_, length)| rest.is_multiple_of(*length)).nth(choices.below(7).into());
    let (unit, length) = fitting.unwrap_or(UNITS[0]);
    text + &format!("{}{unit}", rest / length)
}

proptest! {
    #![proptest_config(without_files())]

    #[test]
    fn length_is_what_counts(one in any_length(), other in any_length(), bytes in any_choices()) {
        let choices = &mut Choices::new(&bytes);
        let spellings = [one, one, one + 1, other].map(|length| (length, spelling(choices, length.min(i64::MAX as u64))));
        for (length, spelling) in &spellings {
            let duration: Duration = read(spelling);
            prop_assert_eq!(duration.seconds(), length.min(&(i64::MAX as u64)) / SECOND);
            prop_assert_eq!(read::<Duration>(&duration.to_string()), duration.clone());
            prop_assert_eq!(read::<Duration>(&duration.to_string()).to_string(), duration.to_string());
            for (other_length, other) in &spellings {
                let lengths = length.min(&(i64::MAX as u64)).cmp(other_length.min(&(i64::MAX as u64)));
                prop_assert_eq!(duration == read(other), lengths.is_eq(), "{} {}", spelling, other);
                prop_assert_eq!(duration.cmp(&read(other)), lengths, "{} {}", spelling, other);
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(texts in prop::collection::vec(any_text("0123456789.+-hmsuµnd wy"), 3)) {
        is_an_equivalence::<Duration>(&texts);
    }
}
