//! Data source `secretzero_policy_document`: an ACL policy out of rules, written as blocks. No server is asked.

use std::collections::BTreeMap;

use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::{Field, Model, Query, Setting};
use tf_framework::semantic::Duration;
use tf_framework::validate::{non_empty, one_of, range};
use tf_framework::value::Path;
use tf_framework::{Config, Context, DataSource, Outcome};

use crate::SecretZero;
use crate::policy_rules::{CAPABILITIES, Rule, hcl, json, rules_of};

/// An ACL policy, as text, out of rules. Every text arrives as it is written, whatever is in it, and the same rules give the same
/// text. No server is asked.
///
/// In a module that depends on what is not there yet, a data source is not read before apply, and everything that is made of it
/// is unknown in the plan. The function `policy_document` writes the same there.
///
/// ## From the vault provider
///
/// The same blocks and attributes make the same policy.
#[derive(Model)]
#[tf(data_source = "policy_document")]
pub struct PolicyDocument {
    /// Other documents in JSON, such as the `json` of another one. Their rules come first.
    #[tf(optional)]
    pub source_documents: Option<Vec<String>>,
    /// The rules. Several for one path grant what each of them grants, unless one denies.
    #[tf(block)]
    pub rule: Vec<RuleBlock>,
    /// The policy in HCL.
    #[tf(computed)]
    pub hcl: String,
    /// The policy in JSON.
    #[tf(computed)]
    pub json: String,
}

/// What tokens may do at a path.
#[derive(Clone, Debug, Model)]
#[tf(object)]
pub struct RuleBlock {
    /// The path, with `+` for one segment and `*` at its end for everything that begins so.
    #[tf(required, validate(non_empty))]
    pub path: String,
    /// What it is for. Any number of lines; they become comments.
    #[tf(optional)]
    pub description: Option<String>,
    /// What is granted: `create`, `read`, `update`, `delete`, `list`, `sudo`, `deny`, `patch`, on OpenBao `scan`, on Vault
    /// `subscribe` and `recover`.
    #[tf(required, validate(capabilities))]
    pub capabilities: Vec<String>,
    /// Parameters that a request must have.
    #[tf(optional)]
    pub required_parameters: Option<Vec<String>>,
    /// The shortest time for which an answer may be wrapped, such as `1m`.
    #[tf(optional)]
    pub min_wrapping_ttl: Option<Duration>,
    /// The longest.
    #[tf(optional)]
    pub max_wrapping_ttl: Option<Duration>,
    /// Kinds of events that can be subscribed to. Vault only.
    #[tf(optional)]
    pub subscribe_event_types: Option<Vec<String>>,
    /// How many names a list has at most. OpenBao only.
    #[tf(optional, validate(range(0..)))]
    pub pagination_limit: Option<i64>,
    /// When the rule ends, in RFC 3339. OpenBao only.
    #[tf(optional)]
    pub expiration: Option<String>,
    /// The path by which a list is cut down to what may be read, with `{{ .key }}` for the name. OpenBao only.
    #[tf(optional)]
    pub list_scan_response_keys_filter_path: Option<String>,
    /// Parameters that a request may have.
    #[tf(block)]
    pub allowed_parameter: Vec<ParameterBlock>,
    /// Parameters that a request must not have.
    #[tf(block)]
    pub denied_parameter: Vec<ParameterBlock>,
}

/// A parameter of a request.
#[derive(Clone, Debug, Model)]
#[tf(object)]
pub struct ParameterBlock {
    /// Its name. `*` is for those that are not named.
    #[tf(required)]
    pub key: String,
    /// Its values. Any value if there is none.
    #[tf(required)]
    pub value: Vec<String>,
}

impl DataSource for PolicyDocument {
    type Provider = SecretZero;

