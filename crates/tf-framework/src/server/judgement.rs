//! What becomes of an answer that breaks a rule of core.

use tf_value::Path;

use crate::assert::{Breach, Violation};
use crate::diagnostic::Diagnostics;
use crate::failure::Outcome;

/// Lets an answer pass, or says whose bug it is.
///
/// In debug builds, and by that in tests, the call panics with the text. In a release the user gets it, and core does not get
/// the answer.
pub(super) fn pass(name: &str, violations: &[Violation]) -> Outcome<()> {
    if violations.is_empty() {
        return Ok(());
    }
    if cfg!(debug_assertions) {
        let bugs: Vec<String> =
            violations.iter().map(|violation| format!("bug in resource {name}, {violation}")).collect();
        panic!("{}", bugs.join("\n"));
    }
    for violation in violations {
        tracing::error!("bug in resource {name}, {violation}");
    }
    Err(report(name, violations).into())
}

/// What the user of a release is told.
fn report(name: &str, violations: &[Violation]) -> Diagnostics {
    violations.iter().map(|violation| violation.report(name)).collect()
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
        let told = report("example_note", &[violation("a", Breach::Changed), violation("b", Breach::StillUnknown)]);
        assert!(told.has_errors());
        let details: Vec<_> = told.iter().map(|told| told.detail_text().lines().next().unwrap().to_owned()).collect();
        assert!(details[0].starts_with("Bug in resource example_note, attribute a: "), "{details:?}");
        assert!(details[1].starts_with("Bug in resource example_note, attribute b: "), "{details:?}");
    }

    #[test]
    fn debug_builds_panic() {
        let panic = std::panic::catch_unwind(|| pass("example_note", &[whole(Breach::IdentityChanged)])).unwrap_err();
        let text = panic.downcast_ref::<String>().unwrap();
        assert!(text.starts_with("bug in resource example_note, the whole object: "), "{text}");
        pass("example_note", &[]).unwrap();
    }
}
