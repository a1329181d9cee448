//! Rules as the function `policy_document` takes them.

use std::collections::BTreeMap;

use tf_framework::model::Model;
use tf_framework::semantic::Duration;
use tf_framework::validate::{one_of, range};

use super::Rule;

/// What the function takes.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object)]
pub struct PolicySettings {
    /// The rules.
    #[tf(optional)]
    pub rules: Option<Vec<DeclaredRule>>,
    /// Other documents, in JSON, whose rules come first.
    #[tf(optional)]
    pub source_documents: Option<Vec<String>>,
    /// The form of the result.
    #[tf(optional, default = "hcl", validate(one_of(&["hcl", "json"])))]
    pub format: String,
}

/// See [`Rule`].
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object)]
pub struct DeclaredRule {
    /// The path.
    #[tf(required)]
    pub path: String,
    /// What it is for.
    #[tf(optional)]
    pub description: Option<String>,
    /// What is granted.
    #[tf(required)]
    pub capabilities: Vec<String>,
    /// Parameters that a request must have.
    #[tf(optional)]
    pub required_parameters: Option<Vec<String>>,
    /// Parameters that a request may have.
    #[tf(optional)]
    pub allowed_parameters: Option<BTreeMap<String, Vec<String>>>,
    /// Parameters that a request must not have.
    #[tf(optional)]
    pub denied_parameters: Option<BTreeMap<String, Vec<String>>>,
    /// The shortest time for which an answer may be wrapped.
    #[tf(optional)]
    pub min_wrapping_ttl: Option<Duration>,
    /// The longest.
    #[tf(optional)]
    pub max_wrapping_ttl: Option<Duration>,
    /// Kinds of events.
    #[tf(optional)]
    pub subscribe_event_types: Option<Vec<String>>,
    /// How many names a list has at most.
    #[tf(optional, validate(range(0..)))]
    pub pagination_limit: Option<i64>,
    /// When the rule ends.
    #[tf(optional)]
    pub expiration: Option<String>,
    /// By what a list is cut down.
    #[tf(optional)]
    pub list_scan_response_keys_filter_path: Option<String>,
}

impl From<DeclaredRule> for Rule {
    fn from(declared: DeclaredRule) -> Self {
        Self {
            path: declared.path,
            description: declared.description,
            capabilities: declared.capabilities,
            required_parameters: declared.required_parameters.unwrap_or_default(),
            allowed_parameters: declared.allowed_parameters.unwrap_or_default(),
            denied_parameters: declared.denied_parameters.unwrap_or_default(),
            min_wrapping_ttl: declared.min_wrapping_ttl,
            max_wrapping_ttl: declared.max_wrapping_ttl,
            subscribe_event_types: declared.subscribe_event_types.unwrap_or_default(),
            pagination_limit: declared.pagination_limit,
            expiration: declared.expiration,
            list_scan_response_keys_filter_path: declared.list_scan_response_keys_filter_path,
        }
    }
}
