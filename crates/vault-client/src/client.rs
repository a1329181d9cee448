//! Sends requests, and makes replies or errors of what comes back.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use reqwest::Url;
use serde::Deserialize;
use serde::de::IgnoredAny;
use zeroize::Zeroizing;

use crate::address::Address;
use crate::error::{self, Error, Kind};
use crate::namespace::Namespace;
use crate::redact::redact;
use crate::reply::Reply;
use crate::request::{Operation, Request};
use crate::retry::{self, Election};
use crate::timing::Timing;
use crate::tls::{TlsError, TlsSettings};
use crate::token::Token;

/// The largest answer that is read, in bytes. The servers themselves take no request above 32 MiB by default.
pub const LARGEST_REPLY: usize = 64 << 20;

/// How many redirects within the same host are followed.
const REDIRECTS: u32 = 2;

const TOKEN: HeaderName = HeaderName::from_static("x-vault-token");
const NAMESPACE: HeaderName = HeaderName::from_static("x-vault-namespace");
const WRAP_TTL: HeaderName = HeaderName::from_static("x-vault-wrap-ttl");
/// Without it an agent in between takes the request for one that a web page was tricked into.
const REQUEST: HeaderName = HeaderName::from_static("x-vault-request");

/// A connection to one server.
#[derive(Clone, Debug)]
pub struct Client {
    http: Http,
    namespace: Namespace,
    retries: u32,
    election: Election,
}

/// What sends, and where to.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    client: reqwest::Client,
    base: Url,
}

/// What comes back when something is wrong. A server has one of its members in whatever it says.
#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    errors: Option<Vec<String>>,
    /// Where one request stands for several, warnings say why none worked.
    #[serde(default)]
    warnings: Option<Vec<String>>,
    /// A deleted version of a secret is answered with 404 and what is known of it.
    #[serde(default)]
    data: Option<IgnoredAny>,
    #[serde(default)]
    request_id: Option<IgnoredAny>,
}

impl Http {
    pub(crate) fn new(client: reqwest::Client, base: Url) -> Self {
        Self { client, base }
    }
}

impl Client {
    /// A client for the server at an address. Nothing is sent yet.
    ///
    /// # Errors
    /// If the settings can't be used.
    pub fn new(address: &Address, tls: &TlsSettings, namespace: Namespace, timing: Timing) -> Result<Self, TlsError> {
        Ok(Self { http: tls.http(address, timing)?, namespace, retries: timing.retries, election: Election::default() })
    }

    /// The namespace that requests are made in.
    pub fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    /// Sends a request, with this token if there is one. What passes by itself is tried again, as far as that is safe.
    ///
    /// # Errors
    /// See [`Kind`]. After a request that must not be made twice and of which the answer was lost, look what is there.
    pub async fn send(&self, request: &Request, token: Option<&Token>) -> Result<Reply, Error> {
        let mut tries = 1;
        loop {
            let error = match self.send_once(request, token).await {
                Ok(reply) => {
                    self.election.is_decided();
                    return Ok(reply);
                }
                Err(error) => error,
            };
            let retries = self.election.retries(&error, self.retries);
            let Some(wait) = retry::wait(request, &error, tries, retries, fastrand::f64()) else {
                self.election.is_waited_for(&error);
                return Err(error);
            };
            tracing::debug!(path = %request.path(), error = %error, wait_ms = wait.as_millis(), "asking again");
            tokio::time::sleep(wait).await;
            tries += 1;
        }
    }

    async fn send_once(&self, request: &Request, token: Option<&Token>) -> Result<Reply, Error> {
        let fail = |kind| Error::new(request.operation().method(), request.path(), kind);
        let mut url = self.url(request).map_err(fail)?;
        let headers = self.headers(request, token).map_err(fail)?;
        tracing::debug!(method = request.operation().method(), path = %request.path(), "asking the server");
        let mut redirects = 0;
        loop {
            let mut sending =
                self.http.client.request(method(request.operation()), url.clone()).headers(headers.clone());
            if let Some(patience) = request.patience() {
                sending = sending.timeout(patience);
            }
            if let Some(body) = request.body() {
                sending = sending.body(Bytes::from_owner(Owned(body.clone())));
            }
            let answer = sending.send().await.map_err(|error| fail(error::unsent(&error.without_url())))?;
            if let Some(next) = redirect(&answer, &url).map_err(fail)? {
                if redirects == REDIRECTS {
                    let reason = "it redirects in circles".to_owned();
                    return Err(fail(Kind::Strange { status: answer.status().as_u16(), reason }));
                }
                redirects += 1;
                url = next;
                continue;
            }
            return receive(request, answer).await.map_err(fail);
        }
    }

