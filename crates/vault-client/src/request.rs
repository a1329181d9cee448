//! Requests, as values: what is asked, not how it is sent.

use std::error::Error as _;
use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use zeroize::{Zeroize as _, Zeroizing};

use crate::api_path::ApiPath;
use crate::error::{Error, Kind};
use crate::namespace::Namespace;
use crate::reply::Malformed;

/// What is done to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Reads what is there.
    Read,
    /// Lists what is below.
    List,
    /// Writes, with POST.
    Write,
    /// Merges into what is there (RFC 7396).
    Patch,
    /// Removes what is there.
    Delete,
}

/// One request to the server.
pub struct Request {
    operation: Operation,
    path: ApiPath,
    query: Vec<(&'static str, String)>,
    body: Option<Zeroizing<Vec<u8>>>,
    namespace: Option<Namespace>,
    wrap_ttl: Option<Duration>,
    is_repeatable: bool,
    is_secret: bool,
    patience: Option<Duration>,
}

impl Operation {
    /// The method of HTTP, as errors name it.
    pub fn method(self) -> &'static str {
        match self {
            Self::Read => "GET",
            Self::List => "LIST",
            Self::Write => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// What a policy must grant for it.
    pub fn capability(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::List => "list",
            Self::Write => "create\" and \"update",
            Self::Patch => "patch",
            Self::Delete => "delete",
        }
    }

    fn changes(self) -> bool {
        !matches!(self, Self::Read | Self::List)
    }
}

impl Request {
    fn new(operation: Operation, path: impl Into<ApiPath>) -> Self {
        Self {
            operation,
            path: path.into(),
            query: Vec::new(),
            body: None,
            namespace: None,
            wrap_ttl: None,
            is_repeatable: !operation.changes(),
            is_secret: false,
            patience: None,
        }
    }

    /// Reads what is at a path.
    pub fn read(path: impl Into<ApiPath>) -> Self {
        Self::new(Operation::Read, path)
    }

    /// Lists what is below a path.
    pub fn list(path: impl Into<ApiPath>) -> Self {
        Self::new(Operation::List, path)
    }

    /// Writes to a path. The body is what `body` serialises to.
    pub fn write(path: impl Into<ApiPath>, body: &impl Serialize) -> Self {
        Self::new(Operation::Write, path).with_body(body)
    }

    /// Merges into what is at a path: null removes, what is absent stays.
    pub fn patch(path: impl Into<ApiPath>, body: &impl Serialize) -> Self {
        Self::new(Operation::Patch, path).with_body(body)
    }

    /// Removes what is at a path. Removing it twice is no error to the server, so it may be repeated.
    pub fn delete(path: impl Into<ApiPath>) -> Self {
        Self::new(Operation::Delete, path).repeatable()
    }

    fn with_body(mut self, body: &impl Serialize) -> Self {
        // What is serialised here are maps with text keys, which JSON always has a form for.
        self.body = Some(Zeroizing::new(serde_json::to_vec(body).unwrap_or_default()));
        self
    }

    /// With a parameter in the query.
    #[must_use]
    pub fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// In a namespace within that of the client.
    #[must_use]
    pub fn within(mut self, namespace: Option<&str>) -> Self {
        self.namespace = namespace.map(Namespace::new).filter(|namespace| !namespace.is_root());
        self
    }

    /// The answer is to be wrapped: only a token for it comes back, which can be used once.
    #[must_use]
    pub fn wrapped(mut self, ttl: Duration) -> Self {
        self.wrap_ttl = Some(ttl);
        self
    }

    /// Sending it twice has the effect of sending it once, so it may be sent again when an answer is lost.
    #[must_use]
    pub fn repeatable(mut self) -> Self {
        self.is_repeatable = true;
        self
    }

    /// How long to wait for the answer, whatever the connection says of that.
    #[must_use]
    pub fn patiently(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// The body holds secrets: whatever the server says is cleared of every text in it.
    #[must_use]
    pub fn secret(mut self) -> Self {
        self.is_secret = true;
        self
    }

    /// What is done.
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// The path.
    pub fn path(&self) -> &ApiPath {
        &self.path
    }

    /// The namespace within that of the client.
    pub fn namespace(&self) -> Option<&Namespace> {
        self.namespace.as_ref()
    }

    /// Whether it may be sent again when an answer is lost.
    pub fn is_repeatable(&self) -> bool {
        self.is_repeatable
    }

    /// Whether the server has something else to say afterwards.
    pub fn changes(&self) -> bool {
        self.operation.changes()
    }

    /// The error for a reply that is not what this request is answered with.
    pub fn malformed(&self, error: &Malformed) -> Error {
        let reason = error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"));
        Error::new(self.operation.method(), &self.path, Kind::Strange { status: 200, reason })
    }

    /// The error for a server that says of itself that it is sealed, so that the request need not be sent.
    pub fn sealed(&self) -> Error {
        Error::new(self.operation.method(), &self.path, Kind::Sealed)
    }

    pub(crate) fn patience(&self) -> Option<Duration> {
        self.patience
    }

    pub(crate) fn parameters(&self) -> &[(&'static str, String)] {
        &self.query
    }

    pub(crate) fn body(&self) -> Option<&Zeroizing<Vec<u8>>> {
        self.body.as_ref()
    }

    pub(crate) fn wrap_ttl(&self) -> Option<Duration> {
        self.wrap_ttl
    }

    /// The texts of the body that the answer must not repeat.
    pub(crate) fn secrets(&self) -> Vec<Zeroizing<String>> {
        let Some(body) = self.body.as_ref().filter(|_| self.is_secret) else { return Vec::new() };
        let mut found = Vec::new();
        if let Ok(value) = serde_json::from_slice::<Value>(body) {
            collect(value, &mut found);
        }
        found
    }
}

/// Without the body and the parameters.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("operation", &self.operation)
            .field("path", &self.path)
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}

/// Texts shorter than this are words that errors are made of, and no secrets.
const SHORTEST_SECRET: usize = 6;

fn collect(value: Value, found: &mut Vec<Zeroizing<String>>) {
    match value {
        Value::String(mut text) => {
            if text.len() < SHORTEST_SECRET {
                text.zeroize();
            } else {
                found.push(Zeroizing::new(text));
            }
        }
        Value::Array(values) => values.into_iter().for_each(|value| collect(value, found)),
        Value::Object(members) => members.into_iter().for_each(|(_, value)| collect(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_changes_nothing_may_be_repeated_unless_it_says_so() {
        assert!(Request::read("sys/mounts").is_repeatable() && Request::list("sys/policies/acl").is_repeatable());
        assert!(!Request::write("sys/init", &json!({})).is_repeatable());
        assert!(!Request::patch("kv/data/a", &json!({})).is_repeatable());
        assert!(Request::write("sys/policies/acl/a", &json!({})).repeatable().is_repeatable());
    }

    #[test]
    fn a_request_does_not_print_its_body() {
        let request = Request::write("auth/approle/login", &json!({ "secret_id": "canary-1" })).secret();
        assert!(!format!("{request:?}").contains("canary"));
        let secrets: Vec<_> = request.secrets();
        assert_eq!(secrets.iter().map(|text| text.as_str()).collect::<Vec<_>>(), ["canary-1"]);
        assert!(Request::write("a", &json!({ "secret_id": "canary-1" })).secrets().is_empty());
    }
}
