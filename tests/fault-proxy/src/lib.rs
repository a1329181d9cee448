//! A proxy on loopback that stands in front of a real server and breaks exactly the call which a test names.
//!
//! A client that talks to a server over a network must be right, or say clearly what is wrong, whichever of its calls fails and
//! however. To show that, a test has to break the third call of five, and to break the same one again the next time. So the
//! proxy numbers calls in the order in which they arrive, and nothing in it depends on chance or on the clock. The server
//! behind it is the real one; no answer but that of a planned fault is made up.
//!
//! * [`FaultProxy`] understands HTTP: calls have an index, a [`Filter`] says which of them count, a [`Fault`] is planned for an
//!   index or for many ([`Indexes`]), and a log tells what became of each [`Call`].
//! * [`TcpFaultProxy`] understands nothing: connections have an index, and are reset at once or after a number of bytes. It is
//!   for protocols other than HTTP/1.1, such as gRPC and those of databases.
//!
//! Both listen on a free port of 127.0.0.1, own a thread, can be used from ordinary blocking tests, and end when dropped.
//!
//! # A sweep
//!
//! First a clean round, which shows how many calls there are; then every fault at every call.
//!
//! ```no_run
//! use fault_proxy::{Fault, FaultProxy, Listen, Upstream};
//! # fn apply(_address: &str) -> Result<(), String> { Ok(()) }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let [ca, certificate, key] = ["ca.crt", "proxy.crt", "proxy.key"].map(std::fs::read_to_string);
//! let upstream = Upstream::tls("https://127.0.0.1:8200", &ca?)?;
//! let proxy = FaultProxy::start(upstream, Listen::tls(&certificate?, &key?)?)?;
//!
//! apply(proxy.address())?;
//! for (index, fault) in proxy.sweep(&Fault::ALL) {
//!     proxy.begin_round();
//!     proxy.fail(index, fault);
//!     let outcome = apply(proxy.address());
//!     // A fault that no call met would show nothing.
//!     assert_eq!(proxy.calls()[index].fault, Some(fault));
//!     proxy.lift();
//!     if let Err(error) = outcome {
//!         apply(proxy.address()).map_err(|again| format!("call {index}, {fault}: {error}, and then {again}"))?;
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The order of calls that a client makes at the same time is the client's, so let it make one at a time, or use a filter that
//! leaves calls which follow each other.
//!
//! # What it does not do
//!
//! * The server is spoken to in HTTP/1.1, each call on a connection of its own, so that no call fails because of an idle
//!   connection that the server had given up. Clients may keep theirs, and may speak HTTP/2 where [`Listen::http2`] allows it.
//! * No upgrades (WebSocket, SPDY), and no trailers.
//! * `Location` headers pass as they are: a standby that redirects leads the client past the proxy.

mod answers;
mod background;
mod calls;
mod connection;
mod cut;
mod fault;
mod filter;
mod half_body;
mod http_proxy;
mod listen;
mod plan;
mod relay;
mod start_error;
mod tcp_proxy;
mod upstream;

pub use calls::{Call, Reach};
pub use fault::{Fault, Moment};
pub use filter::Filter;
pub use http_proxy::FaultProxy;
pub use listen::Listen;
pub use plan::Indexes;
pub use start_error::StartError;
pub use tcp_proxy::{TcpConnection, TcpFault, TcpFaultProxy};
pub use upstream::Upstream;
