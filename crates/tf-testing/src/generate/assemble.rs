//! From values of attributes to whole objects, in which everything goes together.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use tf_framework::schema::{Attribute, Block, Mode, NestedBlock, Nesting, Schema};
use tf_framework::validate::{ClientCapabilities, validate};
use tf_value::{Text, Type, Value};

use super::{Values, values};

/// So many values are made up to find one that the validators of an attribute accept.
const CANDIDATES: usize = 8;

/// More attributes than these are not brought together by trying.
const MOST_COMBINED: usize = 10;

/// Objects of a block. `place` is where it is, as authors name it.
pub(super) fn object(block: &Block, place: &str, values: &Values) -> BoxedStrategy<Value> {
    let mut names: Vec<Text> = Vec::new();
    let mut full: Vec<BoxedStrategy<Value>> = Vec::new();
    for (name, declared) in block.attributes() {
        names.push(name.clone());
        full.push(attribute(declared, &inside(place, name), values));
    }
    for (name, declared) in block.blocks() {
        names.push(name.clone());
        full.push(blocks(declared, &inside(place, name), values));
    }
    let count = names.len();
    let left_out = prop::collection::vec(prop::bool::weighted(0.4), count);
    let schema = Schema::new(0, block.clone());
    (full, left_out, any::<u16>())
        .prop_map(move |(full, left_out, choice)| {
            let full: BTreeMap<Text, Value> = names.iter().cloned().zip(full).collect();
            let left_out = names.iter().cloned().zip(left_out).collect();
            assembled(&schema, &full, &left_out, choice)
        })
        .boxed()
}

/// Whether an object breaks none of the rules for what goes together.
fn goes_together(schema: &Schema, object: &Value) -> bool {
    let client = ClientCapabilities { write_only_attributes: true };
    let found = validate(schema, object, client);
    !found.iter().any(|told| told.path().is_root() && told.severity() == tf_framework::diagnostic::Severity::Error)
        && versions_fit(schema.block(), object)
}

/// What goes together, each with the position of the member that decides for all of them, in the order of the names.
pub(super) fn groups(block: &Block) -> BTreeMap<Text, usize> {
    let names: Vec<&Text> = block.attributes().keys().chain(block.blocks().keys()).collect();
    let names: BTreeSet<&Text> = names.into_iter().collect();
    let mut groups: BTreeMap<Text, usize> = names.into_iter().cloned().zip(0..).collect();
    let combinations = block.combinations().iter().map(|combination| combination.names().to_vec());
    let secrets = block
        .attributes()
        .iter()
        .filter_map(|(name, attribute)| Some(vec![name.clone(), attribute.version_attribute()?.clone()]));
    for group in combinations.chain(secrets) {
        let found: BTreeSet<usize> = group.iter().filter_map(|name| groups.get(name).copied()).collect();
        let Some(first) = found.first() else { continue };
        groups.values_mut().filter(|position| found.contains(position)).for_each(|position| *position = *first);
    }
    groups
}

