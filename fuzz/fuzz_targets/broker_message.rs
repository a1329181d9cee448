//! The broker, with any announcements of a host and any waits of ours, in any order and at any pace.
//!
//! An input is a list of steps, a byte each with what it needs behind it: an announcement as protobuf bytes or made of
//! parts, many announcements at once, a wait, a wait that is given up, time that passes, the end of the host's stream.
//! The clock stands still between the steps, so that a model can tell what must become of each wait.
//!
//! What must hold: an announcement and a wait meet, whichever comes first, for 5 s; the first of two announcements
//! counts; at most 1024 wait for us; nothing is dialled but absolute unix paths and loopback; at the end nothing is left.
#![no_main]

use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll};
use std::time::Duration;

use go_plugin::{Broker, BrokerError};
use http_body::{Body, Frame};
use libfuzzer_sys::fuzz_target;
use plugin_proto::go_plugin::ConnInfo;
use plugin_proto::go_plugin::grpc_broker_server::GrpcBroker;
use prost::Message;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tonic::codec::Codec;
use tonic::codegen::Bytes;
use tonic::transport::Channel;
use tonic::{Request, Streaming};
use tonic_prost::ProstCodec;

/// How long a half waits for the other, by the documentation of `Broker::dial`.
const PATIENCE: Duration = Duration::from_secs(5);

/// Time passes in steps of this many milliseconds, of which `PATIENCE` is no multiple: two things never happen at once.
const TICK: u64 = 7;

/// How many announcements may wait for us.
const MAX_UNCLAIMED: u32 = 1024;

/// A folder that is on no machine: what may be dialled is dialled here.
const NOWHERE: &str = "/nonexistent/";

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime"));

fuzz_target!(|input: &[u8]| RUNTIME.block_on(async {
    let stop = CancellationToken::new();
    let broker = go_plugin::fuzzing::broker(stop.clone()).expect("a temporary folder");
    let mut play = Play { broker, host: None, waits: Vec::new(), model: Model::default(), saw_crowd: false };
    let mut steps = input.iter().copied();
    while let Some(step) = steps.next() {
        play.step(step, &mut steps).await;
    }
    play.finish().await;
    stop.cancel();
    drop(play);
    settle(4).await;
    assert_eq!(Handle::current().metrics().num_alive_tasks(), 0, "tasks are left behind");
}));

/// What becomes of a wait.
#[derive(Clone, Debug, PartialEq)]
enum Fate {
    /// Its announcement is there, with an address that may be dialled; nobody listens on it.
    Dialled,
    /// Its announcement is there, with an address that may not be dialled.
    Refused,
    NotAnnounced,
    AlreadyAwaited,
}

impl Fate {
    fn of(address: &ConnInfo) -> Self {
        if may_be_dialled(address) { Self::Dialled } else { Self::Refused }
    }

    fn observed(outcome: Result<Channel, BrokerError>) -> Self {
        match outcome {
            Err(BrokerError::Connect { .. }) => Self::Dialled,
            Err(BrokerError::AddressRefused { .. }) => Self::Refused,
            Err(BrokerError::NotAnnounced { .. }) => Self::NotAnnounced,
            Err(BrokerError::AlreadyAwaited { .. }) => Self::AlreadyAwaited,
            Err(other) => panic!("{other}: {other:?}"),
            Ok(_) => panic!("something listens below {NOWHERE}"),
        }
    }
}

struct Wait {
    id: u32,
    dialling: JoinHandle<Result<Channel, BrokerError>>,
    fate: Option<Fate>,
}

enum Half {
    Announced(ConnInfo),
    /// By the wait with this index.
    Awaited(usize),
}

/// What the broker should know, written down as simply as possible.
#[derive(Default)]
struct Model {
    halves: HashMap<u32, (Half, Instant)>,
    /// Every number that was ever named.
    ids: BTreeSet<u32>,
}

struct Play {
    broker: Broker,
    host: Option<mpsc::UnboundedSender<Bytes>>,
    waits: Vec<Wait>,
    model: Model,
    saw_crowd: bool,
}

