//! What the provider says that its resources look like.
//!
//! This is read from the wire and not from the framework: it is all that a core knows. What a schema of the framework has
//! besides, such as defaults, does not matter to the rules.

use std::collections::BTreeMap;

use plugin_proto::tfplugin6::function::Parameter;
use plugin_proto::tfplugin6::get_provider_schema::Response;
use plugin_proto::tfplugin6::schema::nested_block::NestingMode as BlockMode;
use plugin_proto::tfplugin6::schema::object::NestingMode as ObjectMode;
use plugin_proto::tfplugin6::{Function, ResourceIdentitySchema, Schema as Wire, schema as wire};
use tf_framework::schema::{Attribute, Block, Flaw, Mode, NestedBlock, NestedObject, Nesting, Schema, Shape};
use tf_value::{Path, Type};

use crate::rule::{Rule, Violation};

/// Everything that a provider has.
pub(crate) struct Schemas {
    pub(crate) provider: Schema,
    pub(crate) resources: BTreeMap<String, ResourceSchema>,
    pub(crate) data_sources: BTreeMap<String, Schema>,
    pub(crate) ephemerals: BTreeMap<String, Schema>,
    pub(crate) functions: BTreeMap<String, FunctionSchema>,
    pub(crate) plan_destroy: bool,
    pub(crate) move_resource_state: bool,
}

pub(crate) struct ResourceSchema {
    pub(crate) schema: Schema,
    pub(crate) identity: Option<IdentitySchema>,
}

pub(crate) struct IdentitySchema {
    pub(crate) version: i64,
    pub(crate) ty: Type,
}

pub(crate) struct FunctionSchema {
    pub(crate) parameters: Vec<ParameterSchema>,
    pub(crate) variadic: Option<ParameterSchema>,
    pub(crate) returns: Type,
}

pub(crate) struct ParameterSchema {
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) allow_null: bool,
    pub(crate) allow_unknown: bool,
}

/// Reads all schemas. What is wrong with them is noted, with the name of the resource in front.
pub(crate) fn read(
    response: &Response,
    identities: &BTreeMap<String, ResourceIdentitySchema>,
    violations: &mut Vec<Violation>,
) -> Schemas {
    let mut schemas = |all: &BTreeMap<String, Wire>| -> BTreeMap<String, Schema> {
        all.iter().map(|(name, schema)| (name.clone(), Reader::new(name, violations).schema(schema))).collect()
    };
    let (resources, data_sources) = (schemas(&response.resource_schemas), schemas(&response.data_source_schemas));
    let ephemerals = schemas(&response.ephemeral_resource_schemas);
    for name in identities.keys().filter(|name| !resources.contains_key(*name)) {
        Reader::new(name, violations).flaw(Path::root(), "there is an identity of a resource that does not exist");
    }
    let resources = resources.into_iter().map(|(name, schema)| {
        let identity = identities.get(&name).map(|identity| Reader::new(&name, violations).identity(identity));
        (name, ResourceSchema { schema, identity })
    });
    let resources = resources.collect();
    let functions = response.functions.iter();
    let functions = functions.map(|(name, function)| (name.clone(), Reader::new(name, violations).function(function)));
    let functions = functions.collect();
    let mut reader = Reader::new("provider", violations);
    let provider = match &response.provider {
        Some(provider) => reader.schema(provider),
        None => {
            reader.flaw(Path::root(), "the provider block has no schema");
            Schema::new(0, Block::new())
        }
    };
    let capabilities = response.server_capabilities.unwrap_or_default();
    Schemas {
        provider,
        resources,
        data_sources,
        ephemerals,
        functions,
        plan_destroy: capabilities.plan_destroy,
        move_resource_state: capabilities.move_resource_state,
    }
}

struct Reader<'a> {
    of: &'a str,
    violations: &'a mut Vec<Violation>,
}

impl<'a> Reader<'a> {
    fn new(of: &'a str, violations: &'a mut Vec<Violation>) -> Self {
        Self { of, violations }
    }

    fn flaw(&mut self, path: Path, reason: impl Into<String>) {
        let reason = format!("schema of {}: {}", self.of, reason.into());
        self.violations.push(Violation::at(path, Rule::Schema { reason }));
    }

    fn schema(&mut self, schema: &Wire) -> Schema {
        let version = u32::try_from(schema.version).unwrap_or_else(|_| {
            self.flaw(Path::root(), "its version is none");
            0
        });
        let block = schema.block.as_ref().map_or_else(Block::new, |block| self.block(block, &Path::root()));
        let schema = Schema::new(version, block);
        for finding in schema.self_check() {
            // The wire says neither which version belongs to a write-only attribute nor what has a default.
            if !matches!(finding.flaw, Flaw::VersionAttribute { .. } | Flaw::ConfiguredInComputed { .. }) {
                self.flaw(finding.path, finding.flaw.to_string());
            }
        }
        schema
    }

    fn block(&mut self, block: &wire::Block, path: &Path) -> Block {
        let read = self.attributes(&block.attributes, path);
        block.block_types.iter().fold(read, |read, nested| {
            let path = path.clone().attribute(nested.type_name.as_str());
            match self.nested_block(nested, &path) {
                Some(nested_block) => read.block(nested.type_name.as_str(), nested_block),
                None => read,
            }
        })
    }

    fn attributes(&mut self, attributes: &[wire::Attribute], path: &Path) -> Block {
        attributes.iter().fold(Block::new(), |read, attribute| {
            let path = path.clone().attribute(attribute.name.as_str());
            read.attribute(attribute.name.as_str(), self.attribute(attribute, &path))
        })
    }

