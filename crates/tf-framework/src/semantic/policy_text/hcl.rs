//! The grammar of the first version of HCL, as the servers read it.

use tf_value::limits::MAX_DEPTH;

use super::scanner::{Scanner, Token};
use super::syntax::{Bytes, Item, Node};
use crate::semantic::fault::Fault;

const TOO_DEEP: &str = "is more than 128 levels deep";

pub(super) fn read(text: &str) -> Result<Vec<Item>, Fault> {
    let text = text.replace("\r\n", "\n");
    let mut parser = Parser { scanner: Scanner::new(&text)?, token: Token::End, offset: 0 };
    parser.advance()?;
    let items = parser.items(MAX_DEPTH)?;
    match parser.token {
        Token::End => Ok(items),
        _ => Err(parser.fault("has a closing brace too many")),
    }
}

struct Parser<'a> {
    scanner: Scanner<'a>,
    /// The next token, and where it begins.
    token: Token,
    offset: usize,
}

impl Parser<'_> {
    /// Items up to the end or a closing brace. Between two there may be a comma.
    fn items(&mut self, depth: usize) -> Result<Vec<Item>, Fault> {
        let mut items = Vec::new();
        while !matches!(self.token, Token::End | Token::CloseBrace) {
            items.push(self.item(depth)?);
            if matches!(self.token, Token::Comma) {
                self.advance()?;
            }
        }
        Ok(items)
    }

    fn item(&mut self, depth: usize) -> Result<Item, Fault> {
        let keys = self.keys()?;
        if matches!(self.token, Token::Assign) {
            if keys.len() > 1 {
                return Err(self.fault("has = after a label, where a brace is expected"));
            }
            self.advance()?;
            return Ok(Item { keys, value: self.value(depth)? });
        }
        if !matches!(self.token, Token::OpenBrace) {
            return Err(self.fault("has neither = nor { after a name"));
        }
        Ok(Item { keys, value: self.object(depth)? })
    }

    /// A name, and labels if it is a block.
    fn keys(&mut self) -> Result<Vec<Bytes>, Fault> {
        let mut keys = Vec::new();
        loop {
            match &mut self.token {
                Token::Word(word) => keys.push(std::mem::take(word).into_bytes()),
                Token::Quoted(text) => keys.push(std::mem::take(text)),
                _ if keys.is_empty() => return Err(self.fault("has no name, where one is expected")),
                _ => return Ok(keys),
            }
            self.advance()?;
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, Fault> {
        match self.token {
            Token::OpenBrace => return self.object(depth),
            Token::OpenBracket => return self.list(depth),
            _ => {}
        }
        let node = match std::mem::replace(&mut self.token, Token::End) {
            Token::Bool(value) => Node::Bool(value),
            Token::Quoted(text) | Token::Heredoc(text) => Node::String(text),
            Token::Number(number) => number,
            Token::Word(_) => return Err(self.fault("has a word that must be quoted")),
            _ => return Err(self.fault("has no value, where one is expected")),
        };
        self.advance()?;
        Ok(node)
    }

    fn object(&mut self, depth: usize) -> Result<Node, Fault> {
        let start = self.offset;
        let Some(deeper) = depth.checked_sub(1) else { return Err(self.fault(TOO_DEEP)) };
        self.advance()?;
        let items = self.items(deeper)?;
        if !matches!(self.token, Token::CloseBrace) {
            return Err(self.scanner.fault(start, "has an opening brace that is not closed"));
        }
        self.advance()?;
        Ok(Node::Object(items))
    }

    /// Elements with commas between them, of which there may be too many, and after a list within the list none.
    fn list(&mut self, depth: usize) -> Result<Node, Fault> {
        let start = self.offset;
        let Some(deeper) = depth.checked_sub(1) else { return Err(self.fault(TOO_DEEP)) };
        let mut elements = Vec::new();
        let mut needs_comma = false;
        self.advance()?;
        loop {
            match self.token {
                Token::CloseBracket => break,
                Token::Comma => {
                    needs_comma = false;
                    self.advance()?;
                }
                Token::End => return Err(self.scanner.fault(start, "has an opening bracket that is not closed")),
                _ if needs_comma => {
                    return Err(self.fault("has neither a comma nor a closing bracket after an element"));
                }
                _ => {
                    needs_comma = !matches!(self.token, Token::OpenBracket);
                    elements.push(self.value(deeper)?);
                }
            }
        }
        self.advance()?;
        Ok(Node::List(elements))
    }

    fn advance(&mut self) -> Result<(), Fault> {
        (self.offset, self.token) = self.scanner.next()?;
        Ok(())
    }

    fn fault(&self, reason: &'static str) -> Fault {
        self.scanner.fault(self.offset, reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::semantic::fault::Place;

    #[test]
    fn faults_have_places() {
        let table = [
            ("path \"a\" {\n  capabilities = read\n}", 2, 18),
            ("path \"a\" {", 1, 10),
            ("path \"a\" {}\n}", 2, 1),
            ("path \"a\"", 1, 9),
            ("path \"a\" = {}", 1, 10),
            ("path \"a\" b", 1, 11),
            ("= {}", 1, 1),
            ("{}", 1, 1),
            ("a = [1 2]", 1, 8),
            ("a = [1,\n", 1, 5),
            ("a = [b]", 1, 6),
            ("a = 1,, b = 2", 1, 7),
            ("a =", 1, 4),
            ("a = ]", 1, 5),
            ("true = 1", 1, 1),
            ("a = \"b", 1, 5),
            ("a = \"b\nc\"", 1, 5),
            ("a = \"${b\"", 1, 5),
            ("a = \"\\q\"", 1, 6),
            ("a = \"é\\x4\"", 1, 7),
            ("a = \"\\400\"", 1, 6),
            ("a = \"\\ud800\"", 1, 6),
            ("a = \"\\U00110000\"", 1, 6),
            ("a = 'b'", 1, 5),
            ("a: 1", 1, 2),
            ("é = 1", 1, 1),
            ("a = 1 / 2", 1, 7),
            ("/* é", 1, 1),
            ("a = <EOT\nb\nEOT\n", 1, 5),
            ("a = <<\nb\n\n", 1, 5),
            ("a = <<EOT b\nEOT\n", 1, 5),
            ("a = <<EOT\nb\n", 1, 5),
            ("a = <<EOT\nb\nEOT", 1, 5),
            ("a = <<EOT\nb\nEOT }\n", 1, 5),
            ("a = <<-EOT\n  b\nEOT\n", 1, 5),
            ("a = <<EOT\nb\n\u{b}EOT\n", 3, 1),
            ("a = <<EOT\nb\nEOT\r\r\n", 3, 1),
            ("a = 0x", 1, 5),
            ("a = 08", 1, 5),
            ("a = 1e", 1, 5),
            ("a = .5e1", 1, 5),
            ("a = -b", 1, 5),
            ("a = +1", 1, 5),
            ("a = .", 1, 5),
            ("a = 1.2.3", 1, 8),
            ("a = \0", 1, 5),
            ("# \u{e123}", 1, 3),
        ];
        for (text, line, column) in table {
            assert_eq!(read(text).unwrap_err().place, Place { line, column }, "{text:?}");
        }
    }

    #[test]
    fn numbers_are_told_apart() {
        let value = |text: &str| read(&format!("a={text}")).unwrap().remove(0).value;
        for (one, other) in [("1.0", "1.00"), ("0.5", ".5"), ("-0", "0"), ("1e3", "1000.")] {
            assert_eq!(value(one), value(other), "{one}");
        }
        let different = ["1", "1.0", "01", "0x1", "-1", "\"1\"", "true", "1.5", ".5", "-0x1"];
        for (index, one) in different.iter().enumerate() {
            for other in &different[index + 1..] {
                assert_ne!(value(one), value(other), "{one} {other}");
            }
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| format!("a={}{}", "[".repeat(depth), "]".repeat(depth));
        read(&nested(MAX_DEPTH)).unwrap();
        read(&nested(MAX_DEPTH + 1)).unwrap_err();
        read(&"a{".repeat(MAX_DEPTH + 1)).unwrap_err();
        read(&"a{".repeat(1 << 18)).unwrap_err();
    }
}
