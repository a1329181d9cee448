//! Into how many shares a key can be split: each kind of split is initialised and unsealed, and what can't be is told at plan.

use std::fs;

use acceptance::Scenario;
use acceptance::cli::matcher::{has_length, is};
use acceptance::cli::{Cli, Complaint};
use anyhow::{Result, ensure};

use crate::new_server::{INIT, Stage, UNSEAL};
use crate::on_server::product;

/// Shares, and how many of them are needed.
const POSSIBLE: [(i64, i64); 6] = [(1, 1), (2, 2), (3, 2), (5, 3), (10, 2), (10, 10)];

/// Splits that no server makes, and the attribute at fault.
const IMPOSSIBLE: [(i64, i64, &str); 8] = [
    (0, 0, "shares"),
    (0, 1, "shares"),
    (1, 0, "threshold"),
    (2, 1, "threshold"),
    (10, 1, "threshold"),
    (3, 4, "threshold"),
    (256, 2, "shares"),
    (-1, 1, "shares"),
];

#[test]
fn opentofu() -> Result<()> {
    table(Cli::OpenTofu)
}

#[test]
fn terraform() -> Result<()> {
    table(Cli::Terraform)
}

fn table(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let stage = Stage::create(scenario, cli, "")?;
        let with = |shares: i64, threshold: i64| {
            stage.init_and_unseal("keys.json", &format!("  shares = {shares}\n  threshold = {threshold}"))
        };
        let mut story = stage.story();
        for (shares, threshold, field) in IMPOSSIBLE {
            story = story.plan_fails(with(shares, threshold)).error(Complaint::new("").about(INIT).at(field));
        }
        for (shares, threshold) in POSSIBLE {
            let count = usize::try_from(shares)?;
            story = story
                .apply(with(shares, threshold))
                .creates(INIT)
                .attribute(INIT, "/shares", is(shares))
                .attribute(INIT, "/threshold", is(threshold))
                .attribute(INIT, "/key_fingerprints", has_length(count))
                .attribute(UNSEAL, "/ready", is(true))
                .between("look at the keys, and restart the server", || {
                    stage.learn("keys.json")?;
                    stage.server.restart()?;
                    ensure!(stage.server.health()? == 503, "it is not sealed");
                    Ok(())
                })
                .apply_again()
                .updates(UNSEAL)
                .attribute(UNSEAL, "/ready", is(true))
                .destroy()
                .between("begin anew", || {
                    fs::remove_file(stage.folder.join("keys.json"))?;
                    stage.reset()
                });
        }
        story.run()
    })
}
