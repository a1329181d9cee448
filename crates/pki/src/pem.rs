//! PEM (RFC 7468), read as it is found in the field: text before and between blocks, any line length, CRLF.
//!
//! Written here because private keys pass through: everything decoded is wiped on drop, and nothing is copied on the
//! way. Errors name lines.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::error::{Document, ReadError};

/// Bundles of all public roots are a quarter of this.
const MAX_BYTES: usize = 2 << 20;
const BYTES_PER_LINE: usize = 48;
const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// One decoded block.
pub(crate) struct Block {
    pub(crate) label: String,
    pub(crate) der: Zeroizing<Vec<u8>>,
    /// It has a header `Proc-Type: 4,ENCRYPTED`, the encryption that OpenSSL had before PKCS#8.
    pub(crate) legacy_encryption: bool,
}

/// All blocks of a text, in order.
///
/// # Errors
/// If there is none, or one of them is cut off or damaged.
pub(crate) fn blocks(text: &str, what: Document) -> Result<Vec<Block>, ReadError> {
    if text.len() > MAX_BYTES {
        return Err(ReadError::TooLarge { what, bytes: text.len(), limit: MAX_BYTES });
    }
    let mut blocks = Vec::new();
    let mut lines = text.lines().zip(1..);
    while let Some((line, number)) = lines.next() {
        if let Some(label) = boundary(line, BEGIN) {
            blocks.push(block(label, number, &mut lines)?);
        }
    }
    if blocks.is_empty() {
        return Err(ReadError::NoPem { what });
    }
    Ok(blocks)
}

/// The blocks of one kind of document; at least one.
///
/// # Errors
/// If the text is no PEM, or has no block of this kind.
pub(crate) fn documents(text: &str, what: Document) -> Result<Vec<Block>, ReadError> {
    let mut found = Vec::new();
    let mut wanted = Vec::new();
    for block in blocks(text, what)? {
        if what.labels().contains(&block.label.as_str()) {
            wanted.push(block);
        } else {
            found.push(block.label);
        }
    }
    if wanted.is_empty() {
        found.dedup();
        found.truncate(5);
        return Err(ReadError::OtherPem { what, found: found.join(", ") });
    }
    Ok(wanted)
}

/// The only block of this kind.
///
/// # Errors
/// As [`documents`], and if there are several.
pub(crate) fn document(text: &str, what: Document) -> Result<Block, ReadError> {
    let mut blocks = documents(text, what)?;
    match blocks.pop() {
        Some(block) if blocks.is_empty() => Ok(block),
        _ => Err(ReadError::Several { what, count: blocks.len() + 1 }),
    }
}

/// Text with one block. The memory is reserved at once, so that no copy of a key stays behind in memory given back.
pub(crate) fn encode(label: &str, der: &[u8]) -> String {
    let lines = der.len().div_ceil(BYTES_PER_LINE);
    let frame = BEGIN.len() + END.len() + 2 * (label.len() + DASHES.len() + 1);
    let mut text = String::with_capacity(frame + der.len().div_ceil(3) * 4 + lines);
    for part in [BEGIN, label, DASHES, "\n"] {
        text.push_str(part);
    }
    for chunk in der.chunks(BYTES_PER_LINE) {
        STANDARD.encode_string(chunk, &mut text);
        text.push('\n');
    }
    for part in [END, label, DASHES, "\n"] {
        text.push_str(part);
    }
    text
}

fn boundary<'a>(line: &'a str, kind: &str) -> Option<&'a str> {
    // A byte order mark is what some editors put before the first line.
    line.trim_start_matches('\u{feff}').trim().strip_prefix(kind)?.strip_suffix(DASHES).map(str::trim)
}

fn block<'a>(
    label: &str,
    begin: usize,
    lines: &mut impl Iterator<Item = (&'a str, usize)>,
) -> Result<Block, ReadError> {
    let mut body = Zeroizing::new(Vec::new());
    let mut legacy_encryption = false;
    let unfinished = || ReadError::Unfinished { label: shortened(label), line: begin };
    for (line, _) in lines {
        if let Some(end) = boundary(line, END) {
            if end != label {
                return Err(unfinished());
            }
            let der = decode(&body).ok_or(ReadError::Base64 { line: begin })?;
            return Ok(Block { label: shortened(label), der, legacy_encryption });
        }
        if boundary(line, BEGIN).is_some() {
            return Err(unfinished());
        }
        if line.contains(':') {
            legacy_encryption |= line.starts_with("Proc-Type:") && line.contains("ENCRYPTED");
        } else {
            append(&mut body, line);
        }
    }
    Err(unfinished())
}

