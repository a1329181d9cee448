//! The engine as an `OpenAPI` 3.0.2 document, of the parts that both servers read back.
//!
//! Hosts take documents of plugins apart and put them together again. What they do not know is lost, references point to
//! nothing then, and one null fails the document of the whole server: so schemas stand where they are used, and nothing is null.

use serde_json::{Map, Value, json};

use crate::backend::{Backend, Route};
use crate::field::{Fallback, Kind, Spec};
use crate::pattern::Part;
use crate::request::Operation;

/// The document of all paths.
pub(crate) fn document<S>(backend: &Backend<S>) -> Value {
    of_routes(backend, backend.routes.iter())
}

/// The document of one path.
pub(crate) fn of_path<S>(backend: &Backend<S>, route: &Route<S>) -> Value {
    of_routes(backend, std::iter::once(route))
}

fn of_routes<'a, S: 'a>(backend: &Backend<S>, routes: impl Iterator<Item = &'a Route<S>>) -> Value {
    let mut paths = Map::new();
    for route in routes {
        for form in route.pattern.forms() {
            // The same form can be of two patterns; the more particular is asked first, and stands.
            paths.entry(url(&form)).or_insert_with(|| item(route, &form));
        }
    }
    json!({
        "openapi": "3.0.2",
        "info": {
            "title": "Secrets engine",
            "description": backend.help,
            "version": backend.version,
            "license": { "name": "Not stated", "url": "" },
        },
        "paths": paths,
        "components": { "schemas": {} },
    })
}

/// `/notes/{name}`
fn url(form: &[Part]) -> String {
    let part = |part: &Part| part.name().map_or_else(|| text(part).to_owned(), |name| format!("{{{name}}}"));
    format!("/{}", form.iter().map(part).collect::<Vec<_>>().join("/"))
}

fn text(part: &Part) -> &'static str {
    match part {
        Part::Text(text) => text,
        Part::One { name, .. } | Part::Rest { name, .. } => name,
    }
}

fn item<S>(route: &Route<S>, form: &[Part]) -> Value {
    let path = &route.path;
    // Also a name that this form leaves out: it is only ever taken from the path.
    let is_in_path = |field: &Spec| route.pattern.names().any(|name| name == field.name);
    // In the order of the path.
    let in_path =
        form.iter().filter_map(Part::name).filter_map(|name| path.fields.iter().find(|field| field.name == name));
    let parameters: Vec<Value> = in_path.map(|field| parameter(field, "path", true)).collect();
    let rest: Vec<&Spec> = path.fields.iter().filter(|field| !is_in_path(field)).collect();
    let has = |operation| path.handlers.contains_key(&operation);

    let mut item = Map::new();
    item.insert("description".to_owned(), path.about.synopsis.into());
    for (mark, is_set) in [
        ("x-vault-createSupported", has(Operation::Create)),
        ("x-vault-sudo", path.is_sudo),
        ("x-vault-unauthenticated", path.is_unauthenticated),
    ] {
        if is_set {
            item.insert(mark.to_owned(), true.into());
        }
    }
    if !parameters.is_empty() {
        item.insert("parameters".to_owned(), parameters.into());
    }
    let operation = |parameters: Vec<Value>, body: Option<Value>, answer: u16| {
        let mut operation = Map::from_iter([
            ("summary".to_owned(), Value::from(path.about.synopsis)),
            ("description".to_owned(), Value::from(path.about.description)),
            ("tags".to_owned(), json!(["secrets"])),
            (
                "responses".to_owned(),
                json!({ answer.to_string(): { "description": if answer == 204 { "empty body" } else { "OK" } } }),
            ),
        ]);
        if path.about.is_deprecated {
            operation.insert("deprecated".to_owned(), true.into());
        }
        if !parameters.is_empty() {
            operation.insert("parameters".to_owned(), parameters.into());
        }
        if let Some(body) = body {
            operation.insert("requestBody".to_owned(), body);
        }
        Value::from(operation)
    };
    if has(Operation::Read) || has(Operation::List) || has(Operation::Scan) {
        let mut query: Vec<Value> = rest.iter().map(|field| parameter(field, "query", false)).collect();
        query.extend(list_parameter(has(Operation::List), has(Operation::Read), "list", "Must be `true` for a list."));
        query.extend(list_parameter(
            has(Operation::Scan),
            has(Operation::Read),
            "scan",
            "Must be `true` for a list of all levels.",
        ));
        item.insert("get".to_owned(), operation(query, None, 200));
    }
    if has(Operation::Create) || has(Operation::Update) {
        item.insert("post".to_owned(), operation(Vec::new(), body(&rest, "application/json"), 200));
    }
    if has(Operation::Patch) {
        item.insert("patch".to_owned(), operation(Vec::new(), body(&rest, "application/merge-patch+json"), 200));
    }
    if has(Operation::Delete) {
        item.insert("delete".to_owned(), operation(Vec::new(), None, 204));
    }
    Value::from(item)
}

