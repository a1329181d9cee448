//! What is wrong with a text and where, for whoever has to find it.

use std::fmt;

/// Why a text is not in the language that it should be in. Never shows what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) place: Place,
    /// Goes on after the place: "has no colon after a name".
    pub(super) reason: &'static str,
}

/// Line and column, both from 1. The column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Fault {
    /// At a byte of the text. One that is not there stands after the end.
    pub(super) fn at(text: &str, offset: usize, reason: &'static str) -> Self {
        Self { place: Place::of(text, offset), reason }
    }
}

impl Place {
    fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
        Self { line, column: before.get(line_start..).unwrap_or_default().chars().count() + 1 }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {} {}", self.place.line, self.place.column, self.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_characters_and_lines() {
        let text = "aé\n\nb";
        let places = [(0, 1, 1), (1, 1, 2), (3, 1, 3), (4, 2, 1), (5, 3, 1), (6, 3, 2), (99, 3, 2)];
        for (offset, line, column) in places {
            assert_eq!(Place::of(text, offset), Place { line, column }, "{offset}");
        }
        assert_eq!(Fault::at("", 0, "is empty").to_string(), "line 1, column 1 is empty");
    }
}
