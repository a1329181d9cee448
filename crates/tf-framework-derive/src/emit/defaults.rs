//! Defaults: one function for each, because both schema and decoder need them.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Expr, ExprLit, Lit};

use crate::container::Model;
use crate::field::Field;

/// The function that makes the default of a field that has one.
pub(super) fn name(field: &Field) -> Ident {
    format_ident!("__default_{}", field.name)
}

/// The functions. They are associated ones, so that `Self` means the struct in an author's expression.
pub(super) fn functions(model: &Model) -> TokenStream {
    let functions = model.fields.iter().filter_map(|field| {
        let (default, ty, name) = (field.default.as_ref()?, &field.ty, name(field));
        // A text may be of any type that is made from one.
        let value = match default {
            Expr::Lit(ExprLit { lit: Lit::Str(_), .. }) => {
                quote_spanned!(default.span()=> ::core::convert::From::from(#default))
            }
            _ => quote!(#default),
        };
        Some(quote!(fn #name() -> #ty { #value }))
    });
    quote!(#(#functions)*)
}
