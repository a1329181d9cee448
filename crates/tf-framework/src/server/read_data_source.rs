//! ReadDataSource: finds what the user asks for.

use plugin_proto::tfplugin6::read_data_source::{Request, Response};

use super::query;
use super::run::{Operation, failure, run};
use super::served::Served;
use crate::diagnostic::Diagnostics;
use crate::failure::Outcome;
use crate::private::Private;
use crate::provider::Provider;
use crate::wire::{diagnostics, dynamic_value};

pub(super) async fn answer<P: Provider>(server: &Served<P>, request: Request) -> Response {
    let mut told = Diagnostics::new();
    let mut response = reading(server, &request, &mut told).await.unwrap_or_else(|failure| {
        told.extend(failure.into_diagnostics());
        Response::default()
    });
    response.diagnostics = diagnostics::encode(told);
    response
}

async fn reading<P: Provider>(server: &Served<P>, request: &Request, told: &mut Diagnostics) -> Outcome<Response> {
    let name = &request.type_name;
    let listed = server.data_source(name)?;
    let schema = listed.schema();
    let config = dynamic_value::decode("configuration", request.config.as_ref(), schema.implied_type())?;
    let query = query::of(schema, &config)?;
    let cx = server.context(None, Private::default())?;
    let found = run(Operation::Read, name, None, listed.author.read(&cx, query.clone())).await;
    told.extend(cx.end().told);
    let (state, violations) = query::answer(schema, &query, found.map_err(|halt| failure(halt, name))?);
    server.judgement().pass(name, &violations)?;
    Ok(Response { state: Some(dynamic_value::encode(&state, schema.implied_type())?), ..Response::default() })
}
