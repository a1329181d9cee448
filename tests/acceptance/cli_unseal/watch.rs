//! `secretzero unseal` that waits, and that stays: with nodes that are dead, and files that are replaced.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use acceptance::{Authority, Product, Scenario};
use anyhow::{Context as _, Result, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::Stage;

const WATCH: [&str; 3] = ["--watch", "--interval", "1s"];

/// A command in the background, killed when it is dropped.
struct Watch {
    process: Child,
    /// What it prints.
    printed: PathBuf,
}

impl Watch {
    fn start(stage: &Stage, mut command: Command) -> Result<Self> {
        let printed = stage.folder.join("printed");
        let file = File::create(&printed)?;
        let process = command.stdout(file.try_clone()?).stderr(file).spawn().context("starting secretzero")?;
        Ok(Self { process, printed })
    }

    /// Waits until it says this.
    fn says(&self, text: &str) -> Result<()> {
        self.says_often(text, 1)
    }

    /// Waits until it has said this so often.
    fn says_often(&self, text: &str, times: usize) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let printed = fs::read_to_string(&self.printed)?;
            if printed.matches(text).count() >= times {
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "it does not say {text:?}: {printed}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn terminate(self) -> Result<()> {
        kill(Pid::from_raw(i32::try_from(self.process.id())?), Signal::SIGTERM)?;
        let status = self.ends()?;
        ensure!(status.code() == Some(0), "it ended with {status}");
        Ok(())
    }

    fn ends(mut self) -> Result<ExitStatus> {
        let deadline = Instant::now() + Duration::from_secs(60);
        while Instant::now() < deadline {
            if let Some(status) = self.process.try_wait()? {
                return Ok(status);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("it still runs after a minute")
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn it_waits_for_the_listener_and_watches() -> Result<()> {
    Scenario::run(&[Product::OpenBao.tool()], |scenario| {
        let stage = Stage::create(scenario, Product::OpenBao)?;
        stage.server.kill9()?;
        let keys = ["--keys-file", "keys.json"];
        let waiting = Watch::start(&stage, stage.command(stage.server.address(), &keys))?;
        stage.server.restart()?;
        let status = waiting.ends()?;
        ensure!(status.code() == Some(0), "it ended with {status}");
        ensure!(stage.server.health()? == 200, "it is not active");

        let watch = Watch::start(&stage, stage.command(stage.server.address(), &[&WATCH[..], &keys].concat()))?;
        for _ in 0..2 {
            stage.server.restart()?;
            stage.server.wait_active()?;
        }
        watch.terminate()
    })
}

/// Each node is looked after on its own. The other one is given up only after minutes.
#[test]
fn a_node_that_is_dead_holds_up_no_other() -> Result<()> {
    Scenario::run(&[Product::OpenBao.tool()], |scenario| {
        let stage = Stage::create(scenario, Product::OpenBao)?;
        // Connections are made there, and nobody answers.
        let dead = TcpListener::bind("127.0.0.1:0")?;
        let both = format!("https://{},{}", dead.local_addr()?, stage.server.address());
        let watch = Watch::start(
            &stage,
            stage.command(&both, &[&WATCH[..], &["--keys-file", "keys.json", "--json"]].concat()),
        )?;
        stage.server.wait_active()?;
        // It tells of the one as soon as that is known, and of no other.
        watch.says(&format!("{{\"nodes\":[{{\"address\":\"{}\",\"state\":\"active\"", stage.server.address()))?;
        for _ in 0..2 {
            stage.server.restart()?;
            stage.server.wait_active()?;
        }
        watch.terminate()
    })
}

#[test]
fn files_that_are_replaced_count_from_the_next_time_on() -> Result<()> {
    Scenario::run(&[Product::OpenBao.tool()], |scenario| {
        let stage = Stage::create(scenario, Product::OpenBao)?;
        let elsewhere = scenario.folder().join("stranger");
        fs::create_dir(&elsewhere)?;
        let stranger = Authority::create(&elsewhere)?;
        let (authority, new) = (stage.folder.join("ca.pem"), stage.folder.join("new"));
        fs::copy(stranger.certificate_file(), &authority)?;
        let keys = stage.write("current.json", &format!("{}\n{}\n", "ab".repeat(33), "cd".repeat(33)))?;

        let files = ["--ca-cert-file", "ca.pem", "--keys-file", "current.json"];
        let watch = Watch::start(&stage, stage.command(stage.server.address(), &[&WATCH[..], &files].concat()))?;
        watch.says("could not be verified")?;
        // One that can't be used for a moment does not end it.
        fs::remove_file(&authority)?;
        watch.says("reading ca.pem")?;
        fs::copy(stage.server.authority().certificate_file(), &new)?;
        fs::rename(&new, &authority)?;
        watch.says("did not take the key shares")?;
        ensure!(stage.is_sealed()?, "it was unsealed with the shares of another server");
        fs::rename(stage.folder.join("keys.json"), &keys)?;
        stage.server.wait_active()?;
        watch.says("is unsealed and active")?;
        // The same later, when everything was well already.
        fs::rename(stranger.certificate_file(), &authority)?;
        watch.says_often("could not be verified", 2)?;
        stage.restart()?;
        fs::copy(stage.server.authority().certificate_file(), &new)?;
        fs::rename(&new, &authority)?;
        stage.server.wait_active()?;
        watch.terminate()
    })
}
