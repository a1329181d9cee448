//! Canaries: values made up for a test, so that whoever shows one has leaked it.
//!
//! A secret rarely leaks as it is. So a canary is looked for in every encoding that the programs around a provider use,
//! also inside longer texts in base64, and inside the entries of zip files, which is what a saved plan is.
//!
//! A search that finds nothing proves little by itself. Plant a second canary in a place that is not secret and demand
//! that the same search finds it.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};
use std::fs::{self, File};
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use memchr::memmem;
use zip::ZipArchive;

/// Shorter ones would be found where nobody put them.
const SHORTEST: usize = 12;

/// How many layers of base64 and zip are taken off. A secret in private state lies in two of base64.
const DEPTH: usize = 4;

/// Entries of a zip file that claim to be larger are refused.
const LARGEST_ENTRY: u64 = 256 << 20;

/// A secret of which every trace is a leak, or a value of which a trace must be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canary {
    label: String,
    value: String,
    /// What to look for: in words, and in bytes.
    forms: Vec<(&'static str, Vec<u8>)>,
}

impl Canary {
    /// A new value that nobody had before: 32 letters and digits, the first a letter. The label names it in failures.
    ///
    /// # Errors
    /// If the system has no randomness.
    pub fn new(label: &str) -> Result<Self> {
        let mut random = [0; 14];
        let mut source = File::open("/dev/urandom").context("opening the source of randomness")?;
        source.read_exact(&mut random).context("reading randomness")?;
        Self::of(label, &format!("cnry{}", hex(&random, false)))
    }

    /// A secret that somebody else made, such as a key that a server handed out.
    ///
    /// # Errors
    /// If it is so short that it might be found by chance.
    pub fn of(label: &str, value: &str) -> Result<Self> {
        if value.len() < SHORTEST {
            bail!("{label:?} has less than {SHORTEST} bytes and would be found by chance");
        }
        Ok(Self { label: label.to_owned(), value: value.to_owned(), forms: forms(value) })
    }

    /// What it is, in failures.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The value, for a configuration or a server.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Where, and how encoded, it is in these bytes: `base64 in tfstate in the zip`. Empty if it is not.
    pub fn find(&self, bytes: &[u8]) -> Vec<String> {
        let mut found = BTreeSet::new();
        self.search(bytes, "", DEPTH, &mut found);
        found.into_iter().collect()
    }

    fn search(&self, bytes: &[u8], around: &str, depth: usize, found: &mut BTreeSet<String>) {
        for (name, form) in &self.forms {
            if memmem::find(bytes, form).is_some() {
                found.insert(format!("{name}{around}"));
            }
        }
        let Some(depth) = depth.checked_sub(1) else { return };
        for (name, entry) in zip_entries(bytes) {
            self.search(&entry, &format!("{around} in {name} of a zip file"), depth, found);
        }
        for decoded in decoded_runs(bytes) {
            self.search(&decoded, &format!("{around} in base64"), depth, found);
        }
    }
}

/// A canary that was found in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Sighting {
    /// The file.
    pub path: PathBuf,
    /// How it was encoded, and in what.
    pub form: String,
}

impl fmt::Display for Sighting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.path.display(), self.form)
    }
}

/// Looks for a canary in all files below a folder, except those for which `skip` holds. Links are not followed.
///
/// # Errors
/// If a file or a folder can't be read.
pub fn sightings(canary: &Canary, folder: &Path, skip: &dyn Fn(&Path) -> bool) -> Result<Vec<Sighting>> {
    let mut found = Vec::new();
    let mut paths = vec![folder.to_owned()];
    while let Some(path) = paths.pop() {
        if skip(&path) {
            continue;
        }
        let kind = fs::symlink_metadata(&path).with_context(|| format!("looking at {}", path.display()))?.file_type();
        if kind.is_dir() {
            let entries = fs::read_dir(&path).with_context(|| format!("listing {}", path.display()))?;
            paths.extend(entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?);
        } else if kind.is_file() {
            let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
            found.extend(canary.find(&bytes).into_iter().map(|form| Sighting { path: path.clone(), form }));
        }
    }
    found.sort();
    Ok(found)
}

