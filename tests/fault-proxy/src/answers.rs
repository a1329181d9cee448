//! The answers that a fault makes up.

use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;

use crate::relay::Body;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

const LIMITED: &str = r#"{"errors":["the rate limit is exceeded"]}"#;
const INTERNAL: &str = r#"{"errors":["internal error"]}"#;
const SEALED: &str = r#"{"errors":["Vault is sealed"]}"#;
const STANDBY: &str = r#"{"initialized":true,"sealed":false,"standby":true,"performance_standby":true,"replication_performance_mode":"disabled","replication_dr_mode":"disabled","server_time_utc":0,"version":"1.0.0","cluster_name":"proxy","cluster_id":"00000000-0000-0000-0000-000000000000"}"#;
/// The members that clients of OpenBao, Vault, Kubernetes and etcd look for.
const WRONG: &str = r#"{"request_id":1,"lease_id":[],"lease_duration":"long","renewable":"yes","data":["text"],"auth":"text","wrap_info":"text","warnings":7,"errors":7,"keys":"text","policy":{},"kind":7,"apiVersion":[],"metadata":"text","spec":"text","status":[],"items":"text","header":"text","kvs":"text","count":{}}"#;
const PAGE_502: &str =
    "<!DOCTYPE html>\n<html><head><title>502</title></head><body><h1>Bad gateway</h1></body></html>\n";
const PAGE_200: &str =
    "<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><h1>Please sign in</h1></body></html>\n";

/// 473 is outside of every registry.
pub(crate) fn standby() -> Response<Body> {
    // In the range that the type allows, so the default, 200, is never taken.
    answer(StatusCode::from_u16(473).unwrap_or_default(), JSON, STANDBY)
}

pub(crate) fn too_many_requests() -> Response<Body> {
    let mut answer = answer(StatusCode::TOO_MANY_REQUESTS, JSON, LIMITED);
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    answer
}

pub(crate) fn internal_error() -> Response<Body> {
    answer(StatusCode::INTERNAL_SERVER_ERROR, JSON, INTERNAL)
}

pub(crate) fn bad_gateway_html() -> Response<Body> {
    answer(StatusCode::BAD_GATEWAY, HTML, PAGE_502)
}

pub(crate) fn sealed() -> Response<Body> {
    answer(StatusCode::SERVICE_UNAVAILABLE, JSON, SEALED)
}

pub(crate) fn wrong_type() -> Response<Body> {
    answer(StatusCode::OK, JSON, WRONG)
}

pub(crate) fn wrong_type_html() -> Response<Body> {
    answer(StatusCode::OK, HTML, PAGE_200)
}

fn answer(status: StatusCode, content_type: HeaderValue, text: &'static str) -> Response<Body> {
    let body = Full::new(Bytes::from_static(text.as_bytes())).map_err(|never| match never {}).boxed();
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, content_type);
    answer
}
