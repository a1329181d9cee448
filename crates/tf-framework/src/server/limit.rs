//! How long a call may take.

use std::time::Duration;

use tf_value::Value;
use tokio::time::Instant;

use super::run::Operation;
use crate::resource::DefaultTimeouts;
use crate::schema::Schema;
use crate::{stored, timeouts};

/// The limit of one call.
#[derive(Clone, Debug)]
pub(super) struct Limit {
    duration: Duration,
    deadline: Instant,
    /// Whether the user can set it.
    settable: bool,
}

impl Limit {
    /// What the user says in the object, else what the resource says. `None` is without a limit.
    pub(super) fn of(schema: &Schema, object: &Value, defaults: DefaultTimeouts, operation: Operation) -> Option<Self> {
        let (name, default) = match operation {
            Operation::Create => ("create", defaults.create),
            Operation::Update => ("update", defaults.update),
            Operation::Delete => ("delete", defaults.delete),
            Operation::Read | Operation::Import => ("read", defaults.read),
            Operation::Open | Operation::Renew | Operation::Close => return None,
        };
        let duration = timeouts::limit(object, name).or(default)?;
        // A limit that no clock reaches is none.
        let deadline = Instant::now().checked_add(duration)?;
        Some(Self { duration, deadline, settable: stored::offers_timeouts(schema) })
    }

    pub(super) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// For people.
    pub(super) fn text(&self) -> String {
        let seconds = self.duration.as_secs();
        match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
            (0, 0, _) => format!("{:?}", self.duration),
            (0, minutes, 0) => format!("{minutes}m"),
            (0, minutes, seconds) => format!("{minutes}m{seconds}s"),
            (hours, 0, 0) => format!("{hours}h"),
            (hours, minutes, 0) => format!("{hours}h{minutes}m"),
            (hours, minutes, seconds) => format!("{hours}h{minutes}m{seconds}s"),
        }
    }

    pub(super) fn is_settable(&self) -> bool {
        self.settable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_they_are_written() {
        let text = |duration| Limit { duration, deadline: Instant::now(), settable: false }.text();
        assert_eq!(text(Duration::from_millis(1500)), "1.5s");
        assert_eq!(text(Duration::from_secs(600)), "10m");
        assert_eq!(text(Duration::from_secs(5400)), "1h30m");
        assert_eq!(text(Duration::from_secs(3661)), "1h1m1s");
        assert_eq!(text(Duration::from_secs(61)), "1m1s");
        assert_eq!(text(Duration::from_secs(7200)), "2h");
    }
}
