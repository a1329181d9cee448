//! One replacement in one file.

use anyhow::{Result, bail};

/// One replacement in one file.
#[derive(Clone, Copy, Debug)]
pub struct Edit {
    /// The file, below the folder of the sources.
    pub file: &'static str,
    /// Stands there exactly once.
    pub find: &'static str,
    /// Takes its place.
    pub replace: &'static str,
}

/// Replaces a piece of text that stands there once.
///
/// # Errors
/// If it does not stand there, or more often: the text has changed, and the bug is to be seeded anew.
pub fn replace_once(text: &str, find: &str, replace: &str) -> Result<String> {
    match text.matches(find).count() {
        1 => Ok(text.replacen(find, replace, 1)),
        0 => bail!("this no longer stands there, so the bug has to be seeded anew:\n{find}"),
        count => bail!("this stands there {count} times, so it is not clear where the bug belongs:\n{find}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_there_once_is_replaced() {
        assert_eq!(replace_once("a b c", "b", "x").unwrap(), "a x c");
        replace_once("a b b", "b", "x").unwrap_err();
        replace_once("a c", "b", "x").unwrap_err();
    }
}
