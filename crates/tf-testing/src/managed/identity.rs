//! The rules for identities: an object has one, it is known, and it stays.

use plugin_proto::tfplugin6::ResourceIdentityData;
use tf_value::{Path, Value};

use super::Managed;
use crate::rule::Rule;
use crate::wire::Answer;

impl Managed<'_> {
    /// Reads the identity in an answer. A core that does not know identities does not see it.
    pub(super) fn identity<A>(&self, answer: &mut Answer<A>, data: Option<&ResourceIdentityData>) -> Option<Value> {
        self.kit.client.identity.then(|| answer.identity(data, self.identity_schema())).flatten()
    }

    /// The identity of an object that exists: it is there, known, and the one that it was or was planned to be.
    pub(super) fn judge_identity<A>(&self, answer: &mut Answer<A>, expected: Option<&Value>, found: Option<&Value>) {
        if self.identity_schema().is_none() {
            return;
        }
        match found {
            None => answer.breaks(Rule::IdentityMissing),
            Some(found) if !found.is_wholly_known() => answer.breaks(Rule::IdentityUnknown),
            Some(found) => keeps(answer, expected, found),
        }
    }

    /// The identity in a plan. An object that stays keeps its own; of a new one, more or less may be known.
    pub(super) fn judge_planned_identity<A>(
        &self,
        answer: &mut Answer<A>,
        before: Option<&Value>,
        planned: Option<&Value>,
    ) {
        if self.identity_schema().is_some()
            && let Some(before) = before
        {
            match planned {
                None => answer.breaks(Rule::IdentityMissing),
                Some(planned) if planned != before => answer.breaks(Rule::IdentityChanged),
                Some(_) => {}
            }
        }
    }
}

/// What was known before is the same now.
fn keeps<A>(answer: &mut Answer<A>, expected: Option<&Value>, found: &Value) {
    let expected = expected.and_then(Value::as_object).into_iter().flatten();
    for (name, expected) in expected {
        if expected.is_wholly_known() && found.attribute(name) != Some(expected) {
            answer.broken(Path::root().attribute(name), Rule::IdentityChanged);
        }
    }
}
