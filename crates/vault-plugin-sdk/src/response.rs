//! What a handler answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use plugin_proto::vault::pb;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::field::Headers;
use crate::lease::Lease;

/// Keys by which hosts tell that an answer is something else than data.
const RESERVED: [&str; 4] = ["error", "http_content_type", "http_raw_body", "http_status_code"];

/// Hosts read numbers as floats of 64 bits; beyond this they round whole numbers.
const EXACT: u64 = 1 << 53;

/// The answer to a request.
pub struct Response {
    pub(crate) content: Content,
    warnings: Vec<String>,
    headers: Headers,
}

pub(crate) enum Content {
    None,
    Data(Map<String, Value>),
    Lease(Box<Lease>, Map<String, Value>),
    Raw { status: u16, content_type: String, body: Vec<u8> },
}

impl Response {
    fn of(content: Content) -> Self {
        Self { content, warnings: Vec::new(), headers: Headers::new() }
    }

    /// No content: 204 after a write or a deletion, and 404 after a read or a list. With a [warning](Self::warn) there is
    /// something, and it is 200 after each of them.
    #[must_use]
    pub fn none() -> Self {
        Self::of(Content::None)
    }

    /// Data, which is an object.
    ///
    /// Whole numbers beyond 2^53 are sent as texts, with a warning, since servers would round them.
    ///
    /// # Errors
    /// A bug of the engine: the value is no object, or has at its top one of the keys `error`, `http_content_type`,
    /// `http_raw_body` and `http_status_code`, which mean something else to servers.
    pub fn data(data: &impl Serialize) -> Result<Self, Error> {
        let mut response = Self::of(Content::None);
        response.content = Content::Data(object(data, &mut response.warnings)?);
        Ok(response)
    }

    /// Whether [`data`](Self::data) can have a field of this name at its top. For engines that give back what they were sent.
    #[must_use]
    pub fn can_have(name: &str) -> bool {
        !RESERVED.contains(&name)
    }

    /// The names of a list. None at all is 404, as everywhere on these servers.
    #[must_use]
    pub fn keys(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let keys: Vec<Value> = names.into_iter().map(|name| Value::from(name.into())).collect();
        Self::of(Content::Data(Map::from_iter([("keys".to_owned(), Value::from(keys))])))
    }

    /// The names of a list, and something about each of them.
    ///
    /// # Errors
    /// A bug of the engine: something is no JSON.
    pub fn keys_with_info<T: Serialize>(names: impl IntoIterator<Item = (String, T)>) -> Result<Self, Error> {
        let (mut keys, mut info, mut warnings) = (Vec::new(), Map::new(), Vec::new());
        for (name, value) in names {
            let mut value = serde_json::to_value(value).map_err(|error| Error::internal("writing a list", &error))?;
            keep_exact(&mut value, &name, &mut warnings);
            info.insert(name.clone(), value);
            keys.push(Value::from(name));
        }
        let data = [("keys".to_owned(), Value::from(keys)), ("key_info".to_owned(), Value::from(info))];
        Ok(Self { warnings, ..Self::of(Content::Data(Map::from_iter(data))) })
    }

    /// Data that is lent: the server keeps the lease, and comes back to renew or revoke it. The path has to say so, with
    /// [`lend`](crate::Path::lend) or [`lends`](crate::Path::lends).
    ///
    /// # Errors
    /// As for [`Self::data`].
    pub fn lease(lease: Lease, data: &impl Serialize) -> Result<Self, Error> {
        let mut response = Self::of(Content::None);
        response.content = Content::Lease(Box::new(lease), object(data, &mut response.warnings)?);
        Ok(response)
    }

    /// An HTTP answer as it is, for what is no JSON.
    ///
    /// # Errors
    /// A bug of the engine: a status that is none from 200 to 599, or a content type that no header can have.
    pub fn raw(status: u16, content_type: impl Into<String>, body: impl Into<Vec<u8>>) -> Result<Self, Error> {
        let content_type = content_type.into();
        if !(200..600).contains(&status) {
            return Err(bug(&format!("has the status {status}")));
        }
        if content_type.is_empty() || !content_type.chars().all(|c| c == ' ' || c.is_ascii_graphic()) {
            return Err(bug("has a content type that is none"));
        }
        Ok(Self::of(Content::Raw { status, content_type, body: body.into() }))
    }

    /// Tells the client something.
    #[must_use]
    pub fn warn(mut self, warning: impl Into<String>) -> Self {
        self.warnings.push(warning.into());
        self
    }

