//! The functions `join` and `half`.

use tf_framework::model::Model;
use tf_framework::{Function, FunctionError};

/// Joins texts.
#[derive(Debug, Model)]
#[tf(function = "join")]
pub(crate) struct Join {
    /// What stands between. Nothing if it is null.
    glue: Option<String>,
    /// What is joined.
    #[tf(variadic)]
    texts: Vec<String>,
}

impl Function for Join {
    type Output = String;

    fn call(self) -> Result<String, FunctionError> {
        if let Some(index) = self.texts.iter().position(String::is_empty) {
            return Err(FunctionError::at_further(Self::TEXTS, index, "It is empty."));
        }
        Ok(self.texts.join(self.glue.as_deref().unwrap_or_default()))
    }
}

/// Halves a number.
#[derive(Debug, Model)]
#[tf(function = "half", deprecated = "Use `n / 2`.")]
pub(crate) struct Half {
    /// The number.
    number: u8,
}

impl Function for Half {
    type Output = Option<u8>;

    fn call(self) -> Result<Option<u8>, FunctionError> {
        match self.number {
            0 => Ok(None),
            13 => panic!("canary"),
            odd if odd % 2 == 1 => Err(FunctionError::at(Self::NUMBER, "It is odd.")),
            even => Ok(Some(even / 2)),
        }
    }
}
