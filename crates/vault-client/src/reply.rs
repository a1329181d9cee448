//! Replies of the server.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::token::Token;

/// What the server answered. What is in it is not printed: it may be secret.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Reply {
    data: Option<Value>,
    auth: Option<RawAuth>,
    wrap_info: Option<RawWrapping>,
    warnings: Option<Vec<String>>,
    lease_id: Option<String>,
    lease_duration: Option<u64>,
    renewable: Option<bool>,
    /// Paths below `sys` answer without an envelope, too.
    #[serde(flatten)]
    bare: serde_json::Map<String, Value>,
}

#[derive(Deserialize)]
struct RawAuth {
    /// Missing where a token was renewed by its accessor.
    #[serde(default)]
    client_token: String,
    #[serde(default)]
    accessor: String,
    #[serde(default)]
    lease_duration: u64,
    #[serde(default)]
    renewable: bool,
    #[serde(default)]
    policies: Option<Vec<String>>,
    #[serde(default)]
    token_policies: Option<Vec<String>>,
    #[serde(default)]
    entity_id: String,
    #[serde(default)]
    orphan: bool,
}

#[derive(Deserialize)]
struct RawWrapping {
    token: String,
    #[serde(default)]
    accessor: String,
    #[serde(default)]
    wrapped_accessor: String,
    #[serde(default)]
    ttl: u64,
}

/// A token that the server gave out, and how long it lives.
#[derive(Clone, Debug)]
pub struct Auth {
    /// The token.
    pub token: Token,
    /// What it can be revoked and looked up by without being known.
    pub accessor: String,
    /// How long it lives; without end if it is zero.
    pub ttl: Duration,
    /// Whether it can be renewed.
    pub is_renewable: bool,
    /// The policies that it has, by itself and by its entity.
    pub policies: Vec<String>,
    /// The policies that it has by itself.
    pub token_policies: Vec<String>,
    /// The entity that it belongs to; empty if it belongs to none.
    pub entity_id: String,
    /// Whether it outlives the token that asked for it.
    pub is_orphan: bool,
}

/// The token for an answer that is kept by the server until it is asked for, once.
#[derive(Clone, Debug)]
pub struct Wrapping {
    /// The token.
    pub token: Token,
    /// What it can be looked up by without being known.
    pub accessor: String,
    /// If the answer is a token: what that can be revoked by without being known.
    pub wrapped_accessor: Option<String>,
    /// How long the answer is kept.
    pub ttl: Duration,
}

/// A lease of what the server made for the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What it is renewed and revoked by.
    pub id: String,
    /// How long it lasts.
    pub duration: Duration,
    /// Whether it can be renewed.
    pub is_renewable: bool,
}

/// A reply is not what the path answers with.
#[derive(Debug, thiserror::Error)]
#[error("the reply is not of the form that this path has")]
pub struct Malformed(#[source] Option<serde_json::Error>);

impl Reply {
    /// Reads the body of an answer; an empty one is a reply without anything in it.
    ///
    /// # Errors
    /// If it is no JSON object, or nested too deeply.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_slice(body).map_err(|error| Malformed(Some(error.without_text())))
    }

    /// What the server warns of.
    pub fn warnings(&self) -> &[String] {
        self.warnings.as_deref().unwrap_or_default()
    }

    /// What the path answers with: the member `data`, or everything where the path has no envelope.
    ///
    /// # Errors
    /// If it has another form.
    pub fn data<T: DeserializeOwned>(self) -> Result<T, Malformed> {
        let value = self.data.unwrap_or(Value::Object(self.bare));
        serde_json::from_value(value).map_err(|error| Malformed(Some(error.without_text())))
    }

    /// The names that a list answered with.
    ///
    /// # Errors
    /// If it is no list.
    pub fn keys(self) -> Result<Vec<String>, Malformed> {
        #[derive(Deserialize)]
        struct Keys {
            keys: Vec<String>,
        }
        self.data::<Keys>().map(|Keys { keys }| keys)
    }

    /// The token that was given out.
    ///
    /// # Errors
    /// If there is none.
    pub fn auth(self) -> Result<Auth, Malformed> {
        let RawAuth { client_token, accessor, lease_duration, renewable, policies, token_policies, entity_id, orphan } =
            self.auth.ok_or(Malformed(None))?;
        Ok(Auth {
            token: Token::new(&client_token).map_err(|_| Malformed(None))?,
            accessor,
            ttl: seconds(lease_duration),
            is_renewable: renewable,
            policies: policies.unwrap_or_default(),
            token_policies: token_policies.unwrap_or_default(),
            entity_id,
            is_orphan: orphan,
        })
    }

    /// How long a token lives from now on that was renewed by its accessor: that answer does not have the token.
    ///
    /// # Errors
    /// If the answer does not say it.
    pub fn renewed(self) -> Result<Duration, Malformed> {
        Ok(seconds(self.auth.ok_or(Malformed(None))?.lease_duration))
    }

    /// The token for the wrapped answer.
    ///
    /// # Errors
    /// If the answer is not wrapped.
    pub fn wrapping(self) -> Result<Wrapping, Malformed> {
        let RawWrapping { token, accessor, wrapped_accessor, ttl } = self.wrap_info.ok_or(Malformed(None))?;
        let wrapped_accessor = Some(wrapped_accessor).filter(|accessor| !accessor.is_empty());
        let token = Token::new(&token).map_err(|_| Malformed(None))?;
        Ok(Wrapping { token, accessor, wrapped_accessor, ttl: seconds(ttl) })
    }

    /// The lease of what was made, if it has one.
    pub fn lease(&self) -> Option<Lease> {
        let id = self.lease_id.clone().filter(|id| !id.is_empty())?;
        let duration = seconds(self.lease_duration.unwrap_or_default());
        Some(Lease { id, duration, is_renewable: self.renewable.unwrap_or_default() })
    }
}

