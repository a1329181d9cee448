//! What a role says of the tokens that it gives out: the same attributes in the roles of all auth methods.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use tf_framework::diagnostic::Diagnostic;
use tf_framework::semantic::{Cidr, Duration, LowerCase, Normalization, NormalizedSet};

use crate::mounts::tuning::duration_found;

/// The fields as both servers read and answer them. What is not set is zero, empty or false.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenFields {
    /// How long a token lives at first, in seconds; as the mount says if it is zero.
    pub token_ttl: u64,
    /// How long it can live.
    pub token_max_ttl: u64,
    /// The policies that it has.
    #[serde(deserialize_with = "or_default")]
    pub token_policies: Vec<String>,
    /// The addresses that it can be used from; any if there are none.
    #[serde(deserialize_with = "or_default")]
    pub token_bound_cidrs: Vec<String>,
    /// How long it can live whatever the mount says.
    pub token_explicit_max_ttl: u64,
    /// Whether it lacks the policy `default`.
    pub token_no_default_policy: bool,
    /// How often it can be used; without limit if it is zero.
    pub token_num_uses: i64,
    /// How long each renewal makes it live, without end.
    pub token_period: u64,
    /// What kind of token it is.
    pub token_type: String,
    /// What the alias of whoever logs in gets as metadata. Vault Enterprise alone has it, and keeps what it is not sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias_metadata: Option<BTreeMap<String, String>>,
}

/// The servers answer null for some empty lists.
///
/// # Errors
/// If it is neither null nor of the type.
pub fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Seconds of a duration; zero for none.
pub fn seconds(duration: Option<&Duration>) -> u64 {
    duration.map_or(0, Duration::seconds)
}

/// The elements of a set, as they are sent.
pub fn elements<N: Normalization>(set: Option<&NormalizedSet<N>>) -> Vec<String> {
    set.map(|set| set.normalized().map(str::to_owned).collect()).unwrap_or_default()
}

/// A set as it was found; none if it is empty and was not declared so.
///
/// # Errors
/// If it has an element that it can't have.
pub fn set_found<N: Normalization>(
    found: &[String],
    declared: Option<&NormalizedSet<N>>,
) -> Result<Option<NormalizedSet<N>>, Diagnostic> {
    if found.is_empty() {
        return Ok(declared.filter(|declared| declared.normalized().len() == 0).cloned());
    }
    let set = NormalizedSet::new(found.iter().map(String::as_str)).map_err(|error| {
        Diagnostic::error("Reading a list of the server")
            .detail(format!("It has {}: {error}.", found.join(", ")))
            .remedy("See what the server says there.")
    })?;
    Ok(Some(set))
}

/// A number as it was found, where zero is none unless it was declared.
pub fn number_found(found: i64, declared: Option<i64>) -> Option<i64> {
    if found == 0 { declared.filter(|declared| *declared == 0) } else { Some(found) }
}

/// A map as it was found; none if it is empty and was not declared so.
pub fn map_found(
    found: BTreeMap<String, String>,
    declared: Option<&BTreeMap<String, String>>,
) -> Option<BTreeMap<String, String>> {
    if found.is_empty() { declared.filter(|declared| declared.is_empty()).cloned() } else { Some(found) }
}

/// The attributes of a resource, which has a field for each.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// See [`TokenFields::token_ttl`].
    pub ttl: Option<Duration>,
    /// See [`TokenFields::token_max_ttl`].
    pub max_ttl: Option<Duration>,
    /// See [`TokenFields::token_policies`].
    pub policies: Option<NormalizedSet<LowerCase>>,
    /// See [`TokenFields::token_bound_cidrs`].
    pub bound_cidrs: Option<NormalizedSet<Cidr>>,
    /// See [`TokenFields::token_explicit_max_ttl`].
    pub explicit_max_ttl: Option<Duration>,
    /// See [`TokenFields::token_no_default_policy`].
    pub no_default_policy: bool,
    /// See [`TokenFields::token_num_uses`].
    pub num_uses: Option<i64>,
    /// See [`TokenFields::token_period`].
    pub period: Option<Duration>,
    /// See [`TokenFields::token_type`].
    pub token_type: String,
    /// See [`TokenFields::alias_metadata`].
    pub alias_metadata: Option<BTreeMap<String, String>>,
}

