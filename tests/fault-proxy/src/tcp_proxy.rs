//! The proxy that understands nothing: bytes in both directions, and resets.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use crate::background::Background;
use crate::plan::{Indexes, Plan};
use crate::start_error::StartError;
use crate::upstream::look_up;

const PIECE: usize = 16 * 1024;

/// One way in which a connection fails: with a TCP reset (RST) towards the client. The server sees an ordinary end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TcpFault {
    /// At once; the server sees nothing of it.
    Reset,
    /// When the server was given this many bytes, and no more.
    ResetAfterSent(u64),
    /// When the client was given this many bytes, and no more. A client that is slow to read may find fewer.
    ResetAfterReceived(u64),
}

/// A connection through a [`TcpFaultProxy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpConnection {
    /// Its number, from 0 in order of arrival.
    pub index: usize,
    /// How it was or will be broken.
    pub fault: Option<TcpFault>,
    /// Bytes passed to the server so far.
    pub sent: u64,
    /// Bytes passed to the client so far.
    pub received: u64,
}

/// A running proxy. Dropping it ends all connections through it.
pub struct TcpFaultProxy {
    connections: Arc<Connections>,
    background: Background,
}

impl TcpFaultProxy {
    /// Starts a proxy in front of the server at this host and port, which need not run yet.
    ///
    /// # Errors
    /// If the address has another form, or the system gives no port or no thread.
    pub fn start(upstream: &str) -> Result<Self, StartError> {
        let (_, upstream) = look_up(upstream, "tcp://", "127.0.0.1:5432")?;
        let connections = Arc::new(Connections::default());
        let of_background = Arc::clone(&connections);
        let background = Background::start(move |stream| {
            let place = of_background.arrived();
            pass(stream, upstream, place)
        })?;
        Ok(Self { connections, background })
    }

    /// Where clients find it.
    pub fn address(&self) -> SocketAddr {
        self.background.address()
    }

    /// Plans a fault for these connections of the round; those that are open already stay as they are. A later plan for the
    /// same connection replaces it.
    pub fn fail(&self, indexes: impl Into<Indexes>, fault: TcpFault) {
        self.connections.round().plan.add(indexes.into(), fault);
    }

    /// Forgets all faults that are planned, and goes on numbering.
    pub fn lift(&self) {
        self.connections.round().plan.clear();
    }

    /// Begins a round: an empty log, the next connection is number 0, and no fault is planned.
    pub fn begin_round(&self) {
        let mut round = self.connections.round();
        round.number += 1;
        round.plan.clear();
        round.log.clear();
    }

    /// The connections of this round, in order of arrival.
    pub fn connections(&self) -> Vec<TcpConnection> {
        self.connections.round().log.clone()
    }
}

#[derive(Default)]
struct Connections(Mutex<Round>);

struct Round {
    number: u64,
    plan: Plan<TcpFault>,
    log: Vec<TcpConnection>,
}

impl Default for Round {
    fn default() -> Self {
        Self { number: 0, plan: Plan::none(), log: Vec::new() }
    }
}

impl Connections {
    fn arrived(self: &Arc<Self>) -> Place {
        let mut round = self.round();
        let index = round.log.len();
        let fault = round.plan.fault(index);
        round.log.push(TcpConnection { index, fault, sent: 0, received: 0 });
        Place { connections: Arc::clone(self), round: round.number, index, fault }
    }

    fn round(&self) -> MutexGuard<'_, Round> {
        // Each change of a round is complete before anything can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The line of the log that belongs to a connection.
struct Place {
    connections: Arc<Connections>,
    round: u64,
    index: usize,
    fault: Option<TcpFault>,
}

impl Place {
    fn change(&self, change: impl FnOnce(&mut TcpConnection)) {
        let mut round = self.connections.round();
        if round.number == self.round
            && let Some(connection) = round.log.get_mut(self.index)
        {
            change(connection);
        }
    }
}

/// How the bytes in one direction came to an end.
#[derive(PartialEq, Eq)]
enum End {
    /// The one who sends has no more.
    Sender,
    /// As many as the fault lets through have passed.
    Limit,
}

/// Passes bytes until both sides have ended, one is broken, or the fault says so.
async fn pass(client: TcpStream, upstream: SocketAddr, place: Place) {
    let [sent_limit, received_limit] = match place.fault {
        None => [u64::MAX; 2],
        Some(TcpFault::Reset) => return reset(&client),
        Some(TcpFault::ResetAfterSent(limit)) => [limit, u64::MAX],
        Some(TcpFault::ResetAfterReceived(limit)) => [u64::MAX, limit],
    };
    // Without the server, a client would be refused; it is accepted already, so this is the nearest.
    let Ok(server) = TcpStream::connect(upstream).await else {
        return reset(&client);
    };
    // Only a delay is lost where it fails.
    let _ = server.set_nodelay(true);
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let broken = {
        let sent = copy(&mut from_client, &mut to_server, sent_limit, |count| {
            place.change(|connection| connection.sent += count);
        });
        let received = copy(&mut from_server, &mut to_client, received_limit, |count| {
            place.change(|connection| connection.received += count);
        });
        both(sent, received).await
    };
    if broken {
        reset(to_client.as_ref());
        // Dropping this half would send FIN first, and the client would see an ordinary end.
        to_client.forget();
    }
}

/// Waits until both directions have ended. True as soon as one of them was ended by its limit or by an error.
async fn both(sent: impl Future<Output = Option<End>>, received: impl Future<Output = Option<End>>) -> bool {
    let (mut sent, mut received) = (std::pin::pin!(sent), std::pin::pin!(received));
    let (mut is_sent, mut is_received) = (false, false);
    while !(is_sent && is_received) {
        let end = tokio::select! {
            end = &mut sent, if !is_sent => { is_sent = true; end }
            end = &mut received, if !is_received => { is_received = true; end }
        };
        if end != Some(End::Sender) {
            return true;
        }
    }
    false
}

/// Passes at most `limit` bytes, and the end. `None` if one of the two sides is broken.
async fn copy(from: &mut OwnedReadHalf, to: &mut OwnedWriteHalf, limit: u64, passed: impl Fn(u64)) -> Option<End> {
    let mut piece = vec![0; PIECE];
    let mut left = limit;
    loop {
        if left == 0 {
            return Some(End::Limit);
        }
        let wanted = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        let count = from.read(piece.get_mut(..wanted)?).await.ok()?;
        if count == 0 {
            to.shutdown().await.ok()?;
            return Some(End::Sender);
        }
        // Counted first, so that who has read the bytes finds them counted.
        passed(count as u64);
        to.write_all(piece.get(..count)?).await.ok()?;
        left -= count as u64;
    }
}

/// Closing a socket whose linger time is zero sends RST. It fails only on a socket that is gone.
fn reset(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}
