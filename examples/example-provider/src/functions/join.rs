//! Function `join`: several texts as one.

use tf_framework::model::Model;
use tf_framework::{Function, FunctionError};

/// Several texts as one, with a separator between them.
#[derive(Model)]
#[tf(function = "join", deprecated = "The language has a function `join` of its own.")]
pub struct Join {
    /// What stands between two of them. Null is a space.
    pub separator: Option<String>,
    /// The texts.
    #[tf(variadic)]
    pub parts: Vec<String>,
}

impl Function for Join {
    type Output = String;

    fn call(self) -> Result<String, FunctionError> {
        let Self { separator, parts } = self;
        Ok(parts.join(separator.as_deref().unwrap_or(" ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_separator_is_a_space() {
        let join = |separator: Option<&str>, parts: &[&str]| {
            let parts = parts.iter().map(|part| (*part).to_owned()).collect();
            Join { separator: separator.map(str::to_owned), parts }.call()
        };
        assert_eq!(join(None, &["a", "b"]).as_deref(), Ok("a b"));
        assert_eq!(join(Some("-"), &["a", "b"]).as_deref(), Ok("a-b"));
        assert_eq!(join(Some("-"), &[]).as_deref(), Ok(""));
    }
}
