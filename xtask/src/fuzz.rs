//! `cargo xtask fuzz`: libFuzzer on the pinned stable toolchain.
//!
//! cargo-fuzz would need nightly for its sanitizer. Our crates have no unsafe code, so coverage alone is enough, and that the
//! stable compiler has as an LLVM pass.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};
use testbed::{Ended, cache_root};

use crate::{cargo, screen, testbed::stop_on_interrupt};

/// What makes the compiler count the edges that an input reaches.
const FLAGS: &[&str] = &[
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
];
/// The crate of what several targets share, which is that of the targets themselves.
const SHARED: &str = "secretzero_fuzz";
/// The name of the environment variable that holds one flag per ASCII unit separator.
const ENCODED_FLAGS: &str = "CARGO_ENCODED_RUSTFLAGS";

/// Feeds the parsers of foreign bytes with inputs that a fuzzer makes up.
///
/// Target NAME is fuzz/fuzz_targets/NAME.rs. Seeds come from fuzz/corpus/NAME; what the fuzzer finds grows in the cache. An
/// input that crashes, hangs for 10 s or takes 2 GB of memory is kept in artifacts/fuzz/NAME; run it again with
/// `cargo xtask fuzz NAME --input FILE`. Each run begins with another random number; only the short runs in `cargo xtask test`
/// begin with the same.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// One target; without it, all of them one after the other.
    target: Option<String>,
    /// How long each runs.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Runs this one input only.
    #[arg(long, requires = "target")]
    input: Option<PathBuf>,
}

/// A fuzz target.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) name: String,
    source: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut targets = targets()?;
    if let Some(wanted) = &arguments.target {
        let names: Vec<String> = targets.iter().map(|target| target.name.clone()).collect();
        targets.retain(|target| target.name == *wanted);
        if targets.is_empty() {
            bail!("there is no fuzz target {wanted:?}; there are: {}", names.join(", "));
        }
    }
    if targets.is_empty() {
        bail!("there are no fuzz targets in fuzz/fuzz_targets");
    }
    if let Some(reason) = missing_compiler() {
        bail!("{reason}");
    }
    screen::say("compiling the targets (the first time takes some minutes)");
    cargo::foreground(&mut compile_command()?)?;
    if let (Some(input), Some(target)) = (&arguments.input, targets.first()) {
        let input = input.canonicalize().with_context(|| format!("finding {}", input.display()))?;
        return cargo::foreground(Command::new(target.program()?).arg(input));
    }
    let stop = stop_on_interrupt()?;
    let mut failed = Vec::new();
    for target in &targets {
        let log = cache_root().join("logs").join(format!("fuzz-{}.log", target.name));
        fs::create_dir_all(log.with_file_name("")).context("making the folder of logs")?;
        fs::write(&log, "").with_context(|| format!("emptying {}", log.display()))?;
        screen::say(&format!("{}: {} s, log {}", target.name, arguments.seconds, log.display()));
        let mut beat = |elapsed| screen::still_running(&target.name, elapsed, None);
        match testbed::run(&mut target.run_command(arguments.seconds, None)?, &log, &stop, &mut beat)? {
            Ended::Exited(status) if status.success() => screen::say(&format!("  {}", executions(&log))),
            Ended::Exited(_) | Ended::Deadline => {
                screen::say(&finding(&log));
                failed.push(target.name.as_str());
            }
            Ended::Interrupted => bail!("interrupted; {}", executions(&log)),
        }
    }
    if !failed.is_empty() {
        bail!("a crashing input was found for {}; it is in artifacts/fuzz", failed.join(", "));
    }
    Ok(())
}

/// Every target, by name.
pub(crate) fn targets() -> Result<Vec<Target>> {
    let folder = cargo::root().join("fuzz/fuzz_targets");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut targets = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("listing {}", folder.display()))? {
        let source = entry?.path();
        if source.extension().is_some_and(|extension| extension == "rs")
            && let Some(name) = source.file_stem().and_then(|stem| stem.to_str())
        {
            targets.push(Target { name: name.to_owned(), source: source.clone() });
        }
    }
    targets.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(targets)
}

