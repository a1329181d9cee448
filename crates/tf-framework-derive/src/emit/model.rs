//! What the struct is beyond its fields: a whole object of the provider, or the type of an attribute.

use proc_macro2::TokenStream;
use quote::quote;

use super::{companion, identity};
use crate::container::Model;
use crate::field::Field;
use crate::key::Key;
use crate::kind::Kind;

/// `impl Model`.
pub(super) fn model(model: &Model) -> TokenStream {
    let (ident, type_name, identity) = (&model.ident, &model.type_name, identity::name(model));
    let kind = match model.kind {
        Kind::Resource | Kind::Object => quote!(Resource),
        Kind::DataSource => quote!(DataSource),
        Kind::Ephemeral => quote!(Ephemeral),
        Kind::Provider => quote!(Provider),
        Kind::Function => quote!(Function),
    };
    let version = model.version.as_ref().map_or_else(|| quote!(0), |version| quote!(#version));
    let import = model.import.as_ref().map_or_else(
        || quote!(::core::option::Option::None),
        |template| quote!(::core::option::Option::Some(#template)),
    );
    let names = model.fields.iter().map(|field| &field.name);
    let variadic = model.fields.iter().any(|field| field.has(Key::Variadic));
    let identity_value = if !model.has_identity() {
        identity.clone()
    } else {
        let fields =
            model.identity().map(|Field { ident, .. }| quote!(#ident: ::core::clone::Clone::clone(&self.#ident),));
        quote!(#identity { #(#fields)* })
    };
    quote! {
        #[automatically_derived]
        impl ::tf_framework::model::Model for #ident {
            type Kind = ::tf_framework::model::kind::#kind;
            type Identity = #identity;

            const TYPE_NAME: &'static str = #type_name;
            const VERSION: u32 = #version;
            const IMPORT_ID: ::core::option::Option<&'static str> = #import;
            const FIELDS: &'static [&'static str] = &[#(#names),*];
            const VARIADIC: bool = #variadic;

            fn identity(&self) -> #identity {
                #identity_value
            }
        }
    }
}

/// `impl AttributeType`.
pub(super) fn attribute_type(model: &Model) -> TokenStream {
    let (ident, plan) = (&model.ident, companion::name(model));
    quote! {
        #[automatically_derived]
        impl ::tf_framework::model::AttributeType for #ident {
            type Plan = #plan;
            type Inner = Self;
            type Checked = Self;

            const SECRET: bool = <Self as ::tf_framework::model::Fields>::SECRET;
            const INSIDE: ::tf_framework::model::Inside = <Self as ::tf_framework::model::Fields>::INSIDE;

            fn shape() -> ::tf_framework::schema::Shape {
                ::tf_framework::model::derived::object_shape::<Self>()
            }

            fn decode(
                value: ::tf_framework::value::Value,
            ) -> ::core::result::Result<Self, ::tf_framework::model::DecodeError> {
                <Self as ::tf_framework::model::Fields>::from_object(value)
            }

            fn decode_plan(
                value: ::tf_framework::value::Value,
            ) -> ::core::result::Result<#plan, ::tf_framework::model::DecodeError> {
                <Self as ::tf_framework::model::Fields>::plan_from_object(value)
            }

            fn encode(&self) -> ::tf_framework::value::Value {
                <Self as ::tf_framework::model::Fields>::to_object(self)
            }

            fn encode_plan(plan: &#plan) -> ::tf_framework::value::Value {
                <Self as ::tf_framework::model::Fields>::plan_to_object(plan)
            }
        }
    }
}