impl Declared {
    /// What is sent in place of what was declared before, if anything was.
    pub fn to_send(&self, before: Option<&Self>) -> TokenFields {
        let had_metadata = before.is_some_and(|before| before.alias_metadata.is_some());
        TokenFields {
            token_ttl: seconds(self.ttl.as_ref()),
            token_max_ttl: seconds(self.max_ttl.as_ref()),
            token_policies: elements(self.policies.as_ref()),
            token_bound_cidrs: elements(self.bound_cidrs.as_ref()),
            token_explicit_max_ttl: seconds(self.explicit_max_ttl.as_ref()),
            token_no_default_policy: self.no_default_policy,
            token_num_uses: self.num_uses.unwrap_or_default(),
            token_period: seconds(self.period.as_ref()),
            token_type: self.token_type.clone(),
            alias_metadata: self.alias_metadata.clone().or_else(|| had_metadata.then(BTreeMap::new)),
        }
    }

    /// The same as they were found.
    ///
    /// # Errors
    /// If the server answers something that can't be.
    pub fn found(&self, found: TokenFields) -> Result<Self, Diagnostic> {
        Ok(Self {
            ttl: duration_found(found.token_ttl, self.ttl.as_ref())?,
            max_ttl: duration_found(found.token_max_ttl, self.max_ttl.as_ref())?,
            policies: set_found(&found.token_policies, self.policies.as_ref())?,
            bound_cidrs: set_found(&found.token_bound_cidrs, self.bound_cidrs.as_ref())?,
            explicit_max_ttl: duration_found(found.token_explicit_max_ttl, self.explicit_max_ttl.as_ref())?,
            no_default_policy: found.token_no_default_policy,
            num_uses: number_found(found.token_num_uses, self.num_uses),
            period: duration_found(found.token_period, self.period.as_ref())?,
            token_type: found.token_type,
            alias_metadata: map_found(found.alias_metadata.unwrap_or_default(), self.alias_metadata.as_ref()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_set_is_sent_as_nothing_and_found_as_null() {
        let sent = Declared { token_type: "default".to_owned(), ..Declared::default() }.to_send(None);
        assert_eq!(sent, TokenFields { token_type: "default".to_owned(), ..TokenFields::default() });
        let found: TokenFields = serde_json::from_str(
            r#"{"token_policies":null,"token_bound_cidrs":null,"alias_metadata":null,"token_ttl":0}"#,
        )
        .unwrap();
        let found = Declared::default().found(found).unwrap();
        assert!(found.policies.is_none() && found.bound_cidrs.is_none() && found.ttl.is_none());
        assert!(found.num_uses.is_none() && found.alias_metadata.is_none());
    }

    #[test]
    fn metadata_is_taken_back_and_else_not_sent() {
        let with = Declared { alias_metadata: Some([("a".to_owned(), "b".to_owned())].into()), ..Declared::default() };
        let none = Declared::default();
        assert_eq!(with.to_send(None).alias_metadata, with.alias_metadata);
        assert_eq!(none.to_send(Some(&with)).alias_metadata, Some(BTreeMap::new()));
        assert_eq!(none.to_send(Some(&none)).alias_metadata, None);
        assert!(!serde_json::to_string(&none.to_send(None)).unwrap().contains("alias_metadata"));
    }

    #[test]
    fn an_address_is_a_network_of_one() {
        let declared = NormalizedSet::<Cidr>::new(["10.0.0.1/32"]).unwrap();
        let found = set_found(&["10.0.0.1".to_owned()], Some(&declared)).unwrap();
        assert_eq!(found, Some(declared));
    }
}
