//! How long the user lets each operation take: the attribute `timeouts`.

use std::time::Duration as Std;

use tf_value::Value;

use crate::model::{AttributeType, DecodeError, Members};
use crate::plain_attribute_type;
use crate::schema::{Mode, NestedObject, Shape};
use crate::semantic::Duration;
use crate::validate::Check;

/// The name that the attribute must have in a model, where the server looks for it.
pub(crate) const ATTRIBUTE: &str = "timeouts";

/// How long the user lets each operation take.
///
/// ```hcl
/// timeouts = { create = "10m" }
/// ```
///
/// A resource offers it by a field `timeouts: Option<Timeouts>` that is optional, and has nothing else to do about it: a call
/// that takes longer is dropped and fails. [`Context::deadline`](crate::Context::deadline) tells the call when that will be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// For creating.
    pub create: Option<Duration>,
    /// For reading.
    pub read: Option<Duration>,
    /// For changing.
    pub update: Option<Duration>,
    /// For removing.
    pub delete: Option<Duration>,
}

impl AttributeType for Timeouts {
    plain_attribute_type!();

    fn shape() -> Shape {
        let limit = |what: &str| {
            Duration::attribute(Mode::Optional)
                .description(format!("How long {what} may take, such as `10m`."))
                .validator(Check {
                    demand: "must be longer than zero",
                    holds: |value| duration(value) != Some(Std::ZERO),
                })
        };
        NestedObject::single([
            ("create", limit("creating")),
            ("read", limit("reading")),
            ("update", limit("changing")),
            ("delete", limit("removing")),
        ])
        .into()
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        let mut members = Members::of(value)?;
        Ok(Self {
            create: members.take("create")?,
            read: members.take("read")?,
            update: members.take("update")?,
            delete: members.take("delete")?,
        })
    }

    fn encode(&self) -> Value {
        Value::object([
            ("create", self.create.encode()),
            ("read", self.read.encode()),
            ("update", self.update.encode()),
            ("delete", self.delete.encode()),
        ])
    }
}

/// What an object says about an operation. `None` too if it says nothing that can be understood: that was found when it was
/// validated.
pub(crate) fn limit(object: &Value, operation: &str) -> Option<Std> {
    object.attribute(ATTRIBUTE)?.attribute(operation).and_then(duration)
}

fn duration(value: &Value) -> Option<Std> {
    Duration::decode(value.clone()).ok().map(Std::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Attribute, Block, Schema};
    use crate::validate::{ClientCapabilities, validate};

    fn limits(create: &str, update: Option<&str>) -> Value {
        let limits = [("create", Some(create)), ("read", None), ("update", update), ("delete", None)];
        Value::object(limits.map(|(name, limit)| (name, Value::from(limit))))
    }

    #[test]
    fn the_spelling_stays() {
        let value = limits("90m", Some("1h30m"));
        let timeouts = Timeouts::decode(value.clone()).unwrap();
        assert_eq!(timeouts.create, timeouts.update);
        assert_eq!(timeouts.encode(), value);
        let object = Value::object([(ATTRIBUTE, value)]);
        assert_eq!(limit(&object, "create"), Some(Std::from_secs(5400)));
        assert_eq!(limit(&object, "read"), None);
        assert_eq!(limit(&Value::object([("name", Value::Null)]), "create"), None);
    }

    #[test]
    fn other_texts_are_refused_where_they_stand() {
        let schema = Schema::new(0, Block::new().attribute(ATTRIBUTE, Attribute::optional(Timeouts::shape())));
        let found = |create: &str| {
            let config = Value::object([(ATTRIBUTE, limits(create, None))]);
            let found = validate(&schema, &config, ClientCapabilities::default());
            found.iter().map(|found| found.path().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(found("10m"), [""; 0]);
        for bad in ["soon", "0s", "-1s"] {
            assert_eq!(found(bad), ["timeouts.create"], "{bad}");
        }
    }
}
