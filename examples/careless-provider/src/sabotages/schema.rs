//! Schemas that a core refuses to load.

use plugin_proto::tfplugin6::schema::{Attribute, Object, object};

use crate::sabotage::{Act, Sabotage, Script, Verdict};

pub(super) const ALL: &[Sabotage] = &[
    Sabotage {
        name: "schema-two-types",
        rule: "An attribute has a type or a nested type, and not both.",
        act: Act::Schema(|answer| each(answer, |attribute| attribute.r#type = "\"string\"".into(), "parts")),
        script: Script::Load,
        config: "{}",
        kit: "attribute parts: schema of careless_thing: it has both a type and a nested type",
        tofu: Verdict::Refused("Type and NestedType cannot both be set"),
        terraform: Verdict::Refused("Type and NestedType cannot both be set"),
    },
    Sabotage {
        name: "schema-no-type",
        rule: "An attribute has a type.",
        act: Act::Schema(|answer| each(answer, |attribute| attribute.nested_type = None, "parts")),
        script: Script::Load,
        config: "{}",
        kit: "attribute parts: schema of careless_thing: it has no type",
        tofu: Verdict::Refused("either Type or NestedType must be defined"),
        terraform: Verdict::Refused("either Type or NestedType must be defined"),
    },
    Sabotage {
        name: "schema-no-mode",
        rule: "Somebody sets an attribute: the user, the provider, or both.",
        act: Act::Schema(|answer| each(answer, |attribute| attribute.optional = false, "text")),
        script: Script::Load,
        config: "{}",
        kit: "attribute text: schema of careless_thing: it is not one of",
        tofu: Verdict::Refused("must set Optional, Required or Computed"),
        terraform: Verdict::Refused("must set Optional, Required or Computed"),
    },
    Sabotage {
        name: "schema-required-and-computed",
        rule: "What the user must set, the provider can't set.",
        act: Act::Schema(|answer| each(answer, |attribute| attribute.computed = true, "name")),
        script: Script::Load,
        config: "{}",
        kit: "attribute name: schema of careless_thing: it is not one of",
        tofu: Verdict::Refused("cannot set both Computed and Required"),
        terraform: Verdict::Refused("cannot set both Computed and Required"),
    },
    Sabotage {
        name: "schema-secret-in-a-set",
        rule: "Elements of a set have no name but their content, so nothing in them is write-only.",
        act: Act::Schema(|answer| {
            each(answer, |attribute| in_parts(attribute, |weight| weight.write_only = true), "parts");
        }),
        script: Script::Load,
        config: r#"{"parts": null}"#,
        kit: "attribute parts.weight: schema of careless_thing: a write-only attribute",
        tofu: Verdict::NotChecked,
        terraform: Verdict::Refused("WriteOnly"),
    },
    Sabotage {
        name: "schema-any-type-in-a-set",
        rule: "All elements of a set have one type.",
        act: Act::Schema(|answer| {
            each(answer, |attribute| in_parts(attribute, |weight| weight.r#type = "\"dynamic\"".into()), "parts");
        }),
        script: Script::Load,
        config: "{}",
        kit: "attribute parts.weight: schema of careless_thing",
        tofu: Verdict::Refused("may not contain attributes of cty.DynamicPseudoType"),
        terraform: Verdict::Refused("may not contain attributes of cty.DynamicPseudoType"),
    },
    Sabotage {
        name: "schema-more-than-most",
        rule: "There are not to be more blocks at least than there can be at most.",
        act: Act::Schema(|answer| {
            let block = answer.resource_schemas.get_mut("careless_thing").and_then(|schema| schema.block.as_mut());
            for nested in block.into_iter().flat_map(|block| &mut block.block_types) {
                (nested.min_items, nested.max_items) = (2, 1);
            }
        }),
        script: Script::Load,
        config: "{}",
        kit: "attribute rule: schema of careless_thing",
        tofu: Verdict::Refused("MinItems must be less than or equal to MaxItems"),
        terraform: Verdict::Refused("MinItems must be less than or equal to MaxItems"),
    },
];

type Schemas = plugin_proto::tfplugin6::get_provider_schema::Response;

/// Changes an attribute of the thing.
fn each(schemas: &mut Schemas, change: impl Fn(&mut Attribute), name: &str) {
    let block = schemas.resource_schemas.get_mut("careless_thing").and_then(|schema| schema.block.as_mut());
    let attributes = block.into_iter().flat_map(|block| &mut block.attributes);
    attributes.filter(|attribute| attribute.name == name).for_each(change);
}

/// Changes the weight of a part.
fn in_parts(parts: &mut Attribute, change: impl Fn(&mut Attribute)) {
    let nested: Option<&mut Object> = parts.nested_type.as_mut();
    let nested = nested.filter(|nested| nested.nesting() == object::NestingMode::Set);
    let attributes = nested.into_iter().flat_map(|nested| &mut nested.attributes);
    attributes.filter(|attribute| attribute.name == "weight").for_each(change);
}
