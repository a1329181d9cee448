//! `secretzero_kv_secret_v2`, resource and ephemeral resource, under the real `tofu` with OpenBao and `terraform` with Vault.

use std::time::Duration;

use acceptance::cli::matcher::{absent, has_length, is, null, unknown};
use acceptance::cli::{Cli, Complaint, Import, Row, Rows};
use acceptance::{Canary, Scenario, wait_until};
use anyhow::{Context as _, Result, anyhow, ensure};
use fault_proxy::Moment::{After, Before};
use fault_proxy::{Fault, FaultProxy, Filter, Listen, Upstream};
use serde_json::{Value, json};

use crate::on_server::{OnServer, product, run_beside_the_peer, without_history_in_kv};

const SECRET: &str = "secretzero_kv_secret_v2.one";
const READER: &str = "secretzero_kv_secret_v2.reader";

const VARIABLE: &str = "variable \"secret\" {\n  type      = string\n  ephemeral = true\n}\n";

#[test]
fn opentofu() -> Result<()> {
    every_row(Cli::OpenTofu)
}

#[test]
fn terraform() -> Result<()> {
    every_row(Cli::Terraform)
}

fn every_row(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let mut rows = Rows::of("secretzero_kv_secret_v2", cli);
        let stage = |stem: &'static str| Stage::create(scenario, cli, stem);
        let lived = life(stage("life")).map_err(|error| format!("{error:#}"));
        for row in [
            Row::Apply,
            Row::EmptyPlan,
            Row::EmptyPlanWithRefresh,
            Row::PlanChecks,
            Row::UpdateAndReplace,
            Row::WriteOnly,
            Row::Destroy,
            Row::Refresh,
            Row::PlanOnly,
        ] {
            rows.run(row, || lived.clone().map_err(|text| anyhow!(text)));
        }
        rows.run(Row::UpdateAndReplace, || generated(stage("generated")));
        let imported = import(stage("import"), cli).map_err(|error| format!("{error:#}"));
        for row in [Row::Import, Row::ImportBlock, Row::GeneratedConfiguration] {
            rows.run(row, || imported.clone().map_err(|text| anyhow!(text)));
        }
        match cli {
            Cli::OpenTofu => rows.run(Row::ImportByIdentity, || imported.map_err(|text| anyhow!(text))),
            Cli::Terraform => rows.not_measured(Row::ImportByIdentity, "Terraform 1.11 has no identities"),
        }
        rows.run(Row::ExpectedError, || errors(stage("errors")));
        rows.run(Row::ExpectedError, || another(stage("another")));
        rows.run(Row::ExpectedError, || forbidden(stage("forbidden")));
        rows.run_all(&[Row::Disappears, Row::Replace], || disappears(stage("disappears")));
        rows.run(Row::Drift, || drift(stage("drift")));
        run_beside_the_peer(&mut rows, Row::Moved, || moved(Stage::with_peer(scenario, cli, "moved")));
        rows.run(Row::Ephemeral, || ephemeral(stage("ephemeral")));
        rows.run(Row::UnknownProviderConfiguration, || unknown_provider(stage("unknown")));
        rows.run(Row::PartialFailure, || adopted(stage("adopted")));
        rows.run(Row::PartialFailure, || lost_replies(stage("lost")));
        without_history_in_kv(&mut rows);
        rows.finish()
    })
}

/// A mount of its own, and a secret that is looked for.
struct Stage<'a> {
    scenario: &'a Scenario,
    on: OnServer,
    mount: String,
    canary: Canary,
}

impl<'a> Stage<'a> {
    fn create(scenario: &'a Scenario, cli: Cli, stem: &str) -> Result<Self> {
        Self::of(scenario, OnServer::create(scenario, cli, &format!("kv-{stem}"), &rights(stem))?, stem)
    }

    fn with_peer(scenario: &'a Scenario, cli: Cli, stem: &str) -> Result<Self> {
        // The peer reads the mount, too.
        Self::of(scenario, OnServer::with_peer(scenario, cli, &format!("kv-{stem}"), &rights(stem))?, stem)
    }

    fn of(scenario: &'a Scenario, on: OnServer, stem: &str) -> Result<Self> {
        let mount = format!("kv-{stem}");
        // The provider has to cope with a mount that is still being upgraded.
        on.put(&format!("sys/mounts/{mount}"), &json!({ "type": "kv", "options": { "version": "2" } }))?;
        Ok(Self { scenario, on, mount, canary: scenario.canary("what is in the secret")? })
    }

