//! Mounts that share a process, used at the same time in random order: none ever sees what belongs to another. On OpenBao some
//! of them are in namespaces.
//!
//! `SECRETZERO_SEED` repeats the order of a run that failed. It is printed by each.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use acceptance::cli::workspace_binary;
use acceptance::{Http, Product, Scenario, VaultPlugin, VaultServer, wait_until};
use anyhow::{Context as _, Result, anyhow, ensure};
use fastrand::Rng;
use serde_json::{Value, json};

use crate::plugin_requests::PROGRAM;

/// Steps of each mount in each phase.
const STEPS: usize = 40;

/// All mounts use the same names.
const NAMES: [&str; 4] = ["a", "b", "folder-c", "d"];

const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn openbao() -> Result<()> {
    side_by_side(Product::OpenBao, &[("", "box"), ("", "boxes"), ("red/", "box"), ("red/blue/", "box")])
}

#[test]
fn vault() -> Result<()> {
    side_by_side(Product::Vault, &[("", "box"), ("", "boxes"), ("", "deep/box"), ("", "deep/boxes")])
}

/// A mount, and what has to be in it.
struct Model<'a> {
    client: &'a Http,
    namespace: &'static str,
    mount: &'static str,
    random: Rng,
    objects: BTreeMap<String, Value>,
    loans: usize,
}

fn side_by_side(product: Product, places: &[(&'static str, &'static str)]) -> Result<()> {
    let given = std::env::var("SECRETZERO_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| fastrand::u64(..));
    println!("SEED {seed} of the mounts side by side on {}", product.name());
    Scenario::run(&[product.tool()], |scenario| {
        // Its process is killed: it has to have the server for itself.
        let server = VaultServer::start(scenario.folder(), product)?;
        let plugin = VaultPlugin::register(&server, "example", &workspace_binary(PROGRAM)?, None)?;
        let mut random = Rng::with_seed(seed);
        let mut models = Vec::new();
        for (namespace, mount) in places.iter().copied() {
            if !namespace.is_empty() {
                let (parent, name) = namespace.trim_end_matches('/').rsplit_once('/').unwrap_or(("", namespace));
                let parent = if parent.is_empty() { String::new() } else { format!("{parent}/") };
                let path = format!("/v1/{parent}sys/namespaces/{}", name.trim_end_matches('/'));
                plugin.client().post(&path, &json!({}))?.ok()?;
            }
            let path = format!("/v1/{namespace}sys/mounts/{mount}");
            plugin.client().post(&path, &json!({ "type": plugin.name() }))?.ok()?;
            let (client, random) = (plugin.client(), random.fork());
            models.push(Model { client, namespace, mount, random, objects: BTreeMap::new(), loans: 0 });
        }
        let process = plugin.processes()?;
        ensure!(process.len() == 1, "the mounts do not share one process: {process:?}");
        let run = |models: &mut Vec<Model<'_>>| together(models).with_context(|| format!("with the seed {seed}"));
        run(&mut models).context("at first")?;
        ensure!(plugin.processes()? == process, "the process has ended");
        plugin.kill9()?;
        all_answer(&models)?;
        run(&mut models).context("after the process was killed")?;
        plugin.reload("box")?;
        all_answer(&models)?;
        run(&mut models).context("after a reload")
    })
}

fn together(models: &mut [Model<'_>]) -> Result<()> {
    thread::scope(|scope| {
        let running: Vec<_> = models.iter_mut().map(|model| scope.spawn(|| model.run())).collect();
        running.into_iter().try_for_each(|model| model.join().map_err(|_| anyhow!("a thread panicked"))?)
    })
}

fn all_answer(models: &[Model<'_>]) -> Result<()> {
    for model in models {
        wait_until(&format!("{} to answer", model.path("")), PATIENCE, || model.check_list())?;
    }
    Ok(())
}

impl Model<'_> {
    fn path(&self, rest: &str) -> String {
        format!("/v1/{}{}/{rest}", self.namespace, self.mount)
    }

    fn run(&mut self) -> Result<()> {
        for step in 0..STEPS {
            self.step().with_context(|| format!("step {step} of {}", self.path("")))?;
        }
        for name in NAMES {
            self.check(name)?;
        }
        self.check_loans()
    }

    fn step(&mut self) -> Result<()> {
        let name = NAMES[self.random.usize(..NAMES.len())];
        match self.random.u8(..12) {
            0..4 => {
                let object = json!({ "of": self.path(""), "number": self.random.u32(..) });
                self.client.put(&self.path(&format!("kv/{name}")), &object)?.ok()?;
                self.objects.insert(name.to_owned(), object);
                Ok(())
            }
            4..7 => self.check(name),
            7 => {
                self.client.delete(&self.path(&format!("kv/{name}")))?.ok()?;
                self.objects.remove(name);
                Ok(())
            }
            8 => self.check_list(),
            9 => self.rename(name),
            10 => self.lend(name),
            _ => self.take_back(),
        }
    }

    fn check(&self, name: &str) -> Result<()> {
        let reply = self.client.get(&self.path(&format!("kv/{name}")))?;
        match self.objects.get(name) {
            None => reply.refused_with(404),
            Some(object) => {
                let found = reply.ok()?;
                ensure!(found["data"] == *object, "{} and not {object}", found["data"]);
                Ok(())
            }
        }
    }

    fn check_list(&self) -> Result<()> {
        let reply = self.client.list(&self.path("kv/"))?;
        if self.objects.is_empty() {
            return reply.refused_with(404);
        }
        let found = reply.ok()?;
        let names: Vec<&String> = self.objects.keys().collect();
        ensure!(found["data"]["keys"] == json!(names), "{} and not {names:?}", found["data"]["keys"]);
        Ok(())
    }

    fn rename(&mut self, from: &str) -> Result<()> {
        let to = NAMES[self.random.usize(..NAMES.len())];
        let reply = self.client.post(&self.path(&format!("rename/{from}")), &json!({ "to": to }))?;
        let Some(object) = self.objects.remove(from) else { return reply.refused_with(404) };
        reply.ok()?;
        self.objects.insert(to.to_owned(), object);
        Ok(())
    }

    fn lend(&mut self, name: &str) -> Result<()> {
        let reply = self.client.get(&self.path(&format!("lend/{name}")))?;
        let Some(object) = self.objects.get(name) else { return reply.refused_with(404) };
        let lent = reply.ok()?;
        ensure!(lent["data"] == *object, "{} and not {object}", lent["data"]);
        self.loans += 1;
        self.check_loans()
    }

    fn take_back(&mut self) -> Result<()> {
        let path = format!("/v1/{}sys/leases/revoke-prefix/{}", self.namespace, self.mount);
        self.client.put(&path, &json!({ "sync": true }))?.ok()?;
        self.loans = 0;
        self.check_loans()
    }

    fn check_loans(&self) -> Result<()> {
        let reply = self.client.list(&self.path("loans"))?;
        if self.loans == 0 {
            return reply.refused_with(404);
        }
        let found = reply.ok()?;
        let found = found.pointer("/data/keys").and_then(Value::as_array).map_or(0, Vec::len);
        ensure!(found == self.loans, "{found} loans and not {}", self.loans);
        Ok(())
    }
}
