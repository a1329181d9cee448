//! Shapes that give a secret away although nobody knows it.
//!
//! Each has a text by which it is found, and a test of what is around that text. They miss something rather than see
//! secrets everywhere: what a test knows of is found by its value anyway.

use std::fmt;

use crate::text_search::find;

/// A shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Pattern {
    /// A service, batch or recovery token of Vault or OpenBao: `hvs.`, `hvb.`, `hvr.`, `s.` and `b.`.
    VaultToken,
    /// A signed JSON Web Token (RFC 7519), such as that of a Kubernetes service account.
    WebToken,
    /// A private key in PEM (RFC 7468), encrypted or not.
    PrivateKeyPem,
    /// A private key in the DER of PKCS#8.
    PrivateKeyDer,
    /// A share of an unseal or recovery key, with the words that servers print before it.
    UnsealKey,
    /// An identity of age.
    AgeIdentity,
}

/// PKCS#8 up to the private part: RSA, the three curves of NIST, Ed25519.
const PKCS8: &[&[u8]] = &[
    &[2, 1, 0, 0x30, 0x0d, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0, 4, 0x82],
    &[2, 1, 0, 0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7, 4],
    &[2, 1, 0, 0x30, 0x10, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 5, 0x2b, 0x81, 4, 0, 0x22, 4],
    &[2, 1, 0, 0x30, 0x10, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 5, 0x2b, 0x81, 4, 0, 0x23, 4],
    &[2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20],
    &[2, 1, 1, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20],
];

const UNSEAL: &[&[u8]] = &[
    b"nseal Key",
    b"nseal key",
    b"nsealKey",
    b"nseal_key",
    b"ecovery Key",
    b"ecovery key",
    b"ecovery_key",
    b"keys_base64",
    b"\"keys\"",
];

