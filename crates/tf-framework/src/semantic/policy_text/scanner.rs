//! The words of the first version of HCL.

use super::syntax::{Bytes, Node};
use super::{heredoc, number, quoted};
use crate::semantic::fault::Fault;

pub(super) enum Token {
    Word(String),
    Bool(bool),
    Number(Node),
    Quoted(Bytes),
    Heredoc(Bytes),
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    Comma,
    Assign,
    End,
}

pub(super) struct Scanner<'a> {
    text: &'a str,
    /// Always at the beginning of a character.
    offset: usize,
}

/// A token that takes so many bytes, or after how many it breaks and why.
pub(super) type Scanned<T> = Result<(T, usize), (usize, &'static str)>;

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self, Fault> {
        // Two characters that the servers keep for themselves.
        match text.find(['\0', '\u{e123}']) {
            Some(offset) => Err(Fault::at(text, offset, "has a character that is not allowed")),
            None => Ok(Self { text, offset: 0 }),
        }
    }

    /// The next token and where it begins.
    pub(super) fn next(&mut self) -> Result<(usize, Token), Fault> {
        self.skip_space_and_comments()?;
        let start = self.offset;
        let scanned = scan(self.text.get(start..).unwrap_or_default());
        let (token, length) = scanned.map_err(|(length, reason)| self.fault(start + length, reason))?;
        self.offset += length;
        Ok((start, token))
    }

    pub(super) fn fault(&self, offset: usize, reason: &'static str) -> Fault {
        Fault::at(self.text, offset, reason)
    }

    fn skip_space_and_comments(&mut self) -> Result<(), Fault> {
        loop {
            let rest = self.text.get(self.offset..).unwrap_or_default();
            let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r']);
            self.offset += rest.len() - trimmed.len();
            if trimmed.starts_with('#') || trimmed.starts_with("//") {
                self.offset += trimmed.find('\n').unwrap_or(trimmed.len());
            } else if let Some(comment) = trimmed.strip_prefix("/*") {
                let end =
                    comment.find("*/").ok_or_else(|| self.fault(self.offset, "begins a comment that does not end"))?;
                self.offset += "/*".len() + end + "*/".len();
            } else {
                return Ok(());
            }
        }
    }
}

fn scan(rest: &str) -> Scanned<Token> {
    let mut chars = rest.chars();
    let token = match chars.next() {
        None => return Ok((Token::End, 0)),
        Some('{') => Token::OpenBrace,
        Some('}') => Token::CloseBrace,
        Some('[') => Token::OpenBracket,
        Some(']') => Token::CloseBracket,
        Some(',') => Token::Comma,
        Some('=') => Token::Assign,
        Some('"') => return quoted::scan(rest).map(|(text, length)| (Token::Quoted(text), length)),
        Some('<') => return heredoc::scan(rest).map(|(text, length)| (Token::Heredoc(text), length)),
        Some('-' | '.' | '0'..='9') => {
            return number::scan(rest).map(|(number, length)| (Token::Number(number), length));
        }
        Some('a'..='z' | 'A'..='Z' | '_') => return Ok(word(rest)),
        Some(char) if char.is_alphabetic() => return Err((0, "has a letter that is allowed only between quotes")),
        Some(_) => return Err((0, "has a character that is allowed only between quotes")),
    };
    Ok((token, 1))
}

fn word(rest: &str) -> (Token, usize) {
    let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte)).count();
    let token = match rest.get(..length).unwrap_or_default() {
        "true" => Token::Bool(true),
        "false" => Token::Bool(false),
        word => Token::Word(word.to_owned()),
    };
    (token, length)
}
