//! `cargo xtask demo`: what works today, shown on the real OpenTofu, in plain words.
//!
//! The first version drives the null provider through its life, and lets a stranger try to get in.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use acceptance::cli::{Cli, Planned, Project, Provider, workspace_binary};
use acceptance::{Scenario, wait_until};
use anyhow::{Context, Result, ensure};
use testbed::Tool;

const CONFIGURATION: &str = r#"resource "null_marker" "this" {
  note = "hello from Rust"
}
"#;

fn main() -> Result<()> {
    // Asked before anything is built, so that what is missing is said at once, with the remedy.
    let tofu = Tool::OpenTofu.find()?;
    say(&format!(
        "This drives a Terraform provider that is written in Rust with OpenTofu {}, the real one.\n\
         It happens in a temporary folder; nothing of yours is touched.",
        tofu.version
    ));
    say("Building the provider (examples/null-provider).");
    let binary = workspace_binary("terraform-provider-null")?;
    Scenario::run(&[Tool::OpenTofu], |scenario| story(scenario, &binary))
}

fn story(scenario: &Scenario, binary: &Path) -> Result<()> {
    let provider = Provider::new("secretzero/null", "0.1.0", binary)?;
    let project = Project::create(scenario, Cli::OpenTofu)?.provider(&provider)?;

    step(1, "A configuration with one resource of ours:");
    quote(CONFIGURATION);
    project.configure(CONFIGURATION)?;

    step(2, "`tofu init` installs the provider from a local mirror and pins its checksum in the lock file.");
    project.init()?;
    let lock = fs::read_to_string(project.module().join(".terraform.lock.hcl"))?;
    quote(lock.lines().find(|line| line.contains("h1:")).context("the lock file has no checksum")?.trim());

    step(3, "`tofu plan` starts the provider as a child process, and both prove to each other who they are.");
    ensure!(project.plan(&[])? == Planned::Changes, "the first plan should want to create the marker");
    say("   It wants to create one marker.");

    step(4, "`tofu apply` creates it, and the second plan is empty.");
    project.apply(&[])?;
    ensure!(project.plan(&[])? == Planned::Nothing, "the second plan should be empty");
    let marker = project.resource("null_marker.this")?.context("the marker is not in state")?;
    let note = marker.get("note").context("the marker in state has no note")?;
    say(&format!("   In state: note = {note}"));

    step(5, "An apply that takes a while, and meanwhile a stranger on this machine who found the socket:");
    stranger(scenario, &project)?;

    step(6, "`tofu destroy` removes it. No process and no socket is left behind.");
    project.destroy(&[])?;
    ensure!(project.resource("null_marker.this")?.is_none(), "the marker should be gone from state");

    say("\nThat is the transport, proven. `cargo xtask test` puts it through everything else.");
    Ok(())
}

/// Talks to the provider's socket while OpenTofu uses it, as any process of the same user could try to.
fn stranger(scenario: &Scenario, project: &Project) -> Result<()> {
    let gate = scenario.folder().join("gate");
    project.configure(&format!(
        "resource \"null_marker\" \"this\" {{\n  note = \"changed\"\n  gate = {:?}\n}}\n",
        gate.display().to_string()
    ))?;
    // A short path of our own, so that we know where the socket is: its folder's name is random.
    let sockets = tempfile::tempdir()?;
    let mut applying = project.apply_command().env("TMPDIR", sockets.path()).env("TF_LOG", "INFO").start()?;
    applying.wait_for_log("waiting for the gate", 1)?;
    let socket = find_socket(sockets.path())?;

    let mut stream = UnixStream::connect(&socket).with_context(|| format!("connecting to {}", socket.display()))?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    // What a gRPC client says first when it uses no TLS (RFC 9113 §3.4), and an empty SETTINGS frame.
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    // An alert (RFC 8446 §6) is the one thing that may come back.
    ensure!(answer.first().is_none_or(|kind| *kind == 21), "the provider answered a stranger with {answer:x?}");
    say(&format!(
        "   It speaks gRPC without a certificate. A TLS alert of {} bytes came back, then the end.",
        answer.len()
    ));

    fs::write(&gate, "")?;
    applying.wait()?.succeeded()?;
    say("   OpenTofu's own connection went on as if nothing had happened, and the apply is done.");
    Ok(())
}

fn find_socket(parent: &Path) -> Result<PathBuf> {
    wait_until("the provider's socket", Duration::from_secs(20), || {
        let mut folders = fs::read_dir(parent)?.flatten();
        folders
            .find_map(|folder| Some(folder.path().join("0")).filter(|socket| socket.exists()))
            .with_context(|| format!("none in {}", parent.display()))
    })
}

fn step(number: u32, text: &str) {
    say(&format!("\n{number}. {text}"));
}

fn quote(text: &str) {
    for line in text.lines() {
        say(&format!("      {line}"));
    }
}

fn say(text: &str) {
    // Nobody to talk to is no reason to stop half-way.
    let _ = writeln!(std::io::stdout(), "{text}");
}
