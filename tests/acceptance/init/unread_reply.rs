//! A reply of the initialisation that can't be read is kept as it came: nothing else has the keys.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use acceptance::cli::matcher::is;
use acceptance::cli::{Cli, Complaint};
use acceptance::{Product, Scenario};
use anyhow::{Context as _, Result, ensure};
use fault_proxy::Fault;
use fault_proxy::Moment::{After, Before};

use super::in_front_of;
use crate::new_server::{INIT, Stage};
use crate::on_server::product;

const KEPT: &str = "keys.json.initialising";

/// What is kept, which nobody else can read.
fn kept(stage: &Stage<'_>, path: &Path) -> Result<String> {
    let mode = fs::metadata(path)?.permissions().mode() & 0o7777;
    ensure!(mode == 0o600, "the mode of {} is {mode:o}", path.display());
    let text = fs::read_to_string(path)?;
    // What looks like a key in it must be nowhere else.
    for word in text.split('"').filter(|word| word.len() > 40) {
        stage.scenario.learnt("what is kept of the reply", word)?;
    }
    Ok(text)
}

#[test]
fn cut_off_with_opentofu_and_openbao() -> Result<()> {
    cut_off(Cli::OpenTofu)
}

#[test]
fn cut_off_with_terraform_and_vault() -> Result<()> {
    cut_off(Cli::Terraform)
}

/// The answer ends in the middle. One share is whole in it, and is enough.
fn cut_off(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let stage = Stage::create(scenario, cli, "")?;
        let proxy = in_front_of(stage.server.address(), stage.server.authority())?;
        let through = format!(
            "{}resource \"secretzero_init\" \"this\" {{\n  keys = {{ file = {:?} }}\n  shares = 1\n  threshold = 1\n}}\n",
            stage.at(proxy.address(), ""),
            stage.path("keys.json")
        );
        let unseal =
            format!("{through}resource \"secretzero_unseal\" \"this\" {{\n  keys = secretzero_init.this.keys\n}}\n");
        let kept = || kept(&stage, &stage.folder.join(KEPT));
        stage
            .story()
            .between("cut the reply off", || {
                proxy.begin_round();
                // sys/seal-status comes first, sys/init second.
                proxy.fail(1, Fault::HalfBody);
                Ok(())
            })
            .apply_fails(through.clone())
            .error(
                Complaint::new("The reply of the initialisation can't be read")
                    .detail(KEPT)
                    .detail("the answer was lost")
                    .detail("find DATA -mindepth 1 -delete")
                    .about(INIT),
            )
            .gone(INIT)
            .between("see that it is kept, and lift the fault", || {
                let text = kept()?;
                ensure!(text.starts_with("{\"keys\":[\""), "something else is kept");
                ensure!(serde_json::from_str::<serde_json::Value>(&text).is_err(), "it is whole");
                ensure!(stage.server.health()? == 503, "the server is not initialised");
                proxy.lift();
                Ok(())
            })
            // It is said again, and nothing is done to it.
            .apply_fails(through)
            .error(Complaint::new("The reply of the initialisation can't be read").detail(KEPT).about(INIT))
            .between("take the share out of it, as it says", || {
                let text = kept()?;
                let share = text.split('"').nth(3).context("there is no share in it")?;
                let path = stage.folder.join("keys.json");
                fs::write(
                    &path,
                    format!("{{\"unseal_keys_hex\":[\"{share}\"],\"unseal_shares\":1,\"unseal_threshold\":1}}"),
                )?;
                fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
                Ok(())
            })
            .apply(unseal)
            .creates(INIT)
            .attribute("secretzero_unseal.this", "/ready", is(true))
            .warning(Complaint::new("The server is taken over, and what it answered is still there").detail(KEPT))
            .between("see that it is untouched", || {
                ensure!(stage.server.health()? == 200, "the server is not unsealed");
                kept().map(drop)
            })
            .run()
    })
}

/// A page of something in between is no reply, whether the server did it or not.
#[test]
fn another_form() -> Result<()> {
    let cli = Cli::OpenTofu;
    Scenario::run(&[cli.tool(), Product::OpenBao.tool()], |scenario| {
        for (fault, summary, said) in [
            (Fault::WrongTypeHtml(After), "The reply of the initialisation can't be read", "Please sign in"),
            (Fault::WrongType(After), "The reply of the initialisation can't be read", "\"request_id\":1"),
            (Fault::WrongTypeHtml(Before), "The reply of an initialisation can't be read", "Please sign in"),
        ] {
            let stage = Stage::create(scenario, cli, "")?;
            let proxy = in_front_of(stage.server.address(), stage.server.authority())?;
            let through = format!(
                "{}resource \"secretzero_init\" \"this\" {{\n  keys = {{ file = {:?} }}\n}}\n",
                stage.at(proxy.address(), ""),
                stage.path("keys.json")
            );
            stage
                .story()
                .between("answer with something else", || {
                    proxy.fail(1, fault);
                    Ok(())
                })
                .apply_fails(through.clone())
                .error(Complaint::new(summary).detail(KEPT).about(INIT))
                .between("see that it is kept", || {
                    proxy.lift();
                    ensure!(kept(&stage, &stage.folder.join(KEPT))?.contains(said), "{fault}: something else is kept");
                    Ok(())
                })
                .apply_fails(through.clone())
                .error(Complaint::new(summary).detail(KEPT).about(INIT))
                .between("do what it says", || {
                    fs::rename(stage.folder.join(KEPT), stage.folder.join("looked-at"))?;
                    if stage.server.health()? == 501 { Ok(()) } else { stage.reset() }
                })
                .apply(through)
                .creates(INIT)
                .between("see that there are keys now", || stage.learn("keys.json").map(drop))
                .run()?;
        }
        Ok(())
    })
}
