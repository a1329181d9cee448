//! The form of a file as text: base64 between two lines.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const BEGIN: &str = "-----BEGIN AGE ENCRYPTED FILE-----";
const END: &str = "-----END AGE ENCRYPTED FILE-----";
const COLUMNS: usize = 64;

/// Whether it begins like that.
pub(super) fn is_armoured(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(BEGIN.as_bytes())
}

pub(super) fn put_on(bytes: &[u8]) -> Vec<u8> {
    let text = STANDARD.encode(bytes);
    let mut armoured = format!("{BEGIN}\n").into_bytes();
    for line in text.as_bytes().chunks(COLUMNS) {
        armoured.extend([line, b"\n"].concat());
    }
    armoured.extend(format!("{END}\n").into_bytes());
    armoured
}

/// What is in it; `None` if it is not whole.
pub(super) fn take_off(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?.trim();
    let inside = text.strip_prefix(BEGIN)?.strip_suffix(END)?;
    let joined: String = inside.lines().map(str::trim_end).collect();
    STANDARD.decode(joined).ok()
}
