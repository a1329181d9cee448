//! The entries of a zip file, which is what a saved plan is.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;

use crate::text_search::find;

/// How the first entry begins.
pub(crate) const MAGIC: &[u8] = b"PK\x03\x04";

/// More of an entry is not unpacked, and said to be a gap.
const LARGEST: u64 = 256 << 20;

/// Name and content of each; none if it is something else.
pub(super) fn entries(bytes: &[u8], gaps: &mut Vec<String>) -> Vec<(String, Vec<u8>)> {
    let Some(begin) = find(bytes, MAGIC) else { return Vec::new() };
    let bytes = bytes.get(begin..).unwrap_or_default();
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else { return Vec::new() };
    let mut entries = Vec::new();
    for at in 0..archive.len() {
        let Ok(entry) = archive.by_index(at) else {
            gaps.push(format!("entry {at} of a zip file can't be read"));
            continue;
        };
        let name = entry.name().map_or_else(|_| format!("entry {at}"), |name| name.into_owned());
        if entry.size() > LARGEST {
            gaps.push(format!("an entry of a zip file with more than {} MB", LARGEST >> 20));
        }
        let mut content = Vec::new();
        // Of an entry that is damaged, what there is.
        let _ = entry.take(LARGEST).read_to_end(&mut content);
        entries.push((name, content));
    }
    entries
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    #[test]
    fn entries_are_unpacked() {
        let mut zip = ZipWriter::new(Cursor::new(b"in front".to_vec()));
        zip.start_file("tfstate", SimpleFileOptions::default()).unwrap();
        zip.write_all(&b"inside ".repeat(100)).unwrap();
        let zip = zip.finish().unwrap().into_inner();
        let zip = [b"in front", &zip[..]].concat();
        assert_eq!(entries(&zip, &mut Vec::new()), [("tfstate".to_owned(), b"inside ".repeat(100))]);
        assert_eq!(entries(b"PK\x03\x04nothing", &mut Vec::new()), []);
    }
}
