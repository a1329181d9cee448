//! The environment that a host starts us with, with any bytes in any of its variables.
//!
//! An input is an environment block: `NAME=value` after `NAME=value`, with a NUL between them. The variable `OURS` is the
//! target's own and lists the versions that the plugin speaks.
//!
//! Whatever a host sets: nothing panics, a certificate that was set never turns into plaintext, the one that is pinned is
//! the only one there was, and the chosen version is one of ours, the highest that both know.
#![no_main]

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use go_plugin::fuzzing::HostOffer;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let environment = environment(input);
    let ours = environment.get(b"OURS".as_slice()).map(|list| numbers(list)).unwrap_or_default();
    let variable = |name: &str| environment.get(name.as_bytes()).map(|value| OsString::from(OsStr::from_bytes(value)));

    // Refusing is always allowed here: the bytes are made up.
    let Ok(offer) = HostOffer::read(variable) else { return };

    match (environment.get(b"PLUGIN_CLIENT_CERT".as_slice()), offer.client_certificate()) {
        (None, None) => {}
        (None, Some(_)) => panic!("a certificate out of nowhere"),
        (Some(_), None) => panic!("a host that offered a certificate is served in plaintext"),
        (Some(pem), Some(certificate)) => assert_is_the_only_one(pem, certificate),
    }
    assert_is_the_best_choice(&offer, &ours);
});

/// The variables, the last one of each name.
fn environment(block: &[u8]) -> BTreeMap<&[u8], &[u8]> {
    block
        .split(|byte| *byte == 0)
        .filter_map(|entry| entry.split_at_checked(entry.iter().position(|byte| *byte == b'=')?))
        .filter_map(|(name, value)| Some((name, value.get(1..)?)))
        .collect()
}

/// Our own versions: a byte each is enough, and unlike text every mutation of them is one.
fn numbers(list: &[u8]) -> Vec<u32> {
    list.iter().map(|byte| u32::from(byte.wrapping_sub(b'0'))).collect()
}

/// Reads the PEM text a second time, line by line, and knows nothing of the reader that the product uses.
fn assert_is_the_only_one(pem: &[u8], certificate: &[u8]) {
    const BEGIN: &[u8] = b"-----BEGIN ";
    const END: &[u8] = b"-----END ";
    let mut certificates = Vec::new();
    let mut label = None;
    // A block without an end runs on into the next one: what holds both is damaged and can't be told apart.
    let mut base64: Vec<u8> = Vec::new();
    for line in pem.split(|byte| matches!(byte, b'\n' | b'\r')) {
        if let Some(rest) = line.strip_prefix(BEGIN) {
            label = rest.windows(5).position(|dashes| dashes == b"-----").and_then(|end| rest.get(..end + 5));
        } else if let Some(label_inside) = label {
            if line.strip_prefix(END).is_some_and(|rest| rest.starts_with(label_inside)) {
                let block = std::mem::take(&mut base64);
                if label_inside == b"CERTIFICATE-----" {
                    certificates.push(block);
                }
                label = None;
            } else {
                // White space within a line is passed over, the vertical tab (0x0b) included.
                base64.extend(line.iter().filter(|byte| !matches!(byte, b' ' | b'\t'..=b'\r' | b'=')));
            }
        }
    }
    assert_eq!(certificates.len(), 1, "certificates in the variable");
    let pinned = STANDARD_NO_PAD.encode(certificate).into_bytes();
    assert!(certificates.contains(&pinned), "the pinned certificate is another one");
}

fn assert_is_the_best_choice(offer: &HostOffer, ours: &[u32]) {
    let Some((version, is_common)) = offer.choose_version(ours) else {
        assert!(ours.is_empty(), "no choice from {ours:?}");
        return;
    };
    assert!(ours.contains(&version), "{version} is none of {ours:?}");
    let theirs = offer.versions();
    match ours.iter().filter(|version| theirs.contains(version)).max() {
        Some(best) => assert!(is_common && version == *best, "{version} was chosen, {best} is the best"),
        None => assert_eq!(is_common, theirs.is_empty(), "{version} for a host that speaks {theirs:?}"),
    }
}
