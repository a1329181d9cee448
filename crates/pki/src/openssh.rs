//! Public keys in the one-line form of OpenSSH (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::algorithm::Curve;
use crate::public_key::{KeyKind, PublicKey, RsaPublicKey};

/// `ssh-ed25519 AAAA…`, without a comment; `None` for kinds that OpenSSH does not have.
pub(crate) fn line(key: &PublicKey) -> Option<String> {
    let bits = key.bits();
    let mut blob = Vec::new();
    let name = match key.kind() {
        KeyKind::Rsa { .. } => {
            let key = RsaPublicKey::read(bits).ok()?;
            push(&mut blob, b"ssh-rsa")?;
            push_integer(&mut blob, key.exponent())?;
            push_integer(&mut blob, key.modulus())?;
            "ssh-rsa".to_owned()
        }
        KeyKind::Ecdsa(curve) => {
            let curve = match curve {
                Curve::P256 => "nistp256",
                Curve::P384 => "nistp384",
                Curve::P521 => "nistp521",
            };
            let name = format!("ecdsa-sha2-{curve}");
            push(&mut blob, name.as_bytes())?;
            push(&mut blob, curve.as_bytes())?;
            push(&mut blob, bits)?;
            name
        }
        KeyKind::Ed25519 => {
            push(&mut blob, b"ssh-ed25519")?;
            push(&mut blob, bits)?;
            "ssh-ed25519".to_owned()
        }
        KeyKind::Other { .. } => return None,
    };
    Some(format!("{name} {}", STANDARD.encode(blob)))
}

fn push(blob: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    blob.extend(u32::try_from(bytes.len()).ok()?.to_be_bytes());
    blob.extend(bytes);
    Some(())
}

/// A positive number: a zero in front of a set top bit.
fn push_integer(blob: &mut Vec<u8>, magnitude: &[u8]) -> Option<()> {
    let is_negative = magnitude.first().is_some_and(|first| first & 0x80 != 0);
    let bytes: Vec<_> = is_negative.then_some(0).into_iter().chain(magnitude.iter().copied()).collect();
    push(blob, &bytes)
}
