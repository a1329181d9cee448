//! What can't work, found before it compiles.
//!
//! Every text says what is wrong and what to do instead, at the place where it is done. What only the types can tell is
//! asserted by the generated code (`emit/assertions.rs`).

mod keys;
mod names;
mod places;
mod references;
mod spelled_types;

use syn::Result;

use crate::container::Model;
use crate::errors::Errors;

/// Refuses a struct with anything in it that can't work.
pub(crate) fn check(model: &Model) -> Result<()> {
    let mut errors = Errors::default();
    names::check(model, &mut errors);
    places::check(model, &mut errors);
    for field in &model.fields {
        keys::check(model.kind, field, &mut errors);
        spelled_types::check(model, field, &mut errors);
    }
    references::check(model, &mut errors);
    errors.finish(())
}
