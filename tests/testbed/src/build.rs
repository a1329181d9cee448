//! Building a recipe into the cache: one at a time on this machine, whole or not at all.

use std::{
    fs, io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use nix::sys::statvfs::statvfs;
use thiserror::Error;

use crate::{
    cache,
    job::{self, Ended, Stop},
    locate::{Tool, reported_version, version_file},
    lock,
    recipe::{FLAGS, Program, Recipe},
    toolchain::{self, GoVersion},
};

/// Old keys of a recipe that stay: the current one, and that of the branch built before.
const KEPT_KEYS: usize = 2;
/// Lines of the build log that an error shows.
const TAIL: usize = 20;
/// What Go says when a proxy or the network failed for a moment, and not the build.
const HICCUPS: &[&str] =
    &["dial tcp", "connection reset", "TLS handshake timeout", "unexpected EOF", "i/o timeout", " 502 ", " 503 "];
/// How often a build is tried that the network kept from its end, and the pause between.
const TRIES: usize = 3;
const PAUSE: Duration = Duration::from_secs(5);
/// Above this size the module cache holds mostly versions that nothing needs any more.
const MODULES_LIMIT: u64 = 20_000_000_000;

/// Why a recipe was not built.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// No `go` on PATH.
    #[error("{recipe} can't be built: there is no `go` on PATH. Install Go {needed} or newer")]
    GoMissing {
        /// What was to be built.
        recipe: &'static str,
        /// The version that its `go.mod` asks for.
        needed: String,
    },
    /// The `go` on PATH is older than the recipe's `go.mod` asks for.
    #[error("{recipe} can't be built: it needs Go {needed}, and `go` on PATH is {found}. Install Go {needed} or newer")]
    GoTooOld {
        /// What was to be built.
        recipe: &'static str,
        /// The version that its `go.mod` asks for.
        needed: String,
        /// What `go version` says.
        found: String,
    },
    /// The disk that holds the cache is too full.
    #[error(
        "{what} can't be built: it may take {needed_mb} MB, and {} has {free_mb} MB free. Make room with \
         `cargo xtask testbed clean`, or set XDG_CACHE_HOME to a folder on a larger disk",
        .folder.display()
    )]
    DiskFull {
        /// What was to be built.
        what: String,
        /// What a build with empty caches takes.
        needed_mb: u64,
        /// What is there.
        free_mb: u64,
        /// The cache.
        folder: PathBuf,
    },
    /// The deadline came first; nothing is left half-built.
    #[error(
        "{recipe} was not built: the time limit came after {after:?}. Build it with `cargo xtask testbed build {recipe}`"
    )]
    OutOfTime {
        /// What was to be built.
        recipe: &'static str,
        /// How long it was tried.
        after: Duration,
    },
    /// The user pressed Ctrl-C.
    #[error("{recipe} was not built: interrupted")]
    Interrupted {
        /// What was to be built.
        recipe: &'static str,
    },
    /// `go build` failed.
    #[error("building {recipe} failed. {}The whole log is {}; it ends with:\n{tail}", hint(.tail), .log.display())]
    Failed {
        /// What was to be built.
        recipe: &'static str,
        /// Output of `go build`.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
    /// The cache can't be written, or `go` can't be started.
    #[error("building {recipe}: {action} {}", .path.display())]
    Cache {
        /// What was to be built.
        recipe: &'static str,
        /// What was tried.
        action: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Builds one recipe unless its current key is cached, and returns the time it took. `say` gets lines for a person: what is
/// built, how long it usually takes, and every half minute how far it is.
///
/// # Errors
/// [`BuildError`]; the cache then holds nothing of this key.
pub fn build(recipe: &'static Recipe, stop: &Stop, say: &mut dyn FnMut(&str)) -> Result<Duration, BuildError> {
    let start = Instant::now();
    check_toolchain(recipe)?;
    let at = |action, path: &Path| {
        let path = path.to_owned();
        move |source| BuildError::Cache { recipe: recipe.name, action, path, source }
    };
    let base = cache::servers(recipe.name);
    fs::create_dir_all(&base).map_err(at("making folder", &base))?;
    let sources = recipe.sources();
    let target = recipe
        .folder()
        .ok_or_else(|| at("reading", &sources)(io::Error::other("the folder has no readable go.mod and go.sum")))?;

    // One builder on this machine: two would fight for memory at link time and for the same files.
    let lock = lock::lock_servers(stop, say).map_err(at("locking", &lock::servers_lock()))?;
    let Some(_lock) = lock else {
        return Err(stopped(recipe, stop.reached().unwrap_or(Ended::Deadline), start));
    };
    if recipe.is_cached() {
        return Ok(start.elapsed());
    }
    check_disk(&[recipe])?;
    bound_modules(say).map_err(at("emptying", &cache::go_modules()))?;

    let unfinished = base.join(".unfinished");
    cache::remove_tree(&unfinished).map_err(at("removing", &unfinished))?;
    fs::create_dir_all(&unfinished).map_err(at("making folder", &unfinished))?;
    let log = cache::cache_root().join("logs").join(format!("build-{}.log", recipe.name));
    fs::create_dir_all(log.with_file_name("")).map_err(at("making folder", &log))?;
    fs::write(&log, "").map_err(at("emptying log", &log))?;
    say(&format!(
        "building {}: about {} with empty caches; log: {}",
        recipe.title(),
        in_words(recipe.cold),
        log.display()
    ));
    for program in recipe.programs {
        compile(recipe, program, &unfinished.join(program.binary), &log, stop, start, say)?;
    }
    // The rename makes the build whole or absent, even if the machine stops in between.
    cache::remove_tree(&target).map_err(at("removing", &target))?;
    fs::rename(&unfinished, &target).map_err(at("renaming to", &target))?;
    cache::prune(&base, KEPT_KEYS).map_err(at("removing old builds in", &base))?;
    say(&format!("built {} in {}", recipe.name, in_words(start.elapsed())));
    Ok(start.elapsed())
}

/// Fails if building these recipes with empty caches could fill the disk.
///
/// # Errors
/// [`BuildError::DiskFull`].
pub fn check_disk(recipes: &[&'static Recipe]) -> Result<(), BuildError> {
    let needed_mb = recipes.iter().map(|recipe| recipe.disk_mb).sum();
    let folder = cache::cache_root();
    // Without an answer the build is tried: `go` reports a full disk, too.
    let Some(free_mb) = free_mb(&folder) else { return Ok(()) };
    if free_mb >= needed_mb {
        return Ok(());
    }
    let names: Vec<&str> = recipes.iter().map(|recipe| recipe.name).collect();
    Err(BuildError::DiskFull { what: names.join(", "), needed_mb, free_mb, folder })
}

/// Time for people: `45 s`, `3 min 5 s`.
pub fn in_words(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, 0) => format!("{minutes} min"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

/// The last lines of a log, or a note that it can't be read.
pub fn tail(log: &Path, lines: usize) -> String {
    tail_from(log, 0, lines)
}

/// The same of what is in it after the first `from` bytes.
fn tail_from(log: &Path, from: u64, lines: usize) -> String {
    let Ok(bytes) = fs::read(log) else { return format!("({} can't be read)", log.display()) };
    let new = usize::try_from(from).ok().and_then(|from| bytes.get(from..)).unwrap_or_default();
    let text = String::from_utf8_lossy(new);
    let all: Vec<&str> = text.lines().collect();
    all.iter().skip(all.len().saturating_sub(lines)).copied().collect::<Vec<_>>().join("\n")
}

fn check_toolchain(recipe: &'static Recipe) -> Result<(), BuildError> {
    let go_mod = recipe.sources().join("go.mod");
    let text = fs::read_to_string(&go_mod).map_err(|source| BuildError::Cache {
        recipe: recipe.name,
        action: "reading",
        path: go_mod.clone(),
        source,
    })?;
    let needed = GoVersion::of_module(&text);
    let needed_text = needed.as_ref().map_or_else(|| "1.26.6".to_owned(), GoVersion::to_string);
    let Some(line) = toolchain::version_line() else {
        return Err(BuildError::GoMissing { recipe: recipe.name, needed: needed_text });
    };
    // An unreadable version is a development build of Go, which is newer than any release.
    match (GoVersion::of_toolchain(line), needed) {
        (Some(found), Some(needed)) if found < needed => {
            Err(BuildError::GoTooOld { recipe: recipe.name, needed: needed_text, found: found.to_string() })
        }
        _ => Ok(()),
    }
}

fn compile(
    recipe: &'static Recipe,
    program: &Program,
    output: &Path,
    log: &Path,
    stop: &Stop,
    start: Instant,
    say: &mut dyn FnMut(&str),
) -> Result<(), BuildError> {
    let mut command = toolchain::go();
    command.arg("build").args(FLAGS).arg("-ldflags").arg(recipe.linker_flags());
    command.arg("-o").arg(output).arg(program.package()).current_dir(recipe.sources());
    let mut beat = |_| {
        say(&format!(
            "  {} ({}): {} of about {}",
            recipe.name,
            program.binary,
            in_words(start.elapsed()),
            in_words(recipe.cold)
        ));
    };
    let mut tries = 1;
    loop {
        let from = fs::metadata(log).map_or(0, |metadata| metadata.len());
        let ended = job::run(&mut command, log, stop, &mut beat).map_err(|source| BuildError::Cache {
            recipe: recipe.name,
            action: "running go with log",
            path: log.to_owned(),
            source,
        })?;
        match ended {
            Ended::Exited(status) if status.success() => break,
            Ended::Exited(_) if tries < TRIES && is_hiccup(&tail_from(log, from, TAIL)) => {
                // What is downloaded and compiled stays, so the next try goes on from there.
                tries += 1;
                if let Some(reason) = pause(PAUSE, stop) {
                    return Err(stopped(recipe, reason, start));
                }
            }
            Ended::Exited(_) => {
                return Err(BuildError::Failed { recipe: recipe.name, log: log.to_owned(), tail: tail(log, TAIL) });
            }
            Ended::Deadline | Ended::Interrupted => return Err(stopped(recipe, ended, start)),
        }
    }
    let asked = Tool::ALL.iter().find(|tool| tool.program() == program.binary).map(|tool| tool.version_arguments());
    let version = asked.and_then(|arguments| reported_version(output, arguments));
    let version = version.unwrap_or_else(|| recipe.version.to_owned());
    let path = version_file(output);
    fs::write(&path, version).map_err(|source| BuildError::Cache {
        recipe: recipe.name,
        action: "writing",
        path: path.clone(),
        source,
    })
}

fn stopped(recipe: &'static Recipe, reason: Ended, start: Instant) -> BuildError {
    match reason {
        Ended::Interrupted => BuildError::Interrupted { recipe: recipe.name },
        Ended::Deadline | Ended::Exited(_) => BuildError::OutOfTime { recipe: recipe.name, after: start.elapsed() },
    }
}

/// Whether the end of a log tells of a network that failed for a moment.
fn is_hiccup(tail: &str) -> bool {
    HICCUPS.iter().any(|words| tail.contains(words))
}

/// Waits, unless there is a reason to stop.
fn pause(time: Duration, stop: &Stop) -> Option<Ended> {
    let end = Instant::now() + time;
    while Instant::now() < end {
        if let Some(reason) = stop.reached() {
            return Some(reason);
        }
        thread::sleep(Duration::from_millis(50));
    }
    None
}

/// What the end of a log does not say by itself.
fn hint(tail: &str) -> &'static str {
    if tail.contains("signal: killed") {
        "The system ended the compiler or linker, most likely because memory was short: a link step needs 2 to 4 GB. End \
         other programs or add swap, and build it again; what is compiled stays cached. "
    } else {
        ""
    }
}

/// Go trims its compile cache by itself, but never its modules.
fn bound_modules(say: &mut dyn FnMut(&str)) -> io::Result<()> {
    let modules = cache::go_modules();
    let size = cache::folder_size(&modules);
    if size <= MODULES_LIMIT {
        return Ok(());
    }
    say(&format!("the Go module cache has grown to {} GB and is emptied", size / 1_000_000_000));
    cache::remove_tree(&modules)
}

/// Free space in MB on the disk of `folder`, or of its nearest parent that exists.
fn free_mb(folder: &Path) -> Option<u64> {
    let existing = folder.ancestors().find(|path| path.exists())?;
    let disk = statvfs(existing).ok()?;
    Some(disk.blocks_available() * disk.fragment_size() / 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_told_in_words() {
        assert_eq!(in_words(Duration::from_millis(900)), "0 s");
        assert_eq!(in_words(Duration::from_secs(59)), "59 s");
        assert_eq!(in_words(Duration::from_secs(120)), "2 min");
        assert_eq!(in_words(Duration::from_secs(125)), "2 min 5 s");
    }

    #[test]
    fn the_tail_is_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        fs::write(&log, "one\ntwo\nthree\n").unwrap();
        assert_eq!(tail(&log, 2), "two\nthree");
        assert_eq!(tail(&log, 9), "one\ntwo\nthree");
        assert!(tail(&folder.path().join("absent"), 2).contains("can't be read"));
        assert_eq!(tail_from(&log, 4, 9), "two\nthree");
        assert_eq!(tail_from(&log, 99, 9), "");
    }

    #[test]
    fn a_network_that_failed_for_a_moment_is_told_from_a_build_that_failed() {
        for tail in [
            "go: github.com/a/b@v1.0.0: Get \"https://modules.example/a\": dial tcp: lookup modules.example: no such host",
            "read tcp 10.0.0.1:1->10.0.0.2:443: read: connection reset by peer",
            "net/http: TLS handshake timeout",
            "zip: unexpected EOF",
            "read udp 10.0.0.1:1->10.0.0.2:53: i/o timeout",
            "reading https://modules.example/a/@v/v1.0.0.zip: 503 Service Unavailable",
            "reading https://modules.example/a/@v/v1.0.0.zip: 502 Bad Gateway",
        ] {
            assert!(is_hiccup(tail), "{tail}");
        }
        for tail in ["undefined: x", "link: signal: killed", "a.go:502:3: syntax error", "404 Not Found", ""] {
            assert!(!is_hiccup(tail), "{tail}");
        }
    }

    #[test]
    fn whoever_is_to_stop_does_not_pause() {
        let stop = Stop { deadline: Some(Instant::now()), ..Stop::default() };
        assert_eq!(pause(Duration::from_secs(600), &stop), Some(Ended::Deadline));
        assert_eq!(pause(Duration::ZERO, &Stop::default()), None);
    }

    #[test]
    fn a_full_disk_is_told_with_the_remedy() {
        let error = BuildError::DiskFull {
            what: "etcd".to_owned(),
            needed_mb: 700,
            free_mb: 3,
            folder: PathBuf::from("cache"),
        };
        let text = error.to_string();
        for part in ["etcd", "700 MB", "3 MB", "cargo xtask testbed clean", "XDG_CACHE_HOME"] {
            assert!(text.contains(part), "{part} is not in: {text}");
        }
    }

    #[test]
    fn a_killed_linker_is_told_with_the_remedy() {
        let failed = |tail: &str| {
            BuildError::Failed { recipe: "vault", log: PathBuf::from("log"), tail: tail.to_owned() }.to_string()
        };
        assert!(failed("link: signal: killed").contains("memory was short"));
        assert!(!failed("undefined: x").contains("memory"));
    }

    #[test]
    fn a_deadline_in_the_past_is_reported_as_not_built() {
        let recipe = Recipe::named("etcd").unwrap();
        let stop = Stop { deadline: Some(Instant::now()), ..Stop::default() };
        let text = stopped(recipe, stop.reached().unwrap(), Instant::now()).to_string();
        assert!(text.contains("etcd was not built") && text.contains("cargo xtask testbed build etcd"), "{text}");
    }
}
