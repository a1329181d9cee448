//! When a certificate is due to be renewed.

use jiff::{SignedDuration, Timestamp};

/// Is `now` within the last `early_renewal` of the validity, or after it?
///
/// The clock is a parameter: a provider reads it once, in a refresh, and the plan follows from what was stored then.
///
/// ```
/// use jiff::{SignedDuration, Timestamp};
///
/// let not_after: Timestamp = "2026-12-24T12:00:00Z".parse()?;
/// let month = SignedDuration::from_hours(24 * 30);
/// assert!(!pki::ready_for_renewal(not_after, month, "2026-11-24T11:59:59Z".parse()?));
/// assert!(pki::ready_for_renewal(not_after, month, "2026-11-24T12:00:00Z".parse()?));
/// # Ok::<_, jiff::Error>(())
/// ```
pub fn ready_for_renewal(not_after: Timestamp, early_renewal: SignedDuration, now: Timestamp) -> bool {
    // A window that reaches back to before the beginning of time is open.
    !not_after.checked_sub(early_renewal).is_ok_and(|opens| now < opens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_window_it_is_the_end_that_counts() {
        let end: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        let second = SignedDuration::from_secs(1);
        assert!(!ready_for_renewal(end, SignedDuration::ZERO, end - second));
        assert!(ready_for_renewal(end, SignedDuration::ZERO, end));
        assert!(ready_for_renewal(end, SignedDuration::MAX, Timestamp::MIN));
        assert!(!ready_for_renewal(Timestamp::MAX, SignedDuration::ZERO, end));
    }
}
