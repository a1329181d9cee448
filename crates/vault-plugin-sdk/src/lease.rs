//! Leases: what an engine lends, and takes back.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use plugin_proto::vault::pb;
use prost_types::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock;
use crate::error::Error;
use crate::mount::Mount;
use crate::request::Request;
use crate::storage::Storage;

/// One kind of thing that is lent. `T` is what the engine has to know to take it back; clients never see it.
///
/// A constant, named both where the engine says how it is revoked and where one is lent:
///
/// ```
/// use vault_plugin_sdk::LeaseType;
///
/// const TOKEN: LeaseType<String> = LeaseType::new("token");
/// ```
pub struct LeaseType<T> {
    pub(crate) name: &'static str,
    content: PhantomData<fn() -> T>,
}

/// Something that is about to be lent. See [`Response::lease`](crate::Response::lease).
pub struct Lease {
    kind: &'static str,
    content: Value,
    ttl: Option<Duration>,
    max_ttl: Option<Duration>,
    is_renewable: bool,
}

/// How long a renewed lease goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Renewal {
    ttl: Option<Duration>,
    max_ttl: Option<Duration>,
}

/// A lease at the handler that renews or revokes it.
pub struct LeaseCall<S = ()> {
    pub(crate) mount: Mount<S>,
    pub(crate) request: Arc<Request>,
    pub(crate) secret: pb::Secret,
}

/// What the host keeps for the engine. The first key is the one that Go's engines use, too.
#[derive(Serialize, Deserialize)]
pub(crate) struct Internal {
    #[serde(rename = "secret_type")]
    pub(crate) kind: String,
    pub(crate) content: Value,
}

impl<T> Clone for LeaseType<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for LeaseType<T> {}

impl<T: Serialize + DeserializeOwned> LeaseType<T> {
    /// A kind of lease. The name is kept with each lease, so it must not change.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, content: PhantomData }
    }

    /// Lends one thing, for as long as the mount lends by default.
    ///
    /// # Errors
    /// A bug of the engine: the content is no JSON.
    pub fn lend(self, content: &T) -> Result<Lease, Error> {
        let content = serde_json::to_value(content).map_err(|error| Error::internal("writing a lease", &error))?;
        Ok(Lease { kind: self.name, content, ttl: None, max_ttl: None, is_renewable: true })
    }
}

impl Lease {
    /// How long it is lent at first. The server cuts it to the mount's maximum.
    #[must_use]
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }

    /// How long it can be lent in all.
    #[must_use]
    pub fn max_ttl(mut self, ttl: Duration) -> Self {
        self.max_ttl = Some(ttl);
        self
    }

    /// It ends when it ends.
    #[must_use]
    pub fn not_renewable(mut self) -> Self {
        self.is_renewable = false;
        self
    }

    pub(crate) fn kind(&self) -> &'static str {
        self.kind
    }

    /// What the engine has to know to take it back.
    pub(crate) fn into_content(self) -> Value {
        self.content
    }

    /// The form on the wire. Hosts refuse a lease without the moment of its issue.
    pub(crate) fn to_wire(&self, can_be_renewed: bool) -> Result<pb::Secret, Error> {
        let internal = Internal { kind: self.kind.to_owned(), content: self.content.clone() };
        let internal_data =
            serde_json::to_string(&internal).map_err(|error| Error::internal("writing a lease", &error))?;
        let options = pb::LeaseOptions {
            ttl: nanoseconds(self.ttl),
            renewable: self.is_renewable && can_be_renewed,
            increment: 0,
            issue_time: Some(clock::now()),
            max_ttl: nanoseconds(self.max_ttl),
        };
        Ok(pb::Secret { lease_options: Some(options), internal_data, lease_id: String::new() })
    }
}

impl Renewal {
    /// As long as the client asks for, or else as it was lent or renewed last: an earlier wish of the client counts, too. For
    /// a length of its own each time, see [`Self::ttl`].
    #[must_use]
    pub fn as_asked() -> Self {
        Self::default()
    }

    /// As long as this, unless the client asks for something else.
    #[must_use]
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }

    /// No longer than this in all.
    #[must_use]
    pub fn max_ttl(mut self, ttl: Duration) -> Self {
        self.max_ttl = Some(ttl);
        self
    }

    /// The lease as the host gets it back.
    pub(crate) fn apply(self, mut secret: pb::Secret) -> pb::Secret {
        let options = secret.lease_options.get_or_insert_default();
        options.issue_time.get_or_insert_with(clock::now);
        if self.ttl.is_some() {
            options.ttl = nanoseconds(self.ttl);
        }
        if self.max_ttl.is_some() {
            options.max_ttl = nanoseconds(self.max_ttl);
        }
        if secret.internal_data.is_empty() {
            "{}".clone_into(&mut secret.internal_data);
        }
        secret
    }
}

impl<S> LeaseCall<S> {
    /// What the client asks for in a renewal, if it asks.
    #[must_use]
    pub fn increment(&self) -> Option<Duration> {
        let increment = self.secret.lease_options.as_ref()?.increment;
        u64::try_from(increment).ok().filter(|nanoseconds| *nanoseconds > 0).map(Duration::from_nanos)
    }

    /// When the thing was lent, in seconds since 1970.
    #[must_use]
    pub fn issued_at(&self) -> Option<i64> {
        self.secret.lease_options.as_ref()?.issue_time.as_ref().map(|Timestamp { seconds, .. }| *seconds)
    }

    /// Who asks. For a lease that runs out, that is the server itself.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// The mount's storage.
    #[must_use]
    pub fn storage(&self) -> &Storage {
        self.mount.storage()
    }

    /// The engine's own state of this mount.
    #[must_use]
    pub fn state(&self) -> &S {
        self.mount.state()
    }

    /// The mount.
    #[must_use]
    pub fn mount(&self) -> &Mount<S> {
        &self.mount
    }
}

/// Hosts count in nanoseconds of 64 bits; 0 is their default.
fn nanoseconds(duration: Option<Duration>) -> i64 {
    duration.map_or(0, |duration| i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: LeaseType<u8> = LeaseType::new("token");

    #[test]
    fn a_lease_has_all_that_hosts_insist_on() {
        let lease = TOKEN.lend(&7).unwrap().ttl(Duration::from_secs(60));
        let wire = lease.to_wire(true).unwrap();
        let options = wire.lease_options.unwrap();
        assert!(options.issue_time.is_some() && options.renewable);
        assert_eq!(options.ttl, 60_000_000_000);
        assert_eq!(wire.internal_data, r#"{"secret_type":"token","content":7}"#);
        assert!(!lease.to_wire(false).unwrap().lease_options.unwrap().renewable, "nobody renews it");
    }

    #[test]
    fn a_renewal_changes_what_it_says_and_nothing_else() {
        let lease = TOKEN.lend(&7).unwrap().ttl(Duration::from_secs(60)).to_wire(true).unwrap();
        assert_eq!(Renewal::as_asked().apply(lease.clone()), lease);
        let renewed = Renewal::as_asked().ttl(Duration::from_secs(5)).apply(lease.clone());
        assert_eq!(renewed.lease_options.unwrap().ttl, 5_000_000_000);
        let bare = Renewal::as_asked().apply(pb::Secret::default());
        assert!(bare.lease_options.unwrap().issue_time.is_some());
        assert_eq!(bare.internal_data, "{}");
    }
}
