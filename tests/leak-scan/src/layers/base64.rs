//! Runs of characters of base64, in both alphabets, alone and joined where lines are wrapped.

use super::{SHORTEST_RUN, Seen};

/// No digit of base64.
const NONE: u8 = 0xff;

/// What a character of either alphabet stands for.
static VALUES: [u8; 256] = values();

/// What the longest runs of characters of base64 stand for.
pub(super) fn runs(bytes: &[u8], seen: &mut Seen) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut wrapped: Vec<u8> = Vec::new();
    let mut end_of_last = 0;
    let mut take = |run: &[u8], found: &mut Vec<Vec<u8>>| {
        if run.len() >= SHORTEST_RUN && seen.is_new(run) {
            found.push(decode(run));
        }
    };
    for (start, end) in stretches(bytes) {
        let run = bytes.get(start..end).unwrap_or_default();
        // A run with characters of both alphabets is two pieces of text, and nobody knows where they meet.
        if run.iter().any(|byte| matches!(byte, b'-' | b'_')) && run.iter().any(|byte| matches!(byte, b'+' | b'/')) {
            run.split(|byte| matches!(byte, b'-' | b'_')).for_each(|run| take(run, &mut found));
            run.split(|byte| matches!(byte, b'+' | b'/')).for_each(|run| take(run, &mut found));
        } else {
            take(run, &mut found);
        }
        let gap = bytes.get(end_of_last..start).unwrap_or_default();
        if !wrapped.is_empty() && !is_line_break(gap) {
            take(&wrapped, &mut found);
            wrapped.clear();
        }
        // All lines but the last are of whole groups.
        if !wrapped.is_empty() || (run.len() >= SHORTEST_RUN && run.len() % 4 == 0) {
            wrapped.extend(run);
        }
        if run.len() % 4 != 0 && !wrapped.is_empty() {
            take(&wrapped, &mut found);
            wrapped.clear();
        }
        end_of_last = end;
    }
    take(&wrapped, &mut found);
    found
}

/// Begins and ends of all runs that are not too short to be a line.
fn stretches(bytes: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..)?;
        let start = at + rest.iter().position(|byte| is_digit(*byte))?;
        let run = bytes.get(start..)?;
        let end = start + run.iter().position(|byte| !is_digit(*byte)).unwrap_or(run.len());
        at = end;
        Some((start, end))
    })
}

/// One end of a line, perhaps with an indentation behind it.
fn is_line_break(gap: &[u8]) -> bool {
    gap.len() <= 80
        && gap.iter().filter(|byte| **byte == b'\n').count() == 1
        && gap.iter().all(|byte| byte.is_ascii_whitespace())
}

fn is_digit(byte: u8) -> bool {
    VALUES.get(usize::from(byte)).is_some_and(|value| *value != NONE)
}

/// What a run stands for; padding is not part of it. A character that is too many is left out.
pub(crate) fn decode(run: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(run.len() / 4 * 3 + 3);
    for group in run.chunks(4) {
        let mut bits = 0_u32;
        for byte in group {
            bits = bits << 6 | u32::from(VALUES.get(usize::from(*byte)).copied().unwrap_or_default() & 0x3f);
        }
        bits <<= 6 * (4 - group.len());
        let [_, bytes @ ..] = bits.to_be_bytes();
        decoded.extend(bytes.iter().take(group.len().saturating_sub(1)));
    }
    decoded
}

#[expect(clippy::indexing_slicing, reason = "computed by the compiler, which would refuse an index outside")]
const fn values() -> [u8; 256] {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut values = [NONE; 256];
    let mut at = 0;
    while at < alphabet.len() {
        values[alphabet[at] as usize] = at as u8;
        at += 1;
    }
    values[b'+' as usize] = 62;
    values[b'-' as usize] = 62;
    values[b'/' as usize] = 63;
    values[b'_' as usize] = 63;
    values
}

#[cfg(test)]
mod tests {
    use ::base64::Engine as _;
    use ::base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> Vec<Vec<u8>> {
        runs(text.as_bytes(), &mut Seen::default())
    }

    proptest! {
        #[test]
        fn it_decodes_what_others_encode(bytes in prop::collection::vec(any::<u8>(), 12..200)) {
            let standard = STANDARD.encode(&bytes);
            prop_assert_eq!(decode(standard.trim_end_matches('=').as_bytes()), bytes.clone());
            let text = format!("a = \"{}\"", URL_SAFE_NO_PAD.encode(&bytes));
            prop_assert!(found(&text).contains(&bytes));
            for (width, line_end) in [(64, "\n"), (76, "\r\n"), (64, "\n    ")] {
                let lines: Vec<&str> =
                    standard.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect();
                let text = format!("-----BEGIN THING-----\n{}\n-----END THING-----", lines.join(line_end));
                // The dashes behind it are digits, too.
                prop_assert!(found(&text).iter().any(|decoded| decoded.starts_with(&bytes)), "{text}");
            }
        }
    }

    #[test]
    fn a_run_is_decoded_once() {
        let text = STANDARD.encode("0123456789abcdef");
        assert_eq!(found(&format!("{text} {text}\n{text}")), [b"0123456789abcdef"]);
    }
}
