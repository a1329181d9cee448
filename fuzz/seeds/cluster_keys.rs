//! Keys in each of their forms. The shares are made up.

use ::cluster_keys::ClusterKeys;
use ::cluster_keys::age::{self, Identity};
use secretzero_fuzz::AGE_IDENTITY;

use crate::Outcome;

const SHARE: &str = "ab";

/// The seeds.
pub(crate) fn seeds() -> Outcome<Vec<(&'static str, Vec<u8>)>> {
    let hex = SHARE.repeat(33);
    let other = "cd".repeat(33);
    let base64 = "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6ur";
    let command_line = format!(
        r#"{{"unseal_keys_b64":["{base64}"],"unseal_keys_hex":["{hex}"],"unseal_shares":2,"unseal_threshold":2,"recovery_keys_b64":[],"recovery_keys_hex":[],"recovery_keys_shares":0,"recovery_keys_threshold":0,"root_token":"s.made-up","secretzero":{{"address":"https://a","product":"openbao 2.4.0","time":"2026-11-30T12:00:00Z"}}}}"#
    );
    let text = format!(
        "Unseal Key 1: {hex}\nUnseal Key 2: {base64}\n\nInitial Root Token: s.made-up\n\nVault initialized with 2 key shares and a \
         key threshold of 2.\n"
    );
    let recovery =
        format!(r#"{{"recovery_keys":["{hex}","{other}"],"recovery_keys_base64":null,"root_token":"hvs.x"}}"#);
    let recipients: Vec<_> =
        Identity::parse_file(AGE_IDENTITY)?.iter().map(|identity| identity.recipient().clone()).collect();
    let keys = ClusterKeys::parse(command_line.as_bytes())?;
    Ok(vec![
        ("command_line", command_line.into_bytes()),
        ("reply", format!(r#"{{"keys":["{hex}"],"keys_base64":["{base64}"],"root_token":"s.x"}}"#).into_bytes()),
        ("recovery", recovery.into_bytes()),
        ("text", text.into_bytes()),
        ("bare", format!("{hex}\n{other}\n").into_bytes()),
        ("twice", format!("\u{feff}{hex}\r\n{hex}\r\n").into_bytes()),
        ("contradictory", format!(r#"{{"keys":["{hex}"],"keys_base64":["{other}"]}}"#).into_bytes()),
        ("encrypted_share", format!("Unseal Key 1: {}\n", SHARE.repeat(150)).into_bytes()),
        ("age", age::encrypt(&keys.to_json(), &recipients)?.to_vec()),
        ("identity", format!("# made up\n{AGE_IDENTITY}\n").into_bytes()),
        (
            "public_key",
            b"-----BEGIN PGP PUBLIC KEY BLOCK-----\nComment: x\n\nmDMEZ0sAABYJKwYBBAHaRw8BAQdA\n=AbCd\n-----END PGP PUBLIC KEY BLOCK-----\n"
                .to_vec(),
        ),
    ])
}
