//! `policy_document`: an ACL policy out of rules, as text.

use tf_framework::model::{AnyValue, Model};
use tf_framework::{Function, FunctionError};

use crate::policy_rules::{PolicySettings, Rule, hcl, json, rules_of};
use crate::settings_argument;

/// Writes an ACL policy out of rules. It needs no server, so that policies are known while everything is planned, also in a
/// module that depends on what is not there yet.
///
/// The settings are an object:
///
/// - `rules`: a list of objects, each with `path` and `capabilities`, and what else a `rule` of the data source
///   `secretzero_policy_document` takes. Parameters are maps: `allowed_parameters = { ttl = ["1h"] }`.
/// - `source_documents`: other documents in JSON, whose rules come first.
/// - `format`: `hcl` or `json`, `hcl` if it is left out.
///
/// Every text arrives as it is written, whatever is in it. The same settings give the same text.
#[derive(Debug, Model)]
#[tf(function = "policy_document")]
pub struct PolicyDocument {
    /// The rules, and what is made of them.
    pub settings: AnyValue,
}

impl Function for PolicyDocument {
    type Output = String;

    fn call(self) -> Result<String, FunctionError> {
        let failed = |error: String| FunctionError::at(Self::SETTINGS, error);
        let settings: PolicySettings = settings_argument::read(self.settings, "settings").map_err(failed)?;
        let mut rules = Vec::new();
        for (index, document) in settings.source_documents.iter().flatten().enumerate() {
            let found =
                rules_of(document).map_err(|error| failed(format!("settings.source_documents[{index}] {error}")))?;
            rules.extend(found);
        }
        for (index, declared) in settings.rules.into_iter().flatten().enumerate() {
            let rule = Rule::from(declared);
            rule.check().map_err(|error| failed(format!("settings.rules[{index}] {error}")))?;
            rules.push(rule);
        }
        Ok(if settings.format == "json" { json(&rules) } else { hcl(&rules) })
    }
}
