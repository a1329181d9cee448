//! Texts between quotes in the first version of HCL.
//!
//! What stands in `${…}` is for someone else and is left as it is, quotes and line breaks included.

use super::scanner::Scanned;
use super::syntax::Bytes;

const NOT_CLOSED: &str = "begins a quoted text that is not closed, or not on the same line";
const ESCAPE: &str = "has an escape that HCL does not know";

pub(super) fn scan(rest: &str) -> Scanned<Bytes> {
    let mut content = Bytes::new();
    let mut offset = 1;
    // How many braces are open in `${…}`.
    let mut open = 0usize;
    loop {
        let rest = rest.get(offset..).unwrap_or_default();
        let Some(char) = rest.chars().next() else { return Err((0, NOT_CLOSED)) };
        let mut length = char.len_utf8();
        match char {
            '\n' if open == 0 => return Err((0, NOT_CLOSED)),
            '"' if open == 0 => return Ok((content, offset + length)),
            '$' if open == 0 && rest.starts_with("${") => {
                open = 1;
                length = "${".len();
                content.extend(b"${");
            }
            '\\' => {
                let (decoded, escape) = escape(rest).ok_or((offset, ESCAPE))?;
                length = escape;
                if open == 0 { content.extend(decoded) } else { content.extend(rest.bytes().take(length)) }
            }
            _ => {
                match char {
                    '{' if open > 0 => open += 1,
                    '}' if open > 0 => open -= 1,
                    _ => {}
                }
                content.extend(rest.bytes().take(length));
            }
        }
        offset += length;
    }
}

/// What an escape stands for, and its length.
fn escape(rest: &str) -> Option<(Bytes, usize)> {
    let byte = |byte: u8| Some((vec![byte], 2));
    match rest.as_bytes().get(1)? {
        b'a' => byte(0x07),
        b'b' => byte(0x08),
        b'f' => byte(0x0c),
        b'n' => byte(b'\n'),
        b'r' => byte(b'\r'),
        b't' => byte(b'\t'),
        b'v' => byte(0x0b),
        b'\\' => byte(b'\\'),
        b'"' => byte(b'"'),
        b'0'..=b'7' => Some((vec![u8::try_from(code(rest, 1, 3, 8)?).ok()?], 4)),
        b'x' => Some((vec![u8::try_from(code(rest, 2, 2, 16)?).ok()?], 4)),
        b'u' => Some((char::from_u32(code(rest, 2, 4, 16)?)?.to_string().into(), 6)),
        b'U' => Some((char::from_u32(code(rest, 2, 8, 16)?)?.to_string().into(), 10)),
        _ => None,
    }
}

fn code(rest: &str, start: usize, length: usize, radix: u32) -> Option<u32> {
    let digits = rest.get(start..start + length)?;
    if !digits.chars().all(|char| char.is_digit(radix)) {
        return None;
    }
    u32::from_str_radix(digits, radix).ok()
}