    async fn read(_: &Context<SecretZero>, query: Query<Self>) -> Outcome<Self> {
        let PolicyDocumentPlan { source_documents, rule, .. } = query;
        let mut rules = Vec::new();
        for (index, document) in source_documents.iter().flatten().enumerate() {
            rules.extend(rules_of(document).map_err(|error| {
                let at = Self::SOURCE_DOCUMENTS.path().index(index);
                Diagnostic::error("Not a Document to Merge").detail(format!("The document {error}.")).at(at)
            })?);
        }
        let rule: Vec<RuleBlock> = rule.into_iter().map(RuleBlock::from).collect();
        let declared = rule.iter().map(RuleBlock::to_rule).collect::<Result<Vec<Rule>, String>>();
        rules.extend(declared.map_err(|error| Diagnostic::error("Not a Rule").detail(format!("The rule {error}.")))?);
        Ok(Self { source_documents, rule, hcl: hcl(&rules), json: json(&rules) })
    }

    fn validate(config: &Config<'_, Self>) -> Diagnostics {
        let field: Field<Self, _> = Self::RULE;
        let Setting::Known(rules) = config.get(field) else { return Diagnostics::new() };
        let faults = rules.iter().enumerate().filter_map(|(index, rule)| Some((index, rule.to_rule().err()?)));
        let told = |(index, error): (usize, String)| {
            let at: Path = field.path().index(index);
            Diagnostic::error("Not a Rule").detail(format!("The rule {error}.")).at(at)
        };
        faults.map(told).collect()
    }
}

impl RuleBlock {
    fn to_rule(&self) -> Result<Rule, String> {
        let rule = Rule {
            path: self.path.clone(),
            description: self.description.clone(),
            capabilities: self.capabilities.clone(),
            required_parameters: self.required_parameters.clone().unwrap_or_default(),
            allowed_parameters: parameters(&self.allowed_parameter)?,
            denied_parameters: parameters(&self.denied_parameter)?,
            min_wrapping_ttl: self.min_wrapping_ttl.clone(),
            max_wrapping_ttl: self.max_wrapping_ttl.clone(),
            subscribe_event_types: self.subscribe_event_types.clone().unwrap_or_default(),
            pagination_limit: self.pagination_limit,
            expiration: self.expiration.clone(),
            list_scan_response_keys_filter_path: self.list_scan_response_keys_filter_path.clone(),
        };
        rule.check().map(|()| rule)
    }
}

impl From<RuleBlockPlan> for RuleBlock {
    fn from(plan: RuleBlockPlan) -> Self {
        Self {
            path: plan.path,
            description: plan.description,
            capabilities: plan.capabilities,
            required_parameters: plan.required_parameters,
            min_wrapping_ttl: plan.min_wrapping_ttl,
            max_wrapping_ttl: plan.max_wrapping_ttl,
            subscribe_event_types: plan.subscribe_event_types,
            pagination_limit: plan.pagination_limit,
            expiration: plan.expiration,
            list_scan_response_keys_filter_path: plan.list_scan_response_keys_filter_path,
            allowed_parameter: plan.allowed_parameter.into_iter().map(ParameterBlock::from).collect(),
            denied_parameter: plan.denied_parameter.into_iter().map(ParameterBlock::from).collect(),
        }
    }
}

impl From<ParameterBlockPlan> for ParameterBlock {
    fn from(ParameterBlockPlan { key, value }: ParameterBlockPlan) -> Self {
        Self { key, value }
    }
}

fn parameters(blocks: &[ParameterBlock]) -> Result<BTreeMap<String, Vec<String>>, String> {
    let mut parameters = BTreeMap::new();
    for ParameterBlock { key, value } in blocks {
        if parameters.insert(key.clone(), value.clone()).is_some() {
            return Err(format!("has the parameter {key:?} twice"));
        }
    }
    Ok(parameters)
}

fn capabilities(names: &[String]) -> Result<(), String> {
    names.iter().try_for_each(|name| one_of(CAPABILITIES)(name.as_str()))
}
