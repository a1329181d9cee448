//! What is said of a secret beside what is in it.

use std::collections::BTreeMap;

use serde::Serialize;
use tf_framework::model::Model;
use tf_framework::semantic::Duration;
use tf_framework::validate::range;

use crate::kv_v2::Metadata;

/// What is said of a secret. What is not set is as for a new secret, and stays so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Model)]
#[tf(object)]
pub struct CustomMetadata {
    /// How many versions are kept. As the mount says if it is not set or zero.
    #[tf(optional, validate(range(0..)))]
    pub max_versions: Option<i64>,
    /// Whether each write must name the version that it replaces. Those of this resource always do.
    #[tf(optional)]
    pub cas_required: Option<bool>,
    /// How long a version lives before it is deleted, such as `720h`. As the mount says if it is not set or zero.
    #[tf(optional)]
    pub delete_version_after: Option<Duration>,
    /// Notes of the users, which are no secrets.
    #[tf(optional)]
    pub data: Option<BTreeMap<String, String>>,
}

/// As it is sent: whole.
#[derive(Serialize)]
pub(super) struct Body<'a> {
    max_versions: i64,
    cas_required: bool,
    delete_version_after: String,
    custom_metadata: &'a BTreeMap<String, String>,
}

impl CustomMetadata {
    /// As a plan has it.
    pub(super) fn planned(plan: &CustomMetadataPlan) -> Self {
        let CustomMetadataPlan { max_versions, cas_required, delete_version_after, data } = plan;
        Self {
            max_versions: *max_versions,
            cas_required: *cas_required,
            delete_version_after: delete_version_after.clone(),
            data: data.clone(),
        }
    }

    /// What the server says, as `before` would have written it: what is as for a new secret need not be set.
    pub(super) fn found(metadata: &Metadata, before: &Self) -> Self {
        let delete_version_after = metadata.delete_version_after.parse::<Duration>().ok();
        Self {
            max_versions: noted(i64::try_from(metadata.max_versions).unwrap_or(i64::MAX), &before.max_versions),
            cas_required: noted(metadata.cas_required, &before.cas_required),
            delete_version_after: delete_version_after
                .filter(|found| found.seconds() > 0 || before.delete_version_after.is_some()),
            data: noted(metadata.custom_metadata.clone().unwrap_or_default(), &before.data),
        }
    }

    pub(super) fn body<'a>(&'a self, none: &'a BTreeMap<String, String>) -> Body<'a> {
        Body {
            max_versions: self.max_versions.unwrap_or_default(),
            cas_required: self.cas_required.unwrap_or_default(),
            delete_version_after: self
                .delete_version_after
                .as_ref()
                .map_or_else(|| "0s".to_owned(), ToString::to_string),
            custom_metadata: self.data.as_ref().unwrap_or(none),
        }
    }
}

/// `None` for a value that nobody set and that is as it is without.
fn noted<T: Default + PartialEq>(found: T, before: &Option<T>) -> Option<T> {
    (before.is_some() || found != T::default()).then_some(found)
}
