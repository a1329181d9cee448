//! `cargo xtask testbed`: the real servers that the tests use.

use std::{
    fs,
    path::Path,
    process::Command,
    sync::{Arc, atomic::AtomicBool},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use clap::builder::PossibleValuesParser;
use testbed::{CACHE_FOLDERS, Class, RECIPES, Recipe, Stop, Tool, cache_root, folder_size, remove_tree};

use crate::{cargo, checkout, screen};

/// What `up` can start, and with which programs; the program `testbed-up` knows the same names.
const SERVERS: &[(&str, &[Tool])] = &[
    ("dex", &[Tool::Dex]),
    ("etcd", &[Tool::Etcd]),
    ("kubernetes", &[Tool::Etcd, Tool::KubeApiserver, Tool::KubeControllerManager, Tool::Kubectl]),
    ("openbao", &[Tool::OpenBao]),
    ("postgres", &[Tool::Postgres]),
    ("vault", &[Tool::Vault]),
];
/// What `clean` removes without `--all`.
const BUILT_BY_GO: &[&str] = &["go/mod", "go/build", "servers"];

/// Builds, shows, starts and removes the real servers that the tests use.
///
/// They are built from published Go modules (tests/testbed/NAME/go.mod) with the `go` on PATH. With empty caches that takes
/// about 35 minutes on two cores and 20 GB of disk for all of them.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Builds servers into the cache; those that are there are left alone.
    Build {
        #[arg(help = recipes_in_words())]
        names: Vec<String>,
    },
    /// Starts servers in the foreground for use by hand, prints their addresses and credentials, and ends them on Ctrl-C.
    ///
    /// What is not built yet is built first.
    Up {
        /// Which servers.
        #[arg(default_values = ["kubernetes", "openbao"])]
        #[arg(value_parser = PossibleValuesParser::new(SERVERS.iter().map(|(name, _)| *name)))]
        names: Vec<String>,
    },
    /// Shows what is cached, where, and how much disk it takes.
    Status,
    /// Ends an `up` that was left behind.
    Down,
    /// Removes built servers and the Go caches.
    Clean {
        /// Only the servers of these recipes; the Go caches stay.
        names: Vec<String>,
        /// The whole cache: also cargo's target folders, tools, logs, and what fuzzing found.
        #[arg(long, conflicts_with = "names")]
        all: bool,
    },
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    match &arguments.verb {
        Verb::Build { names } => build(names),
        Verb::Up { names } => up(names),
        Verb::Status => status(),
        Verb::Down => down(),
        Verb::Clean { names, all } => clean(names, *all),
    }
}

/// Makes Ctrl-C and SIGTERM end the running command instead of xtask, which then ends in order.
pub(crate) fn stop_on_interrupt() -> Result<Stop> {
    let interrupted = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&interrupted)).context("listening for signals")?;
    }
    // Under `nohup` every program that we start would ignore SIGHUP, and a shell can't trap what it was born to ignore. With a
    // handler that does nothing we still don't end, and our children begin with what is usual.
    if ignores_hangup(&fs::read_to_string("/proc/self/status").unwrap_or_default()) {
        let unused = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register(signal_hook::consts::SIGHUP, unused).context("listening for SIGHUP")?;
    }
    Ok(Stop { deadline: None, interrupted })
}

