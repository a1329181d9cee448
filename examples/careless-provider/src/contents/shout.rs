//! `shout`: a function.

use tf_framework::model::Model;
use tf_framework::{Function, FunctionError};

/// A text in capitals.
#[derive(Model)]
#[tf(function = "shout")]
pub struct Shout {
    /// The text. That of a sabotage spoils the result.
    pub text: String,
}

impl Function for Shout {
    type Output = String;

    fn call(self) -> Result<String, FunctionError> {
        Ok(self.text.to_uppercase())
    }
}