    /// A configuration with these lines in the resource.
    fn with(&self, name: &str, lines: &str) -> String {
        self.on.with(&(VARIABLE.to_owned() + &self.resource(name, lines)))
    }

    fn resource(&self, name: &str, lines: &str) -> String {
        let mount = &self.mount;
        format!("resource \"secretzero_kv_secret_v2\" \"one\" {{\n  mount = {mount:?}\n  name  = {name:?}\n{lines}}}\n")
    }

    /// What is at the latest version; fails if there is none.
    fn found(&self, name: &str) -> Result<Value> {
        let reply = self.on.get(&format!("{}/data/{name}", self.mount))?;
        reply.map(|reply| reply["data"].clone()).with_context(|| format!("there is no {name}"))
    }

    fn field(&self, name: &str, field: &str) -> Result<String> {
        Ok(self.found(name)?["data"][field].as_str().unwrap_or_default().to_owned())
    }

    fn write(&self, name: &str, data: &Value) -> Result<()> {
        self.put(&format!("{}/data/{name}", self.mount), &json!({ "data": data }))
    }

    fn note_down(&self, name: &str, metadata: &Value) -> Result<()> {
        self.put(&format!("{}/metadata/{name}", self.mount), metadata)
    }

    /// A mount that is still being upgraded refuses the test, too.
    fn put(&self, path: &str, body: &Value) -> Result<()> {
        wait_until("the mount to be upgraded", Duration::from_secs(20), || self.on.put(path, body))
    }

    fn is(&self, name: &str, expected: &Value) -> Result<()> {
        ensure!(self.found(name)?["data"] == *expected, "{name} is not as expected");
        Ok(())
    }
}

/// What the provider may do here, and what the documentation says that it needs.
fn rights(stem: &str) -> String {
    let all = "capabilities = [\"create\", \"read\", \"update\", \"delete\"]";
    match stem {
        "forbidden" => "path \"kv-forbidden/metadata/*\" { capabilities = [\"read\"] }".to_owned(),
        // With a second mount.
        "errors" => format!("path \"kv-errors/*\" {{ {all} }}\npath \"kv-errors-1/*\" {{ {all} }}\n"),
        _ => format!("path \"kv-{stem}/data/*\" {{ {all} }}\npath \"kv-{stem}/metadata/*\" {{ {all} }}\n"),
    }
}

/// Fields with the secret in one of them.
fn contents(user: &str, version: i64) -> String {
    format!(
        "  data_json_wo         = jsonencode({{ user = {user:?}, password = var.secret, port = 5432 }})\n  \
         data_json_wo_version = {version}\n"
    )
}

fn life(stage: Result<Stage<'_>>) -> Result<()> {
    let stage = stage?;
    let secret = stage.canary.value();
    let written = |user: &str| json!({ "user": user, "password": secret, "port": 5432 });
    stage
        .on
        .story()
        .variable("secret", secret)
        .plan(stage.with("team/life", &contents("a", 1)))
        .creates(SECRET)
        .between("see that nothing was made", || stage.on.has_nothing_at("kv-life/metadata/team/life"))
        .apply(stage.with("team/life", &contents("a", 1)))
        .creates(SECRET)
        .planned(SECRET, "/name", is("team/life"))
        .planned(SECRET, "/metadata", unknown())
        .planned(SECRET, "/changed_elsewhere", is(false))
        .attribute(SECRET, "/id", is("kv-life/data/team/life"))
        .attribute(SECRET, "/path", is("kv-life/data/team/life"))
        .attribute(SECRET, "/data_json_wo", null())
        .attribute(SECRET, "/metadata/version", is("1"))
        .between("see that it is there", || stage.is("team/life", &written("a")))
        // Another value counts with another version only.
        .apply(stage.with("team/life", &contents("b", 1)))
        .changes_nothing()
        .apply(stage.with("team/life", &contents("b", 2)))
        .updates(SECRET)
        .attribute(SECRET, "/metadata/version", is("2"))
        .between("see that it is written", || stage.is("team/life", &written("b")))
        // Without another version, the contents are not touched, and not lost.
        .apply(
            stage.with("team/life", &(contents("c", 2) + "  custom_metadata {\n    data = { owner = \"me\" }\n  }\n")),
        )
        .updates(SECRET)
        .attribute(SECRET, "/metadata/version", is("2"))
        .attribute(SECRET, "/metadata/custom_metadata", is("{\"owner\":\"me\"}"))
        .between("see that it is as it was", || stage.is("team/life", &written("b")))
        .refresh()
        .apply(stage.with("life-2", &(contents("b", 2) + "  delete_all_versions = true\n")))
        .replaces(SECRET)
        .between("see that the old one can be brought back", || {
            stage.on.has_nothing_at("kv-life/data/team/life")?;
            stage.on.put("kv-life/undelete/team/life", &json!({ "versions": [2] }))?;
            stage.is("team/life", &written("b"))
        })
        .destroy()
        .between("see that nothing is left of the new one", || stage.on.has_nothing_at("kv-life/metadata/life-2"))
        .run()
}

