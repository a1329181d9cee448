//! The header: a line with the version, a stanza for each recipient, and a line that authenticates all of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The first line.
pub(super) const VERSION: &[u8] = b"age-encryption.org/v1\n";

/// Characters in a full line of a body.
const COLUMNS: usize = 64;

/// More stanzas than anybody has use for.
const MOST_STANZAS: usize = 1000;

/// The key of the file, for one recipient.
pub(super) struct Stanza {
    /// The kind, and what belongs to it.
    pub(super) arguments: Vec<String>,
    pub(super) body: Vec<u8>,
}

/// A header that was read.
pub(super) struct Read<'a> {
    pub(super) stanzas: Vec<Stanza>,
    /// What the code authenticates.
    pub(super) authenticated: &'a [u8],
    /// The code.
    pub(super) mac: Vec<u8>,
    /// What follows the header.
    pub(super) rest: &'a [u8],
}

impl Stanza {
    pub(super) fn kind(&self) -> Option<&str> {
        self.arguments.first().map(String::as_str)
    }
}

pub(super) fn encode(bytes: &[u8]) -> String {
    STANDARD_NO_PAD.encode(bytes)
}

pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD_NO_PAD.decode(text).ok()
}

/// The bytes of a header, with the code that `authenticate` gives it.
pub(super) fn write(stanzas: &[Stanza], authenticate: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut header = VERSION.to_vec();
    for stanza in stanzas {
        header.extend(format!("-> {}\n", stanza.arguments.join(" ")).into_bytes());
        let body = encode(&stanza.body);
        for line in body.as_bytes().chunks(COLUMNS) {
            header.extend([line, b"\n"].concat());
        }
        // The end of a body is a line that is not full.
        if body.len().is_multiple_of(COLUMNS) {
            header.push(b'\n');
        }
    }
    header.extend(b"---");
    let mac = authenticate(&header);
    header.extend(format!(" {}\n", encode(&mac)).into_bytes());
    header
}

/// Reads a header; `None` if it is none.
pub(super) fn read(bytes: &[u8]) -> Option<Read<'_>> {
    let mut rest = bytes.strip_prefix(VERSION)?;
    let mut stanzas = Vec::new();
    loop {
        let before = rest;
        let line = next_line(&mut rest)?;
        if let Some(mac) = line.strip_prefix("--- ") {
            let length = bytes.len() - before.len() + "---".len();
            return Some(Read { stanzas, authenticated: bytes.get(..length)?, mac: decode(mac)?, rest });
        }
        let arguments: Vec<_> = line.strip_prefix("-> ")?.split(' ').map(str::to_owned).collect();
        if arguments.iter().any(String::is_empty) || stanzas.len() == MOST_STANZAS {
            return None;
        }
        let mut body = String::new();
        loop {
            let line = next_line(&mut rest)?;
            if line.len() > COLUMNS {
                return None;
            }
            body.push_str(line);
            if line.len() < COLUMNS {
                break;
            }
        }
        stanzas.push(Stanza { arguments, body: decode(&body)? });
    }
}

/// The next line of text, without its end.
fn next_line<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let (line, after) = rest.split_at_checked(end)?;
    *rest = after.get(1..)?;
    std::str::from_utf8(line).ok().filter(|line| line.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '))
}
