//! Reads PEM blocks as Go's `encoding/pem` does, but says what is wrong instead of passing over it.
//!
//! A block that a server passes over is a certificate that is missing in a chain, and nobody is told. What is read may be a
//! private key: no error shows any of it, and the bytes are wiped when they are dropped.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::zeroize::Zeroizing;

use crate::model::DecodeError;

const MAX_BYTES: usize = 1 << 20;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

pub(in crate::semantic) struct Block<'a> {
    pub(in crate::semantic) label: &'a str,
    /// Name and value of each, without white space around them. Old encrypted keys have such lines.
    pub(in crate::semantic) headers: Vec<String>,
    pub(in crate::semantic) bytes: Zeroizing<Vec<u8>>,
    /// Where it begins, from 1.
    pub(in crate::semantic) line: usize,
}

impl Block<'_> {
    pub(in crate::semantic) fn is_private(&self) -> bool {
        self.label.to_ascii_uppercase().contains("PRIVATE KEY")
    }
}

/// At least one block, in order.
pub(in crate::semantic) fn read(text: &str) -> Result<Vec<Block<'_>>, DecodeError> {
    if text.len() > MAX_BYTES {
        return Err(DecodeError::new("must not be longer than 1 MiB"));
    }
    let mut blocks = Vec::new();
    // A carriage return at the end of a line counts as white space.
    let mut lines = (1..).zip(text.split('\n').map(str::trim_end));
    while let Some((number, line)) = lines.next() {
        if let Some(label) = line.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(DASHES)) {
            blocks.push(block(number, label, &mut lines)?);
        } else if line.contains(BEGIN) || line.contains(END) {
            return Err(broken(
                number,
                "has the first or last line of a PEM block, but not alone, or without its counterpart",
            ));
        }
    }
    if blocks.is_empty() {
        return Err(DecodeError::new(
            "must hold a PEM block, which begins with a line such as -----BEGIN CERTIFICATE-----",
        ));
    }
    Ok(blocks)
}

fn block<'a>(
    start: usize,
    label: &'a str,
    lines: &mut impl Iterator<Item = (usize, &'a str)>,
) -> Result<Block<'a>, DecodeError> {
    if label.trim() != label
        || label.is_empty()
        || label.contains(DASHES)
        || !label.bytes().all(|byte| matches!(byte, b' '..=b'~'))
    {
        return Err(broken(start, "begins a PEM block without a proper label"));
    }
    let mut headers = Vec::new();
    let mut content = Vec::new();
    for (number, line) in lines {
        if let Some(end) = line.strip_prefix(END) {
            if end.strip_suffix(DASHES) != Some(label) {
                return Err(broken(number, "ends a PEM block under another label than it began"));
            }
            let bytes =
                decode(&content).ok_or_else(|| broken(start, "begins a PEM block that is not proper base64"))?;
            if bytes.is_empty() {
                return Err(broken(start, "begins a PEM block with nothing in it"));
            }
            return Ok(Block { label, headers, bytes, line: start });
        }
        if line.contains(DASHES) {
            return Err(broken(number, "has dashes inside a PEM block, or its last line not alone"));
        }
        match line.split_once(':') {
            Some((name, value)) if content.is_empty() => headers.push(format!("{}:{}", name.trim(), value.trim())),
            _ if line.is_empty() => {}
            _ => content.push(line),
        }
    }
    Err(broken(start, "begins a PEM block that does not end"))
}

fn decode(lines: &[&str]) -> Option<Zeroizing<Vec<u8>>> {
    // As large as they can become, so that nothing is left behind where they were before they grew.
    let length = lines.iter().map(|line| line.len()).sum();
    let mut base64 = Zeroizing::new(String::with_capacity(length));
    base64.extend(lines.iter().flat_map(|line| line.chars()).filter(|char| !matches!(char, ' ' | '\t')));
    let mut bytes = Zeroizing::new(Vec::with_capacity(length));
    STANDARD.decode_vec(&*base64, &mut bytes).ok().map(|()| bytes)
}

fn broken(line: usize, reason: &str) -> DecodeError {
    DecodeError::new(format!("must be PEM: line {line} {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_have_lines() {
        let begin = "-----BEGIN A-----";
        let end = "-----END A-----";
        let table = [
            (format!("  {begin}\nAA==\n  {end}"), 1),
            (format!("{begin}\nAA==\n  {end}"), 3),
            (format!("{begin}\nAA=={end}"), 2),
            (format!("words\n{begin}\nAA=="), 2),
            (format!("{begin}\nAA==\n-----END B-----"), 3),
            (format!("{begin}\nAA==\n-----END A----"), 3),
            (format!("{begin}\nAA==\n{begin}\nAA==\n{end}"), 3),
            (format!("{begin}\n{end}"), 1),
            (format!("{begin}\nName: value\n\n{end}"), 1),
            (format!("{begin}\nAA=\n{end}"), 1),
            (format!("{begin}\nAB==\n{end}"), 1),
            (format!("{begin}\nAA==AA==\n{end}"), 1),
            (format!("{begin}\nAA_-\n{end}"), 1),
            (format!("{begin}\nAA==\nName: value\n{end}"), 1),
            (format!("{begin}\nAA==\n{end}\nwords\n{end}"), 5),
            ("-----BEGIN -----\nAA==\n-----END -----".to_owned(), 1),
            ("-----BEGIN A -----\nAA==\n-----END A -----".to_owned(), 1),
            ("-----BEGIN \u{e9}-----\nAA==\n-----END \u{e9}-----".to_owned(), 1),
            ("-----BEGIN A-----AA==-----END A-----".to_owned(), 1),
        ];
        for (text, line) in table {
            let error = read(&text).map(drop).unwrap_err().to_string();
            assert!(error.starts_with(&format!("must be PEM: line {line} ")), "{text:?}: {error}");
        }
        for text in ["", "words", "MAMCAQA=", "---- BEGIN A ----"] {
            assert!(read(text).map(drop).unwrap_err().to_string().starts_with("must hold a PEM block"));
        }
        read(&"a".repeat(MAX_BYTES + 1)).map(drop).unwrap_err();
    }

    #[test]
    fn headers_are_kept() {
        let text = "-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\nDEK-Info:AES-128-CBC,00\r\n\nAA==\n-----END A-----";
        assert_eq!(
            read(text).map(|blocks| blocks[0].headers.clone()).unwrap(),
            ["Proc-Type:4,ENCRYPTED", "DEK-Info:AES-128-CBC,00"]
        );
    }
}
