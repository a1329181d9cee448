//! The search: every secret and every pattern at once, layer by layer.

use std::collections::BTreeSet;
use std::fmt;

use crate::layers::{self, Seen};
use crate::needles::needles;
use crate::pattern::Pattern;
use crate::secret::Secret;
use crate::text_search::Texts;

/// How many layers are taken off. A secret in the private state of a saved plan lies in four.
const DEPTH: usize = 6;

/// Looks for some secrets, and perhaps for patterns.
pub struct Scanner {
    texts: Texts,
    sought: Vec<Sought>,
    whats: Vec<What>,
}

/// What one of the texts stands for.
enum Sought {
    Secret { number: usize, form: &'static str },
    Pattern(Pattern),
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A secret with this label.
    Secret(String),
    /// A private key with this label.
    PrivateKey(String),
    /// A shape.
    Pattern(Pattern),
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Hit {
    /// What it is.
    pub what: What,
    /// How it was encoded, from the inside to the outside: `raw in base64 in tfstate of a zip file`.
    pub encoding: String,
}

/// What a scan of some bytes has shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scan {
    /// What was found, each encoding once.
    pub hits: BTreeSet<Hit>,
    /// What could not be looked at.
    pub gaps: Vec<String>,
}

impl Scanner {
    /// Prepares the search. With `patterns` it also looks for all [`Pattern`]s.
    pub fn new(secrets: &[Secret], patterns: bool) -> Self {
        let (mut texts, mut sought) = (Vec::new(), Vec::new());
        for (number, secret) in secrets.iter().enumerate() {
            for (form, needle) in secret.parts().iter().flat_map(|part| needles(part)) {
                texts.push(needle);
                sought.push(Sought::Secret { number, form });
            }
        }
        for pattern in Pattern::ALL.iter().filter(|_| patterns) {
            for anchor in pattern.anchors() {
                texts.push(anchor.to_vec());
                sought.push(Sought::Pattern(*pattern));
            }
        }
        let whats = secrets.iter().map(What::of).collect();
        Self { texts: Texts::new(texts), sought, whats }
    }

    /// Looks through bytes and everything that is packed in them.
    pub fn scan(&self, bytes: &[u8]) -> Scan {
        let mut scan = Scan::default();
        self.search(bytes, "", DEPTH, &mut Seen::default(), &mut scan);
        scan
    }

    /// A text for people, such as a path; if there is a secret in it, only what is said of that.
    pub fn redacted(&self, text: &str) -> String {
        let hits = self.scan(text.as_bytes()).hits;
        let labels: BTreeSet<String> = hits.into_iter().map(|hit| hit.what.to_string()).collect();
        if labels.is_empty() {
            return text.to_owned();
        }
        format!("[a text with {}]", labels.into_iter().collect::<Vec<_>>().join(", "))
    }

    fn search(&self, bytes: &[u8], around: &str, depth: usize, seen: &mut Seen, scan: &mut Scan) {
        self.texts.search(bytes, |text, begin, end| {
            let (what, form) = match self.sought.get(text) {
                Some(Sought::Secret { number, form }) => match self.whats.get(*number) {
                    Some(what) => (what.clone(), *form),
                    None => return,
                },
                Some(Sought::Pattern(pattern)) if pattern.is_at(bytes, begin, end) => (What::Pattern(*pattern), "raw"),
                _ => return,
            };
            scan.hits.insert(Hit { what, encoding: format!("{form}{around}") });
        });
        let Some(depth) = depth.checked_sub(1) else { return };
        for layer in layers::below(bytes, seen, &mut scan.gaps) {
            self.search(&layer.bytes, &format!(" in {}{around}", layer.encoding), depth, seen, scan);
        }
    }
}

impl fmt::Debug for Scanner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scanner").field("sought", &self.whats).finish_non_exhaustive()
    }
}

impl What {
    fn of(secret: &Secret) -> Self {
        let label = secret.label().to_owned();
        if secret.is_private_key() { Self::PrivateKey(label) } else { Self::Secret(label) }
    }

    /// The label of the secret, or the name of the pattern.
    pub fn label(&self) -> &str {
        match self {
            Self::Secret(label) | Self::PrivateKey(label) => label,
            Self::Pattern(pattern) => pattern.name(),
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(label) | Self::PrivateKey(label) => write!(f, "the secret {label:?}"),
            Self::Pattern(pattern) => write!(f, "{pattern}"),
        }
    }
}