impl Play {
    async fn step(&mut self, step: u8, rest: &mut impl Iterator<Item = u8>) {
        let mut byte = || rest.next().unwrap_or_default();
        match step % 8 {
            0 | 1 => {
                let length = usize::from(byte());
                let bytes: Vec<u8> = rest.take(length).collect();
                self.announce(&[Bytes::from(bytes)]).await;
            }
            2 => {
                let (id, network, length) = (u32::from(byte()), byte(), usize::from(byte()));
                let network = ["unix", "tcp", "", "unixpacket"].get(usize::from(network % 4)).copied();
                let address = String::from_utf8_lossy(&rest.take(length).collect::<Vec<u8>>()).into_owned();
                let network = network.unwrap_or_default().to_owned();
                self.announce(&[ConnInfo { service_id: id, network, address, knock: None }.encode_to_vec().into()])
                    .await;
            }
            3 => {
                let (first, count) = (u32::from(byte()) * 256, byte());
                // More than the broker keeps once at most, and rarely: that takes a thousand times as long.
                let is_crowd = count == 0xff && !std::mem::replace(&mut self.saw_crowd, true);
                let count = if is_crowd { MAX_UNCLAIMED + 16 } else { u32::from(count % 16) };
                let address = format!("{NOWHERE}s");
                let many: Vec<Bytes> = (first..first + count)
                    .map(|id| ConnInfo {
                        service_id: id,
                        network: "unix".to_owned(),
                        address: address.clone(),
                        knock: None,
                    })
                    .map(|announcement| announcement.encode_to_vec().into())
                    .collect();
                self.announce(&many).await;
            }
            4 => self.wait(u32::from(byte())).await,
            5 => self.give_up(usize::from(byte())).await,
            6 => self.pass_time(Duration::from_millis(u64::from(byte()) * 4 * TICK)).await,
            _ => {
                self.host = None;
                settle(4).await;
            }
        }
        self.check();
    }

    /// The host announces, on a new stream if it has none.
    async fn announce(&mut self, messages: &[Bytes]) {
        for message in messages {
            let (message, decoded) = match ConnInfo::decode(message.clone()) {
                Ok(mut announcement) if may_be_dialled(&announcement) => {
                    // As it is, this could reach somebody. Below the empty folder it can't.
                    announcement.network = "unix".to_owned();
                    announcement.address = format!("{NOWHERE}{}", announcement.address);
                    (announcement.encode_to_vec().into(), Some(announcement))
                }
                Ok(announcement) => (message.clone(), Some(announcement)),
                Err(_) => (message.clone(), None),
            };
            if self.host.is_none() {
                self.host = Some(self.open_stream().await);
            }
            if let Some(host) = &self.host {
                let length = u32::try_from(message.len()).unwrap_or_default();
                let framed = [&[0], length.to_be_bytes().as_slice(), message.as_ref()].concat();
                host.send(framed.into()).expect("the broker reads");
            }
            match decoded {
                Some(announcement) => self.model_announcement(announcement),
                None => {
                    // What can't be read ends the stream.
                    settle(4 + messages.len() / 8).await;
                    assert!(self.host.take().is_none_or(|host| host.is_closed()), "the broker reads on");
                }
            }
        }
        settle(4 + messages.len() / 8).await;
    }

    async fn open_stream(&self) -> mpsc::UnboundedSender<Bytes> {
        let (host, messages) = mpsc::unbounded_channel();
        let decoder = ProstCodec::<ConnInfo, ConnInfo>::default().decoder();
        let stream = Streaming::new_request(decoder, Messages(messages), None, None);
        self.broker.start_stream(Request::new(stream)).await.expect("a stream");
        host
    }

    fn model_announcement(&mut self, announcement: ConnInfo) {
        let id = announcement.service_id;
        self.model.ids.insert(id);
        match self.model.halves.get(&id) {
            Some((Half::Awaited(wait), _)) => {
                if let Some(wait) = self.waits.get_mut(*wait) {
                    wait.fate = Some(Fate::of(&announcement));
                }
                self.model.halves.remove(&id);
            }
            Some((Half::Announced(_), _)) => {}
            None if self.model.is_full() => {}
            None => {
                self.model.halves.insert(id, (Half::Announced(announcement), Instant::now() + PATIENCE));
            }
        }
    }

