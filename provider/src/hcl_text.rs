//! HCL, written so that Vault and OpenBao read back exactly what was meant.
//!
//! Both servers read their configuration and their policies with the first version of HCL. In it, text between `${` and `}` is
//! copied as it stands, quotes and backslashes included, and there is no `$${`. So the dollar sign is written as its number
//! where a brace follows. Its scanner also refuses some characters outright; those are written as numbers, too.

use std::fmt::Write as _;

/// A text as a string of HCL, with its quotes.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            // The scanner keeps U+E123 to itself, and editors take a byte order mark away.
            '$' if characters.peek() == Some(&'{') => push_number(&mut quoted, character),
            '\u{e123}' | '\u{feff}' => push_number(&mut quoted, character),
            character if character.is_control() => push_number(&mut quoted, character),
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// All that are written so have four digits.
fn push_number(text: &mut String, character: char) {
    // Writing to a string can't fail.
    let _ = write!(text, "\\u{:04x}", u32::from(character));
}

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// Between quotes.
    Text(String),
    /// In digits.
    Number(i64),
    /// `true` or `false`.
    Bool(bool),
    /// Between brackets.
    List(Vec<String>),
}

impl Literal {
    fn written(&self) -> String {
        match self {
            Self::Text(text) => quoted(text),
            Self::Number(number) => number.to_string(),
            Self::Bool(value) => value.to_string(),
            Self::List(elements) => {
                let elements: Vec<_> = elements.iter().map(|element| quoted(element)).collect();
                format!("[{}]", elements.join(", "))
            }
        }
    }
}

impl From<&str> for Literal {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Literal {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<i64> for Literal {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<&i64> for Literal {
    fn from(number: &i64) -> Self {
        Self::Number(*number)
    }
}

impl From<bool> for Literal {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&bool> for Literal {
    fn from(value: &bool) -> Self {
        Self::Bool(*value)
    }
}

impl From<&Vec<String>> for Literal {
    fn from(elements: &Vec<String>) -> Self {
        Self::List(elements.clone())
    }
}

/// A text in HCL, written from top to bottom: one attribute a line, which is what all parsers of it accept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HclText {
    text: String,
    depth: usize,
}

impl HclText {
    /// With nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an attribute. A name that is no identifier is quoted.
    pub fn attribute(&mut self, name: &str, value: impl Into<Literal>) {
        let name = if is_identifier(name) { name.to_owned() } else { quoted(name) };
        self.line(&format!("{name} = {}", value.into().written()));
    }

    /// Adds an attribute if it has a value.
    pub fn optional(&mut self, name: &str, value: Option<impl Into<Literal>>) {
        if let Some(value) = value {
            self.attribute(name, value);
        }
    }

    /// Adds a stanza, such as `listener "tcp" { … }`.
    pub fn stanza(&mut self, kind: &str, labels: &[&str], body: impl FnOnce(&mut Self)) {
        if self.depth == 0 && !self.text.is_empty() {
            self.text.push('\n');
        }
        let labels: String = labels.iter().map(|label| format!(" {}", quoted(label))).collect();
        self.line(&format!("{kind}{labels} {{"));
        self.depth += 1;
        body(self);
        self.depth -= 1;
        self.line("}");
    }

    /// Adds what somebody else has written, after an empty line.
    pub fn raw(&mut self, text: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(text.trim_matches('\n'));
        self.text.push('\n');
    }

    /// The text, which ends with its last line.
    pub fn into_text(self) -> String {
        self.text
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(&"  ".repeat(self.depth));
        self.text.push_str(line);
        self.text.push('\n');
    }
}

fn is_identifier(name: &str) -> bool {
    let begins_well = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    begins_well && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_means_something_to_the_scanner_is_escaped() {
        for (text, written) in [
            ("", r#""""#),
            ("plain/path", r#""plain/path""#),
            ("a \"b\" \\ c", r#""a \"b\" \\ c""#),
            ("two\nlines\r\n\tin", r#""two\nlines\r\n\tin""#),
            ("${x}", r#""\u0024{x}""#),
            ("$${x} $x {x}", r#""$\u0024{x} $x {x}""#),
            ("\0\u{7f}\u{e123}\u{feff}", r#""\u0000\u007f\ue123\ufeff""#),
            ("grün 🦀", r#""grün 🦀""#),
        ] {
            assert_eq!(quoted(text), written);
        }
    }

    #[test]
    fn a_text_has_stanzas_and_one_attribute_a_line() {
        let mut text = HclText::new();
        text.attribute("ui", true);
        text.optional("log_level", None::<&str>);
        text.stanza("storage", &["raft"], |text| {
            text.attribute("path", "/data");
            text.stanza("retry_join", &[], |text| text.attribute("a-b", 3));
        });
        text.stanza("telemetry", &[], |text| text.attribute("prefix_filter", &vec!["+a".to_owned(), "-b".to_owned()]));
        text.raw("\ncache_size = 1\n\n");
        let expected = r#"ui = true

storage "raft" {
  path = "/data"
  retry_join {
    "a-b" = 3
  }
}

telemetry {
  prefix_filter = ["+a", "-b"]
}

cache_size = 1
"#;
        assert_eq!(text.into_text(), expected);
    }

    /// Reads a string as the servers do: one rune after the other, with what is between `${` and `}` left alone.
    fn read(text: &str) -> Option<String> {
        let inner = text.strip_prefix('"')?.strip_suffix('"')?;
        let mut read = String::new();
        let mut rest = inner.chars().peekable();
        while let Some(character) = rest.next() {
            match character {
                '"' | '\n' | '\0' | '\u{e123}' => return None,
                '$' if rest.peek() == Some(&'{') => return None,
                '\\' => read.push(match rest.next()? {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'u' => {
                        let digits: String = rest.by_ref().take(4).collect();
                        char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?
                    }
                    escaped @ ('"' | '\\') => escaped,
                    _ => return None,
                }),
                character => read.push(character),
            }
        }
        Some(read)
    }

    proptest! {
        #[test]
        fn every_text_is_read_back(text in "(\\PC|[\\x00-\\x1f\"\\\\${}\u{e123}\u{feff}])*") {
            prop_assert_eq!(read(&quoted(&text)), Some(text));
        }
    }
}
