//! Runs of hexadecimal digits.

use super::{SHORTEST_RUN, Seen};

/// Two digits a byte, and a secret has 12 bytes at least.
const SHORTEST: usize = SHORTEST_RUN / 2 * 3;

/// What the longest runs of digits stand for, one a line.
pub(super) fn runs(bytes: &[u8], seen: &mut Seen) -> Vec<u8> {
    let mut decoded = Vec::new();
    for run in bytes.split(|byte| !byte.is_ascii_hexdigit()) {
        if run.len() < SHORTEST || !seen.is_new(run) {
            continue;
        }
        // Where something is in front of it, one digit may be too many.
        for from in 0..=run.len() % 2 {
            decoded.extend(run.get(from..).unwrap_or_default().chunks_exact(2).map(byte));
            decoded.push(b'\n');
        }
    }
    decoded
}

fn byte(pair: &[u8]) -> u8 {
    pair.iter().fold(0, |byte, digit| byte << 4 | char::from(*digit).to_digit(16).unwrap_or_default() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_decoded_in_either_case_and_phase() {
        let found = |text: &str| runs(text.as_bytes(), &mut Seen::default());
        assert_eq!(found("x303132333435363738396A6b."), b"0123456789jk\n");
        assert_eq!(found("f303132333435363738396A6b").split(|byte| *byte == b'\n').nth(1).unwrap(), b"0123456789jk");
        assert_eq!(found("0123456789abcdef"), b"", "too short");
    }
}
