//! A state as `show -json` prints it: the resources of all modules, and the outputs.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::cli::matcher::{Found, Matcher};
use crate::cli::plan_json::expect;
use crate::leak_scan::CONTROL;

/// A state. Its questions answer with a sentence when the answer is not the expected one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StateJson<'a>(pub(crate) &'a Value);

impl<'a> StateJson<'a> {
    /// A resource, with `values` and all that is beside them.
    pub(crate) fn resource(self, address: &str) -> Result<&'a Value, String> {
        let resources = self.resources();
        let found = resources.iter().find(|resource| resource.get("address").is_some_and(|found| found == address));
        found.copied().ok_or_else(|| format!("{address} is not in the state; there are {:?}", self.addresses()))
    }

    /// The value at a path of a resource's attributes.
    pub(crate) fn value(self, address: &str, path: &str) -> Result<&'a Value, String> {
        let value = self.resource(address)?.get("values").and_then(|values| values.pointer(path));
        value.ok_or_else(|| format!("{address} has no {path} in the state"))
    }

    /// Whether the value at a path of a resource's attributes is as expected.
    pub(crate) fn holds(self, address: &str, path: &str, matcher: &Matcher) -> Result<(), String> {
        let resource = self.resource(address)?;
        let found = Found::at(path, resource.get("values"), None, resource.get("sensitive_values"))?;
        expect(&format!("{address} {path}"), &found, matcher)
    }

    /// Whether the value at a path of a resource's identity is as expected.
    pub(crate) fn identity_holds(self, address: &str, path: &str, matcher: &Matcher) -> Result<(), String> {
        let Some(identity) = self.resource(address)?.get("identity") else {
            return Err(format!("{address} has no identity in the state"));
        };
        expect(&format!("the identity of {address} {path}"), &Found::at(path, Some(identity), None, None)?, matcher)
    }

    /// Whether an output is as expected.
    pub(crate) fn output_holds(self, name: &str, matcher: &Matcher) -> Result<(), String> {
        let Some(output) = self.0.pointer("/values/outputs").and_then(|outputs| outputs.get(name)) else {
            return Err(format!("there is no output {name:?} in the state"));
        };
        let found = Found::at("", output.get("value"), None, output.get("sensitive"))?;
        expect(&format!("the output {name}"), &found, matcher)
    }

    /// Whether a resource is there and will be replaced by the next apply.
    pub(crate) fn is_tainted(self, address: &str) -> Result<(), String> {
        match self.resource(address)?.get("tainted") {
            Some(Value::Bool(true)) => Ok(()),
            _ => Err(format!("{address} is not tainted")),
        }
    }

    /// Whether a resource is not there.
    pub(crate) fn lacks(self, address: &str) -> Result<(), String> {
        match self.resource(address) {
            Ok(resource) => Err(format!("{address} is in the state: {resource}")),
            Err(_) => Ok(()),
        }
    }

    /// The addresses of all resources but our own control.
    pub(crate) fn addresses(self) -> Vec<&'a str> {
        let addresses = self.resources().into_iter().filter_map(|resource| resource.get("address")?.as_str());
        addresses.filter(|address| *address != CONTROL).collect()
    }

    fn resources(self) -> Vec<&'a Value> {
        let mut found = Vec::new();
        let mut modules: Vec<&Value> = self.0.pointer("/values/root_module").into_iter().collect();
        while let Some(module) = modules.pop() {
            let list = |name| module.get(name).and_then(Value::as_array).into_iter().flatten();
            found.extend(list("resources").filter(|resource| resource.get("deposed_key").is_none()));
            modules.extend(list("child_modules"));
        }
        found
    }
}

/// Every path at which two values differ, with both; ignored ones and what is below them aside.
pub(crate) fn differences(before: &Value, after: &Value, ignored: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    compare("", Some(before), Some(after), ignored, &mut found);
    found
}

fn compare(path: &str, before: Option<&Value>, after: Option<&Value>, ignored: &[String], found: &mut Vec<String>) {
    if before == after || ignored.iter().any(|ignored| ignored == path) {
        return;
    }
    match (before, after) {
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            for name in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
                let path = format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
                compare(&path, before.get(name), after.get(name), ignored, found);
            }
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) => {
            for at in 0..before.len().max(after.len()) {
                compare(&format!("{path}/{at}"), before.get(at), after.get(at), ignored, found);
            }
        }
        (before, after) => {
            let [before, after] = [before, after].map(|side| side.map_or("absent".to_owned(), Value::to_string));
            found.push(format!("{path}: {before}, then {after}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cli::matcher::{absent, is, sensitive};

    fn state() -> Value {
        let resource = json!({
            "address": "module.m.x.a",
            "values": { "note": "hello", "key": "k" },
            "sensitive_values": { "key": true },
            "identity": { "name": "a" },
            "tainted": true,
        });
        json!({ "values": {
            "outputs": { "o": { "value": 3, "sensitive": false } },
            "root_module": {
                "resources": [{ "address": "x.plain", "values": {} }],
                "child_modules": [{ "resources": [resource] }],
            },
        } })
    }

    #[test]
    fn resources_of_all_modules_and_outputs_are_found() {
        let state = state();
        let state = StateJson(&state);
        state.holds("module.m.x.a", "/note", &is("hello")).unwrap();
        state.holds("module.m.x.a", "/key", &sensitive()).unwrap();
        state.identity_holds("module.m.x.a", "/name", &is("a")).unwrap();
        state.output_holds("o", &is(3)).unwrap();
        state.is_tainted("module.m.x.a").unwrap();
        state.lacks("x.b").unwrap();
    }

    #[test]
    fn what_is_not_there_is_told() {
        let state = state();
        let state = StateJson(&state);
        let error = state.holds("x.b", "/note", &absent()).unwrap_err();
        assert_eq!(error, "x.b is not in the state; there are [\"x.plain\", \"module.m.x.a\"]");
        state.holds("x.plain", "note", &absent()).unwrap_err();
        state.identity_holds("x.plain", "/name", &absent()).unwrap_err();
        state.output_holds("p", &absent()).unwrap_err();
        state.is_tainted("x.plain").unwrap_err();
        state.lacks("x.plain").unwrap_err();
        let error = state.holds("module.m.x.a", "/key", &is("l")).unwrap_err();
        assert_eq!(error, "module.m.x.a /key should be \"l\", and is sensitive \"k\"");
    }

    #[test]
    fn differences_are_listed_one_by_one() {
        let before = json!({ "a": 1, "b": { "c": [1, 2], "d": 0 }, "e": 1 });
        let after = json!({ "a": 1, "b": { "c": [1, 3, 4], "d": null }, "f": 1 });
        let all = differences(&before, &after, &[]);
        assert_eq!(
            all,
            [
                "/b/c/1: 2, then 3",
                "/b/c/2: absent, then 4",
                "/b/d: 0, then null",
                "/e: 1, then absent",
                "/f: absent, then 1"
            ]
        );
        assert_eq!(differences(&before, &after, &["/b/c".into(), "/e".into(), "/f".into()]), ["/b/d: 0, then null"]);
    }
}
