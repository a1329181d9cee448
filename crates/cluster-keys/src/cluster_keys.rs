//! The keys of one server or cluster.

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::error::{MergeError, ParseError};
use crate::share::{KeyShare, ShareError};
use crate::{LARGEST, MOST_SHARES, json, text};

/// What initialising a server told, or a part of it. It does not print its secrets.
#[derive(Clone, Debug, Default)]
pub struct ClusterKeys {
    /// The shares that unseal it. None if it unseals itself.
    pub unseal: ShareSet,
    /// The shares that only recover it: they make a new root token, and can't unseal it. None unless it unseals itself.
    pub recovery: ShareSet,
    /// The root token, if it is kept here.
    pub root_token: Option<SecretString>,
    /// Where the keys come from, if we have written them.
    pub origin: Option<Origin>,
}

/// Shares of one key.
#[derive(Clone, Debug, Default)]
pub struct ShareSet {
    /// Those that are at hand.
    pub shares: Vec<KeyShare>,
    /// Into how many the key was split, if that is known.
    pub total: Option<u32>,
    /// How many are needed, if that is known.
    pub threshold: Option<u32>,
}

/// When and where the keys were made: what is written beside them, as the member `secretzero`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The address under which the server was initialised.
    pub address: String,
    /// Which product it is, with its version, as far as it told.
    pub product: String,
    /// When, as RFC 3339 has it.
    pub time: String,
}

impl ClusterKeys {
    /// Reads keys in any form: JSON of `operator init -format=json`, the body of the reply of `sys/init`, the text that
    /// `operator init` prints, or shares alone, one a line.
    ///
    /// # Errors
    /// If there are none in it.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        if bytes.len() > LARGEST {
            return Err(ParseError::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| ParseError::NoText)?.trim_start_matches('\u{feff}').trim();
        let keys = if text.starts_with('{') { json::read(text)? } else { text::read(text)? };
        if keys.is_empty() { Err(ParseError::Empty) } else { Ok(keys) }
    }

    /// The keys as they are written: in the form of `operator init -format=json`, with [`Origin`] as one more member.
    pub fn to_json(&self) -> Zeroizing<Vec<u8>> {
        json::write(self)
    }

    /// Keys that are spread over several files, as one. A share that is in more than one of them counts once.
    ///
    /// # Errors
    /// If they can't be of the same server.
    pub fn merge(self, other: Self) -> Result<Self, MergeError> {
        if self.root_token.is_some() && other.root_token.is_some() && !self.has_root_token_of(&other) {
            return Err(MergeError::OtherRootToken);
        }
        let origin = match (self.origin, other.origin) {
            (Some(one), Some(another)) if one != another => return Err(MergeError::OtherOrigin),
            (one, another) => one.or(another),
        };
        Ok(Self {
            unseal: self.unseal.merge(other.unseal)?,
            recovery: self.recovery.merge(other.recovery)?,
            root_token: self.root_token.or(other.root_token),
            origin,
        })
    }

    /// The root token, if it is kept here.
    pub fn root_token(&self) -> Option<&SecretString> {
        self.root_token.as_ref()
    }

    /// Whether the root token is encrypted with PGP for somebody, who must decrypt it before it is of use. Tokens are much
    /// shorter, and most have a full stop in them, which base64 has not.
    pub fn has_encrypted_root_token(&self) -> bool {
        let token = self.root_token.as_ref();
        token.is_some_and(|token| KeyShare::of_server(token).is_ok_and(|bytes| bytes.is_encrypted()))
    }

    /// Whether both have the same root token, or both none.
    #[expect(clippy::disallowed_methods, reason = "digests of the two are compared, and thrown away")]
    pub fn has_root_token_of(&self, other: &Self) -> bool {
        let digest =
            |keys: &Self| keys.root_token.as_ref().map(|token| Sha256::digest(token.expose_secret().as_bytes()));
        digest(self) == digest(other)
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.unseal.shares.is_empty() && self.recovery.shares.is_empty() && self.root_token.is_none()
    }

    /// The shares that there are: those that unseal, or else those that recover.
    pub fn shares(&self) -> &ShareSet {
        if self.unseal.shares.is_empty() { &self.recovery } else { &self.unseal }
    }

    /// The [fingerprints](KeyShare::fingerprint) of the shares.
    pub fn fingerprints(&self) -> Vec<String> {
        self.shares().shares.iter().map(KeyShare::fingerprint).collect()
    }

    /// A part for each share, with that share and nothing else, and a last part with the root token. All of them together are
    /// the whole again.
    pub fn split(&self) -> (Vec<Self>, Self) {
        let with = |unseal: ShareSet, recovery: ShareSet| Self {
            unseal,
            recovery,
            root_token: None,
            origin: self.origin.clone(),
        };
        let mut parts: Vec<_> = self.unseal.split().into_iter().map(|one| with(one, ShareSet::default())).collect();
        parts.extend(self.recovery.split().into_iter().map(|one| with(ShareSet::default(), one)));
        let mut last = with(ShareSet::default(), ShareSet::default());
        last.root_token.clone_from(&self.root_token);
        (parts, last)
    }
}

impl ShareSet {
    /// Shares as a server tells them when it is initialised.
    ///
    /// # Errors
    /// If one can't be decoded.
    pub fn of_server(texts: &[SecretString], total: u32, threshold: u32) -> Result<Self, ShareError> {
        let shares = texts.iter().map(KeyShare::of_server).collect::<Result<Vec<_>, _>>()?;
        if shares.is_empty() {
            return Ok(Self::default());
        }
        Ok(Self { shares, total: Some(total), threshold: Some(threshold) })
    }

    /// The shares in these texts.
    pub(crate) fn of_texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Vec<KeyShare>, ParseError> {
        let mut shares = Vec::new();
        for (index, text) in texts.into_iter().enumerate() {
            if index == MOST_SHARES {
                return Err(ParseError::TooMany);
            }
            shares.push(KeyShare::parse(text).map_err(|source| ParseError::Share { number: index + 1, source })?);
        }
        Ok(shares)
    }

    fn merge(mut self, other: Self) -> Result<Self, MergeError> {
        let known: Vec<_> = self.shares.iter().map(KeyShare::fingerprint).collect();
        self.shares.extend(other.shares.into_iter().filter(|share| !known.contains(&share.fingerprint())));
        if self.shares.len() > MOST_SHARES {
            return Err(MergeError::TooMany);
        }
        self.total = either(self.total, other.total)?;
        self.threshold = either(self.threshold, other.threshold)?;
        Ok(self)
    }

    fn split(&self) -> Vec<Self> {
        let alone =
            |share: &KeyShare| Self { shares: vec![share.clone()], total: self.total, threshold: self.threshold };
        self.shares.iter().map(alone).collect()
    }
}

fn either(one: Option<u32>, another: Option<u32>) -> Result<Option<u32>, MergeError> {
    match (one, another) {
        (Some(one), Some(another)) if one != another => Err(MergeError::OtherSplit),
        (one, another) => Ok(one.or(another)),
    }
}

#[cfg(test)]
mod tests;