/// What a server says of a time. Sums with it must not overflow, whatever that is, and nothing lives longer than a century.
fn seconds(seconds: u64) -> Duration {
    const CENTURY: u64 = 100 * 366 * 24 * 60 * 60;
    Duration::from_secs(seconds.min(CENTURY))
}

/// Without what is in it.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("warnings", &self.warnings).finish_non_exhaustive()
    }
}

/// Errors of the parser can repeat a value; what went wrong and where is enough.
trait WithoutText {
    fn without_text(self) -> Self;
}

impl WithoutText for serde_json::Error {
    fn without_text(self) -> Self {
        use serde::de::Error as _;
        let what = match self.classify() {
            serde_json::error::Category::Io => "it could not be read",
            serde_json::error::Category::Syntax => "it is no JSON",
            serde_json::error::Category::Data => "a member has another type",
            serde_json::error::Category::Eof => "it ends too early",
        };
        Self::custom(format!("{what} (line {}, column {})", self.line(), self.column()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn data_is_in_an_envelope_or_bare() {
        #[derive(Debug, Deserialize, PartialEq)]
        struct Status {
            sealed: bool,
        }
        for body in [r#"{"sealed":true}"#, r#"{"data":{"sealed":true},"warnings":null,"lease_id":""}"#] {
            assert_eq!(Reply::parse(body.as_bytes()).unwrap().data::<Status>().unwrap(), Status { sealed: true });
        }
        let list = Reply::parse(br#"{"data":{"keys":["a","b/"]}}"#).unwrap();
        assert_eq!((list.lease(), list.keys().unwrap()), (None, vec!["a".to_owned(), "b/".to_owned()]));
    }

    #[test]
    fn secrets_are_not_printed_by_replies_and_their_errors() {
        let reply = Reply::parse(br#"{"data":{"password":"canary"},"auth":{"client_token":"canary"}}"#).unwrap();
        assert!(!format!("{reply:?}").contains("canary"));
        let error = Reply::parse(br#"{"data":"canary"}"#).unwrap().data::<u8>().unwrap_err();
        assert!(
            !format!("{error:?} {error} {:?}", std::error::Error::source(&error).unwrap().to_string())
                .contains("canary")
        );
        assert_eq!(reply.auth().unwrap().token.expose(), "canary");
    }

    /// Vault and OpenBao leave the token out if it was renewed by its accessor.
    #[test]
    fn a_renewal_by_accessor_has_no_token() {
        for auth in [r#"{"client_token":"","lease_duration":1800}"#, r#"{"lease_duration":1800}"#] {
            let reply = || Reply::parse(format!("{{\"auth\":{auth}}}").as_bytes()).unwrap();
            assert_eq!(reply().renewed().unwrap(), Duration::from_secs(1800));
            reply().auth().unwrap_err();
        }
        Reply::parse(b"{\"auth\":null}").unwrap().renewed().unwrap_err();
    }

    #[test]
    fn no_time_is_too_long_to_be_added() {
        let text = format!("{{\"auth\":{{\"client_token\":\"s.a\",\"lease_duration\":{}}}}}", u64::MAX);
        let ttl = Reply::parse(text.as_bytes()).unwrap().auth().unwrap().ttl;
        assert!(std::time::Instant::now().checked_add(ttl * 2).is_some());
    }

    #[test]
    fn what_is_nested_too_deeply_is_refused() {
        let deep = format!("{{\"data\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        Reply::parse(deep.as_bytes()).unwrap_err();
        Reply::parse(b"[]").unwrap_err();
        Reply::parse(b"").unwrap();
    }

    proptest! {
        #[test]
        fn foreign_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Reply::parse(&bytes).map(|reply| (reply.lease(), reply.auth().is_ok()));
        }
    }
}
