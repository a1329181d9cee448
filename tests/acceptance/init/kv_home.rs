//! Keys in a secret of another server, which runs already.

use std::fs;
use std::path::{Path, PathBuf};

use acceptance::cli::matcher::is;
use acceptance::cli::{Cli, Complaint};
use acceptance::leak_scan::{Allowance, Surface};
use acceptance::{Product, Scenario, VaultServer};
use anyhow::{Context as _, Result, ensure};
use fault_proxy::Moment::{After, Before};
use fault_proxy::{Fault, Filter};
use serde_json::{Value, json};

use super::in_front_of;
use crate::new_server::{INIT, Stage, UNSEAL};
use crate::on_server::product;

/// The server that keeps the keys of the other one.
struct Keeper {
    server: &'static VaultServer,
    mount: String,
    token_file: PathBuf,
}

impl Keeper {
    /// With the rights that the documentation names, and no others.
    fn create(scenario: &Scenario, stage: &Stage<'_>, product: Product, stem: &str) -> Result<Self> {
        let server = VaultServer::shared(scenario, product)?;
        let mount = format!("keys-{stem}");
        let body = json!({ "type": "kv", "options": { "version": "2" } });
        server.root()?.post(&format!("/v1/sys/mounts/{mount}"), &body)?.ok()?;
        let mut policy = format!("path \"{mount}/destroy/cluster/one\" {{ capabilities = [\"update\"] }}\n");
        for name in ["cluster/one", "cluster/one.initialising"] {
            policy += &format!(
                "path \"{mount}/data/{name}\" {{ capabilities = [\"create\", \"read\", \"update\"] }}\n\
                 path \"{mount}/metadata/{name}\" {{ capabilities = [\"read\", \"delete\"] }}\n"
            );
        }
        let token_file = stage.folder.join("keeper.token");
        fs::write(&token_file, server.token_with_policy(&format!("test-{mount}"), &policy)?)?;
        let keeper = Self { server, mount, token_file };
        // A mount that was just made is being upgraded for a moment.
        let there = || keeper.get("cluster/one").map(drop);
        acceptance::wait_until("the mount of the keys", std::time::Duration::from_secs(30), there)?;
        Ok(keeper)
    }

    fn home_at(&self, address: &str) -> String {
        format!(
            "{{\n    vault_kv = {{\n      address      = {address:?}\n      ca_cert_file = {:?}\n      token_file   = {:?}\n      \
             mount        = {:?}\n      path         = \"cluster/one\"\n    }}\n  }}",
            self.server.authority().certificate_file(),
            self.token_file,
            self.mount
        )
    }

    fn home(&self) -> String {
        self.home_at(self.server.address())
    }

    /// What is in the secret; `None` if there is none.
    fn get(&self, name: &str) -> Result<Option<Value>> {
        let reply = self.server.root()?.get(&format!("/v1/{}/data/{name}", self.mount))?;
        if reply.status == 404 { Ok(None) } else { Ok(reply.ok()?.pointer("/data/data").cloned()) }
    }

    /// The text of the keys, learnt.
    fn learn(&self, stage: &Stage<'_>) -> Result<Value> {
        let found = self.get("cluster/one")?.context("there are no keys")?;
        let text = found.pointer("/keys").and_then(Value::as_str).context("there is no field keys")?;
        ensure!(self.get("cluster/one.initialising")?.is_none(), "the stage is still there");
        stage.learn_text("the other server", text)
    }

    fn remove(&self) -> Result<()> {
        self.server.root()?.delete(&format!("/v1/{}/metadata/cluster/one", self.mount))?.ok().map(drop)
    }
}

fn with(stage: &Stage<'_>, home: &str, lines: &str) -> String {
    format!(
        "{}resource \"secretzero_unseal\" \"this\" {{\n  keys = secretzero_init.this.keys\n}}\n",
        stage.init(&format!("  keys = {home}\n  shares = 3\n  threshold = 2\n{lines}"))
    )
}

