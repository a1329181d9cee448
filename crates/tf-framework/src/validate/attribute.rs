//! One attribute of a configuration: who may set it, and to what.

use std::collections::BTreeMap;

use tf_value::{Text, Value};

use super::Validation;
use crate::diagnostic::Diagnostic;
use crate::schema::{Attribute, Mode};
use crate::trail::Trail;

impl Validation {
    /// Everything that the attribute's own value tells.
    pub(super) fn attribute(&mut self, attribute: &Attribute, value: &Value, trail: &Trail<'_>) {
        let path = || trail.path().addressable();
        if value.is_null() {
            if attribute.mode() == Mode::Required {
                let diagnostic = Diagnostic::error("Missing Attribute Value")
                    .detail(format!("{} is required and can't be null.", trail.path()))
                    .remedy("Give it a value.");
                self.diagnostics.push(diagnostic.at(path()));
            }
            return;
        }
        if attribute.mode() == Mode::Computed {
            let diagnostic = Diagnostic::error("Read-Only Attribute")
                .detail(format!("{} is set by the provider and can't be set in the configuration.", trail.path()))
                .remedy("Remove it.");
            self.diagnostics.push(diagnostic.at(path()));
            return;
        }
        if attribute.is_write_only() && !self.client.write_only_attributes {
            let detail = format!(
                "{} is write-only: it must not be stored. The program that runs this configuration does not know write-only \
                 attributes and would store it.",
                trail.path()
            );
            let diagnostic = Diagnostic::error("Write-Only Attributes Are Not Supported")
                .detail(detail)
                .remedy("Use Terraform 1.11 or later, or OpenTofu 1.11 or later.");
            self.diagnostics.push(diagnostic.at(path()));
        }
        if let (Some(instead), true) = (attribute.deprecation(), value.is_known()) {
            self.diagnostics.push(Diagnostic::warning("Deprecated Attribute").detail(instead).at(path()));
        }
        if value.is_wholly_known() {
            for validator in attribute.validators() {
                if let Err(demand) = validator.validate(value) {
                    let detail = format!("{} {demand}.", trail.path());
                    self.diagnostics.push(Diagnostic::error("Invalid Attribute Value").detail(detail).at(path()));
                }
            }
        }
    }

    /// A write-only value and its version are set together or not at all: a value without a version is never sent again,
    /// and a version without a value announces what is not there.
    pub(super) fn version(
        &mut self,
        attribute: &Attribute,
        value: &Value,
        beside: &BTreeMap<Text, Value>,
        trail: &Trail<'_>,
    ) {
        let Some(name) = attribute.version_attribute() else { return };
        let version = beside.get(name).unwrap_or(&Value::Null);
        if !value.is_known() || !version.is_known() || value.is_null() == version.is_null() {
            return;
        }
        let path = trail.path();
        let detail = format!(
            "{path} is never stored, so that {name:?} beside it has to tell when there is a new value. One of them is set \
             and the other is not."
        );
        let diagnostic = Diagnostic::error("Write-Only Attribute Without Version")
            .detail(detail)
            .remedy("Set both, and change the version whenever the value changes.");
        self.diagnostics.push(diagnostic.at(path.addressable()));
    }
}

#[cfg(test)]
mod tests {
    use tf_value::Type;

    use super::*;
    use crate::diagnostic::Severity;
    use crate::schema::{Block, NestedObject, Schema};
    use crate::validate::{ClientCapabilities, validate};

    const MODERN: ClientCapabilities = ClientCapabilities { write_only_attributes: true };

    #[track_caller]
    fn check(attribute: Attribute, value: Value, expected: Option<&str>) {
        let schema = Schema::new(0, Block::new().attribute("a", attribute));
        let found = validate(&schema, &Value::object([("a", value)]), MODERN);
        assert_eq!(found.iter().next().map(Diagnostic::summary), expected);
        assert_eq!(found.len(), usize::from(expected.is_some()));
    }

