//! Values that are planted in every encoding, and that a scan must find.

use std::collections::BTreeSet;
use std::io::{self, Cursor, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use flate2::Compression;
use flate2::write::GzEncoder;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::canary::Canary;
use crate::needles::hexadecimal;
use crate::scanner::{Scan, Scanner, What};
use crate::secret::Secret;

/// What every escape changes, behind a value that nobody had before.
const AWKWARD: &str = "\"/\\\n${a}&?>ü";

type Encode = fn(&[u8]) -> io::Result<Vec<u8>>;

/// Every encoding of which a control is planted, in the order in which they are. A zip file is recognised by its end,
/// so it is the last.
const ENCODINGS: &[(&str, Encode)] = &[
    ("raw", |value| Ok(value.to_owned())),
    ("base64 at phase 0", |value| Ok(base64(value))),
    ("base64 at phase 1", |value| Ok(base64(&[b"a", value, b"b"].concat()))),
    ("base64 at phase 2", |value| Ok(base64(&[b"ab", value, b"cd"].concat()))),
    ("base64 behind other letters", |value| Ok([b"abc", &base64(value)[..]].concat())),
    ("base64 in lines", |value| Ok(wrapped(&base64(&value.repeat(3))))),
    ("base64url", |value| Ok(URL_SAFE_NO_PAD.encode(value).into_bytes())),
    ("base64 in base64", |value| Ok(base64(&base64(value)))),
    ("hexadecimal", |value| Ok(hexadecimal(value, false).into_bytes())),
    ("hexadecimal in capitals", |value| Ok(hexadecimal(value, true).into_bytes())),
    ("JSON escapes", |value| Ok(json(value))),
    ("JSON in JSON", |value| Ok(json(&json(value)))),
    ("JSON escapes of every character", |value| {
        Ok(each(value, |character| format!("\\u{:04x}", u32::from(character))))
    }),
    ("HCL escapes", |value| Ok(hcl(value))),
    ("URL escapes", |value| Ok(url(value))),
    ("URL escapes of every byte", |value| {
        Ok(value.iter().flat_map(|byte| format!("%{byte:02x}").into_bytes()).collect())
    }),
    ("gzip in base64", |value| Ok(base64(&gzip(value)?))),
    ("gzip", gzip),
    ("zip in base64", |value| Ok(base64(&zip(value)?))),
    ("zip", zip),
];

/// One value for each encoding.
#[derive(Debug)]
pub struct Controls {
    canaries: Vec<Canary>,
    scanner: Scanner,
}

impl Controls {
    /// New values.
    ///
    /// # Errors
    /// If the system has no randomness.
    pub fn new() -> io::Result<Self> {
        let canaries = ENCODINGS.iter().map(|(name, _)| {
            let random = Canary::new(name)?;
            Canary::of(name, &format!("{}{AWKWARD}", random.value())).map_err(io::Error::other)
        });
        let canaries = canaries.collect::<io::Result<Vec<_>>>()?;
        let secrets: Vec<Secret> = canaries.iter().map(Secret::from).collect();
        Ok(Self { canaries, scanner: Scanner::new(&secrets, false) })
    }

    /// A copy of `bytes` with each value in its encoding; of a zip file, one with another entry.
    ///
    /// # Errors
    /// If it begins as a zip file and is none.
    pub fn planted_in(&self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut values = Vec::new();
        for ((_, encode), canary) in ENCODINGS.iter().zip(&self.canaries) {
            values.extend(b"\nplanted = \"");
            values.extend(encode(canary.value().as_bytes())?);
        }
        if !bytes.starts_with(crate::layers::ZIP) {
            return Ok([bytes, &values].concat());
        }
        let mut archive = ZipArchive::new(Cursor::new(bytes))?;
        let mut copy = ZipWriter::new(Cursor::new(Vec::new()));
        for at in 0..archive.len() {
            copy.raw_copy_file(archive.by_index(at)?)?;
        }
        copy.start_file("planted", SimpleFileOptions::default())?;
        copy.write_all(&values)?;
        Ok(copy.finish()?.into_inner())
    }

    /// The encodings that a scan of such a copy does not see: none, or the scan is worth nothing.
    pub fn unseen_in(&self, copy: &[u8]) -> Vec<&'static str> {
        let Scan { hits, .. } = self.scanner.scan(copy);
        let seen: BTreeSet<&str> = hits
            .iter()
            .filter_map(|hit| match &hit.what {
                What::Secret(label) => Some(label.as_str()),
                What::Pattern(_) | What::PrivateKey(_) => None,
            })
            .collect();
        ENCODINGS.iter().map(|(name, _)| *name).filter(|name| !seen.contains(name)).collect()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.canaries.len()
    }
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    STANDARD.encode(bytes).into_bytes()
}

