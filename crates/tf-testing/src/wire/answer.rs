//! One answer, and everything that is found wrong with it.

use std::rc::Rc;

use plugin_proto::tfplugin6::attribute_path::step::Selector;
use plugin_proto::tfplugin6::diagnostic::Severity;
use plugin_proto::tfplugin6::{AttributePath, Deferred, Diagnostic as Told, DynamicValue, ResourceIdentityData};
use prost::Message;
use prost::bytes::Bytes;
use tf_framework::assert;
use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::schema::Schema;
use tf_value::{Path, Step, Type, Value, decode_dynamic, msgpack};

use super::IdentitySchema;
use crate::canaries::Canaries;
use crate::refusal::{Call, Refusal};
use crate::rule::{Rule, Violation};

/// An answer that is being judged.
pub(crate) struct Answer<A> {
    pub(crate) message: A,
    of: String,
    call: Call,
    canaries: Rc<Canaries>,
    violations: Vec<Violation>,
    diagnostics: Diagnostics,
}

impl<A: Message> Answer<A> {
    pub(crate) fn new(of: &str, call: Call, message: A, canaries: Rc<Canaries>) -> Self {
        // What goes from an ephemeral resource to core stays in its memory, and may be what was written somewhere
        // before.
        let leaks = if call.is_ephemeral() { Vec::new() } else { canaries.in_answer(&message.encode_to_vec()) };
        let violations = leaks.into_iter().map(|of| Violation::of(Rule::Secret { of })).collect();
        Self { message, of: of.to_owned(), call, canaries, violations, diagnostics: Diagnostics::new() }
    }
}

impl<A> Answer<A> {
    /// Notes a broken rule.
    pub(crate) fn broken(&mut self, path: Path, rule: Rule) {
        self.violations.push(Violation::at(path, rule));
    }

    /// Notes a rule that the whole answer breaks.
    pub(crate) fn breaks(&mut self, rule: Rule) {
        self.broken(Path::root(), rule);
    }

    /// Notes what a judge found.
    pub(crate) fn judged(&mut self, found: Vec<assert::Violation>) {
        self.violations.extend(Violation::judged(found));
    }

    /// Reads a value. `None` if it is none of the type; that is noted.
    pub(crate) fn value(&mut self, value: Option<&DynamicValue>, ty: &Type) -> Option<Value> {
        let empty = DynamicValue::default();
        let value = value.unwrap_or(&empty);
        if value.msgpack.is_empty() && value.json.is_empty() {
            self.breaks(Rule::EmptyValue);
            return Some(Value::Null);
        }
        let read = match decode_dynamic(&value.msgpack, &value.json, ty) {
            Ok(read) => read,
            Err(error) => {
                self.broken(error.path(), Rule::Form { reason: error.problem().to_string() });
                return None;
            }
        };
        if value.msgpack.is_empty() {
            self.breaks(Rule::Form { reason: "it is JSON and not msgpack".to_owned() });
        } else if let Ok(canonical) = msgpack::encode(ty, &read)
            // The order of sets and keys is free, so the bytes may differ, but not how many there are.
            && canonical.len() != value.msgpack.len()
        {
            let reason = format!("{} bytes for what takes {}", value.msgpack.len(), canonical.len());
            self.breaks(Rule::Form { reason });
        }
        Some(read)
    }

    /// Reads an identity. `None` if there is none that could be read; what is wrong with it is noted.
    pub(crate) fn identity(
        &mut self,
        data: Option<&ResourceIdentityData>,
        schema: Option<&IdentitySchema>,
    ) -> Option<Value> {
        let data = data?.identity_data.as_ref()?;
        let Some(schema) = schema else {
            self.breaks(Rule::IdentityUndeclared);
            return None;
        };
        match decode_dynamic(&data.msgpack, &data.json, &schema.ty) {
            Ok(identity) if identity.is_null() => None,
            Ok(identity) => Some(identity),
            Err(error) => {
                self.broken(error.path(), Rule::IdentityType { reason: error.problem().to_string() });
                None
            }
        }
    }

