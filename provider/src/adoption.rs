//! What a creation does that finds its object on the server already.
//!
//! It may be what an apply that was cut off has left, or what somebody else made. If it is what the configuration declares,
//! it makes no difference, and the object is taken over; else nothing of it is changed before the user says so.

use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::PlanOf;
use tf_framework::plan::declared_differences;
use tf_framework::{Context, Outcome};

use crate::SecretZero;

/// An object that a creation found.
#[derive(Clone, Copy, Debug)]
pub struct Existing<'a> {
    /// What it is, as in `policy "team-a"`.
    pub what: &'a str,
    /// Its resource, such as `secretzero_policy`.
    pub resource: &'a str,
    /// What it is imported by.
    pub import_id: &'a str,
}

impl Existing<'_> {
    /// Takes it over with a warning, if it is as the plan declares it.
    ///
    /// # Errors
    /// If it is not: the attributes that differ, and how to import it.
    pub fn adopt<T: PlanOf>(&self, cx: &Context<SecretZero>, plan: &T, found: &T::Model) -> Outcome<()> {
        self.adopt_unless(cx, &declared_differences(plan, found))
    }

    /// The same, where the attributes that differ are known already.
    ///
    /// # Errors
    /// If there are any.
    pub fn adopt_unless(&self, cx: &Context<SecretZero>, differences: &[String]) -> Outcome<()> {
        let Self { what, resource, import_id } = self;
        if differences.is_empty() {
            cx.warn(Diagnostic::warning(format!("Took over the {what}")).detail(
                "It was on the server already, just as the configuration declares it. An apply that was cut off may have made \
                 it. From now on it is managed here.",
            ));
            return Ok(());
        }
        Err(Diagnostic::error(format!("There Is Another {}", capitalised(what)))
            .detail(format!(
                "It is on the server already, and differs in: {}. Nothing was changed.",
                differences.join(", ")
            ))
            .remedy(format!(
                "To manage it here, import it, and the next plan shows what would change: terraform import ADDRESS \
                 '{import_id}', with the address of this {resource}. Else give this one another name."
            ))
            .into())
    }
}

fn capitalised(what: &str) -> String {
    let mut letters = what.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
