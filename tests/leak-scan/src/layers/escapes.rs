//! The escapes that JSON, HCL, Go, Rust and C have in their texts, undone.

/// The lines with a backslash, as they were before; the others are the same and left out.
pub(super) fn undone(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| line.contains(&b'\\')) {
        let mut rest = line;
        while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
            let (plain, from) = rest.split_at(at);
            text.extend(plain);
            let taken = escape(from, &mut text);
            if taken == 0 {
                text.extend(from.first());
            }
            rest = from.get(taken.max(1)..).unwrap_or_default();
        }
        text.extend(rest);
        text.push(b'\n');
    }
    text
}

/// The lines in which the beginning of a template was escaped, as HCL does it: its first character is there twice. That
/// is a layer of its own, since a secret may have those characters itself.
pub(super) fn templates_undone(bytes: &[u8]) -> Vec<u8> {
    let is_escaped = |three: &[u8]| three == b"$${" || three == b"%%{";
    let mut text = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let mut rest = line;
        while let Some(at) = rest.windows(3).position(is_escaped) {
            let (plain, from) = rest.split_at(at);
            text.extend(plain);
            text.extend(from.get(1..3).unwrap_or_default());
            rest = from.get(3..).unwrap_or_default();
        }
        if rest.len() < line.len() {
            text.extend(rest);
            text.push(b'\n');
        }
    }
    text
}

/// Undoes one escape and returns its length; 0 if it is none.
fn escape(from: &[u8], text: &mut Vec<u8>) -> usize {
    let plain = match from.get(1) {
        Some(b'n') => b'\n',
        Some(b'r') => b'\r',
        Some(b't') => b'\t',
        Some(b'b') => 8,
        Some(b'f') => 12,
        Some(b'a') => 7,
        Some(b'v') => 11,
        Some(byte @ (b'"' | b'\\' | b'/' | b'\'')) => *byte,
        Some(b'x') => return number(from, 2, 2).map_or(0, |byte| push_byte(byte, 4, text)),
        Some(b'U') => return number(from, 2, 8).map_or(0, |code| push_char(code, 10, text)),
        Some(b'u') => return unicode(from, text),
        Some(b'0'..=b'3') => return octal(from).map_or(0, |byte| push_byte(byte, 4, text)),
        _ => return 0,
    };
    text.push(plain);
    2
}

/// `\u1234`, two of them for what is above 16 bits, or `\u{1234}`.
fn unicode(from: &[u8], text: &mut Vec<u8>) -> usize {
    if from.get(2) == Some(&b'{') {
        let Some(length) = from.iter().skip(3).take(7).position(|byte| *byte == b'}') else { return 0 };
        return number(from, 3, length).map_or(0, |code| push_char(code, length + 4, text));
    }
    match (number(from, 2, 4), from.get(6..8), number(from, 8, 4)) {
        (Some(high @ 0xd800..=0xdbff), Some(b"\\u"), Some(low @ 0xdc00..=0xdfff)) => {
            push_char(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), 12, text)
        }
        (Some(code), ..) => push_char(code, 6, text),
        (None, ..) => 0,
    }
}

fn number(from: &[u8], start: usize, length: usize) -> Option<u32> {
    let digits = from.get(start..start + length)?;
    let digits =
        std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, 16).ok()
}

fn octal(from: &[u8]) -> Option<u32> {
    let digits = std::str::from_utf8(from.get(1..4)?).ok()?;
    u32::from_str_radix(digits, 8).ok()
}

fn push_byte(byte: u32, taken: usize, text: &mut Vec<u8>) -> usize {
    text.push((byte & 0xff) as u8);
    taken
}

fn push_char(code: u32, taken: usize, text: &mut Vec<u8>) -> usize {
    let Some(character) = char::from_u32(code) else { return 0 };
    text.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
    taken
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_escape_is_undone() {
        for (escaped, plain) in [
            (r#"a\"b\\c\/d"#, "a\"b\\c/d\n"),
            (r"\n\r\t\b\f\a\v", "\n\r\t\u{8}\u{c}\u{7}\u{b}\n"),
            (r"\u0061\u00fc\ud83d\ude00", "aü😀\n"),
            (r"\U0001f600\x41\101\u{fc}", "😀AAü\n"),
            // What is none stays as it is.
            (r"\u00\ud83dx\q\", "\\u00\\ud83dx\\q\\\n"),
            (r"$${a%%{b\u{110000}\u{", "$${a%%{b\\u{110000}\\u{\n"),
        ] {
            assert_eq!(String::from_utf8_lossy(&undone(escaped.as_bytes())), plain, "{escaped}");
        }
    }

    #[test]
    fn only_lines_with_escapes_come_back() {
        assert_eq!(undone(b"plain\nx\\ty\nplain"), b"x\ty\n");
        assert_eq!(undone(b"plain $${1 100%"), b"");
        assert_eq!(templates_undone(b"plain ${\na$${b}%%{c}$$$d"), b"a${b}%{c}$$$d\n");
    }

    proptest! {
        #[test]
        fn what_rust_escapes_is_undone(text in "[^\n]{0,80}", bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let escaped = format!("\\t{}", text.escape_default());
            let plain = format!("\t{text}\n");
            prop_assert_eq!(undone(escaped.as_bytes()), plain.as_bytes());
            let all: String = text.chars().map(|c| c.escape_unicode().to_string()).collect();
            prop_assert_eq!(undone(format!("\\t{all}").as_bytes()), plain.as_bytes());
            // And foreign bytes do no harm.
            undone(&bytes);
        }
    }
}
