//! What tells one object from the others.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::codec::{encode, local};
use super::defaults;
use crate::container::Model;
use crate::field::Field;

/// The type of the identity.
pub(super) fn name(model: &Model) -> TokenStream {
    if !model.has_identity() {
        return quote!(::tf_framework::model::NoIdentity);
    }
    let name = format_ident!("{}Identity", model.ident);
    quote!(#name)
}

/// The struct of the fields that are marked so.
pub(super) fn identity(model: &Model) -> TokenStream {
    if !model.has_identity() {
        return TokenStream::new();
    }
    let (name, vis, ident) = (name(model), &model.vis, &model.ident);
    let doc = format!(" What tells one [`{ident}`] from the others.");
    let fields = model.identity().map(|Field { ident, vis, ty, docs, .. }| quote!(#(#docs)* #vis #ident: #ty,));
    let attributes = model.identity().map(|Field { name, ty, description, default, .. }| {
        let has_default = default.is_some();
        quote!(::tf_framework::model::derived::identity_attribute::<#ty>(#name, #description, #has_default))
    });
    let members = local("members");
    let decode = model.identity().map(|field| {
        let Field { ident: part, name, ty, .. } = field;
        if field.default.is_some() {
            let default = defaults::name(field);
            return quote!(#part: #members.take_or::<#ty>(#name, #ident::#default)?,);
        }
        quote!(#part: #members.take::<#ty>(#name)?,)
    });
    let encode = encode(&members, model.identity());
    quote! {
        #[doc = #doc]
        #[derive(Clone, Debug, PartialEq, Eq)]
        #vis struct #name { #(#fields)* }

        #[automatically_derived]
        impl ::tf_framework::model::IdentityModel for #name {
            fn attributes() -> ::std::vec::Vec<::tf_framework::model::IdentityAttribute> {
                ::std::vec::Vec::from([#(#attributes),*])
            }

            fn decode(
                value: ::tf_framework::value::Value,
            ) -> ::core::result::Result<Self, ::tf_framework::model::DecodeError> {
                let mut #members = ::tf_framework::model::Members::of(value)?;
                ::core::result::Result::Ok(Self { #(#decode)* })
            }

            fn encode(&self) -> ::tf_framework::value::Value {
                #encode
            }
        }
    }
}
