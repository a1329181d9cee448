//! The log of a round: which calls came, in which order, and what became of each.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{Method, StatusCode, Uri};

use crate::fault::Fault;
use crate::filter::Filter;
use crate::plan::{Indexes, Plan};

/// A call that counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its number, from 0 in order of arrival.
    pub index: usize,
    /// Its method.
    pub method: String,
    /// Its path, without the query.
    pub path: String,
    /// What stands behind the question mark.
    pub query: Option<String>,
    /// How it was broken.
    pub fault: Option<Fault>,
    /// How far it got.
    pub upstream: Reach,
    /// The status that the client was given. `None` as long as there is no answer, which may be for good.
    pub status: Option<u16>,
}

/// How far a call got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The server was not asked, or not yet.
    NotAsked,
    /// The server was asked and has not answered, or not yet.
    Asked,
    /// The server answered with this status.
    Answered(u16),
    /// The server could not be reached, or ended the connection before it answered. The client's connection is reset then.
    Lost(String),
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { index, method, path, query, fault, upstream, status } = self;
        write!(f, "{index} {method} {path}")?;
        if let Some(query) = query {
            write!(f, "?{query}")?;
        }
        if let Some(fault) = fault {
            write!(f, " [{fault}]")?;
        }
        match upstream {
            Reach::NotAsked => write!(f, ": server not asked")?,
            Reach::Asked => write!(f, ": server asked")?,
            Reach::Answered(status) => write!(f, ": server answered {status}")?,
            Reach::Lost(reason) => write!(f, ": server lost ({reason})")?,
        }
        match status {
            Some(status) => write!(f, ", client given {status}"),
            None => write!(f, ", client given nothing"),
        }
    }
}

/// Numbers the calls, knows which of them shall fail, and keeps the log.
pub(crate) struct Calls(Mutex<Round>);

struct Round {
    /// Tells the calls of this round from stragglers of earlier ones.
    number: u64,
    filter: Filter,
    plan: Plan<Fault>,
    log: Vec<Call>,
}

impl Calls {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Round { number: 0, filter: Filter::all(), plan: Plan::none(), log: Vec::new() }))
    }

    pub(crate) fn count(&self, filter: Filter) {
        self.round().filter = filter;
    }

    pub(crate) fn fail(&self, indexes: Indexes, fault: Fault) {
        self.round().plan.add(indexes, fault);
    }

    pub(crate) fn lift(&self) {
        self.round().plan.clear();
    }

    pub(crate) fn begin_round(&self) {
        let mut round = self.round();
        round.number += 1;
        round.plan.clear();
        round.log.clear();
    }

    pub(crate) fn log(&self) -> Vec<Call> {
        self.round().log.clone()
    }

    /// Gives the call that just arrived its number, if it counts.
    pub(crate) fn arrived(self: &Arc<Self>, method: &Method, uri: &Uri) -> Entry {
        let mut round = self.round();
        let calls = Arc::clone(self);
        if !round.filter.matches(method.as_str(), uri.path(), uri.query()) {
            return Entry { calls, place: None, fault: None };
        }
        let index = round.log.len();
        let fault = round.plan.fault(index);
        round.log.push(Call {
            index,
            method: method.to_string(),
            path: uri.path().to_owned(),
            query: uri.query().map(str::to_owned),
            fault,
            upstream: Reach::NotAsked,
            status: None,
        });
        Entry { calls, place: Some((round.number, index)), fault }
    }

    fn round(&self) -> MutexGuard<'_, Round> {
        // Each change of a round is complete before anything can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The line of the log that belongs to a call under way. One that does not count has none, and writes nothing.
pub(crate) struct Entry {
    calls: Arc<Calls>,
    /// Number of the round, index of the call.
    place: Option<(u64, usize)>,
    pub(crate) fault: Option<Fault>,
}

impl Entry {
    pub(crate) fn reached(&self, upstream: Reach) {
        self.change(|call| call.upstream = upstream);
    }

    pub(crate) fn given(&self, status: StatusCode) {
        self.change(|call| call.status = Some(status.as_u16()));
    }

    fn change(&self, change: impl FnOnce(&mut Call)) {
        let Some((number, index)) = self.place else {
            return;
        };
        let mut round = self.calls.round();
        if round.number == number
            && let Some(call) = round.log.get_mut(index)
        {
            change(call);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Moment;

    fn arrive(calls: &Arc<Calls>, method: &Method, target: &'static str) -> Entry {
        calls.arrived(method, &Uri::from_static(target))
    }

    #[test]
    fn only_what_the_filter_lets_through_is_numbered() {
        let calls = Arc::new(Calls::new());
        calls.count(Filter::all().method("PUT"));
        calls.fail(1.into(), Fault::HalfBody);
        assert_eq!(arrive(&calls, &Method::PUT, "/a").fault, None);
        assert_eq!(arrive(&calls, &Method::GET, "/b").fault, None);
        assert_eq!(arrive(&calls, &Method::PUT, "/c").fault, Some(Fault::HalfBody));
        let log: Vec<_> = calls.log().into_iter().map(|call| (call.index, call.path)).collect();
        assert_eq!(log, [(0, "/a".to_owned()), (1, "/c".to_owned())]);
    }

    #[test]
    fn a_straggler_writes_nothing_into_the_next_round() {
        let calls = Arc::new(Calls::new());
        calls.fail((..).into(), Fault::HalfBody);
        let straggler = arrive(&calls, &Method::GET, "/old");
        calls.begin_round();
        let current = arrive(&calls, &Method::GET, "/new");
        assert_eq!(current.fault, None, "the plan went with its round");
        straggler.given(StatusCode::IM_A_TEAPOT);
        assert_eq!(calls.log()[0].status, None);
        current.given(StatusCode::OK);
        assert_eq!(calls.log()[0].status, Some(200));
    }

    #[test]
    fn a_call_reads_as_a_line() {
        let calls = Arc::new(Calls::new());
        calls.fail(0.into(), Fault::Sealed(Moment::After));
        let entry = arrive(&calls, &Method::GET, "/v1/a?list=true");
        entry.reached(Reach::Answered(204));
        entry.given(StatusCode::SERVICE_UNAVAILABLE);
        let line = "0 GET /v1/a?list=true [503 sealed after]: server answered 204, client given 503";
        assert_eq!(calls.log()[0].to_string(), line);
    }
}
