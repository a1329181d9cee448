//! Values to JSON, without white space, attributes and keys in the order of their names.

use crate::conform::Sink;
use crate::error::Problem;
use crate::{Number, Type, Unknown};

#[derive(Default)]
pub(super) struct Writer {
    json: Vec<u8>,
    /// Whether something stands before the next element or key of the same array or object.
    follows: bool,
}

impl Writer {
    pub(super) fn into_text(self) -> String {
        // Only ASCII and whole strings were written.
        String::from_utf8(self.json).unwrap_or_default()
    }

    /// Begins an element, a key or the value after a key.
    fn next(&mut self) {
        if self.follows {
            self.json.push(b',');
        }
        self.follows = true;
    }

    fn bare(&mut self, text: &str) {
        self.next();
        self.json.extend_from_slice(text.as_bytes());
    }

    fn begin(&mut self, bracket: u8) {
        self.next();
        self.json.push(bracket);
        self.follows = false;
    }

    fn end(&mut self, bracket: u8) {
        self.json.push(bracket);
        self.follows = true;
    }
}

impl Sink for Writer {
    fn null(&mut self) {
        self.bare("null");
    }

    fn bool(&mut self, value: bool) {
        self.bare(if value { "true" } else { "false" });
    }

    fn number(&mut self, number: &Number) -> Result<(), Problem> {
        if number.is_infinite() {
            return Err(Problem::InfiniteInJson);
        }
        self.bare(&number.to_string());
        Ok(())
    }

    fn string(&mut self, text: &str) {
        self.next();
        write_string(&mut self.json, text);
    }

    fn unknown(&mut self, _: &Unknown) -> Result<(), Problem> {
        Err(Problem::UnknownInJson)
    }

    fn begin_array(&mut self, _: usize) {
        self.begin(b'[');
    }

    fn end_array(&mut self) {
        self.end(b']');
    }

    fn begin_map(&mut self, _: usize) {
        self.begin(b'{');
    }

    fn key(&mut self, key: &str) {
        self.string(key);
        self.json.push(b':');
        self.follows = false;
    }

    fn end_map(&mut self) {
        self.end(b'}');
    }

    fn begin_dynamic(&mut self, _: &Type) {
        self.begin(b'{');
        self.key("value");
    }

    fn end_dynamic(&mut self, ty: &Type) {
        self.key("type");
        ty.write_json(&mut self.json);
        self.end(b'}');
    }
}

/// Writes a string with its quotes.
pub(crate) fn write_string(json: &mut Vec<u8>, text: &str) {
    json.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => json.extend_from_slice(&[b'\\', byte]),
            b'\n' => json.extend_from_slice(b"\\n"),
            b'\r' => json.extend_from_slice(b"\\r"),
            b'\t' => json.extend_from_slice(b"\\t"),
            0..=0x1f => json.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => json.push(byte),
        }
    }
    json.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped() {
        let mut json = Vec::new();
        write_string(&mut json, "a\"b\\c\n\r\t\u{0}\u{1f}\u{7f}é/<");
        assert_eq!(String::from_utf8(json).unwrap(), "\"a\\\"b\\\\c\\n\\r\\t\\u0000\\u001f\u{7f}é/<\"");
    }
}
