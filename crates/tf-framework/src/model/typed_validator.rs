//! Validators that see typed values.

use std::borrow::Borrow as _;
use std::fmt;
use std::marker::PhantomData;

use tf_value::Value;

use super::AttributeType;
use crate::validate::Validator;

/// The value is one of the type's: a whole number, a duration.
pub struct Decodes<T>(PhantomData<fn() -> T>);

impl<T> Default for Decodes<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T> fmt::Debug for Decodes<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decodes")
    }
}

impl<T: AttributeType> Validator for Decodes<T> {
    fn validate(&self, value: &Value) -> Result<(), String> {
        T::decode(value.clone()).map(drop).map_err(|error| error.to_string())
    }
}

/// A rule for the typed value of an attribute: a function that says what is asked of it.
///
/// It is not called with a value that is not one of the type's; the type has said so already. For a `String` it gets a `str`,
/// and for each type `T` what `T::Checked` is.
pub struct Typed<T, F> {
    check: F,
    ty: PhantomData<fn() -> T>,
}

impl<T: AttributeType, F: Fn(&T::Checked) -> Result<(), String>> Typed<T, F> {
    /// With this function. Its error goes on after the attribute's name: "must not be empty".
    pub fn new(check: F) -> Self {
        Self { check, ty: PhantomData }
    }
}

impl<T, F> fmt::Debug for Typed<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed")
    }
}

impl<T: AttributeType, F: Fn(&T::Checked) -> Result<(), String> + Send + Sync> Validator for Typed<T, F> {
    fn validate(&self, value: &Value) -> Result<(), String> {
        T::Inner::decode(value.clone()).map_or(Ok(()), |value| (self.check)(value.borrow()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn even(number: &u8) -> Result<(), String> {
        if number.is_multiple_of(2) { Ok(()) } else { Err("must be even".to_owned()) }
    }

    #[test]
    fn a_rule_is_asked_about_values_of_the_type_only() {
        let typed = Typed::<u8, _>::new(even);
        assert_eq!(typed.validate(&Value::from(2)), Ok(()));
        assert_eq!(typed.validate(&Value::from(3)), Err("must be even".to_owned()));
        assert_eq!(typed.validate(&Value::from(257)), Ok(()), "the type says this");
    }

    #[test]
    fn a_rule_gets_what_is_in_the_type_as_it_is_borrowed() {
        fn one_line(text: &str) -> Result<(), String> {
            if text.contains('\n') { Err("must be one line".to_owned()) } else { Ok(()) }
        }
        let typed = Typed::<Option<String>, _>::new(one_line);
        assert_eq!(typed.validate(&Value::from("a")), Ok(()));
        assert_eq!(typed.validate(&Value::from("a\n")), Err("must be one line".to_owned()));
        let list = |check: fn(&[String]) -> Result<(), String>| Typed::<Vec<String>, _>::new(check);
        let short = list(|lines| lines.iter().try_for_each(|line| one_line(line)));
        assert_eq!(short.validate(&Value::list([Value::from("a\n")])), Err("must be one line".to_owned()));
        let closure = Typed::<Option<String>, _>::new(|text| if text.is_empty() { Err(String::new()) } else { Ok(()) });
        assert_eq!(closure.validate(&Value::from("a")), Ok(()));
    }

    #[test]
    fn the_type_says_what_is_none_of_its_values() {
        let decodes = Decodes::<u8>::default();
        assert_eq!(decodes.validate(&Value::from(3)), Ok(()));
        assert_eq!(decodes.validate(&Value::from(256)), Err("must be a whole number from 0 to 255".to_owned()));
    }
}
