//! Files that are encrypted for X25519 recipients in the form of age (`age-encryption.org/v1`), so that `age -d` reads what is
//! written here, and what `age -r` writes is read here.
//!
//! Our own, because the crate of that name brings some seventy others and a second cryptography along, for recipients and
//! identities that are not needed here. What encrypts is aws-lc-rs.

mod armour;
mod bech32;
mod header;
mod payload;

use std::fmt;

use aws_lc_rs::agreement::{self, PrivateKey, UnparsedPublicKey, X25519};
use aws_lc_rs::{aead, hkdf, hmac, rand};
use zeroize::Zeroizing;

use self::header::Stanza;

/// The names in front of the bytes of recipients and identities.
const RECIPIENT: &str = "age";
const IDENTITY: &str = "age-secret-key-";

/// The kind of a stanza for an X25519 recipient.
const KIND: &str = "X25519";
/// What the key is derived for that wraps the key of the file.
const WRAP: &[u8] = b"age-encryption.org/v1/X25519";

const FILE_KEY: usize = 16;

/// Whom a file is encrypted for: a public key, such as `age1…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient([u8; 32]);

/// What decrypts it: a private key, `AGE-SECRET-KEY-1…`. It is not printed.
pub struct Identity {
    key: PrivateKey,
    recipient: Recipient,
}

/// A file can't be encrypted or decrypted. No error has anything in it of what is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AgeError {
    /// A text is no recipient.
    #[error("it is no age recipient such as age1…; recipients of SSH keys and plugins are not supported")]
    Recipient,
    /// A text has no identity in it.
    #[error(
        "there is no age identity such as AGE-SECRET-KEY-1… in it; those of SSH keys and plugins are not supported"
    )]
    Identity,
    /// Nobody could read the file.
    #[error("there is no recipient")]
    NoRecipient,
    /// The file is not of the form.
    #[error("it is no file of age, or damaged")]
    Malformed,
    /// None of the identities fits.
    #[error("it is encrypted for somebody else: none of the identities fits")]
    NoMatch,
    /// The cryptography failed.
    #[error("the cryptography refuses its work")]
    Cryptography,
}

/// A file of keys can't be [opened](open).
#[derive(Debug, PartialEq, Eq)]
pub enum OpenError<E> {
    /// It is encrypted, and the file with the identity can't be read.
    NoIdentity(E),
    /// What is in the file with the identity is none.
    Identity(AgeError),
    /// The file of keys can't be decrypted.
    Content(AgeError),
}

impl Recipient {
    /// Reads a recipient.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(text: &str) -> Result<Self, AgeError> {
        let bytes = bech32::decode(RECIPIENT, text.trim()).ok_or(AgeError::Recipient)?;
        Ok(Self(bytes.as_slice().try_into().map_err(|_| AgeError::Recipient)?))
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&bech32::encode(RECIPIENT, &self.0))
    }
}

impl Identity {
    /// The identities in a file, one a line; empty lines and those that begin with `#` aside.
    ///
    /// # Errors
    /// If there is none, or something else is among them.
    pub fn parse_file(text: &str) -> Result<Vec<Self>, AgeError> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let identities = lines.map(Self::parse).collect::<Result<Vec<_>, _>>()?;
        if identities.is_empty() { Err(AgeError::Identity) } else { Ok(identities) }
    }

    fn parse(text: &str) -> Result<Self, AgeError> {
        let bytes = Zeroizing::new(bech32::decode(IDENTITY, text).ok_or(AgeError::Identity)?);
        let key = PrivateKey::from_private_key(&X25519, &bytes).map_err(|_| AgeError::Identity)?;
        let recipient = Recipient(public(&key)?);
        Ok(Self { key, recipient })
    }

    /// The recipient that it decrypts for.
    pub fn recipient(&self) -> &Recipient {
        &self.recipient
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(…)")
    }
}

/// Whether these bytes are a file of age.
pub fn is_encrypted(bytes: &[u8]) -> bool {
    bytes.starts_with(header::VERSION) || armour::is_armoured(bytes)
}

/// Encrypts for each of the recipients. The result is text: armoured.
///
/// # Errors
/// If there is no recipient.
pub fn encrypt(plain: &[u8], recipients: &[Recipient]) -> Result<Vec<u8>, AgeError> {
    if recipients.is_empty() {
        return Err(AgeError::NoRecipient);
    }
    let mut file_key = Zeroizing::new([0; FILE_KEY]);
    rand::fill(&mut *file_key).map_err(|_| AgeError::Cryptography)?;
    let stanzas = recipients.iter().map(|recipient| wrap(&file_key, recipient)).collect::<Result<Vec<_>, _>>()?;
    let mac_key = mac_key(&file_key)?;
    let mut file = header::write(&stanzas, |text| hmac::sign(&mac_key, text).as_ref().to_vec());
    payload::seal(&file_key, plain, &mut file)?;
    Ok(armour::put_on(&file))
}