fn wrapped(text: &[u8]) -> Vec<u8> {
    text.chunks(64).flat_map(|line| [line, b"\n"].concat()).collect()
}

fn json(value: &[u8]) -> Vec<u8> {
    each(value, |character| match character {
        '"' | '\\' | '/' => format!("\\{character}"),
        '\n' => "\\n".to_owned(),
        '<' | '>' | '&' => format!("\\u{:04x}", u32::from(character)),
        other => other.to_string(),
    })
}

fn hcl(value: &[u8]) -> Vec<u8> {
    let text = each(value, |character| match character {
        '"' | '\\' => format!("\\{character}"),
        '\n' => "\\n".to_owned(),
        other => other.to_string(),
    });
    String::from_utf8_lossy(&text).replace("${", "$${").replace("%{", "%%{").into_bytes()
}

fn url(value: &[u8]) -> Vec<u8> {
    let escape = |byte: &u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => vec![*byte],
        other => format!("%{other:02X}").into_bytes(),
    };
    value.iter().flat_map(escape).collect()
}

fn each(value: &[u8], escape: impl Fn(char) -> String) -> Vec<u8> {
    String::from_utf8_lossy(value).chars().map(escape).collect::<String>().into_bytes()
}

/// Repeated, so that it is really packed and not just stored.
fn gzip(value: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&value.repeat(3))?;
    encoder.finish()
}

fn zip(value: &[u8]) -> io::Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("packed", SimpleFileOptions::default())?;
    zip.write_all(&value.repeat(3))?;
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text_search::find;

    #[test]
    fn every_control_is_found_in_text_in_bytes_and_in_a_zip_file() {
        let controls = Controls::new().unwrap();
        for bytes in [&b""[..], b"{\"version\": 4}", &[0xff; 100], &zip(b"0123456789").unwrap()] {
            let copy = controls.planted_in(bytes).unwrap();
            assert_eq!(controls.unseen_in(&copy), Vec::<&str>::new());
            assert_eq!(controls.unseen_in(bytes).len(), controls.count(), "nothing is planted there");
        }
        assert!(controls.planted_in(b"PK\x03\x04no zip file").is_err());
    }

    #[test]
    fn an_encoding_that_hides_its_value_is_named() {
        let controls = Controls::new().unwrap();
        let copy = controls.planted_in(b"").unwrap();
        let raw = controls.canaries[0].value().as_bytes();
        let at = find(&copy, raw).unwrap();
        let without = [&copy[..at], &copy[at + raw.len()..]].concat();
        assert_eq!(controls.unseen_in(&without), ["raw"]);
    }

    #[test]
    fn an_encoding_is_really_one() {
        for (name, encode) in &ENCODINGS[1..] {
            let value = format!("0123456789abcdef{AWKWARD}");
            let encoded = encode(value.as_bytes()).unwrap();
            assert_eq!(find(&encoded, value.as_bytes()), None, "{name}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        /// A secret is found in random bytes in each encoding, and random bytes without it have nothing.
        #[test]
        fn a_secret_is_found_among_random_bytes(
            secret in "[ -~äß\n]{12,100}",
            before in prop::collection::vec(any::<u8>(), 0..200),
            after in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            prop_assume!(secret.trim().len() >= 12);
            let scanner = Scanner::new(&[Secret::new("s", &secret).unwrap()], true);
            for (name, encode) in ENCODINGS {
                let encoded = encode(secret.trim().as_bytes()).unwrap();
                let mut text = [&before[..], b"\n", &encoded].concat();
                if *name != "zip" {
                    text.extend(b"\n");
                    text.extend(&after);
                }
                let hits = scanner.scan(&text).hits;
                prop_assert!(hits.iter().any(|hit| hit.what == What::Secret("s".to_owned())), "{name}");
            }
            prop_assert_eq!(scanner.scan(&[&before[..], &after].concat()).hits, BTreeSet::new());
        }

        /// The same for keys and the like, which are no text.
        #[test]
        fn binary_secrets_are_found_too(
            secret in prop::collection::vec(any::<u8>(), 16..300),
            before in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            prop_assume!(secret.trim_ascii().len() >= 16);
            let secret = secret.trim_ascii();
            let scanner = Scanner::new(&[Secret::new("s", secret).unwrap()], true);
            let is_of_text = |name: &str| name.starts_with("JSON") || name.starts_with("HCL");
            for (name, encode) in ENCODINGS.iter().filter(|(name, _)| !is_of_text(name)) {
                let text = [&before[..], b"\n", &encode(secret).unwrap()].concat();
                let hits = scanner.scan(&text).hits;
                prop_assert!(hits.iter().any(|hit| hit.what == What::Secret("s".to_owned())), "{name}");
            }
            prop_assert_eq!(scanner.scan(&before).hits, BTreeSet::new());
        }
    }
}
