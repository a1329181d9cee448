//! Sends requests, and makes replies or errors of what comes back.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use reqwest::Url;
use zeroize::Zeroizing;

use crate::address::Address;
use crate::answer::{self, Answer};
use crate::error::{self, Error, Kind};
use crate::namespace::Namespace;
use crate::reply::Reply;
use crate::request::{Operation, Request};
use crate::retry::{self, Election};
use crate::timing::Timing;
use crate::tls::{TlsError, TlsSettings};
use crate::token::Token;

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
        self.tried(request, || async move { self.send_once(request, token).await?.reply(request) }).await
    }

    /// As [`send`](Self::send), without a token, and what comes back is not read: for what is told only once.
    ///
    /// # Errors
    /// If the answer says that it was not done, or nothing comes. One that begins is returned, also if it ends too early.
    pub async fn send_unread(&self, request: &Request) -> Result<Answer, Error> {
        self.tried(request, || async move { self.send_once(request, None).await?.with_something(request) }).await
    }

    async fn tried<T, F>(&self, request: &Request, once: impl Fn() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut tries = 1;
        loop {
            let error = match once().await {
                Ok(done) => {
                    self.election.is_decided();
                    return Ok(done);
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

    async fn send_once(&self, request: &Request, token: Option<&Token>) -> Result<Answer, Error> {
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
            return answer::receive(request, answer).await.map_err(fail);
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
}
