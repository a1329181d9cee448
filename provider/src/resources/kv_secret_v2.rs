//! `secretzero_kv_secret_v2`: a secret in a KV engine of version 2, of which nothing is in plan and state.

mod contents;
mod custom_metadata;
mod generated_field;
mod moved;
mod writing;

use std::collections::BTreeMap;

use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::{Field, Model, Plan, Secret, Setting, WriteOnly};
use tf_framework::validate::{one_of, range};
use tf_framework::{Config, Context, Move, Outcome, Resource};
use vault_client::Request;

pub use self::custom_metadata::{CustomMetadata, CustomMetadataPlan};
pub use self::generated_field::{GeneratedField, GeneratedFieldPlan};
use crate::SecretZero;
use crate::clock;
use crate::kv_v2::{self, Metadata, SecretPath, Version, segments};

/// What can become of fields that nobody declared.
const REMOVE: &str = "remove";
const KEEP: &str = "keep";

/// A secret in a KV engine of version 2. Nothing of what is in it is in the plan or the state.
///
/// Values come in through `data_json_wo`, or are made up here (`generate`) and are known to the server alone. What is
/// generated once stays: another length, or another field beside it, changes nothing of it. `rotate` makes it anew.
///
/// Each write names the version that it replaces. If somebody else has written in between, the server refuses it, and nothing
/// is lost. A refresh compares the number of the version: if it is not the one that was written here, the next plan writes the
/// secret again, unless it is as it should be. What is in it is not read for that.
///
/// If neither `data_json_wo` nor `generate` is set, the contents are left alone. A secret that is there already is taken over
/// if it is as declared, and else refused with the command that imports it.
///
/// Destroying it deletes the latest version, which can be undone with the tools of the server, as long as the version is kept.
/// `delete_all_versions` removes all of it for good.
///
/// The token needs `create`, `read`, `update` and `delete` on `MOUNT/data/NAME` and on `MOUNT/metadata/NAME`; `create` and
/// `update` on the second only for `custom_metadata`, `delete` on it only for `delete_all_versions`.
///
/// Drift is seen in everything.
///
/// ## From the vault provider
///
/// ```terraform
/// moved {
///   from = vault_kv_secret_v2.app
///   to   = secretzero_kv_secret_v2.app
/// }
/// ```
///
/// `data_json` becomes `data_json_wo`, with a `data_json_wo_version`. `options = { cas = 1 }` becomes `cas = 1`.
#[derive(Model)]
#[tf(resource = "kv_secret_v2", import = "{mount}/data/{name}")]
pub struct KvSecretV2 {
    /// The path of its contents, such as `kv/data/team/app`.
    #[tf(computed, keep_state)]
    pub id: String,
    /// The mount.
    #[tf(required, replace, identity, validate(segments))]
    pub mount: String,
    /// The name within the mount. It can have slashes.
    #[tf(required, replace, identity, validate(segments))]
    pub name: String,
    /// The namespace, within that of the provider block.
    #[tf(optional, replace, identity)]
    pub namespace: Option<String>,
    /// The path of its contents, such as `kv/data/team/app`.
    #[tf(computed, keep_state)]
    pub path: String,
    /// Refused, because it would be in the state. Use `data_json_wo`.
    #[tf(optional, sensitive)]
    pub data_json: Option<String>,
    /// The fields and their values, as a JSON object. They are written when `data_json_wo_version` changes, and when
    /// something else has the secret written.
    #[tf(optional, write_only(version = data_json_wo_version), validate(declared))]
    pub data_json_wo: WriteOnly<Option<Secret>>,
    /// Any number. Another one has `data_json_wo` written.
    #[tf(optional)]
    pub data_json_wo_version: Option<i64>,
    /// Fields whose values are made up, by name. A field that has a value keeps it.
    #[tf(optional)]
    pub generate: Option<BTreeMap<String, GeneratedField>>,
    /// What becomes of fields that are neither in `data_json_wo` nor in `generate`: `remove` or `keep`.
    #[tf(optional, default = "remove", validate(one_of(&[REMOVE, KEEP])))]
    pub undeclared_fields: String,
    /// The version that is replaced by the next write; zero if there must not be one. The one that was found if it is not
    /// set.
    #[tf(optional, validate(range(0..)))]
    pub cas: Option<i64>,
    /// Refused, because there is `cas`.
    #[tf(optional)]
    pub options: Option<BTreeMap<String, String>>,
    /// Whether the secret is written without being read, for a token that must not read. Then drift is not seen, and the last
    /// version that was written here is the one that is replaced.
    #[tf(optional, default = false)]
    pub disable_read: bool,
    /// Whether destroying it removes every version and what is said of them, for good.
    #[tf(optional, default = false)]
    pub delete_all_versions: bool,
    /// What is said of it. Left alone if there is no such block.
    #[tf(block)]
    pub custom_metadata: Option<CustomMetadata>,
    /// What is said of the latest version: `version`, `created_time`, `deletion_time`, `destroyed` and `custom_metadata`, the
    /// last as JSON.
    #[tf(computed)]
    pub metadata: BTreeMap<String, String>,
    /// Whether somebody else has written it since. The next apply then sees to it.
    #[tf(computed, renewal_flag)]
    pub changed_elsewhere: bool,
}

