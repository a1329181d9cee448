//! The secrets of the test bed's servers. Many scenarios share a server, so these are those of the whole process.

use std::sync::{Mutex, PoisonError};

use ::leak_scan::Secret;
use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

static SECRETS: Mutex<Vec<Secret>> = Mutex::new(Vec::new());

/// A server, or a test at a server, has come to know this.
pub(crate) fn server_learnt(label: &str, secret: &str) -> Result<()> {
    add(Secret::new(label, secret)?);
    Ok(())
}

/// The same for bytes that come in base64; they are looked for by themselves, too.
pub(crate) fn server_learnt_key(label: &str, base64: &str) -> Result<()> {
    server_learnt(label, base64)?;
    add(Secret::new(label, STANDARD.decode(base64)?)?);
    Ok(())
}

/// Those behind the first so many.
pub(super) fn after(count: usize) -> Vec<Secret> {
    let secrets = SECRETS.lock().unwrap_or_else(PoisonError::into_inner);
    secrets.get(count..).unwrap_or_default().to_vec()
}

fn add(secret: Secret) {
    let mut secrets = SECRETS.lock().unwrap_or_else(PoisonError::into_inner);
    if !secrets.contains(&secret) {
        secrets.push(secret);
    }
}