/// Both kinds of list are a GET with a parameter, which has to be there if there is nothing else to get.
fn list_parameter(is_there: bool, can_read: bool, name: &str, description: &str) -> Option<Value> {
    is_there.then(|| {
        json!({
            "name": name,
            "description": description,
            "in": "query",
            "required": !can_read,
            "schema": { "type": "string", "enum": ["true"] },
        })
    })
}

fn parameter(field: &Spec, place: &str, is_required: bool) -> Value {
    let mut parameter = json!({
        "name": field.name,
        "description": field.description,
        "in": place,
        "schema": schema(field),
    });
    if let Some(parameter) = parameter.as_object_mut() {
        for (mark, is_set) in [("required", is_required), ("deprecated", field.is_deprecated)] {
            if is_set {
                parameter.insert(mark.to_owned(), true.into());
            }
        }
    }
    parameter
}

fn body(fields: &[&Spec], media_type: &str) -> Option<Value> {
    if fields.is_empty() {
        return None;
    }
    let property = |field: &&Spec| {
        let mut schema = schema(field);
        schema.insert("description".to_owned(), field.description.into());
        if field.is_deprecated {
            schema.insert("deprecated".to_owned(), true.into());
        }
        (field.name.to_owned(), Value::from(schema))
    };
    let properties: Map<String, Value> = fields.iter().map(property).collect();
    let required: Vec<&str> = fields.iter().filter(|field| field.is_required).map(|field| field.name).collect();
    let mut schema =
        Map::from_iter([("type".to_owned(), "object".into()), ("properties".to_owned(), properties.into())]);
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    Some(json!({ "required": true, "content": { media_type: { "schema": schema } } }))
}

