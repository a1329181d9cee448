//! `secretzero unseal`: gives a sealed server the shares of its key, and returns when it works.

mod node;
mod report;

use std::cell::OnceCell;
use std::time::Duration;

use cluster_keys::ClusterKeys;
use futures_util::future::join_all;
use tokio::signal::unix::{SignalKind, signal};

use self::report::Report;
use crate::connection::{self, Server};
use crate::exit::Exit;
use crate::keys_file::{self, KeysError};
use crate::{screen, time_span};

/// Unseals a server, and returns when it works.
///
/// It waits until the server listens, gives it as many key shares as it needs and no more, and waits until it is active: a
/// server says that it is unsealed earlier than it can work. A server that unseals itself is only waited for. Shares are sent
/// over verified TLS or not at all.
///
/// Under systemd: Type=oneshot with --keys-file or --credential, After= and PartOf= the unit of the server; or Type=exec with
/// --watch.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    connection: connection::Options,
    #[command(flatten)]
    keys: keys_file::Options,
    /// How long all of it may take; with --watch, each time.
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = time_span::parse)]
    timeout: Duration,
    /// Stays, and unseals whenever a server is found sealed. SIGTERM and SIGINT end it.
    #[arg(long)]
    watch: bool,
    /// Agrees that the seal of the server is changed to another kind, if its configuration says so. That takes the shares that
    /// it had until now: key shares of a server that is to unseal itself, recovery keys of one that no longer is.
    #[arg(long, conflicts_with = "watch")]
    migrate: bool,
    /// How often --watch looks.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = time_span::parse, requires = "watch")]
    interval: Duration,
    /// Prints the result as JSON: one line, and with --watch one each time that something changed.
    #[arg(long)]
    json: bool,
}

/// Keys that are read when the first node needs them.
struct Keys<'a> {
    options: &'a keys_file::Options,
    loaded: OnceCell<ClusterKeys>,
}

/// Runs the command.
pub(crate) async fn run(arguments: &Arguments) -> Exit {
    let servers = match arguments.connection.servers() {
        Ok(servers) => servers,
        Err(error) => return wrong(&error),
    };
    if arguments.watch && arguments.keys.is_stdin() {
        screen::complain("--watch reads the keys again each time, and standard input can be read only once", None);
        return Exit::Usage;
    }
    if arguments.watch { watch(arguments, &servers).await } else { once(arguments, &servers).await }
}

async fn once(arguments: &Arguments, servers: &[Server]) -> Exit {
    let reports = round(arguments, servers).await;
    show(&reports, arguments.json);
    worst(&reports)
}

/// Until it is told to end.
async fn watch(arguments: &Arguments, servers: &[Server]) -> Exit {
    let (mut terminated, mut interrupted) = match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(terminated), Ok(interrupted)) => (terminated, interrupted),
        (Err(error), _) | (_, Err(error)) => return wrong(&error),
    };
    let watching = async {
        let mut last = Vec::new();
        loop {
            let reports = round(arguments, servers).await;
            if reports != last {
                show(&reports, arguments.json);
                last = reports;
            }
            tokio::time::sleep(arguments.interval).await;
        }
    };
    tokio::select! {
        exit = watching => exit,
        _ = terminated.recv() => Exit::Done,
        _ = interrupted.recv() => Exit::Done,
    }
}

/// All nodes at once: some become active only when others are unsealed, too.
async fn round(arguments: &Arguments, servers: &[Server]) -> Vec<Report> {
    let keys = Keys { options: &arguments.keys, loaded: OnceCell::new() };
    join_all(servers.iter().map(|server| node::bring_up(server, &keys, arguments.migrate, arguments.timeout))).await
}

fn show(reports: &[Report], json: bool) {
    if json {
        #[derive(serde::Serialize)]
        struct Shown<'a> {
            nodes: &'a [Report],
            exit_code: u8,
        }
        screen::say_json(&Shown { nodes: reports, exit_code: worst(reports).code() });
    }
    for report in reports {
        match &report.error {
            Some(error) => screen::complain(&format!("{}: {error}", report.address), report.remedy.as_deref()),
            None if !json => screen::say(&format!("{} is {}", report.address, report.state)),
            None => {}
        }
    }
}

fn worst(reports: &[Report]) -> Exit {
    reports.iter().map(|report| report.state.exit()).max().unwrap_or(Exit::Done)
}

fn wrong(error: &dyn std::error::Error) -> Exit {
    screen::complain(&whole(error), None);
    Exit::Usage
}

/// An error with its causes.
fn whole(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

impl Keys<'_> {
    /// The keys; `None` if the user has named none.
    ///
    /// # Errors
    /// If they can't be read.
    fn get(&self) -> Result<Option<&ClusterKeys>, KeysError> {
        if self.options.is_empty() {
            return Ok(None);
        }
        if let Some(keys) = self.loaded.get() {
            return Ok(Some(keys));
        }
        let keys = self.options.load()?;
        Ok(Some(self.loaded.get_or_init(|| keys)))
    }
}