    fn url(&self, request: &Request) -> Result<Url, Kind> {
        if let Some(dots) = request.path().dots() {
            return Err(Kind::Settings {
                reason: format!("{dots:?} can't be a part of a path"),
                remedy: "Give it another name.".to_owned(),
            });
        }
        let mut url = self.http.base.clone();
        // Base addresses can always have a path; what is not allowed in one is escaped.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("v1").extend(request.path().segments());
        }
        if request.operation() == Operation::List {
            url.query_pairs_mut().append_pair("list", "true");
        }
        for (name, value) in request.parameters() {
            url.query_pairs_mut().append_pair(name, value);
        }
        Ok(url)
    }

    fn headers(&self, request: &Request, token: Option<&Token>) -> Result<HeaderMap, Kind> {
        let mut headers = HeaderMap::new();
        headers.insert(REQUEST, HeaderValue::from_static("true"));
        let unfit = |what: &str| Kind::Settings {
            reason: format!("{what} has characters that a request can't have"),
            remedy: format!("Correct {what}."),
        };
        if let Some(token) = token {
            headers.insert(TOKEN, token.header().map_err(|_| unfit("the token"))?);
        }
        let namespace = match request.namespace() {
            Some(inner) => self.namespace.join(inner.as_str()),
            None => self.namespace.clone(),
        };
        if !namespace.is_root() {
            let value = HeaderValue::from_str(namespace.as_str()).map_err(|_| unfit("the namespace"))?;
            headers.insert(NAMESPACE, value);
        }
        if let Some(ttl) = request.wrap_ttl() {
            headers.insert(WRAP_TTL, HeaderValue::from(ttl.as_secs()));
        }
        if request.body().is_some() {
            let kind = match request.operation() {
                Operation::Patch => "application/merge-patch+json",
                _ => "application/json",
            };
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        Ok(headers)
    }
}

/// A body that is wiped when it has been sent.
struct Owned(Zeroizing<Vec<u8>>);

impl AsRef<[u8]> for Owned {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

fn method(operation: Operation) -> Method {
    match operation {
        // LIST is no method of HTTP, and proxies may not know it; the parameter `list` says the same.
        Operation::Read | Operation::List => Method::GET,
        Operation::Write => Method::POST,
        Operation::Patch => Method::PATCH,
        Operation::Delete => Method::DELETE,
    }
}

/// Where the answer sends the request, if that is the same host.
fn redirect(answer: &reqwest::Response, from: &Url) -> Result<Option<Url>, Kind> {
    let status = answer.status();
    if !matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT) {
        if status.is_redirection() {
            return Err(Kind::Strange { status: status.as_u16(), reason: "it redirects to a page".to_owned() });
        }
        return Ok(None);
    }
    let location = answer.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    let Some(to) = location.and_then(|location| from.join(location).ok()) else {
        return Err(Kind::Strange { status: status.as_u16(), reason: "it redirects to nowhere".to_owned() });
    };
    if to.origin() == from.origin() && to.username().is_empty() && to.password().is_none() {
        Ok(Some(to))
    } else {
        Err(Kind::Redirected { to: to.origin().ascii_serialization() })
    }
}

async fn receive(request: &Request, answer: reqwest::Response) -> Result<Reply, Kind> {
    let status = answer.status();
    let retry_after = retry_after(answer.headers());
    let body = body(answer).await?;
    if status.is_success() {
        return Reply::parse(&body).map_err(|error| strange(status, &error));
    }
    // A standby that can't forward answers some paths with another status and a whole reply.
    let refusal: Refusal = serde_json::from_slice(&body).map_err(|_| Kind::Strange {
        status: status.as_u16(),
        reason: format!("its {} bytes are no JSON with errors in it", body.len()),
    })?;
    if counts_as_an_answer(status) && !refusal.is_of_a_server() {
        let reason = "its JSON is none that a server refuses with".to_owned();
        return Err(Kind::Strange { status: status.as_u16(), reason });
    }
    let secrets = request.secrets();
    let said = refusal.errors.iter().chain(&refusal.warnings).flatten().map(|text| redact(text, &secrets)).collect();
    Err(refused(status, said, retry_after))
}

/// Whether something is concluded from the status: that there is nothing, or that a token is none. What stands in between
/// answers with these, too, and knows nothing of either.
fn counts_as_an_answer(status: StatusCode) -> bool {
    matches!(status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED)
}

impl Refusal {
    fn is_of_a_server(&self) -> bool {
        self.errors.is_some() || self.warnings.is_some() || self.data.is_some() || self.request_id.is_some()
    }
}

