//! Starts real servers for use by hand and keeps them up until Ctrl-C or SIGTERM; `cargo xtask testbed up` calls it.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use acceptance::servers::etcd::Durability;
use acceptance::{Dex, Etcd, Kubernetes, Postgres, Process, Product, VaultServer, run_folder};
use anyhow::{Context as _, Result, bail};
use clap::{Parser, ValueEnum};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use testbed::Tool;

/// Starts real servers on free loopback ports, prints how to reach them, and ends them on Ctrl-C or SIGTERM.
#[derive(Parser)]
struct Arguments {
    /// Which servers.
    #[arg(default_values = ["kubernetes", "openbao"])]
    servers: Vec<Server>,
    /// Where the process id (`pid`) and the environment lines (`env`) are written; `up` in the cache unless given.
    #[arg(long)]
    folder: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Server {
    Dex,
    Etcd,
    Kubernetes,
    Openbao,
    Postgres,
    Vault,
}

/// A server that is up: what keeps it so, how to reach it, and what a shell may source.
struct Running {
    _handle: Box<dyn Send>,
    facts: Vec<(&'static str, String)>,
    environment: Vec<(&'static str, String)>,
    /// Its command line, or the server itself if it has none.
    program: PathBuf,
}

fn main() -> Result<()> {
    let Arguments { servers, folder } = Arguments::parse();
    // From here on a signal ends the loop below, so that everything is ended in order.
    let mut signals = Signals::new([SIGINT, SIGTERM]).context("listening for signals")?;
    let folder = folder.unwrap_or_else(|| testbed::cache_root().join("up"));
    let notes = Notes::claim(&folder)?;
    let run = run_folder()?;
    let mut running = Vec::new();
    for server in servers {
        if signals.pending().next().is_some() {
            return Ok(());
        }
        let name = server.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
        say(&format!("starting {name} …"));
        let up = start(server, run).with_context(|| format!("starting {name}"))?;
        for (fact, value) in &up.facts {
            say(&format!("  {fact:<12} {value}"));
        }
        running.push(up);
    }
    let lines = exports(&running);
    notes.write_environment(&lines)?;
    say(&format!("\n{lines}\nThese lines are also in {}; Ctrl-C ends the servers.", notes.environment().display()));
    let _ = signals.forever().next();
    say("ending the servers …");
    Ok(())
}

/// The lines for a shell: the environment of each server's clients, and the clients themselves on PATH.
fn exports(running: &[Running]) -> String {
    let mut folders: Vec<_> =
        running.iter().filter_map(|up| up.program.parent()).map(|folder| folder.display().to_string()).collect();
    folders.sort_unstable();
    folders.dedup();
    let variables = running.iter().flat_map(|up| &up.environment);
    let lines = variables.map(|(name, value)| format!("export {name}={}\n", quoted(value)));
    lines.chain([format!("export PATH={}:\"$PATH\"\n", quoted(&folders.join(":")))]).collect()
}

/// As one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn start(server: Server, folder: &Path) -> Result<Running> {
    match server {
        Server::Dex => {
            let dex = Dex::start(folder)?;
            let ca = dex.authority().certificate_file().display().to_string();
            let facts =
                vec![("issuer", dex.issuer().to_owned()), ("CA", ca), process(dex.process()), logs(dex.folder())];
            let program = Tool::Dex.find()?.path;
            Ok(Running { _handle: Box::new(dex), facts, environment: Vec::new(), program })
        }
        Server::Etcd => {
            let etcd = Etcd::start(folder, Durability::Synced)?;
            let facts = vec![("address", etcd.address().to_owned()), process(etcd.process()), logs(etcd.folder())];
            let environment = vec![("ETCDCTL_ENDPOINTS", etcd.address().to_owned())];
            let program = Tool::Etcd.find()?.path;
            Ok(Running { _handle: Box::new(etcd), facts, environment, program })
        }
        Server::Kubernetes => {
            let kubernetes = Kubernetes::start(folder, Durability::Synced)?;
            let ca = kubernetes.authority().certificate_file().display().to_string();
            let facts = vec![
                ("address", kubernetes.address().to_owned()),
                ("CA", ca),
                process(kubernetes.api()),
                logs(kubernetes.folder()),
            ];
            let environment = vec![("KUBECONFIG", kubernetes.kubeconfig().display().to_string())];
            let program = Tool::Kubectl.find()?.path;
            Ok(Running { _handle: Box::new(kubernetes), facts, environment, program })
        }
        Server::Openbao => start_vault(Product::OpenBao, ["BAO_ADDR", "BAO_CACERT", "BAO_TOKEN"], folder),
        Server::Postgres => {
            let postgres = Postgres::start(folder)?;
            let (user, password) = postgres.superuser_login();
            let environment = postgres.client_environment(user, password).into();
            let facts = vec![("address", postgres.address()), process(postgres.process()), logs(postgres.folder())];
            let program = postgres.psql().to_owned();
            Ok(Running { _handle: Box::new(postgres), facts, environment, program })
        }
        Server::Vault => start_vault(Product::Vault, ["VAULT_ADDR", "VAULT_CACERT", "VAULT_TOKEN"], folder),
    }
}

fn start_vault(product: Product, names: [&'static str; 3], folder: &Path) -> Result<Running> {
    let server = VaultServer::start(folder, product)?;
    let keys = server.keys()?;
    let ca = server.authority().certificate_file().display().to_string();
    let facts = vec![
        ("address", server.address().to_owned()),
        ("CA", ca.clone()),
        ("unseal key", keys.unseal_key.clone()),
        ("plugins", server.plugin_directory().display().to_string()),
        process(server.process()),
        logs(server.folder()),
    ];
    let environment = names.into_iter().zip([server.address().to_owned(), ca, keys.root_token.clone()]).collect();
    let program = product.tool().find()?.path;
    Ok(Running { _handle: Box::new(server), facts, environment, program })
}

fn process(process: &Process) -> (&'static str, String) {
    ("process", process.pid().map_or_else(|| "has ended".to_owned(), |pid| pid.to_string()))
}

fn logs(folder: &Path) -> (&'static str, String) {
    ("logs", folder.display().to_string())
}

/// The files that tell other commands about this one. They go when it ends in order.
struct Notes {
    folder: PathBuf,
    /// Held to the end of this process. The file stays: removing it would let two processes each lock one of their own.
    _lock: File,
}

impl Notes {
    /// Takes the folder, unless another process has it, and writes the process id.
    fn claim(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
        let path = folder.join("lock");
        let lock = File::options().create(true).append(true).open(&path);
        let lock = lock.with_context(|| format!("opening {}", path.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let owner = fs::read_to_string(folder.join("pid")).unwrap_or_else(|_| "unknown".to_owned());
                bail!("servers are up already (process {owner}). End them with `cargo xtask testbed down`");
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("locking {}", path.display()));
            }
        }
        let notes = Self { folder: folder.to_owned(), _lock: lock };
        // Left by one that was killed: its servers are gone, and it may be readable for everybody.
        match fs::remove_file(notes.environment()) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("removing {}", notes.environment().display()));
            }
            _ => {}
        }
        let pid = notes.folder.join("pid");
        fs::write(&pid, std::process::id().to_string()).with_context(|| format!("writing {}", pid.display()))?;
        Ok(notes)
    }

    fn environment(&self) -> PathBuf {
        self.folder.join("env")
    }

    fn write_environment(&self, lines: &str) -> Result<()> {
        let path = self.environment();
        // It holds root tokens.
        let file = File::options().write(true).create_new(true).mode(0o600).open(&path);
        file.and_then(|mut file| file.write_all(lines.as_bytes()))
            .with_context(|| format!("writing {}", path.display()))
    }
}

impl Drop for Notes {
    fn drop(&mut self) {
        for name in ["env", "pid"] {
            // Whoever reads a stale one finds that the process is gone.
            let _ = fs::remove_file(self.folder.join(name));
        }
    }
}

fn say(text: &str) {
    // A closed stdout is no reason to end the servers.
    let _ = writeln!(std::io::stdout(), "{text}");
}
