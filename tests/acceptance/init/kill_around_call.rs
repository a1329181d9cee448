//! CLI and provider are killed just around the call that tells the keys: before the server has it, when the server has done
//! it and the answer is on its way, and when the answer is there. Afterwards the next apply has the keys, or says exactly that
//! they are lost.

use std::time::Duration;

use acceptance::Scenario;
use acceptance::cli::Cli;
use anyhow::{Result, ensure};
use fault_proxy::Fault;
use fault_proxy::Moment::{After, Before};

use super::in_front_of;
use crate::new_server::Stage;
use crate::on_server::product;

/// What the provider logs with each request; the second one initialises.
const REQUEST: &str = "asking the server";

/// What a killed run leaves the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    /// A server that was never asked.
    NewServer,
    /// A server whose reply nobody has.
    LostReply,
}

#[test]
fn opentofu() -> Result<()> {
    at_every_moment(Cli::OpenTofu)
}

#[test]
fn terraform() -> Result<()> {
    at_every_moment(Cli::Terraform)
}

fn at_every_moment(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        for (moment, expected) in [(Before, Left::NewServer), (After, Left::LostReply)] {
            let stage = Stage::create(scenario, cli, "")?;
            let proxy = in_front_of(stage.server.address(), stage.server.authority())?;
            let through = format!(
                "{}resource \"secretzero_init\" \"this\" {{\n  keys = {{ file = {:?} }}\n}}\n",
                stage.at(proxy.address(), ""),
                stage.path("keys.json")
            );
            stage.project.configure(&through)?;
            stage.project.init()?.succeeded()?;
            // The answer never comes, so the kill meets the provider while it waits for it.
            proxy.fail(1, Fault::Timeout(moment));
            let mut running = stage.project.apply_command().within(Duration::from_secs(120)).start()?;
            running.wait_for_log(REQUEST, 2)?;
            let done = || stage.server.health().map(|status| status != 501);
            if expected == Left::LostReply {
                acceptance::wait_until("the server to be initialised", Duration::from_secs(30), || {
                    ensure!(done()?, "it is not");
                    Ok(())
                })?;
            } else {
                acceptance::wait_until("the call to arrive", Duration::from_secs(30), || {
                    ensure!(proxy.calls().len() == 2, "it has not");
                    Ok(())
                })?;
            }
            running.kill_group()?;
            let _ = running.wait()?;
            drop(running);
            ensure!(stage.folder.join("keys.json.initialising").exists(), "{moment:?}: nothing is recorded");
            proxy.lift();
            let again = stage.project.apply_command().run()?;
            let said = format!("{}{}", again.stdout, again.stderr);
            match expected {
                Left::NewServer => drop(again.succeeded()?),
                Left::LostReply => {
                    ensure!(!again.status.success(), "{said}");
                    ensure!(said.contains("The reply of the initialisation was lost"), "{said}");
                    ensure!(said.contains("Reset the server"), "{said}");
                    // It says so as long as nobody has done anything about it.
                    ensure!(!stage.project.apply_command().run()?.status.success(), "it was taken for another server");
                    stage.reset()?;
                    stage.project.apply_command().run()?.succeeded()?;
                }
            }
            stage.learn("keys.json")?;
            ensure!(stage.files("")? == ["keys.json"], "{moment:?}: {:?} is left", stage.files("")?);
        }
        Ok(())
    })
}

/// Killed at any moment that chance brings, again and again: what is left is one of those two, or the keys.
#[test]
fn at_whatever_moment_the_answer_comes() -> Result<()> {
    let cli = Cli::OpenTofu;
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        for milliseconds in [0, 2, 4, 8, 16, 32] {
            let stage = Stage::create(scenario, cli, "")?;
            stage.project.configure(&stage.init(&format!("  keys = {{ file = {:?} }}", stage.path("keys.json"))))?;
            stage.project.init()?.succeeded()?;
            let mut running = stage.project.apply_command().within(Duration::from_secs(120)).start()?;
            running.wait_for_log(REQUEST, 2)?;
            // Nothing is claimed of when this is: each moment has the same two outcomes.
            std::thread::sleep(Duration::from_millis(milliseconds));
            // It may be done by now.
            let _ = running.kill_group();
            let _ = running.wait()?;
            drop(running);
            let again = stage.project.apply_command().run()?;
            if !again.status.success() {
                let said = format!("{}{}", again.stdout, again.stderr);
                ensure!(said.contains("The reply of the initialisation was lost"), "{milliseconds} ms: {said}");
                stage.reset()?;
                stage.project.apply_command().run()?.succeeded()?;
            }
            stage.learn("keys.json")?;
            ensure!(stage.files("")? == ["keys.json"], "{milliseconds} ms: {:?} is left", stage.files("")?);
        }
        Ok(())
    })
}
