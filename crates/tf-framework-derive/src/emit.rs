//! What is generated for a struct.
//!
//! Much of a provider is this code, so there is little of it: tables and calls, and what the calls do is in
//! `tf_framework::model`. All paths are absolute, and no name is brought into scope that an author's expression could mean.

mod assertions;
mod codec;
mod companion;
mod constants;
mod defaults;
mod identity;
mod model;
mod schema;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned as _;

use crate::container::Model;
use crate::kind::Kind;

/// Everything.
pub(crate) fn all(model: &Model) -> TokenStream {
    let assertions = assertions::assertions(model);
    let companion = companion::companion(model);
    let constants = constants::constants(model);
    let fields = codec::fields(model);
    let rest = if model.kind == Kind::Object {
        model::attribute_type(model)
    } else {
        let identity = identity::identity(model);
        let model = model::model(model);
        quote!(#identity #model)
    };
    quote!(#assertions #companion #constants #fields #rest)
}

/// A type, as the type of an attribute. If it is none, the error is where the author wrote it.
fn attribute_type(ty: &Type) -> TokenStream {
    quote_spanned!(ty.span()=> <#ty as ::tf_framework::model::AttributeType>)
}
