//! The server is killed while it initialises itself, when its raft storage has a cluster and no keys yet. From then on it
//! refuses to be initialised. The next apply says why, and how it is made new again.

use std::fs;
use std::process::Command;
use std::time::Duration;

use acceptance::Scenario;
use acceptance::cli::{Cli, Complaint};
use anyhow::{Result, ensure};

use crate::new_server::{INIT, Stage};
use crate::on_server::product;

/// What both servers log when the cluster is on disk and its only node is still to become the leader. That takes it a second
/// at least, and only then are keys made.
const BOOTSTRAPPED: &str = "entering follower state";

#[test]
fn opentofu_and_openbao() -> Result<()> {
    killed_inside(Cli::OpenTofu)
}

#[test]
fn terraform_and_vault() -> Result<()> {
    killed_inside(Cli::Terraform)
}

fn killed_inside(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let stage = Stage::create(scenario, cli, "")?;
        let init = stage.init(&format!("  keys = {{ file = {:?} }}", stage.path("keys.json")));
        stage.project.configure(&init)?;
        stage.project.init()?.succeeded()?;

        let mut running = stage.project.apply_command().within(Duration::from_secs(120)).start()?;
        acceptance::wait_until("the cluster to be on disk", Duration::from_secs(60), || {
            ensure!(fs::read_to_string(stage.server.process().log())?.contains(BOOTSTRAPPED), "it is not");
            Ok(())
        })?;
        stage.server.kill9()?;
        running.wait()?.refused()?.says("The reply of the initialisation was lost")?;
        ensure!(stage.files("")? == ["keys.json.initialising"], "{:?}", stage.files("")?);
        stage.server.restart()?;
        ensure!(stage.server.health()? == 501, "it was killed too late");

        let data = stage.server.folder().join("data");
        stage
            .story()
            .apply_fails(init.clone())
            .error(
                Complaint::new("Initialising the server")
                    .detail("cluster already has state")
                    .detail("nothing was ever in it")
                    .detail("find DATA -mindepth 1 -delete")
                    .about(INIT),
            )
            .gone(INIT)
            // It says so as long as nobody has done anything about it.
            .apply_fails(init.clone())
            .error(Complaint::new("Initialising the server").detail("nothing was ever in it").about(INIT))
            .between("do what it says", || {
                stage.server.kill9()?;
                let emptied = Command::new("find").arg(&data).args(["-mindepth", "1", "-delete"]).status()?;
                ensure!(emptied.success(), "find ended with {emptied}");
                stage.server.restart()
            })
            .apply(init)
            .creates(INIT)
            .between("see that there are keys, and nothing else", || {
                stage.learn("keys.json")?;
                ensure!(stage.files("")? == ["keys.json"], "{:?}", stage.files("")?);
                Ok(())
            })
            .run()
    })
}

/// Where no apply has asked before, it is not known that nothing was ever in it.
#[test]
fn by_somebody_else() -> Result<()> {
    let cli = Cli::OpenTofu;
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let stage = Stage::create(scenario, cli, "")?;
        stage.server.initialise()?;
        stage.server.kill9()?;
        fs::remove_file(stage.server.folder().join("data/vault.db"))?;
        stage.server.restart()?;
        ensure!(stage.server.health()? == 501, "it has its keys still");
        stage
            .story()
            .apply_fails(stage.init(&format!("  keys = {{ file = {:?} }}", stage.path("keys.json"))))
            .error(
                Complaint::new("Initialising the server")
                    .detail("the file vault.db is missing")
                    .detail("If it was in use, don't")
                    .about(INIT),
            )
            .between("see that nothing is recorded, since nothing was done", || {
                ensure!(stage.files("")?.is_empty(), "{:?}", stage.files("")?);
                Ok(())
            })
            .run()
    })
}
