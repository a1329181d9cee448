//! A constant for each field, by which other code refers to it.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::defaults;
use crate::container::Model;

/// What belongs to the struct itself: `Note::NAME`, and the functions that make the defaults.
pub(super) fn constants(model: &Model) -> TokenStream {
    let (ident, vis) = (&model.ident, &model.vis);
    let defaults = defaults::functions(model);
    let constants = model.fields.iter().enumerate().map(|(position, field)| {
        let (name, ty, docs) = (&field.name, &field.ty, &field.docs);
        let constant = format_ident!("{}", name.to_uppercase(), span = field.ident.span());
        quote! {
            #(#docs)*
            #[allow(dead_code, reason = "not every field is referred to")]
            #vis const #constant: ::tf_framework::model::Field<Self, #ty> =
                ::tf_framework::model::Field::new(#name, #position);
        }
    });
    quote! {
        #[automatically_derived]
        impl #ident {
            #(#constants)*
            #defaults
        }
    }
}
