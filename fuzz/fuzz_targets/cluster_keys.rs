//! The keys of a server in any of their forms, encrypted with age or not, and public keys of PGP.
//!
//! An input is the file. Where it is encrypted, it is opened with an identity that the seeds are encrypted for.
//!
//! Whatever it is: nothing panics; keys that are read, written and read again are the same shares and the same root token;
//! taken apart and put together they are the whole; and a public key that is read is read as itself again.
#![no_main]

use std::collections::BTreeSet;

use cluster_keys::age::{self, Identity};
use cluster_keys::{ClusterKeys, pgp};
use libfuzzer_sys::fuzz_target;
use secretzero_fuzz::AGE_IDENTITY;

fuzz_target!(|input: &[u8]| {
    check(input);
    if age::is_encrypted(input)
        && let Ok(identities) = Identity::parse_file(AGE_IDENTITY)
        && let Ok(plain) = age::decrypt(input, &identities)
    {
        check(&plain);
    }
    let Ok(text) = str::from_utf8(input) else { return };
    // That it is refused is an answer, too.
    let _ = Identity::parse_file(text);
    let _ = age::Recipient::parse(text);
    if let Ok(key) = pgp::public_key(text) {
        assert_eq!(pgp::public_key(&key).as_ref(), Ok(&key), "a public key that was read is one");
    }
});

fn check(input: &[u8]) {
    let Ok(keys) = ClusterKeys::parse(input) else { return };
    assert!(!keys.is_empty(), "nothing is no keys");
    assert!(!format!("{keys:?}").contains("token\": \""), "no secret is printed");
    let again = ClusterKeys::parse(&keys.to_json());
    assert!(again.is_ok_and(|again| is_same(&again, &keys)), "what was read can be written, and read again");
    let (parts, rest) = keys.split();
    let whole = parts.into_iter().try_fold(rest, ClusterKeys::merge);
    // A share that stands there twice counts once where files are put together.
    let is_whole = |whole: &ClusterKeys| {
        prints(whole).into_iter().collect::<BTreeSet<_>>() == prints(&keys).into_iter().collect()
            && whole.has_root_token_of(&keys)
    };
    assert!(whole.is_ok_and(|whole| is_whole(&whole)), "the parts of keys are the whole");
}

fn is_same(one: &ClusterKeys, other: &ClusterKeys) -> bool {
    prints(one) == prints(other) && one.has_root_token_of(other) && one.origin == other.origin
}

/// Of the shares of both kinds.
fn prints(keys: &ClusterKeys) -> Vec<(bool, String)> {
    let of = |set: &cluster_keys::ShareSet, recovers| {
        set.shares.iter().map(|share| (recovers, share.fingerprint())).collect::<Vec<_>>()
    };
    [of(&keys.unseal, false), of(&keys.recovery, true)].concat()
}
