//! What can go wrong with a call.

use std::fmt;

/// When an answer or a connection is broken, seen from the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// The server never sees the call.
    Before,
    /// The server has done what the call asks, and its answer is thrown away. It happens in life when something between the
    /// two retries: the first attempt was done, and the client is told about the second.
    After,
}

/// One way in which a call fails.
///
/// The answers speak the dialect of OpenBao and Vault (`{"errors": […]}`). Other clients, such as those of Kubernetes, have to
/// cope with them too, since a load balancer would not speak theirs either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// 429 with `Retry-After: 1`: a rate limit.
    ///
    /// This is not the 429 with which `sys/health` says "unsealed and standby"; that one has no `Retry-After`, and its body is
    /// the health document.
    TooManyRequests(Moment),
    /// 500 with a JSON list of errors.
    InternalError(Moment),
    /// 502 with an HTML page, as load balancers make it.
    BadGatewayHtml(Moment),
    /// 503 with the JSON list of errors of a sealed server.
    ///
    /// `sys/health` of a sealed server also answers 503, but with the health document.
    Sealed(Moment),
    /// 473 with the health document of a performance standby. No HTTP library knows the number.
    Standby(Moment),
    /// 200 with JSON that is valid, and in which every well-known member has another type than it should.
    WrongType(Moment),
    /// 200 with an HTML page, as portals and login pages make it.
    WrongTypeHtml(Moment),
    /// No answer, until the client gives up or the proxy is dropped.
    Timeout(Moment),
    /// The connection ends with a TCP reset (RST) in place of an answer.
    Reset(Moment),
    /// The server has done it; its answer begins as it should, and the connection ends in the middle of the body.
    ///
    /// An answer with a `Content-Length` keeps it and is cut at half of it. One of unknown length (chunked) is cut in its first
    /// piece, and its last chunk never comes. An answer without a body gets a `Content-Length` and half of what it promises;
    /// to HEAD, which never has a body, the connection ends without an answer.
    HalfBody,
}

impl Fault {
    /// All that there are.
    pub const ALL: [Self; 19] = [
        Self::TooManyRequests(Moment::Before),
        Self::TooManyRequests(Moment::After),
        Self::InternalError(Moment::Before),
        Self::InternalError(Moment::After),
        Self::BadGatewayHtml(Moment::Before),
        Self::BadGatewayHtml(Moment::After),
        Self::Sealed(Moment::Before),
        Self::Sealed(Moment::After),
        Self::Standby(Moment::Before),
        Self::Standby(Moment::After),
        Self::WrongType(Moment::Before),
        Self::WrongType(Moment::After),
        Self::WrongTypeHtml(Moment::Before),
        Self::WrongTypeHtml(Moment::After),
        Self::Timeout(Moment::Before),
        Self::Timeout(Moment::After),
        Self::Reset(Moment::Before),
        Self::Reset(Moment::After),
        Self::HalfBody,
    ];

    /// Each kind once, and the reset in both moments: for sweeps over many calls.
    pub const BASIC: [Self; 11] = [
        Self::TooManyRequests(Moment::Before),
        Self::InternalError(Moment::Before),
        Self::BadGatewayHtml(Moment::Before),
        Self::Sealed(Moment::Before),
        Self::Standby(Moment::Before),
        Self::WrongType(Moment::Before),
        Self::WrongTypeHtml(Moment::Before),
        Self::Timeout(Moment::Before),
        Self::Reset(Moment::Before),
        Self::Reset(Moment::After),
        Self::HalfBody,
    ];

    /// Whether the server does what the call asks.
    pub fn moment(self) -> Moment {
        match self {
            Self::TooManyRequests(moment)
            | Self::InternalError(moment)
            | Self::BadGatewayHtml(moment)
            | Self::Sealed(moment)
            | Self::Standby(moment)
            | Self::WrongType(moment)
            | Self::WrongTypeHtml(moment)
            | Self::Timeout(moment)
            | Self::Reset(moment) => moment,
            Self::HalfBody => Moment::After,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooManyRequests(_) => "429",
            Self::InternalError(_) => "500",
            Self::BadGatewayHtml(_) => "502 html",
            Self::Sealed(_) => "503 sealed",
            Self::Standby(_) => "473 standby",
            Self::WrongType(_) => "200 wrong type",
            Self::WrongTypeHtml(_) => "200 html",
            Self::Timeout(_) => "timeout",
            Self::Reset(_) => "reset",
            Self::HalfBody => return f.write_str("half body"),
        })?;
        f.write_str(match self.moment() {
            Moment::Before => " before",
            Moment::After => " after",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_fault_is_listed_once_and_has_a_name_of_its_own() {
        let names: HashSet<String> = Fault::ALL.iter().map(Fault::to_string).collect();
        assert_eq!(names.len(), Fault::ALL.len());
        assert_eq!(HashSet::from(Fault::BASIC).len(), Fault::BASIC.len());
        assert!(Fault::BASIC.iter().all(|fault| Fault::ALL.contains(fault)));
    }
}