fn schema(field: &Spec) -> Map<String, Value> {
    let mut schema = Map::new();
    let mut set = |name: &str, value: Value| {
        schema.insert(name.to_owned(), value);
    };
    let (kind, format) = match field.kind {
        Kind::String | Kind::LowercaseString | Kind::Name | Kind::Secret => ("string", ""),
        Kind::Int => ("integer", ""),
        Kind::Int64 => ("integer", "int64"),
        Kind::Bool => ("boolean", ""),
        Kind::Float => ("number", "float"),
        Kind::Duration | Kind::SignedDuration => ("string", "duration"),
        Kind::Time => ("string", "date-time"),
        Kind::Map => ("object", "map"),
        Kind::Pairs => ("object", "kvpairs"),
        Kind::Headers => ("object", ""),
        Kind::List | Kind::Strings | Kind::CommaList => ("array", ""),
    };
    set("type", kind.into());
    if !format.is_empty() {
        set("format", format.into());
    }
    match field.kind {
        Kind::Name => set("pattern", r"^\w(([\w-.]+)?\w)?$".into()),
        Kind::LowercaseString => set("format", "lowercase".into()),
        Kind::List => set("items", json!({ "type": "object" })),
        Kind::Strings | Kind::CommaList => set("items", json!({ "type": "string" })),
        _ => {}
    }
    if !field.one_of.is_empty() {
        set("enum", json!(field.one_of));
    }
    match field.fallback {
        None => {}
        Some(Fallback::Text(text)) => set("default", text.into()),
        Some(Fallback::Integer(number)) => set("default", number.into()),
        Some(Fallback::Boolean(truth)) => set("default", truth.into()),
        Some(Fallback::Real(number)) => set("default", number.into()),
        Some(Fallback::Seconds(seconds)) => set("default", format!("{seconds}s").into()),
    }
    let mut shown = Map::new();
    if let Some(label) = field.label {
        shown.insert("name".to_owned(), label.into());
    }
    if field.kind == Kind::Secret {
        shown.insert("sensitive".to_owned(), true.into());
    }
    if !shown.is_empty() {
        set("x-vault-displayAttrs", shown.into());
    }
    schema
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::{SignedDuration, Timestamp};
    use secrecy::SecretString;

    use super::*;
    use crate::field::{Headers, Pairs};
    use crate::{Call, Error, Field, Outcome, Path, Response};

    async fn nothing(_: Call) -> Outcome {
        Ok(Response::none())
    }

    async fn no(_: Call) -> Result<bool, Error> {
        Ok(false)
    }

    /// Every type of field, every operation, every mark.
    fn everything() -> Value {
        const STRING: Field<String> = Field::string("string", "A.").one_of(&["a", "b"]).or("a").label("A string");
        const LOWERCASE: Field<String> = Field::lowercase("lowercase", "B.").deprecated();
        const SECRET: Field<SecretString> = Field::secret("secret", "C.").required();
        const INT: Field<i64> = Field::int("int", "D.").or(5);
        const INT64: Field<i64> = Field::int64("int64", "E.");
        const BOOL: Field<bool> = Field::bool("bool", "F.").or(true);
        const FLOAT: Field<f64> = Field::float("float", "G.").or(0.5);
        const DURATION: Field<Duration> = Field::duration("duration", "H.").or_seconds(60);
        const SIGNED: Field<SignedDuration> = Field::signed_duration("signed", "I.");
        const TIME: Field<Timestamp> = Field::time("time", "J.");
        const MAP: Field<Map<String, Value>> = Field::map("map", "K.");
        const PAIRS: Field<Pairs> = Field::pairs("pairs", "L.");
        const LIST: Field<Vec<Value>> = Field::list("list", "M.");
        const STRINGS: Field<Vec<String>> = Field::strings("strings", "N.");
        const COMMAS: Field<Vec<String>> = Field::comma_list("commas", "O.");
        const HEADERS: Field<Headers> = Field::headers("headers", "P.");
        const NAME: Field<String> = Field::name("name", "Q.");
        let all = Path::new("all/{name?}")
            .synopsis("All.")
            .description("All of it.")
            .field(NAME)
            .field(STRING)
            .field(LOWERCASE)
            .field(SECRET)
            .field(INT)
            .field(INT64)
            .field(BOOL)
            .field(FLOAT)
            .field(DURATION)
            .field(SIGNED)
            .field(TIME)
            .field(MAP)
            .field(PAIRS)
            .field(LIST)
            .field(STRINGS)
            .field(COMMAS)
            .field(HEADERS)
            .exists(no)
            .read(nothing)
            .list(nothing)
            .scan(nothing)
            .write(nothing)
            .patch(nothing)
            .delete(nothing);
        let names = Path::new("names").deprecated().sudo().list(nothing);
        let open = Path::new("open/{rest...}").field(Field::string("rest", "R.")).unauthenticated().read(nothing);
        let backend = Backend::builder("1.2.3").help("Help.").path(all).path(names).path(open).build().unwrap();
        document(&backend)
    }

    fn walk(value: &Value, look: &mut impl FnMut(&str, &Value)) {
        match value {
            Value::Object(object) => object.iter().for_each(|(name, value)| {
                look(name, value);
                walk(value, look);
            }),
            Value::Array(values) => values.iter().for_each(|value| walk(value, look)),
            _ => {}
        }
    }

    #[test]
    fn nothing_is_null_and_nothing_is_elsewhere() {
        walk(&everything(), &mut |name, value| {
            assert!(!value.is_null(), "{name} is null");
            assert_ne!(name, "$ref");
        });
    }

    #[test]
    fn marks_parameters_and_bodies_are_where_servers_look() {
        let document = everything();
        let at = |pointer: &str| document.pointer(pointer).cloned().unwrap_or_default();
        let paths: Vec<String> = document["paths"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(paths, ["/all", "/all/{name}", "/names", "/open/{rest}"]);
        assert_eq!(at("/paths/~1names/x-vault-sudo"), json!(true));
        assert_eq!(at("/paths/~1names/get/deprecated"), json!(true));
        assert_eq!(at("/paths/~1names/get/parameters/0/required"), json!(true), "there is nothing else to get");
        assert_eq!(at("/paths/~1open~1{rest}/x-vault-unauthenticated"), json!(true));
        assert_eq!(at("/paths/~1all/x-vault-createSupported"), json!(true));
        assert_eq!(at("/paths/~1all~1{name}/parameters/0/in"), json!("path"));
        assert_eq!(at("/paths/~1all~1{name}/parameters/0/required"), json!(true));
        assert_eq!(at("/paths/~1all/parameters"), json!(null));
        let without = "/paths/~1all/post/requestBody/content/application~1json/schema/properties";
        assert!(
            at(without).get("string").is_some() && at(without).get("name").is_none(),
            "a body has no part of the path"
        );
        let query = at("/paths/~1all/get/parameters");
        assert!(query.as_array().unwrap().iter().all(|parameter| parameter["name"] != "name"), "{query}");
        let body = at("/paths/~1all~1{name}/post/requestBody/content/application~1json/schema");
        assert_eq!(body["required"], json!(["secret"]));
        assert_eq!(body["properties"].as_object().unwrap().len(), 16);
        let expected = json!({
            "type": "string", "description": "A.", "enum": ["a", "b"], "default": "a",
            "x-vault-displayAttrs": { "name": "A string" },
        });
        assert_eq!(body["properties"]["string"], expected);
        assert_eq!(body["properties"]["secret"]["x-vault-displayAttrs"]["sensitive"], json!(true));
        assert_eq!(body["properties"]["duration"]["default"], json!("60s"));
        assert_eq!(at("/paths/~1all/patch/requestBody/required"), json!(true));
        assert_eq!(at("/paths/~1all/delete/responses/204/description"), json!("empty body"));
    }
}
