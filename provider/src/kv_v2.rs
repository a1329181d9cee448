//! The second version of the `kv` secrets engine: where its secrets are, and what it says of them.
//!
//! A mount that has just become one of the second version is being upgraded, and refuses every request with a text of its own
//! until that is done. Such a request was certainly not carried out, so it is sent again; no other refusal is.

mod writing;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use tf_framework::diagnostic::Diagnostic;
use tf_framework::value::Path;
use tf_framework::{Context, Outcome};
use vault_client::{ApiPath, Reply, Request};
use zeroize::Zeroize as _;

pub use self::writing::{Present, is_conflict};
use crate::SecretZero;
use crate::connection::Unsent;

/// How long an upgrade may take: it moves all that is in the mount.
const INTERVAL: Duration = Duration::from_millis(250);
const LOOKS: u32 = 1_200;

/// A part of what the servers say while they upgrade a mount, or wait for another cluster to do it.
const UPGRADING: &str = "non-versioned to versioned data";

/// Which secret it is.
#[derive(Clone, Copy, Debug)]
pub struct SecretPath<'a> {
    /// The namespace, within that of the provider block.
    pub namespace: Option<&'a str>,
    /// The mount.
    pub mount: &'a str,
    /// The name within the mount. It can have slashes.
    pub name: &'a str,
}

/// What is said of a secret without what is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Metadata {
    /// The number of the latest version; zero if there never was one.
    pub current_version: u64,
    /// How many versions are kept; as the mount says if it is zero.
    pub max_versions: u64,
    /// Whether each write must name the version that it replaces.
    pub cas_required: bool,
    /// How long a version lives; as the mount says if it is zero.
    pub delete_version_after: String,
    /// What users have noted down.
    pub custom_metadata: Option<BTreeMap<String, String>>,
    /// The versions that are kept, by number.
    pub versions: BTreeMap<String, Version>,
}

impl Metadata {
    /// Whether this is said of the same secret: two addresses can be those of one server, and a namespace can be written into
    /// the mount. Servers give each version a time of its own, down to the nanosecond.
    pub fn is_of_the_secret_of(&self, other: &Self) -> bool {
        self.versions.iter().any(|(number, version)| {
            let there = other.versions.get(number);
            !version.created_time.is_empty() && there.is_some_and(|there| there.created_time == version.created_time)
        })
    }
}

/// What is said of a version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Version {
    /// Its number. Missing where it is a key.
    pub version: u64,
    /// When it was written, in RFC 3339.
    pub created_time: String,
    /// When it was or will be deleted; empty if never.
    pub deletion_time: String,
    /// Whether it is gone for good.
    pub destroyed: bool,
    /// What users have noted down about the secret.
    pub custom_metadata: Option<BTreeMap<String, String>>,
}

/// What is in a secret. It is not printed, and wiped at its end.
///
/// Two are equal if the server gives the same for both: it reads every number into a float of 64 bits.
#[derive(Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct Contents(pub Map<String, Value>);

/// A version of a secret with what is in it.
#[derive(Clone, Debug, Deserialize)]
pub struct Secret {
    /// What is in it.
    #[serde(rename = "data")]
    pub contents: Contents,
    /// What is said of it.
    pub metadata: Version,
}

impl<'a> SecretPath<'a> {
    /// Where what is in it is read and written.
    pub fn data(&self) -> ApiPath {
        self.at("data")
    }

    /// Where what is said of it is read and written.
    pub fn metadata(&self) -> ApiPath {
        self.at("metadata")
    }

    /// By what it is imported, such as `kv/data/team/app`: the path that users copy.
    pub fn id(&self) -> String {
        self.data().to_string()
    }

    /// What it is, as in `secret "kv/team/app"`.
    pub fn what(&self) -> String {
        format!("secret {:?}", format!("{}/{}", self.mount, self.name))
    }

    /// What is being done, for a headline.
    pub fn doing(&self, doing_what: &str) -> String {
        format!("{doing_what} the {}", self.what())
    }

    /// Finds mount and name in a path of the API: what is before the first `/data/`, and what is after it.
    pub fn parse(path: &'a str) -> Option<Self> {
        let (mount, name) = path.split_once("/data/")?;
        let is_whole = segments(mount).is_ok() && segments(name).is_ok();
        is_whole.then_some(Self { namespace: None, mount, name })
    }