/// Values that are made up are made once.
fn generated(stage: Result<Stage<'_>>) -> Result<()> {
    let stage = stage?;
    let fields = |text: &str| format!("  generate = {{\n{text}  }}\n");
    let seen = std::cell::RefCell::new((String::new(), String::new()));
    let look = || -> Result<(String, String)> {
        Ok((stage.field("generated", "password")?, stage.field("generated", "cookie")?))
    };
    stage
        .on
        .story()
        .variable("secret", stage.canary.value())
        .apply(stage.with(
            "generated",
            &(contents("a", 1).replace("password = var.secret", "token = var.secret")
                + &fields("    password = {}\n    cookie = { length = 40, first = \"letter\", min_digits = 4 }\n")),
        ))
        .creates(SECRET)
        .attribute(SECRET, "/generate/password/length", is(32))
        .between("look at what was made", || {
            let (password, cookie) = look()?;
            ensure!(password.len() == 32 && cookie.len() == 40, "they are not as long as they should be");
            ensure!(cookie.starts_with(|first: char| first.is_ascii_alphabetic()), "it begins with no letter");
            ensure!(cookie.chars().filter(char::is_ascii_digit).count() >= 4, "it has too few digits");
            stage.scenario.learnt("a password that was made up", &password)?;
            stage.scenario.learnt("a cookie that was made up", &cookie)?;
            seen.replace((password, cookie));
            Ok(())
        })
        // Another length changes nothing of what is there, and what is declared can go while they stay.
        .apply(stage.with("generated", &fields("    password = { length = 64 }\n    cookie = {}\n")))
        .updates(SECRET)
        .between("see that they are the same", || {
            ensure!(look()? == *seen.borrow(), "they were made anew");
            Ok(())
        })
        .apply(
            stage.with("generated", &fields("    password = { rotate = \"2026-12\", length = 64 }\n    cookie = {}\n")),
        )
        .updates(SECRET)
        .between("see that one is another", || {
            let (password, cookie) = look()?;
            stage.scenario.learnt("a password that was made anew", &password)?;
            ensure!(password != seen.borrow().0 && password.len() == 64, "the password was not made anew");
            ensure!(cookie == seen.borrow().1, "the cookie was made anew");
            Ok(())
        })
        // Somebody else's value is kept like one's own.
        .between("set another", || {
            stage.write("generated", &json!({ "password": stage.canary.value(), "cookie": "c" }))
        })
        .apply_again()
        .updates(SECRET)
        .planned(SECRET, "/changed_elsewhere", is(false))
        .between("see that it stays", || {
            ensure!(stage.field("generated", "password")? == stage.canary.value(), "it was made anew");
            Ok(())
        })
        .destroy()
        .run()
}

/// Contents that nobody declares are left alone, and what is said of them is found.
fn import(stage: Result<Stage<'_>>, cli: Cli) -> Result<()> {
    let stage = stage?;
    let lines = "  custom_metadata {\n    max_versions         = 3\n    delete_version_after = \"100h0m0s\"\n    \
                 data                 = { owner = \"me\" }\n  }\n";
    let metadata =
        json!({ "max_versions": 3, "delete_version_after": "360000s", "custom_metadata": { "owner": "me" } });
    let story = stage
        .on
        .story()
        .variable("secret", "unused")
        .between("make it", || {
            stage.note_down("team/import", &metadata)?;
            stage.write("team/import", &json!({ "password": stage.canary.value() }))
        })
        .apply(stage.with("team/import", lines))
        .creates(SECRET)
        .warning("Took over the secret \"kv-import/team/import\"")
        .import(SECRET, "kv-import/data/team/import")
        .import_block(SECRET, "kv-import/data/team/import")
        .generate_configuration(stage.on.with(VARIABLE), SECRET, "kv-import/data/team/import");
    let story = match cli {
        Cli::OpenTofu => {
            let identity = json!({ "mount": "kv-import", "name": "team/import" });
            story.import_block(SECRET, Import::Identity(identity))
        }
        Cli::Terraform => story,
    };
    story
        .between("see that it is as it was", || stage.is("team/import", &json!({ "password": stage.canary.value() })))
        .destroy()
        .run()
}

