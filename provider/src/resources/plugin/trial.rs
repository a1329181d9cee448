//! Whether a server can start a program, and which version that is.
//!
//! A server that can't start what is registered says so in its log, and to nobody else; and it replaces an entry before it
//! knows. So the program is registered under a name that nothing is mounted of, without a version: the entry then has the
//! version that the server was told, or none.

use sha2::{Digest as _, Sha256};
use tf_framework::{Context, Outcome};

use super::key::{EntryKey, refused};
use super::program::Program;
use crate::SecretZero;

/// What came out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reported {
    /// It runs, and is of this version.
    Version(String),
    /// It tells no version, or does not run.
    Nothing,
}

/// Has the server start it once.
pub(super) async fn run(cx: &Context<SecretZero>, key: EntryKey<'_>, program: Program<'_>) -> Outcome<Reported> {
    let name = name(key, program);
    let trial = EntryKey { name: &name, version: None, ..key };
    // From a run that was cut off here.
    forget(cx, trial, key).await?;
    let registered = program.register(cx, trial).await;
    let versions = match registered {
        Ok(_) => trial.versions(cx, "Trying").await,
        Err(error) => Err(refused(error, key, "Trying").into()),
    };
    // Also after a failure, which may have been one of the way back.
    let forgotten = forget(cx, trial, key).await;
    let versions = versions?;
    forgotten?;
    Ok(versions.into_iter().find(|version| !version.is_empty()).map_or(Reported::Nothing, Reported::Version))
}

async fn forget(cx: &Context<SecretZero>, trial: EntryKey<'_>, key: EntryKey<'_>) -> Outcome<()> {
    for version in trial.versions(cx, "Trying").await? {
        let version = Some(version.as_str()).filter(|version| !version.is_empty());
        EntryKey { version, ..trial }.deregister(cx).await.map_err(|error| error.doing(key.doing("Trying")))?;
    }
    Ok(())
}

/// Resources that are applied at the same time must not share it, and one that is applied again must find it again.
fn name(key: EntryKey<'_>, program: Program<'_>) -> String {
    let mut hasher = Sha256::new();
    for part in [program.command, program.sha256, key.version.unwrap_or_default()]
        .into_iter()
        .chain(program.args.iter().map(String::as_str))
    {
        hasher.update(part);
        hasher.update([0]);
    }
    let digits: String = hasher.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("{}-trial-{digits}", key.name)
}
