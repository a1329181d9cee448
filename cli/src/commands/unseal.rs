//! `secretzero unseal`: gives a sealed server the shares of its key, and returns when it works.

mod node;
mod report;

use std::cell::OnceCell;
use std::future::ready;
use std::time::Duration;

use cluster_keys::ClusterKeys;
use futures_util::future::join_all;
use tokio::signal::unix::{SignalKind, signal};

use self::node::{Trouble, bring_up};
use self::report::Report;
use crate::connection::{self, Server};
use crate::exit::Exit;
use crate::{keys_file, screen, time_span};

/// Unseals a server, and returns when it works.
///
/// It waits until the server listens, gives it as many key shares as it needs and no more, and waits until it is active: a
/// server says that it is unsealed earlier than it can work. A server that unseals itself is only waited for. Shares are sent
/// over verified TLS or not at all.
///
/// Under systemd: Type=oneshot with --keys-file or --credential, After= and PartOf= the unit of the server; or Type=exec with
/// --watch. With --watch each node is looked after on its own, and every file is read anew each time: a renewed authority or
/// other keys count from the next time on.
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
    /// Prints the result as JSON: one line; with --watch one each time that something changed, about the node that it concerns.
    #[arg(long)]
    json: bool,
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

/// All nodes at once: some become active only when others are unsealed, too.
async fn once(arguments: &Arguments, servers: &[Server]) -> Exit {
    // Standard input can be read only once, whoever needs it first.
    let loaded = OnceCell::new();
    let keys = || match loaded.get() {
        Some(keys) => Ok(ClusterKeys::clone(keys)),
        None => read_keys(arguments).map(|keys| loaded.get_or_init(|| keys).clone()),
    };
    let nodes = servers.iter().map(|server| {
        let client = || Ok(server.client.clone());
        bring_up(&server.address, arguments, client, || ready(keys()))
    });
    let reports = join_all(nodes).await;
    show(&reports, arguments.json);
    worst(&reports)
}

/// Until it is told to end.
async fn watch(arguments: &Arguments, servers: &[Server]) -> Exit {
    let (mut terminated, mut interrupted) = match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(terminated), Ok(interrupted)) => (terminated, interrupted),
        (Err(error), _) | (_, Err(error)) => return wrong(&error),
    };
    // Each on its own: one that is slow or dead holds up no other.
    let watching = join_all(servers.iter().map(|server| keep_unsealed(arguments, server)));
    tokio::select! {
        _ = watching => Exit::Done,
        _ = terminated.recv() => Exit::Done,
        _ = interrupted.recv() => Exit::Done,
    }
}

/// Looks after one node, for ever. What changed is told once.
async fn keep_unsealed(arguments: &Arguments, server: &Server) {
    let mut last = None;
    loop {
        let report = match arguments.connection.client_anew(server) {
            Ok(client) => {
                let client = || Ok(client.clone());
                bring_up(&server.address, arguments, client, || ready(read_keys(arguments))).await
            }
            Err(error) => Report::of_trouble(&server.address, &Trouble::Connection(error)),
        };
        if last.as_ref() != Some(&report) {
            show(std::slice::from_ref(&report), arguments.json);
            last = Some(report);
        }
        tokio::time::sleep(arguments.interval).await;
    }
}

fn read_keys(arguments: &Arguments) -> Result<ClusterKeys, Trouble> {
    if arguments.keys.is_empty() {
        return Err(Trouble::NoKeys);
    }
    arguments.keys.load().map_err(Trouble::Keys)
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
