//! What a secrets engine finds in its storage, and what a host gives back with a lease.
//!
//! An input is the bytes of the entry, or the text beside the lease.
//!
//! Whatever they are: nothing panics, and what is read is written as the same, for good.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vault_plugin_sdk::fuzzing;

fuzz_target!(|input: &[u8]| {
    if let Some(written) = fuzzing::record(input) {
        assert_eq!(fuzzing::record(&written).as_ref(), Some(&written));
    }
    let Ok(text) = str::from_utf8(input) else { return };
    if let Some(written) = fuzzing::lease(text) {
        assert_eq!(fuzzing::lease(&written).as_ref(), Some(&written));
    }
});
