//! From the provider that people have today.

use std::collections::BTreeMap;

use tf_framework::Outcome;
use tf_framework::model::{Model, WriteOnly};
use tf_framework::semantic::Duration;

use super::custom_metadata::CustomMetadata;
use super::{KvSecretV2, REMOVE};
use crate::kv_v2::SecretPath;

/// What is needed of the state of a `vault_kv_secret_v2`. Its `data_json`, which has the secret, is not.
#[derive(Model)]
#[tf(object)]
pub(super) struct OfPeer {
    /// The mount.
    #[tf(required)]
    mount: String,
    /// The name.
    #[tf(required)]
    name: String,
    /// The namespace.
    #[tf(optional)]
    namespace: Option<String>,
    /// The counter of what is write-only.
    #[tf(optional)]
    data_json_wo_version: Option<i64>,
    /// Whether it is not read.
    #[tf(optional)]
    disable_read: Option<bool>,
    /// Whether destroying it takes every version.
    #[tf(optional)]
    delete_all_versions: Option<bool>,
    /// What is said of the latest version, as texts.
    #[tf(optional)]
    metadata: Option<BTreeMap<String, String>>,
    /// What is said of it, in a list of one.
    #[tf(optional)]
    custom_metadata: Option<Vec<OfPeerMetadata>>,
}

/// What is said of a secret.
#[derive(Model)]
#[tf(object)]
struct OfPeerMetadata {
    /// How many versions are kept.
    #[tf(optional)]
    max_versions: Option<i64>,
    /// Whether each write must name the version that it replaces.
    #[tf(optional)]
    cas_required: Option<bool>,
    /// How many seconds a version lives.
    #[tf(optional)]
    delete_version_after: Option<i64>,
    /// Notes.
    #[tf(optional)]
    data: Option<BTreeMap<String, String>>,
}

pub(super) fn adopt(of_peer: OfPeer) -> Outcome<KvSecretV2> {
    let OfPeer { mount, name, namespace, .. } = of_peer;
    let path = SecretPath { namespace: None, mount: &mount, name: &name };
    let id = path.id();
    // The peer notes down what the server has, whether anybody asked for it or not.
    let noted = of_peer.custom_metadata.unwrap_or_default().into_iter().next().map(CustomMetadata::from);
    Ok(KvSecretV2 {
        path: id.clone(),
        id,
        mount,
        name,
        namespace,
        data_json: None,
        data_json_wo: WriteOnly::default(),
        data_json_wo_version: of_peer.data_json_wo_version,
        generate: None,
        undeclared_fields: REMOVE.to_owned(),
        cas: None,
        options: None,
        disable_read: of_peer.disable_read.unwrap_or_default(),
        delete_all_versions: of_peer.delete_all_versions.unwrap_or_default(),
        custom_metadata: noted.filter(|noted| *noted != CustomMetadata::default()),
        metadata: of_peer.metadata.unwrap_or_default(),
        changed_elsewhere: false,
    })
}

impl From<OfPeerMetadata> for CustomMetadata {
    fn from(of_peer: OfPeerMetadata) -> Self {
        let OfPeerMetadata { max_versions, cas_required, delete_version_after, data } = of_peer;
        let seconds =
            delete_version_after.and_then(|seconds| u64::try_from(seconds).ok()).filter(|seconds| *seconds > 0);
        Self {
            max_versions: max_versions.filter(|versions| *versions != 0),
            cas_required: cas_required.filter(|required| *required),
            delete_version_after: seconds.and_then(|seconds| Duration::from_seconds(seconds).ok()),
            data: data.filter(|data| !data.is_empty()),
        }
    }
}