impl Resource for KvSecretV2 {
    type Provider = SecretZero;

    async fn create(cx: &Context<SecretZero>, plan: Plan<Self>) -> Outcome<Self> {
        writing::create(cx, plan).await
    }

    async fn read(cx: &Context<SecretZero>, state: Self) -> Outcome<Option<Self>> {
        if state.disable_read {
            return Ok(Some(state));
        }
        let path = path(&state);
        let found = path.read_metadata(cx).await.map_err(|error| error.reading(path.doing("Reading")))?;
        let Some(found) = found else { return Ok(None) };
        Ok(refreshed(state, &found))
    }

    async fn update(cx: &Context<SecretZero>, prior: Self, plan: Plan<Self>) -> Outcome<Self> {
        writing::update(cx, prior, plan).await
    }

    async fn delete(cx: &Context<SecretZero>, state: Self) -> Outcome<()> {
        let path = path(&state);
        let at = if state.delete_all_versions { path.metadata() } else { path.data() };
        let sent = kv_v2::send(cx, &Request::delete(at).within(path.namespace)).await;
        cx.client().removed(cx, sent, &path.doing("Destroying"))
    }

    fn validate(config: &Config<'_, Self>) -> Diagnostics {
        let mut told = Diagnostics::new();
        let refused = |field: &str, why: &str, remedy: &str| {
            let at = tf_framework::value::Path::root().attribute(field);
            Diagnostic::error(format!("{field} Is Not Taken")).detail(why).remedy(remedy).at(at)
        };
        if !matches!(config.get(Self::DATA_JSON), Setting::Unset) {
            told.push(refused(
                "data_json",
                "What is in it would be in the state and in every saved plan, in clear.",
                "Use data_json_wo with a data_json_wo_version, which is in neither.",
            ));
        }
        if !matches!(config.get(Self::OPTIONS), Setting::Unset) {
            told.push(refused(
                "options",
                "The only option that a secret has is the version that it replaces.",
                "Use cas.",
            ));
        }
        if let Setting::Known(fields) = config.get(Self::GENERATE) {
            told.extend(check(&fields));
        }
        if matches!(config.get(Self::DISABLE_READ), Setting::Known(true)) {
            let keeps = matches!(config.get(Self::UNDECLARED_FIELDS), Setting::Known(choice) if choice == KEEP);
            let generates = !matches!(config.get(Self::GENERATE), Setting::Unset);
            for (field, _) in
                [("undeclared_fields", keeps), ("generate", generates)].iter().filter(|(_, is_set)| *is_set)
            {
                told.push(refused(
                    field,
                    "What is there can't be kept without being read, and disable_read forbids that.",
                    "Leave out one of them.",
                ));
            }
        }
        told
    }

    /// The path of its contents, as the peer has it and users copy it.
    fn parse_import_id(id: &str) -> Outcome<KvSecretV2Identity> {
        let path = SecretPath::parse(id).ok_or_else(|| {
            Diagnostic::error("Malformed Import Id")
                .detail("The id must be the mount, /data/ and the name within the mount, such as kv/data/team/app.")
                .remedy("A mount with /data/ in its own path can be imported by identity.")
        })?;
        Ok(KvSecretV2Identity { mount: path.mount.to_owned(), name: path.name.to_owned(), namespace: None })
    }

