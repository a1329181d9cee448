//! OpenEphemeralResource: opens it for the time of one command.

use std::sync::Arc;

use plugin_proto::tfplugin6::close_ephemeral_resource;
use plugin_proto::tfplugin6::open_ephemeral_resource::{Request, Response};
use tf_value::Value;

use super::judgement::Judgement;
use super::query;
use super::run::{Operation, failure, run};
use super::served::Served;
use crate::contents::Listed;
use crate::context::Context;
use crate::diagnostic::Diagnostics;
use crate::erased::{AnyEphemeral, AnyOpened};
use crate::failure::Outcome;
use crate::private::Private;
use crate::provider::Provider;
use crate::schema::Schema;
use crate::wire::{diagnostics, dynamic_value};

pub(super) async fn answer<P: Provider>(server: Arc<Served<P>>, request: Request) -> Response {
    let mut told = Diagnostics::new();
    let mut response = opening(&server, &request, &mut told).await.unwrap_or_else(|failure| {
        told.extend(failure.into_diagnostics());
        Response::default()
    });
    response.diagnostics = diagnostics::encode(told);
    response
}

/// Closes what was opened for a client that has gone meanwhile.
pub(super) async fn undo<P: Provider>(server: Arc<Served<P>>, type_name: String, answer: Response) {
    if answer.result.is_none() {
        return;
    }
    tracing::info!("closing what was opened: nobody waits for it any more");
    let request = close_ephemeral_resource::Request { type_name, private: answer.private };
    super::close_ephemeral_resource::answer(server, request).await;
}

async fn opening<P: Provider>(server: &Served<P>, request: &Request, told: &mut Diagnostics) -> Outcome<Response> {
    let name = &request.type_name;
    let listed = server.ephemeral_resource(name)?;
    let schema = listed.schema();
    let config = dynamic_value::decode("configuration", request.config.as_ref(), schema.implied_type())?;
    let query = query::of(schema, &config)?;
    let cx = server.context(None, Private::default())?;
    let opened = open(listed, &cx, name, schema, &query, server.judgement()).await;
    told.extend(cx.end().told);
    let AnyOpened { result, lease, renew_at } = opened?;
    Ok(Response {
        result: Some(dynamic_value::encode(&result, schema.implied_type())?),
        private: Some(lease.into()),
        renew_at: renew_at.map(Into::into),
        ..Response::default()
    })
}

async fn open<P: Provider>(
    listed: &Listed<dyn AnyEphemeral<P>>,
    cx: &Context<P>,
    name: &str,
    schema: &Schema,
    query: &Value,
    judgement: Judgement,
) -> Outcome<AnyOpened> {
    let opened = run(Operation::Open, name, None, listed.author.open(cx, query.clone())).await;
    let AnyOpened { result, lease, renew_at } = opened.map_err(|halt| failure(halt, name))?;
    let (result, violations) = query::answer(schema, query, result);
    if !violations.is_empty() {
        // Core will not hear of it, so nobody else would close it.
        let closed = run(Operation::Close, name, None, listed.author.close(cx, &lease)).await;
        closed.map_err(|halt| failure(halt, name))?;
    }
    judgement.pass(name, &violations)?;
    Ok(AnyOpened { result, lease, renew_at })
}
