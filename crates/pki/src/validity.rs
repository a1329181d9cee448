//! From when until when a certificate is valid.

use std::time::Duration;

use der::DateTime;
use jiff::{SignedDuration, Timestamp};
use thiserror::Error;
use x509_cert::time::Time;

use crate::asn1;

/// A period of whole seconds, both ends included (RFC 5280 §4.1.2.5), between 1970 and 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    not_before: Timestamp,
    not_after: Timestamp,
}

impl Validity {
    /// A period between two times, whose fractions of a second are cut off.
    ///
    /// # Errors
    /// If it ends before it begins, or a certificate can't express one of its ends.
    pub fn new(not_before: Timestamp, not_after: Timestamp) -> Result<Self, ValidityError> {
        let validity = Self { not_before: whole_seconds(not_before), not_after: whole_seconds(not_after) };
        if validity.not_after < validity.not_before {
            return Err(ValidityError::Reversed { not_before, not_after });
        }
        if validity.not_before.as_second() < 0 {
            return Err(ValidityError::OutOfRange);
        }
        Ok(validity)
    }

    /// A period that ends `lifetime` from now and has begun `backdated` ago, for machines whose clocks are a little
    /// slow.
    ///
    /// # Errors
    /// If the lifetime is not positive, or reaches beyond 9999.
    pub fn starting(
        now: Timestamp,
        backdated: SignedDuration,
        lifetime: SignedDuration,
    ) -> Result<Self, ValidityError> {
        if !lifetime.is_positive() {
            return Err(ValidityError::NoLifetime);
        }
        let not_before = now.checked_sub(backdated).map_err(|_| ValidityError::OutOfRange)?;
        let not_after = now.checked_add(lifetime).map_err(|_| ValidityError::OutOfRange)?;
        Self::new(not_before, not_after)
    }

    /// The part of it that lies within another period, such as that of the issuer; `None` if nothing does.
    pub fn within(self, other: Self) -> Option<Self> {
        let not_before = self.not_before.max(other.not_before);
        let not_after = self.not_after.min(other.not_after);
        (not_before <= not_after).then_some(Self { not_before, not_after })
    }

    /// Its first second.
    pub fn not_before(self) -> Timestamp {
        self.not_before
    }

    /// Its last second.
    pub fn not_after(self) -> Timestamp {
        self.not_after
    }

    /// UTCTime up to 2049, GeneralizedTime from 2050 on (RFC 5280 §4.1.2.5): what `Time` makes of a date.
    pub(crate) fn to_asn1(self) -> Result<asn1::Validity, der::Error> {
        Ok(asn1::Validity { not_before: to_time(self.not_before)?, not_after: to_time(self.not_after)? })
    }
}

/// Two times that are no period for a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ValidityError {
    /// It ends before it begins.
    #[error("the validity ends at {not_after}, before it begins at {not_before}")]
    Reversed {
        /// The beginning.
        not_before: Timestamp,
        /// The end.
        not_after: Timestamp,
    },
    /// Zero or negative.
    #[error("the validity must be longer than nothing")]
    NoLifetime,
    /// Before 1970 or after 9999.
    #[error("the validity must lie between the years 1970 and 9999")]
    OutOfRange,
}

pub(crate) fn to_time(timestamp: Timestamp) -> Result<Time, der::Error> {
    let seconds = u64::try_from(timestamp.as_second()).map_err(|_| der::ErrorKind::DateTime)?;
    Ok(Time::from(DateTime::from_unix_duration(Duration::from_secs(seconds))?))
}

/// The value for "no end" (99991231235959Z) is later than what a `Timestamp` can hold, which is a day earlier.
pub(crate) fn from_time(time: Time) -> Timestamp {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

fn whole_seconds(timestamp: Timestamp) -> Timestamp {
    Timestamp::from_second(timestamp.as_second()).unwrap_or(timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;
    use der::Encode as _;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn begins_earlier_and_ends_later() {
        let hour = SignedDuration::from_hours(1);
        let validity = Validity::starting(at("2026-11-24T12:00:00.7Z"), hour, 2 * hour).unwrap();
        assert_eq!(validity.not_before(), at("2026-11-24T11:00:00Z"));
        assert_eq!(validity.not_after(), at("2026-11-24T14:00:00Z"));
        assert_eq!(Validity::starting(at("2026-11-24T12:00:00Z"), hour, -hour), Err(ValidityError::NoLifetime));
        assert!(Validity::new(at("1969-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z")).is_err());
        assert!(Validity::new(at("2027-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z")).is_err());
        let forever = SignedDuration::from_hours(24 * 365 * 9000);
        assert_eq!(Validity::starting(at("2026-11-24T12:00:00Z"), hour, forever), Err(ValidityError::OutOfRange));
    }

    #[test]
    fn the_form_of_time_changes_in_2050() {
        let validity = Validity::new(at("2049-12-31T23:59:59Z"), at("2050-01-01T00:00:00Z")).unwrap();
        let der = validity.to_asn1().unwrap().to_der().unwrap();
        assert_eq!(&der[2..], b"\x17\x0d491231235959Z\x18\x0f20500101000000Z");
    }

    #[test]
    fn the_end_of_time_is_read() {
        let time = Time::INFINITY;
        assert_eq!(from_time(time), Timestamp::MAX);
        assert_eq!(from_time(to_time(at("2050-01-01T00:00:00Z")).unwrap()), at("2050-01-01T00:00:00Z"));
    }

    #[test]
    fn cut_to_that_of_the_issuer() {
        let validity = |from, to| Validity::new(at(from), at(to)).unwrap();
        let issuer = validity("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
        let wanted = validity("2025-12-31T00:00:00Z", "2028-01-01T00:00:00Z");
        assert_eq!(wanted.within(issuer), Some(issuer));
        assert_eq!(validity("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z").within(issuer), None);
    }
}
