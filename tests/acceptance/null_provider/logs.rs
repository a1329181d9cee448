//! What the CLIs show of the provider's log, the plaintext switch, and a start by hand.

use acceptance::cli::{Cli, Finished, LogEntry, log_entries};
use acceptance::process::StartError;
use acceptance::{Launch, Process, Scenario, on_both_clis};
use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::null_provider::{SOON, marker, project, provider};

on_both_clis![
    lines_of_the_provider_are_structured_entries,
    the_log_as_json_has_them_too,
    the_log_of_providers_alone_can_be_asked_for,
    plaintext_works_and_is_warned_of,
];

/// Part of the one line that the provider writes for each `configure`.
const CONFIGURED: &str = "configured: ";

const PLAINTEXT: &str = "serving in plaintext";

fn lines_of_the_provider_are_structured_entries(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = project(scenario, cli, &marker("logged"))?;
    let finished = project.apply_command().env("TF_LOG", "TRACE").run()?.succeeded()?;
    let entries = entries_of_provider(&finished);
    let configured = find(&entries, CONFIGURED, &finished)?;
    assert_eq!(configured.level, "INFO");
    assert_eq!(configured.origin, "provider.terraform-provider-null_v1.0.0");
    assert!(configured.text.contains("client="), "{configured:?}");
    assert!(configured.text.contains("@module=terraform_provider_null.provider"), "{configured:?}");
    assert_eq!(find(&entries, "ending: asked to by the host", &finished)?.level, "DEBUG");
    assert!(!finished.log.contains(PLAINTEXT), "{}", finished.log);
    // Anything on standard output behind the handshake would be reported like this.
    assert!(!finished.log.contains("unexpected data"), "{}", finished.log);
    Ok(())
}

fn the_log_as_json_has_them_too(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = project(scenario, cli, &marker("logged"))?;
    let finished = project.apply_command().env("TF_LOG", "JSON").run()?.succeeded()?;
    let lines = finished.log.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
    let configured = lines.iter().filter(|line| line["@message"] == "configured").collect::<Vec<_>>();
    assert!(!configured.is_empty(), "{}", finished.log);
    for line in configured {
        assert_eq!(line["@level"], "info", "{line}");
        assert!(line["client"].is_string() && line["timestamp"].is_string(), "{line}");
    }
    Ok(())
}

fn the_log_of_providers_alone_can_be_asked_for(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = project(scenario, cli, &marker("logged"))?;
    let finished = project.apply_command().env("TF_LOG_PROVIDER", "INFO").run()?.succeeded()?;
    let entries = entries_of_provider(&finished);
    find(&entries, CONFIGURED, &finished)?;
    assert!(entries.iter().all(|entry| entry.level == "INFO"), "{}", finished.log);
    Ok(())
}

fn plaintext_works_and_is_warned_of(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = project(scenario, cli, &marker("plain"))?;
    let command = project.apply_command().env("TF_DISABLE_PLUGIN_TLS", "1").env("TF_LOG", "TRACE");
    let finished = command.run()?.succeeded()?;
    let entries = entries_of_provider(&finished);
    assert_eq!(find(&entries, PLAINTEXT, &finished)?.level, "WARN");
    assert_eq!(project.resource("null_marker.one")?.context("no marker")?["note"], "plain");
    Ok(())
}

#[test]
fn a_start_by_hand_fails_with_a_hint() -> Result<()> {
    Scenario::run(&[], |scenario| {
        for (name, cookie) in [("without-cookie", None), ("with-wrong-cookie", Some("wrong"))] {
            let mut launch = Launch::new(name, provider()?.binary(), scenario.folder());
            if let Some(value) = cookie {
                launch = launch.env("TF_PLUGIN_MAGIC_COOKIE", value);
            }
            let process = Process::start(launch)?;
            let ended = process.wait_ready(SOON, || -> Result<()> { bail!("it runs") }).unwrap_err();
            assert!(matches!(&ended, StartError::Ended { status, .. } if status == "exit code 1"), "{ended}");
            // Both streams go there: one line of a log, so no handshake.
            let hint: Value = serde_json::from_str(&process.log_tail(100)).with_context(|| ended.to_string())?;
            assert_eq!(hint["@level"], "error");
            let message = hint["@message"].as_str().context("no message")?;
            assert!(
                message.contains("This program is a plugin") && message.contains("TF_PLUGIN_MAGIC_COOKIE"),
                "{hint}"
            );
        }
        Ok(())
    })
}

/// All entries of the provider, each of them structured.
fn entries_of_provider(finished: &Finished) -> Vec<LogEntry> {
    let entries: Vec<_> = log_entries(&finished.log).into_iter().filter(LogEntry::is_of_provider).collect();
    for entry in &entries {
        assert!(entry.is_structured(), "shown as plain text: {entry:?}");
    }
    entries
}

fn find<'a>(entries: &'a [LogEntry], text: &str, finished: &Finished) -> Result<&'a LogEntry> {
    let found = entries.iter().find(|entry| entry.text.contains(text));
    found.with_context(|| format!("no entry says {text:?}:\n{}", finished.log))
}
