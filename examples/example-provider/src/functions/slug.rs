//! Function `slug`: a text as the name of a note.

use tf_framework::model::Model;
use tf_framework::{Function, FunctionError};

/// A text as a name that a note can have: its letters and digits, with a hyphen for what is between them.
#[derive(Model)]
#[tf(function = "slug")]
pub struct Slug {
    /// The text.
    pub text: String,
}

impl Function for Slug {
    type Output = String;

    fn call(self) -> Result<String, FunctionError> {
        let words = self.text.split(|character: char| !character.is_ascii_alphanumeric());
        let words: Vec<String> = words.filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect();
        if words.is_empty() {
            return Err(FunctionError::at(Self::TEXT, "the text must have a letter or a digit"));
        }
        Ok(words.join("-"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_name_becomes_one() {
        let slug = |text: &str| Slug { text: text.to_owned() }.call();
        assert_eq!(slug("  Shopping, for May! ").as_deref(), Ok("shopping-for-may"));
        assert_eq!(slug("…").unwrap_err().argument(), Some(0));
    }
}
