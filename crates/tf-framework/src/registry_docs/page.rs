//! Pages: what stands on each, and where.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use tf_value::Type;

use super::attributes::{self, type_name};
use super::examples::{self, ExampleError};
use super::{Catalog, Parameter, ResourceEntry, Signature};
use crate::schema::Schema;

type Pages = BTreeMap<PathBuf, String>;

pub(super) fn all(catalog: &Catalog, folder: &Path) -> Result<Pages, ExampleError> {
    let mut pages = Pages::from([(PathBuf::from("index.md"), index(catalog, folder)?)]);
    let resources = folder.join("resources");
    examples::check_folder(&resources, catalog.resources.keys())?;
    for (name, entry) in &catalog.resources {
        let page = resource(catalog, name, entry, &resources.join(name))?;
        pages.insert(path("resources", catalog, name), page);
    }
    for (kind, folder_name, file, schemas) in [
        ("Data Source", "data-sources", "data-source.tf", &catalog.data_sources),
        ("Ephemeral Resource", "ephemeral-resources", "ephemeral-resource.tf", &catalog.ephemeral_resources),
    ] {
        let folder = folder.join(folder_name);
        examples::check_folder(&folder, schemas.keys())?;
        for (name, schema) in schemas {
            let mut page = head(catalog, name, kind, schema);
            example(&mut page, &folder.join(name).join(file))?;
            attributes::section(&mut page, schema);
            pages.insert(path(folder_name, catalog, name), finished(&page));
        }
    }
    let functions = folder.join("functions");
    examples::check_folder(&functions, catalog.functions.keys())?;
    for (name, signature) in &catalog.functions {
        let page = function(catalog, name, signature, &functions.join(name))?;
        pages.insert(PathBuf::from(format!("functions/{name}.md")), page);
    }
    Ok(pages)
}

/// Files are named after types without the name of the provider.
fn path(folder: &str, catalog: &Catalog, type_name: &str) -> PathBuf {
    let name = type_name.strip_prefix(catalog.provider).and_then(|name| name.strip_prefix('_')).unwrap_or(type_name);
    PathBuf::from(format!("{folder}/{name}.md"))
}

fn index(catalog: &Catalog, folder: &Path) -> Result<String, ExampleError> {
    let description = catalog.schema.block().description_text();
    let title = format!("{} Provider", catalog.provider);
    let mut page = front_matter(&title, description);
    push(&mut page, &format!("# {title}\n\n{description}"));
    example(&mut page, &folder.join("provider/provider.tf"))?;
    attributes::section(&mut page, &catalog.schema);
    Ok(finished(&page))
}

fn resource(catalog: &Catalog, name: &str, entry: &ResourceEntry, folder: &Path) -> Result<String, ExampleError> {
    let mut page = head(catalog, name, "Resource", &entry.schema);
    example(&mut page, &folder.join("resource.tf"))?;
    attributes::section(&mut page, &entry.schema);
    import(&mut page, entry, folder)?;
    Ok(finished(&page))
}

fn import(page: &mut String, entry: &ResourceEntry, folder: &Path) -> Result<(), ExampleError> {
    let by_id = examples::read(&folder.join("import.sh"))?;
    let by_identity = examples::read(&folder.join("import-by-identity.tf"))?;
    if entry.identity.is_empty() && entry.import_id.is_none() && by_id.is_none() {
        return Ok(());
    }
    push(page, "## Import");
    if let Some(form) = entry.import_id {
        push(page, &format!("An import id has the form `{form}`."));
    }
    if let Some(text) = by_id {
        push(page, &fenced("shell", &text));
    }
    if !entry.identity.is_empty() {
        push(
            page,
            "In an `import` block the object can also be named by its identity (Terraform and OpenTofu 1.12 or later):",
        );
        if let Some(text) = by_identity {
            push(page, &fenced("terraform", &text));
        }
        let mut list = String::new();
        for attribute in &entry.identity {
            let need = if attribute.required { "required" } else { "optional" };
            line(
                &mut list,
                &format!("- `{}` ({}, {need}) {}", attribute.name, type_name(&attribute.ty), attribute.description),
            );
        }
        push(page, list.trim_end());
    }
    Ok(())
}