fn errors(stage: Result<Stage<'_>>) -> Result<()> {
    let stage = stage?;
    let with = |lines: &str| stage.with("errors", lines);
    let refused = |text: &str, field: &str| Complaint::new(text).about(SECRET).at(field);
    let old = || stage.on.put("sys/mounts/kv-errors-1", &json!({ "type": "kv", "options": { "version": "1" } }));
    stage
        .on
        .story()
        .variable("secret", stage.canary.value())
        .validate_fails(with("  data_json = \"{}\"\n"))
        .error(refused("data_json Is Not Taken", "data_json").detail("data_json_wo"))
        .validate_fails(with("  options = { cas = 1 }\n  data_json_wo = \"[]\"\n  data_json_wo_version = 1\n"))
        .error(refused("options Is Not Taken", "options").detail("Use cas"))
        .error(refused("", "data_json_wo").detail("must be a JSON object"))
        .validate_fails(with("  generate = { a = { min_special = 1 } }\n  disable_read = true\n"))
        .error(refused("No Value Can Be Made Up", "a").detail("\"a\""))
        .error(refused("generate Is Not Taken", "generate").detail("disable_read"))
        .apply_fails(with(&(contents("a", 1) + "  generate = { password = {} }\n")))
        .error(Complaint::new("Two Values For One Field").detail("\"password\"").about(SECRET))
        .apply_fails(with(&(contents("a", 1) + "  cas = 7\n")))
        .error(Complaint::new("Another Version of the secret").detail("not at version 7").about(SECRET))
        .between("see that nothing was written", || stage.on.has_nothing_at("kv-errors/metadata/errors"))
        // An engine of version 1 would take the path for a name.
        .between("make a mount of version 1", old)
        .apply_fails(with(&contents("a", 1)).replace("\"kv-errors\"", "\"kv-errors-1\""))
        .error(Complaint::new("Writing the secret").detail("KV of version 1").about(SECRET).at("mount"))
        .between("remove it", || stage.on.delete("sys/mounts/kv-errors-1"))
        .run()
}

/// A secret that somebody else made is not replaced in silence.
fn another(stage: Result<Stage<'_>>) -> Result<()> {
    let stage = stage?;
    let theirs = json!({ "user": "theirs", "extra": "e" });
    stage
        .on
        .story()
        .variable("secret", stage.canary.value())
        .between("make another", || stage.write("another", &theirs))
        .apply_fails(stage.with("another", &contents("ours", 1)))
        .error(
            Complaint::new("There Is Another Secret \"kv-another/another\"")
                .detail("differs in: data_json_wo, undeclared_fields")
                .detail("terraform import ADDRESS 'kv-another/data/another'")
                .about(SECRET),
        )
        .between("see that it is as it was", || stage.is("another", &theirs))
        .run()
}

/// A token without the right to write is told which right it lacks.
fn forbidden(stage: Result<Stage<'_>>) -> Result<()> {
    let stage = stage?;
    stage
        .on
        .story()
        .variable("secret", stage.canary.value())
        .apply_fails(stage.with("forbidden", &contents("a", 1)))
        .error(
            Complaint::new("Creating the secret \"kv-forbidden/forbidden\"")
                .detail("kv-forbidden/data/forbidden: permission denied (403)")
                .detail("test-kv-forbidden")
                .about(SECRET),
        )
        .run()
}

fn disappears(stage: Result<Stage<'_>>) -> Result<()> {
    let stage = stage?;
    let at = |what: &str| format!("kv-disappears/{what}/disappears");
    stage
        .on
        .story()
        .variable("secret", stage.canary.value())
        .apply(stage.with("disappears", &contents("a", 1)))
        .between("delete the latest version", || stage.on.delete(&at("data")))
        .apply_again()
        .creates(SECRET)
        .attribute(SECRET, "/metadata/version", is("2"))
        .between("remove all of it", || stage.on.delete(&at("metadata")))
        .apply_again()
        .creates(SECRET)
        .attribute(SECRET, "/metadata/version", is("1"))
        .taint(SECRET)
        .apply_again()
        .replaces(SECRET)
        .attribute(SECRET, "/metadata/version", is("2"))
        .between("remove the mount", || stage.on.delete("sys/mounts/kv-disappears"))
        .destroy()
        .run()
}

