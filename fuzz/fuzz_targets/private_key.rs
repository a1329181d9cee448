//! Private keys of others: PKCS#8, encrypted or not, PKCS#1 and SEC1.
//!
//! An input is DER, or the text of PEM. An encrypted one is tried with the passphrase `fuzz`.
//!
//! Whatever it is: nothing panics, no iteration count keeps us busy for long, and a key that is read can be written and read
//! again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pki::PrivateKey;

fuzz_target!(|input: &[u8]| {
    let passphrase = "fuzz".to_owned().into();
    check(PrivateKey::from_der(input, Some(&passphrase)).ok());
    check(PrivateKey::from_der(input, None).ok());
    let Ok(text) = str::from_utf8(input) else { return };
    check(PrivateKey::from_pem(text, Some(&passphrase)).ok());
});

fn check(key: Option<PrivateKey>) {
    let Some(key) = key else { return };
    let again = key
        .to_pkcs8_der()
        .ok()
        .and_then(|der| PrivateKey::from_der(secrecy::ExposeSecret::expose_secret(&der), None).ok());
    assert!(again.is_some_and(|again| again.public_key() == key.public_key()), "a key that was read can be written");
}
