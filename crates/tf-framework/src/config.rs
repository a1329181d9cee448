//! A configuration while it is validated, typed.

use std::fmt;
use std::marker::PhantomData;

use tf_value::Value;

use crate::model::{AttributeType, Field, Model, Setting};

/// What the user wrote for an object. At validation any part of it may be unknown, so every question has three answers.
pub struct Config<'a, M> {
    value: &'a Value,
    model: PhantomData<fn() -> M>,
}

impl<'a, M: Model> Config<'a, M> {
    pub(crate) fn new(value: &'a Value) -> Self {
        Self { value, model: PhantomData }
    }

    /// What an attribute or block is set to. A value that is not one of the type's counts as not known: that it is wrong was
    /// said already.
    pub fn get<T: AttributeType>(&self, field: Field<M, T>) -> Setting<T::Inner> {
        setting::<T>(self.value, field)
    }
}

/// Without any value, which may be secret.
impl<M> fmt::Debug for Config<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").finish_non_exhaustive()
    }
}

/// The typed value of a field in an object of which any part may be unknown.
pub(crate) fn setting<T: AttributeType>(object: &Value, field: Field<impl Sized, T>) -> Setting<T::Inner> {
    match object.attribute(field.name()).unwrap_or(&Value::Null) {
        value if value.is_null() => Setting::Unset,
        value => T::Inner::decode(value.clone()).map_or(Setting::Unknown, Setting::Known),
    }
}
