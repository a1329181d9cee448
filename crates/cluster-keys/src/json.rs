//! The two forms in JSON: that of `operator init -format=json`, which is also written, and that of the reply of `sys/init`.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::error::Category;
use zeroize::Zeroizing;

use crate::MOST_SHARES;
use crate::cluster_keys::{ClusterKeys, Origin, ShareSet};
use crate::error::ParseError;
use crate::share::KeyShare;

/// Every member that one of the forms has.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Document {
    unseal_keys_b64: Shares,
    unseal_keys_hex: Shares,
    unseal_shares: Option<u32>,
    unseal_threshold: Option<u32>,
    recovery_keys_b64: Shares,
    recovery_keys_hex: Shares,
    recovery_keys_shares: Option<u32>,
    recovery_keys_threshold: Option<u32>,
    // Of the reply of `sys/init`.
    keys: Shares,
    keys_base64: Shares,
    recovery_keys: Shares,
    recovery_keys_base64: Shares,
    root_token: Option<SecretText>,
    secretzero: Option<Origin>,
}

/// Texts of shares; null is none. There is an end to how many are read.
#[derive(Default)]
struct Shares(Vec<SecretText>);

/// A text that is wiped when it is dropped.
#[derive(Deserialize)]
#[serde(from = "String")]
struct SecretText(Zeroizing<String>);

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

pub(crate) fn read(text: &str) -> Result<ClusterKeys, ParseError> {
    let document: Document = serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        match error.classify() {
            Category::Data => ParseError::OtherForm { line, column },
            _ => ParseError::NoJson { line, column },
        }
    })?;
    let unseal = [&document.unseal_keys_b64, &document.keys_base64, &document.unseal_keys_hex, &document.keys];
    let recovery = [
        &document.recovery_keys_b64,
        &document.recovery_keys_base64,
        &document.recovery_keys_hex,
        &document.recovery_keys,
    ];
    Ok(ClusterKeys {
        unseal: shares(unseal, document.unseal_shares, document.unseal_threshold)?,
        recovery: shares(recovery, document.recovery_keys_shares, document.recovery_keys_threshold)?,
        root_token: document
            .root_token
            .map(|token| token.0.trim().to_owned())
            .filter(|token| !token.is_empty())
            .map(Into::into),
        origin: document.secretzero,
    })
}

/// The shares, from whichever of the lists has them.
fn shares(lists: [&Shares; 4], total: Option<u32>, threshold: Option<u32>) -> Result<ShareSet, ParseError> {
    let mut found: Option<Vec<KeyShare>> = None;
    for list in lists.into_iter().filter(|list| !list.0.is_empty()) {
        let shares = ShareSet::of_texts(list.0.iter().map(|text| text.0.as_str()))?;
        let prints = |shares: &[KeyShare]| shares.iter().map(KeyShare::fingerprint).collect::<Vec<_>>();
        match &found {
            Some(found) if prints(found) != prints(&shares) => return Err(ParseError::Contradictory),
            Some(_) => {}
            None => found = Some(shares),
        }
    }
    // Without shares of this kind, the command line prints numbers that mean nothing.
    let Some(shares) = found else { return Ok(ShareSet::default()) };
    let known = |number: Option<u32>| number.filter(|number| *number > 0);
    // The reply of `sys/init` has all shares and does not count them.
    let total = known(total).or_else(|| u32::try_from(shares.len()).ok().filter(|_| threshold.is_none()));
    Ok(ShareSet { shares, total, threshold: known(threshold) })
}

impl<'de> Deserialize<'de> for Shares {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = Shares;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "at most {MOST_SHARES} texts")
            }

            fn visit_unit<E: de::Error>(self) -> Result<Shares, E> {
                Ok(Shares::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Shares, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = list.next_element()? {
                    // One more than there can be is kept, so that it is told what is wrong.
                    if texts.len() <= MOST_SHARES {
                        texts.push(text);
                    }
                }
                Ok(Shares(texts))
            }
        }

        deserializer.deserialize_any(List)
    }
}

/// What is written. The order is that of the command line.
#[derive(Serialize)]
struct Written<'a> {
    unseal_keys_b64: Vec<&'a str>,
    unseal_keys_hex: Vec<&'a str>,
    unseal_shares: u32,
    unseal_threshold: u32,
    recovery_keys_b64: Vec<&'a str>,
    recovery_keys_hex: Vec<&'a str>,
    recovery_keys_shares: u32,
    recovery_keys_threshold: u32,
    root_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    secretzero: Option<&'a Origin>,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one form in which keys are stored; the text is wiped by whoever has stored it"
)]
pub(crate) fn write(keys: &ClusterKeys) -> Zeroizing<Vec<u8>> {
    let encoded = |set: &ShareSet, how: fn(&KeyShare) -> SecretString| set.shares.iter().map(how).collect::<Vec<_>>();
    let lists = [
        encoded(&keys.unseal, KeyShare::base64),
        encoded(&keys.unseal, KeyShare::hex),
        encoded(&keys.recovery, KeyShare::base64),
        encoded(&keys.recovery, KeyShare::hex),
    ];
    let [unseal_keys_b64, unseal_keys_hex, recovery_keys_b64, recovery_keys_hex] =
        lists.each_ref().map(|list| list.iter().map(|share| share.expose_secret()).collect::<Vec<_>>());
    let count = |set: &ShareSet| set.total.or_else(|| u32::try_from(set.shares.len()).ok()).unwrap_or_default();
    let written = Written {
        unseal_shares: count(&keys.unseal),
        unseal_threshold: keys.unseal.threshold.unwrap_or_default(),
        recovery_keys_shares: count(&keys.recovery),
        recovery_keys_threshold: keys.recovery.threshold.unwrap_or_default(),
        root_token: keys.root_token.as_ref().map_or("", |token| token.expose_secret()),
        secretzero: keys.origin.as_ref(),
        unseal_keys_b64,
        unseal_keys_hex,
        recovery_keys_b64,
        recovery_keys_hex,
    };
    // With room for all of it: a vector that grows leaves copies behind.
    let lists =
        [&written.unseal_keys_b64, &written.unseal_keys_hex, &written.recovery_keys_b64, &written.recovery_keys_hex];
    let shares: usize = lists.into_iter().flatten().map(|share| share.len() + 16).sum();
    let origin =
        keys.origin.as_ref().map_or(0, |origin| origin.address.len() + origin.product.len() + origin.time.len());
    let mut json = Zeroizing::new(Vec::with_capacity(1024 + shares + written.root_token.len() + 6 * origin));
    // Texts and numbers always have a form in JSON, and a vector takes all of it.
    let _ = serde_json::to_writer_pretty(&mut *json, &written);
    json.push(b'\n');
    json
}
