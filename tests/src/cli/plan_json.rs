//! A plan as `show -json` prints it: which action for which resource, and what is known before the apply.

use std::fmt;

use serde_json::Value;

use crate::cli::matcher::{Found, Matcher};

/// What a plan wants to do with one resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// It is there and stays as it is.
    NoOp,
    /// It comes into being.
    Create,
    /// A data source is read during apply.
    Read,
    /// It changes in place.
    Update,
    /// It is replaced: the old one goes first.
    ReplaceDestroyFirst,
    /// It is replaced: the new one comes first.
    ReplaceCreateFirst,
    /// It is replaced, and the old one is left alone. OpenTofu only.
    ReplaceForgetFirst,
    /// It is destroyed.
    Delete,
    /// It leaves the state and lives on.
    Forget,
}

impl Action {
    /// Whether there will be another object than before.
    pub fn is_replace(self) -> bool {
        matches!(self, Self::ReplaceDestroyFirst | Self::ReplaceCreateFirst | Self::ReplaceForgetFirst)
    }

    fn read(actions: &Value) -> Option<Self> {
        let words: Vec<&str> = actions.as_array()?.iter().map(Value::as_str).collect::<Option<_>>()?;
        Some(match words.as_slice() {
            ["no-op"] => Self::NoOp,
            ["create"] => Self::Create,
            ["read"] => Self::Read,
            ["update"] => Self::Update,
            ["delete", "create"] => Self::ReplaceDestroyFirst,
            ["create", "delete"] => Self::ReplaceCreateFirst,
            ["forget", "create"] => Self::ReplaceForgetFirst,
            ["delete"] => Self::Delete,
            ["forget"] => Self::Forget,
            _ => return None,
        })
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoOp => "no-op",
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::ReplaceDestroyFirst => "replace (destroy first)",
            Self::ReplaceCreateFirst => "replace (create first)",
            Self::ReplaceForgetFirst => "replace (forget first)",
            Self::Delete => "delete",
            Self::Forget => "forget",
        })
    }
}

/// A plan. Its questions answer with a sentence when the answer is not the expected one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlanJson<'a>(pub(crate) &'a Value);

impl<'a> PlanJson<'a> {
    /// The action for a resource.
    pub(crate) fn action(self, address: &str) -> Result<Action, String> {
        let actions = self.change(address)?.get("actions");
        let action = actions.and_then(Action::read);
        action.ok_or_else(|| format!("{address} has actions that nobody knows: {}", text(actions)))
    }

    /// The value that is planned at a path of a resource.
    pub(crate) fn holds(self, address: &str, path: &str, matcher: &Matcher) -> Result<(), String> {
        let change = self.change(address)?;
        let found = Found::at(path, change.get("after"), change.get("after_unknown"), change.get("after_sensitive"))?;
        expect(&format!("the planned {address} {path}"), &found, matcher)
    }

    /// Whether the attribute at this path is among the reasons for which a resource is replaced.
    pub(crate) fn is_replaced_because_of(self, address: &str, path: &str) -> Result<(), String> {
        let change = self.change(address)?;
        let paths = change.get("replace_paths").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let paths: Vec<String> = paths.iter().filter_map(pointer).collect();
        if paths.iter().any(|found| found == path) {
            Ok(())
        } else {
            Err(format!("{address} is not replaced because of {path}, but of {paths:?}"))
        }
    }

    /// Whether a resource takes over what was known under another address.
    pub(crate) fn is_moved(self, from: &str, to: &str) -> Result<(), String> {
        match self.resource(to)?.get("previous_address") {
            Some(address) if address == from => Ok(()),
            other => Err(format!("{to} does not come from {from}, but from {}", text(other))),
        }
    }

    /// Whether a resource is imported.
    pub(crate) fn is_imported(self, address: &str) -> Result<(), String> {
        match self.change(address)?.get("importing") {
            Some(Value::Object(_)) => Ok(()),
            _ => Err(format!("{address} is not imported; {}", self.summary())),
        }
    }

    /// Whether there is nothing to do; one address may be as it likes.
    pub(crate) fn changes_nothing(self, except: Option<&str>) -> Result<(), String> {
        let addresses = self.resources().iter().filter_map(|resource| resource.get("address").and_then(Value::as_str));
        let outputs = self.0.get("output_changes").and_then(Value::as_object);
        let mut outputs = outputs.into_iter().flat_map(|outputs| outputs.values());
        let is_idle = addresses
            .filter(|address| Some(*address) != except)
            .all(|address| self.action(address).is_ok_and(|action| action == Action::NoOp))
            && outputs.all(|change| change.get("actions").and_then(Action::read) == Some(Action::NoOp));
        if is_idle { Ok(()) } else { Err(format!("the plan is not empty: {}", self.summary())) }
    }

    /// All that a plan wants to do, on one line, with the attributes that an update changes.
    pub(crate) fn summary(self) -> String {
        let resources = self.resources().iter().map(|resource| {
            let change = resource.get("change").unwrap_or(&Value::Null);
            let address = resource.get("address").and_then(Value::as_str).unwrap_or("?");
            let action = change.get("actions");
            match action.and_then(Action::read) {
                Some(Action::Update) => format!("{address}: update of {}", changed(change).join(", ")),
                Some(action) => format!("{address}: {action}"),
                None => format!("{address}: {}", text(action)),
            }
        });
        let outputs = self.0.get("output_changes").and_then(Value::as_object).into_iter().flatten();
        let outputs = outputs.map(|(name, change)| format!("output.{name}: {}", text(change.get("actions"))));
        let all: Vec<String> = resources.chain(outputs).collect();
        if all.is_empty() { "there are no resources in the plan".to_owned() } else { all.join("; ") }
    }

