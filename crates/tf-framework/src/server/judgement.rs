//! What becomes of an answer that breaks a rule of core.

use tf_value::Path;

use crate::assert::{Breach, Violation};
use crate::diagnostic::Diagnostics;
use crate::failure::Outcome;

/// Who is told of a broken rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// The author of the provider: the call panics with the text.
    Panic,
    /// Its user gets an error, and core does not get the answer.
    Report,
}

impl Judgement {
    /// A panic in debug builds, which tests are.
    pub(super) const fn of_this_build() -> Self {
        if cfg!(debug_assertions) { Self::Panic } else { Self::Report }
    }

    /// Lets an answer pass, or says whose bug it is.
    pub(super) fn pass(self, name: &str, violations: &[Violation]) -> Outcome<()> {
        if violations.is_empty() {
            return Ok(());
        }
        if self == Self::Panic {
            let bugs: Vec<String> =
                violations.iter().map(|violation| format!("bug in resource {name}, {violation}")).collect();
            panic!("{}", bugs.join("\n"));
        }
        for violation in violations {
            tracing::error!("bug in resource {name}, {violation}");
        }
        Err(violations.iter().map(|violation| violation.report(name)).collect::<Diagnostics>().into())
    }
}

/// A rule for the whole object is broken.
pub(super) fn whole(breach: Breach) -> Violation {
    Violation { path: Path::root(), breach }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_reports_each_violation() {
        let violation = |name: &str, breach| Violation { path: Path::root().attribute(name), breach };
        let broken = [violation("a", Breach::Changed), violation("b", Breach::StillUnknown)];
        let told = Judgement::Report.pass("example_note", &broken).unwrap_err().into_diagnostics();
        assert!(told.has_errors());
        let details: Vec<_> = told.iter().map(|told| told.detail_text().lines().next().unwrap().to_owned()).collect();
        assert!(details[0].starts_with("Bug in resource example_note, attribute a: "), "{details:?}");
        assert!(details[1].starts_with("Bug in resource example_note, attribute b: "), "{details:?}");
    }

    #[test]
    fn debug_builds_panic() {
        let broken = [whole(Breach::IdentityChanged)];
        let panic = std::panic::catch_unwind(|| Judgement::of_this_build().pass("example_note", &broken)).unwrap_err();
        let text = panic.downcast_ref::<String>().unwrap();
        assert!(text.starts_with("bug in resource example_note, the whole object: "), "{text}");
    }

    #[test]
    fn what_breaks_no_rule_passes() {
        for judgement in [Judgement::Panic, Judgement::Report] {
            judgement.pass("example_note", &[]).unwrap();
        }
    }
}