    /// What is said of it. `None` if there is nothing, for certain.
    ///
    /// # Errors
    /// See [`Unsent`].
    pub async fn read_metadata(&self, cx: &Context<SecretZero>) -> Result<Option<Metadata>, Unsent> {
        read(cx, &Request::read(self.metadata()).within(self.namespace)).await
    }

    /// The latest version, or the one of this number. `None` if there is none, or if it is deleted.
    ///
    /// # Errors
    /// See [`Unsent`].
    pub async fn read(&self, cx: &Context<SecretZero>, version: Option<u64>) -> Result<Option<Secret>, Unsent> {
        let mut request = Request::read(self.data()).within(self.namespace);
        if let Some(version) = version {
            request = request.query("version", version.to_string());
        }
        read(cx, &request).await
    }

    fn at(&self, what: &str) -> ApiPath {
        ApiPath::new(self.mount).segment(what).join(self.name)
    }
}

impl Metadata {
    /// The latest version, if there is one that is neither deleted nor destroyed.
    pub fn current(&self, now: Timestamp) -> Option<&Version> {
        let version = self.versions.get(&self.current_version.to_string())?;
        version.is_there(now).then_some(version)
    }
}

impl Version {
    /// Whether it is neither deleted nor destroyed. A version may have a time at which it will be deleted.
    pub fn is_there(&self, now: Timestamp) -> bool {
        let is_deleted = self.deletion_time.parse::<Timestamp>().is_ok_and(|deletion| deletion <= now);
        !self.destroyed && !is_deleted
    }
}

impl PartialEq for Contents {
    fn eq(&self, other: &Self) -> bool {
        members_are_same(&self.0, &other.0)
    }
}

impl Drop for Contents {
    fn drop(&mut self) {
        self.0.values_mut().for_each(wipe);
    }
}

/// Without what is in it.
impl fmt::Debug for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contents").finish_non_exhaustive()
    }
}

/// Sends a request to a mount, once it is no longer being upgraded.
///
/// # Errors
/// See [`Unsent`].
pub async fn send(cx: &Context<SecretZero>, request: &Request) -> Result<Reply, Unsent> {
    let looks = AtomicU32::new(LOOKS);
    let probe = || async {
        match cx.client().send(request).await {
            Err(error) if is_upgrading(&error) && looks.fetch_sub(1, Ordering::Relaxed) > 1 => Ok(None),
            sent => Ok(Some(sent)),
        }
    };
    let sent: Outcome<_> = cx.wait_for("the mount to be upgraded to version 2", INTERVAL, probe).await;
    sent.map_err(Unsent::from)?
}