fn inside(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

fn attribute(attribute: &Attribute, place: &str, values: &Values) -> BoxedStrategy<Value> {
    if attribute.mode() == Mode::Computed {
        return Just(Value::Null).boxed();
    }
    if let Some(values) = values.get(place) {
        return values.clone();
    }
    if let Some(nested) = attribute.nested() {
        return objects(nested.nesting(), object(nested.object(), place, values), 0..3);
    }
    let ty = attribute.implied_type();
    let made = |values: BoxedStrategy<Value>| prop::collection::vec(values, CANDIDATES).boxed();
    // What no validator accepts may be meant to have a form that many attributes have.
    let candidates = match ty {
        Type::String if attribute.is_write_only() || attribute.is_sensitive() => values::canaries(),
        Type::String => {
            let forms = Just(values::FORMS.to_vec()).prop_shuffle();
            let texts = (made(values::typed(&ty)), forms);
            texts
                .prop_map(|(texts, forms)| texts.into_iter().chain(forms.into_iter().map(Value::from)).collect())
                .boxed()
        }
        _ => made(values::typed(&ty)),
    };
    let alone = Alone::new(attribute);
    candidates.prop_map(move |candidates| alone.first_valid(candidates)).boxed()
}

fn blocks(nested: &NestedBlock, place: &str, values: &Values) -> BoxedStrategy<Value> {
    if let Some(values) = values.get(place) {
        return values.clone();
    }
    let usize = |items: u32| usize::try_from(items).unwrap_or(usize::MAX);
    let min = usize(nested.min_items());
    let max = if nested.max_items() == 0 { min + 2 } else { usize(nested.max_items()).min(min + 2) };
    objects(nested.nesting(), object(nested.block(), place, values), min..max + 1)
}

fn objects(nesting: Nesting, object: BoxedStrategy<Value>, count: std::ops::Range<usize>) -> BoxedStrategy<Value> {
    match nesting {
        Nesting::Single | Nesting::Group => object,
        Nesting::List => prop::collection::vec(object, count).prop_map(Value::list).boxed(),
        Nesting::Set => prop::collection::vec(object, count).prop_map(Value::set).boxed(),
        Nesting::Map => {
            let keyed = |objects: Vec<Value>| {
                Value::map(objects.into_iter().enumerate().map(|(key, object)| (format!("k{key}"), object)))
            };
            prop::collection::vec(object, count).prop_map(keyed).boxed()
        }
    }
}

/// An attribute by itself, for its validators.
struct Alone {
    schema: Schema,
    version: Option<Text>,
}

impl Alone {
    fn new(attribute: &Attribute) -> Self {
        let block = Block::new().attribute("it", attribute.clone());
        let version = attribute.version_attribute().cloned();
        let block = match &version {
            Some(version) => block.attribute(version, Attribute::optional(Type::Number)),
            None => block,
        };
        Self { schema: Schema::new(0, block), version }
    }

    /// The first value that the validators accept, or else the first of all.
    fn first_valid(&self, candidates: Vec<Value>) -> Value {
        let mut first = None;
        for candidate in candidates {
            if self.accepts(&candidate) {
                return candidate;
            }
            first.get_or_insert(candidate);
        }
        first.unwrap_or(Value::Null)
    }

    fn accepts(&self, value: &Value) -> bool {
        let version = self.version.iter().map(|version| (version.clone(), Value::from(1)));
        let object = Value::object([("it".into(), value.clone())].into_iter().chain(version));
        !validate(&self.schema, &object, ClientCapabilities { write_only_attributes: true }).has_errors()
    }
}

/// Leaves out what may be left out, so that the rest goes together.
fn assembled(schema: &Schema, full: &BTreeMap<Text, Value>, left_out: &BTreeMap<Text, bool>, choice: u16) -> Value {
    let mut left_out = left_out.clone();
    let block = schema.block();
    let first = without(block, full, &left_out);
    let combined: BTreeSet<&Text> = block.combinations().iter().flat_map(|combination| combination.names()).collect();
    if goes_together(schema, &first) || combined.is_empty() || combined.len() > MOST_COMBINED {
        return first;
    }
    // Every selection of what the rules are about, beginning anywhere.
    let selections = 1_u32 << combined.len();
    for step in 0..selections {
        let selection = (u32::from(choice) + step) % selections;
        for (position, name) in combined.iter().enumerate() {
            left_out.insert((*name).clone(), selection >> position & 1 == 0);
        }
        let object = without(block, full, &left_out);
        if goes_together(schema, &object) {
            return object;
        }
    }
    first
}

fn without(block: &Block, full: &BTreeMap<Text, Value>, left_out: &BTreeMap<Text, bool>) -> Value {
    let is_left_out = |name: &Text| left_out.get(name).copied().unwrap_or_default();
    let mut members = full.clone();
    for (name, attribute) in block.attributes() {
        // A secret and its version come together, and the version decides.
        let decides = attribute.version_attribute().filter(|version| !version.is_empty()).unwrap_or(name);
        if attribute.mode().is_optional() && is_left_out(decides) {
            members.insert(name.clone(), Value::Null);
        }
    }
    for (name, nested) in block.blocks() {
        if is_left_out(name) && nested.min_items() == 0 {
            let empty = match nested.nesting() {
                Nesting::Single => Value::Null,
                Nesting::Group => continue,
                Nesting::List => Value::list([]),
                Nesting::Set => Value::set([]),
                Nesting::Map => Value::map::<Text>([]),
            };
            members.insert(name.clone(), empty);
        }
    }
    Value::Object(members)
}

fn versions_fit(block: &Block, object: &Value) -> bool {
    let is_set = |name: &str| object.attribute(name).is_some_and(|value| !value.is_null());
    block.attributes().iter().all(|(name, attribute)| match attribute.version_attribute() {
        Some(version) if !version.is_empty() => is_set(name) == is_set(version),
        Some(_) | None => true,
    })
}
