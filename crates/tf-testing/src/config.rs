//! Configurations as a test writes them: like the object in a `.tf.json` file, completed and typed by the schema.

use serde::{Serialize, Serializer};
use serde_json::Value as Json;
use tf_framework::schema::{Attribute, Block, Mode, NestedBlock, Nesting, Schema};
use tf_value::{Number, Path, Text, Type, Value};

use crate::refusal::Refusal;

/// A configuration, an identity, or the arguments of a function.
///
/// Made by [`config!`](crate::config!), or from a [`Value`] that has every attribute.
#[derive(Clone, Debug)]
pub struct Config(Source);

#[derive(Clone, Debug)]
enum Source {
    Json(Json),
    Value(Value),
}

/// In a [`config!`](crate::config!), a value that is known only after apply.
#[derive(Clone, Copy, Debug)]
pub struct Unknown;

/// No text of a configuration is this: it has characters that none may have.
const UNKNOWN: &str = "\u{0}unknown\u{0}";

/// Writes a configuration: `config!({ "name": "a", "size": 3, "labels": { "x": Unknown } })`.
///
/// Attributes that are not mentioned are null, blocks are none. A required attribute must be mentioned, as the cores demand.
/// Numbers that no double can hold are written as texts.
#[macro_export]
macro_rules! config {
    ($($json:tt)+) => {
        $crate::Config::from($crate::serde_json::json!($($json)+))
    };
}

impl From<Json> for Config {
    fn from(json: Json) -> Self {
        Self(Source::Json(json))
    }
}

impl From<Value> for Config {
    fn from(value: Value) -> Self {
        Self(Source::Value(value))
    }
}

impl From<&Value> for Config {
    fn from(value: &Value) -> Self {
        Self::from(value.clone())
    }
}

impl From<&Self> for Config {
    fn from(config: &Self) -> Self {
        config.clone()
    }
}

impl Serialize for Unknown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(UNKNOWN)
    }
}

/// What is wrong with a configuration, and where.
type Mistake = (Path, String);

impl Config {
    /// The configuration of an object.
    pub(crate) fn object(&self, of: &str, schema: &Schema) -> Result<Value, Refusal> {
        let value = match &self.0 {
            Source::Json(json) => block(schema.block(), json, &Path::root()),
            Source::Value(value) => Ok(value.clone()),
        };
        checked(of, schema.implied_type(), value)
    }

    /// A value of a type.
    pub(crate) fn typed(&self, of: &str, ty: &Type) -> Result<Value, Refusal> {
        let value = match &self.0 {
            Source::Json(json) => typed(ty, json, &Path::root()),
            Source::Value(value) => Ok(value.clone()),
        };
        checked(of, ty, value)
    }
}

fn checked(of: &str, ty: &Type, value: Result<Value, Mistake>) -> Result<Value, Refusal> {
    let refusal = |path, problem| Refusal::Unasked { of: of.to_owned(), path, problem };
    let value = value.map_err(|(path, problem)| refusal(path, problem))?;
    value.check(ty).map_err(|error| refusal(error.path(), error.problem().to_string()))?;
    Ok(value)
}

fn block(block: &Block, json: &Json, path: &Path) -> Result<Value, Mistake> {
    if is_unknown(json) {
        return Ok(Value::unknown());
    }
    let given = json.as_object().ok_or_else(|| (path.clone(), "must be an object".to_owned()))?;
    let known =
        |name: &String| block.attributes().contains_key(name.as_str()) || block.blocks().contains_key(name.as_str());
    if let Some(name) = given.keys().find(|name| !known(name)) {
        return Err((path.clone().attribute(name.as_str()), "is not in the schema".to_owned()));
    }
    let mut members = Vec::new();
    for (name, declared) in block.attributes() {
        let path = path.clone().attribute(name);
        members.push((name.clone(), attribute(declared, given.get(name.as_str()), &path)?));
    }
    for (name, declared) in block.blocks() {
        let path = path.clone().attribute(name);
        members.push((name.clone(), blocks(declared, given.get(name.as_str()), &path)?));
    }
    Ok(Value::object(members))
}

fn attribute(attribute: &Attribute, json: Option<&Json>, path: &Path) -> Result<Value, Mistake> {
    let Some(json) = json else {
        return match attribute.mode() {
            Mode::Required => Err((path.clone(), "is required; write null to see what the provider says".to_owned())),
            Mode::Optional | Mode::Computed | Mode::OptionalComputed => Ok(Value::Null),
        };
    };
    match attribute.nested() {
        Some(_) if json.is_null() => Ok(Value::Null),
        Some(nested) => objects(nested.nesting(), nested.object(), json, path),
        None => typed(&attribute.implied_type(), json, path),
    }
}