#[test]
fn opentofu() -> Result<()> {
    life(Cli::OpenTofu, "tofu")
}

#[test]
fn terraform() -> Result<()> {
    life(Cli::Terraform, "terraform")
}

fn life(cli: Cli, stem: &str) -> Result<()> {
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let stage = Stage::create(scenario, cli, "")?;
        let keeper = Keeper::create(scenario, &stage, product(cli), stem)?;
        let home = keeper.home();
        let blank = || {
            ensure!(stage.server.health()? == 501, "it was initialised");
            ensure!(keeper.get("cluster/one")?.is_none(), "there are keys");
            Ok(())
        };
        let file = format!("{{ file = {:?} }}", stage.path("keys.json"));
        let root = format!("  root_token = {{ file = {:?} }}\n", stage.path("root.json"));
        let missing = home.replace("keeper.token", "no.token");
        stage
            .story()
            .validate_fails(with(&stage, &home.replace("https://", "http://vault.home.arpa"), ""))
            .error(Complaint::new("Unusable Server Address").about(INIT))
            .validate_fails(with(&stage, &home.replace("cluster/one", "cluster//one"), ""))
            .error(Complaint::new("Not the Path of a Secret").about(INIT))
            .apply_fails(with(&stage, &keeper.home_at(stage.server.address()), ""))
            .error(Complaint::new("A Server Can't Keep Its Own Keys").about(INIT))
            .apply_fails(with(&stage, &missing, ""))
            .error(Complaint::new("The token_file of vault_kv does not exist").detail("no.token").about(INIT))
            .apply_fails(with(&stage, &home.replace("cluster/one", "cluster/two"), ""))
            .error(Complaint::new("The keys of the server can't be kept in").detail("permission denied").about(INIT))
            .between("see that nothing was done", blank)
            .apply(with(&stage, &home, ""))
            .creates(INIT)
            .attribute(INIT, "/shares", is(3))
            .attribute(UNSEAL, "/ready", is(true))
            .between("look at the keys, and restart the server", || {
                let keys = keeper.learn(&stage)?;
                ensure!(keys.pointer("/unseal_threshold") == Some(&2.into()), "the threshold is not written");
                ensure!(stage.files("")? == ["keeper.token"], "there are files: {:?}", stage.files("")?);
                stage.server.restart()
            })
            .apply_again()
            .updates(UNSEAL)
            .leaves(INIT)
            .attribute(UNSEAL, "/ready", is(true))
            .destroy()
            .warning(Complaint::new("The keys of the server stay where they are").detail("cluster/one"))
            .apply(with(&stage, &home, ""))
            .warning(Complaint::new("The server is initialised already, and taken over").detail("cluster/one"))
            // The root token gets a file of its own, and no earlier version of the secret has it any more.
            .apply(with(&stage, &home, &root))
            .updates(INIT)
            .between("look at the versions", || {
                let keys = keeper.learn(&stage)?;
                ensure!(keys.pointer("/root_token") == Some(&"".into()), "the root token is still there");
                stage.learn("root.json")?;
                let first = keeper.server.root()?.get(&format!("/v1/{}/data/cluster/one?version=1", keeper.mount))?;
                ensure!(first.status == 404, "the version before is still there");
                Ok(())
            })
            // Into a file, and back.
            .apply(with(&stage, &file, ""))
            .updates(INIT)
            .keeps(INIT, "/key_fingerprints")
            .between("see that they have moved", || {
                stage.learn("keys.json")?;
                ensure!(stage.files("")? == ["keeper.token", "keys.json"], "{:?}", stage.files("")?);
                ensure!(keeper.get("cluster/one")?.is_none(), "they are still there");
                Ok(())
            })
            .apply(with(&stage, &home, ""))
            .updates(INIT)
            .between("see that they are back", || {
                keeper.learn(&stage)?;
                ensure!(stage.files("")? == ["keeper.token"], "{:?}", stage.files("")?);
                Ok(())
            })
            .between("lose them", || keeper.remove())
            .apply_again()
            .changes_nothing()
            .warning(Complaint::new("The keys of the server are not as they were stored").detail("cluster/one"))
            .destroy()
            .apply_fails(with(&stage, &home, ""))
            .error(Complaint::new("The server is initialised already, and its keys are not at hand").about(INIT))
            .run()
    })
}