fn drift(stage: Result<Stage<'_>>) -> Result<()> {
    let stage = stage?;
    let ours = json!({ "user": "a", "password": stage.canary.value(), "port": 5432 });
    let mut theirs = ours.clone();
    theirs["user"] = "theirs".into();
    theirs["extra"] = "e".into();
    let mut both = ours.clone();
    both["extra"] = "e".into();
    let note = "  custom_metadata {\n    data = { owner = \"me\" }\n  }\n";
    let keeping = contents("a", 1) + "  undeclared_fields = \"keep\"\n" + note;
    stage
        .on
        .story()
        .variable("secret", stage.canary.value())
        .apply(stage.with("drift", &(contents("a", 1) + note)))
        .between("write another", || stage.write("drift", &theirs))
        .apply_again()
        .updates(SECRET)
        .attribute(SECRET, "/metadata/version", is("3"))
        .between("see that it is as before", || stage.is("drift", &ours))
        // What is written once more and is the same costs no version.
        .between("write the same", || stage.write("drift", &ours))
        .apply_again()
        .updates(SECRET)
        .attribute(SECRET, "/metadata/version", is("4"))
        .between("note something else down", || {
            stage.note_down("drift", &json!({ "max_versions": 5, "cas_required": true, "custom_metadata": {} }))
        })
        .apply_again()
        .updates(SECRET)
        .attribute(
            SECRET,
            "/custom_metadata",
            is(json!({
                "max_versions": null, "cas_required": null, "delete_version_after": null, "data": { "owner": "me" }
            })),
        )
        .apply(stage.with("drift", &keeping))
        .updates(SECRET)
        .between("write another again", || stage.write("drift", &theirs))
        .apply_again()
        .updates(SECRET)
        .between("see that what nobody declared is kept", || stage.is("drift", &both))
        .destroy()
        .run()
}

/// From the provider that people have today.
fn moved(stage: Result<Stage<'_>>) -> Result<()> {
    let stage = stage?;
    let lines = contents("a", 1);
    let block = "moved {\n  from = vault_kv_secret_v2.one\n  to   = secretzero_kv_secret_v2.one\n}\n";
    let theirs = stage.on.peer_block() + VARIABLE + &stage.resource("moved", &lines).replace("secretzero_", "vault_");
    let ours = stage.on.peer_block() + VARIABLE + &stage.resource("moved", &lines) + block;
    stage
        .on
        .story()
        .variable("secret", stage.canary.value())
        .apply(stage.on.with(&theirs))
        .apply(stage.on.with(&ours))
        .moves("vault_kv_secret_v2.one", SECRET)
        .gone("vault_kv_secret_v2.one")
        .attribute(SECRET, "/metadata/version", is("1"))
        .attribute(SECRET, "/data_json", null())
        .destroy()
        .run()
}

/// What was made up goes on to another secret, in the same apply, and is nowhere else.
fn ephemeral(stage: Result<Stage<'_>>) -> Result<()> {
    let stage = stage?;
    let source = stage.resource("source", "  generate = { password = {} }\n");
    let lease = |lines: &str| {
        format!("ephemeral \"secretzero_kv_secret_v2\" \"one\" {{\n  mount = \"kv-ephemeral\"\n{lines}}}\n")
    };
    let reader = "resource \"secretzero_kv_secret_v2\" \"reader\" {\n  mount = \"kv-ephemeral\"\n  name  = \"reader\"\n  \
                  data_json_wo = jsonencode({\n    password = ephemeral.secretzero_kv_secret_v2.one.data.password\n    \
                  all      = jsondecode(ephemeral.secretzero_kv_secret_v2.one.data_json)\n    \
                  version  = ephemeral.secretzero_kv_secret_v2.one.read_version\n  })\n  data_json_wo_version = 1\n}\n";
    let whole = "  name  = \"source\"\n  after = secretzero_kv_secret_v2.one.id\n";
    stage
        .on
        .story()
        .apply(stage.on.with(&[&source, &lease(whole), reader].concat()))
        .creates(READER)
        .between("see what arrived", || {
            let (found, password) = (stage.found("reader")?, stage.field("source", "password")?);
            stage.scenario.learnt("a password that was made up", &password)?;
            let expected = json!({ "password": password, "all": { "password": password }, "version": 1 });
            ensure!(password.len() == 32 && found["data"] == expected, "it did not arrive");
            Ok(())
        })
        // Without `after` it is read at plan, and then there is none.
        .plan_fails(stage.on.with(&(source.clone() + &lease("  name = \"missing\"\n"))))
        .error(
            Complaint::new("Reading the secret \"kv-ephemeral/missing\"")
                .detail("There is no such secret")
                .detail("set `after`")
                .about("ephemeral.secretzero_kv_secret_v2.one"),
        )
        .plan_fails(stage.on.with(&(source.clone() + &lease("  name = \"source\"\n  version = 9\n"))))
        .error(Complaint::new("Reading the secret").detail("There is no version 9"))
        .apply(stage.on.with(&source))
        .gone(READER)
        .destroy()
        .run()
}