fn blocks(nested: &NestedBlock, json: Option<&Json>, path: &Path) -> Result<Value, Mistake> {
    let empty = |json: Json| objects(nested.nesting(), nested.block(), &json, path);
    match (json, nested.nesting()) {
        (Some(json), nesting) if !json.is_null() => {
            let value = objects(nesting, nested.block(), json, path)?;
            let items = value.length().and_then(|items| u32::try_from(items).ok());
            let counted = matches!(nesting, Nesting::List | Nesting::Set);
            let too_many = nested.max_items() > 0 && items > Some(nested.max_items());
            if counted && items.is_some() && (items < Some(nested.min_items()) || too_many) {
                return Err((path.clone(), "is not as often there as it must be".to_owned()));
            }
            Ok(value)
        }
        (_, Nesting::Single) if nested.min_items() == 0 => Ok(Value::Null),
        (_, Nesting::Single) => Err((path.clone(), "is a block that is required".to_owned())),
        (_, Nesting::List | Nesting::Set) if nested.min_items() > 0 => {
            Err((path.clone(), "is not as often there as it must be".to_owned()))
        }
        (_, Nesting::Group | Nesting::Map) => empty(Json::Object(serde_json::Map::new())),
        (_, Nesting::List | Nesting::Set) => empty(Json::Array(Vec::new())),
    }
}

fn objects(nesting: Nesting, object: &Block, json: &Json, path: &Path) -> Result<Value, Mistake> {
    if is_unknown(json) {
        return Ok(Value::unknown());
    }
    match nesting {
        Nesting::Single | Nesting::Group => block(object, json, path),
        Nesting::List => Ok(Value::list(elements(json, path, |json, path| block(object, json, path))?)),
        Nesting::Set => Ok(Value::set(elements(json, path, |json, path| block(object, json, path))?)),
        Nesting::Map => Ok(Value::map(entries(json, path, |json, path| block(object, json, path))?)),
    }
}

fn typed(ty: &Type, json: &Json, path: &Path) -> Result<Value, Mistake> {
    if json.is_null() {
        return Ok(Value::Null);
    }
    if is_unknown(json) {
        return Ok(Value::unknown());
    }
    let expected = |what: &str| (path.clone(), format!("must be {what}"));
    match ty {
        Type::Dynamic => {
            let ty = inferred(json);
            let value = typed(&ty, json, path)?;
            Value::dynamic(ty, value).map_err(|error| (path.clone(), error.to_string()))
        }
        Type::Bool => json.as_bool().map(Value::from).ok_or_else(|| expected("true or false")),
        Type::String => json.as_str().map(Value::from).ok_or_else(|| expected("a string")),
        Type::Number => {
            let text = match json {
                Json::Number(number) => number.to_string(),
                Json::String(text) => text.clone(),
                _ => return Err(expected("a number")),
            };
            text.parse::<Number>().map(Value::Number).map_err(|_| expected("a number"))
        }
        Type::List(element) => Ok(Value::list(elements(json, path, |json, path| typed(element, json, path))?)),
        Type::Set(element) => Ok(Value::set(elements(json, path, |json, path| typed(element, json, path))?)),
        Type::Map(element) => Ok(Value::map(entries(json, path, |json, path| typed(element, json, path))?)),
        Type::Tuple(types) => {
            let given = json.as_array().filter(|given| given.len() == types.len());
            let given = given.ok_or_else(|| expected(&format!("a list of {} elements", types.len())))?;
            let typed = types.iter().zip(given).enumerate();
            let typed = typed.map(|(index, (ty, json))| self::typed(ty, json, &path.clone().index(index)));
            Ok(Value::tuple(typed.collect::<Result<Vec<_>, _>>()?))
        }
        Type::Object(object) => {
            let given = json.as_object().ok_or_else(|| expected("an object"))?;
            if let Some(name) = given.keys().find(|name| object.attribute(name).is_none()) {
                return Err((path.clone().attribute(name.as_str()), "is not in the type".to_owned()));
            }
            let members = object.attributes().map(|(name, ty)| {
                let json = given.get(name.as_str()).unwrap_or(&Json::Null);
                Ok((name.clone(), typed(ty, json, &path.clone().attribute(name))?))
            });
            Ok(Value::object(members.collect::<Result<Vec<(Text, Value)>, Mistake>>()?))
        }
    }
}

