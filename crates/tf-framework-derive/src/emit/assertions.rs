//! What only types can tell, asserted where the code is compiled. Nothing of it is in the binary.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::attribute_type;
use crate::container::Model;
use crate::field::Field;
use crate::import_template::placeholders;
use crate::key::Key;
use crate::kind::Kind;

/// One constant for each, so that all that fail are reported.
pub(super) fn assertions(model: &Model) -> TokenStream {
    let mut assertions = Assertions::default();
    for field in &model.fields {
        let mut field = Of { field, model, assertions: &mut assertions };
        if field.field.has(Key::Block) {
            field.blocks();
        } else {
            field.null();
            field.attribute();
        }
        field.secret();
        field.inside();
    }
    if let Some(template) = &model.import {
        let text = template.value();
        let named = placeholders(&text).unwrap_or_default();
        for field in model.identity() {
            let (name, ty) = (&field.name, attribute_type(&field.ty));
            if !named.contains(&name.as_str()) && field.default.is_none() {
                assertions.add(
                    template.span(),
                    &quote!(#ty::NULLABLE),
                    &format!(
                        "the import template does not name `{name}`, which no identity can be without: add `{{{name}}}`, or \
                         make its type `Option<…>`"
                    ),
                );
            }
        }
    }
    let Assertions(assertions) = assertions;
    assertions
}

#[derive(Default)]
struct Assertions(TokenStream);

impl Assertions {
    fn add(&mut self, at: Span, condition: &TokenStream, text: &str) {
        // Braces would be taken for places to fill in.
        let text = text.replace('{', "{{").replace('}', "}}");
        self.0.extend(quote_spanned!(at=> const _: () = ::core::assert!(#condition, #text);));
    }
}

struct Of<'a> {
    field: &'a Field,
    model: &'a Model,
    assertions: &'a mut Assertions,
}

impl Of<'_> {
    /// `condition` is about the type, as `<T as AttributeType>`.
    fn of_type(&mut self, condition: impl FnOnce(TokenStream) -> TokenStream, text: &str) {
        let ty = &self.field.ty;
        let condition = condition(attribute_type(ty));
        self.assertions.add(ty.span(), &condition, &format!("`{}` {text}", self.field.name));
    }

    fn null(&mut self) {
        // A setting is unset where another value would be null.
        if self.model.kind == Kind::Provider || self.field.is_written_as("Setting") {
            return;
        }
        if self.field.has(Key::Default) {
            let text = "has a `default`, so it is never null: remove `Option` from its type";
            self.of_type(|ty| quote!(!#ty::NULLABLE), text);
        } else if self.field.has(Key::Required) {
            let text = "is `required`, so it is never null: remove `Option` from its type";
            self.of_type(|ty| quote!(!#ty::NULLABLE), text);
        } else if self.field.has(Key::Optional) && !self.field.has(Key::Computed) {
            let text = if self.model.kind.is_planned() && !self.field.has(Key::WriteOnly) {
                "is `optional`, so it can be null: make its type `Option<…>`, or give it a `default`"
            } else {
                "is `optional`, so it can be null: put `Option<…>` into its type"
            };
            self.of_type(|ty| quote!(#ty::NULLABLE), text);
        }
    }

    fn attribute(&mut self) {
        let text = "has nested blocks in it, which no attribute can have: mark it `block`, or make the fields in it attributes";
        self.of_type(|ty| quote!(!#ty::INSIDE.blocks), text);
        if self.field.has(Key::Computed) && self.field.has(Key::Optional) {
            let text = "may be left to the provider, so everything in it must be `computed` or have a `default`: core would \
                        plan to empty what only the user can set";
            self.of_type(|ty| quote!(!#ty::INSIDE.configured), text);
        }
    }

    fn blocks(&mut self) {
        if self.field.min.is_some() || self.field.max.is_some() {
            let ty = &self.field.ty;
            let text =
                format!("`min` and `max` of `{}` are for blocks in a `Vec` or `SetOf`: remove them", self.field.name);
            let condition = quote!(<#ty as ::tf_framework::model::BlockType>::COUNTED);
            self.assertions.add(ty.span(), &condition, &text);
        }
    }

    fn secret(&mut self) {
        if !self.model.kind.is_stored() || self.field.may_be_secret() {
            return;
        }
        let remedy = match (self.model.kind, self.field.is_only_computed()) {
            (Kind::Resource, false) => "make it `write_only`",
            _ => "return it from an ephemeral resource",
        };
        let text = format!(
            "is a secret, or holds one, and would be stored in the state in clear: {remedy}, or end its name in `_in_state`"
        );
        self.of_type(|ty| quote!(!#ty::SECRET), &text);
    }

    fn inside(&mut self) {
        let kind = self.model.kind;
        let noun = kind.noun();
        self.of_type(
            |ty| quote!(!#ty::INSIDE.write_only_in_set),
            "has write-only attributes in a set, whose elements are told apart by what is stored of them: use a `Vec` or map",
        );
        if !matches!(kind, Kind::Provider | Kind::Object) {
            self.of_type(
                |ty| quote!(!#ty::INSIDE.settings),
                "has a `Setting` in it, which only a provider block can have: use `Option`",
            );
        }
        if !kind.is_planned() {
            let text = format!("has write-only attributes in it, which {noun} can't have: use another struct");
            self.of_type(|ty| quote!(!#ty::INSIDE.write_only), &text);
            let text = format!(
                "has `default`, `replace` or another key in it that means nothing in {noun}: use another struct"
            );
            self.of_type(|ty| quote!(!#ty::INSIDE.planned), &text);
        }
        if matches!(kind, Kind::Provider | Kind::Function) {
            let text = format!("has `computed` fields in it, but {noun} computes nothing: use another struct");
            self.of_type(|ty| quote!(!#ty::INSIDE.computed), &text);
        }
    }
}