/// Whatever breaks between the two, the keys are somewhere, and the next apply finds them there.
#[test]
fn a_keeper_that_fails_loses_nothing() -> Result<()> {
    Scenario::run(&[Cli::OpenTofu.tool(), Product::OpenBao.tool()], |scenario| {
        let stage = Stage::create(scenario, Cli::OpenTofu, "")?;
        let keeper = Keeper::create(scenario, &stage, Product::OpenBao, "faults")?;
        let proxy = in_front_of(keeper.server.address(), keeper.server.authority())?;
        // Of the requests that write: proof, record, stage, the secret itself.
        proxy.count(Filter::all().method("POST").path(&format!("/v1/{}/*", keeper.mount)));
        let home = keeper.home_at(proxy.address());
        // The proxy has a certificate of the same authority.
        let configuration = with(&stage, &home, "");
        let breaks = |index: usize, fault| {
            proxy.begin_round();
            proxy.lift();
            proxy.fail(index, fault);
            Ok(())
        };
        let module = stage.project.module();
        scenario.allow(
            Allowance::of_everything(Surface::Other)
                .at("secretzero-init-keys-")
                .because("the keys have no other place when their home fails, and the error names this one"),
        );
        let fallback = || -> Result<PathBuf> {
            let is_one = |path: &Path| path.to_string_lossy().contains("secretzero-init-keys-");
            let mut found =
                fs::read_dir(&module)?.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| is_one(path));
            found.next().context("there is no fallback file")
        };
        let again = || {
            keeper.remove()?;
            stage.reset()
        };
        let mut story = stage.story();
        for index in 0..4 {
            // A reply that was lost is found by reading.
            story = story
                .between("lose a reply", move || breaks(index, Fault::Reset(After)))
                .apply(&*configuration)
                .creates(INIT)
                .between("look at the keys", || keeper.learn(&stage).map(drop))
                .destroy()
                .between("begin anew", again);
        }
        story
            .between("break the record off", || breaks(1, Fault::InternalError(Before)))
            .apply_fails(&*configuration)
            .error(Complaint::new("The keys of the server can't be kept in").about(INIT))
            .between("see that the server was not asked", || {
                ensure!(stage.server.health()? == 501, "it was initialised");
                breaks(2, Fault::InternalError(Before))
            })
            .apply_fails(&*configuration)
            .error(
                Complaint::new("The keys of the server can't be kept in").detail("secretzero-init-keys-").about(INIT),
            )
            .between("put the keys where the error says", || {
                let path = fallback()?;
                let text = fs::read_to_string(&path)?;
                stage.learn_text("the fallback", &text)?;
                fs::remove_file(&path)?;
                let body = json!({ "data": { "keys": text } });
                keeper.server.root()?.post(&format!("/v1/{}/data/cluster/one", keeper.mount), &body)?.ok()?;
                proxy.lift();
                Ok(())
            })
            .apply_again()
            .creates(INIT)
            .attribute(UNSEAL, "/ready", is(true))
            .between("look at the keys", || keeper.learn(&stage).map(drop))
            .destroy()
            .between("begin anew, and break the last write off", || {
                again()?;
                breaks(3, Fault::InternalError(Before))
            })
            .apply_fails(&*configuration)
            .error(
                Complaint::new("The keys of the server can't be kept in")
                    .detail("cluster/one.initialising")
                    .about(INIT),
            )
            .between("mend it", || {
                proxy.lift();
                Ok(())
            })
            .apply_again()
            .creates(INIT)
            .between("look at the keys", || keeper.learn(&stage).map(drop))
            .destroy()
            .run()
    })
}
