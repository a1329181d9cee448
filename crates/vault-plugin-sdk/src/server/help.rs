//! Help: pages for people, and the document for programs. Both must always be there.

use plugin_proto::vault::pb;
use serde_json::json;

use super::answer::refusal;
use crate::backend::Backend;
use crate::error::Error;
use crate::{help, openapi};

pub(super) fn answer<S>(backend: &Backend<S>, wire: &pb::Request) -> pb::HandleRequestReply {
    let (page, document) = if wire.path.is_empty() {
        (help::root(backend), openapi::document(backend))
    } else {
        match backend.route(&wire.path, true) {
            Some((route, _)) => (help::path(route, &wire.path), openapi::of_path(backend, route)),
            None => return refusal(&Error::UnsupportedPath),
        }
    };
    let data = json!({ "help": page, "see_also": [], "openapi": document });
    let response = pb::Response { data: data.to_string(), ..pb::Response::default() };
    pb::HandleRequestReply { response: Some(response), err: None }
}
