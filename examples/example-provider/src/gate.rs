//! Waiting for a file, which stands for the slow work of a real provider.

use std::path::Path;
use std::time::Duration;

use tf_framework::{Context, Outcome};

use crate::provider::Example;

/// How often to look.
const INTERVAL: Duration = Duration::from_millis(20);

/// Waits until there is a file at `gate`, if one is named.
///
/// # Errors
/// If the user stops the run, or the deadline of the call passes before.
pub(crate) async fn wait(cx: &Context<Example>, gate: Option<&str>) -> Outcome<()> {
    let Some(gate) = gate else { return Ok(()) };
    tracing::info!(gate, "waiting for the gate");
    let what = format!("the file {gate}");
    cx.wait_for(&what, INTERVAL, async || Ok(Path::new(gate).exists().then_some(()))).await
}