    async fn wait(&mut self, id: u32) {
        self.model.ids.insert(id);
        let fate = match self.model.halves.get(&id) {
            Some((Half::Announced(announcement), _)) => {
                let fate = Fate::of(announcement);
                self.model.halves.remove(&id);
                Some(fate)
            }
            Some((Half::Awaited(_), _)) => Some(Fate::AlreadyAwaited),
            None => {
                self.model.halves.insert(id, (Half::Awaited(self.waits.len()), Instant::now() + PATIENCE));
                None
            }
        };
        let broker = self.broker.clone();
        let dialling = tokio::spawn(async move { broker.dial(id).await });
        self.waits.push(Wait { id, dialling, fate });
        settle(4).await;
    }

    /// The caller of an unfinished wait goes away.
    async fn give_up(&mut self, index: usize) {
        let Some(wait) = self.waits.get(index % self.waits.len().max(1)).filter(|wait| wait.fate.is_none()) else {
            return;
        };
        let id = wait.id;
        let wait = self.waits.remove(index % self.waits.len().max(1));
        wait.dialling.abort();
        settle(4).await;
        assert!(wait.dialling.is_finished(), "an aborted wait goes on");
        self.model.halves.remove(&id);
        // The indices behind it have moved up by one.
        for (half, _) in self.model.halves.values_mut() {
            if let Half::Awaited(other) = half
                && *other > index % (self.waits.len() + 1)
            {
                *other -= 1;
            }
        }
    }

    async fn pass_time(&mut self, time: Duration) {
        tokio::time::advance(time).await;
        settle(4).await;
        let now = Instant::now();
        let waits = &mut self.waits;
        self.model.halves.retain(|_, (half, until)| {
            let is_over = *until < now;
            if let Half::Awaited(wait) = half
                && is_over
                && let Some(wait) = waits.get_mut(*wait)
            {
                wait.fate = Some(Fate::NotAnnounced);
            }
            !is_over
        });
        // Hundreds of timers may have fired at once.
        settle(self.model.ids.len() / 8).await;
    }

    /// Every wait is as far as the model says, and with that outcome.
    fn check(&mut self) {
        for wait in &mut self.waits {
            assert_eq!(wait.dialling.is_finished(), wait.fate.is_some(), "the wait for {}: {:?}", wait.id, wait.fate);
        }
    }

    /// Lets everything expire and then asks for every number once more: none may be known.
    async fn finish(&mut self) {
        self.pass_time(PATIENCE + Duration::from_millis(TICK)).await;
        self.check();
        // Of very many, a part tells enough.
        let every = 1 + self.model.ids.len() / 64;
        for id in self.model.ids.clone().into_iter().step_by(every) {
            let broker = self.broker.clone();
            let dialling = tokio::spawn(async move { broker.dial(id).await });
            self.waits.push(Wait { id, dialling, fate: Some(Fate::NotAnnounced) });
        }
        settle(4 + self.model.ids.len() / 8).await;
        self.pass_time(PATIENCE + Duration::from_millis(TICK)).await;
        self.check();
        for wait in self.waits.drain(..) {
            let outcome = wait.dialling.await.expect("no panic");
            assert_eq!(Some(Fate::observed(outcome)), wait.fate, "the wait for {}", wait.id);
        }
        self.host = None;
    }
}

impl Model {
    fn is_full(&self) -> bool {
        let limit = MAX_UNCLAIMED as usize;
        // The short way first: this is asked for each of very many announcements.
        self.halves.len() >= limit
            && self.halves.values().filter(|(half, _)| matches!(half, Half::Announced(_))).count() >= limit
    }
}

/// The rule, in other words than the broker's.
fn may_be_dialled(ConnInfo { network, address, .. }: &ConnInfo) -> bool {
    match network.as_str() {
        "unix" => address.starts_with('/'),
        "tcp" => match address.parse() {
            Ok(SocketAddr::V4(address)) => address.ip().octets().first() == Some(&127),
            Ok(SocketAddr::V6(address)) => u128::from(*address.ip()) == 1,
            Err(_) => false,
        },
        _ => false,
    }
}

/// Lets every task go as far as it gets without time passing.
async fn settle(rounds: usize) {
    for _ in 0..rounds {
        tokio::task::yield_now().await;
    }
}

/// The host's half of the stream.
struct Messages(mpsc::UnboundedReceiver<Bytes>);

impl Body for Messages {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|message| message.map(|message| Ok(Frame::data(message))))
    }
}
