//! The apply that sets everything up is cut off, again and again at another request to the server, and in another way: Ctrl-C,
//! the death of CLI and provider, the death of the server. The next apply goes on, and nothing is lost.

use std::fs;
use std::time::Duration;

use acceptance::Scenario;
use acceptance::cli::Cli;
use anyhow::{Context as _, Result, ensure};

use super::stack::Stack;
use super::story::learn;
use crate::on_server::product;

/// What the provider logs with each request.
const REQUEST: &str = "asking the server";

/// How many points there are if nobody asks for another number. The long set has many more: `cargo xtask test --interrupts`.
const FEW: usize = 3;
const NUMBER: &str = "SECRETZERO_INTERRUPTS";

/// The requests of a whole apply, roughly: points beyond the last one find the apply done.
const REQUESTS: usize = 36;

#[derive(Clone, Copy, Debug)]
enum Cut {
    /// Ctrl-C: CLI and provider get a signal, and end in their own time.
    Interrupt,
    /// CLI and provider are gone at once.
    Kill,
    /// The server is gone at once, and started again by whoever looks after it.
    Server,
}

pub(super) fn at_many_points(cli: Cli) -> Result<()> {
    let number = std::env::var(NUMBER).ok().and_then(|text| text.parse().ok()).unwrap_or(FEW);
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        for index in 0..number {
            // Spread over all requests, each cut in turn, so that every kind meets early and late ones.
            let request = 1 + index * REQUESTS / number;
            let cut = [Cut::Kill, Cut::Server, Cut::Interrupt][index % 3];
            once(scenario, cli, request, cut).with_context(|| format!("{cut:?} at request {request}"))?;
        }
        Ok(())
    })
}

fn once(scenario: &Scenario, cli: Cli, request: usize, cut: Cut) -> Result<()> {
    let stack = Stack::create(scenario, cli)?;
    let mut running = stack.command("apply", &[]).within(Duration::from_secs(180)).start()?;
    // An apply that has made fewer requests is done, which is a point, too.
    let reached = running.wait_for_log(REQUEST, request).is_ok();
    if reached {
        match cut {
            Cut::Interrupt => running.interrupt()?,
            Cut::Kill => running.kill_group()?,
            Cut::Server => {
                stack.kill_server()?;
                stack.start_server()?;
            }
        }
        let _ = running.wait()?;
    }
    drop(running);
    let again = stack.try_apply(&[])?;
    if again.contains("The reply of the initialisation was lost") {
        // The one thing that can't be made good: the server is new and empty, and set up anew.
        stack.reset_server()?;
        stack.apply()?;
    } else {
        again.succeeded()?;
    }
    learn(scenario, &stack)?;
    stack.converged()?;
    stack.http(Some(&stack.root_token()?))?.get("/v1/auth/token/lookup-self")?.refused_with(403)?;
    stack.http(Some(&stack.operator_token()?))?.get("/v1/sys/policies/acl/reader")?.ok()?;
    let left = strays(&stack)?;
    ensure!(left.is_empty(), "left over: {left:?}");
    stack.destroy()?;
    let left = stack.leftovers()?;
    ensure!(left == ["keys/cluster-keys.json", "pki/root.key"], "what is left is {left:?}");
    // The next point begins from nothing.
    Ok(fs::remove_dir_all(stack.file(""))?)
}

/// Files with keys that are none of those that were declared.
fn strays(stack: &Stack) -> Result<Vec<String>> {
    let known = ["cluster-keys.json", "operator.role_id", "operator.secret_id"];
    let mut strays = Vec::new();
    for entry in fs::read_dir(stack.file("keys"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !known.contains(&name.as_str()) {
            strays.push(name);
        }
    }
    Ok(strays)
}
