//! Reads JSON to the letter of RFC 8259, with all digits of numbers and in the order in which it is written.
//!
//! `serde_json` reads numbers as floats, and what makes it keep their digits is a switch for the whole program that changes
//! how other crates read JSON.

use tf_value::Number;
use tf_value::limits::MAX_DEPTH;

use crate::semantic::fault::Fault;

const MAX_BYTES: usize = 4 << 20;

/// A value as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::semantic) enum Node {
    Null,
    Bool(bool),
    Number {
        value: Number,
        /// Written without point and exponent.
        whole: bool,
    },
    String(String),
    Array(Vec<Self>),
    Object(Vec<Member>),
}

/// A member of an object. There may be others of its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::semantic) struct Member {
    pub(in crate::semantic) name: String,
    pub(in crate::semantic) value: Node,
    /// Of the name, in bytes.
    pub(in crate::semantic) offset: usize,
}

pub(in crate::semantic) fn read(text: &str) -> Result<Node, Fault> {
    let mut reader = Reader { text, offset: 0 };
    if text.len() > MAX_BYTES {
        return Err(reader.fault("begins a text of more than 4 MiB"));
    }
    let document = reader.value(MAX_DEPTH)?;
    reader.skip_space();
    if reader.offset == text.len() {
        Ok(document)
    } else {
        Err(reader.fault("has something after the end of the document"))
    }
}