    async fn import(cx: &Context<SecretZero>, identity: KvSecretV2Identity) -> Outcome<Option<Self>> {
        let KvSecretV2Identity { mount, name, namespace } = identity;
        let path = SecretPath { namespace: namespace.as_deref(), mount: &mount, name: &name };
        kv_v2::demand_version_2(cx, path).await?;
        let found = path.read_metadata(cx).await.map_err(|error| error.reading(path.doing("Importing")))?;
        let Some(found) = found else { return Ok(None) };
        let noted = CustomMetadata::found(&found, &CustomMetadata::default());
        let state = Self {
            id: path.id(),
            path: path.id(),
            metadata: BTreeMap::new(),
            mount,
            name,
            namespace,
            data_json: None,
            data_json_wo: WriteOnly::default(),
            data_json_wo_version: None,
            generate: None,
            undeclared_fields: REMOVE.to_owned(),
            cas: None,
            options: None,
            disable_read: false,
            delete_all_versions: false,
            custom_metadata: (noted != CustomMetadata::default()).then_some(noted),
            changed_elsewhere: false,
        };
        Ok(refreshed(state, &found))
    }

    fn moves() -> Vec<Move<Self>> {
        vec![Move::from("vault_kv_secret_v2", 0..=1, moved::adopt)]
    }
}

/// The state with what the server says now; `None` if the latest version is deleted.
fn refreshed(state: KvSecretV2, found: &Metadata) -> Option<KvSecretV2> {
    let metadata = match found.current(clock::now()) {
        Some(version) => described(version, found.current_version, found.custom_metadata.as_ref()),
        // What is said of it can be there without any contents.
        None if found.current_version == 0 => BTreeMap::new(),
        None => return None,
    };
    let has_contents = state.data_json_wo_version.is_some() || state.generate.is_some();
    let is_other = |name: &str| state.metadata.get(name) != metadata.get(name);
    let is_new = is_other("version") || is_other("created_time");
    Some(KvSecretV2 {
        changed_elsewhere: has_contents && (state.changed_elsewhere || is_new),
        custom_metadata: state.custom_metadata.map(|before| CustomMetadata::found(found, &before)),
        metadata,
        ..state
    })
}

/// What is said of a version, as texts.
fn described(
    version: &Version,
    number: u64,
    custom_metadata: Option<&BTreeMap<String, String>>,
) -> BTreeMap<String, String> {
    let custom_metadata = custom_metadata.filter(|data| !data.is_empty());
    let custom_metadata = custom_metadata.and_then(|data| serde_json::to_string(data).ok());
    [
        ("version", number.to_string()),
        ("created_time", version.created_time.clone()),
        ("deletion_time", version.deletion_time.clone()),
        ("destroyed", version.destroyed.to_string()),
        ("custom_metadata", custom_metadata.unwrap_or_else(|| "null".to_owned())),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn path(state: &KvSecretV2) -> SecretPath<'_> {
    SecretPath { namespace: state.namespace.as_deref(), mount: &state.mount, name: &state.name }
}

fn declared(text: &Secret) -> Result<(), String> {
    contents::declared(text).map(drop)
}

/// What is wrong with fields that are to be made up.
fn check(fields: &BTreeMap<String, GeneratedField>) -> Diagnostics {
    let field: Field<KvSecretV2, _> = KvSecretV2::GENERATE;
    let at = |name: &str| field.path().key(name);
    let faults = fields.iter().filter_map(|(name, field)| {
        let reason = if name.is_empty() { "must have a name".to_owned() } else { field.check().err()? };
        Some(Diagnostic::error("No Value Can Be Made Up").detail(format!("The field {name:?} {reason}.")).at(at(name)))
    });
    faults.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn import_ids_are_paths_of_the_api() {
        let identity = KvSecretV2::parse_import_id("team/kv/data/app/db").unwrap();
        let expected = KvSecretV2Identity { mount: "team/kv".to_owned(), name: "app/db".to_owned(), namespace: None };
        assert_eq!(identity, expected);
        for id in ["kv/app", "kv/metadata/app", "kv/data/", ""] {
            KvSecretV2::parse_import_id(id).unwrap_err();
        }
    }
}
