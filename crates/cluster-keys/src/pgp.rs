//! Public keys of PGP, in the form in which servers take them. Nothing is encrypted here: the server does that.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::LARGEST;

/// What a public key begins and ends with when it is armoured.
const BEGIN: &str = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
const END: &str = "-----END PGP PUBLIC KEY BLOCK-----";
/// What is in the first line of a private key.
const PRIVATE: &str = "PGP PRIVATE KEY BLOCK";

/// The numbers of packets in the format of PGP (RFC 9580, 5).
const SECRET_KEY: u8 = 5;
const PUBLIC_KEY: u8 = 6;

/// A text is no public key. It never has the text in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyError {
    /// It has more bytes than any such key has.
    #[error("it has more than {LARGEST} bytes, and no public key has that many")]
    TooLarge,
    /// The armour has no end, or no empty line before the key.
    #[error("its armour is not whole")]
    Armour,
    /// It is not in base64.
    #[error("it is neither armoured nor base64")]
    Encoding,
    /// It is a private key.
    #[error("it is a private key, which nobody else is to see")]
    Private,
    /// It begins with something else.
    #[error("it does not begin with a public key")]
    Other,
}

/// Reads a public key, armoured or in base64, and returns it in base64 without line breaks, as `sys/init` takes it. What comes
/// after the key itself, its names and signatures, is for the server to read.
///
/// # Errors
/// If it is none.
pub fn public_key(text: &str) -> Result<String, PublicKeyError> {
    if text.len() > LARGEST {
        return Err(PublicKeyError::TooLarge);
    }
    if text.contains(PRIVATE) {
        return Err(PublicKeyError::Private);
    }
    let body = match text.split_once(BEGIN) {
        Some((_, armoured)) => unarmoured(armoured)?,
        None => text.split_whitespace().collect(),
    };
    let bytes = STANDARD.decode(body).map_err(|_| PublicKeyError::Encoding)?;
    match bytes.first().and_then(|first| packet(*first)) {
        Some(PUBLIC_KEY) => Ok(STANDARD.encode(bytes)),
        Some(SECRET_KEY) => Err(PublicKeyError::Private),
        _ => Err(PublicKeyError::Other),
    }
}

/// What is between the headers of the armour and its checksum, without line breaks.
fn unarmoured(text: &str) -> Result<String, PublicKeyError> {
    let (block, _) = text.split_once(END).ok_or(PublicKeyError::Armour)?;
    let mut lines = block.lines().map(str::trim);
    // The rest of the first line, and headers up to an empty line.
    if lines.next() != Some("") || !lines.any(str::is_empty) {
        return Err(PublicKeyError::Armour);
    }
    Ok(lines.filter(|line| !line.starts_with('=')).collect())
}

/// The number of the packet that begins with this byte.
fn packet(first: u8) -> Option<u8> {
    match first >> 6 {
        // The old format has the kind of the length in the last two bits.
        0b10 => Some(first >> 2 & 0b1111),
        0b11 => Some(first & 0b11_1111),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As short as nothing that a server takes, and all that is looked at here.
    const KEY: &str = "mDMEZ0sAABYJKwYBBAHaRw8BAQdA";

    #[test]
    fn armour_is_taken_off() {
        let armoured = format!(
            "a word before\n{BEGIN}\nComment: by hand\n\n{}\n{}\n=AbCd\n{END}\nand after",
            &KEY[..16],
            &KEY[16..]
        );
        for text in
            [armoured.as_str(), &armoured.replace('\n', "\r\n"), KEY, &format!(" {}\n{}\n", &KEY[..8], &KEY[8..])]
        {
            assert_eq!(public_key(text).as_deref(), Ok(KEY), "{text}");
        }
    }

    #[test]
    fn what_is_none_is_told_apart() {
        for (text, error) in [
            (String::new(), PublicKeyError::Other),
            ("ssh-ed25519 AAAA me@home".to_owned(), PublicKeyError::Encoding),
            (format!("{BEGIN}\n\n{KEY}"), PublicKeyError::Armour),
            (format!("{BEGIN}\n{KEY}\n{END}"), PublicKeyError::Armour),
            (format!("-----BEGIN {PRIVATE}-----\n\n{KEY}"), PublicKeyError::Private),
            (STANDARD.encode([0x95, 1, 2]), PublicKeyError::Private),
            (STANDARD.encode([0x85, 1, 2]), PublicKeyError::Other),
            (STANDARD.encode([0x06, 1, 2]), PublicKeyError::Other),
            ("A".repeat(LARGEST + 1), PublicKeyError::TooLarge),
        ] {
            assert_eq!(public_key(&text), Err(error), "{text:.60}");
        }
        // The new format of packets.
        public_key(&STANDARD.encode([0xc6, 1, 2])).unwrap();
    }

    proptest! {
        #[test]
        fn foreign_text_never_panics(text in any::<String>(), armoured in any::<bool>()) {
            let text = if armoured { format!("{BEGIN}\n\n{text}\n{END}") } else { text };
            let _ = public_key(&text);
        }
    }
}
