//! Strings as cty has them: always in one normal form, so that equal texts are equal bytes.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_stream_safe_quick};

/// A Unicode string in Normalization Form C. Cheap to clone.
///
/// cty normalises every string that enters it. A provider that compares what Terraform sends (`é` as one character) with what
/// a server returns (`e` and an accent) byte by byte sees drift where there is none; here the second form can't exist.
///
/// Like cty's own library it also follows the Stream-Safe Text Process (UAX #15 §13): after 30 combining marks in a row a
/// U+034F is inserted.
///
/// ```
/// use tf_value::Text;
///
/// assert_eq!(Text::from("cafe\u{301}"), Text::from("caf\u{e9}"));
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Arc<str>);

impl Text {
    /// Normalises a string.
    pub fn new(text: &str) -> Self {
        Self(Arc::from(normalised(text).as_ref()))
    }

    /// The normalised string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn normalised(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_stream_safe_quick(text.chars()) == IsNormalized::Yes {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.stream_safe().nfc().collect())
}

impl Default for Text {
    fn default() -> Self {
        Self(Arc::from(""))
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Lets maps with `Text` keys be searched by `&str`. The order and hash of a `Text` are those of its string.
impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        match normalised(&text) {
            Cow::Borrowed(_) => Self(Arc::from(text)),
            Cow::Owned(text) => Self(Arc::from(text)),
        }
    }
}

impl From<&Self> for Text {
    fn from(text: &Self) -> Self {
        text.clone()
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_in_normalises() {
        let composed = "\u{e9}";
        assert_eq!(Text::new("e\u{301}").as_str(), composed);
        assert_eq!(Text::from("e\u{301}".to_owned()).as_str(), composed);
        assert_eq!(Text::from("e\u{301}").as_str(), composed);
    }

    #[test]
    fn marks_without_end_are_broken_up() {
        let text = Text::new(&"\u{301}".repeat(70));
        assert_eq!(text.matches('\u{34f}').count(), 2);
        assert_eq!(Text::new(&text), text, "normalising twice changes nothing");
    }
}
