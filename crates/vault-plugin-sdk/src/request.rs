//! What a handler gets: one request to one mount.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use plugin_proto::vault::pb;
use serde_json::{Map, Value};

use crate::error::Error;
use crate::field::{Field, FieldValue, Headers};
use crate::fields::Fields;
use crate::mount::Mount;
use crate::storage::Storage;
use crate::system_view::SystemView;

/// Headers that carry a credential. Vault hands the caller's own token on in the first, if the mount lets it through.
const CREDENTIALS: [&str; 4] = ["authorization", "cookie", "proxy-authorization", "x-vault-token"];

/// How headers begin in which `OpenBao` takes the parameters of a login that comes with the request.
const INLINE_LOGIN: &str = "x-vault-inline-auth-";

/// What a client does with a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// A write where there is nothing yet, by the path's existence check.
    Create,
    /// GET.
    Read,
    /// A write where there is something, or where no existence check says otherwise.
    Update,
    /// PATCH: what is left out stays, null removes.
    Patch,
    /// DELETE.
    Delete,
    /// LIST: one level.
    List,
    /// SCAN, on `OpenBao`: all levels.
    Scan,
}

/// What the wire asks for: an operation on a path, or something of the mount as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    On(Operation),
    Help,
    Renew,
    Revoke,
    Rollback,
}

impl Verb {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "create" => Self::On(Operation::Create),
            "read" => Self::On(Operation::Read),
            "update" => Self::On(Operation::Update),
            "patch" => Self::On(Operation::Patch),
            "delete" => Self::On(Operation::Delete),
            "list" => Self::On(Operation::List),
            "scan" => Self::On(Operation::Scan),
            "help" => Self::Help,
            "renew" => Self::Renew,
            "revoke" => Self::Revoke,
            "rollback" => Self::Rollback,
            _ => return None,
        })
    }
}

impl Operation {
    /// Whether no answer means that there is nothing.
    pub(crate) fn gets(self) -> bool {
        matches!(self, Self::Read | Self::List | Self::Scan)
    }

    /// Whether hosts end the path in a slash.
    pub(crate) fn lists(self) -> bool {
        matches!(self, Self::List | Self::Scan)
    }
}

/// Who asks, for what, and how. What they sent is in the [`Call`].
#[derive(Clone)]
pub struct Request {
    /// The number of the request, as in the audit log.
    pub id: String,
    /// The path, relative to the mount.
    pub path: String,
    /// Where the mount is just now, with its namespace and a slash at the end. Empty if the server itself asks. It changes when
    /// the mount is moved, so never keep it.
    pub mount_point: String,
    /// The identity of the caller, if it has one.
    pub entity_id: Option<String>,
    /// What the auth method calls the caller.
    pub display_name: String,
    /// The accessor of the caller's token.
    pub token_accessor: String,
    /// Stands for the caller's token, and for no other on this mount. Also there if no token was sent.
    pub token_hash: String,
    /// The headers that the mount lets through, without those that carry credentials.
    pub headers: Headers,
    /// Where the connection came from. Vault leaves the port out, which is 0 then.
    pub remote_address: Option<SocketAddr>,
    /// Whether the path needs no token.
    pub is_unauthenticated: bool,
    /// How long the answer is to be wrapped, if the client wants that. The server does it.
    pub wrap_ttl: Option<Duration>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("id", &self.id).field("path", &self.path).finish_non_exhaustive()
    }
}

impl Request {
    /// Takes what handlers may see out of the message, and leaves the rest.
    pub(crate) fn read(wire: &mut pb::Request) -> Self {
        let headers = std::mem::take(&mut wire.headers).into_iter();
        let headers = headers.filter(|(name, _)| !is_credential(&name.to_ascii_lowercase()));
        let connection = wire.connection.take().unwrap_or_default();
        let address = connection.remote_addr.parse().ok();
        let port = u16::try_from(connection.remote_port).unwrap_or_default();
        let wrap = wire.wrap_info.take().and_then(|wrap| u64::try_from(wrap.ttl).ok()).filter(|ttl| *ttl > 0);
        Self {
            id: std::mem::take(&mut wire.id),
            path: std::mem::take(&mut wire.path),
            mount_point: std::mem::take(&mut wire.mount_point),
            entity_id: Some(std::mem::take(&mut wire.entity_id)).filter(|id| !id.is_empty()),
            display_name: std::mem::take(&mut wire.display_name),
            token_accessor: std::mem::take(&mut wire.client_token_accessor),
            token_hash: std::mem::take(&mut wire.client_token),
            headers: headers.map(|(name, values)| (name, values.header)).collect(),
            remote_address: address.map(|address| SocketAddr::new(address, port)),
            is_unauthenticated: wire.unauthenticated,
            wrap_ttl: wrap.map(Duration::from_nanos),
        }
    }
}