/// Appends without leaving a copy of what was there before, which a growing vector would.
fn append(body: &mut Zeroizing<Vec<u8>>, line: &str) {
    if body.capacity() < body.len() + line.len() {
        let mut larger = Zeroizing::new(Vec::with_capacity(body.capacity().max(4096) * 2 + line.len()));
        larger.extend_from_slice(body);
        *body = larger;
    }
    body.extend(line.bytes().filter(|byte| !byte.is_ascii_whitespace()));
}

fn decode(body: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut der = Zeroizing::new(vec![0; base64::decoded_len_estimate(body.len())]);
    let length = STANDARD.decode_slice(body, &mut der).ok()?;
    der.truncate(length);
    Some(der)
}

/// Labels are foreign text that ends up in error messages.
fn shortened(label: &str) -> String {
    label.chars().filter(|c| !c.is_control()).take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(text: &str) -> Result<Vec<String>, ReadError> {
        blocks(text, Document::Certificate).map(|blocks| blocks.into_iter().map(|block| block.label).collect())
    }

    #[test]
    fn text_around_blocks_and_carriage_returns_do_not_matter() {
        let text = "Certificate:\n    Data: x\n-----BEGIN A-----\r\nAAEC\r\n-----END A-----\r\nmore\n-----BEGIN B-----\nAw\n==\n-----END B-----";
        let blocks = blocks(text, Document::Certificate).unwrap();
        assert_eq!(blocks.len(), 2);
        assert_eq!((blocks[0].label.as_str(), blocks[0].der.as_slice()), ("A", &[0, 1, 2][..]));
        assert_eq!((blocks[1].label.as_str(), blocks[1].der.as_slice()), ("B", &[3][..]));
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        assert_eq!(labels("\u{feff}-----BEGIN A-----\n-----END A-----\n").unwrap(), ["A"]);
    }

    #[test]
    fn faults_name_their_line() {
        assert!(matches!(labels("hello"), Err(ReadError::NoPem { .. })));
        assert!(matches!(labels("x\n-----BEGIN A-----\nAAEC"), Err(ReadError::Unfinished { line: 2, .. })));
        assert!(matches!(labels("-----BEGIN A-----\n-----END B-----"), Err(ReadError::Unfinished { line: 1, .. })));
        assert!(matches!(labels("-----BEGIN A-----\n-----BEGIN A-----"), Err(ReadError::Unfinished { line: 1, .. })));
        assert!(matches!(labels("\n-----BEGIN A-----\n!!\n-----END A-----"), Err(ReadError::Base64 { line: 2 })));
        let huge = "x".repeat(MAX_BYTES + 1);
        assert!(matches!(labels(&huge), Err(ReadError::TooLarge { .. })));
    }

    #[test]
    fn other_kinds_are_named() {
        let error = document(&encode("PRIVATE KEY", &[1]), Document::Certificate).err().unwrap();
        assert_eq!(error.to_string(), "there is no certificate in this PEM, only: PRIVATE KEY");
        let two = encode("CERTIFICATE", &[1]).repeat(2);
        assert!(matches!(document(&two, Document::Certificate), Err(ReadError::Several { count: 2, .. })));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(der in proptest::collection::vec(any::<u8>(), 0..500)) {
            let text = encode("X509 CRL", &der);
            prop_assert_eq!(text.capacity(), text.len());
            prop_assert!(text.lines().all(|line| line.len() <= 64));
            let block = document(&text, Document::Crl).unwrap();
            prop_assert_eq!(block.der.as_slice(), der.as_slice());
        }

        #[test]
        fn garbage_is_an_error(text in "(-----BEGIN A-----\n|-----END A-----\n|[ -~\n]{0,20}|\\PC{0,5}){0,8}") {
            drop(blocks(&text, Document::Certificate));
        }
    }
}
