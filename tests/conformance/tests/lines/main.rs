//! The conformance lines of a go-plugin server, each against the real process of `conformance-plugin`.
//!
//! The number in a test's name is that of its line in the reference. One binary, so that the linker runs once and
//! `seeded_bugs` finds every test in one place: it runs them against plugins with a fault, and demands that they fail.

mod broker;
mod calls;
mod cancelled;
mod detached;
mod ending;
mod go_host;
mod handshake;
mod hello;
mod log;
mod replay;
mod strangers;
mod streams;
mod stubborn;
mod tickets;

use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use go_plugin_conformance::{HandshakeLine, Identity, Plugin, Session, Start};

/// The plugin that was compiled with these tests.
const PROGRAM: &str = env!("CARGO_BIN_EXE_conformance-plugin");

/// A plugin in ordinary use: started with AutoMTLS, its host connected.
struct InUse {
    plugin: Plugin,
    line: HandshakeLine,
    host: Identity,
    session: Session,
}

impl InUse {
    async fn start() -> Result<Self> {
        let host = Identity::of_host()?;
        let (plugin, line) = Start::of(PROGRAM).pinning(&host).shake_hands().await?;
        let session = Session::open(&line, &host).await?;
        session.ping().await?;
        Ok(Self { plugin, line, host, session })
    }
}

/// Something must happen within `limit`. A machine that was busy at that moment gets a second chance, a plugin that is
/// always too slow does not.
async fn within<F>(limit: Duration, attempt: impl Fn() -> F) -> Result<()>
where
    F: Future<Output = Result<Duration>>,
{
    let first = attempt().await?;
    if first < limit {
        return Ok(());
    }
    let second = attempt().await?;
    anyhow::ensure!(second < limit, "it took {first:?}, then {second:?}; the limit is {limit:?}");
    Ok(())
}

/// Time since a moment.
fn since(start: Instant) -> Duration {
    start.elapsed()
}

/// Sends a signal to a plugin.
fn signal(plugin: &Plugin, signal: nix::sys::signal::Signal) -> Result<()> {
    let id = plugin.id().context("the plugin has ended")?;
    let id = nix::unistd::Pid::from_raw(i32::try_from(id)?);
    nix::sys::signal::kill(id, signal).with_context(|| format!("sending {signal}"))
}
