//! What was packed with gzip (RFC 1952), wherever it begins.

use std::io::Read as _;

use flate2::bufread::GzDecoder;

use crate::text_search::find_all;

/// The two bytes of the format, and the only method that there is.
const MAGIC: &[u8] = &[0x1f, 0x8b, 8];

/// More is not unpacked, and said to be a gap.
const LARGEST: u64 = 256 << 20;

/// The inside of each; of one that is damaged, what there is.
pub(super) fn members(bytes: &[u8], gaps: &mut Vec<String>) -> Vec<Vec<u8>> {
    let mut members = Vec::new();
    for at in find_all(bytes, MAGIC) {
        let mut member = Vec::new();
        // The end of what was packed is no end of the bytes around it, so trouble behind it is none of ours.
        let _ = GzDecoder::new(bytes.get(at..).unwrap_or_default()).take(LARGEST).read_to_end(&mut member);
        if u64::try_from(member.len()).is_ok_and(|length| length >= LARGEST) {
            gaps.push(format!("gzip with more than {} MB", LARGEST >> 20));
        }
        members.push(member);
    }
    members
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    #[test]
    fn members_are_unpacked_where_they_are() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&b"inside ".repeat(100)).unwrap();
        let packed = encoder.finish().unwrap();
        let around = [b"before", &packed[..], b"between", &packed[..packed.len() - 12], b""].concat();
        let found = members(&around, &mut Vec::new());
        assert_eq!(found[0], b"inside ".repeat(100));
        assert!(found[1].starts_with(b"inside"), "{found:?}");
        assert_eq!(members(b"\x1f\x8b\x08nothing", &mut Vec::new()), [b""]);
    }
}
