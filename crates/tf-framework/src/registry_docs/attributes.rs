//! The section of a page that lists attributes and blocks.

use tf_value::{Type, Value};

use super::page::{line, push};
use crate::schema::{Attribute, Block, Mode, NestedBlock, Nesting, Schema};

/// Adds the section to a page.
pub(super) fn section(page: &mut String, schema: &Schema) {
    push(page, "## Schema");
    let mut below = Vec::new();
    groups(page, schema.block(), "", &mut below, |heading| format!("### {heading}"));
    let mut nested = below.into_iter().collect::<std::collections::VecDeque<_>>();
    while let Some(part) = nested.pop_front() {
        let Part { name, object } = part;
        push(page, &format!("<a id=\"{}\"></a>\n### Nested Schema for `{name}`", anchor(&name)));
        let mut below = Vec::new();
        groups(page, object, &name, &mut below, |heading| format!("{heading}:"));
        // Depth first, so that what belongs together stands together.
        below.into_iter().rev().for_each(|part| nested.push_front(part));
    }
}

/// An object that is described further below.
struct Part<'a> {
    name: String,
    object: &'a Block,
}

fn groups<'a>(
    page: &mut String,
    block: &'a Block,
    around: &str,
    below: &mut Vec<Part<'a>>,
    heading: impl Fn(&str) -> String,
) {
    let attributes = |wanted: fn(Mode) -> bool| {
        block.attributes().iter().filter(move |(_, attribute)| wanted(attribute.mode())).collect::<Vec<_>>()
    };
    let blocks = |required: bool| {
        block.blocks().iter().filter(move |(_, nested)| (nested.min_items() > 0) == required).collect::<Vec<_>>()
    };
    let mut found = Vec::new();
    for (title, attributes, blocks) in [
        ("Required", attributes(Mode::is_required), blocks(true)),
        ("Optional", attributes(Mode::is_optional), blocks(false)),
        ("Read-Only", attributes(|mode| mode == Mode::Computed), Vec::new()),
    ] {
        let mut list = String::new();
        for (name, attribute) in attributes {
            let whole = inside(around, name);
            line(&mut list, &attribute_line(name, &whole, attribute));
            found.extend(attribute.nested().map(|nested| Part { name: whole, object: nested.object() }));
        }
        for (name, nested) in blocks {
            let whole = inside(around, name);
            line(&mut list, &block_line(name, &whole, nested));
            found.push(Part { name: whole, object: nested.block() });
        }
        if !list.is_empty() {
            push(page, &heading(title));
            push(page, list.trim_end());
        }
    }
    for combination in block.combinations() {
        push(page, &combination.describe());
    }
    below.extend(found);
}

fn inside(around: &str, name: &str) -> String {
    if around.is_empty() { name.to_owned() } else { format!("{around}.{name}") }
}

fn anchor(name: &str) -> String {
    format!("nested--{}", name.replace('.', "--"))
}

fn attribute_line(name: &str, whole: &str, attribute: &Attribute) -> String {
    let kind = match attribute.nested() {
        None => type_name(&attribute.implied_type()),
        Some(nested) => match nested.nesting() {
            Nesting::Single | Nesting::Group => "Attributes".to_owned(),
            Nesting::List => "Attributes List".to_owned(),
            Nesting::Set => "Attributes Set".to_owned(),
            Nesting::Map => "Attributes Map".to_owned(),
        },
    };
    let mut traits = vec![kind];
    traits.extend(attribute.is_sensitive().then(|| "Sensitive".to_owned()));
    traits.extend(attribute.is_write_only().then(|| "Write-only".to_owned()));
    traits.extend(attribute.deprecation().map(|_| "Deprecated".to_owned()));
    let mut sentences = vec![attribute.description_text().trim().to_owned()];
    sentences.extend(attribute.deprecation().map(|instead| format!("Deprecated: {instead}")));
    sentences.extend(attribute.default().and_then(default));
    sentences.extend(attribute.modifiers().iter().filter_map(|modifier| modifier.note()).map(str::to_owned));
    sentences
        .extend(attribute.version_attribute().map(|version| format!("Its value is new when `{version}` changes.")));
    sentences.extend(attribute.nested().map(|_| format!("See [below](#{}).", anchor(whole))));
    let text = sentences.into_iter().filter(|sentence| !sentence.is_empty()).collect::<Vec<_>>().join(" ");
    // Several lines of a description stay within the item of the list.
    format!("- `{name}` ({}) {}", traits.join(", "), text.replace('\n', "\n  "))
}

fn block_line(name: &str, whole: &str, nested: &NestedBlock) -> String {
    let mut traits = vec![
        match nested.nesting() {
            Nesting::Single | Nesting::Group => "Block",
            Nesting::List => "Block List",
            Nesting::Set => "Block Set",
            Nesting::Map => "Block Map",
        }
        .to_owned(),
    ];
    if matches!(nested.nesting(), Nesting::List | Nesting::Set) {
        traits.extend(Some(nested.min_items()).filter(|items| *items > 0).map(|items| format!("at least {items}")));
        traits.extend(Some(nested.max_items()).filter(|items| *items > 0).map(|items| format!("at most {items}")));
    }
    let description = nested.block().description_text().trim();
    let space = if description.is_empty() { "" } else { " " };
    format!("- `{name}` ({}) {description}{space}See [below](#{}).", traits.join(", "), anchor(whole))
}

/// A default as it is written in a configuration. Nothing for those that take more than a line.
fn default(value: &Value) -> Option<String> {
    let text = match value {
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => format!("{:?}", text.as_str()),
        Value::List(elements) if elements.is_empty() => "[]".to_owned(),
        Value::Set(elements) if elements.is_empty() => "[]".to_owned(),
        Value::Map(elements) if elements.is_empty() => "{}".to_owned(),
        _ => return None,
    };
    Some(format!("Default: `{text}`."))
}

/// The name of a type as people say it.
pub(super) fn type_name(ty: &Type) -> String {
    match ty {
        Type::Bool => "Boolean".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::String => "String".to_owned(),
        Type::Dynamic => "Dynamic".to_owned(),
        Type::List(element) => format!("List of {}", type_name(element)),
        Type::Set(element) => format!("Set of {}", type_name(element)),
        Type::Map(element) => format!("Map of {}", type_name(element)),
        Type::Tuple(_) => "Tuple".to_owned(),
        Type::Object(_) => "Object".to_owned(),
    }
}
