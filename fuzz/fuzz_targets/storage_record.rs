//! What a secrets engine finds in its storage, and what a host gives back with a lease.
//!
//! An input is the bytes of the entry, or the text beside the lease.
//!
//! Whatever they are: nothing panics, what is read is written as the same, for good, and an error says where it is and nothing of
//! what is there.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vault_plugin_sdk::fuzzing;

fuzz_target!(|input: &[u8]| {
    for (number, first) in fuzzing::records(input).into_iter().enumerate() {
        match first {
            Ok(written) => {
                let [one, other] = fuzzing::records(&written);
                let again = if number == 0 { one } else { other };
                assert_eq!(again.as_ref(), Ok(&written));
            }
            Err(said) => assert!(says_only_where(&said), "{said}"),
        }
    }
    let Ok(text) = str::from_utf8(input) else { return };
    if let Some(written) = fuzzing::lease(text) {
        assert_eq!(fuzzing::lease(&written).as_ref(), Some(&written));
    }
});

/// Whether there is nothing in an error but words of ours and numbers.
fn says_only_where(said: &str) -> bool {
    let mut words = said.split(' ').map(|word| word.trim_end_matches(':'));
    words.all(|word| KNOWN.contains(&word) || (word.len() < 10 && word.chars().all(|c| c.is_ascii_digit())))
}

/// The words of an error about a record.
const KNOWN: [&str; 15] = [
    "the",
    "record",
    "at",
    "\"kept/name\"",
    "\"anything/name\"",
    "can't",
    "be",
    "understood",
    "Io",
    "Syntax",
    "Data",
    "Eof",
    "error",
    "line",
    "column",
];