fn function(catalog: &Catalog, name: &str, signature: &Signature, folder: &Path) -> Result<String, ExampleError> {
    let mut page = front_matter(&format!("{name} Function - {}", catalog.provider), &signature.description);
    push(&mut page, &format!("# {name} (Function)"));
    deprecated(&mut page, signature.deprecation.as_deref());
    push(&mut page, signature.description.trim_end());
    example(&mut page, &folder.join("function.tf"))?;
    push(&mut page, "## Signature");
    push(&mut page, &fenced("text", &prototype(name, signature)));
    push(&mut page, "## Arguments");
    let mut list = String::new();
    for parameter in &signature.parameters {
        line(&mut list, &argument(parameter, ""));
    }
    if let Some(parameter) = &signature.variadic {
        line(&mut list, &argument(parameter, ", any number"));
    }
    push(&mut page, if list.is_empty() { "None." } else { list.trim_end() });
    Ok(finished(&page))
}

fn prototype(name: &str, signature: &Signature) -> String {
    let one = |parameter: &Parameter| format!("{} {}", parameter.name, code_name(&parameter.ty));
    let mut parameters: Vec<String> = signature.parameters.iter().map(one).collect();
    parameters.extend(signature.variadic.as_ref().map(|parameter| format!("{}...", one(parameter))));
    format!("{name}({}) {}", parameters.join(", "), code_name(&signature.result))
}

fn argument(parameter: &Parameter, number: &str) -> String {
    let null = if parameter.nullable { ", may be null" } else { "" };
    format!("- `{}` ({}{null}{number}) {}", parameter.name, type_name(&parameter.ty), parameter.description)
}

/// A type as it is written in a `variable` block.
fn code_name(ty: &Type) -> String {
    type_name(ty).to_lowercase()
}

fn head(catalog: &Catalog, name: &str, kind: &str, schema: &Schema) -> String {
    let description = schema.block().description_text();
    let mut page = front_matter(&format!("{name} {kind} - {}", catalog.provider), description);
    push(&mut page, &format!("# {name} ({kind})"));
    deprecated(&mut page, schema.block().deprecation().map(|text| text.as_str()));
    push(&mut page, description.trim_end());
    page
}

fn deprecated(page: &mut String, instead: Option<&str>) {
    if let Some(instead) = instead {
        push(page, &format!("~> **Deprecated** {instead}"));
    }
}

/// The description in front matter is plain text of one paragraph.
fn front_matter(title: &str, description: &str) -> String {
    let first = description.split("\n\n").next().unwrap_or_default();
    let mut indented = String::new();
    for text in first.lines() {
        line(&mut indented, &format!("  {}", text.trim()));
    }
    format!("---\npage_title: {title:?}\nsubcategory: \"\"\ndescription: |-\n{indented}---\n")
}

fn example(page: &mut String, path: &Path) -> Result<(), ExampleError> {
    if let Some(text) = examples::read(path)? {
        push(page, "## Example Usage");
        push(page, &fenced("terraform", &text));
    }
    Ok(())
}

fn fenced(language: &str, text: &str) -> String {
    format!("```{language}\n{text}\n```")
}

/// Adds a paragraph.
pub(super) fn push(page: &mut String, paragraph: &str) {
    if paragraph.is_empty() {
        return;
    }
    if !page.is_empty() {
        page.push('\n');
    }
    page.push_str(paragraph);
    page.push('\n');
}

/// Adds a line.
pub(super) fn line(page: &mut String, text: &str) {
    // Writing to a string can't fail.
    let _ = writeln!(page, "{}", text.trim_end());
}

fn finished(page: &str) -> String {
    format!("{}\n", page.trim_end())
}
