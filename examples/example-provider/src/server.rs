//! The policies of an OpenBao server, by its HTTP API.
//!
//! TLS is always verified. An address without TLS is taken only on the loopback interface, where nobody listens in.

use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Certificate, Method, StatusCode, Url, redirect};
use serde::Deserialize;
use serde_json::{Value, json};
use tf_framework::Failure;
use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::Secret;

const CONNECT: Duration = Duration::from_secs(5);

/// A server and the token for it.
#[derive(Clone, Debug)]
pub struct Server {
    http: reqwest::Client,
    base: Url,
}

/// Where the token comes from.
#[derive(Clone, Debug)]
pub enum Credential {
    /// The token itself.
    Token(Secret),
    /// A file that holds it.
    File(PathBuf),
}

/// A request was not answered as it should be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The address is none.
    #[error("{address:?} is no https address, nor an http address on the loopback interface")]
    Address {
        /// What was given.
        address: String,
    },
    /// A file of the configuration could not be read.
    #[error("reading {}", path.display())]
    ReadFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The certificates or the token can't be used.
    #[error("preparing the connection")]
    Prepare(#[source] reqwest::Error),
    /// The token has characters that no header can have.
    #[error("the token is not a single line of text")]
    Token,
    /// No whole answer came. What was asked for may have been done.
    #[error("sending the request")]
    Send(#[source] reqwest::Error),
    /// The answer is none that this server gives. Something else may listen there, or stand in between.
    #[error("the answer ({status}) is not one of an OpenBao server")]
    Strange {
        /// The status.
        status: StatusCode,
    },
    /// The server answered with an error.
    #[error("the server answered {status}{}", quoted(errors))]
    Refused {
        /// The status.
        status: StatusCode,
        /// What the server said.
        errors: Vec<String>,
    },
}

/// What an answer has in it. Every answer of the server with a body is JSON with one of these.
#[derive(Deserialize)]
struct Answer {
    errors: Option<Vec<String>>,
    warnings: Option<Vec<String>>,
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    policy: String,
}

impl Server {
    /// Sends nothing yet. A request may take as long as `timeout`.
    ///
    /// # Errors
    /// If the address is unfit, a file can't be read, or what is in it can't be used.
    pub fn new(
        address: &str,
        ca_cert_file: Option<&Path>,
        credential: &Credential,
        timeout: Duration,
    ) -> Result<Self, ServerError> {
        let base = base(address)?;
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(timeout)
            // A redirect would carry the token to wherever the answer says.
            .redirect(redirect::Policy::none())
            .default_headers(headers(credential)?);
        if let Some(path) = ca_cert_file {
            let pem = read(path)?;
            builder = builder.tls_certs_only(Certificate::from_pem_bundle(&pem).map_err(ServerError::Prepare)?);
        }
        Ok(Self { http: builder.build().map_err(ServerError::Prepare)?, base })
    }

    /// Whether what is sent to it can't be read on the way.
    pub fn is_encrypted(&self) -> bool {
        self.base.scheme() == "https"
    }

    /// The text of a policy, or `None` if there is none of this name.
    ///
    /// # Errors
    /// If that can't be told.
    pub async fn policy(&self, name: &str) -> Result<Option<String>, ServerError> {
        match self.send(Method::GET, name, None).await {
            Ok((_, Some(Answer { data: Some(Data { policy }), .. }))) => Ok(Some(policy)),
            Ok((status, _)) => Err(ServerError::Strange { status }),
            Err(ServerError::Refused { status: StatusCode::NOT_FOUND, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes or replaces a policy, and returns what the server warns of.
    ///
    /// # Errors
    /// If that could not be done, or if there was no answer.
    pub async fn write_policy(&self, name: &str, policy: &str) -> Result<Vec<String>, ServerError> {
        self.change(Method::PUT, name, Some(json!({ "policy": policy }))).await
    }

    /// Removes a policy. That there is none is no error.
    ///
    /// # Errors
    /// If that could not be done, or if there was no answer.
    pub async fn delete_policy(&self, name: &str) -> Result<(), ServerError> {
        self.change(Method::DELETE, name, None).await.map(drop)
    }

    /// A change is answered without a body, or with warnings.
    async fn change(&self, method: Method, name: &str, body: Option<Value>) -> Result<Vec<String>, ServerError> {
        match self.send(method, name, body).await? {
            (StatusCode::NO_CONTENT, None) => Ok(Vec::new()),
            (_, Some(Answer { warnings: Some(warnings), .. })) => Ok(warnings),
            (status, _) => Err(ServerError::Strange { status }),
        }
    }

    async fn send(
        &self,
        method: Method,
        name: &str,
        body: Option<Value>,
    ) -> Result<(StatusCode, Option<Answer>), ServerError> {
        let mut url = self.base.clone();
        // Base addresses can always have a path; what is not allowed in one is escaped.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["v1", "sys", "policies", "acl", name]);
        }
        let request = self.http.request(method, url);
        let request = if let Some(body) = body { request.json(&body) } else { request };
        let answer = request.send().await.map_err(ServerError::Send)?;
        let status = answer.status();
        let bytes = answer.bytes().await.map_err(ServerError::Send)?;
        let answer = match serde_json::from_slice::<Answer>(&bytes) {
            Ok(answer) => Some(answer),
            Err(_) if bytes.is_empty() => None,
            Err(_) => return Err(ServerError::Strange { status }),
        };
        match answer {
            answer if status.is_success() => Ok((status, answer)),
            Some(Answer { errors: Some(errors), .. }) => Err(ServerError::Refused { status, errors }),
            _ => Err(ServerError::Strange { status }),
        }
    }
}

impl ServerError {
    /// Whether the server itself said no, so that what was asked for was certainly not done. Other errors may come from
    /// something in between, after the server has done it.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { status: StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN, .. })
    }

    /// Whether the server can't look into its own storage now.
    pub fn is_sealed(&self) -> bool {
        matches!(self, Self::Refused { status: StatusCode::SERVICE_UNAVAILABLE, .. })
    }

    /// What the user is told. `summary` says what was being done.
    pub fn into_diagnostic(self, summary: impl Into<String>) -> Diagnostic {
        let diagnostic = Diagnostic::error(summary).because(&self);
        match self {
            Self::Refused { status: StatusCode::FORBIDDEN, .. } => diagnostic
                .remedy("The token needs \"create\", \"read\", \"update\" and \"delete\" on sys/policies/acl/*."),
            Self::Refused { .. } if self.is_sealed() => diagnostic.remedy("Unseal the server, and apply again."),
            Self::Send(_) | Self::Strange { .. } => {
                diagnostic.remedy("See that the server runs and nothing else has its address, and apply again.")
            }
            _ => diagnostic,
        }
    }

    /// The same where it concerns a look at what is there: while the server is sealed, nothing can be said about drift.
    pub fn into_failure_of_read(self, summary: impl Into<String>) -> Failure {
        let is_sealed = self.is_sealed();
        let diagnostic = self.into_diagnostic(summary);
        if is_sealed { Failure::prior_stands(diagnostic) } else { diagnostic.into() }
    }
}

fn base(address: &str) -> Result<Url, ServerError> {
    let is_loopback = |url: &Url| {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    };
    let url = Url::parse(address).ok();
    let url = url.filter(|url| url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url)));
    url.ok_or_else(|| ServerError::Address { address: address.to_owned() })
}

fn headers(credential: &Credential) -> Result<HeaderMap, ServerError> {
    let token = match credential {
        Credential::Token(token) => token.clone(),
        Credential::File(path) => {
            let text = String::from_utf8(read(path)?).map_err(|_| ServerError::Token)?;
            Secret::from(text.trim())
        }
    };
    let mut value = HeaderValue::from_str(token.expose()).map_err(|_| ServerError::Token)?;
    value.set_sensitive(true);
    Ok(HeaderMap::from_iter([(reqwest::header::HeaderName::from_static("x-vault-token"), value)]))
}

fn read(path: &Path) -> Result<Vec<u8>, ServerError> {
    fs::read(path).map_err(|source| ServerError::ReadFile { path: path.to_owned(), source })
}

fn quoted(errors: &[String]) -> String {
    if errors.is_empty() { String::new() } else { format!(": {}", errors.join("; ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_loopback_interface_goes_without_tls() {
        for good in ["https://bao.example", "http://127.0.0.1:8200", "http://[::1]:8200", "http://localhost"] {
            base(good).unwrap();
        }
        for bad in ["http://bao.example", "http://10.0.0.1", "ftp://localhost", "localhost:8200", "bao.example", ""] {
            base(bad).unwrap_err();
        }
    }

    #[test]
    fn a_refusal_is_what_was_certainly_not_done() {
        let refused = |status| ServerError::Refused { status, errors: vec!["because".to_owned()] };
        assert!(refused(StatusCode::FORBIDDEN).is_refusal());
        for status in [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS, StatusCode::BAD_GATEWAY] {
            assert!(!refused(status).is_refusal(), "{status}");
        }
        assert_eq!(refused(StatusCode::FORBIDDEN).to_string(), "the server answered 403 Forbidden: because");
    }
}
