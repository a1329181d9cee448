//! One step through a JSON text at a time (RFC 8259). Knows the grammar, but no types.

use std::borrow::Cow;

use crate::error::{Error, Problem};
use crate::limits::MAX_DEPTH;

/// A place in the text.
pub(crate) struct Reader<'a> {
    text: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self { text, position: 0 }
    }

    /// The first byte of what comes next.
    pub(crate) fn peek(&mut self) -> Result<u8, Error> {
        while matches!(self.text.get(self.position), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.position += 1;
        }
        self.text.get(self.position).copied().ok_or_else(|| Problem::Truncated.into())
    }

    /// How many bytes are left.
    pub(crate) fn remaining(&self) -> usize {
        self.text.len() - self.position
    }

    /// Checks that nothing but white space is left.
    pub(crate) fn end(&mut self) -> Result<(), Error> {
        match self.peek() {
            Err(_) => Ok(()),
            Ok(_) => Err(Problem::Trailing { bytes: self.remaining() }.into()),
        }
    }

    pub(crate) fn null(&mut self) -> Result<(), Error> {
        self.literal(b"null", "null")
    }

    pub(crate) fn bool(&mut self) -> Result<bool, Error> {
        if self.peek()? == b't' {
            self.literal(b"true", "true").map(|()| true)
        } else {
            self.literal(b"false", "true or false").map(|()| false)
        }
    }

    fn literal(&mut self, literal: &[u8], expected: &'static str) -> Result<(), Error> {
        self.peek()?;
        if !self.text.get(self.position..).is_some_and(|rest| rest.starts_with(literal)) {
            return Err(self.wrong(expected));
        }
        self.position += literal.len();
        Ok(())
    }

    /// The digits of a number as they stand.
    pub(crate) fn number(&mut self) -> Result<&'a str, Error> {
        self.peek()?;
        let start = self.position;
        self.accept(b"-");
        if !self.accept(b"0") {
            self.digits()?;
        }
        if self.accept(b".") {
            self.digits()?;
        }
        if self.accept(b"eE") {
            self.accept(b"+-");
            self.digits()?;
        }
        let number = self.text.get(start..self.position).unwrap_or_default();
        std::str::from_utf8(number).map_err(|_| Problem::Utf8.into())
    }

    fn digits(&mut self) -> Result<(), Error> {
        if !self.accept(b"0123456789") {
            return Err(self.wrong("a digit"));
        }
        while self.accept(b"0123456789") {}
        Ok(())
    }

    /// A string with its escapes resolved.
    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>, Error> {
        self.byte(b'"', "a string")?;
        let first = self.plain()?;
        if self.accept(b"\"") {
            return Ok(Cow::Borrowed(first));
        }
        let mut text = first.to_owned();
        while !self.accept(b"\"") {
            self.position += 1; // The backslash: nothing else ends a plain piece.
            text.push(self.escape()?);
            text.push_str(self.plain()?);
        }
        Ok(Cow::Owned(text))
    }

    /// A piece of a string up to a quote or backslash.
    fn plain(&mut self) -> Result<&'a str, Error> {
        let rest = self.text.get(self.position..).unwrap_or_default();
        let length = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)).ok_or(Problem::Truncated)?;
        let piece = rest.get(..length).unwrap_or_default();
        self.position += length;
        if matches!(rest.get(length), Some(0..=0x1f)) {
            return Err(self.wrong("an escape for the control character"));
        }
        std::str::from_utf8(piece).map_err(|_| Problem::Utf8.into())
    }

    fn escape(&mut self) -> Result<char, Error> {
        let escaped = self.text.get(self.position).copied().ok_or(Problem::Truncated)?;
        let character = match escaped {
            b'"' | b'\\' | b'/' => char::from(escaped),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.position += 1;
                return self.escaped_unicode();
            }
            _ => return Err(self.wrong("an escape that JSON has")),
        };
        self.position += 1;
        Ok(character)
    }

    /// Four digits, or a pair of surrogates. Half a pair is no character.
    fn escaped_unicode(&mut self) -> Result<char, Error> {
        let first = self.four_digits()?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first).ok_or_else(|| self.wrong("a whole surrogate pair"));
        }
        if !(self.accept(b"\\") && self.accept(b"u")) {
            return Err(self.wrong("a whole surrogate pair"));
        }
        let second = self.four_digits()?;
        if !(0xdc00..0xe000).contains(&second) {
            return Err(self.wrong("a whole surrogate pair"));
        }
        let both = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        char::from_u32(both).ok_or_else(|| self.wrong("a character"))
    }

    fn four_digits(&mut self) -> Result<u32, Error> {
        let digits = self.text.get(self.position..self.position + 4).ok_or(Problem::Truncated)?;
        let value = digits.iter().try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?));
        let value = value.ok_or_else(|| self.wrong("four hexadecimal digits"))?;
        self.position += 4;
        Ok(value)
    }

    pub(crate) fn begin_array(&mut self) -> Result<(), Error> {
        self.byte(b'[', "an array")
    }

    pub(crate) fn end_array(&mut self) -> Result<(), Error> {
        self.byte(b']', "the end of the array")
    }

    pub(crate) fn comma(&mut self) -> Result<(), Error> {
        self.byte(b',', "a comma")
    }

    /// Goes to the next element of an array; false at its end.
    pub(crate) fn next_element(&mut self, first: bool) -> Result<bool, Error> {
        let next = self.peek()?;
        if next == b']' {
            self.position += 1;
            return Ok(false);
        }
        if !first {
            self.comma()?;
        }
        Ok(true)
    }

    pub(crate) fn begin_object(&mut self) -> Result<(), Error> {
        self.byte(b'{', "an object")
    }

    /// Goes to the next value of an object and tells its key; `None` at its end.
    pub(crate) fn next_key(&mut self, first: bool) -> Result<Option<Cow<'a, str>>, Error> {
        if self.peek()? == b'}' {
            self.position += 1;
            return Ok(None);
        }
        if !first {
            self.comma()?;
        }
        self.peek()?;
        let key = self.string()?;
        self.byte(b':', "a colon")?;
        Ok(Some(key))
    }

    /// Passes over a value with all its parts and returns its text.
    pub(crate) fn skip(&mut self, depth: usize) -> Result<&'a [u8], Error> {
        if depth >= MAX_DEPTH {
            return Err(Problem::TooDeep { limit: MAX_DEPTH }.into());
        }
        let next = self.peek()?;
        let start = self.position;
        match next {
            b'n' => self.null()?,
            b't' | b'f' => drop(self.bool()?),
            b'"' => drop(self.string()?),
            b'[' => {
                self.begin_array()?;
                let mut first = true;
                while self.next_element(first)? {
                    first = false;
                    self.skip(depth + 1)?;
                }
            }
            b'{' => {
                self.begin_object()?;
                let mut first = true;
                while self.next_key(first)?.is_some() {
                    first = false;
                    self.skip(depth + 1)?;
                }
            }
            b'-' | b'0'..=b'9' => drop(self.number()?),
            _ => return Err(self.wrong("a value")),
        }
        Ok(self.text.get(start..self.position).unwrap_or_default())
    }

    fn byte(&mut self, byte: u8, expected: &'static str) -> Result<(), Error> {
        if self.peek()? != byte {
            return Err(self.wrong(expected));
        }
        self.position += 1;
        Ok(())
    }

    /// Takes the next byte if it is one of these.
    fn accept(&mut self, bytes: &[u8]) -> bool {
        let accepted = self.text.get(self.position).is_some_and(|byte| bytes.contains(byte));
        self.position += usize::from(accepted);
        accepted
    }

    pub(crate) fn wrong(&self, expected: &'static str) -> Error {
        Problem::Json { offset: self.position, expected }.into()
    }
}