/// Decrypts with whichever of the identities fits.
///
/// # Errors
/// If none fits, or the file is damaged.
pub fn decrypt(bytes: &[u8], identities: &[Identity]) -> Result<Zeroizing<Vec<u8>>, AgeError> {
    let unarmoured;
    let bytes = if armour::is_armoured(bytes) {
        unarmoured = armour::take_off(bytes).ok_or(AgeError::Malformed)?;
        &unarmoured
    } else {
        bytes
    };
    let header = header::read(bytes).ok_or(AgeError::Malformed)?;
    let stanzas = header.stanzas.iter().filter(|stanza| stanza.kind() == Some(KIND));
    for stanza in stanzas {
        for identity in identities {
            let Some(file_key) = unwrap(stanza, identity)? else { continue };
            hmac::verify(&mac_key(&file_key)?, header.authenticated, &header.mac).map_err(|_| AgeError::Malformed)?;
            return payload::open(&file_key, header.rest);
        }
    }
    Err(AgeError::NoMatch)
}

/// What is in a file of keys, decrypted if need be. The file with the identity is read only then.
///
/// # Errors
/// If the identity can't be read, or does not fit.
pub fn open<E>(
    content: Zeroizing<Vec<u8>>,
    identity_file: impl FnOnce() -> Result<Zeroizing<Vec<u8>>, E>,
) -> Result<Zeroizing<Vec<u8>>, OpenError<E>> {
    if !is_encrypted(&content) {
        return Ok(content);
    }
    let file = identity_file().map_err(OpenError::NoIdentity)?;
    let text = std::str::from_utf8(&file).map_err(|_| OpenError::Identity(AgeError::Identity))?;
    let identities = Identity::parse_file(text).map_err(OpenError::Identity)?;
    decrypt(&content, &identities).map_err(OpenError::Content)
}

/// The key of the file, for one recipient.
fn wrap(file_key: &[u8; FILE_KEY], recipient: &Recipient) -> Result<Stanza, AgeError> {
    let ephemeral = PrivateKey::generate(&X25519).map_err(|_| AgeError::Cryptography)?;
    let share = public(&ephemeral)?;
    let key = wrapping_key(&ephemeral, &recipient.0, &share, &recipient.0)?;
    let mut body = file_key.to_vec();
    key.seal_in_place_append_tag(zero_nonce(), aead::Aad::empty(), &mut body).map_err(|_| AgeError::Cryptography)?;
    Ok(Stanza { arguments: vec![KIND.to_owned(), header::encode(&share)], body })
}

/// The key of the file, if the stanza is for this identity.
fn unwrap(stanza: &Stanza, identity: &Identity) -> Result<Option<Zeroizing<[u8; FILE_KEY]>>, AgeError> {
    let [_, share] = stanza.arguments.as_slice() else { return Err(AgeError::Malformed) };
    let share: [u8; 32] = header::decode(share).and_then(|bytes| bytes.try_into().ok()).ok_or(AgeError::Malformed)?;
    if stanza.body.len() != FILE_KEY + 16 {
        return Err(AgeError::Malformed);
    }
    let key = wrapping_key(&identity.key, &share, &share, &identity.recipient.0)?;
    let mut body = Zeroizing::new(stanza.body.clone());
    let Ok(opened) = key.open_in_place(zero_nonce(), aead::Aad::empty(), &mut body) else { return Ok(None) };
    let mut file_key = Zeroizing::new([0; FILE_KEY]);
    file_key.copy_from_slice(opened.get(..FILE_KEY).ok_or(AgeError::Malformed)?);
    Ok(Some(file_key))
}

/// What wraps the key of a file between an ephemeral key, whose public half is `share`, and a recipient.
fn wrapping_key(
    mine: &PrivateKey,
    theirs: &[u8; 32],
    share: &[u8; 32],
    recipient: &[u8; 32],
) -> Result<aead::LessSafeKey, AgeError> {
    let salt = [*share, *recipient].concat();
    let theirs = UnparsedPublicKey::new(&X25519, theirs);
    agreement::agree(mine, theirs, AgeError::Malformed, |secret| aead_key(&salt, secret, WRAP))
}

fn public(key: &PrivateKey) -> Result<[u8; 32], AgeError> {
    let public = key.compute_public_key().map_err(|_| AgeError::Cryptography)?;
    public.as_ref().try_into().map_err(|_| AgeError::Cryptography)
}

/// A key that is derived from a secret for one purpose.
fn aead_key(salt: &[u8], secret: &[u8], purpose: &[u8]) -> Result<aead::LessSafeKey, AgeError> {
    let derived = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(secret);
    let purpose = [purpose];
    let okm = derived.expand(&purpose, &aead::CHACHA20_POLY1305).map_err(|_| AgeError::Cryptography)?;
    Ok(aead::LessSafeKey::new(aead::UnboundKey::from(okm)))
}

/// The key that authenticates the header.
fn mac_key(file_key: &[u8; FILE_KEY]) -> Result<hmac::Key, AgeError> {
    let derived = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(file_key);
    let purpose = [&b"header"[..]];
    let okm = derived.expand(&purpose, hkdf::HKDF_SHA256).map_err(|_| AgeError::Cryptography)?;
    let mut key = Zeroizing::new([0; 32]);
    okm.fill(&mut *key).map_err(|_| AgeError::Cryptography)?;
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &*key))
}

/// Each key wraps once.
fn zero_nonce() -> aead::Nonce {
    aead::Nonce::assume_unique_for_key([0; 12])
}

#[cfg(test)]
mod tests;