/// The type that a literal of the configuration language has.
fn inferred(json: &Json) -> Type {
    match json {
        Json::Null => Type::Dynamic,
        Json::Bool(_) => Type::Bool,
        Json::Number(_) => Type::Number,
        Json::String(_) => Type::String,
        Json::Array(elements) => Type::tuple(elements.iter().map(inferred)),
        Json::Object(members) => Type::object(members.iter().map(|(name, json)| (name.as_str(), inferred(json)))),
    }
}

fn elements(
    json: &Json,
    path: &Path,
    element: impl Fn(&Json, &Path) -> Result<Value, Mistake>,
) -> Result<Vec<Value>, Mistake> {
    let given = json.as_array().ok_or_else(|| (path.clone(), "must be a list".to_owned()))?;
    given.iter().enumerate().map(|(index, json)| element(json, &path.clone().index(index))).collect()
}

fn entries(
    json: &Json,
    path: &Path,
    element: impl Fn(&Json, &Path) -> Result<Value, Mistake>,
) -> Result<Vec<(Text, Value)>, Mistake> {
    let given = json.as_object().ok_or_else(|| (path.clone(), "must be a map".to_owned()))?;
    let entry = |(key, json): (&String, &Json)| Ok((Text::new(key), element(json, &path.clone().key(key.as_str()))?));
    given.iter().map(entry).collect()
}

fn is_unknown(json: &Json) -> bool {
    json.as_str() == Some(UNKNOWN)
}

#[cfg(test)]
mod tests {
    use tf_framework::schema::NestedObject;

    use super::*;

    fn schema() -> Schema {
        let rule = Block::new().attribute("port", Attribute::required(Type::Number));
        let labels = NestedObject::map([("value", Attribute::optional(Type::String))]);
        Schema::new(
            0,
            Block::new()
                .attribute("name", Attribute::required(Type::String))
                .attribute("any", Attribute::optional(Type::Dynamic))
                .attribute("id", Attribute::computed(Type::String))
                .attribute("labels", Attribute::optional(labels))
                .block("rule", NestedBlock::list(rule.clone()).max(2))
                .block("timeouts", NestedBlock::single(rule)),
        )
    }

    #[track_caller]
    fn refused(config: &Config, expected: &str) {
        assert_eq!(config.object("x", &schema()).unwrap_err().to_string(), expected);
    }

    #[test]
    fn what_is_not_mentioned_is_there() {
        let value = config!({ "name": "a" }).object("x", &schema()).unwrap();
        let members = [("name", Value::from("a")), ("any", Value::Null), ("id", Value::Null), ("labels", Value::Null)];
        let blocks = [("rule", Value::list([])), ("timeouts", Value::Null)];
        assert_eq!(value, Value::object(members.into_iter().chain(blocks)));
    }

    #[test]
    fn the_schema_decides_on_types() {
        let config = config!({
            "name": Unknown,
            "any": ["x", 1],
            "labels": { "a": { "value": "x" } },
            "rule": [{ "port": "123456789012345678901234567890" }],
        });
        let value = config.object("x", &schema()).unwrap();
        assert!(!value.attribute("name").unwrap().is_known());
        let any =
            Value::dynamic(Type::tuple([Type::String, Type::Number]), Value::tuple([Value::from("x"), Value::from(1)]));
        assert_eq!(value.attribute("any"), Some(&any.unwrap()));
        let label = Value::object([("value", Value::from("x"))]);
        assert_eq!(value.attribute("labels"), Some(&Value::map([("a", label)])));
        let port = Value::Number("123456789012345678901234567890".parse().unwrap());
        assert_eq!(value.attribute("rule"), Some(&Value::list([Value::object([("port", port)])])));
    }

    #[test]
    fn core_would_refuse_these_itself() {
        refused(&config!({}), "x: attribute name is required; write null to see what the provider says");
        refused(&config!({ "name": 1 }), "x: attribute name must be a string");
        refused(&config!({ "name": "a", "nmae": "b" }), "x: attribute nmae is not in the schema");
        refused(
            &config!({ "name": "a", "rule": [{}] }),
            "x: attribute rule[0].port is required; write null to see what the provider says",
        );
        let rule = || serde_json::json!({ "port": 1 });
        let three = config!({ "name": "a", "rule": [rule(), rule(), rule()] });
        refused(&three, "x: attribute rule is not as often there as it must be");
    }

    #[test]
    fn null_is_not_the_same_as_nothing() {
        let value = config!({ "name": null }).object("x", &schema()).unwrap();
        assert_eq!(value.attribute("name"), Some(&Value::Null));
    }
}
