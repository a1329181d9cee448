//! Takes secrets out of what a server says: errors can repeat what was sent.

use zeroize::Zeroizing;

/// What stands in place of a secret.
const REMOVED: &str = "(removed)";

/// How tokens of the two servers begin. What follows is at least [`TOKEN_BODY`] characters long.
const TOKEN_PREFIXES: &[&str] = &["hvs.", "hvb.", "hvr.", "s.", "b.", "r."];
const TOKEN_BODY: usize = 20;

/// The text without `secrets`, without anything that looks like a token, and without private keys.
pub(crate) fn redact(text: &str, secrets: &[Zeroizing<String>]) -> String {
    let mut text = text.to_owned();
    for secret in secrets {
        text = text.replace(secret.as_str(), REMOVED);
    }
    without_private_keys(&without_tokens(&text))
}

fn without_tokens(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for word in text.split_inclusive(|c: char| !is_of_token(c)) {
        let (body, end) = match word.char_indices().next_back() {
            Some((at, last)) if !is_of_token(last) => word.split_at(at),
            _ => (word, ""),
        };
        // A sentence may end right behind the token.
        let bare = body.trim_end_matches('.');
        let is_token =
            TOKEN_PREFIXES.iter().any(|prefix| bare.strip_prefix(prefix).is_some_and(|rest| rest.len() >= TOKEN_BODY));
        clean.push_str(if is_token { REMOVED } else { body });
        clean.push_str(end);
    }
    clean
}

fn is_of_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')
}

fn without_private_keys(text: &str) -> String {
    match text.split_once("-----BEGIN") {
        Some((before, after)) if after.contains("PRIVATE KEY") => format!("{before}{REMOVED}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_and_what_looks_like_a_token_is_removed() {
        let secrets = [Zeroizing::new("canary-1".to_owned())];
        assert_eq!(redact("invalid secret id canary-1", &secrets), "invalid secret id (removed)");
        for token in ["hvs.CAESIJlWh3u0abcdefghijk", "s.JlWh3u0abcdefghijklmnop", "b.AAAAAQJlWh3u0abcdefghijk-_x"] {
            assert_eq!(redact(&format!("token {token}. Sorry."), &[]), "token (removed) Sorry.", "{token}");
            assert_eq!(redact(&format!("\"{token}\""), &[]), "\"(removed)\"", "{token}");
        }
        assert_eq!(redact("-----BEGIN EC PRIVATE KEY-----\nabc", &[]), "(removed)");
    }

    #[test]
    fn ordinary_words_stay() {
        let text = "path is already in use at s.example.org/kv; see sys/mounts.";
        assert_eq!(redact(text, &[]), text);
    }
}
