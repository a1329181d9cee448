//! What is inside: bytes unpacked or unescaped, one layer at a time.

pub(crate) mod base64;
mod escapes;
mod gzip;
mod hexadecimal;
mod percent;
mod zip;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

pub(crate) use self::zip::MAGIC as ZIP;

/// Base64 and hexadecimal shorter than this, in characters, hold no secret that is looked for.
const SHORTEST_RUN: usize = 16;

/// Bytes that were inside others.
pub(crate) struct Layer {
    /// How they were encoded; `tfstate of a zip file` for an entry.
    pub(crate) encoding: String,
    pub(crate) bytes: Vec<u8>,
}

/// What was looked at already. The same text is logged again and again.
#[derive(Default)]
pub(crate) struct Seen(HashSet<u64>);

impl Seen {
    /// Whether these bytes are new.
    pub(crate) fn is_new(&mut self, bytes: &[u8]) -> bool {
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        self.0.insert(hasher.finish())
    }
}

/// The layers below; `gaps` gets what is too large to be looked at.
pub(crate) fn below(bytes: &[u8], seen: &mut Seen, gaps: &mut Vec<String>) -> Vec<Layer> {
    let mut layers = Vec::new();
    let mut add = |encoding: &str, bytes: Vec<u8>| layers.push(Layer { encoding: encoding.to_owned(), bytes });
    for (name, entry) in zip::entries(bytes, gaps) {
        add(&format!("{name} of a zip file"), entry);
    }
    for member in gzip::members(bytes, gaps) {
        add("gzip", member);
    }
    // One buffer for all that was in base64, since most of it is short; what is packed again has to stand alone.
    let mut pool = Vec::new();
    for decoded in base64::runs(bytes, seen) {
        if decoded.starts_with(zip::MAGIC) {
            add("base64", decoded);
        } else {
            pool.extend(decoded);
            pool.push(b'\n');
        }
    }
    add("base64", pool);
    add("hexadecimal", hexadecimal::runs(bytes, seen));
    add("escapes", escapes::undone(bytes));
    add("template escapes", escapes::templates_undone(bytes));
    add("URL escapes", percent::undone(bytes));
    layers.retain(|layer| !layer.bytes.is_empty() && seen.is_new(&layer.bytes));
    layers
}