/// Whether a header, in lower case, carries a credential.
fn is_credential(name: &str) -> bool {
    CREDENTIALS.contains(&name) || name.starts_with(INLINE_LOGIN)
}

/// The data of a request.
///
/// # Errors
/// If it is no object.
pub(crate) fn body(data: &str) -> Result<Map<String, Value>, Error> {
    if data.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_str(data) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err(Error::BadRequest("the request has to be a JSON object".to_owned())),
        // The position alone: the text is the client's, and may hold secrets.
        Err(error) => Err(Error::BadRequest(format!(
            "the request can't be read, at column {} of its JSON: it is nested more than 127 levels deep, or broken; send it flatter",
            error.column()
        ))),
    }
}

/// A request at its handler, with everything that the handler may use. `S` is the engine's own state of a mount.
pub struct Call<S = ()> {
    pub(crate) mount: Mount<S>,
    pub(crate) request: Arc<Request>,
    pub(crate) fields: Fields,
    pub(crate) body: Map<String, Value>,
}

impl<S> Call<S> {
    /// The value of a field, or its fallback. `None`: it is in neither the request nor the path. In a patch there are no
    /// fallbacks: what it leaves out is `None`, and stays as it is.
    ///
    /// # Errors
    /// A bug of the engine: the field is none of this path.
    pub fn get<T: FieldValue>(&self, field: Field<T>) -> Result<Option<T>, Error> {
        self.fields.get(field)
    }

    /// The value of a field that has to be there.
    ///
    /// # Errors
    /// [`Error::BadRequest`], if it is not; [`Error::Internal`], a bug of the engine, if the field is none of this path.
    pub fn require<T: FieldValue>(&self, field: Field<T>) -> Result<T, Error> {
        let missing = || Error::BadRequest(format!("the field {:?} is missing", field.spec.name));
        self.fields.get(field)?.ok_or_else(missing)
    }

    /// Whether the request says null for a field: in a patch, that it is to be removed.
    #[must_use]
    pub fn is_null<T>(&self, field: Field<T>) -> bool {
        self.fields.is_null(field.spec.name)
    }

    /// Whether the request itself has a value for a field: it is no fallback, and no null.
    #[must_use]
    pub fn is_sent<T>(&self, field: Field<T>) -> bool {
        self.fields.is_sent(field.spec.name)
    }

    /// All that was sent, as it was sent, also under the names of parts of the path. For paths that [take any fields](crate::Path::takes_any_fields).
    #[must_use]
    pub fn body(&self) -> &Map<String, Value> {
        &self.body
    }

    /// Who asks, and how.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// The mount's storage.
    #[must_use]
    pub fn storage(&self) -> &Storage {
        self.mount.storage()
    }

    /// What the server says about the mount and itself.
    #[must_use]
    pub fn system(&self) -> &SystemView {
        self.mount.system()
    }

    /// The engine's own state of this mount.
    #[must_use]
    pub fn state(&self) -> &S {
        self.mount.state()
    }

    /// The mount. It can be kept, by a background task for instance; in a handler that only reads its storage can't be
    /// written.
    #[must_use]
    pub fn mount(&self) -> &Mount<S> {
        &self.mount
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_credential_reaches_a_handler() {
        let mut wire = pb::Request::default();
        for name in [
            "Authorization",
            "AUTHORIZATION",
            "X-Vault-Token",
            "cookie",
            "X-Vault-Inline-Auth-Parameter-1",
            "x-vault-inline-auth-path",
            "X-Mine",
        ] {
            wire.headers.insert(name.to_owned(), pb::Header { header: vec!["value".to_owned()] });
        }
        let request = Request::read(&mut wire);
        assert_eq!(request.headers.into_keys().collect::<Vec<_>>(), ["X-Mine"]);
    }

    #[test]
    fn a_request_is_an_object() {
        for (data, fields) in [("", Some(0)), ("null", Some(0)), ("{}", Some(0)), (r#"{"a":1}"#, Some(1))] {
            assert_eq!(body(data).ok().map(|body| body.len()), fields, "{data}");
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(500), "]".repeat(500));
        for data in ["[]", "5", "{", deep.as_str(), "{\"secret-value\":\u{1}}"] {
            let error = body(data).unwrap_err();
            assert_eq!(error.status(), 400, "{data}");
            assert!(!error.to_string().contains("secret-value"), "{error}");
        }
    }
}
