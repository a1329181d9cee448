//! Functions: what an author writes for one.

use std::fmt;

use crate::model::{AttributeType, Field, Model, kind};

/// A function of the provider. Its model is its parameters, in their order; `call` is a pure function of them.
///
/// An `Option` may be null, any other parameter is refused as null by core. A last field marked `variadic` takes all further
/// arguments.
pub trait Function: Model<Kind = kind::Function> {
    /// What it returns.
    type Output: AttributeType;

    /// Calls it.
    ///
    /// # Errors
    /// If the arguments have no result.
    fn call(self) -> Result<Self::Output, FunctionError>;
}

/// Arguments have no result, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    text: String,
    argument: Option<usize>,
}

impl FunctionError {
    /// No single argument is at fault.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), argument: None }
    }

    /// One argument is at fault.
    pub fn at<M, T>(field: Field<M, T>, text: impl Into<String>) -> Self {
        Self { text: text.into(), argument: Some(field.position()) }
    }

    /// One of the arguments that a last, variadic parameter takes is at fault: the one at this index of its `Vec`.
    pub fn at_further<M, T>(field: Field<M, Vec<T>>, index: usize, text: impl Into<String>) -> Self {
        Self::at_argument(field.position() + index, text)
    }

    pub(crate) fn at_argument(position: usize, text: impl Into<String>) -> Self {
        Self { text: text.into(), argument: Some(position) }
    }

    /// What is said to the user.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The position of the argument at fault.
    pub fn argument(&self) -> Option<usize> {
        self.argument
    }
}

impl fmt::Display for FunctionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for FunctionError {}
