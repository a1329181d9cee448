//! How the verbs call cargo: from the repository's root, with the shared target folder, and without what the outer
//! `cargo run` left in the environment.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    // Cargo tells it at run time; the folder of the build is right unless two checkouts share a target folder.
    let manifest = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    PathBuf::from(manifest).join("..").canonicalize().unwrap_or_else(|_| "..".into())
}

/// Where cargo puts what it builds: `CARGO_TARGET_DIR` if the user set it, otherwise a folder in the cache, so that a new
/// checkout starts warm.
pub(crate) fn target_folder() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| testbed::cache_root().join("target"), PathBuf::from)
}

/// A cargo call with these arguments.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    forget_outer_cargo(&mut command);
    command.env("CARGO_TARGET_DIR", target_folder());
    command
}

/// The folder with the compiler's own libraries for this machine. `None` if the compiler does not tell.
pub(crate) fn compiler_libraries() -> Option<&'static Path> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOLDER
        .get_or_init(|| {
            // Beside the cargo that runs us, so that it is the compiler that the tests were compiled with.
            let rustc = env::var_os("CARGO").map(PathBuf::from)?.with_file_name("rustc");
            let output = Command::new(rustc).args(["--print", "target-libdir"]).output().ok()?;
            let folder = String::from_utf8(output.stdout).ok()?;
            output.status.success().then(|| PathBuf::from(folder.trim()))
        })
        .as_deref()
}

/// Takes out of a command's environment what `cargo run` set for xtask itself: it is wrong for every other program, and makes
/// build scripts run again.
pub(crate) fn forget_outer_cargo(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        let stale = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"]
            .iter()
            .any(|prefix| text.starts_with(prefix));
        if stale || matches!(text, "CARGO" | "OUT_DIR" | "LD_LIBRARY_PATH" | "DYLD_FALLBACK_LIBRARY_PATH") {
            command.env_remove(name);
        }
    }
}

/// Compiles programs of the workspace, with cargo's progress on the terminal, and returns a command that runs the first.
pub(crate) fn build_programs(programs: &[&str]) -> Result<Command> {
    let wanted = programs.first().context("no program is named")?;
    // The same selection as in `cargo xtask test`, so that no dependency is compiled again with other features.
    let mut command = command(&["build", "--workspace", "--all-features", "--message-format=json-render-diagnostics"]);
    command.args(programs.iter().flat_map(|program| ["--bin", program])).stderr(Stdio::inherit());
    let output = command.output().context("starting cargo")?;
    if !output.status.success() {
        bail!("compiling {} failed; cargo said above why", programs.join(", "));
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    let path = executable(&messages, wanted).with_context(|| format!("cargo does not tell where it put {wanted}"))?;
    let mut program = Command::new(path);
    forget_outer_cargo(&mut program);
    Ok(program)
}

/// Where a program is, by cargo's messages.
fn executable(messages: &str, program: &str) -> Option<PathBuf> {
    messages.lines().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let path = message.get("executable")?.as_str()?;
        (message.pointer("/target/name")?.as_str()? == program).then(|| PathBuf::from(path))
    })
}

/// Runs a command in the foreground, with its output on the terminal.
pub(crate) fn foreground(command: &mut Command) -> Result<()> {
    let program = command.get_program().display().to_string();
    let status = command.status().with_context(|| format!("starting {program}"))?;
    if !status.success() {
        let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy()).collect();
        bail!("`{program} {}` ended with {status}", arguments.join(" "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_among_cargos_messages() {
        let messages = "not json\n{\"target\":{\"name\":\"demo\"},\"executable\":null}\n\
                        {\"target\":{\"name\":\"other\"},\"executable\":\"debug/other\"}\n\
                        {\"target\":{\"name\":\"demo\"},\"executable\":\"debug/demo\"}\n";
        assert_eq!(executable(messages, "demo"), Some(PathBuf::from("debug/demo")));
        assert_eq!(executable(messages, "absent"), None);
    }
}