/// Whether the targets were compiled before, so that only our crates are compiled anew.
pub(crate) fn was_built() -> bool {
    target_folder().join("release").is_dir() || host().is_ok_and(|host| target_folder().join(host).is_dir())
}

/// Why nothing can be compiled, if libFuzzer's own code finds no compiler.
pub(crate) fn missing_compiler() -> Option<String> {
    missing(&env::var("CXX").unwrap_or_else(|_| "c++".to_owned()))
}

fn missing(compiler: &str) -> Option<String> {
    // CXX may hold flags, or a wrapper in front of the compiler.
    let program = compiler.split_whitespace().next().unwrap_or("c++");
    let works = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    let reason = "there is no C++ compiler, which libFuzzer needs. Install g++ or clang, or name one in CXX; tried";
    (!works).then(|| format!("{reason}: {program}"))
}

/// Compiles all targets: optimised, but with overflow checks and assertions.
pub(crate) fn compile_command() -> Result<Command> {
    let host = host()?;
    // Naming the host as the target keeps the flags away from build scripts and derive macros.
    let mut command =
        cargo::command(&["build", "--locked", "--release", "--bins", "--manifest-path", "fuzz/Cargo.toml", "--target"]);
    command.arg(host).env("CARGO_TARGET_DIR", target_folder()).env(ENCODED_FLAGS, FLAGS.join("\u{1f}"));
    let profile = [("DEBUG_ASSERTIONS", "true"), ("OVERFLOW_CHECKS", "true"), ("LTO", "off"), ("STRIP", "none")];
    for (name, value) in profile {
        command.env(format!("CARGO_PROFILE_RELEASE_{name}"), value);
    }
    Ok(command)
}

/// How many inputs were tried, from libFuzzer's last lines.
pub(crate) fn executions(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    executed_units(&text).map_or_else(|| "no count of executions".to_owned(), |count| format!("{count} executions"))
}

/// What was found: the panic with its message, and where the input was written.
pub(crate) fn finding(log: &Path) -> String {
    let text = String::from_utf8_lossy(&fs::read(log).unwrap_or_default()).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    let told =
        |line: &&str| line.contains("Test unit written") || line.starts_with("SUMMARY") || line.starts_with("ALARM");
    let panic = lines.iter().rposition(|line| line.contains("panicked at"));
    let message = panic.map_or(&[][..], |at| lines.get(at..(at + 3).min(lines.len())).unwrap_or_default());
    let found: Vec<&str> = message.iter().copied().chain(lines.iter().copied().filter(told)).collect();
    if found.is_empty() { testbed::tail(log, 20) } else { found.join("\n") }
}

impl Target {
    /// Runs it for so many seconds on the committed seeds and the grown corpus. Without a number to begin with, libFuzzer takes
    /// another one each time.
    pub(crate) fn run_command(&self, seconds: u64, begin: Option<u32>) -> Result<Command> {
        let grown = cache_root().join("fuzz-corpus").join(&self.name);
        let crashes = cargo::root().join("artifacts/fuzz").join(&self.name);
        for folder in [&grown, &crashes] {
            fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        }
        let mut command = Command::new(self.program()?);
        cargo::forget_outer_cargo(&mut command);
        // libFuzzer writes new inputs to the first folder only.
        command.arg(grown);
        let seeds = cargo::root().join("fuzz/corpus").join(&self.name);
        if seeds.is_dir() {
            command.arg(seeds);
        }
        command.arg(format!("-max_total_time={seconds}")).arg(format!("-artifact_prefix={}/", crashes.display()));
        command.args(["-print_final_stats=1", "-rss_limit_mb=2048", "-timeout=10"]);
        if let Some(begin) = begin {
            command.arg(format!("-seed={begin}"));
        }
        Ok(command)
    }

