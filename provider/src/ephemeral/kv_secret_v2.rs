//! Ephemeral resource `secretzero_kv_secret_v2`: what is in a secret, for as long as a command runs.
//!
//! Reading makes nothing, so there is nothing to renew and nothing to close.

use std::collections::BTreeMap;

use serde_json::Value;
use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::{After, Model, Query, Secret};
use tf_framework::validate::range;
use tf_framework::{Context, Ephemeral, Opened, Outcome};

use crate::SecretZero;
use crate::kv_v2::{SecretPath, demand_version_2, segments};

/// What is in a secret of a KV engine of version 2. It is read while a command runs, and is neither in plan nor in state: hand
/// it to write-only arguments and to provider blocks.
///
/// Both CLIs open it while they plan, whatever `depends_on` says, unless an argument is not known yet. If the secret, its mount
/// or the server itself are made by the same apply, set `after` to something that is known only then, such as the `id` of the
/// secret.
///
/// The token needs `read` on `MOUNT/data/NAME`.
#[derive(Model)]
#[tf(ephemeral = "kv_secret_v2")]
pub struct KvSecretV2 {
    /// The mount.
    #[tf(required, validate(segments))]
    pub mount: String,
    /// The name within the mount. It can have slashes.
    #[tf(required, validate(segments))]
    pub name: String,
    /// The namespace, within that of the provider block.
    #[tf(optional)]
    pub namespace: Option<String>,
    /// The version. The latest if it is not set.
    #[tf(optional, validate(range(1..)))]
    pub version: Option<i64>,
    /// Anything that must be known before the secret is read.
    #[tf(optional)]
    pub after: Option<After>,
    /// The fields and their values. A value that is no text is written as JSON.
    #[tf(computed)]
    pub data: BTreeMap<String, Secret>,
    /// The same as a JSON object, with every value of its own type.
    #[tf(computed)]
    pub data_json: Secret,
    /// The version that was read.
    #[tf(computed)]
    pub read_version: i64,
    /// When that was written, in RFC 3339.
    #[tf(computed)]
    pub created_time: String,
    /// When it will be deleted; empty if never.
    #[tf(computed)]
    pub deletion_time: String,
    /// Whether it is gone for good. It is false here, since there would be nothing to read.
    #[tf(computed)]
    pub destroyed: bool,
    /// What users have noted down about the secret.
    #[tf(computed)]
    pub custom_metadata: BTreeMap<String, String>,
}

impl Ephemeral for KvSecretV2 {
    type Provider = SecretZero;
    type Lease = ();

    async fn open(cx: &Context<SecretZero>, query: Query<Self>) -> Outcome<Opened<Self>> {
        let KvSecretV2Plan { mount, name, namespace, version, after, .. } = query;
        let path = SecretPath { namespace: namespace.as_deref(), mount: &mount, name: &name };
        let summary = path.doing("Reading");
        let number = version.and_then(|version| u64::try_from(version).ok());
        let Some(found) = path.read(cx, number).await.map_err(|error| error.doing(summary.as_str()))? else {
            demand_version_2(cx, path).await?;
            let what =
                number.map_or_else(|| "is no such secret".to_owned(), |version| format!("is no version {version}"));
            return Err(Diagnostic::error(summary)
                .detail(format!("There {what}, or it is deleted."))
                .remedy(
                    "If it is made in the same run, set `after` to something that is known only then, such as its id.",
                )
                .into());
        };
        let data = found.contents.0.iter().map(|(name, value)| (name.clone(), text(value))).collect();
        let data_json = Secret::from(Value::Object(found.contents.0.clone()).to_string());
        let metadata = found.metadata;
        let result = Self {
            mount,
            name,
            namespace,
            version,
            after,
            data,
            data_json,
            read_version: i64::try_from(metadata.version).unwrap_or(i64::MAX),
            created_time: metadata.created_time,
            deletion_time: metadata.deletion_time,
            destroyed: metadata.destroyed,
            custom_metadata: metadata.custom_metadata.unwrap_or_default(),
        };
        Ok(Opened { result, lease: (), renew_at: None })
    }

    async fn close(_: &Context<SecretZero>, (): ()) -> Outcome<()> {
        Ok(())
    }
}

fn text(value: &Value) -> Secret {
    match value {
        Value::String(text) => Secret::from(text.as_str()),
        other => Secret::from(other.to_string()),
    }
}
