//! Line 8: two mounts in one process never see each other's data, whatever happens at the same time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, Result, ensure};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use secrets_engine_conformance::{Behaviour, Mount, PlayedHost};
use serde_json::json;

use crate::{SOUND, program};

/// How many scripts are tried. Each has some dozens of calls.
const CASES: u32 = 24;

/// One thing that a client, or the server, does with a mount.
#[derive(Clone, Debug)]
enum Step {
    Write(u8),
    Read(u8),
    Exists(u8),
    Delete(u8),
    List,
    /// The mount is reloaded: cleaned up and set up again.
    Reload,
    /// The storage becomes slower or faster, which shifts everything that comes.
    Pace(u8),
}

/// What a mount should hold: numbers by names.
type Model = BTreeMap<u8, u32>;

#[test]
fn line_8_two_mounts_never_see_each_others_data() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let Some(host) = runtime.block_on(PlayedHost::start(&program()?))? else { return Ok(()) };
    let host = Arc::new(host);
    let cases = AtomicU32::new(0);
    let config = Config { cases: CASES, failure_persistence: None, max_shrink_iters: 32, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let scripts = (vec(step(), 1..24), vec(step(), 1..24));
    let outcome = runner.run(&scripts, |(one, two)| {
        let case = cases.fetch_add(1, Ordering::Relaxed);
        let played = runtime.block_on(async {
            let (first, second) = (format!("one-{case}"), format!("two-{case}"));
            tokio::try_join!(play(&host, &first, &one), play(&host, &second, &two)).map(drop)
        });
        played.map_err(|error| TestCaseError::fail(format!("{error:#}")))
    });
    println!("INTERLEAVINGS {} scripts", cases.load(Ordering::Relaxed));
    outcome.context("two mounts are not kept apart")
}

fn step() -> impl Strategy<Value = Step> {
    let name = 0..3_u8;
    prop_oneof![
        4 => name.clone().prop_map(Step::Write),
        4 => name.clone().prop_map(Step::Read),
        1 => name.clone().prop_map(Step::Exists),
        1 => name.prop_map(Step::Delete),
        1 => Just(Step::List),
        1 => Just(Step::Reload),
        1 => (0..3_u8).prop_map(Step::Pace),
    ]
}

/// Plays a script on a new mount, beside the other one, and compares every answer with what this mount alone should hold.
async fn play(host: &Arc<PlayedHost>, name: &str, script: &[Step]) -> Result<()> {
    let mount = Mount::start(host, name, SOUND).await?;
    let mut model = Model::new();
    for (number, step) in (0..).zip(script) {
        follow(&mount, name, step, number, &mut model).await.with_context(|| format!("{name}: {step:?}"))?;
    }
    let stored: Vec<String> = mount.contents().await?.entries.into_keys().collect();
    let expected: Vec<String> = model.keys().map(|key| format!("items/{key}")).collect();
    ensure!(stored == expected, "{name} has stored {stored:?} instead of {expected:?}");
    mount.clean_up().await?.ok()?;
    Ok(())
}

async fn follow(mount: &Mount, name: &str, step: &Step, number: u32, model: &mut Model) -> Result<()> {
    match step {
        Step::Write(key) => {
            let data = json!({ "by": name, "number": number });
            mount.request("update", &format!("kv/{key}"), data).await?.data()?;
            model.insert(*key, number);
        }
        Step::Read(key) => {
            let answer = mount.request("read", &format!("kv/{key}"), json!({})).await?;
            match model.get(key) {
                None => drop(answer.expect_status(404).context("it is not there for this mount")?),
                Some(number) => {
                    let data = answer.data()?;
                    ensure!(data == json!({ "by": name, "number": number }), "it read {data}");
                }
            }
        }
        Step::Exists(key) => {
            let answer = mount.existence(&format!("kv/{key}"), json!({})).await?;
            let exists = answer.ok()?.get("exists").cloned();
            ensure!(exists == Some(json!(model.contains_key(key))), "{answer:?}");
        }
        Step::Delete(key) => {
            mount.request("delete", &format!("kv/{key}"), json!({})).await?.data()?;
            model.remove(key);
        }
        Step::List => {
            let answer = mount.request("list", "kv/", json!({})).await?;
            if model.is_empty() {
                answer.expect_status(404)?;
            } else {
                let names: Vec<String> = model.keys().map(u8::to_string).collect();
                let data = answer.data()?;
                ensure!(data == json!({ "keys": names }), "it listed {data}");
            }
        }
        Step::Reload => {
            mount.clean_up().await?.ok()?;
            mount.set_up_again().await?;
        }
        Step::Pace(milliseconds) => {
            mount.behave(Behaviour { delay_ms: u64::from(*milliseconds), ..SOUND }).await?;
        }
    }
    Ok(())
}
