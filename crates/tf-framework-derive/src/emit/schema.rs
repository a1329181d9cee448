//! The schema, as a table.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt as _;

use super::codec::local;
use super::{attribute_type, defaults};
use crate::container::{Combination, Model};
use crate::field::Field;
use crate::key::Key;
use crate::kind::Kind;

/// An expression for the block.
pub(super) fn table(model: &Model) -> TokenStream {
    let description = &model.description;
    let deprecated = optional(model.deprecated.as_ref());
    let rows = model.fields.iter().map(|field| row(model, field));
    let combinations = model.combinations.iter().map(|Combination { together, fields, .. }| {
        let together = format_ident!("{together:?}");
        let names = names(fields);
        quote!((::tf_framework::model::derived::Together::#together, #names))
    });
    quote! {
        const TABLE: ::tf_framework::model::derived::Table = ::tf_framework::model::derived::Table {
            description: #description,
            deprecated: #deprecated,
            rows: &[#(#rows),*],
            combinations: &[#(#combinations),*],
        };
        TABLE.block()
    }
}

fn row(model: &Model, field: &Field) -> TokenStream {
    let (name, description, ty) = (&field.name, &field.description, &field.ty);
    let deprecated = optional(field.deprecated.as_ref());
    let member = if field.has(Key::Block) {
        let (min, max) = (optional(field.min.as_ref()), optional(field.max.as_ref()));
        quote!(::tf_framework::model::derived::Member::blocks::<#ty>(#min, #max))
    } else {
        let (mode, attribute_type) = (mode(model, field), attribute_type(ty));
        let rules = rules(model, field);
        quote! {
            ::tf_framework::model::derived::Member::Attribute {
                mode: #mode,
                attribute: #attribute_type::attribute,
                rules: &[#(::tf_framework::model::derived::Rule::#rules),*],
            }
        }
    };
    quote! {
        ::tf_framework::model::derived::Row {
            name: #name,
            description: #description,
            deprecated: #deprecated,
            member: #member,
        }
    }
}

fn mode(model: &Model, field: &Field) -> TokenStream {
    let ty = &field.ty;
    let mode = match (field.has(Key::Required), field.has(Key::Optional), field.has(Key::Computed)) {
        _ if model.kind == Kind::Function => return quote!(::tf_framework::model::derived::parameter_mode::<#ty>()),
        (true, ..) => quote!(Required),
        (false, true, true) => quote!(OptionalComputed),
        (false, false, true) => quote!(Computed),
        (false, _, false) => quote!(Optional),
    };
    quote!(::tf_framework::schema::Mode::#mode)
}

/// The rules of an attribute. Plan modifiers run in this order.
fn rules(model: &Model, field: &Field) -> Vec<TokenStream> {
    let words = [
        (Key::Sensitive, quote!(Sensitive)),
        (Key::RenewalFlag, quote!(RenewalFlag)),
        (Key::KeepState, quote!(KeepState)),
        (Key::KeepNonNullState, quote!(KeepNonNullState)),
    ];
    // After what an author's own modifiers plan.
    let replacements = [(Key::Replace, quote!(Replace)), (Key::ReplaceIfConfigured, quote!(ReplaceIfConfigured))];
    let said = |(key, rule): (Key, TokenStream)| field.has(key).then_some(rule);
    let mut rules: Vec<_> = words.into_iter().filter_map(said).collect();
    if let Some(version) = &field.write_only {
        let version = version.unraw().to_string();
        rules.push(quote!(WriteOnly(#version)));
    }
    if !field.depends_on.is_empty() {
        let names = names(&field.depends_on);
        rules.push(quote!(DependsOn(#names)));
    }
    if field.default.is_some() {
        let (ident, default, ty) = (&model.ident, defaults::name(field), attribute_type(&field.ty));
        rules.push(quote!(Default(|| #ty::encode(&#ident::#default()))));
    }
    rules.extend(own_rules(field));
    rules.extend(replacements.into_iter().filter_map(said));
    rules
}

/// What the author wrote in Rust.
fn own_rules(field: &Field) -> Option<TokenStream> {
    let (attribute, ty) = (local("attribute"), &field.ty);
    let validators = field.validators.iter().map(|check| {
        quote! {
            .validator(::tf_framework::model::Typed::<#ty, _>::new(#check))
        }
    });
    let modifiers = field.modifiers.iter().map(|modifier| quote!(.modifier(#modifier)));
    let equality = field.semantic_equality.iter().map(|equality| quote!(.semantic_equality(#equality)));
    let rules: TokenStream = validators.chain(modifiers).chain(equality).collect();
    (!rules.is_empty()).then(|| quote!(Other(|#attribute| #attribute #rules)))
}

fn names(fields: &[Ident]) -> TokenStream {
    let names = fields.iter().map(|field| field.unraw().to_string());
    quote!(&[#(#names),*])
}

fn optional(value: Option<&impl quote::ToTokens>) -> TokenStream {
    value.map_or_else(|| quote!(::core::option::Option::None), |value| quote!(::core::option::Option::Some(#value)))
}
