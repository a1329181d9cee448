//! What comes back, as it came, and what is concluded from it.

use std::fmt;
use std::time::Duration;

use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use zeroize::Zeroizing;

use crate::error::{self, Error, Kind};
use crate::redact::redact;
use crate::reply::Reply;
use crate::request::Request;

/// The largest answer that is read, in bytes. The servers themselves take no request above 32 MiB by default.
pub const LARGEST_REPLY: usize = 64 << 20;

/// An answer that says that it was done, byte for byte, as far as it came. It is not printed: secrets may be in it.
pub struct Answer {
    status: StatusCode,
    body: Zeroizing<Vec<u8>>,
    /// Why it ends before its end.
    cut: Option<Kind>,
}

/// What comes back when something is wrong. A server has one of its members in whatever it says.
#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    errors: Option<Vec<String>>,
    /// Where one request stands for several, warnings say why none worked.
    #[serde(default)]
    warnings: Option<Vec<String>>,
    /// A deleted version of a secret is answered with 404 and what is known of it.
    #[serde(default)]
    data: Option<IgnoredAny>,
    #[serde(default)]
    request_id: Option<IgnoredAny>,
}

impl Answer {
    /// What came of it.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The same, if anything came.
    ///
    /// # Errors
    /// If not.
    pub(crate) fn with_something(self, request: &Request) -> Result<Self, Error> {
        if !self.body.is_empty() {
            return Ok(self);
        }
        let nothing = || Kind::Strange { status: self.status.as_u16(), reason: "there is nothing in it".to_owned() };
        let kind = self.cut.unwrap_or_else(nothing);
        Err(Error::new(request.operation().method(), request.path(), kind))
    }

    /// What it says.
    ///
    /// # Errors
    /// If it is no JSON object, or was cut off in the middle of it.
    pub fn reply(&self, request: &Request) -> Result<Reply, Error> {
        let fail = |kind| Error::new(request.operation().method(), request.path(), kind);
        match (&self.cut, Reply::parse(&self.body)) {
            // An object that has its end is whole, whatever was to come behind it.
            (Some(_), Ok(reply)) if !self.body.is_empty() => Ok(reply),
            (Some(cut), _) => Err(fail(cut.clone())),
            (None, parsed) => parsed.map_err(|error| fail(strange(self.status, &error))),
        }
    }

    /// What the path answers with, as [`Reply::data`] has it.
    ///
    /// # Errors
    /// As [`reply`](Self::reply), and if it has another form.
    pub fn data<T: DeserializeOwned>(&self, request: &Request) -> Result<T, Error> {
        self.reply(request)?.data().map_err(|error| request.malformed(&error))
    }
}

/// Without what is in it.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).field("cut", &self.cut).finish_non_exhaustive()
    }
}

/// What the server answered, if it says that it was done.
pub(crate) async fn receive(request: &Request, answer: reqwest::Response) -> Result<Answer, Kind> {
    let status = answer.status();
    let retry_after = retry_after(answer.headers());
    let (body, cut) = body(answer).await;
    if status.is_success() {
        return Ok(Answer { status, body, cut });
    }
    if let Some(cut) = cut {
        return Err(cut);
    }
    // A standby that can't forward answers some paths with another status and a whole reply.
    let refusal: Refusal = serde_json::from_slice(&body).map_err(|_| Kind::Strange {
        status: status.as_u16(),
        reason: format!("its {} bytes are no JSON with errors in it", body.len()),
    })?;
    if counts_as_an_answer(status) && !refusal.is_of_a_server() {
        let reason = "its JSON is none that a server refuses with".to_owned();
        return Err(Kind::Strange { status: status.as_u16(), reason });
    }
    let secrets = request.secrets();
    let said = refusal.errors.iter().chain(&refusal.warnings).flatten().map(|text| redact(text, &secrets)).collect();
    Err(refused(status, said, retry_after))
}

/// Whether something is concluded from the status: that there is nothing, or that a token is none. What stands in between
/// answers with these, too, and knows nothing of either.
fn counts_as_an_answer(status: StatusCode) -> bool {
    matches!(status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED)
}

impl Refusal {
    fn is_of_a_server(&self) -> bool {
        self.errors.is_some() || self.warnings.is_some() || self.data.is_some() || self.request_id.is_some()
    }
}

