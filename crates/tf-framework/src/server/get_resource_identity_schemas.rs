//! GetResourceIdentitySchemas: what tells the objects of each resource apart.

use plugin_proto::tfplugin6::get_resource_identity_schemas::Response;

use super::served::Served;
use crate::provider::Provider;
use crate::wire::identity;

pub(super) fn answer<P: Provider>(server: &Served<P>) -> Response {
    let resources = server.contents().resources().iter();
    let schemas = resources.filter_map(|(name, listed)| {
        let attributes = listed.author.identity();
        let schema = || identity::schema(listed.author.version(), &attributes);
        (!attributes.is_empty()).then(|| (name.clone(), schema()))
    });
    Response { identity_schemas: schemas.collect(), ..Response::default() }
}
