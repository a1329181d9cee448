//! Line 14: the process is killed under load. What was under way may fail once, and what is sent again happens once.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use secrets_engine_conformance::{Answer, Behaviour, Mount};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{SOUND, in_use, keep};

/// How often it is killed.
const KILLS: usize = 10;
/// Requests at the same time.
const LOAD: usize = 20;

#[tokio::test]
async fn line_14_after_a_kill_everything_can_be_sent_again_and_happens_once() -> Result<()> {
    let Some((host, mount)) = in_use().await? else { return Ok(()) };
    for round in 0..KILLS {
        for number in 0..LOAD {
            keep(&mount, &format!("{round}-{number}")).await?;
        }
    }
    // Some are done when the kill comes, some are not.
    mount.behave(Behaviour { delay_ms: 3, ..SOUND }).await?;
    let mut failed = 0;
    for round in 0..KILLS {
        let mut load = JoinSet::new();
        for number in 0..LOAD {
            let (mount, name) = (mount.clone(), format!("{round}-{number}"));
            load.spawn(async move { (lend(&mount, &name).await, name) });
        }
        // Between nothing done and all done.
        tokio::time::sleep(Duration::from_millis(4 * u64::try_from(round)?)).await;
        host.kill().await?;
        let mut again = Vec::new();
        while let Some(ended) = load.join_next().await {
            let (answer, name) = ended?;
            let answer = answer?;
            if answer.code == "OK" {
                answer.data()?;
            } else {
                ensure!(answer.code == "Unavailable", "{name} ended with {answer:?}");
                again.push(name);
            }
        }
        host.start_plugin(&[]).await?;
        mount.set_up_again().await?;
        failed += again.len();
        for name in again {
            lend(&mount, &name).await?.data().with_context(|| format!("{name}, after the process came back"))?;
        }
    }
    println!("KILLED {KILLS} times, {failed} of {} requests were sent again", KILLS * LOAD);
    ensure!(failed > 0, "no kill came in time");
    let entries = mount.contents().await?.entries;
    let loans: Vec<String> =
        entries.into_iter().filter(|(key, _)| key.starts_with("loans/")).map(|(_, loan)| loan).collect();
    let names: BTreeSet<String> = loans.iter().filter_map(|loan| name_of(loan)).collect();
    ensure!(names.len() == KILLS * LOAD, "only {} of {} requests were kept", names.len(), KILLS * LOAD);
    ensure!(loans.len() == names.len(), "{} of the requests happened twice", loans.len() - names.len());
    Ok(())
}

async fn lend(mount: &Mount, name: &str) -> Result<Answer> {
    mount.request("read", &format!("lend/{name}"), json!({})).await
}

fn name_of(loan: &str) -> Option<String> {
    serde_json::from_str::<Value>(loan).ok()?.get("name")?.as_str().map(str::to_owned)
}
