//! The text that `operator init` prints, and files with nothing but shares in them.

use crate::cluster_keys::{ClusterKeys, ShareSet};
use crate::error::ParseError;
use crate::share::KeyShare;

pub(crate) fn read(text: &str) -> Result<ClusterKeys, ParseError> {
    let mut unseal = Vec::new();
    let mut recovery = Vec::new();
    let mut root_token = None;
    let mut split = None;
    for line in text.lines() {
        let line = line.trim();
        if let Some(share) = labelled(line, "Unseal Key ") {
            unseal.push(share);
        } else if let Some(share) = labelled(line, "Recovery Key ") {
            recovery.push(share);
        } else if let Some(token) = line.strip_prefix("Initial Root Token:") {
            root_token = Some(token.trim()).filter(|token| !token.is_empty());
        } else if line.contains(" initialized with ") {
            split = numbers(line);
        }
    }
    if unseal.is_empty() && recovery.is_empty() && root_token.is_none() {
        return bare(text);
    }
    let (total, threshold) = split.unzip();
    let set = |texts: Vec<&str>| {
        let shares = ShareSet::of_texts(texts)?;
        if shares.is_empty() { Ok(ShareSet::default()) } else { Ok(ShareSet { shares, total, threshold }) }
    };
    Ok(ClusterKeys {
        unseal: set(unseal)?,
        recovery: set(recovery)?,
        root_token: root_token.map(|token| token.to_owned().into()),
        origin: None,
    })
}

/// What follows `Unseal Key 1:`.
fn labelled<'a>(line: &'a str, label: &str) -> Option<&'a str> {
    let (number, share) = line.strip_prefix(label)?.split_once(':')?;
    number.trim().parse::<u32>().ok()?;
    Some(share.trim())
}

/// Shares alone, one a line. Whether they unseal or recover they don't tell; those that recover come with a word about it.
fn bare(text: &str) -> Result<ClusterKeys, ParseError> {
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    // Any other text is no list of shares with a fault in it.
    let is_list = lines.first().is_some_and(|first| KeyShare::parse(first).is_ok());
    if !is_list {
        return Err(ParseError::Empty);
    }
    let shares = ShareSet::of_texts(lines)?;
    Ok(ClusterKeys { unseal: ShareSet { shares, total: None, threshold: None }, ..ClusterKeys::default() })
}

/// The two numbers of `Vault initialized with 5 key shares and a key threshold of 3.`
fn numbers(line: &str) -> Option<(u32, u32)> {
    let mut numbers = line.split(|letter: char| !letter.is_ascii_digit()).filter_map(|digits| digits.parse().ok());
    Some((numbers.next()?, numbers.next()?))
}