struct Reader<'a> {
    text: &'a str,
    /// Always at the beginning of a character.
    offset: usize,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Result<Node, Fault> {
        let Some(deeper) = depth.checked_sub(1) else { return Err(self.fault("is more than 128 levels deep")) };
        self.skip_space();
        match self.peek() {
            Some(b'{') => self.object(deeper),
            Some(b'[') => self.array(deeper),
            Some(b'"') => self.string().map(Node::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ if self.take("null") => Ok(Node::Null),
            _ if self.take("true") => Ok(Node::Bool(true)),
            _ if self.take("false") => Ok(Node::Bool(false)),
            Some(_) => Err(self.fault("has something that is no value")),
            None => Err(self.fault("ends where a value is expected")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Node, Fault> {
        let mut members = Vec::new();
        self.take("{");
        self.skip_space();
        if self.take("}") {
            return Ok(Node::Object(members));
        }
        loop {
            self.skip_space();
            let offset = self.offset;
            if self.peek() != Some(b'"') {
                return Err(self.fault("has no name in double quotes, where one is expected"));
            }
            let name = self.string()?;
            self.skip_space();
            if !self.take(":") {
                return Err(self.fault("has no colon after a name"));
            }
            members.push(Member { name, value: self.value(depth)?, offset });
            self.skip_space();
            if self.take("}") {
                return Ok(Node::Object(members));
            }
            if !self.take(",") {
                return Err(self.fault("has neither a comma nor a closing brace after a member"));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Node, Fault> {
        let mut elements = Vec::new();
        self.take("[");
        self.skip_space();
        if self.take("]") {
            return Ok(Node::Array(elements));
        }
        loop {
            elements.push(self.value(depth)?);
            self.skip_space();
            if self.take("]") {
                return Ok(Node::Array(elements));
            }
            if !self.take(",") {
                return Err(self.fault("has neither a comma nor a closing bracket after an element"));
            }
        }
    }

    fn number(&mut self) -> Result<Node, Fault> {
        let start = self.offset;
        self.take("-");
        let leading_zero = self.peek() == Some(b'0');
        if self.digits() == 0 || (leading_zero && self.since(start).trim_start_matches('-').len() > 1) {
            return Err(self.fault_at(start, "has a number that begins like none in JSON"));
        }
        let mut whole = true;
        if self.take(".") {
            whole = false;
            if self.digits() == 0 {
                return Err(self.fault("has no digit after the point of a number"));
            }
        }
        if self.take("e") || self.take("E") {
            whole = false;
            let _sign = self.take("+") || self.take("-");
            if self.digits() == 0 {
                return Err(self.fault("has no digit in the exponent of a number"));
            }
        }
        let value =
            self.since(start).parse().map_err(|_| self.fault_at(start, "has a number of more than 2,048 digits"))?;
        Ok(Node::Number { value, whole })
    }

    fn digits(&mut self) -> usize {
        let length = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        self.offset += length;
        length
    }

    fn string(&mut self) -> Result<String, Fault> {
        let start = self.offset;
        self.take("\"");
        let mut content = String::new();
        loop {
            let plain = self.rest().find(|char| matches!(char, '"' | '\\' | '\0'..='\u{1f}'));
            let Some(plain) = plain else { return Err(self.fault_at(start, "begins a string that does not end")) };
            content.push_str(self.rest().get(..plain).unwrap_or_default());
            self.offset += plain;
            if self.take("\"") {
                return Ok(content);
            }
            if !self.take("\\") {
                return Err(self.fault("has a control character in a string, which must be escaped"));
            }
            content.push(self.escape()?);
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let start = self.offset;
        let char = self.rest().chars().next();
        self.offset += char.map_or(0, char::len_utf8);
        match char {
            Some(char @ ('"' | '\\' | '/')) => Ok(char),
            Some('b') => Ok('\u{8}'),
            Some('f') => Ok('\u{c}'),
            Some('n') => Ok('\n'),
            Some('r') => Ok('\r'),
            Some('t') => Ok('\t'),
            Some('u') => {
                let mut units = vec![self.code_unit(start)?];
                if matches!(units[..], [0xd800..=0xdbff]) && self.take("\\u") {
                    units.push(self.code_unit(start)?);
                }
                let mut chars = char::decode_utf16(units);
                match (chars.next(), chars.next()) {
                    (Some(Ok(char)), None) => Ok(char),
                    _ => Err(self.fault_at(start, "has half of a character in an escape")),
                }
            }
            _ => Err(self.fault_at(start, "has an escape that JSON does not know")),
        }
    }

    fn code_unit(&mut self, start: usize) -> Result<u16, Fault> {
        let digits = self.rest().get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        self.offset += 4;
        unit.ok_or_else(|| self.fault_at(start, "has an escape without four hexadecimal digits"))
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.offset += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn take(&mut self, expected: &str) -> bool {
        let is_next = self.rest().starts_with(expected);
        if is_next {
            self.offset += expected.len();
        }
        is_next
    }

    fn peek(&self) -> Option<u8> {
        self.rest().bytes().next()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.offset).unwrap_or_default()
    }

    fn fault(&self, reason: &'static str) -> Fault {
        self.fault_at(self.offset, reason)
    }

    fn fault_at(&self, offset: usize, reason: &'static str) -> Fault {
        Fault::at(self.text, offset, reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::semantic::fault::Place;

    #[test]
    fn faults_have_places() {
        let table = [
            ("", 1, 1),
            (" ", 1, 2),
            ("{", 1, 2),
            ("{a:1}", 1, 2),
            ("{\"a\" 1}", 1, 6),
            ("{\"a\":1,}", 1, 8),
            ("{\"a\":1", 1, 7),
            ("[1\n 2]", 2, 2),
            ("[1,]", 1, 4),
            ("01", 1, 1),
            ("-", 1, 1),
            ("+1", 1, 1),
            (".5", 1, 1),
            ("1.", 1, 3),
            ("1e", 1, 3),
            ("1e+", 1, 4),
            ("1e999999999999", 1, 1),
            ("\n\"abc", 2, 1),
            ("\"a\nb\"", 1, 3),
            ("\"a\u{1}\"", 1, 3),
            (r#""\x41""#, 1, 3),
            (r#""\u12g4""#, 1, 3),
            (r#""\u12"#, 1, 3),
            (r#""\ud800""#, 1, 3),
            (r#""\ud800\u0041""#, 1, 3),
            (r#""\udc00\ud800""#, 1, 3),
            (r#""\"#, 1, 3),
            ("nul", 1, 1),
            ("True", 1, 1),
            ("1 2", 1, 3),
            ("'a'", 1, 1),
            ("\u{a0}1", 1, 1),
            ("// a\n1", 1, 1),
            (r#"["é", x]"#, 1, 7),
        ];
        for (text, line, column) in table {
            assert_eq!(read(text).unwrap_err().place, Place { line, column }, "{text:?}");
        }
    }

    #[test]
    fn depth_and_size_are_bounded() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        read(&nested(MAX_DEPTH)).unwrap();
        read(&nested(MAX_DEPTH + 1)).unwrap_err();
        read(&"[".repeat(1 << 20)).unwrap_err();
        read(&" ".repeat(MAX_BYTES + 1)).unwrap_err();
        read(&"9".repeat(2_049)).unwrap_err();
        read(&"9".repeat(2_048)).unwrap();
    }
}
