//! The byte strings by which a secret is found without unpacking anything.
//!
//! Most of them would also be found by unpacking. They are for what is cut off, or glued to other text so that nothing
//! tells where an encoding begins.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Of longer secrets, the beginning and the end are looked for, in so many bytes each.
const LONG: usize = 48;
const END: usize = 24;
/// Of forms that are much longer than the secret, the beginning of it will do.
const WORDY: usize = 16;

/// What to look for, each with the name of the form.
pub(crate) fn needles(part: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut needles = Vec::new();
    if part.len() > LONG {
        let (begin, end) = (part.get(..END), part.get(part.len() - END..));
        begin.into_iter().chain(end).for_each(|piece| add(piece, &mut needles));
    } else {
        add(part, &mut needles);
    }
    let mut seen = BTreeSet::new();
    needles.retain(|(_, needle)| seen.insert(needle.clone()));
    needles
}

fn add(piece: &[u8], needles: &mut Vec<(&'static str, Vec<u8>)>) {
    needles.push(("raw", piece.to_owned()));
    for phase in 0..3 {
        needles.push(("base64", at_phase(piece, phase, |bytes| STANDARD_NO_PAD.encode(bytes))));
        needles.push(("base64url", at_phase(piece, phase, |bytes| URL_SAFE_NO_PAD.encode(bytes))));
    }
    let head = piece.get(..WORDY).unwrap_or(piece);
    for upper in [false, true] {
        let digits = hexadecimal(piece, upper);
        needles.push(("hexadecimal", digits.into_bytes()));
        let pairs: Vec<String> = head.iter().map(|byte| hexadecimal(&[*byte], upper)).collect();
        needles.push(("hexadecimal", pairs.join(":").into_bytes()));
        needles.push(("hexadecimal", pairs.join(" ").into_bytes()));
    }
    // Byte strings as Rust, JSON and Go print them when nobody thought of it.
    let numbers: Vec<String> = head.iter().map(u8::to_string).collect();
    for separator in [", ", ",", " "] {
        needles.push(("list of bytes", numbers.join(separator).into_bytes()));
    }
    if piece.contains(&b' ') {
        let plus: Vec<u8> = piece.iter().map(|byte| if *byte == b' ' { b'+' } else { *byte }).collect();
        needles.push(("URL escapes", plus));
    }
}

/// What base64 of a longer text has of `bytes` that begin so many bytes behind a multiple of three: the characters that
/// depend on nothing else.
fn at_phase(bytes: &[u8], phase: usize, encode: impl Fn(Vec<u8>) -> String) -> Vec<u8> {
    let whole = [vec![0; phase], bytes.to_vec()].concat();
    let is_cut = whole.len() % 3 != 0;
    let mut encoded = encode(whole);
    if is_cut {
        encoded.pop();
    }
    // Six bits a character: the ones before are in ⌈8 · phase / 6⌉ of them.
    encoded.split_off((8 * phase).div_ceil(6)).into_bytes()
}

/// Two digits a byte.
pub(crate) fn hexadecimal(bytes: &[u8], upper: bool) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // A string takes everything.
        let _ = if upper { write!(text, "{byte:02X}") } else { write!(text, "{byte:02x}") };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text_search::find;

    #[test]
    fn base64_is_found_wherever_it_begins_and_ends() {
        for value in ["i+jü?>~ÿ\"a<b>c", "0123456789abcdef", "0123456789abcdefg", "0123456789abcdefgh"] {
            for (before, after) in [("", ""), ("1", "1"), ("12", "12"), ("123", "")] {
                let text = format!("{before}{value}{after}");
                for encoded in [STANDARD_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
                    // Glued to something else, so that decoding it from the beginning yields nothing.
                    let glued = format!("ab{encoded}");
                    let found = needles(value.as_bytes())
                        .iter()
                        .any(|(name, needle)| name.starts_with("base64") && find(glued.as_bytes(), needle).is_some());
                    assert!(found, "{text} as {encoded}");
                }
            }
        }
    }

    #[test]
    fn both_ends_stand_for_a_long_secret() {
        let long: Vec<u8> = (0..=255).collect();
        let needles = needles(&long);
        for piece in [&long[..END], &long[256 - END..]] {
            assert!(needles.contains(&("raw", piece.to_vec())));
            assert!(needles.contains(&("hexadecimal", hexadecimal(piece, true).into_bytes())));
        }
        assert!(needles.iter().all(|(_, needle)| needle.len() < 100));
    }
}
