//! A unix socket that wakes nobody without need.
//!
//! tokio's own stream also has the system tell whenever there is room to write. On a unix socket that is each time the
//! other end has read something, so that every answer wakes a thread once more, for nothing. Here it is asked only after
//! a write that found no room.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};

/// One connection.
pub(crate) struct Socket {
    readable: AsyncFd<UnixStream>,
    /// Only while a write waits for room.
    room: Option<AsyncFd<UnixStream>>,
}

impl Socket {
    /// Takes over what tokio accepted.
    pub(crate) fn new(accepted: tokio::net::UnixStream) -> io::Result<Self> {
        // It stays non-blocking.
        Ok(Self { readable: register(accepted.into_std()?, Interest::READABLE)?, room: None })
    }

    fn poll_write_by(
        &mut self,
        cx: &mut Context<'_>,
        mut write: impl FnMut(&UnixStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            if let Some(room) = &self.room {
                drop(ready!(room.poll_write_ready(cx))?);
                self.room = None;
            }
            match write(self.readable.get_ref()) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let again = self.readable.get_ref().try_clone()?;
                    self.room = Some(register(again, Interest::WRITABLE)?);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                outcome => return Poll::Ready(outcome),
            }
        }
    }
}

#[expect(deprecated, reason = "it is unsound for types that change their descriptor, and std's sockets keep theirs")]
fn register(socket: UnixStream, interest: Interest) -> io::Result<AsyncFd<UnixStream>> {
    AsyncFd::with_interest(socket, interest)
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            let mut guard = ready!(self.readable.poll_read_ready(cx))?;
            let space = buf.initialize_unfilled();
            match guard.get_inner().read(space) {
                Ok(length) => {
                    // Less than there is room for was all there is: the next byte will be told of.
                    if length > 0 && length < space.len() {
                        guard.clear_ready();
                    }
                    buf.advance(length);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => guard.clear_ready(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_by(cx, |mut socket| socket.write(buf))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_by(cx, |mut socket| socket.write_vectored(bufs))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.readable.get_ref().shutdown(Shutdown::Write))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    /// More than the system keeps for one end that does not read.
    const MUCH: usize = 4 << 20;

    #[tokio::test]
    async fn what_is_written_arrives_and_waits_for_room() {
        let (ours, mut theirs) = tokio::net::UnixStream::pair().unwrap();
        let mut ours = Socket::new(ours).unwrap();
        let sent: Vec<u8> = (0..MUCH).map(|at| at as u8).collect();
        let (mut there, mut back) = (vec![0; MUCH], vec![0; MUCH]);
        tokio::join!(
            async {
                ours.write_all(&sent).await.unwrap();
                ours.read_exact(&mut back).await.unwrap();
            },
            async {
                // The socket is full before anybody reads.
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                theirs.read_exact(&mut there).await.unwrap();
                theirs.write_all(&there).await.unwrap();
            },
        );
        assert!(sent == there && sent == back);
        assert!(ours.room.is_none(), "nobody waits for room any more");
    }

    #[tokio::test]
    async fn both_ends_see_the_other_go() {
        let (ours, mut theirs) = tokio::net::UnixStream::pair().unwrap();
        let mut ours = Socket::new(ours).unwrap();
        ours.write_all(b"bye").await.unwrap();
        ours.shutdown().await.unwrap();
        let mut said = Vec::new();
        theirs.read_to_end(&mut said).await.unwrap();
        assert_eq!(said, b"bye");
        drop(theirs);
        assert_eq!(ours.read(&mut [0]).await.unwrap(), 0);
    }
}
