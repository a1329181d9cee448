//! Which keys there can be: those that every server takes and that no two spellings lead to.

use super::StorageError;

/// A key names an entry.
pub(super) fn check(key: &str) -> Result<(), StorageError> {
    match problem(key) {
        None => Ok(()),
        Some(problem) => Err(StorageError::BadKey { key: key.to_owned(), problem }),
    }
}

/// A prefix names a folder: empty, or with `/` at the end.
pub(super) fn check_prefix(prefix: &str) -> Result<(), StorageError> {
    let bad = |problem| Err(StorageError::BadKey { key: prefix.to_owned(), problem });
    match prefix.strip_suffix('/') {
        None if prefix.is_empty() => Ok(()),
        None => bad("is no folder; end it with /"),
        Some(folder) => problem(folder).map_or(Ok(()), bad),
    }
}

fn problem(key: &str) -> Option<&'static str> {
    if key.is_empty() {
        Some("is empty")
    } else if key.split('/').any(str::is_empty) {
        Some("has an empty part")
    } else if key.contains("..") {
        Some("has .. in it, which servers refuse anywhere")
    } else if key.split('/').any(|part| part == ".") {
        Some("has the part ., which servers refuse")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_servers_refuse_are_refused_before() {
        for good in ["a", "a/b", "a.b/.c", "ä/b c", "…"] {
            check(good).unwrap();
            check_prefix(&format!("{good}/")).unwrap();
        }
        for bad in ["", "/", "a/", "/a", "a//b", "a/../b", "a..b", ".", "a/./b"] {
            check(bad).unwrap_err();
            check_prefix(&format!("{bad}/")).unwrap_err();
        }
        check_prefix("").unwrap();
        check_prefix("a").unwrap_err();
    }
}