    /// Adds a header. The operator has to let it through, with `allowed_response_headers` of the mount.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.entry(name.into()).or_default().push(value.into());
        self
    }

    /// The form on the wire. `secret` is the lease in its own form.
    ///
    /// `None` is what hosts take for "nothing there", or for success without a word.
    pub(crate) fn into_wire(self, secret: Option<pb::Secret>) -> Option<pb::Response> {
        let data = match self.content {
            Content::None if self.warnings.is_empty() && self.headers.is_empty() => return None,
            Content::None => Value::Null,
            Content::Data(data) | Content::Lease(_, data) => Value::from(data),
            Content::Raw { status, content_type, body } => json!({
                "http_status_code": status,
                "http_content_type": content_type,
                // Always: a body that happens to look like base64 would be decoded by the host.
                "http_raw_body": STANDARD.encode(body),
            }),
        };
        let headers = self.headers.into_iter().map(|(name, header)| (name, pb::Header { header }));
        Some(pb::Response {
            secret,
            data: data.to_string(),
            warnings: self.warnings,
            headers: headers.collect(),
            ..pb::Response::default()
        })
    }
}

fn bug(what: &str) -> Error {
    Error::Internal(format!("a bug in the engine: its answer {what}"))
}

fn object(data: &impl Serialize, warnings: &mut Vec<String>) -> Result<Map<String, Value>, Error> {
    let value = serde_json::to_value(data).map_err(|error| Error::internal("writing the answer", &error))?;
    let Value::Object(mut data) = value else { return Err(bug("is no object")) };
    if let Some(key) = RESERVED.iter().find(|key| data.contains_key(**key)) {
        return Err(bug(&format!("has the field {key:?}, which means something else to servers")));
    }
    for (name, value) in &mut data {
        keep_exact(value, name, warnings);
    }
    Ok(data)
}

/// Turns the whole numbers that a host would round into texts.
fn keep_exact(value: &mut Value, name: &str, warnings: &mut Vec<String>) {
    match value {
        Value::Number(number) => {
            let size = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
            if size.is_some_and(|size| size > EXACT) {
                let warning = format!("{name:?} has a whole number that the server would round: it is sent as text");
                if !warnings.contains(&warning) {
                    warnings.push(warning);
                }
                *value = Value::from(number.to_string());
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| keep_exact(value, name, warnings)),
        Value::Object(object) => object.values_mut().for_each(|value| keep_exact(value, name, warnings)),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sent(response: Response) -> Value {
        serde_json::from_str(&response.into_wire(None).unwrap().data).unwrap()
    }

    #[test]
    fn data_is_always_json() {
        assert!(Response::none().into_wire(None).is_none());
        assert_eq!(sent(Response::data(&json!({})).unwrap()), json!({}));
        assert_eq!(sent(Response::none().warn("careful")), json!(null));
        assert_eq!(sent(Response::keys(["a"])), json!({ "keys": ["a"] }));
        let with_info = Response::keys_with_info([("a".to_owned(), 1)]).unwrap();
        assert_eq!(sent(with_info), json!({ "keys": ["a"], "key_info": { "a": 1 } }));
    }

    #[test]
    fn keys_that_servers_act_on_cannot_be_sent() {
        for key in ["error", "http_content_type", "http_raw_body", "http_status_code"] {
            let error = Response::data(&Map::from_iter([(key.to_owned(), json!(5))])).err();
            assert!(matches!(error, Some(Error::Internal(_))), "{key}");
            assert!(!Response::can_have(key), "{key}");
        }
        assert!(Response::data(&5).is_err());
        assert!(Response::data(&json!({ "inner": { "error": 5 } })).is_ok());
        assert!(Response::can_have("inner"));
    }

    #[test]
    fn an_answer_that_is_no_http_is_refused() {
        for (status, content_type) in
            [(0, "text/plain"), (100, "text/plain"), (600, "text/plain"), (200, ""), (200, "a\r\nb: c")]
        {
            assert!(Response::raw(status, content_type, "").is_err(), "{status} {content_type:?}");
        }
    }

    #[test]
    fn large_numbers_arrive_in_full() {
        let response = Response::data(&json!({ "a": [u64::MAX, EXACT], "b": i64::MIN, "c": 0.5 })).unwrap();
        assert_eq!(response.warnings.len(), 2);
        let expected = json!({ "a": ["18446744073709551615", EXACT], "b": "-9223372036854775808", "c": 0.5 });
        assert_eq!(sent(response), expected);
    }

    proptest! {
        #[test]
        fn raw_bodies_are_always_base64(body in any::<Vec<u8>>()) {
            let data = sent(Response::raw(200, "text/plain", body.clone()).unwrap());
            prop_assert_eq!(STANDARD.decode(data["http_raw_body"].as_str().unwrap()).unwrap(), body);
        }
    }
}