    #[test]
    fn required_attributes_are_not_null() {
        let required = || Attribute::required(Type::String);
        check(required(), Value::Null, Some("Missing Attribute Value"));
        check(required(), Value::unknown(), None);
        check(required(), Value::from("x"), None);
    }

    #[test]
    fn what_the_provider_computes_is_not_set() {
        let computed = || Attribute::computed(Type::String);
        check(computed(), Value::Null, None);
        check(computed(), Value::from("x"), Some("Read-Only Attribute"));
        check(computed(), Value::unknown(), Some("Read-Only Attribute"));
        check(Attribute::optional_computed(Type::String), Value::from("x"), None);
    }

    #[test]
    fn a_default_bears_null_and_unknown() {
        let default = || Attribute::optional(Type::String).default_value("x");
        check(default(), Value::Null, None);
        check(default(), Value::unknown(), None);
    }

    #[test]
    fn deprecation_is_told_once_something_is_set() {
        let deprecated = || Attribute::optional(Type::String).deprecated("Use b instead.");
        check(deprecated(), Value::Null, None);
        check(deprecated(), Value::unknown(), None);
        check(deprecated(), Value::from("x"), Some("Deprecated Attribute"));
        let schema = Schema::new(0, Block::new().attribute("a", deprecated()));
        let found = validate(&schema, &Value::object([("a", Value::from("x"))]), MODERN);
        assert!(found.iter().all(|diagnostic| diagnostic.severity() == Severity::Warning));
    }

    fn secret() -> Schema {
        let attributes =
            [("s", Attribute::optional(Type::String).write_only("v")), ("v", Attribute::optional(Type::Number))];
        Schema::new(0, Block::new().attribute("o", Attribute::optional(NestedObject::single(attributes))))
    }

    #[track_caller]
    fn check_secret(value: Value, version: Value, client: ClientCapabilities, expected: &[&str]) {
        let config = Value::object([("o", Value::object([("s", value), ("v", version)]))]);
        let found = validate(&secret(), &config, client);
        assert_eq!(found.iter().map(Diagnostic::summary).collect::<Vec<_>>(), expected);
        assert!(found.iter().all(|diagnostic| diagnostic.path().to_string() == "o.s"));
    }

    #[test]
    fn write_only_values_come_with_their_version() {
        let alone = &["Write-Only Attribute Without Version"];
        check_secret(Value::from("x"), Value::from(1), MODERN, &[]);
        check_secret(Value::Null, Value::Null, MODERN, &[]);
        check_secret(Value::from("x"), Value::Null, MODERN, alone);
        check_secret(Value::Null, Value::from(1), MODERN, alone);
        check_secret(Value::unknown(), Value::Null, MODERN, &[]);
        check_secret(Value::Null, Value::unknown(), MODERN, &[]);
    }

    #[test]
    fn an_old_core_is_told_from_which_version_on() {
        let old = ClientCapabilities::default();
        check_secret(Value::from("x"), Value::from(1), old, &["Write-Only Attributes Are Not Supported"]);
        check_secret(Value::unknown(), Value::from(1), old, &["Write-Only Attributes Are Not Supported"]);
        check_secret(Value::Null, Value::Null, old, &[]);
        let config = Value::object([("o", Value::object([("s", Value::from("x")), ("v", Value::from(1))]))]);
        let found = validate(&secret(), &config, old);
        let detail = found.iter().next().unwrap().detail_text();
        assert!(detail.contains("Terraform 1.11") && detail.contains("OpenTofu 1.11"), "{detail}");
    }

    #[test]
    fn diagnostics_hold_no_values() {
        let never = crate::validate::Check { demand: "is never right", holds: |_| false };
        let schema = Schema::new(0, Block::new().attribute("a", Attribute::optional(Type::String).validator(never)));
        let found = validate(&schema, &Value::object([("a", Value::from("canary"))]), MODERN);
        assert_eq!(found.len(), 1);
        assert!(!format!("{found:?}").contains("canary"));
    }
}