/// Whether a process with this `/proc/PID/status` ignores SIGHUP, whose bit is the lowest of the mask.
fn ignores_hangup(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

/// Builds what a verb needs, unless it is there.
pub(crate) fn require(tools: &[Tool]) -> Result<()> {
    let stop = stop_on_interrupt()?;
    for tool in tools {
        match (tool.find(), tool.recipe()) {
            (Ok(_), _) => {}
            (Err(_), Some(recipe)) => {
                testbed::check_disk(&[recipe])?;
                testbed::build(recipe, &stop, &mut screen::say)?;
            }
            (Err(missing), None) => return Err(missing.into()),
        }
    }
    Ok(())
}

fn build(names: &[String]) -> Result<()> {
    let stop = stop_on_interrupt()?;
    let recipes = selected(names)?;
    let absent: Vec<&'static Recipe> = recipes.iter().copied().filter(|recipe| !recipe.is_cached()).collect();
    for recipe in recipes.iter().filter(|recipe| recipe.is_cached()) {
        screen::say(&format!("{} is cached", recipe.title()));
    }
    testbed::check_disk(&absent)?;
    let mut failed = Vec::new();
    for recipe in absent {
        if let Err(error) = testbed::build(recipe, &stop, &mut screen::say) {
            screen::say(&format!("{:#}", anyhow::Error::new(error)));
            failed.push(recipe.name);
        }
        if stop.reached().is_some() {
            bail!("interrupted");
        }
    }
    if !failed.is_empty() {
        bail!("not built: {}", failed.join(", "));
    }
    Ok(())
}

fn selected(names: &[String]) -> Result<Vec<&'static Recipe>> {
    if names.is_empty() {
        return Ok(RECIPES.iter().collect());
    }
    let mut recipes: Vec<&'static Recipe> = Vec::new();
    for name in names {
        let tool = Tool::ALL.iter().find(|tool| tool.name() == name || tool.program() == name);
        match name.as_str() {
            "core" => recipes.extend(RECIPES.iter().filter(|recipe| recipe.class == Class::Core)),
            "extended" => recipes.extend(RECIPES.iter().filter(|recipe| recipe.class == Class::Extended)),
            name => recipes.push(Recipe::named(name).or_else(|| tool.and_then(|tool| tool.recipe())).with_context(
                || format!("there is no recipe {name:?}; there are: core, extended, {}", recipe_names()),
            )?),
        }
    }
    Ok(recipes)
}

fn recipe_names() -> String {
    RECIPES.iter().map(|recipe| recipe.name).collect::<Vec<_>>().join(", ")
}

fn recipes_in_words() -> String {
    format!("Which ones: {}; or `core`, `extended`. Without a name, all of them", recipe_names())
}

fn up(names: &[String]) -> Result<()> {
    let wanted = SERVERS.iter().filter(|(name, _)| names.iter().any(|wanted| wanted == name));
    let tools: Vec<Tool> = wanted.flat_map(|(_, tools)| *tools).copied().collect();
    require(&tools)?;
    let claim = checkout::claim(&cargo::target_folder(), &Stop::default())?;
    screen::say("compiling the program that starts them: about 2 minutes the first time, then seconds");
    let mut command = cargo::build_programs(&["testbed-up"])?;
    // Ctrl-C reaches it from the terminal; we stay until it has ended its servers.
    let _stop = stop_on_interrupt()?;
    let mut servers = command.args(names).spawn().context("starting testbed-up")?;
    // It may serve for hours, and others want to compile.
    drop(claim);
    let status = servers.wait().context("waiting for the servers")?;
    if !status.success() {
        bail!("the servers ended with {status}");
    }
    Ok(())
}

/// `testbed-up` writes its process id before it starts the first server, and removes it when it has ended the last.
fn down() -> Result<()> {
    let file = cache_root().join("up/pid");
    let Ok(text) = fs::read_to_string(&file) else {
        screen::say("nothing is up");
        return Ok(());
    };
    let pid: u32 = text.trim().parse().with_context(|| format!("{} holds no process id", file.display()))?;
    // The number may belong to somebody else by now: after a crash nobody removed the file.
    let command_line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    if !String::from_utf8_lossy(&command_line).contains("testbed-up") {
        screen::say(&format!("process {pid} has ended without cleaning up; removing {}", file.display()));
        return fs::remove_file(&file).with_context(|| format!("removing {}", file.display()));
    }
    screen::say(&format!("ending process {pid} and its servers"));
    cargo::foreground(Command::new("kill").args(["-TERM", &pid.to_string()]))?;
    let limit = Instant::now() + Duration::from_secs(30);
    while Path::new(&format!("/proc/{pid}")).exists() {
        if Instant::now() > limit {
            bail!("process {pid} still runs after 30 s; end it with `kill -9 {pid}` and its servers by their own ids");
        }
        thread::sleep(Duration::from_millis(100));
    }
    screen::say("all is down");
    Ok(())
}

