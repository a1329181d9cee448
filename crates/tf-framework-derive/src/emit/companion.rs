//! The struct in a plan.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::attribute_type;
use crate::container::Model;
use crate::field::Field;
use crate::key::Key;
use crate::kind::Kind;

/// The type of the struct in a plan: the struct itself if it is never planned.
pub(super) fn name(model: &Model) -> Ident {
    if model.has_companion() { format_ident!("{}Plan", model.ident) } else { model.ident.clone() }
}

/// The struct with what is computed as `Planned`.
pub(super) fn companion(model: &Model) -> TokenStream {
    if !model.has_companion() {
        return TokenStream::new();
    }
    let (name, vis, ident) = (name(model), &model.vis, &model.ident);
    let text = name.to_string();
    let doc = format!(" [`{ident}`] in a plan.");
    let fields = model.fields.iter().map(|field| {
        let Field { ident, vis, docs, .. } = field;
        let ty = field_type(field);
        quote!(#(#docs)* #vis #ident: #ty,)
    });
    let plan_of = (model.kind == Kind::Resource).then(|| {
        quote! {
            #[automatically_derived]
            impl ::tf_framework::model::PlanOf for #name {
                type Model = #ident;
            }
        }
    });
    quote! {
        #[doc = #doc]
        #vis struct #name { #(#fields)* }

        /// Without any value, which may be secret.
        #[automatically_derived]
        impl ::core::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::tf_framework::model::derived::debug(f, #text)
            }
        }

        #plan_of
    }
}

fn field_type(field: &Field) -> TokenStream {
    let ty = attribute_type(&field.ty);
    let plan = quote!(#ty::Plan);
    if field.has(Key::Computed) { quote!(::tf_framework::model::Planned<#plan>) } else { plan }
}
