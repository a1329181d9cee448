//! Whether a key is where it should be: what a refresh finds, and how a plan knows it from the state alone.

use std::path::Path;

use pki::PrivateKey;
use tf_framework::model::Secret;

use crate::key_home::{Home, HomeError, KeyHome};

/// What is wrong with a key in its home, for the attribute `drift`.
///
/// # Errors
/// If that can't be found out.
pub async fn drift(
    declared: &KeyHome,
    home: &Home<'_>,
    key_id: &str,
    in_state: Option<&Secret>,
) -> Result<Vec<String>, HomeError> {
    match home.load(in_state).await {
        Ok(None) => Ok(vec![missing(declared)]),
        Ok(Some(key)) if !has_id(&key, key_id) => Ok(vec![other(declared)]),
        Ok(Some(_)) => home.differences().await,
        // Its mode is one of the differences, and repaired. Which key it is will be seen then.
        Err(HomeError::Exposed { path, .. }) if Some(path.as_path()) == declared.file.as_deref().map(Path::new) => {
            home.differences().await
        }
        Err(error) => Err(error),
    }
}

/// Whether `drift` says that the key itself is not there any more.
pub fn is_lost(declared: &KeyHome, drift: &[String]) -> bool {
    drift.contains(&missing(declared)) || drift.contains(&other(declared))
}

/// Whether it is the key with this identifier, in hexadecimal.
pub fn has_id(key: &PrivateKey, key_id: &str) -> bool {
    key.public_key().key_id().to_hex() == key_id
}

fn missing(declared: &KeyHome) -> String {
    format!("{}: is missing", name(declared))
}

fn other(declared: &KeyHome) -> String {
    format!("{}: holds another key", name(declared))
}

fn name(declared: &KeyHome) -> String {
    match (&declared.file, &declared.vault_kv) {
        (Some(file), _) => file.clone(),
        (None, Some(field)) => field.describe(),
        (None, None) => "private_key_pem_in_state".to_owned(),
    }
}
