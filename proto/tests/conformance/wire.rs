//! What two programs must agree on, taken out of descriptors so that it can be compared.
//!
//! A package becomes a sorted map from each of its parts to a line about it. Whatever is not in that line, such as
//! comments, file names and order, makes no difference.

use std::collections::BTreeMap;
use std::fmt;

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto};

/// Everything about a package that two programs must agree on: each part with its one-line description.
pub(crate) type Wire = BTreeMap<Part, String>;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Part {
    pub(crate) kind: Kind,
    /// Full name, from the package on.
    pub(crate) name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Syntax,
    Message,
    MapEntry,
    Oneof,
    Field,
    Enum,
    EnumValue,
    Service,
    Method,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    /// The original has it.
    Missing(Part),
    /// Only we have it.
    Extra(Part),
    Changed {
        part: Part,
        ours: String,
        original: String,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(Part { kind, name }) => write!(f, "{kind:?} {name} is missing"),
            Self::Extra(Part { kind, name }) => write!(f, "{kind:?} {name} is not in the original"),
            Self::Changed { part: Part { kind, name }, ours, original } => {
                write!(f, "{kind:?} {name} is `{ours}`, and in the original `{original}`")
            }
        }
    }
}

pub(crate) fn compare(ours: &Wire, original: &Wire) -> Vec<Difference> {
    let missing = original.keys().filter(|part| !ours.contains_key(part)).cloned().map(Difference::Missing);
    let known = ours.iter().filter_map(|(part, ours)| match original.get(part) {
        None => Some(Difference::Extra(part.clone())),
        Some(original) if original == ours => None,
        Some(original) => {
            Some(Difference::Changed { part: part.clone(), ours: ours.clone(), original: original.clone() })
        }
    });
    missing.chain(known).collect()
}

/// Flattens the files of one package.
pub(crate) fn wire(package: &str, files: &[FileDescriptorProto]) -> Wire {
    let mut wire = Wire::new();
    for file in files.iter().filter(|file| file.package() == package) {
        add(&mut wire, Kind::Syntax, package, file.syntax().to_owned());
        file.message_type.iter().for_each(|message| add_message(&mut wire, package, message));
        file.enum_type.iter().for_each(|enumeration| add_enum(&mut wire, package, enumeration));
        for service in &file.service {
            let name = format!("{package}.{}", service.name());
            add(&mut wire, Kind::Service, &name, String::new());
            for method in &service.method {
                let stream = |is_stream| if is_stream { "stream " } else { "" };
                let description = format!(
                    "{}{} -> {}{}",
                    stream(method.client_streaming()),
                    method.input_type(),
                    stream(method.server_streaming()),
                    method.output_type()
                );
                add(&mut wire, Kind::Method, &format!("{name}.{}", method.name()), description);
            }
        }
    }
    wire
}

fn add(wire: &mut Wire, kind: Kind, name: &str, description: String) {
    wire.insert(Part { kind, name: name.to_owned() }, description);
}

fn add_message(wire: &mut Wire, parent: &str, message: &DescriptorProto) {
    let name = format!("{parent}.{}", message.name());
    let is_map_entry = message.options.as_ref().is_some_and(|options| options.map_entry());
    add(wire, if is_map_entry { Kind::MapEntry } else { Kind::Message }, &name, String::new());
    for field in &message.field {
        add(wire, Kind::Field, &format!("{name}.{}", field.name()), describe(message, field));
    }
    // An optional field has a oneof of its own in the descriptor, which is no part of the language.
    for (index, oneof) in message.oneof_decl.iter().enumerate() {
        let mut members = message.field.iter().filter(|field| field.oneof_index == i32::try_from(index).ok());
        if members.any(|field| !field.proto3_optional()) {
            add(wire, Kind::Oneof, &format!("{name}.{}", oneof.name()), String::new());
        }
    }
    message.nested_type.iter().for_each(|nested| add_message(wire, &name, nested));
    message.enum_type.iter().for_each(|nested| add_enum(wire, &name, nested));
}

fn add_enum(wire: &mut Wire, parent: &str, enumeration: &EnumDescriptorProto) {
    let name = format!("{parent}.{}", enumeration.name());
    add(wire, Kind::Enum, &name, String::new());
    for value in &enumeration.value {
        add(wire, Kind::EnumValue, &format!("{name}.{}", value.name()), value.number().to_string());
    }
}

fn describe(message: &DescriptorProto, field: &FieldDescriptorProto) -> String {
    let label = match field.label() {
        _ if field.proto3_optional() => "optional ",
        Label::Repeated => "repeated ",
        Label::Required => "required ",
        Label::Optional => "",
    };
    let kind = match field.r#type() {
        Type::Message | Type::Enum => field.type_name(),
        scalar => &scalar.as_str_name().trim_start_matches("TYPE_").to_lowercase(),
    };
    let oneof = field.oneof_index.filter(|_| !field.proto3_optional()).and_then(|index| usize::try_from(index).ok());
    let oneof = oneof.and_then(|index| message.oneof_decl.get(index));
    let oneof = oneof.map_or(String::new(), |oneof| format!(" in {}", oneof.name()));
    format!("{} {label}{kind}{oneof}", field.number())
}

/// The comparison sees each kind of mistake, and nothing beside it.
#[cfg(test)]
mod seeded_mistakes {
    use anyhow::{Result, ensure};
    use protox::file::{File, FileResolver};

