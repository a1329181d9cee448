//! One call: numbered, passed on, and broken if that is planned.

use std::sync::Arc;

use http::header::{
    CONNECTION, HOST, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri, Version};
use http_body_util::BodyExt as _;
use http_body_util::combinators::BoxBody;
use hyper::body::{Bytes, Incoming};

use crate::answers;
use crate::calls::{Calls, Entry, Reach};
use crate::cut::{Cut, Gone};
use crate::fault::{Fault, Moment};
use crate::half_body::halve;
use crate::upstream::Upstream;

/// The body of an answer, whoever made it.
pub(crate) type Body = BoxBody<Bytes, hyper::Error>;

/// What concerns one connection and not the next (RFC 9110 §7.6.1).
const HOP_BY_HOP: [HeaderName; 9] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// Answers the calls of all connections.
pub(crate) struct Relay {
    pub(crate) upstream: Upstream,
    pub(crate) calls: Arc<Calls>,
}

impl Relay {
    /// The answer to a call, or the end of its connection.
    pub(crate) async fn answer(&self, request: Request<Incoming>, cut: Arc<Cut>) -> Result<Response<Body>, Gone> {
        let entry = self.calls.arrived(request.method(), request.uri());
        let answer = match entry.fault {
            None => self.pass(request, &entry, &cut).await?.map(|body| body.boxed()),
            Some(fault) => self.fail(fault, request, &entry, cut).await?,
        };
        entry.given(answer.status());
        Ok(answer)
    }

    async fn fail(
        &self,
        fault: Fault,
        request: Request<Incoming>,
        entry: &Entry,
        cut: Arc<Cut>,
    ) -> Result<Response<Body>, Gone> {
        let is_head = request.method() == Method::HEAD;
        let answer = match fault.moment() {
            Moment::After => Some(self.pass(request, entry, &cut).await?),
            Moment::Before if fault == Fault::Reset(Moment::Before) => None,
            Moment::Before => {
                // A client that is still sending may not listen to an answer, and its going away would not be noticed. An error
                // is the end of the connection, and of this future with it.
                let _ = request.into_body().collect().await;
                None
            }
        };
        match (fault, answer) {
            (Fault::TooManyRequests(_), _) => Ok(answers::too_many_requests()),
            (Fault::InternalError(_), _) => Ok(answers::internal_error()),
            (Fault::BadGatewayHtml(_), _) => Ok(answers::bad_gateway_html()),
            (Fault::Sealed(_), _) => Ok(answers::sealed()),
            (Fault::Standby(_), _) => Ok(answers::standby()),
            (Fault::WrongType(_), _) => Ok(answers::wrong_type()),
            (Fault::WrongTypeHtml(_), _) => Ok(answers::wrong_type_html()),
            // Dropped when the client hangs up or the proxy ends.
            (Fault::Timeout(_), _) => std::future::pending().await,
            (Fault::Reset(_), _) => Err(cut.reset()),
            (Fault::HalfBody, Some(answer)) if !is_head => Ok(halve(answer, cut)),
            (Fault::HalfBody, _) => Err(cut.close()),
        }
    }

    /// The answer of the server. Without one, the client sees what it would see without the proxy: its connection breaks.
    async fn pass(&self, request: Request<Incoming>, entry: &Entry, cut: &Cut) -> Result<Response<Incoming>, Gone> {
        entry.reached(Reach::Asked);
        match self.upstream.send(for_the_server(request)).await {
            Ok(mut answer) => {
                entry.reached(Reach::Answered(answer.status().as_u16()));
                remove_hop_by_hop(answer.headers_mut());
                *answer.version_mut() = Version::default();
                Ok(answer)
            }
            Err(error) => {
                entry.reached(Reach::Lost(error.to_string()));
                Err(cut.reset())
            }
        }
    }
}

/// The request as an HTTP/1.1 client would send it to the server itself, under the name by which the client calls the proxy.
fn for_the_server(mut request: Request<Incoming>) -> Request<Incoming> {
    *request.version_mut() = Version::HTTP_11;
    let host = request.uri().authority().and_then(|name| HeaderValue::from_str(name.as_str()).ok());
    let path = request.uri().path_and_query().cloned();
    *request.uri_mut() = path.map_or_else(|| Uri::from_static("/"), Uri::from);
    let headers = request.headers_mut();
    remove_hop_by_hop(headers);
    // HTTP/2 has the name in the address.
    if let Some(host) = host {
        headers.entry(HOST).or_insert(host);
    }
    request
}

fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in HOP_BY_HOP.iter().chain(&named) {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_one_connection_stay_there() {
        let mut headers = HeaderMap::new();
        for (name, value) in [("connection", "close, X-Hop"), ("x-hop", "1"), ("te", "trailers"), ("x-kept", "2")] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        remove_hop_by_hop(&mut headers);
        assert_eq!(headers.keys().collect::<Vec<_>>(), ["x-kept"]);
    }
}