/// What is at a path. `None` if there is nothing, for certain: with its mount, a secret is gone, too.
async fn read<T: serde::de::DeserializeOwned>(
    cx: &Context<SecretZero>,
    request: &Request,
) -> Result<Option<T>, Unsent> {
    match send(cx, request).await {
        Ok(reply) => Ok(Some(reply.data().map_err(|error| request.malformed(&error))?)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Why something can't be the path of a mount, or the name of a secret.
///
/// # Errors
/// If it has an empty segment, or one that a URL can't have.
pub fn segments(path: &str) -> Result<(), String> {
    let is_odd = |segment: &str| segment.is_empty() || matches!(segment, "." | "..");
    if path.split('/').any(is_odd) {
        return Err("must be names with a slash between them, without one at either end".to_owned());
    }
    Ok(())
}

/// Fails if something else than a KV engine of the second version is mounted there: the first one would take the path of the
/// API for the name of a secret, and write it. Where that can't be looked up, the request itself will tell.
///
/// # Errors
/// At the attribute `mount`.
pub async fn demand_version_2(cx: &Context<SecretZero>, path: SecretPath<'_>) -> Outcome<()> {
    let at = ApiPath::new("sys/internal/ui/mounts").join(path.mount);
    let Ok(Some(found)) = cx.client().read(path.namespace, &at).await else { return Ok(()) };
    let text = |pointer: &str| found.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (kind, version) = (text("/type"), text("/options/version"));
    if kind == "kv" && version == "2" {
        return Ok(());
    }
    let what = if kind == "kv" { "KV of version 1".to_owned() } else { format!("of the type {kind:?}") };
    Err(Diagnostic::error(path.doing("Writing"))
        .detail(format!("The mount {:?} is {what}. Nothing was written.", path.mount))
        .remedy("Name a mount of KV version 2, or make this one of that version: options = { version = \"2\" }.")
        .at(Path::root().attribute("mount"))
        .into())
}

/// Whether the server gives the same for two values.
pub fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => members_are_same(one, other),
        (one, other) => one == other,
    }
}

fn members_are_same(one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    let has_same = |(name, value): (&String, &Value)| other.get(name).is_some_and(|other| is_same(value, other));
    one.len() == other.len() && one.iter().all(has_same)
}

fn is_upgrading(error: &Unsent) -> bool {
    error.server().is_some_and(|error| error.said().iter().any(|text| text.contains(UPGRADING)))
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(values) => values.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_is_split_where_the_data_begins() {
        let found = |path| SecretPath::parse(path).map(|found| (found.mount, found.name));
        assert_eq!(found("kv/data/app"), Some(("kv", "app")));
        assert_eq!(found("team/kv/data/a/data/b"), Some(("team/kv", "a/data/b")));
        for path in ["kv/app", "/data/app", "kv/data/", "kv//data/app", "kv/data/a//b", "kv/data/../x", "data/x"] {
            assert_eq!(found(path), None, "{path}");
        }
        let path = SecretPath { namespace: None, mount: "team/kv", name: "a/b" };
        assert_eq!(
            (path.id().as_str(), path.metadata().to_string().as_str()),
            ("team/kv/data/a/b", "team/kv/metadata/a/b")
        );
    }

    #[test]
    fn two_secrets_are_one_if_a_version_has_the_same_time() {
        let of = |versions: Value| -> Metadata {
            serde_json::from_value(json!({ "current_version": 2, "versions": versions })).unwrap()
        };
        let (one, two) = ("2026-11-30T11:00:00.000000001Z", "2026-11-30T11:00:00.000000002Z");
        let here = of(json!({ "1": { "created_time": one }, "2": { "created_time": two } }));
        // Another reader may have come between two writes.
        let later = of(json!({ "2": { "created_time": two }, "3": { "created_time": "2026-11-30T12:00:00Z" } }));
        assert!(here.is_of_the_secret_of(&here) && here.is_of_the_secret_of(&later));
        let other = of(json!({ "1": { "created_time": two }, "2": { "created_time": one }, "3": {} }));
        assert!(!here.is_of_the_secret_of(&other) && !Metadata::default().is_of_the_secret_of(&Metadata::default()));
    }

    #[test]
    fn a_version_can_be_deleted_later() {
        let now: Timestamp = "2026-11-30T12:00:00Z".parse().unwrap();
        let metadata = |deletion: &str, destroyed: bool| -> Metadata {
            let version =
                json!({ "created_time": "2026-11-30T11:00:00Z", "deletion_time": deletion, "destroyed": destroyed });
            serde_json::from_value(json!({ "current_version": 2, "versions": { "2": version } })).unwrap()
        };
        for (deletion, destroyed, is_there) in [
            ("", false, true),
            ("2026-11-30T12:00:01Z", false, true),
            ("2026-11-30T11:59:59.5Z", false, false),
            ("", true, false),
        ] {
            assert_eq!(metadata(deletion, destroyed).current(now).is_some(), is_there, "{deletion} {destroyed}");
        }
        assert_eq!(Metadata::default().current(now), None);
    }

    #[test]
    fn numbers_are_what_the_server_makes_of_them() {
        let contents = |text: &str| -> Contents { serde_json::from_str(text).unwrap() };
        assert!(contents(r#"{"a": [1.0, {"b": 2}]}"#) == contents(r#"{"a": [1, {"b": 2e0}]}"#));
        for other in [r#"{"a": [1, {"b": 3}]}"#, r#"{"a": [1]}"#, r#"{"a": "1"}"#, "{}", r#"{"b": 1}"#] {
            assert!(contents(r#"{"a": [1, {"b": 2}]}"#) != contents(other), "{other}");
        }
    }

    #[test]
    fn contents_are_not_printed() {
        let secret: Secret =
            serde_json::from_value(json!({ "data": { "password": "canary" }, "metadata": { "version": 1 } })).unwrap();
        assert!(!format!("{secret:?}").contains("canary"));
    }
}
