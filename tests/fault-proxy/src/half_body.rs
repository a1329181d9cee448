//! An answer whose connection ends in the middle of its body.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};

use crate::cut::Cut;
use crate::relay;

/// Promised to clients of an answer that has no body. They see half of it.
const PROMISED: &str = "{\"data\":{}}";

/// The same answer, which will end in the middle.
pub(crate) fn halve(answer: Response<Incoming>, cut: Arc<Cut>) -> Response<relay::Body> {
    let (mut head, body) = answer.into_parts();
    let body = if body.is_end_stream() {
        if matches!(head.status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED) {
            head.status = StatusCode::OK;
        }
        Full::new(Bytes::from_static(PROMISED.as_bytes())).map_err(|never| match never {}).boxed()
    } else {
        body.boxed()
    };
    let cut_at = match body.size_hint().exact() {
        Some(length) => {
            head.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
            CutAt::Byte { left: length / 2, length }
        }
        None => CutAt::FirstPiece,
    };
    Response::from_parts(head, HalfBody { inner: body, cut_at, cut }.boxed())
}

/// Gives the first part of a body, has the connection closed as soon as that has left, and never ends.
struct HalfBody {
    inner: relay::Body,
    cut_at: CutAt,
    cut: Arc<Cut>,
}

enum CutAt {
    /// In the middle of the whole length.
    Byte { left: u64, length: u64 },
    /// In the middle of what arrives first, because the length is not known, and the whole may never arrive.
    FirstPiece,
    /// All that is given was given.
    Now,
}

impl CutAt {
    /// The part of a piece that is still given.
    fn part(&mut self, piece: &Bytes) -> Bytes {
        match self {
            Self::Byte { left, .. } => {
                let given = piece.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= given as u64;
                piece.slice(..given)
            }
            Self::FirstPiece => {
                *self = Self::Now;
                piece.slice(..piece.len() / 2)
            }
            Self::Now => Bytes::new(),
        }
    }

    fn is_now(&self) -> bool {
        matches!(self, Self::Byte { left: 0, .. } | Self::Now)
    }
}

impl Body for HalfBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = self.get_mut();
        while !this.cut_at.is_now() {
            match ready!(Pin::new(&mut this.inner).poll_frame(cx)) {
                Some(Ok(frame)) => {
                    let part = frame.data_ref().map(|piece| this.cut_at.part(piece)).unwrap_or_default();
                    if !part.is_empty() {
                        return Poll::Ready(Some(Ok(Frame::data(part))));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                // A body of unknown length that turns out to be empty.
                None => this.cut_at = CutAt::Now,
            }
        }
        // The server writes and flushes all it was given when a body has no more for the moment. Nobody has to wake this task:
        // the connection, and this body with it, is dropped after that.
        this.cut.close_when_flushed();
        Poll::Pending
    }

    fn size_hint(&self) -> SizeHint {
        match self.cut_at {
            CutAt::Byte { length, .. } => SizeHint::with_exact(length),
            CutAt::FirstPiece | CutAt::Now => SizeHint::default(),
        }
    }
}
