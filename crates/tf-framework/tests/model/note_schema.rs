//! The schema of a note, once derived and once written by hand.

use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::{Field, Model as _};
use tf_framework::plan::RequiresReplace;
use tf_framework::schema::{Attribute, Block, NestedBlock, NestedObject, Schema};
use tf_framework::validate::{ClientCapabilities, Combination, validate};
use tf_framework::value::{Path, Type, Value};

use super::note::{IgnoringCase, Label, Note, label, reader, value};

/// Validators are compared by their number here, and by what they do below.
#[derive(Debug)]
struct Typed;

#[derive(Debug)]
struct Decodes;

macro_rules! silent {
    ($($validator:ident),+) => {
        $(
            impl tf_framework::validate::Validator for $validator {
                fn validate(&self, _: &Value) -> Result<(), String> {
                    Ok(())
                }
            }
        )+
    };
}

silent!(Typed, Decodes);

fn by_hand() -> Schema {
    let label = || {
        [
            ("text", Attribute::required(Type::String).description("Its text.")),
            (
                "colour",
                Attribute::optional(Type::String).default_value("red").requires_replace().description("Its colour."),
            ),
            ("by", Attribute::computed(Type::String).description("Who gave it.")),
            (
                "secret",
                Attribute::optional(Type::String)
                    .sensitive()
                    .write_only("secret_version")
                    .description("Nobody else knows it."),
            ),
            (
                "secret_version",
                Attribute::optional(Type::Number).validator(Decodes).description("Raised with each new secret."),
            ),
        ]
    };
    let described = |nested: NestedObject| {
        let object = nested.combination(Combination::conflicting(["colour", "secret"]));
        NestedObject::of(object.nesting(), object.object().clone().description("What a note is called."))
    };
    let reader = |description: &str| {
        let day = Block::new().description("Days on which they may.").attribute(
            "number",
            Attribute::required(Type::Number).validator(Decodes).description("Which of the week."),
        );
        Block::new()
            .description(description)
            .attribute("name", Attribute::required(Type::String).description("What they are called."))
            .block("day", NestedBlock::list(day))
    };
    let block = Block::new()
        .description("A note, kept as a file.\n\nIt has *text* in it.")
        .deprecated("Use a letter.")
        .attribute(
            "mount",
            Attribute::optional(Type::String).default_value("notes").requires_replace().description("Where it is."),
        )
        .attribute(
            "name",
            Attribute::required(Type::String)
                .validator(Typed)
                .validator(Typed)
                .requires_replace()
                .description("Its name."),
        )
        .attribute(
            "namespace",
            Attribute::optional(Type::String).requires_replace_if_configured().description("Whose it is."),
        )
        .attribute(
            "text",
            Attribute::optional(Type::String).semantic_equality(IgnoringCase).description("What it says."),
        )
        .attribute(
            "text_file",
            Attribute::optional(Type::String).deprecated("Use `text`.").description("Where that stands."),
        )
        .attribute(
            "ttl",
            Attribute::optional(Type::Number)
                .default_value(3600)
                .validator(Decodes)
                .validator(Typed)
                .description("How many seconds it stays."),
        )
        .attribute("weight", Attribute::optional(Type::Number).description("How heavy it is."))
        .attribute(
            "secret",
            Attribute::optional(Type::String)
                .sensitive()
                .write_only("secret_version")
                .description("Nobody else knows it."),
        )
        .attribute(
            "secret_version",
            Attribute::optional(Type::Number).validator(Decodes).description("Raised with each new secret."),
        )
        .attribute(
            "digest",
            Attribute::computed(Type::String).depends_on(["text", "secret"]).description("Of the text and the secret."),
        )
        .attribute("id", Attribute::computed(Type::String).keep_state().description("Which one it is."))
        .attribute(
            "owner",
            Attribute::optional_computed(Type::String)
                .keep_non_null_state()
                .modifier(RequiresReplace)
                .description("Who wrote it."),
        )
        .attribute(
            "ready_for_renewal",
            Attribute::computed(Type::Bool).renewal_flag().description("Whether it is due."),
        )
        .attribute("type", Attribute::optional(Type::String).sensitive().description("What kind of note it is."))
        .attribute("key_in_state", Attribute::computed(Type::String).sensitive().description("Its key, in clear."))
        .attribute(
            "labels",
            Attribute::optional(described(NestedObject::list(label()))).description("What it is called."),
        )
        .attribute(
            "translations",
            Attribute::optional(described(NestedObject::map(label()))).description("What it is called, by language."),
        )
        .block("reader", NestedBlock::set(reader("Who may read it.")).min(1).max(2))
        .block("origin", NestedBlock::single(reader("Where it was before.").deprecated("Forget it.")))
        .combination(Combination::exactly_one_of(["text", "text_file"]))
        .combination(Combination::at_least_one_of(["text", "text_file", "type"]))
        .combination(Combination::conflicting(["text_file", "type"]))
        .combination(Combination::required_together(["owner", "type"]));
    Schema::new(3, block)
}

#[test]
fn it_is_what_one_would_write_by_hand() {
    let (derived, by_hand) = (format!("{:#?}", Note::schema()), format!("{:#?}", by_hand()));
    let differing = derived.lines().zip(by_hand.lines()).enumerate().find(|(_, (derived, by_hand))| derived != by_hand);
    assert_eq!(differing, None);
    assert_eq!(derived, by_hand);
}

#[test]
fn core_would_take_it() {
    assert_eq!(Note::schema().self_check(), []);
}

#[test]
fn a_model_knows_its_names() {
    assert_eq!((Note::TYPE_NAME, Note::VERSION), ("note", 3));
    let type_field: Field<Note, Option<String>> = Note::TYPE;
    assert_eq!((type_field.name(), type_field.position()), ("type", 13));
    assert_eq!(Path::from(Note::READER), Path::root().attribute("reader"));
    assert_eq!(Label::SECRET_VERSION.name(), "secret_version");
}

#[test]
fn validators_see_values_of_the_type() {
    #[track_caller]
    fn check(changed: &[(&str, Value)], expected: &[&str]) {
        let config = value(&[&[("name", Value::from("a")), ("text", Value::from("b"))], changed].concat());
        let found = validate(&Note::schema(), &config, ClientCapabilities { write_only_attributes: true });
        let invalid = found.iter().filter(|told| told.summary() == "Invalid Attribute Value");
        assert_eq!(invalid.map(Diagnostic::detail_text).collect::<Vec<_>>(), expected);
    }
    check(&[("ttl", Value::from(60)), ("secret_version", Value::from(1))], &[]);
    check(&[("name", Value::from(""))], &["name must not be empty."]);
    check(&[("name", Value::from("123456789"))], &["name must have at most 8 characters."]);
    check(&[("ttl", Value::from(61))], &["ttl must be one of 60, 3600."]);
    let half = Value::Number("0.5".parse().unwrap());
    let whole = format!("must be a whole number from {} to {}.", i64::MIN, i64::MAX);
    check(&[("ttl", half.clone())], &[&format!("ttl {whole}")]);
    let label = label(&[("secret_version", half.clone())]);
    check(&[("labels", Value::list([label]))], &[&format!("labels[0].secret_version {whole}")]);
    check(
        &[("reader", Value::set([reader("a", &[half])]))],
        &["reader[...].day[0].number must be a whole number from 0 to 255."],
    );
}
