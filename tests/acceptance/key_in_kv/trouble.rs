//! The server is sealed, forbids it or does not answer; answers are lost, and runs are killed halfway.

use std::fs;
use std::time::Duration;

use acceptance::cli::{Cli, Complaint};
use acceptance::wait_until;
use anyhow::{Context as _, Result, ensure};
use fault_proxy::Moment::{After, Before};
use fault_proxy::{Fault, FaultProxy, Filter};
use serde_json::json;

use super::{KEY, Stage, key_id, on_stage};

#[test]
fn opentofu_cant_look() -> Result<()> {
    on_stage(Cli::OpenTofu, "refresh", refresh)
}

#[test]
fn terraform_cant_look() -> Result<()> {
    on_stage(Cli::Terraform, "refresh", refresh)
}

#[test]
fn opentofu_loses_answers() -> Result<()> {
    on_stage(Cli::OpenTofu, "answers", lost_answers)
}

#[test]
fn terraform_loses_answers() -> Result<()> {
    on_stage(Cli::Terraform, "answers", lost_answers)
}

#[test]
fn opentofu_is_killed() -> Result<()> {
    on_stage(Cli::OpenTofu, "killed", killed)
}

#[test]
fn terraform_is_killed() -> Result<()> {
    on_stage(Cli::Terraform, "killed", killed)
}

/// Nothing but a definite "not found" is a loss.
fn refresh(stage: &Stage<'_>) -> Result<()> {
    let proxy = stage.proxy()?;
    let declared = stage.through(&proxy, &stage.key(&stage.home("one", "key"), ""));
    let token = stage.on.folder.join("token");
    let allowed = fs::read_to_string(&token)?;
    let nobody = stage.on.server.token_with_policy("test-nobody", "path \"nothing\" { capabilities = [] }")?;
    let breaks = |fault| {
        proxy.begin_round();
        proxy.fail(.., fault);
        Ok(())
    };
    let failed = || Complaint::new("Reading the private key in the field key of the secret").about(KEY).at("key");
    stage
        .on
        .story()
        .apply(&*declared)
        .creates(KEY)
        .between("learn the key, and seal the server", || {
            stage.learn("one", "key")?;
            breaks(Fault::Sealed(Before))
        })
        .apply_again()
        .changes_nothing()
        .warning(Complaint::new("The server is sealed"))
        .between("break connections", || breaks(Fault::Reset(Before)))
        .plan_fails(&*declared)
        .error(failed())
        .between("answer with something else", || breaks(Fault::WrongTypeHtml(Before)))
        .plan_fails(&*declared)
        .error(failed())
        .between("forbid it", || {
            proxy.lift();
            Ok(fs::write(&token, &nobody)?)
        })
        .plan_fails(&*declared)
        .error(failed().detail("permission denied"))
        .between("allow it again", || Ok(fs::write(&token, &allowed)?))
        .apply_again()
        .changes_nothing()
        .destroy()
        .between("see that it is gone", || stage.is_gone("one"))
        .run()
}