/// All that a value can look like in a text, without those that are the value itself.
fn forms(value: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = value.as_bytes();
    let json = json(value);
    let mut forms = vec![
        ("raw", value.to_owned()),
        ("JSON", json.clone()),
        ("JSON of Go", go_json(&json)),
        ("HCL", json.replace("${", "$${").replace("%{", "%%{")),
        ("JSON in JSON", self::json(&json)),
        ("URL-encoded", url(value, false, "%20")),
        ("URL-encoded", url(value, true, "%20")),
        ("URL-encoded", url(value, true, "+")),
        ("hexadecimal", hex(bytes, false)),
        ("hexadecimal", hex(bytes, true)),
        // Byte strings as Rust, JSON and Go print them when nobody thought of it.
        ("list of bytes", list(bytes, ", ")),
        ("list of bytes", list(bytes, ",")),
        ("list of bytes", list(bytes, " ")),
    ];
    for (name, alphabet) in [("base64", &STANDARD), ("base64url", &URL_SAFE)] {
        forms.extend((0..3).map(|phase| (name, base64_at(bytes, phase, alphabet))));
    }
    let mut seen = BTreeSet::new();
    forms.retain(|(_, form)| seen.insert(form.clone()));
    forms.into_iter().map(|(name, form)| (name, form.into_bytes())).collect()
}

/// The inside of a JSON string.
fn json(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned()
}

/// Go's encoder also escapes what has a meaning in HTML.
fn go_json(json: &str) -> String {
    json.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e")
}

fn url(value: &str, upper: bool, space: &str) -> String {
    let mut encoded = String::new();
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            b' ' => encoded.push_str(space),
            _ => encoded.push_str(&format!("%{}", hex(&[byte], upper))),
        }
    }
    encoded
}

fn hex(bytes: &[u8], upper: bool) -> String {
    let mut text = String::new();
    for byte in bytes {
        // A string takes everything.
        let _ = if upper { write!(text, "{byte:02X}") } else { write!(text, "{byte:02x}") };
    }
    text
}

fn list(bytes: &[u8], separator: &str) -> String {
    bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(separator)
}

/// What base64 of a longer text has of `bytes` that begin so many bytes behind a multiple of three: the characters that
/// depend on nothing else.
fn base64_at(bytes: &[u8], phase: usize, alphabet: &base64::alphabet::Alphabet) -> String {
    let engine = GeneralPurpose::new(alphabet, GeneralPurposeConfig::new().with_encode_padding(false));
    let whole = [vec![0; phase], bytes.to_vec()].concat();
    let mut encoded = engine.encode(&whole);
    if whole.len() % 3 != 0 {
        encoded.pop();
    }
    // Six bits a character: the ones before are in ⌈8 · phase / 6⌉ of them.
    encoded.split_off((8 * phase).div_ceil(6))
}

/// The entries of a zip file; none if it is something else.
fn zip_entries(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    if !bytes.starts_with(b"PK\x03\x04") {
        return Vec::new();
    }
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else { return Vec::new() };
    let mut entries = Vec::new();
    for at in 0..archive.len() {
        let Ok(entry) = archive.by_index(at) else { continue };
        let name = entry.name().map_or_else(|_| format!("entry {at}"), |name| name.into_owned());
        let mut content = Vec::new();
        // Of an entry that is damaged, what there is.
        let _ = entry.take(LARGEST_ENTRY).read_to_end(&mut content);
        entries.push((name, content));
    }
    entries
}