fn refused(status: StatusCode, said: Vec<String>, retry_after: Option<Duration>) -> Kind {
    let says = |what: &str| said.iter().any(|text| text.to_lowercase().contains(what));
    match status {
        StatusCode::SERVICE_UNAVAILABLE if says("sealed") => Kind::Sealed,
        StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => Kind::Denied { said, policies: None },
        StatusCode::NOT_FOUND => Kind::NotFound { said },
        StatusCode::TOO_MANY_REQUESTS => Kind::RateLimited { retry_after },
        _ if status.is_server_error() && (says("not active") || says("standby")) => Kind::Standby { said },
        // What is refused may be called standby itself.
        _ if says("is in standby mode") || says("node not active") => Kind::Standby { said },
        _ if status.is_server_error() => Kind::Fault { status: status.as_u16(), said },
        _ => Kind::Refused { status: status.as_u16(), said },
    }
}

fn strange(status: StatusCode, error: &dyn std::error::Error) -> Kind {
    let reason = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    Kind::Strange { status: status.as_u16(), reason }
}

async fn body(mut answer: reqwest::Response) -> Result<Zeroizing<Vec<u8>>, Kind> {
    let status = answer.status().as_u16();
    let mut body = Zeroizing::new(Vec::new());
    loop {
        let chunk = answer.chunk().await.map_err(|error| error::unsent(&error.without_url()))?;
        let Some(chunk) = chunk else { return Ok(body) };
        if body.len() + chunk.len() > LARGEST_REPLY {
            let reason = format!("it is longer than {} MiB", LARGEST_REPLY >> 20);
            return Err(Kind::Strange { status, reason });
        }
        body.extend_from_slice(&chunk);
    }
}

/// Only the form in seconds: the servers send no other.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(address: &str) -> Client {
        let address = Address::parse(address).unwrap();
        Client::new(&address, &TlsSettings::default(), Namespace::new("team"), Timing::default()).unwrap()
    }

    #[test]
    fn paths_are_escaped_and_never_climb() {
        let client = client("https://vault.home.arpa:8200/prefix");
        let request = Request::list(crate::ApiPath::new("sys/policies/acl").segment("a/b ?c"));
        let url = client.url(&request).unwrap();
        assert_eq!(url.as_str(), "https://vault.home.arpa:8200/prefix/v1/sys/policies/acl/a%2Fb%20%3Fc?list=true");
        for dots in [".", ".."] {
            let request = Request::read(crate::ApiPath::new("kv").segment(dots));
            assert!(matches!(client.url(&request), Err(Kind::Settings { .. })));
        }
    }

    #[test]
    fn namespaces_nest() {
        let client = client("http://127.0.0.1:8200");
        let headers = client.headers(&Request::read("sys/mounts").within(Some("/app/")), None).unwrap();
        assert_eq!(headers.get(NAMESPACE).unwrap(), "team/app");
        let token = Token::new("s.canary").unwrap();
        let headers = client.headers(&Request::read("sys/mounts"), Some(&token)).unwrap();
        assert!(!format!("{headers:?}").contains("canary"));
        assert_eq!(headers.get(NAMESPACE).unwrap(), "team");
        assert_eq!(headers.get(TOKEN).unwrap(), "s.canary");
    }

    #[test]
    fn json_of_something_in_between_says_nothing_of_the_server() {
        let is_of_a_server = |body: &str| serde_json::from_str::<Refusal>(body).unwrap().is_of_a_server();
        for foreign in [r#"{"message":"no Route matched"}"#, r#"{"error":"forbidden","status":403}"#, "{}"] {
            assert!(!is_of_a_server(foreign), "{foreign}");
        }
        for own in [r#"{"errors":[]}"#, r#"{"request_id":"1","data":{"metadata":{}}}"#, r#"{"warnings":["a"]}"#] {
            assert!(is_of_a_server(own), "{own}");
        }
        assert!(counts_as_an_answer(StatusCode::NOT_FOUND) && !counts_as_an_answer(StatusCode::BAD_GATEWAY));
    }

    #[test]
    fn a_refusal_is_told_by_status_and_words() {
        let kind = |status, text: &str| refused(StatusCode::from_u16(status).unwrap(), vec![text.to_owned()], None);
        assert_eq!(kind(503, "Vault is sealed"), Kind::Sealed);
        assert!(matches!(kind(503, "overloaded"), Kind::Fault { status: 503, .. }));
        assert!(matches!(kind(500, "local node not active but active cluster node not found"), Kind::Standby { .. }));
        assert!(matches!(kind(400, "OpenBao is in standby mode"), Kind::Standby { .. }));
        // Names may have any words in them.
        assert!(matches!(kind(400, "path is already in use at standby/"), Kind::Refused { status: 400, .. }));
        assert!(matches!(kind(404, "no handler for route \"standby/a\""), Kind::NotFound { .. }));
        assert!(matches!(kind(403, "permission denied"), Kind::Denied { .. }));
        assert!(matches!(kind(404, ""), Kind::NotFound { .. }));
        assert!(matches!(kind(400, "path is already in use"), Kind::Refused { status: 400, .. }));
    }
}
