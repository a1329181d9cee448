//! Writing a secret over one version of it, and over no other.

use serde::Serialize;
use serde_json::{Map, Value};
use tf_framework::Context;
use vault_client::Request;

use super::{Contents, Secret, SecretPath, Version};
use crate::SecretZero;
use crate::connection::Unsent;

/// What the servers say of a write over another version.
const CONFLICT: &str = "check-and-set parameter did not match";

/// A secret as it is when it is about to be written.
#[derive(Debug, Default)]
pub struct Present {
    /// What is in it; nothing if the latest version is deleted, and if there never was one.
    pub contents: Option<Contents>,
    /// What is said of the latest version.
    pub described: Version,
    /// The number of the latest version, which may be deleted.
    pub version: u64,
}

#[derive(Serialize)]
struct Options {
    cas: u64,
}

#[derive(Serialize)]
struct Body<'a> {
    options: Options,
    data: &'a Map<String, Value>,
}

#[derive(Serialize)]
struct Versions<'a> {
    versions: &'a [u64],
}

impl SecretPath<'_> {
    /// The secret as it is now.
    ///
    /// # Errors
    /// See [`Unsent`].
    pub async fn look(&self, cx: &Context<SecretZero>) -> Result<Present, Unsent> {
        if let Some(found) = self.read(cx, None).await? {
            return Ok(found.into());
        }
        let version = self.read_metadata(cx).await?.unwrap_or_default().current_version;
        if version == 0 {
            return Ok(Present::default());
        }
        // It is deleted, or somebody has written it since: what is in it must not be taken for nothing.
        let found = self.read(cx, Some(version)).await?;
        Ok(found.map_or(Present { version, ..Present::default() }, Present::from))
    }

    /// Writes a version over the one of this number, which is zero if there never was one. The server does it once only.
    pub fn write_over(&self, version: u64, contents: &Contents) -> Request {
        let body = Body { options: Options { cas: version }, data: &contents.0 };
        Request::write(self.data(), &body).within(self.namespace).secret()
    }

    /// Destroys these versions. What is said of them stays.
    pub fn destroy(&self, versions: &[u64]) -> Request {
        Request::write(self.at("destroy"), &Versions { versions }).within(self.namespace).repeatable()
    }
}

impl From<Secret> for Present {
    fn from(Secret { contents, metadata }: Secret) -> Self {
        Self { version: metadata.version, contents: Some(contents), described: metadata }
    }
}

/// Whether another version is there than the one that was to be written over.
pub fn is_conflict(error: &Unsent) -> bool {
    error.server().is_some_and(|error| error.said().iter().any(|text| text.contains(CONFLICT)))
}
