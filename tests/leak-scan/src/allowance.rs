//! What may be found where: a list that is written before the run.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::pattern::Pattern;
use crate::scanner::{Hit, What};
use crate::surface::Surface;

/// One thing that may be in one kind of place, and why.
///
/// ```
/// use leak_scan::{Allowance, Surface};
///
/// Allowance::of("the pin", Surface::State).because("its attribute is sensitive and is stored");
/// ```
#[derive(Clone, Debug)]
#[must_use = "it counts only on the list of a scenario"]
pub struct Allowance {
    /// Missing if it is about every secret.
    what: Option<String>,
    surface: Surface,
    at: Option<String>,
    reason: String,
    is_optional: bool,
}

impl Allowance {
    /// A secret by its label, or a [`Pattern`] by its name. `a private key in PEM` stands for private keys in any form.
    pub fn of(what: &str, surface: Surface) -> Self {
        Self { what: Some(what.to_owned()), surface, at: None, reason: String::new(), is_optional: false }
    }

    /// Every secret and every pattern. Say [where](Self::at).
    pub fn of_everything(surface: Surface) -> Self {
        Self { what: None, surface, at: None, reason: String::new(), is_optional: false }
    }

    /// Only where the place has this in its name: a path, or `TF_VAR_token of terraform-provider-…` for a variable.
    pub fn at(mut self, part_of_place: &str) -> Self {
        self.at = Some(part_of_place.to_owned());
        self
    }

    /// Why that is no leak.
    pub fn because(mut self, reason: &str) -> Self {
        self.reason = reason.to_owned();
        self
    }

    /// It need not be found. Without this, an allowance that was never needed is a failure.
    pub fn optional(mut self) -> Self {
        self.is_optional = true;
        self
    }

    fn covers(&self, surface: Surface, place: &str, hit: &Hit) -> bool {
        self.surface == surface
            && self.what.as_deref().is_none_or(|what| what == hit.what.label() || is_key(what, &hit.what))
            && self.at.as_deref().is_none_or(|at| place.contains(at))
    }
}

/// Whether all private keys are meant, and this is one: base64 in PEM is DER, and keys in files are known by
/// themselves.
fn is_key(meant: &str, what: &What) -> bool {
    meant == Pattern::PrivateKeyPem.name()
        && matches!(what, What::PrivateKey(_) | What::Pattern(Pattern::PrivateKeyDer))
}

impl fmt::Display for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = self.what.as_deref().unwrap_or("everything");
        write!(f, "{what:?} in the {}", self.surface)?;
        self.at.as_ref().map_or(Ok(()), |at| write!(f, " at {at:?}"))?;
        write!(f, ", because {}", self.reason)
    }
}

/// A list of them, which remembers what it was good for.
#[derive(Debug, Default)]
pub struct Allowances(Vec<(Allowance, AtomicBool)>);

impl Allowances {
    /// Adds one.
    pub fn add(&mut self, allowance: Allowance) {
        self.0.push((allowance, AtomicBool::new(false)));
    }

    /// Whether something may be there.
    pub fn cover(&self, surface: Surface, place: &str, hit: &Hit) -> bool {
        let mut covering = self.0.iter().filter(|(allowance, _)| allowance.covers(surface, place, hit)).peekable();
        let is_covered = covering.peek().is_some();
        covering.for_each(|(_, is_used)| is_used.store(true, Ordering::Relaxed));
        is_covered
    }

    /// How many were needed.
    pub fn used(&self) -> usize {
        self.0.iter().filter(|(_, is_used)| is_used.load(Ordering::Relaxed)).count()
    }

    /// Those that were not needed although they should be, and those without a reason.
    pub fn stale(&self) -> Vec<String> {
        let stale = self.0.iter().filter_map(|(allowance, is_used)| {
            if allowance.reason.is_empty() {
                Some(format!("the allowance of {allowance} gives no reason"))
            } else if !allowance.is_optional && !is_used.load(Ordering::Relaxed) {
                Some(format!(
                    "the allowance of {allowance}, was never needed: take it off the list, or make it optional"
                ))
            } else {
                None
            }
        });
        stale.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_covers_what_it_names_and_nothing_else() {
        let hit = |label: &str| Hit { what: What::Secret(label.to_owned()), encoding: "raw".to_owned() };
        let mut list = Allowances::default();
        list.add(Allowance::of("pin", Surface::State).because("it is stored"));
        list.add(Allowance::of_everything(Surface::Environment).at("TF_VAR_pin of").because("we put it there"));
        list.add(Allowance::of("pin", Surface::Log).because("it was").optional());
        list.add(Allowance::of("pin", Surface::Show).because("stale"));
        list.add(Allowance::of("pin", Surface::Plan));
        assert!(list.cover(Surface::State, "terraform.tfstate", &hit("pin")));
        assert!(!list.cover(Surface::State, "terraform.tfstate", &hit("password")));
        assert!(!list.cover(Surface::Output, "terraform.tfstate", &hit("pin")));
        assert!(list.cover(Surface::Environment, "TF_VAR_pin of provider", &hit("password")));
        assert!(!list.cover(Surface::Environment, "TF_VAR_pin_2 of provider", &hit("password")));
        let pem = Allowance::of("a private key in PEM", Surface::State);
        for (what, expected) in [
            (What::Pattern(Pattern::PrivateKeyPem), true),
            (What::Pattern(Pattern::PrivateKeyDer), true),
            (What::PrivateKey("the key in a.key".to_owned()), true),
            (What::Secret("pin".to_owned()), false),
            (What::Pattern(Pattern::VaultToken), false),
        ] {
            assert_eq!(pem.covers(Surface::State, "", &Hit { what, encoding: "raw".to_owned() }), expected);
        }
        assert_eq!(list.used(), 2);
        let stale = list.stale();
        assert_eq!(stale.len(), 2, "{stale:?}");
        assert!(stale[0].contains("\"pin\" in the show, because stale"), "{stale:?}");
        assert!(stale[1].contains("gives no reason"), "{stale:?}");
    }
}
