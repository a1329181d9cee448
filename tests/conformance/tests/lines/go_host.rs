//! A genuine Go host, built from the published go-plugin module, drives the plugin from start to end.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use go_plugin_conformance::tested;
use serde_json::Value;
use testbed::Tool;
use tokio::process::Command;

use crate::PROGRAM;

/// A number that is never announced takes five seconds by itself.
const LIMIT: Duration = Duration::from_secs(120);

/// What the host must have looked at, so that a check that was lost does not go unnoticed.
const CHECKS: [&str; 26] = [
    "broker_host_serves_after_call",
    "broker_host_serves_before_call",
    "broker_plugin_serves",
    "broker_unknown_number",
    "cancelled_calls",
    "concurrent_calls",
    "echo_of_20_mb",
    "highest_common_version",
    "kill_ends_by_itself",
    "log_line_is_structured",
    "nothing_left_behind",
    "panic_is_internal",
    "panic_is_logged_as_error",
    "ping",
    "ping_after_panic",
    "ping_after_strangers",
    "start",
    "stdio_is_silent",
    "stdio_stream",
    "stranger_replays_the_plugins_certificate",
    "stranger_tls_1_0",
    "stranger_tls_1_1",
    "stranger_with_another_certificate",
    "stranger_with_another_certificate_tls_1_2",
    "stranger_without_certificate",
    "stranger_without_certificate_tls_1_2",
];

#[tokio::test]
async fn a_go_host_drives_the_plugin() -> Result<()> {
    let host = match Tool::GoPluginHost.find() {
        Ok(host) => host,
        Err(missing) if missing.must_fail() => bail!(missing),
        Err(missing) => {
            println!("SKIPPED go-plugin-host: {missing}");
            return Ok(());
        }
    };
    host.started();
    let command = Command::new(&host.path).arg(tested(PROGRAM)).stdin(Stdio::null()).kill_on_drop(true).output();
    let output = tokio::time::timeout(LIMIT, command).await.context("the Go host does not end")??;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the Go host ended with {}: {errors}", output.status);
    let report: Value = serde_json::from_slice(&output.stdout).with_context(|| format!("no report: {errors}"))?;
    println!("GO HOST {}", report["versions"]);
    let checks: BTreeMap<String, Value> = serde_json::from_value(report["checks"].clone())?;
    let failed: Vec<_> = checks.iter().filter(|(_, outcome)| outcome["ok"] != true).collect();
    ensure!(failed.is_empty(), "{failed:#?}");
    let names: Vec<&str> = checks.keys().map(String::as_str).collect();
    ensure!(names == CHECKS, "the Go host made other checks: {names:?}");
    println!("GO HOST {} of {} checks passed", checks.len(), checks.len());
    Ok(())
}