/// The address comes from something that is made in the same run.
fn unknown_provider(stage: Result<Stage<'_>>) -> Result<()> {
    let stage = stage?;
    let with = |trigger: &str, version: i64| {
        let block = stage.with("unknown", &contents("a", version));
        let known = format!("{:?}", stage.on.server.address());
        block.replace(&known, "terraform_data.address.output")
            + &format!(
                "resource \"terraform_data\" \"address\" {{\n  input = {known}\n  triggers_replace = {trigger:?}\n}}\n"
            )
    };
    stage
        .on
        .story()
        .variable("secret", stage.canary.value())
        .apply(with("1", 1))
        .creates(SECRET)
        .apply(with("2", 1))
        .leaves(SECRET)
        .warning(Complaint::new("Provider Configuration Not Known Yet").detail("address"))
        .apply(with("3", 2))
        .updates(SECRET)
        .destroy()
        .run()
}

/// What an apply that was cut off has made is taken over, without another version.
fn adopted(stage: Result<Stage<'_>>) -> Result<()> {
    let stage = stage?;
    let made = json!({ "user": "a", "password": stage.canary.value(), "port": 5432.0, "token": "made up before" });
    stage
        .on
        .story()
        .variable("secret", stage.canary.value())
        .between("make it", || stage.write("adopted", &made))
        .apply(stage.with("adopted", &(contents("a", 1) + "  generate = { token = {} }\n")))
        .creates(SECRET)
        .warning("Took over the secret \"kv-adopted/adopted\"")
        .attribute(SECRET, "/metadata/version", is("1"))
        .attribute(SECRET, "/generate", has_length(1))
        .attribute(SECRET, "/token", absent())
        .destroy()
        .run()
}

/// An answer that is lost is found by reading, and what was not done is done once.
fn lost_replies(stage: Result<Stage<'_>>) -> Result<()> {
    let stage = stage?;
    let authority = stage.on.server.authority();
    let identity = authority.server("fault-proxy", &["127.0.0.1"])?;
    let listen = Listen::tls(&identity.certificate_pem, &std::fs::read_to_string(&identity.key_file)?)?;
    let upstream = Upstream::tls(stage.on.server.address(), authority.certificate_pem())?;
    let proxy = FaultProxy::start(upstream, listen)?;
    proxy.count(Filter::all().method("POST").path("/v1/kv-lost/data/*"));
    let through = |version: i64| {
        let known = format!("{:?}", stage.on.server.address());
        stage.with("lost", &contents("a", version)).replace(&known, &format!("{:?}", proxy.address()))
    };
    let breaks = |fault| {
        proxy.begin_round();
        proxy.fail(0, fault);
        Ok(())
    };
    stage
        .on
        .story()
        .variable("secret", stage.canary.value())
        .between("lose the answer", || breaks(Fault::Reset(After)))
        .apply(through(1))
        .creates(SECRET)
        .attribute(SECRET, "/metadata/version", is("1"))
        .between("write another, and break the next write off", || {
            ensure!(proxy.calls().len() == 1, "it was written twice");
            stage.write("lost", &json!({ "user": "theirs" }))?;
            breaks(Fault::BadGatewayHtml(Before))
        })
        .apply(through(2))
        .updates(SECRET)
        .attribute(SECRET, "/metadata/version", is("3"))
        .destroy()
        .run()
}
