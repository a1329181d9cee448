//! Records: one object, one entry, one atomic write.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Entry, Storage, StorageError};

/// What is kept in one storage entry, as JSON.
///
/// Two facts that belong together belong into one record: then no crash and no cancelled request parts them.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use vault_plugin_sdk::Record;
///
/// #[derive(Serialize, Deserialize)]
/// struct Note {
///     text: String,
/// }
///
/// impl Record for Note {
///     const FOLDER: &str = "notes/";
/// }
/// ```
pub trait Record: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Where records of this type are: a name with `/` at the end, which no other type has. Without the slash it does not
    /// compile:
    ///
    /// ```compile_fail
    /// # use serde::{Deserialize, Serialize};
    /// # use vault_plugin_sdk::Record;
    /// #[derive(Serialize, Deserialize)]
    /// struct Note {}
    ///
    /// impl Record for Note {
    ///     const FOLDER: &str = "notes";
    /// }
    ///
    /// Note::key("a");
    /// ```
    const FOLDER: &'static str;

    /// Whether the seal shall encrypt them once more, where there is such a seal. For key material.
    const SEAL_WRAP: bool = false;

    /// The key of the record with this name.
    fn key(name: &str) -> String {
        const { assert!(matches!(Self::FOLDER.as_bytes(), [.., b'/']), "the FOLDER of a record has to end in /") };
        format!("{}{name}", Self::FOLDER)
    }
}

impl Storage {
    /// The record with this name, if there is one.
    ///
    /// # Errors
    /// If the name makes a bad key, the server can't be asked, or what is there is no such record.
    pub async fn load<R: Record>(&self, name: &str) -> Result<Option<R>, StorageError> {
        Ok(self.load_sized(name).await?.map(|(record, _)| record))
    }

    /// The same, and how many bytes it is in the storage.
    pub(super) async fn load_sized<R: Record>(&self, name: &str) -> Result<Option<(R, usize)>, StorageError> {
        let key = R::key(name);
        let Some(Entry { value, .. }) = self.get(&key).await? else { return Ok(None) };
        Ok(Some((read(key, &value)?, value.len())))
    }

    /// Writes a record, in place of the one that had its name.
    ///
    /// # Errors
    /// If the name makes a bad key, the record is too large, or the storage can't be written.
    pub async fn save<R: Record>(&self, name: &str, record: &R) -> Result<(), StorageError> {
        let (key, entry) = written(name, record)?;
        self.put_entry(&key, entry).await
    }

    /// Removes a record. That there is none is no error.
    ///
    /// # Errors
    /// If the name makes a bad key, or the storage can't be written.
    pub async fn remove<R: Record>(&self, name: &str) -> Result<(), StorageError> {
        self.delete(&R::key(name)).await
    }

    /// The names of all records of this type, sorted. One with a `/` in its name shows as its folder.
    ///
    /// # Errors
    /// If the server can't be asked.
    pub async fn names<R: Record>(&self) -> Result<Vec<String>, StorageError> {
        let mut names = self.list(R::FOLDER).await?;
        names.sort_unstable();
        Ok(names)
    }
}

/// A record, from the bytes at its key.
pub(crate) fn read<R: Record>(key: String, value: &[u8]) -> Result<R, StorageError> {
    serde_json::from_slice(value).map_err(|error| bad(key, &error))
}

/// A record as its key and its entry.
pub(crate) fn written<R: Record>(name: &str, record: &R) -> Result<(String, Entry), StorageError> {
    let key = R::key(name);
    match serde_json::to_vec(record) {
        Ok(value) => Ok((key, Entry { value, seal_wrap: R::SEAL_WRAP })),
        Err(error) => Err(bad(key, &error)),
    }
}

/// The place in the text, and the kind of fault: serde's own message would quote the content.
fn bad(key: String, error: &serde_json::Error) -> StorageError {
    let problem = format!("{:?} error at line {} column {}", error.classify(), error.line(), error.column());
    StorageError::BadRecord { key, problem }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::Value;

    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Number {
        value: u32,
    }

    impl Record for Number {
        const FOLDER: &str = "numbers/";
    }

    #[test]
    fn an_error_shows_nothing_of_a_record() {
        for content in
            [r#"{"value":"hidden"}"#, r#"{"value":7,"hidden":}"#, "hidden", r#"{"hidden":1}"#, r#"{"value":"hidden"#]
        {
            let read = read::<Number>(Number::key("a"), content.as_bytes());
            let said = read.err().map(|error| error.to_string()).unwrap_or_default();
            assert!(said.contains("numbers/a") && said.contains("at line 1"), "{content}: {said:?}");
            assert!(!said.contains("hidden"), "{said}");
        }
    }

    /// Reading to the nearest number but one is faster, and what `serde_json` does unless it is told otherwise.
    #[test]
    fn a_fraction_is_kept_to_its_last_digit() {
        let written = "1.2345678904234567e+22";
        let read: Value = serde_json::from_str(written).unwrap();
        assert_eq!(read.to_string(), written);
    }
}
