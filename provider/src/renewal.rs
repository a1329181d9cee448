//! When a certificate is to be renewed. The clock is read when an object is read, and nowhere else.

use jiff::{SignedDuration, Timestamp};
use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::Setting;
use tf_framework::value::Path;

/// How long before its end a certificate is renewed: what the user says, else a third of its life.
pub fn window(validity_period_hours: i64, early_renewal_hours: Option<i64>) -> SignedDuration {
    let hours = early_renewal_hours.unwrap_or(validity_period_hours / 3);
    SignedDuration::try_from_hours(hours).unwrap_or(SignedDuration::MAX)
}

/// What is wrong with the two settings together: a certificate that is always due. `default` is the period where none
/// is set.
pub fn check(period: Setting<i64>, default: i64, early: Setting<i64>, at: &Path) -> Diagnostics {
    let period = match period {
        Setting::Unset => Some(default),
        period => period.into_known(),
    };
    match (period, early.into_known()) {
        (Some(period), Some(early)) if early >= period => Diagnostic::error("A certificate that is always due")
            .detail(
                "It would be renewed by every apply: `early_renewal_hours` is not less than `validity_period_hours`.",
            )
            .remedy("Make `early_renewal_hours` smaller.")
            .at(at.clone())
            .into(),
        _ => Diagnostics::new(),
    }
}

/// Whether a certificate that ends then is to be renewed.
///
/// # Errors
/// If the end is no time.
pub fn is_due(not_after: &str, window: SignedDuration, now: Timestamp) -> Result<bool, Diagnostic> {
    let end = not_after.parse().map_err(|error| {
        Diagnostic::error("Reading the end of a certificate from the state")
            .because(&error)
            .remedy("The state was changed by hand. Put it back.")
    })?;
    Ok(pki::ready_for_renewal(end, window, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_of_the_life_is_the_default() {
        assert_eq!(window(90, None), SignedDuration::from_hours(30));
        assert_eq!(window(90, Some(0)), SignedDuration::ZERO);
        let due = |now: &str| is_due("2026-12-31T00:00:00Z", window(72, None), now.parse().unwrap()).unwrap();
        assert!(!due("2026-12-29T23:59:59Z"));
        assert!(due("2026-12-30T00:00:00Z"));
        assert!(is_due("soon", SignedDuration::ZERO, Timestamp::UNIX_EPOCH).is_err());
    }
}