/// What the longest runs of characters of base64 stand for, in both alphabets.
fn decoded_runs(bytes: &[u8]) -> Vec<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let mut decoded = Vec::new();
    for (alphabet, others) in [(&STANDARD, b"+/"), (&URL_SAFE, b"-_")] {
        let engine = GeneralPurpose::new(alphabet, config);
        for run in bytes.split(|byte| !byte.is_ascii_alphanumeric() && !others.contains(byte)) {
            // One character alone can't be the rest.
            let whole = run.get(..run.len() - usize::from(run.len() % 4 == 1)).unwrap_or_default();
            // Where the runs are the same in both alphabets, once is enough.
            let is_new = others == b"+/" || run.iter().any(|byte| others.contains(byte));
            if whole.len() * 3 / 4 >= SHORTEST && is_new {
                decoded.extend(engine.decode(whole));
            }
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use base64::engine::general_purpose::{STANDARD as BASE64, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
    use serde_json::json;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    /// Every character that some encoding changes, and bytes that base64 writes with its last two characters.
    const AWKWARD: &str = "a\"b\\c\nd<e>&f ${g} %{h}/i+jü?>~ÿ";

    #[test]
    fn a_new_canary_is_unlike_any_other() {
        let (one, other) = (Canary::new("one").unwrap(), Canary::new("other").unwrap());
        assert_ne!(one.value(), other.value());
        assert_eq!(one.find(other.value().as_bytes()), Vec::<String>::new());
        assert_eq!(one.find(format!("x{}y", one.value()).as_bytes()), ["raw"]);
        Canary::of("short", "hunter2").unwrap_err();
    }

    #[test]
    fn it_is_found_in_every_encoding() {
        let canary = Canary::of("awkward", AWKWARD).unwrap();
        let bytes = AWKWARD.as_bytes();
        let go = r#"{"k":"a\"b\\c\nd\u003ce\u003e\u0026f ${g} %{h}/i+jü?\u003e~ÿ"}"#;
        let hcl = r#"k = "a\"b\\c\nd<e>&f $${g} %%{h}/i+jü?>~ÿ""#;
        let cases = [
            (AWKWARD.to_owned(), "raw"),
            (json!({ "k": AWKWARD }).to_string(), "JSON"),
            (json!({ "k": json!({ "k": AWKWARD }).to_string() }).to_string(), "JSON in JSON"),
            (go.to_owned(), "JSON of Go"),
            (hcl.to_owned(), "HCL"),
            (format!("{bytes:?}"), "list of bytes"),
            (json!(bytes).to_string(), "list of bytes"),
            ("?k=a%22b%5Cc%0Ad%3Ce%3E%26f+%24%7Bg%7D+%25%7Bh%7D%2Fi%2Bj%C3%BC%3F%3E~%C3%BF".to_owned(), "URL-encoded"),
            ("a%22b%5cc%0ad%3ce%3e%26f%20%24%7bg%7d%20%25%7bh%7d%2fi%2bj%c3%bc%3f%3e~%c3%bf".to_owned(), "URL-encoded"),
            (format!("0x{}", hex(bytes, false)), "hexadecimal"),
            (hex(bytes, true), "hexadecimal"),
        ];
        for (text, name) in cases {
            assert_eq!(canary.find(text.as_bytes()), [name], "{text}");
        }
    }

    #[test]
    fn base64_is_found_wherever_it_begins_and_ends() {
        for value in [AWKWARD, "0123456789abcdef", "0123456789abcdefg", "0123456789abcdefgh"] {
            let canary = Canary::of("value", value).unwrap();
            for (before, after) in [("", ""), ("1", "1"), ("12", "12"), ("123", "")] {
                let text = format!("{before}{value}{after}");
                for (encoded, name) in [
                    (BASE64.encode(&text), "base64"),
                    (STANDARD_NO_PAD.encode(&text), "base64"),
                    (URL_SAFE_NO_PAD.encode(&text), "base64"),
                ] {
                    // By its own form, and by decoding; a line break in it would only hinder the second.
                    let found = canary.find(format!("k = {encoded}!").as_bytes());
                    assert!(found.iter().any(|form| form.starts_with(name)), "{text} as {encoded}: {found:?}");
                    assert!(found.contains(&"raw in base64".to_owned()), "{text} as {encoded}: {found:?}");
                    let cut = canary.find(format!("ab{encoded}!").as_bytes());
                    assert!(cut.iter().any(|form| form.starts_with(name)), "{text} as {encoded}: {cut:?}");
                }
            }
        }
    }

    #[test]
    fn layers_are_taken_off() {
        let canary = Canary::of("value", "0123456789abcdef").unwrap();
        let private = json!({ "k": BASE64.encode(canary.value()) }).to_string();
        let state = json!({ "private": BASE64.encode(private) }).to_string();
        assert_eq!(canary.find(state.as_bytes()), ["base64 in base64", "raw in base64 in base64"]);

        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("tfstate", SimpleFileOptions::default()).unwrap();
        zip.write_all(format!("{}{}", canary.value(), "x".repeat(1000)).as_bytes()).unwrap();
        let zip = zip.finish().unwrap().into_inner();
        assert_eq!(memmem::find(&zip, canary.value().as_bytes()), None, "it is compressed");
        assert_eq!(canary.find(&zip), ["raw in tfstate of a zip file"]);
    }

    #[test]
    fn all_files_of_a_folder_are_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let canary = Canary::new("secret").unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        for name in ["a/b/leak", "main.tf"] {
            fs::write(folder.path().join(name), canary.value()).unwrap();
        }
        fs::write(folder.path().join("clean"), "nothing").unwrap();
        let found = sightings(&canary, folder.path(), &|path| path.ends_with("main.tf")).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].to_string(), format!("{} (raw)", folder.path().join("a/b/leak").display()));
    }
}