/// What was done although nobody said so is found by looking, and done once.
fn lost_answers(stage: &Stage<'_>) -> Result<()> {
    let proxy = stage.proxy()?;
    proxy.count(Filter::all().method("POST").path(&format!("/v1/{}/*", stage.mount)));
    let with = |path: &str| stage.through(&proxy, &stage.key(&stage.home(path, "key"), ""));
    let breaks = |indexes: &[usize], fault| {
        proxy.begin_round();
        proxy.lift();
        indexes.iter().for_each(|index| proxy.fail(*index, fault));
        Ok(())
    };
    let writes = |expected: usize| {
        let found = proxy.calls().len();
        ensure!(found == expected, "it was written {found} times");
        Ok(())
    };
    stage
        .on
        .story()
        .between("lose the answer", || breaks(&[0], Fault::Reset(After)))
        .apply(with("one"))
        .creates(KEY)
        .between("see that it was written once, and have something in both secrets", || {
            writes(1)?;
            let (key, mut found) = (stage.learn("one", "key")?, stage.latest("one")?.context("it is gone")?);
            ensure!(stage.version("one", 2)?.is_none(), "there are two versions");
            found["note"] = "theirs".into();
            stage.write("one", &found)?;
            stage.write("two", &json!({ "note": "theirs" }))?;
            ensure!(!key_id(&key).is_empty(), "it has no identifier");
            // Written there, rewritten here, destroyed here.
            breaks(&[0, 1, 2], Fault::Reset(After))
        })
        .apply(with("two"))
        .updates(KEY)
        .keeps(KEY, "/key_id")
        .between("see that it has moved", || {
            writes(3)?;
            stage.learn("two", "key")?;
            stage.has_nowhere("one", "key")?;
            ensure!(stage.latest("one")? == Some(json!({ "note": "theirs" })), "the rest is not as it was");
            breaks(&[0], Fault::InternalError(Before))
        })
        .apply(with("three"))
        .updates(KEY)
        .between("see that it was written when asked again", || {
            writes(4)?;
            stage.learn("three", "key").map(drop)
        })
        // A server that fails each time is told of.
        .between("break every write", || breaks(&[0, 1, 2, 3, 4, 5], Fault::InternalError(Before)))
        .apply_fails(with("four"))
        .error(Complaint::new("Writing the private key in the field key of the secret").about(KEY).at("key"))
        .between("see that it is where it was", || {
            stage.is_gone("four")?;
            stage.learn("three", "key")?;
            proxy.lift();
            Ok(())
        })
        .apply_again()
        .updates(KEY)
        .destroy()
        .between("see that nothing is left", || {
            ["three", "four"].into_iter().try_for_each(|path| stage.is_gone(path))?;
            stage.has_nowhere("two", "key")
        })
        .run()
}

/// Killed when the server has the key and the state not yet, and when it has left the latest version and not yet the one
/// before.
fn killed(stage: &Stage<'_>) -> Result<()> {
    let proxy = stage.proxy()?;
    let (write, destroy) = (format!("/v1/{}/data/*", stage.mount), format!("/v1/{}/destroy/*", stage.mount));
    let project = &stage.on.project;
    let theirs = json!({ "note": "theirs" });
    stage.write("one", &theirs)?;
    project.configure(&stage.through(&proxy, &stage.key(&stage.home("one", "key"), "")))?;
    project.init()?;
    let cut_off = |path: &str, fault, verb: &str, is_reached: &dyn Fn() -> Result<()>| -> Result<()> {
        begin(&proxy, path, fault);
        let mut running =
            project.command([verb, "-input=false", "-auto-approve"]).within(Duration::from_secs(120)).start()?;
        wait_until("the request", Duration::from_secs(60), is_reached)?;
        running.kill_group()?;
        let _ = running.wait()?;
        drop(running);
        proxy.lift();
        Ok(())
    };
    cut_off(&write, Fault::Timeout(After), "apply", &|| stage.learn("one", "key").map(drop))?;
    ensure!(project.resources()?.is_empty(), "the state has it");
    let first = key_id(&stage.learn("one", "key")?);
    let again = project.apply(&[])?;
    ensure!(again.contains("is taken over"), "it was made anew");
    ensure!(key_id(&stage.learn("one", "key")?) == first, "there is another key");

    cut_off(&destroy, Fault::Timeout(Before), "destroy", &|| {
        ensure!(stage.latest("one")? == Some(theirs.clone()), "it is still in the latest version");
        ensure!(proxy.calls().len() == 1, "it has not come so far");
        Ok(())
    })?;
    ensure!(stage.has_nowhere("one", "key").is_err(), "there was nothing left to do");
    // To a refresh it is lost, which keeps an authority from being made anew, and says so.
    let refused = project.command(["destroy", "-input=false", "-auto-approve"]).run()?;
    ensure!(refused.contains("destroyed with"), "the way out is not told");
    project.destroy(&["-refresh=false"])?;
    stage.has_nowhere("one", "key")?;
    ensure!(stage.latest("one")? == Some(theirs), "what else is in the secret is not as it was");
    Ok(())
}

fn begin(proxy: &FaultProxy, path: &str, fault: Fault) {
    proxy.count(Filter::all().method("POST").path(path));
    proxy.begin_round();
    proxy.fail(0, fault);
}
