//! Bech32 (BIP 173), in which age writes keys; without its limit of 90 characters.

use zeroize::Zeroizing;

const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/// Characters of the checksum.
const CHECKSUM: usize = 6;
/// More characters than any key has.
const LONGEST: usize = 200;

/// A text in lower case: the name, a one, the bytes, a checksum.
pub(super) fn encode(name: &str, bytes: &[u8]) -> String {
    let data = regroup(bytes, 8, 5, true).unwrap_or_default();
    let mut values = expanded(name);
    values.extend(&data);
    values.extend([0; CHECKSUM]);
    let sum = polymod(&values) ^ 1;
    let checksum = (0..CHECKSUM).map(|index| u8::try_from(sum >> (5 * (5 - index)) & 31).unwrap_or_default());
    let letter = |value: u8| ALPHABET.get(usize::from(value)).map_or('q', |letter| char::from(*letter));
    format!("{name}1{}", data.iter().copied().chain(checksum).map(letter).collect::<String>())
}

/// The bytes of a text with this name; `None` if it is none. All of it is in upper or all of it in lower case.
pub(super) fn decode(name: &str, text: &str) -> Option<Vec<u8>> {
    let is_mixed =
        text.bytes().any(|byte| byte.is_ascii_uppercase()) && text.bytes().any(|byte| byte.is_ascii_lowercase());
    if text.len() > LONGEST || is_mixed {
        return None;
    }
    let lower = Zeroizing::new(text.to_ascii_lowercase());
    let (found, rest) = lower.rsplit_once('1')?;
    if found != name || rest.len() < CHECKSUM {
        return None;
    }
    let value = |letter: u8| ALPHABET.iter().position(|known| *known == letter).and_then(|at| u8::try_from(at).ok());
    // They may be those of an identity.
    let data = Zeroizing::new(rest.bytes().map(value).collect::<Option<Vec<_>>>()?);
    let mut values = Zeroizing::new(expanded(name));
    values.extend(data.iter());
    if polymod(&values) != 1 {
        return None;
    }
    regroup(data.get(..data.len() - CHECKSUM)?, 5, 8, false)
}

/// The name as the checksum takes it in.
fn expanded(name: &str) -> Vec<u8> {
    let high = name.bytes().map(|byte| byte >> 5);
    high.chain([0]).chain(name.bytes().map(|byte| byte & 31)).collect()
}

fn polymod(values: &[u8]) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    values.iter().fold(1, |sum, value| {
        let top = sum >> 25;
        let next = (sum & 0x01ff_ffff) << 5 ^ u32::from(*value);
        GENERATOR
            .iter()
            .enumerate()
            .fold(next, |next, (bit, word)| if top >> bit & 1 == 1 { next ^ word } else { next })
    })
}

/// Groups of so many bits as groups of so many others.
fn regroup(values: &[u8], from: u32, to: u32, pad: bool) -> Option<Vec<u8>> {
    let (mut held, mut bits) = (0_u32, 0_u32);
    let mut groups = Vec::new();
    for value in values {
        held = (held << from | u32::from(*value)) & 0xffff;
        bits += from;
        while bits >= to {
            bits -= to;
            groups.push(u8::try_from(held >> bits & ((1 << to) - 1)).ok()?);
        }
    }
    let left = held & ((1 << bits) - 1);
    if pad {
        if bits > 0 {
            groups.push(u8::try_from(left << (to - bits)).ok()?);
        }
    } else if bits >= from || left != 0 {
        return None;
    }
    Some(groups)
}
