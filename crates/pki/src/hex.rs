//! Identifiers that are bytes, written as Vault and OpenSSL's text output write them: `0a:1b:…`.

use std::fmt;

/// Two digits a byte, joined with colons.
pub(crate) fn with_colons(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 {
            f.write_str(":")?;
        }
        write!(f, "{byte:02x}")?;
    }
    Ok(())
}

/// Two digits a byte, nothing between.
pub(crate) fn plain(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String never fails.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
