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

/// There is one block in the text, and the certificate is what it holds.
fn assert_is_the_only_one(pem: &[u8], certificate: &[u8]) {
    const BEGIN: &[u8] = b"-----BEGIN ";
    assert_eq!(pem.windows(BEGIN.len()).filter(|window| *window == BEGIN).count(), 1, "blocks in the variable");
    // White space is passed over anywhere in the text, the vertical tab (0x0b) included.
    let text: Vec<u8> = pem.iter().copied().filter(|byte| !matches!(byte, b' ' | b'\t'..=b'\r')).collect();
    // The last character may carry bits that belong to no byte.
    let mut pinned = STANDARD_NO_PAD.encode(certificate).into_bytes();
    pinned.pop();
    let stands_there = text.windows(pinned.len()).any(|window| window == pinned);
    assert!(stands_there, "the pinned certificate is not the one in the variable");
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
