//! When a request is sent again, and after how long.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::error::Error;
use crate::request::Request;

/// The longest wait that a server can ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The same where a cluster has to choose an active node, which takes it seconds.
const FIRST_WAIT_FOR_AN_ACTIVE_NODE: Duration = Duration::from_secs(1);

/// How often a request is sent again at most, unless the user says otherwise.
pub const DEFAULT_RETRIES: u32 = 3;

/// The choice of an active node, for which all requests of a connection wait together: once one of them has waited in vain,
/// none of the others does, until the server has answered again. A plan would wait for each of a thousand objects else.
#[derive(Clone, Debug, Default)]
pub(crate) struct Election(Arc<AtomicBool>);

impl Election {
    /// How often a request may be sent again that ended so.
    pub(crate) fn retries(&self, error: &Error, retries: u32) -> u32 {
        if error.is_of_standby() && self.0.load(Ordering::Relaxed) { 0 } else { retries }
    }

    /// A request has come to nothing. An active node may have said so.
    pub(crate) fn is_waited_for(&self, error: &Error) {
        if error.is_of_standby() {
            self.0.store(true, Ordering::Relaxed);
        } else if error.is_not_found() || error.is_denied() {
            self.is_decided();
        }
    }

    /// A request was answered.
    pub(crate) fn is_decided(&self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// How long to wait before the next try, or `None` if there is none.
///
/// A request that must not be done twice is sent again only if it was certainly not done: the connection was refused, or the
/// server turned it away for its rate. `tries` is how many there have been, `jitter` between 0 and 1.
pub(crate) fn wait(request: &Request, error: &Error, tries: u32, retries: u32, jitter: f64) -> Option<Duration> {
    if tries > retries || !error.is_passing() || (error.may_have_been_done() && !request.is_repeatable()) {
        return None;
    }
    if let Some(asked) = error.retry_after() {
        return (asked <= LONGEST_WAIT).then_some(asked);
    }
    // Doubled each time; half of it is left to chance, so that many clients do not come back together.
    let first = if error.is_of_standby() { FIRST_WAIT_FOR_AN_ACTIVE_NODE } else { FIRST_WAIT };
    let wait = first.saturating_mul(1 << (tries - 1).min(6));
    Some(wait.mul_f64(0.5 + 0.5 * jitter.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::Kind;

    fn error(kind: Kind) -> Error {
        Error::new("POST", "sys/init", kind)
    }

    fn refused(status: u16) -> Kind {
        Kind::Fault { status, said: Vec::new() }
    }

    #[test]
    fn what_must_not_be_done_twice_is_repeated_only_if_it_was_not_done() {
        let once = Request::write("sys/init", &json!({}));
        let again = Request::read("sys/mounts");
        for (kind, may_repeat_once) in [
            (Kind::Unreachable { reason: "connection refused".to_owned() }, true),
            (Kind::RateLimited { retry_after: None }, true),
            // It may have been forwarded, and the answer lost.
            (Kind::Standby { said: Vec::new() }, false),
            (Kind::Redirected { to: "https://10.0.0.2:8200".to_owned() }, false),
            (Kind::Unanswered { reason: "connection reset".to_owned(), is_timeout: false }, false),
            (refused(500), false),
            (refused(502), false),
        ] {
            let error = error(kind);
            assert!(wait(&again, &error, 1, 3, 0.5).is_some(), "{error}");
            assert_eq!(wait(&once, &error, 1, 3, 0.5).is_some(), may_repeat_once, "{error}");
        }
    }

    #[test]
    fn what_will_not_pass_is_not_tried_again() {
        let again = Request::read("sys/mounts");
        for kind in [
            Kind::Sealed,
            Kind::Denied { said: Vec::new(), policies: None },
            Kind::NotFound { said: Vec::new() },
            Kind::Refused { status: 400, said: Vec::new() },
            Kind::Tls { reason: "unknown issuer".to_owned(), remedy: "…" },
        ] {
            assert_eq!(wait(&again, &error(kind), 1, 3, 0.5), None);
        }
    }

    #[test]
    fn waits_grow_and_end() {
        let (again, error) = (Request::read("sys/mounts"), error(refused(502)));
        let waits: Vec<_> = (1..=4).filter_map(|tries| wait(&again, &error, tries, 3, 1.0)).collect();
        assert_eq!(waits, [250, 500, 1000].map(Duration::from_millis));
        assert_eq!(wait(&again, &error, 1, 3, 0.0), Some(Duration::from_millis(125)));
        assert_eq!(wait(&again, &error, 1, 0, 0.0), None);
    }

    #[test]
    fn the_choice_of_an_active_node_is_given_seconds() {
        let again = Request::read("sys/mounts");
        let error = error(Kind::Standby { said: Vec::new() });
        let waits: Vec<_> = (1..=4).filter_map(|tries| wait(&again, &error, tries, 3, 1.0)).collect();
        assert_eq!(waits, [1, 2, 4].map(Duration::from_secs));
    }

    #[test]
    fn an_active_node_is_waited_for_once() {
        let (election, standby) = (Election::default(), error(Kind::Standby { said: Vec::new() }));
        assert_eq!(election.retries(&standby, 3), 3);
        election.is_waited_for(&error(Kind::Sealed));
        assert_eq!(election.retries(&standby, 3), 3, "another error says nothing of it");
        let other = election.clone();
        election.is_waited_for(&standby);
        assert_eq!((other.retries(&standby, 3), other.retries(&error(refused(502)), 3)), (0, 3));
        other.is_decided();
        assert_eq!(election.retries(&standby, 3), 3);
        election.is_waited_for(&standby);
        election.is_waited_for(&error(Kind::NotFound { said: Vec::new() }));
        assert_eq!(election.retries(&standby, 3), 3, "an active node knows that there is nothing");
    }

    #[test]
    fn a_server_can_say_when_within_reason() {
        let again = Request::read("sys/mounts");
        let limited = |seconds| error(Kind::RateLimited { retry_after: Some(Duration::from_secs(seconds)) });
        assert_eq!(wait(&again, &limited(7), 1, 3, 0.5), Some(Duration::from_secs(7)));
        assert_eq!(wait(&again, &limited(3600), 1, 3, 0.5), None);
    }
}