fn status() -> Result<()> {
    let heading = ["tool", "version", "class", "size", "where"].map(str::to_owned).to_vec();
    let mut rows = vec![heading];
    for tool in Tool::ALL {
        let class = match tool.class() {
            Class::Core => "core",
            Class::Extended => "extended",
            Class::FromPath => "from PATH",
        };
        let (version, size, place) = match tool.find() {
            Ok(binary) => {
                let size = fs::metadata(&binary.path).map_or(0, |metadata| metadata.len());
                (binary.version, screen::size(size), binary.path.display().to_string())
            }
            Err(missing) => {
                let version = tool.recipe().map_or("-", |recipe| recipe.version);
                (version.to_owned(), "-".to_owned(), missing.to_string())
            }
        };
        rows.push(vec![tool.name().to_owned(), version, class.to_owned(), size, place]);
    }
    screen::table(&rows);
    screen::say("");
    screen::say(&format!("cache: {}", cache_root().display()));
    let row = |folder: &str, size, what: &str| vec![format!("  {folder}"), screen::size(size), what.to_owned()];
    let mut total = 0;
    let mut rows = Vec::new();
    for (folder, what) in CACHE_FOLDERS {
        let size = folder_size(&cache_root().join(folder));
        total += size;
        rows.push(row(folder, size, what));
    }
    rows.push(row("all", total, ""));
    screen::table(&rows);
    Ok(())
}

fn clean(names: &[String], all: bool) -> Result<()> {
    let selected = selected(names)?;
    let stop = stop_on_interrupt()?;
    let up = cache_root().join("up/pid");
    if all && up.exists() {
        bail!("servers are up, or were left behind, as {} says; run `cargo xtask testbed down` first", up.display());
    }
    let Some(_servers) = testbed::lock_servers(&stop, &mut screen::say).context("locking the cache")? else {
        bail!("interrupted");
    };
    let mut held = Vec::new();
    for folder in ["target", "fuzz-target"].into_iter().filter(|_| all) {
        let folder = cache_root().join(folder);
        let claim = checkout::alone(&folder)?;
        held.push(claim.with_context(|| format!("{} is in use; wait until no xtask runs any more", folder.display()))?);
    }
    let mut freed = 0;
    for folder in to_clean(names, all, &selected) {
        let folder = cache_root().join(folder);
        let size = folder_size(&folder);
        remove_tree(&folder).with_context(|| format!("removing {}", folder.display()))?;
        screen::say(&format!("removed {} ({})", folder.display(), screen::size(size)));
        freed += size;
    }
    screen::say(&format!("{} are free again", screen::size(freed)));
    Ok(())
}

/// The folders in the cache that go.
fn to_clean(names: &[String], all: bool, selected: &[&Recipe]) -> Vec<String> {
    if !names.is_empty() {
        return selected.iter().map(|recipe| format!("servers/{}", recipe.name)).collect();
    }
    let folders = CACHE_FOLDERS.iter().map(|(folder, _)| *folder);
    folders.filter(|folder| all || BUILT_BY_GO.contains(folder)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleaning_removes_what_the_help_says() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(to_clean(&[], false, &[]), BUILT_BY_GO);
        assert_eq!(to_clean(&[], true, &[]).len(), CACHE_FOLDERS.len());
        let wanted = names(&["kubectl", "etcd"]);
        let selected = selected(&wanted).unwrap();
        assert_eq!(to_clean(&wanted, false, &selected), ["servers/kubernetes", "servers/etcd"]);
    }

    #[test]
    fn only_the_bit_of_sighup_counts() {
        assert!(ignores_hangup("SigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\nSigCgt:\t0000000000000000\n"));
        assert!(!ignores_hangup("SigBlk:\t0000000000000001\nSigIgn:\t0000000000001000\nSigCgt:\t0000000000000001\n"));
        assert!(!ignores_hangup("") && !ignores_hangup("SigIgn:\tno number\n"));
    }

    #[test]
    fn an_unknown_recipe_is_told_with_those_there_are() {
        let error = selected(&["consul".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("consul") && error.contains("openbao"), "{error}");
        assert!(recipes_in_words().contains("terraform-provider-vault"));
    }
}
