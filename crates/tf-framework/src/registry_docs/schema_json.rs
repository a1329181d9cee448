//! All schemas as JSON, as the CLIs print them.

use serde_json::{Map, Value as Json, json};
use tf_value::{Text, Type};

use super::{Catalog, Parameter, Signature};
use crate::model::IdentityAttribute;
use crate::schema::{Attribute, Block, NestedBlock, Nesting, Schema};

pub(super) fn provider(catalog: &Catalog) -> Json {
    let schemas = |schemas: &std::collections::BTreeMap<String, Schema>| -> Json {
        schemas.iter().map(|(name, schema)| (name.clone(), self::schema(schema))).collect::<Map<_, _>>().into()
    };
    let resources = catalog.resources.iter().map(|(name, entry)| (name.clone(), schema(&entry.schema)));
    let identities = catalog.resources.iter().filter(|(_, entry)| !entry.identity.is_empty());
    let identities = identities.map(|(name, entry)| (name.clone(), identity(entry.schema.version(), &entry.identity)));
    let functions = catalog.functions.iter().map(|(name, signature)| (name.clone(), function(signature)));
    json!({
        "provider": schema(&catalog.schema),
        "resource_schemas": resources.collect::<Map<_, _>>(),
        "data_source_schemas": schemas(&catalog.data_sources),
        "ephemeral_resource_schemas": schemas(&catalog.ephemeral_resources),
        "functions": functions.collect::<Map<_, _>>(),
        "resource_identity_schemas": identities.collect::<Map<_, _>>(),
    })
}

fn schema(schema: &Schema) -> Json {
    json!({ "version": schema.version(), "block": block(schema.block()) })
}

fn block(block: &Block) -> Json {
    let mut json = Map::new();
    let attributes = block.attributes().iter().map(|(name, attribute)| (name.to_string(), self::attribute(attribute)));
    some(&mut json, "attributes", attributes.collect());
    let blocks = block.blocks().iter().map(|(name, nested)| (name.to_string(), nested_block(nested)));
    some(&mut json, "block_types", blocks.collect());
    describe(&mut json, block.description_text(), block.deprecation());
    json.into()
}

fn some(json: &mut Map<String, Json>, name: &str, members: Map<String, Json>) {
    if !members.is_empty() {
        json.insert(name.to_owned(), members.into());
    }
}

fn describe(json: &mut Map<String, Json>, description: &Text, deprecation: Option<&Text>) {
    if !description.is_empty() {
        json.insert("description".to_owned(), description.as_str().into());
    }
    json.insert("description_kind".to_owned(), "markdown".into());
    if let Some(instead) = deprecation {
        json.insert("deprecated".to_owned(), true.into());
        json.insert("deprecation_message".to_owned(), instead.as_str().into());
    }
}

fn attribute(attribute: &Attribute) -> Json {
    let mut json = Map::new();
    match attribute.nested() {
        None => json.insert("type".to_owned(), ty(&attribute.implied_type())),
        Some(nested) => {
            let attributes = nested.object().attributes().iter();
            let attributes = attributes.map(|(name, attribute)| (name.to_string(), self::attribute(attribute)));
            let attributes: Map<_, _> = attributes.collect();
            let nesting = nesting(nested.nesting());
            json.insert("nested_type".to_owned(), json!({ "attributes": attributes, "nesting_mode": nesting }))
        }
    };
    describe(&mut json, attribute.description_text(), attribute.deprecation());
    let mode = attribute.mode();
    for (name, holds) in [
        ("required", mode.is_required()),
        ("optional", mode.is_optional()),
        ("computed", mode.is_computed()),
        ("sensitive", attribute.is_sensitive()),
        ("write_only", attribute.is_write_only()),
    ] {
        if holds {
            json.insert(name.to_owned(), true.into());
        }
    }
    json.into()
}

fn nested_block(nested: &NestedBlock) -> Json {
    let mut json = Map::new();
    json.insert("nesting_mode".to_owned(), nesting(nested.nesting()).into());
    json.insert("block".to_owned(), block(nested.block()));
    for (name, items) in [("min_items", nested.min_items()), ("max_items", nested.max_items())] {
        if items > 0 {
            json.insert(name.to_owned(), items.into());
        }
    }
    json.into()
}

fn nesting(nesting: Nesting) -> &'static str {
    match nesting {
        Nesting::Single => "single",
        Nesting::Group => "group",
        Nesting::List => "list",
        Nesting::Set => "set",
        Nesting::Map => "map",
    }
}

/// The version of an identity is that of the schema: they change together.
fn identity(version: u32, attributes: &[IdentityAttribute]) -> Json {
    let attributes = attributes.iter().map(|attribute| {
        let need = if attribute.required { "required_for_import" } else { "optional_for_import" };
        let json = json!({ "type": ty(&attribute.ty), "description": attribute.description, need: true });
        (attribute.name.to_owned(), json)
    });
    json!({ "version": version, "attributes": attributes.collect::<Map<_, _>>() })
}

fn function(signature: &Signature) -> Json {
    let mut json = Map::new();
    json.insert("description".to_owned(), signature.description.as_str().into());
    json.insert("return_type".to_owned(), ty(&signature.result));
    if !signature.parameters.is_empty() {
        json.insert("parameters".to_owned(), signature.parameters.iter().map(parameter).collect());
    }
    if let Some(variadic) = &signature.variadic {
        json.insert("variadic_parameter".to_owned(), parameter(variadic));
    }
    if let Some(instead) = &signature.deprecation {
        json.insert("deprecation_message".to_owned(), instead.as_str().into());
    }
    json.into()
}

fn parameter(parameter: &Parameter) -> Json {
    let mut json = json!({ "name": parameter.name, "description": parameter.description, "type": ty(&parameter.ty) });
    if parameter.nullable
        && let Some(members) = json.as_object_mut()
    {
        members.insert("is_nullable".to_owned(), true.into());
    }
    json
}

fn ty(ty: &Type) -> Json {
    // The text of a type is JSON by definition.
    serde_json::from_str(&ty.to_json()).unwrap_or(Json::Null)
}
