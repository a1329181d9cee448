//! The escapes of URLs (RFC 3986, section 2.1), undone.

/// The lines in which something was escaped, as they were before; the others are left out.
pub(super) fn undone(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| line.contains(&b'%')) {
        let before = text.len();
        if !undo(line, &mut text) {
            text.truncate(before);
        }
    }
    text
}

/// Whether there was anything to undo.
fn undo(line: &[u8], text: &mut Vec<u8>) -> bool {
    let (mut rest, mut is_changed) = (line, false);
    while let Some(at) = rest.iter().position(|byte| *byte == b'%') {
        let (plain, from) = rest.split_at(at);
        text.extend(plain);
        let digit = |at: usize| from.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        if let (Some(high), Some(low)) = (digit(1), digit(2)) {
            text.push((high << 4 | low) as u8);
            rest = from.get(3..).unwrap_or_default();
            is_changed = true;
        } else {
            text.push(b'%');
            rest = from.get(1..).unwrap_or_default();
        }
    }
    text.extend(rest);
    text.push(b'\n');
    is_changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_a_url_are_undone() {
        assert_eq!(undone(b"plain 100%\na%2Fb%c3%BC%zz%4\n"), "a/b\u{fc}%zz%4\n".as_bytes());
        assert_eq!(undone(b"100% %"), b"");
    }
}
