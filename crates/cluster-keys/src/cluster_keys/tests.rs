//! Every form that keys are found in. The secrets are made up.

use proptest::prelude::*;

use super::*;

/// The 33 bytes 0, 1, 2, … and 64, 65, 66, …: shares of a split key.
const HEX: [&str; 2] = [
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
    "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f60",
];
const BASE64: [&str; 2] =
    ["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g", "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl9g"];

fn parse(text: &str) -> ClusterKeys {
    ClusterKeys::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error:?}"))
}

fn prints() -> Vec<String> {
    HEX.map(|share| KeyShare::parse(share).unwrap().fingerprint()).to_vec()
}

#[expect(clippy::disallowed_methods, reason = "made up by the test")]
fn token(keys: &ClusterKeys) -> Option<&str> {
    keys.root_token.as_ref().map(|token| token.expose_secret())
}

#[test]
fn json_of_the_command_line() {
    let keys = parse(&format!(
        r#"{{"unseal_keys_b64":["{}","{}"],"unseal_keys_hex":["{}","{}"],"unseal_shares":2,"unseal_threshold":1,
            "recovery_keys_b64":[],"recovery_keys_hex":[],"recovery_keys_shares":0,"recovery_keys_threshold":0,
            "root_token":"hvs.canary"}}"#,
        BASE64[0], BASE64[1], HEX[0], HEX[1]
    ));
    assert_eq!((keys.fingerprints(), keys.unseal.total, keys.unseal.threshold), (prints(), Some(2), Some(1)));
    assert!(keys.recovery.shares.is_empty() && keys.recovery.total.is_none());
    assert_eq!(token(&keys), Some("hvs.canary"));
    assert!(!format!("{keys:?}").contains("canary"));
}

#[test]
fn recovery_keys_of_a_server_that_unseals_itself() {
    let keys = parse(&format!(
        r#"{{"unseal_keys_b64":[],"unseal_keys_hex":[],"unseal_shares":1,"unseal_threshold":1,
            "recovery_keys_b64":["{}"],"recovery_keys_hex":["{}"],"recovery_keys_shares":5,"recovery_keys_threshold":3,
            "root_token":"s.canary"}}"#,
        BASE64[0], HEX[0]
    ));
    assert!(keys.unseal.shares.is_empty() && keys.unseal.total.is_none());
    assert_eq!((keys.recovery.shares.len(), keys.recovery.total, keys.recovery.threshold), (1, Some(5), Some(3)));
}

