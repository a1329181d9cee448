//! The derive macro of `tf-framework`. Its documentation stands where authors meet it, at `tf_framework::model::Model`.
//!
//! A struct goes through three steps: `container.rs` and `field.rs` make sense of what `syntax.rs` reads from `#[tf(…)]`,
//! `rules.rs` refuses what can't work, and `emit.rs` writes the implementations. What only types can tell is in
//! `emit/assertions.rs`: it is asserted by the code that is generated.

mod container;
mod emit;
mod errors;
mod field;
mod import_template;
mod key;
mod kind;
mod rules;
mod syntax;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// A struct is the schema, decoder, encoder and documentation of an object.
#[proc_macro_derive(Model, attributes(tf))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let model = container::Model::parse(&input).and_then(|model| rules::check(&model).map(|()| model));
    model.map_or_else(|errors| errors.into_compile_error(), |model| emit::all(&model)).into()
}