fn refused(status: StatusCode, said: Vec<String>, retry_after: Option<Duration>) -> Kind {
    let says = |what: &str| said.iter().any(|text| text.to_lowercase().contains(what));
    match status {
        StatusCode::SERVICE_UNAVAILABLE if says("sealed") => Kind::Sealed,
        StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => Kind::Denied { said, policies: None },
        StatusCode::NOT_FOUND => Kind::NotFound { said },
        StatusCode::TOO_MANY_REQUESTS => Kind::RateLimited { retry_after },
        _ if status.is_server_error() && (says("not active") || says("standby")) => Kind::Standby { said },
        // What is refused may be called standby itself.
        _ if says("is in standby mode") || says("node not active") => Kind::Standby { said },
        _ if status.is_server_error() => Kind::Fault { status: status.as_u16(), said },
        _ => Kind::Refused { status: status.as_u16(), said },
    }
}

fn strange(status: StatusCode, error: &dyn std::error::Error) -> Kind {
    let reason = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    Kind::Strange { status: status.as_u16(), reason }
}

/// What came, and why it ends before its end if it does.
async fn body(mut answer: reqwest::Response) -> (Zeroizing<Vec<u8>>, Option<Kind>) {
    let status = answer.status().as_u16();
    let mut body = Zeroizing::new(Vec::new());
    loop {
        let chunk = match answer.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => return (body, None),
            Err(error) => return (body, Some(error::unsent(&error.without_url()))),
        };
        if body.len() + chunk.len() > LARGEST_REPLY {
            let reason = format!("it is longer than {} MiB", LARGEST_REPLY >> 20);
            return (body, Some(Kind::Strange { status, reason }));
        }
        body.extend_from_slice(&chunk);
    }
}

/// Only the form in seconds: the servers send no other.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &[u8], cut: Option<Kind>) -> Answer {
        Answer { status: StatusCode::OK, body: Zeroizing::new(body.to_vec()), cut }
    }

    #[test]
    fn an_answer_that_can_not_be_read_is_still_there_and_not_printed() {
        let request = Request::read("sys/init");
        let lost = || Some(Kind::Unanswered { reason: "the connection ended".to_owned(), is_timeout: false });
        for (body, cut, is_lost) in [
            (&b"{\"keys\":[\"canary"[..], lost(), true),
            (b"", lost(), true),
            (b"{\"keys\":[\"canary", None, false),
            (b"<html>canary</html>", None, false),
            (b"\xff\xfecanary", None, false),
        ] {
            let answer = answer(body, cut);
            let error = answer.reply(&request).unwrap_err();
            assert!(!format!("{answer:?} {error:?} {error}").contains("canary"));
            assert_eq!(matches!(error.kind(), Kind::Unanswered { .. }), is_lost, "{error}");
            assert_eq!(answer.body(), body);
            let is_lost = body.is_empty();
            assert_eq!(answer.with_something(&request).is_err(), is_lost);
        }
        let whole = answer(b"{\"keys\":[\"a\"]}", lost());
        assert_eq!(whole.reply(&request).unwrap().keys().unwrap(), ["a"]);
        assert!(answer(b"", None).reply(&request).is_ok(), "an answer with nothing in it is one");
        answer(b"", None).with_something(&request).unwrap_err();
    }

    #[test]
    fn json_of_something_in_between_says_nothing_of_the_server() {
        let is_of_a_server = |body: &str| serde_json::from_str::<Refusal>(body).unwrap().is_of_a_server();
        for foreign in [r#"{"message":"no Route matched"}"#, r#"{"error":"forbidden","status":403}"#, "{}"] {
            assert!(!is_of_a_server(foreign), "{foreign}");
        }
        for own in [r#"{"errors":[]}"#, r#"{"request_id":"1","data":{"metadata":{}}}"#, r#"{"warnings":["a"]}"#] {
            assert!(is_of_a_server(own), "{own}");
        }
        assert!(counts_as_an_answer(StatusCode::NOT_FOUND) && !counts_as_an_answer(StatusCode::BAD_GATEWAY));
    }

    #[test]
    fn a_refusal_is_told_by_status_and_words() {
        let kind = |status, text: &str| refused(StatusCode::from_u16(status).unwrap(), vec![text.to_owned()], None);
        assert_eq!(kind(503, "Vault is sealed"), Kind::Sealed);
        assert!(matches!(kind(503, "overloaded"), Kind::Fault { status: 503, .. }));
        assert!(matches!(kind(500, "local node not active but active cluster node not found"), Kind::Standby { .. }));
        assert!(matches!(kind(400, "OpenBao is in standby mode"), Kind::Standby { .. }));
        // Names may have any words in them.
        assert!(matches!(kind(400, "path is already in use at standby/"), Kind::Refused { status: 400, .. }));
        assert!(matches!(kind(404, "no handler for route \"standby/a\""), Kind::NotFound { .. }));
        assert!(matches!(kind(403, "permission denied"), Kind::Denied { .. }));
        assert!(matches!(kind(404, ""), Kind::NotFound { .. }));
        assert!(matches!(kind(400, "path is already in use"), Kind::Refused { status: 400, .. }));
    }
}
