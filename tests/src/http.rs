//! Requests to the servers: one certificate authority, no redirects, no proxy, and deadlines.

use std::time::Duration;

use anyhow::{Context as _, Result};
use reqwest::blocking::{Client, ClientBuilder, RequestBuilder};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Method, redirect};
use serde_json::Value;

use crate::authority::{Authority, Identity};
use crate::http_reply::Reply;

const CONNECT: Duration = Duration::from_secs(5);
const TOTAL: Duration = Duration::from_secs(60);

/// A client for one server and one credential. Paths are appended to the base address as they are.
#[derive(Clone, Debug)]
pub struct Http {
    client: Client,
    base: String,
    headers: HeaderMap,
    patience: Duration,
}

impl Http {
    /// A client that trusts only `authority`.
    ///
    /// # Errors
    /// If the certificate can't be used.
    pub fn new(base: &str, authority: &Authority) -> Result<Self> {
        Self::build(base, trusting(authority)?)
    }

    /// A client that trusts only the authorities in a PEM text.
    ///
    /// # Errors
    /// If a certificate can't be used.
    pub fn trusting(base: &str, pem: &str) -> Result<Self> {
        let authorities = Certificate::from_pem_bundle(pem.as_bytes()).context("reading the authorities")?;
        Self::build(base, Client::builder().tls_certs_only(authorities))
    }

    /// The same with a client certificate.
    ///
    /// # Errors
    /// If a certificate can't be used.
    pub fn with_identity(base: &str, authority: &Authority, identity: &Identity) -> Result<Self> {
        let pem = format!("{}{}", identity.certificate_pem, identity.key_pem);
        let identity = reqwest::Identity::from_pem(pem.as_bytes()).context("reading the client certificate")?;
        Self::build(base, trusting(authority)?.identity(identity))
    }

    /// A client that trusts nobody, for servers without TLS.
    ///
    /// # Errors
    /// If the system can't give what a client needs.
    pub fn plain(base: &str) -> Result<Self> {
        Self::build(base, Client::builder().tls_certs_only([]))
    }

    /// Sends this header with each request.
    ///
    /// # Errors
    /// If the value has bytes that a header must not have.
    pub fn header(mut self, name: &'static str, value: &str) -> Result<Self> {
        let mut value = HeaderValue::from_str(value).with_context(|| format!("setting the header {name}"))?;
        value.set_sensitive(true);
        self.headers.insert(HeaderName::from_static(name), value);
        Ok(self)
    }

    /// Sends a bearer token with each request.
    ///
    /// # Errors
    /// If the token has bytes that a header must not have.
    pub fn bearer(self, token: &str) -> Result<Self> {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Goes away when an answer takes longer than this, instead of a minute.
    #[must_use]
    pub fn give_up_after(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// The address to which paths are appended.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// GET.
    ///
    /// # Errors
    /// If no answer arrives; a bad status is an answer.
    pub fn get(&self, path: &str) -> Result<Reply> {
        self.send(Method::GET, path, None)
    }

    /// The verb LIST of OpenBao and Vault, as GET with `list=true`.
    ///
    /// # Errors
    /// As for [`Self::get`].
    pub fn list(&self, path: &str) -> Result<Reply> {
        self.send(Method::GET, &format!("{path}?list=true"), None)
    }

    /// POST with a JSON body.
    ///
    /// # Errors
    /// As for [`Self::get`].
    pub fn post(&self, path: &str, body: &Value) -> Result<Reply> {
        self.send(Method::POST, path, Some(body))
    }

    /// PUT with a JSON body.
    ///
    /// # Errors
    /// As for [`Self::get`].
    pub fn put(&self, path: &str, body: &Value) -> Result<Reply> {
        self.send(Method::PUT, path, Some(body))
    }

    /// DELETE.
    ///
    /// # Errors
    /// As for [`Self::get`].
    pub fn delete(&self, path: &str) -> Result<Reply> {
        self.send(Method::DELETE, path, None)
    }

    /// Any method, with a JSON body or none.
    ///
    /// # Errors
    /// As for [`Self::get`].
    pub fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Reply> {
        self.dispatch(method, path, |request| match body {
            Some(body) => request.json(body),
            None => request,
        })
    }

    /// POST with a body of any other type.
    ///
    /// # Errors
    /// As for [`Self::get`].
    pub fn post_as(&self, path: &str, content_type: &str, body: &str) -> Result<Reply> {
        self.dispatch(Method::POST, path, |request| request.header("content-type", content_type).body(body.to_owned()))
    }

    /// Any method, with a text that may or may not be of the type that it is said to be.
    ///
    /// # Errors
    /// As for [`Self::get`].
    pub fn send_as(&self, method: Method, path: &str, content_type: &str, body: &str) -> Result<Reply> {
        self.dispatch(method, path, |request| request.header("content-type", content_type).body(body.to_owned()))
    }

    fn dispatch(
        &self,
        method: Method,
        path: &str,
        fill: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<Reply> {
        let request = format!("{method} {}{path}", self.base);
        let builder = self.client.request(method, format!("{}{path}", self.base)).headers(self.headers.clone());
        let builder = builder.timeout(self.patience);
        let response = fill(builder).send().with_context(|| request.clone())?;
        let status = response.status().as_u16();
        let text = response.text().with_context(|| format!("{request}: reading the answer"))?;
        let body =
            if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) };
        Ok(Reply { request, status, body })
    }

    fn build(base: &str, builder: ClientBuilder) -> Result<Self> {
        let client = builder
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .build()
            .context("building an HTTP client")?;
        Ok(Self { client, base: base.to_owned(), headers: HeaderMap::new(), patience: TOTAL })
    }
}

fn trusting(authority: &Authority) -> Result<ClientBuilder> {
    let certificate = Certificate::from_pem(authority.certificate_pem().as_bytes());
    Ok(Client::builder().tls_certs_only([certificate.context("reading the certificate of the authority")?]))
}
