//! `Fields`: schema, decoder and encoder.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::{attribute_type, companion, defaults, schema};
use crate::container::Model;
use crate::field::Field;
use crate::key::Key;

/// `impl Fields`.
pub(super) fn fields(model: &Model) -> TokenStream {
    let (ident, plan) = (&model.ident, companion::name(model));
    let secret = model.fields.iter().filter(|field| !field.may_be_secret()).map(|field| attribute_type(&field.ty));
    let inside = inside(model);
    let schema = schema::table(model);
    let (members, planned) = (local("members"), local("plan"));
    let decode = decode(&members, &format_ident!("Self"), &model.fields, |field| {
        if field.default.is_some() {
            let default = defaults::name(field);
            return (format_ident!("take_or"), quote!(, Self::#default));
        }
        (format_ident!("take"), TokenStream::new())
    });
    let encode = encode(&members, &model.fields);
    let (plan_decode, plan_encode) = if model.has_companion() {
        let decode = self::decode(&members, &plan, &model.fields, |field| (access("take", field), TokenStream::new()));
        (decode, plan_encode(&members, &planned, model))
    } else {
        (quote!(Self::from_members(#members)), quote!(Self::to_object(#planned)))
    };
    quote! {
        #[automatically_derived]
        impl ::tf_framework::model::Fields for #ident {
            type Plan = #plan;

            const SECRET: bool = false #(|| #secret::SECRET)*;
            const INSIDE: ::tf_framework::model::Inside = #inside;

            fn block() -> ::tf_framework::schema::Block {
                #schema
            }

            fn from_members(
                #members: &mut ::tf_framework::model::Members,
            ) -> ::core::result::Result<Self, ::tf_framework::model::DecodeError> {
                #decode
            }

            fn plan_from_members(
                #members: &mut ::tf_framework::model::Members,
            ) -> ::core::result::Result<#plan, ::tf_framework::model::DecodeError> {
                #plan_decode
            }

            fn to_object(&self) -> ::tf_framework::value::Value {
                #encode
            }

            fn plan_to_object(#planned: &#plan) -> ::tf_framework::value::Value {
                #plan_encode
            }
        }
    }
}

/// A local variable that no expression of the author can mean.
pub(super) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// The struct `name` from `members`, of which each field is taken by a method, with further arguments for it.
fn decode(
    members: &Ident,
    name: &Ident,
    fields: &[Field],
    take: impl Fn(&Field) -> (Ident, TokenStream),
) -> TokenStream {
    if fields.is_empty() {
        return quote! {
            let _ = #members;
            ::core::result::Result::Ok(#name {})
        };
    }
    let decoder = local("decoder");
    let taken: Vec<Ident> = (0..fields.len()).map(|at| local(&format!("taken_{at}"))).collect();
    let takes = fields.iter().zip(&taken).map(|(field, taken)| {
        let Field { name, ty, .. } = field;
        let (take, arguments) = take(field);
        quote_spanned!(ty.span()=> let #taken = #decoder.#take::<#ty>(#name #arguments);)
    });
    let idents = fields.iter().map(|field| &field.ident);
    quote! {
        let mut #decoder = ::tf_framework::model::derived::Decoder::new(#members);
        #(#takes)*
        match (#(#taken,)*) {
            (#(::core::option::Option::Some(#taken),)*) => ::core::result::Result::Ok(#name { #(#idents: #taken),* }),
            _ => ::core::result::Result::Err(#decoder.error()),
        }
    }
}

/// `self` as an object.
pub(super) fn encode<'a>(members: &Ident, fields: impl IntoIterator<Item = &'a Field>) -> TokenStream {
    let fields = fields
        .into_iter()
        .map(|Field { ident, name, ty, .. }| quote_spanned!(ty.span()=> #members.put::<#ty>(#name, &self.#ident);));
    object(members, &quote!(#(#fields)*))
}

fn plan_encode(members: &Ident, plan: &Ident, model: &Model) -> TokenStream {
    let fields = model.fields.iter().map(|field| {
        let Field { ident, name, ty, .. } = field;
        let put = access("put", field);
        quote_spanned!(ty.span()=> #members.#put::<#ty>(#name, &#plan.#ident);)
    });
    object(members, &quote!(#(#fields)*))
}

fn access(verb: &str, field: &Field) -> Ident {
    if field.has(Key::Computed) { format_ident!("{verb}_planned") } else { format_ident!("{verb}_plan") }
}

fn object(members: &Ident, put: &TokenStream) -> TokenStream {
    quote! {
        let mut #members = ::tf_framework::model::Members::new();
        #put
        #members.into_object()
    }
}

fn inside(model: &Model) -> TokenStream {
    let any = |holds: fn(&Field) -> bool| model.fields.iter().any(holds);
    let blocks = any(|field| field.has(Key::Block));
    let computed = any(|field| field.has(Key::Computed));
    let configured = any(|field| ![Key::Computed, Key::Default, Key::Block].into_iter().any(|key| field.has(key)));
    let planned = any(|field| field.keys.iter().any(|(key, _)| key.is_for_plans()));
    let types = model.fields.iter().map(|field| attribute_type(&field.ty));
    quote! {
        ::tf_framework::model::Inside {
            blocks: #blocks,
            computed: #computed,
            configured: #configured,
            planned: #planned,
            ..::tf_framework::model::Inside::NOTHING
        }
        .with(&[#(#types::INSIDE),*])
    }
}
