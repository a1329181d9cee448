//! Tokens.

use std::fmt;

use http::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};

/// A token. It is not printed, compared or serialised, and wiped from memory at its end.
#[derive(Clone)]
pub struct Token(SecretString);

impl Token {
    /// The token in this text, without the spaces and line ends around it.
    ///
    /// # Errors
    /// If the text is empty, or has characters that no header can have.
    pub fn new(text: &str) -> Result<Self, TokenError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TokenError::Empty);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::Malformed);
        }
        Ok(Self(text.to_owned().into()))
    }

    /// The text, for whoever stores it where the user wants it.
    #[expect(clippy::disallowed_methods, reason = "the one way out; its callers are what a reviewer looks for")]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    pub(crate) fn header(&self) -> Result<HeaderValue, TokenError> {
        let mut value = HeaderValue::from_str(self.expose()).map_err(|_| TokenError::Malformed)?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// A text is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// There is nothing in it.
    #[error("the token is empty")]
    Empty,
    /// It has spaces, line breaks or characters beyond ASCII in it.
    #[error("the token is not a single word of ASCII characters")]
    Malformed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_one_word_and_never_printed() {
        let token = Token::new(" s.canary\n").unwrap();
        assert_eq!((token.expose(), format!("{token:?}").as_str()), ("s.canary", "Token(…)"));
        assert!(!format!("{:?}", token.header().unwrap()).contains("canary"));
        assert_eq!(Token::new(" \n").unwrap_err(), TokenError::Empty);
        for bad in ["two words", "two\nlines", "über"] {
            assert_eq!(Token::new(bad).unwrap_err(), TokenError::Malformed, "{bad}");
        }
    }
}