    /// Takes note of the secrets in a value, before the texts beside it are looked at.
    pub(crate) fn watch(&self, value: Option<&DynamicValue>, schema: &Schema) {
        let read = value.map(|value| decode_dynamic(&value.msgpack, &value.json, schema.implied_type()));
        if let Some(Ok(value)) = read {
            match self.call.is_ephemeral() {
                true => self.canaries.watch_ephemeral(&self.of, schema, &value),
                false => self.canaries.watch(&self.of, schema, &value),
            }
        }
    }

    /// The data beside the state: what there was must not vanish by itself.
    pub(crate) fn private(&mut self, before: &Bytes, now: &Bytes) {
        if !before.is_empty() && now.is_empty() {
            self.breaks(Rule::PrivateDropped);
        }
    }

    /// No client that is played here can defer.
    pub(crate) fn deferred(&mut self, deferred: Option<Deferred>) {
        if deferred.is_some() {
            self.breaks(Rule::Deferred);
        }
    }

    /// Reads the diagnostics. Their paths are those of this schema, if there is one.
    pub(crate) fn diagnostics(&mut self, told: impl FnOnce(&mut A) -> &mut Vec<Told>, schema: Option<&Schema>) {
        for told in std::mem::take(told(&mut self.message)) {
            let diagnostic = match told.severity() {
                Severity::Error => Diagnostic::error(&told.summary),
                Severity::Warning => Diagnostic::warning(&told.summary),
                Severity::Invalid => {
                    self.breaks(Rule::Diagnostic { lacks: "severity" });
                    Diagnostic::error(&told.summary)
                }
            };
            if told.summary.is_empty() {
                self.breaks(Rule::Diagnostic { lacks: "summary" });
            }
            let path = told.attribute.as_ref().map_or_else(Path::root, path);
            if schema.is_some_and(|schema| schema.at(&path).is_none()) {
                self.broken(path.clone(), Rule::DiagnosticPath);
            }
            self.text(&told.summary);
            self.text(&told.detail);
            self.diagnostics.push(diagnostic.detail(&told.detail).at(path));
        }
    }

    /// A text for the user: without anything sensitive.
    pub(crate) fn text(&mut self, text: &str) {
        for of in self.canaries.in_text(text.as_bytes()) {
            if !self.violations.iter().any(|known| known.rule == Rule::Secret { of: of.clone() }) {
                self.breaks(Rule::Secret { of });
            }
        }
    }

    /// Whether the provider reports an error, which excuses the rest of the answer from most rules.
    pub(crate) fn has_errors(&self) -> bool {
        self.diagnostics.has_errors()
    }

    /// The verdict: what was told besides, or why it ends here. A broken rule counts more than a reported error.
    pub(crate) fn settle(self) -> Result<Diagnostics, Refusal> {
        if self.violations.is_empty() && !self.diagnostics.has_errors() {
            Ok(self.diagnostics)
        } else {
            Err(self.refusal())
        }
    }

    /// The verdict, with what was read. There is something to read unless a rule was broken.
    pub(crate) fn settle_with<T>(self, read: Option<T>) -> Result<T, Refusal> {
        match read {
            Some(read) => self.settle().map(|_| read),
            None => Err(self.refusal()),
        }
    }

    /// Why it ends here.
    pub(crate) fn refusal(self) -> Refusal {
        let Self { of, call, violations, diagnostics, .. } = self;
        if violations.is_empty() && diagnostics.has_errors() {
            Refusal::Reported { of, call, diagnostics }
        } else {
            Refusal::Broken { of, call, violations }
        }
    }
}

/// A path as the protocol has it.
pub(crate) fn path(path: &AttributePath) -> Path {
    let step = |selector: &Selector| match selector {
        Selector::AttributeName(name) => Step::Attribute(name.as_str().into()),
        Selector::ElementKeyString(key) => Step::Key(key.as_str().into()),
        // A negative index leads nowhere either way.
        Selector::ElementKeyInt(index) => Step::Index(usize::try_from(*index).unwrap_or(usize::MAX)),
    };
    path.steps.iter().filter_map(|taken| taken.selector.as_ref()).map(step).collect()
}