    fn attribute(&mut self, attribute: &wire::Attribute, path: &Path) -> Attribute {
        let mode = match (attribute.required, attribute.optional, attribute.computed) {
            (true, false, false) => Mode::Required,
            (false, true, false) => Mode::Optional,
            (false, false, true) => Mode::Computed,
            (false, true, true) => Mode::OptionalComputed,
            _ => {
                self.flaw(path.clone(), "it is not one of required, optional, computed, optional and computed");
                Mode::Optional
            }
        };
        let shape = match (&attribute.nested_type, attribute.r#type.is_empty()) {
            (Some(nested), true) => self.nested_object(nested, path),
            (None, false) => Shape::Typed(self.ty(&attribute.r#type, path)),
            (Some(nested), false) => {
                self.flaw(path.clone(), "it has both a type and a nested type");
                self.nested_object(nested, path)
            }
            (None, true) => {
                self.flaw(path.clone(), "it has no type");
                Shape::Typed(Type::Dynamic)
            }
        };
        let read = Attribute::new(mode, shape);
        let read = if attribute.sensitive { read.sensitive() } else { read };
        if attribute.write_only { read.write_only("") } else { read }
    }

    fn nested_object(&mut self, object: &wire::Object, path: &Path) -> Shape {
        let nesting = match object.nesting() {
            ObjectMode::Single => Nesting::Single,
            ObjectMode::List => Nesting::List,
            ObjectMode::Set => Nesting::Set,
            ObjectMode::Map => Nesting::Map,
            ObjectMode::Invalid => {
                self.flaw(path.clone(), "its nesting is none");
                Nesting::Single
            }
        };
        Shape::Nested(NestedObject::of(nesting, self.attributes(&object.attributes, path)))
    }

    fn nested_block(&mut self, nested: &wire::NestedBlock, path: &Path) -> Option<NestedBlock> {
        let block = nested.block.as_ref().map_or_else(Block::new, |block| self.block(block, path));
        let read = match nested.nesting() {
            BlockMode::Single => NestedBlock::single(block),
            BlockMode::List => NestedBlock::list(block),
            BlockMode::Set => NestedBlock::set(block),
            BlockMode::Map => NestedBlock::map(block),
            BlockMode::Group => NestedBlock::group(block),
            BlockMode::Invalid => {
                self.flaw(path.clone(), "its nesting is none");
                return None;
            }
        };
        let mut items = |items: i64| {
            u32::try_from(items).unwrap_or_else(|_| {
                self.flaw(path.clone(), "its number of items is none; 0 stands for any number");
                0
            })
        };
        let (min, max) = (items(nested.min_items), items(nested.max_items));
        Some(read.min(min).max(max))
    }

    fn ty(&mut self, json: &[u8], path: &Path) -> Type {
        Type::from_json(json).unwrap_or_else(|error| {
            self.flaw(path.clone(), format!("its type is none: {error}"));
            Type::Dynamic
        })
    }

    fn identity(&mut self, identity: &ResourceIdentitySchema) -> IdentitySchema {
        let mut attributes = Vec::new();
        for attribute in &identity.identity_attributes {
            let path = Path::root().attribute(attribute.name.as_str());
            if attribute.required_for_import == attribute.optional_for_import {
                self.flaw(path.clone(), "in an identity it is either required or optional for import");
            }
            let ty = self.ty(&attribute.r#type, &path);
            let primitive = |ty: &Type| matches!(ty, Type::Bool | Type::Number | Type::String);
            if !primitive(&ty) && !matches!(&ty, Type::List(element) if primitive(element)) {
                self.flaw(path, "in an identity there are strings, numbers and bools, and lists of such");
            }
            attributes.push((attribute.name.as_str(), ty));
        }
        if attributes.is_empty() {
            self.flaw(Path::root(), "the identity has no attributes");
        }
        IdentitySchema { version: identity.version, ty: Type::object(attributes) }
    }

    fn function(&mut self, function: &Function) -> FunctionSchema {
        let mut parameters: Vec<ParameterSchema> = Vec::new();
        for parameter in &function.parameters {
            if parameters.iter().any(|known| known.name == parameter.name) {
                self.flaw(Path::root().attribute(parameter.name.as_str()), "two parameters have this name");
            }
            parameters.push(self.parameter(parameter));
        }
        let variadic = function.variadic_parameter.as_ref().map(|parameter| self.parameter(parameter));
        let returns = function.r#return.as_ref().map(|returns| self.ty(&returns.r#type, &Path::root()));
        let returns = returns.unwrap_or_else(|| {
            self.flaw(Path::root(), "the function returns nothing");
            Type::Dynamic
        });
        FunctionSchema { parameters, variadic, returns }
    }

    fn parameter(&mut self, parameter: &Parameter) -> ParameterSchema {
        let path = Path::root().attribute(parameter.name.as_str());
        if !is_identifier(&parameter.name) {
            self.flaw(path.clone(), "the name of a parameter is no identifier");
        }
        ParameterSchema {
            name: parameter.name.clone(),
            ty: self.ty(&parameter.r#type, &path),
            allow_null: parameter.allow_null_value,
            allow_unknown: parameter.allow_unknown_values,
        }
    }
}

/// An identifier of the configuration language, as far as the names of this protocol go.
fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_alphabetic())
        && characters.all(|character| character.is_alphanumeric() || matches!(character, '_' | '-'))
}