impl Pattern {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::VaultToken,
        Self::WebToken,
        Self::PrivateKeyPem,
        Self::PrivateKeyDer,
        Self::UnsealKey,
        Self::AgeIdentity,
    ];

    /// What it is called in failures and in allowances.
    pub fn name(self) -> &'static str {
        match self {
            Self::VaultToken => "a token of Vault or OpenBao",
            Self::WebToken => "a JSON Web Token",
            Self::PrivateKeyPem => "a private key in PEM",
            Self::PrivateKeyDer => "a private key in DER",
            Self::UnsealKey => "a share of an unseal key",
            Self::AgeIdentity => "an age identity",
        }
    }

    /// The texts by which it is found.
    pub(crate) fn anchors(self) -> &'static [&'static [u8]] {
        match self {
            Self::VaultToken => &[b"hvs.", b"hvb.", b"hvr.", b"s.", b"b."],
            Self::WebToken => &[b".eyJ"],
            Self::PrivateKeyPem => &[b"PRIVATE KEY-----", b"PRIVATE KEY BLOCK-----"],
            Self::PrivateKeyDer => PKCS8,
            Self::UnsealKey => UNSEAL,
            Self::AgeIdentity => &[b"AGE-SECRET-KEY-"],
        }
    }

    /// Whether the anchor at `start..end` is part of such a thing.
    pub(crate) fn is_at(self, bytes: &[u8], start: usize, end: usize) -> bool {
        let (before, after) = (bytes.get(..start).unwrap_or_default(), bytes.get(end..).unwrap_or_default());
        match self {
            Self::VaultToken => is_token(bytes.get(start..end).unwrap_or_default(), before, after),
            Self::WebToken => is_web_token(before, after),
            Self::PrivateKeyPem => {
                let begin = before.get(before.len().saturating_sub(32)..).unwrap_or_default();
                find(begin, b"-----BEGIN ").is_some() && has_body(after)
            }
            Self::PrivateKeyDer => true,
            Self::UnsealKey => has_share(after),
            Self::AgeIdentity => {
                let body = after.strip_prefix(b"PQ-").unwrap_or(after);
                run(body, |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()).len() >= 40
            }
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn is_token(prefix: &[u8], before: &[u8], after: &[u8]) -> bool {
    if before.last().is_some_and(|byte| is_url_digit(*byte) || *byte == b'.') {
        return false;
    }
    let body = run(after, is_url_digit);
    // Old service tokens have 24 letters and digits, and nothing else tells them from a method call.
    let fits = match prefix {
        b"s." => body.len() == 24 && body.iter().all(u8::is_ascii_alphanumeric),
        b"b." => body.len() >= 80,
        _ => body.len() >= 24,
    };
    fits && looks_random(body)
}

/// Header, claims and signature, with dots between them; header and claims are JSON objects.
fn is_web_token(before: &[u8], after: &[u8]) -> bool {
    let start = before.iter().rposition(|byte| !is_url_digit(*byte)).map_or(0, |at| at + 1);
    let header = before.get(start..).unwrap_or_default();
    let claims = run(after, is_url_digit);
    let signature = after.get(claims.len()..).and_then(|rest| rest.strip_prefix(b"."));
    header.len() >= 10
        && header.starts_with(b"eyJ")
        && claims.len() >= 10
        && signature.is_some_and(|text| run(text, is_url_digit).len() >= 16)
}

/// Whether base64 follows, behind a line break however escaped: the name alone also stands in documentation.
fn has_body(after: &[u8]) -> bool {
    let mut rest = after.trim_ascii_start();
    while let [b'\\', b'n' | b'r' | b'\\', ..] = rest {
        rest = rest.get(if rest.get(1) == Some(&b'\\') { 1 } else { 2 }..).unwrap_or_default().trim_ascii_start();
    }
    run(rest, is_digit).len() >= 32
}

/// What the servers write in front of the hash of a value in their audit logs.
const HASHED: &[u8] = b"hmac-sha256:";

/// Whether 32 or 33 bytes follow soon, in base64 or hexadecimal.
fn has_share(after: &[u8]) -> bool {
    let near = after.get(..140).unwrap_or(after);
    let first = near.split(|byte| !is_digit(*byte)).find(|run| run.len() > 16).unwrap_or_default();
    let is_hexadecimal = first.iter().all(u8::is_ascii_hexdigit);
    // An audit log has what stands in place of a value, and says so.
    let is_hash =
        find(near, HASHED).is_some_and(|at| near.get(at + HASHED.len()..).is_some_and(|rest| rest.starts_with(first)));
    match first.len() {
        _ if is_hash => false,
        43 | 44 => looks_random(first),
        64 | 66 => is_hexadecimal,
        _ => false,
    }
}

/// Words and placeholders lack capitals, small letters or digits.
fn looks_random(text: &[u8]) -> bool {
    [u8::is_ascii_uppercase, u8::is_ascii_lowercase, u8::is_ascii_digit].iter().all(|kind| text.iter().any(kind))
}

fn run(bytes: &[u8], is_part: impl Fn(u8) -> bool) -> &[u8] {
    let length = bytes.iter().position(|byte| !is_part(*byte)).unwrap_or(bytes.len());
    bytes.get(..length).unwrap_or_default()
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

fn is_url_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Scanner, What};

    fn found(text: &[u8]) -> Vec<Pattern> {
        let hits = Scanner::new(&[], true).scan(text).hits.into_iter();
        let mut patterns: Vec<Pattern> = hits
            .filter_map(|hit| match hit.what {
                What::Pattern(pattern) => Some(pattern),
                What::Secret(_) | What::PrivateKey(_) => None,
            })
            .collect();
        patterns.dedup();
        patterns
    }

    #[test]
    fn each_shape_is_seen() {
        let batch = format!("token=b.{}", "AAAAAQKr4bBmh6Yk3Qz_-".repeat(5));
        let web = "Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6IiJ9.eyJpc3MiOiJrdWJlcm5ldGVzL3Nl.c2lnbmF0dXJlc2lnbmF0dXJl";
        let share = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyMDE=";
        let pem = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIBkg3vRwWoLBuHXCBdfFSJPLoQoc9Kk1vmq8Jf7pW";
        let age = "AGE-SECRET-KEY-1QYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQY";
        for (text, pattern) in [
            ("\"hvs.CAESIJ8PqR2sT4uV6wX8yZ0a\"".to_owned(), Pattern::VaultToken),
            ("hvb.AAAAAQJl0AbCdEfGhIjKlMnOpQrStUv".to_owned(), Pattern::VaultToken),
            ("X-Vault-Token: s.Qf1s5zigZ4OX6akYjQXJC1jY\r\n".to_owned(), Pattern::VaultToken),
            (batch, Pattern::VaultToken),
            (web.to_owned(), Pattern::WebToken),
            (pem.to_owned(), Pattern::PrivateKeyPem),
            (pem.replace('\n', "\\n"), Pattern::PrivateKeyPem),
            (pem.replace('\n', "\\\\n"), Pattern::PrivateKeyPem),
            (format!("Unseal Key 1: {share}"), Pattern::UnsealKey),
            (format!("{{\"keys_base64\":[\"{share}\"]}}"), Pattern::UnsealKey),
            (format!("\"keys\": [\n    \"{}\"", "0123456789abcdef".repeat(4)), Pattern::UnsealKey),
            (age.to_owned(), Pattern::AgeIdentity),
        ] {
            assert_eq!(found(text.as_bytes()), [pattern], "{text}");
        }
        for der in PKCS8 {
            assert_eq!(found(&[b"\x30\x82\x04\xbe", *der, &[7; 40]].concat()), [Pattern::PrivateKeyDer]);
        }
    }

    #[test]
    fn what_only_resembles_one_is_not_taken_for_it() {
        for text in [
            "s.controllerRestartRequestX",
            "s.Qf1s5zigZ4OX6akYjQXJC1jYtoolong",
            "items.Qf1s5zigZ4OX6akYjQXJC1jY",
            "https.Qf1s5zigZ4OX6akYjQXJC1jY",
            "hvs.xxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "must begin with -----BEGIN PRIVATE KEY-----, and end with",
            "-----BEGIN PRIVATE KEY-----\\n${base64encode(var.secret)}",
            "-----BEGIN PUBLIC KEY-----\nMHcCAQEEIBkg3vRwWoLBuHXCBdfFSJPLoQoc9Kk1vmq8Jf7pW",
            "eyJhbGciOiJSUzI1NiJ9",
            "h1:Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyMDE=",
            "zh:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "unseal_keys_shares is the number of keys",
            "\"keys\":[\"hmac-sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"]",
            "the word AGE-SECRET-KEY-1 stands before it",
        ] {
            assert_eq!(found(text.as_bytes()), [], "{text}");
        }
    }
}