    fn resources(self) -> &'a [Value] {
        self.0.get("resource_changes").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    fn resource(self, address: &str) -> Result<&'a Value, String> {
        let mut current = self.resources().iter().filter(|resource| resource.get("deposed").is_none());
        current
            .find(|resource| resource.get("address").is_some_and(|found| found == address))
            .ok_or_else(|| format!("{address} is not in the plan; {}", self.summary()))
    }

    fn change(self, address: &str) -> Result<&'a Value, String> {
        self.resource(address)?.get("change").ok_or_else(|| format!("{address} has no change in the plan"))
    }
}

/// A sentence if a value is not the expected one.
pub(crate) fn expect(what: &str, found: &Found<'_>, matcher: &Matcher) -> Result<(), String> {
    if matcher.holds(found) { Ok(()) } else { Err(format!("{what} should be {matcher}, and is {found}")) }
}

/// A list of steps as a JSON pointer.
fn pointer(steps: &Value) -> Option<String> {
    let steps = steps.as_array()?.iter().map(|step| match step {
        Value::String(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
        other => format!("/{other}"),
    });
    Some(steps.collect())
}

/// The names of attributes that differ, with both values.
fn changed(change: &Value) -> Vec<String> {
    let side = |name| change.get(name).and_then(Value::as_object);
    let (Some(before), Some(after)) = (side("before"), side("after")) else { return Vec::new() };
    let unknown = side("after_unknown").into_iter().flatten().filter(|(_, flag)| **flag == Value::Bool(true));
    let unknown = unknown.map(|(name, _)| format!("{name} ({} to unknown)", text(before.get(name))));
    let differing = after.iter().filter(|(name, value)| before.get(*name) != Some(value));
    differing.map(|(name, value)| format!("{name} ({} to {value})", text(before.get(name)))).chain(unknown).collect()
}

fn text(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), Value::to_string)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cli::matcher::{is, unknown};

    fn plan() -> Value {
        let change = |address: &str, actions: Value| json!({ "address": address, "change": { "actions": actions } });
        json!({
            "resource_changes": [
                {
                    "address": "x.changed",
                    "change": {
                        "actions": ["update"],
                        "before": { "note": "old", "id": "1", "kept": "k" },
                        "after": { "note": "new", "kept": "k" },
                        "after_unknown": { "id": true },
                        "after_sensitive": {},
                    },
                },
                {
                    "address": "x.moved",
                    "previous_address": "x.old",
                    "change": {
                        "actions": ["delete", "create"],
                        "importing": { "id": "7" },
                        "replace_paths": [["name"], ["a/b", 0]],
                    },
                },
                change("x.idle", json!(["no-op"])),
                { "address": "x.idle", "deposed": "abc", "change": { "actions": ["delete"] } },
            ],
        })
    }

    #[test]
    fn actions_are_those_of_the_current_objects() {
        let plan = plan();
        let plan = PlanJson(&plan);
        assert_eq!(plan.action("x.changed"), Ok(Action::Update));
        assert_eq!(plan.action("x.moved"), Ok(Action::ReplaceDestroyFirst));
        assert_eq!(plan.action("x.idle"), Ok(Action::NoOp), "not that of the deposed one");
        let error = plan.action("x.absent").unwrap_err();
        assert!(error.contains("x.absent is not in the plan") && error.contains("x.idle: no-op"), "{error}");
    }

    #[test]
    fn planned_values_reasons_and_moves_are_told_when_they_are_wrong() {
        let plan = plan();
        let plan = PlanJson(&plan);
        plan.holds("x.changed", "/note", &is("new")).unwrap();
        plan.holds("x.changed", "/id", &unknown()).unwrap();
        let error = plan.holds("x.changed", "/id", &is("1")).unwrap_err();
        assert_eq!(error, "the planned x.changed /id should be \"1\", and is unknown");
        plan.is_replaced_because_of("x.moved", "/name").unwrap();
        plan.is_replaced_because_of("x.moved", "/a~1b/0").unwrap();
        plan.is_replaced_because_of("x.moved", "/other").unwrap_err();
        plan.is_moved("x.old", "x.moved").unwrap();
        plan.is_moved("x.older", "x.moved").unwrap_err();
        plan.is_imported("x.moved").unwrap();
        plan.is_imported("x.idle").unwrap_err();
    }

    #[test]
    fn a_plan_is_empty_if_nothing_happens_to_resources_and_outputs() {
        let full = plan();
        let error = PlanJson(&full).changes_nothing(None).unwrap_err();
        assert!(error.contains("x.changed: update of note (\"old\" to \"new\"), id (\"1\" to unknown)"), "{error}");
        let idle = json!({ "resource_changes": [{ "address": "x.a", "change": { "actions": ["no-op"] } }] });
        PlanJson(&idle).changes_nothing(None).unwrap();
        let output = json!({ "output_changes": { "o": { "actions": ["create"] } } });
        PlanJson(&output).changes_nothing(None).unwrap_err();
        let excepted = json!({ "resource_changes": [{ "address": "x.a", "change": { "actions": ["create"] } }] });
        PlanJson(&excepted).changes_nothing(Some("x.a")).unwrap();
    }
}