#[test]
fn the_reply_of_the_api() {
    let keys = parse(&format!(
        r#"{{"keys":["{}","{}"],"keys_base64":["{}","{}"],"root_token":"s.canary"}}"#,
        HEX[0], HEX[1], BASE64[0], BASE64[1]
    ));
    assert_eq!((keys.fingerprints(), keys.unseal.total, keys.unseal.threshold), (prints(), Some(2), None));
    let recovery =
        format!(r#"{{"keys":[],"keys_base64":[],"recovery_keys":["{}"],"recovery_keys_base64":null}}"#, HEX[0]);
    let keys = parse(&recovery);
    assert_eq!((keys.recovery.shares.len(), token(&keys)), (1, None));
}

#[test]
fn text_of_the_command_line() {
    let text = format!(
        "Unseal Key 1: {}\nUnseal Key 2: {}\n\nInitial Root Token: s.canary\n\nVault initialized with 2 key shares and a key \
         threshold of 1. Please securely distribute the key shares printed above.\n",
        BASE64[0], HEX[1]
    );
    let keys = parse(&text);
    assert_eq!((keys.fingerprints(), keys.unseal.total, keys.unseal.threshold), (prints(), Some(2), Some(1)));
    assert_eq!(token(&keys), Some("s.canary"));
    let text = format!("\u{feff}Recovery Key 1: {}\r\nInitial Root Token: s.canary\r\n", BASE64[0]);
    let keys = parse(&text);
    assert_eq!((keys.unseal.shares.len(), keys.recovery.shares.len(), token(&keys)), (0, 1, Some("s.canary")));
}

#[test]
fn shares_alone() {
    let keys = parse(&format!("\n{}\n  {}  \n", HEX[0], BASE64[1]));
    assert_eq!((keys.fingerprints(), keys.unseal.total), (prints(), None));
}

#[test]
fn what_is_written_is_read_again_and_by_others() {
    let mut keys = parse(&format!("Unseal Key 1: {}\nUnseal Key 2: {}\nInitial Root Token: s.canary", HEX[0], HEX[1]));
    keys.unseal.threshold = Some(2);
    keys.origin = Some(Origin {
        address: "https://vault.home.arpa:8200".to_owned(),
        product: "openbao 2.4.0".to_owned(),
        time: "2026-01-02T03:04:05Z".to_owned(),
    });
    let json = keys.to_json();
    let again = ClusterKeys::parse(&json).unwrap();
    assert_eq!((again.fingerprints(), again.origin, token(&keys)), (prints(), keys.origin.clone(), Some("s.canary")));
    assert_eq!((again.unseal.total, again.unseal.threshold), (Some(2), Some(2)));
    let value: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(value.pointer("/unseal_keys_b64/1").unwrap(), BASE64[1]);
    assert_eq!(value.pointer("/unseal_keys_hex/0").unwrap(), HEX[0]);
    assert_eq!(value.pointer("/secretzero/product").unwrap(), "openbao 2.4.0");
}

#[test]
fn parts_are_the_whole_again() {
    let mut keys = parse(&format!("Unseal Key 1: {}\nUnseal Key 2: {}\nInitial Root Token: s.canary", HEX[0], HEX[1]));
    (keys.unseal.total, keys.unseal.threshold) = (Some(2), Some(2));
    let (parts, last) = keys.split();
    assert_eq!((parts.len(), last.unseal.shares.len(), token(&last)), (2, 0, Some("s.canary")));
    let mut whole = last;
    for part in &parts {
        assert_eq!((part.unseal.shares.len(), token(part)), (1, None));
        let part = ClusterKeys::parse(&part.to_json()).unwrap();
        // Twice is once.
        whole = whole.merge(part.clone()).unwrap().merge(part).unwrap();
    }
    assert_eq!((whole.fingerprints(), token(&whole), whole.unseal.total), (prints(), Some("s.canary"), Some(2)));
    let other = ClusterKeys { root_token: Some("s.other".to_owned().into()), ..ClusterKeys::default() };
    assert!(!whole.has_root_token_of(&other) && whole.has_root_token_of(&whole.clone()));
    assert_eq!(whole.clone().merge(other).unwrap_err(), MergeError::OtherRootToken);
    let other = ClusterKeys { unseal: ShareSet { total: Some(5), ..ShareSet::default() }, ..ClusterKeys::default() };
    assert_eq!(whole.merge(other).unwrap_err(), MergeError::OtherSplit);
}

#[test]
fn what_is_wrong_is_told_without_what_is_in_it() {
    let error = |text: &str| ClusterKeys::parse(text.as_bytes()).unwrap_err();
    assert!(matches!(error(""), ParseError::Empty));
    assert!(matches!(error("{}"), ParseError::Empty));
    assert!(matches!(error("Dear diary"), ParseError::Empty));
    assert!(matches!(error("{\"root_token\":\"canary"), ParseError::NoJson { .. }));
    let other = error("{\"root_token\":[\"canary\"]}");
    assert!(matches!(other, ParseError::OtherForm { .. }) && !format!("{other:?} {other}").contains("canary"));
    let bad = error("{\"keys\":[\"canary!\"]}");
    assert!(
        matches!(bad, ParseError::Share { number: 1, source: ShareError::Encoding })
            && !format!("{bad:?}").contains("canary")
    );
    let both = format!("{{\"keys\":[\"{}\"],\"keys_base64\":[\"{}\"]}}", HEX[0], BASE64[1]);
    assert!(matches!(error(&both), ParseError::Contradictory));
    let many = format!("{{\"keys\":[{}]}}", vec![format!("{:?}", HEX[0]); 300].join(","));
    assert!(matches!(error(&many), ParseError::TooMany));
    assert!(matches!(ClusterKeys::parse(&vec![b' '; LARGEST + 1]).unwrap_err(), ParseError::TooLarge));
    assert!(matches!(ClusterKeys::parse(&[0xff]).unwrap_err(), ParseError::NoText));
    let deep = format!("{{\"secretzero\":{}", "[".repeat(100_000));
    assert!(matches!(error(&deep), ParseError::OtherForm { .. } | ParseError::NoJson { .. }));
}

proptest! {
    #[test]
    fn foreign_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = ClusterKeys::parse(&bytes).map(|keys| ClusterKeys::parse(&keys.to_json()));
    }

    #[test]
    fn nearly_right_text_never_panics(text in "(\\{\"(keys|root_token|unseal_keys_b64|secretzero)\":[\\[\"a-z0-9\\]]{0,20}[,}]|Unseal Key [0-9:]{0,4} ?[A-Fa-f0-9+/=]{0,70}\n){0,4}") {
        let _ = ClusterKeys::parse(text.as_bytes()).map(|keys| keys.split());
    }
}

#[test]
fn what_is_encrypted_for_somebody_is_known_and_kept() {
    let message = "c1".repeat(300);
    let of = |token: &str| {
        let share = KeyShare::parse(&message).unwrap();
        let unseal = ShareSet { shares: vec![share], total: Some(1), threshold: Some(1) };
        ClusterKeys { unseal, root_token: Some(token.to_owned().into()), ..ClusterKeys::default() }
    };
    let again = ClusterKeys::parse(&of(&message).to_json()).unwrap();
    assert!(again.has_encrypted_root_token() && again.unseal.shares[0].is_encrypted());
    assert_eq!(again.fingerprints(), of("").fingerprints());
    for token in ["s.made-up", "hvs.made-up", "0b5c3f2a-1111-2222-3333-444455556666", ""] {
        assert!(!of(token).has_encrypted_root_token(), "{token}");
    }
    assert!(!ClusterKeys::default().has_encrypted_root_token());
}
