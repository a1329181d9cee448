//! Why something is not taken for the keys of a server. No error has a text of the file in it.

use crate::share::ShareError;
use crate::{LARGEST, MOST_SHARES};

/// A text does not hold the keys of a server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// It has more bytes than any such file has.
    #[error("it has more than {LARGEST} bytes, and no keys have that many")]
    TooLarge,
    /// It is no text.
    #[error("it is not text in UTF-8")]
    NoText,
    /// It begins as JSON does, and is none.
    #[error("it is no JSON (line {line}, column {column})")]
    NoJson {
        /// Where it stops being JSON.
        line: usize,
        /// Where in the line.
        column: usize,
    },
    /// A member has another type than that of keys.
    #[error(
        "it is JSON, but not of the form that `operator init -format=json` or sys/init has (line {line}, column {column})"
    )]
    OtherForm {
        /// Where it differs.
        line: usize,
        /// Where in the line.
        column: usize,
    },
    /// There is neither a share nor a root token in it.
    #[error("there is neither a key share nor a root token in it")]
    Empty,
    /// One of the shares is none.
    #[error("key share {number} can't be read")]
    Share {
        /// Which, beginning at 1.
        number: usize,
        /// Why.
        source: ShareError,
    },
    /// There are more than a key can be split into.
    #[error("it has more than {MOST_SHARES} key shares")]
    TooMany,
    /// The same shares are written in two encodings, and are not the same.
    #[error("its shares in hexadecimal and its shares in base64 are not the same")]
    Contradictory,
}

/// Keys of several files don't belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// They say different things about how the key was split.
    #[error("they say that the key was split in different ways, so they are of different servers")]
    OtherSplit,
    /// They were made for different servers, or at different times.
    #[error("they were written when different servers were initialised")]
    OtherOrigin,
    /// They have different root tokens.
    #[error("they have different root tokens")]
    OtherRootToken,
    /// There are more than a key can be split into.
    #[error("together they have more than {MOST_SHARES} key shares")]
    TooMany,
}