/// What begins with this byte.
pub(crate) fn noun(first: u8) -> &'static str {
    match first {
        b'n' => "null",
        b't' | b'f' => "a bool",
        b'"' => "a string",
        b'[' => "an array",
        b'{' => "an object",
        b'-' | b'0'..=b'9' => "a number",
        _ => "no JSON",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn accepts(text: &[u8]) -> bool {
        let mut reader = Reader::new(text);
        reader.skip(0).is_ok() && reader.end().is_ok()
    }

    #[test]
    fn escapes_are_resolved() {
        let read = |text: &str| Reader::new(text.as_bytes()).string().map(Cow::into_owned);
        assert_eq!(read(r#""a\"\\\/\b\f\n\r\t\u0041\ud83d\ude00z""#).unwrap(), "a\"\\/\u{8}\u{c}\n\r\tA\u{1f600}z");
        for broken in [
            r#""\ud83d""#,
            r#""\ud83dx""#,
            r#""\ud83d\u0041""#,
            r#""\ud83dA""#,
            r#""\ude00""#,
            r#""\u00g0""#,
            r#""\u+123""#,
            r#""\x""#,
            r#""\u12"#,
            "\"\n\"",
        ] {
            assert!(read(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn depth_is_limited() {
        assert!(matches!(Reader::new(&b"[".repeat(100_000)).skip(0).unwrap_err().problem(), Problem::TooDeep { .. }));
        assert!(matches!(
            Reader::new(&b"{\"a\":".repeat(100_000)).skip(0).unwrap_err().problem(),
            Problem::TooDeep { .. }
        ));
    }

    proptest! {
        /// Texts made of JSON's own pieces are JSON to us exactly if they are to serde_json. Surrogates are not among
        /// them: half a pair is an error everywhere to us, to serde_json only where it makes a string of it.
        #[test]
        fn the_grammar_is_that_of_serde_json(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "[", "]", "{", "}", ",", ":", "\"", "\"a\"", "\\", "\\n", "\\u00e9", "u", "null", "true", "fals", "false",
                "0", "1", "-", "+", ".", "e", "E", "1.5e3", " ", "\n", "é", "\u{1}",
            ]), 0..12),
        ) {
            let text = pieces.concat();
            prop_assert_eq!(accepts(text.as_bytes()), serde_json::from_str::<&serde_json::value::RawValue>(&text).is_ok(), "{}", text);
        }
    }
}
