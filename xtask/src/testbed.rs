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
use testbed::{CACHE_FOLDERS, Class, RECIPES, Recipe, Stop, Tool, cache_root, folder_size, remove_tree};

use crate::{cargo, screen};

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
        /// Recipes by name (see `status`), or `core`, `extended`; without a name, all of them.
        names: Vec<String>,
    },
    /// Starts servers in the foreground for use by hand, prints their addresses and credentials, and ends them on Ctrl-C.
    Up {
        /// Servers by name; without a name, the usual set.
        names: Vec<String>,
        /// Prefers programs on PATH to those in the cache.
        #[arg(long)]
        use_path: bool,
    },
    /// Shows what is cached, where, and how much disk it takes.
    Status {
        /// Prefers programs on PATH to those in the cache.
        #[arg(long)]
        use_path: bool,
    },
    /// Ends an `up` that was left behind.
    Down,
    /// Removes built servers and the Go caches.
    Clean {
        /// Only the servers of these recipes; the Go caches stay.
        names: Vec<String>,
        /// Also cargo's target folders, tools and fuzzing corpora.
        #[arg(long, conflicts_with = "names")]
        all: bool,
    },
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    match &arguments.verb {
        Verb::Build { names } => build(names),
        Verb::Up { names, use_path } => up(names, *use_path),
        Verb::Status { use_path } => status(*use_path),
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
    Ok(Stop { deadline: None, interrupted })
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
    let known = || RECIPES.iter().map(|recipe| recipe.name).collect::<Vec<_>>().join(", ");
    let mut recipes: Vec<&'static Recipe> = Vec::new();
    for name in names {
        let tool = Tool::ALL.iter().find(|tool| tool.name() == name || tool.program() == name);
        match name.as_str() {
            "core" => recipes.extend(RECIPES.iter().filter(|recipe| recipe.class == Class::Core)),
            "extended" => recipes.extend(RECIPES.iter().filter(|recipe| recipe.class == Class::Extended)),
            name => recipes.push(
                Recipe::named(name)
                    .or_else(|| tool.and_then(|tool| tool.recipe()))
                    .with_context(|| format!("there is no recipe {name:?}; there are: core, extended, {}", known()))?,
            ),
        }
    }
    Ok(recipes)
}

fn up(names: &[String], use_path: bool) -> Result<()> {
    let mut command = cargo::command(&["run", "--quiet", "--package", "acceptance", "--bin", "testbed-up", "--"]);
    if use_path {
        command.env("SECRETZERO_USE_PATH", "1");
    }
    // Ctrl-C reaches `testbed-up` from the terminal; we stay until it has ended its servers.
    let _stop = stop_on_interrupt()?;
    cargo::foreground(command.args(names))
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

fn status(use_path: bool) -> Result<()> {
    if use_path {
        // A new process, because the environment of a running one must not be changed.
        let program = std::env::current_exe().context("finding xtask itself")?;
        let mut command = Command::new(program);
        return cargo::foreground(command.args(["testbed", "status"]).env("SECRETZERO_USE_PATH", "1"));
    }
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
    let folders = CACHE_FOLDERS.iter().map(|(folder, what)| {
        vec![format!("  {folder}"), screen::size(folder_size(&cache_root().join(folder))), (*what).to_owned()]
    });
    screen::table(&folders.collect::<Vec<_>>());
    Ok(())
}

fn clean(names: &[String], all: bool) -> Result<()> {
    let mut folders = Vec::new();
    if names.is_empty() {
        let kept = ["target", "fuzz-target", "fuzz-corpus", "tools"];
        folders.extend(CACHE_FOLDERS.iter().map(|(folder, _)| *folder).filter(|folder| all || !kept.contains(folder)));
    }
    let mut folders: Vec<_> = folders.into_iter().map(|folder| cache_root().join(folder)).collect();
    if !names.is_empty() {
        folders.extend(selected(names)?.iter().map(|recipe| cache_root().join("servers").join(recipe.name)));
    }
    let mut freed = 0;
    for folder in folders {
        let size = folder_size(&folder);
        remove_tree(&folder).with_context(|| format!("removing {}", folder.display()))?;
        screen::say(&format!("removed {} ({})", folder.display(), screen::size(size)));
        freed += size;
    }
    screen::say(&format!("{} are free again", screen::size(freed)));
    Ok(())
}