    use super::{Wire, compare, wire};

    const ORIGINAL: &str = r#"
        syntax = "proto3";
        package seeded;
        message Call {
            string text = 1;
            optional int64 limit = 2;
            map<string, Call> parts = 3;
            oneof step { string name = 4; int64 index = 5; }
            repeated bytes items = 6;
            Mood mood = 7;
            enum Mood { CALM = 0; LOUD = 1; }
            message Inner {}
        }
        service Probe {
            rpc Ask(Call) returns (Call);
            rpc Watch(Call) returns (stream Call);
        }
    "#;

    #[test]
    fn a_comment_or_another_order_is_no_mistake() -> Result<()> {
        check("string text = 1;", "/* a remark */ string text = 1;", &[])?;
        check("CALM = 0; LOUD = 1;", "CALM = 0;   LOUD = 1;", &[])?;
        check("rpc Ask(Call) returns (Call);", "rpc Ask(.seeded.Call) returns (seeded.Call);", &[])
    }

    #[test]
    fn in_fields() -> Result<()> {
        let was = "and in the original";
        check("text = 1", "text = 9", &[&format!("Field seeded.Call.text is `9 string`, {was} `1 string`")])?;
        check("string text", "bytes text", &[&format!("Field seeded.Call.text is `1 bytes`, {was} `1 string`")])?;
        check(
            "optional int64",
            "int64",
            &[&format!("Field seeded.Call.limit is `2 int64`, {was} `2 optional int64`")],
        )?;
        check("repeated", "", &[&format!("Field seeded.Call.items is `6 bytes`, {was} `6 repeated bytes`")])?;
        check(
            "Mood mood",
            "Call mood",
            &[&format!("Field seeded.Call.mood is `7 .seeded.Call`, {was} `7 .seeded.Call.Mood`")],
        )?;
        check("string text = 1;", "", &["Field seeded.Call.text is missing"])?;
        check(
            "text = 1",
            "words = 1",
            &["Field seeded.Call.text is missing", "Field seeded.Call.words is not in the original"],
        )?;
        check(
            "map<string, Call>",
            "map<uint32, Call>",
            &[&format!("Field seeded.Call.PartsEntry.key is `1 uint32`, {was} `1 string`")],
        )
    }

    #[test]
    fn in_oneofs() -> Result<()> {
        check(
            "oneof step { string name = 4; int64 index = 5; }",
            "oneof step { string name = 4; } int64 index = 5;",
            &["Field seeded.Call.index is `5 int64`, and in the original `5 int64 in step`"],
        )?;
        check(
            "oneof step",
            "oneof stride",
            &[
                "Oneof seeded.Call.step is missing",
                "Oneof seeded.Call.stride is not in the original",
                "Field seeded.Call.index is `5 int64 in stride`, and in the original `5 int64 in step`",
                "Field seeded.Call.name is `4 string in stride`, and in the original `4 string in step`",
            ],
        )
    }

    #[test]
    fn in_messages_and_enums() -> Result<()> {
        check("message Inner {}", "", &["Message seeded.Call.Inner is missing"])?;
        check(
            "message Inner {}",
            "message Inner {} message More {}",
            &["Message seeded.Call.More is not in the original"],
        )?;
        check("LOUD = 1", "LOUD = 2", &["EnumValue seeded.Call.Mood.LOUD is `2`, and in the original `1`"])?;
        check(
            "LOUD",
            "ANGRY",
            &["EnumValue seeded.Call.Mood.LOUD is missing", "EnumValue seeded.Call.Mood.ANGRY is not in the original"],
        )
    }

    #[test]
    fn in_services() -> Result<()> {
        let call = ".seeded.Call";
        check("rpc Ask(Call) returns (Call);", "", &["Method seeded.Probe.Ask is missing"])?;
        check(
            "returns (stream Call)",
            "returns (Call)",
            &[&format!(
                "Method seeded.Probe.Watch is `{call} -> {call}`, and in the original `{call} -> stream {call}`"
            )],
        )?;
        check(
            "rpc Ask(Call)",
            "rpc Ask(stream Call)",
            &[&format!("Method seeded.Probe.Ask is `stream {call} -> {call}`, and in the original `{call} -> {call}`")],
        )?;
        check(
            "rpc Ask(Call)",
            "rpc Ask(Call.Inner)",
            &[&format!("Method seeded.Probe.Ask is `{call}.Inner -> {call}`, and in the original `{call} -> {call}`")],
        )
    }

    /// Makes one mistake in the text and expects exactly these differences.
    #[track_caller]
    fn check(right: &str, mistake: &str, expected: &[&str]) -> Result<()> {
        ensure!(ORIGINAL.matches(right).count() == 1, "`{right}` is not exactly once in the original");
        let differences = compare(&parse(ORIGINAL.replace(right, mistake))?, &parse(ORIGINAL.to_owned())?);
        let differences: Vec<_> = differences.iter().map(ToString::to_string).collect();
        assert_eq!(differences, expected);
        Ok(())
    }

    fn parse(source: String) -> Result<Wire> {
        let mut compiler = protox::Compiler::with_file_resolver(Source(source));
        Ok(wire("seeded", &compiler.open_file("seeded.proto")?.file_descriptor_set().file))
    }

    struct Source(String);

    impl FileResolver for Source {
        fn open_file(&self, name: &str) -> Result<File, protox::Error> {
            File::from_source(name, &self.0)
        }
    }
}