    /// A hash over the target and the crates of ours that it names; when it changes, a longer run is due.
    pub(crate) fn content_hash(&self) -> String {
        let source = fs::read_to_string(&self.source).unwrap_or_default();
        let manifest = fs::read_to_string(cargo::root().join("fuzz/Cargo.toml")).unwrap_or_default();
        let crates = local_crates(&manifest);
        let named: Vec<_> =
            crates.iter().filter(|(name, _)| source.contains(&name.replace('-', "_"))).map(|(_, path)| path).collect();
        let used = if named.is_empty() { crates.iter().map(|(_, path)| path).collect() } else { named };
        let mut hash = Sha256::new();
        hash.update(&source);
        if source.contains(SHARED) {
            hash_folder(&cargo::root().join("fuzz/src"), &mut hash);
        }
        for path in used {
            hash_folder(&cargo::root().join("fuzz").join(path), &mut hash);
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn program(&self) -> Result<PathBuf> {
        Ok(target_folder().join(host()?).join("release").join(&self.name))
    }
}

/// Apart from the others: every crate is compiled with other flags here.
pub(crate) fn target_folder() -> PathBuf {
    cache_root().join("fuzz-target")
}

/// The target triple of the compiler itself.
fn host() -> Result<String> {
    let output =
        Command::new("rustc").arg("-vV").current_dir(cargo::root()).output().context("asking rustc for its host")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .with_context(|| format!("rustc -vV does not tell its host: {text}"))
}

/// Name and folder of the dependencies by path.
fn local_crates(manifest: &str) -> Vec<(String, String)> {
    let dependency = |line: &str| {
        let (name, rest) = line.split_once('=')?;
        let (_, path) = rest.split_once("path = \"")?;
        let (path, _) = path.split_once('"')?;
        path.starts_with("..").then(|| (name.trim().to_owned(), path.to_owned()))
    };
    manifest.lines().filter_map(dependency).collect()
}

fn hash_folder(folder: &Path, hash: &mut Sha256) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            hash_folder(&path, hash);
        } else if let Ok(content) = fs::read(&path) {
            hash.update(path.file_name().unwrap_or_default().as_encoded_bytes());
            hash.update(content);
        }
    }
}

fn executed_units(log: &str) -> Option<u64> {
    log.lines().rev().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_compiler_is_named_with_the_remedy() {
        assert_eq!(missing("rustc --flag"), None);
        let reason = missing("no-such-compiler --flag").unwrap();
        assert!(reason.contains("g++") && reason.ends_with("no-such-compiler"), "{reason}");
    }

    #[test]
    fn executions_are_read_from_the_statistics() {
        let log = "#2097152\tpulse\nDone 3000000 runs in 11 second(s)\nstat::number_of_executed_units: 3000000\n\
                   stat::average_exec_per_sec:     272727\n";
        assert_eq!(executed_units(log), Some(3_000_000));
        assert_eq!(executed_units("nothing"), None);
    }

    #[test]
    fn a_finding_shows_the_panic_and_the_input() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let text = "INFO: seed\nthread '<unnamed>' panicked at fuzz_targets/a.rs:3:5:\nassertion failed: x\nstack backtrace:\n\
                    9: main\nSUMMARY: libFuzzer: deadly signal\nTest unit written to artifacts/fuzz/a/crash-1\n";
        fs::write(&log, text).unwrap();
        let found = finding(&log);
        assert!(
            found.contains("assertion failed: x") && found.contains("crash-1") && !found.contains("9: main"),
            "{found}"
        );
    }

    #[test]
    fn only_our_own_crates_are_hashed() {
        let manifest = "[dependencies]\nlibfuzzer-sys = \"0.4\"\ngo-plugin = { path = \"../crates/go-plugin\" }\n\
                        [[bin]]\nname = \"handshake\"\npath = \"fuzz_targets/handshake.rs\"\n";
        assert_eq!(local_crates(manifest), [("go-plugin".to_owned(), "../crates/go-plugin".to_owned())]);
    }

    #[test]
    fn a_change_of_content_changes_the_hash() {
        let folder = tempfile::tempdir().unwrap();
        let hash = || {
            let mut hash = Sha256::new();
            hash_folder(folder.path(), &mut hash);
            hash.finalize()
        };
        fs::create_dir(folder.path().join("src")).unwrap();
        fs::write(folder.path().join("src/lib.rs"), "a").unwrap();
        let before = hash();
        assert_eq!(before, hash());
        fs::write(folder.path().join("src/lib.rs"), "b").unwrap();
        assert_ne!(before, hash());
    }
}
