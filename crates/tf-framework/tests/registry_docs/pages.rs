//! Pages as they come out, whole: how they read is what matters about them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tf_framework::model::IdentityAttribute;
use tf_framework::registry_docs::{Catalog, DocsError, ExampleError, Parameter, ResourceEntry, Signature};
use tf_framework::schema::{Attribute, Block, NestedBlock, NestedObject, Schema};
use tf_framework::validate::Combination;
use tf_value::Type;

fn catalog() -> Catalog {
    let label = [
        ("key", Attribute::required(Type::String).description("The key.")),
        ("id", Attribute::computed(Type::String).description("Given by the server.")),
    ];
    let rule = Block::new().attribute("port", Attribute::required(Type::Number).description("The port."));
    let note = Block::new()
        .description("A note, kept as a file.\n\nIt is *not* encrypted.")
        .attribute("name", Attribute::required(Type::String).requires_replace().description("Its name."))
        .attribute("text", Attribute::optional(Type::list(Type::String)).description("What it says."))
        .attribute(
            "text_file",
            Attribute::optional(Type::String).description("Where it stands.").deprecated("Use `text`."),
        )
        .attribute("ttl", Attribute::optional(Type::Number).default_value(3600).description("In seconds."))
        .attribute(
            "password",
            Attribute::optional(Type::String).sensitive().write_only("edition").description("A secret."),
        )
        .attribute("edition", Attribute::optional(Type::Number).description("Which password it is."))
        .attribute("label", Attribute::optional(NestedObject::list(label)).description("Labels."))
        .block("rule", NestedBlock::list(rule.description("What gets through.")).min(1))
        .combination(Combination::exactly_one_of(["text", "text_file"]));
    let identity = IdentityAttribute { name: "name", ty: Type::String, required: true, description: "Its name." };
    let resource = ResourceEntry { schema: Schema::new(1, note), identity: vec![identity], import_id: Some("{name}") };
    let parameter = |name: &str, ty| Parameter {
        name: name.to_owned(),
        ty,
        nullable: name == "glue",
        description: format!("The {name}."),
    };
    let join = Signature {
        description: "Joins texts.".to_owned(),
        deprecation: None,
        parameters: vec![parameter("glue", Type::String)],
        variadic: Some(parameter("parts", Type::list(Type::String))),
        result: Type::String,
    };
    Catalog {
        provider: "example",
        source: "me/example",
        schema: Schema::new(0, Block::new().description("Notes in a folder.")),
        resources: BTreeMap::from([("example_note".to_owned(), resource)]),
        data_sources: BTreeMap::new(),
        ephemeral_resources: BTreeMap::new(),
        functions: BTreeMap::from([("join".to_owned(), join)]),
    }
}

fn examples() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("provider/provider.tf", "provider \"example\" {}\n");
    write("resources/example_note/resource.tf", "resource \"example_note\" \"one\" {}\n");
    write("resources/example_note/import.sh", "tofu import example_note.one one\n");
    folder
}

#[test]
fn a_resource_has_its_page() {
    let examples = examples();
    let pages = catalog().pages(examples.path()).unwrap();
    assert_eq!(pages.get(Path::new("resources/note.md")).unwrap(), include_str!("note.md"));
}

#[test]
fn provider_and_functions_have_theirs() {
    let examples = examples();
    let pages = catalog().pages(examples.path()).unwrap();
    let paths: Vec<_> = pages.keys().cloned().collect();
    assert_eq!(paths, ["functions/join.md", "index.md", "resources/note.md"].map(PathBuf::from));
    let index = pages.get(Path::new("index.md")).unwrap();
    assert!(index.contains("Notes in a folder.") && index.contains("provider \"example\" {}"), "{index}");
    let join = pages.get(Path::new("functions/join.md")).unwrap();
    assert!(join.contains("join(glue string, parts list of string...) string"), "{join}");
    assert!(join.contains("- `glue` (String, may be null) The glue."), "{join}");
}

#[test]
fn an_example_of_nothing_is_refused() {
    let examples = examples();
    fs::create_dir_all(examples.path().join("resources/example_nite")).unwrap();
    let error = catalog().pages(examples.path()).unwrap_err();
    assert!(matches!(&error, ExampleError::Stray { path } if path.ends_with("example_nite")), "{error}");
}

#[test]
fn a_folder_is_brought_up_to_date() {
    let (examples, docs) = (examples(), tempfile::tempdir().unwrap());
    let catalog = catalog();
    let mut all = ["functions/join.md", "index.md", "resources/note.md"].map(PathBuf::from).to_vec();
    let stale = |docs: &Path| match catalog.check_pages(examples.path(), docs) {
        Ok(()) => Vec::new(),
        Err(DocsError::Stale { paths }) => paths,
        Err(other) => panic!("{other}"),
    };
    assert_eq!(stale(docs.path()), all);
    assert_eq!(catalog.write_pages(examples.path(), docs.path()).unwrap(), all);
    assert_eq!(stale(docs.path()), [""; 0].map(PathBuf::from));
    let guide = docs.path().join("guides/start.md");
    fs::create_dir(guide.parent().unwrap()).unwrap();
    fs::write(&guide, "written by a person").unwrap();
    fs::write(docs.path().join("resources/gone.md"), "of a type that is no more").unwrap();
    fs::write(docs.path().join("index.md"), "edited by hand").unwrap();
    all = ["index.md", "resources/gone.md"].map(PathBuf::from).to_vec();
    assert_eq!(stale(docs.path()), all);
    assert_eq!(catalog.write_pages(examples.path(), docs.path()).unwrap(), all);
    assert!(guide.exists() && !docs.path().join("resources/gone.md").exists());
}

#[test]
fn schemas_are_json_as_the_clis_print_it() {
    let json: serde_json::Value = serde_json::from_str(&catalog().to_json()).unwrap();
    let at = |pointer: &str| json.pointer(pointer).unwrap_or_else(|| panic!("{pointer} in {json:#}"));
    assert_eq!(at("/resource_schemas/example_note/version"), 1);
    let attributes = "/resource_schemas/example_note/block/attributes";
    assert_eq!(at(&format!("{attributes}/name/required")), true);
    assert_eq!(at(&format!("{attributes}/ttl/computed")), true);
    assert_eq!(at(&format!("{attributes}/password/write_only")), true);
    assert_eq!(at(&format!("{attributes}/label/nested_type/nesting_mode")), "list");
    assert!(json.pointer(&format!("{attributes}/label/type")).is_none(), "core refuses both");
    assert_eq!(at("/resource_schemas/example_note/block/block_types/rule/min_items"), 1);
    assert_eq!(at("/resource_identity_schemas/example_note/attributes/name/required_for_import"), true);
    assert_eq!(at("/functions/join/variadic_parameter/name"), "parts");
}
