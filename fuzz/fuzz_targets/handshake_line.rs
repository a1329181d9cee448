//! The handshake line, with any version, any certificate, and an address as the machine or the host may dictate it.
//!
//! An input is a byte of switches, four bytes of version, the address up to a NUL, and the certificate. The address is
//! the name of the folder in which the socket is made, or with the first switch an address and port.
//!
//! What the line says is what a Go host reads from it: six fields, a seventh only on request, each as we meant it. And
//! the listener turns away no folder that a host could be told of.
#![no_main]

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use go_plugin::ListenError;
use go_plugin::fuzzing::PluginAddress;
use libfuzzer_sys::{Corpus, fuzz_target};
use rustls::pki_types::CertificateDer;
use tokio::runtime::{Builder, Runtime};

/// The shortest of the limits that systems have for the path of a socket.
const MAX_SOCKET_PATH_BYTES: usize = 103;

/// What is added to the folder: `/plugin`, eight random characters, `/0`.
const SOCKET_BYTES: usize = 17;

/// In memory if there is such a place: making folders is what takes the time here.
static SCRATCH: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() { memory } else { std::env::temp_dir() }
});

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_io().build().expect("a runtime"));

fuzz_target!(|input: &[u8]| -> Corpus {
    let Some(&[switches, v1, v2, v3, v4]) = input.first_chunk() else { return Corpus::Reject };
    let mut rest = input.get(5..).unwrap_or_default().splitn(2, |byte| *byte == 0);
    let (address, der) = (rest.next().unwrap_or_default(), rest.next().unwrap_or_default());

    let version = u32::from_le_bytes([v1, v2, v3, v4]);
    let certificate = (switches & 2 != 0).then(|| CertificateDer::from(der.to_vec()));
    let answers_multiplexing = switches & 4 != 0;
    let address = if switches & 1 != 0 { on_port(address) } else { in_folder(address) };
    let Some(address) = address else { return Corpus::Reject };

    let line = address.handshake_line(version, certificate.as_ref(), answers_multiplexing);

    assert_eq!(line, line.trim(), "hosts cut white space off the line");
    assert!(!line.contains(['\n', '\r']), "more than one line: {line:?}");
    let fields: Vec<&str> = line.split('|').collect();
    let (network, place) = match address.path() {
        Some(path) => ("unix", path.to_str().expect("a path that hosts can be told").to_owned()),
        None => ("tcp", fields.get(3).copied().unwrap_or_default().to_owned()),
    };
    let encoded = fields.get(5).copied().unwrap_or_default();
    let mut expected = vec!["1", fields.get(1).copied().unwrap_or_default(), network, &place, "grpc", encoded];
    if answers_multiplexing {
        expected.push("false");
    }
    assert_eq!(fields, expected);
    assert_eq!(fields.get(1).and_then(|field| field.parse().ok()), Some(version), "{line:?}");

    assert!(encoded.is_ascii() && !encoded.contains('='), "{line:?}");
    assert_eq!(STANDARD_NO_PAD.decode(encoded).ok().as_deref(), Some(certificate.as_deref().unwrap_or_default()));
    Corpus::Keep
});

fn on_port(text: &[u8]) -> Option<PluginAddress> {
    let socket: SocketAddr = str::from_utf8(text).ok()?.parse().ok()?;
    let address = PluginAddress::on_port(socket);
    let line = address.handshake_line(1, None, false);
    assert_eq!(line.split('|').nth(3).and_then(|field| field.parse().ok()), Some(socket), "{line:?}");
    Some(address)
}

/// The address of a socket in a folder of this name.
fn in_folder(name: &[u8]) -> Option<PluginAddress> {
    // One folder deep, and below one of our own: the fuzzer must not choose where on the machine it writes.
    if name.contains(&b'/') || matches!(name, b"" | b"." | b"..") {
        return None;
    }
    let parent = tempfile::tempdir_in(&*SCRATCH).expect("a temporary folder");
    let folder = parent.path().join(OsStr::from_bytes(name));
    // The file system may have an opinion of its own: a name that is too long, say.
    std::fs::create_dir(&folder).ok()?;
    let is_too_long = folder.as_os_str().len() + SOCKET_BYTES > MAX_SOCKET_PATH_BYTES;
    let is_unspeakable = folder.to_str().is_none_or(|path| path.contains(['|', '\n', '\r']));
    let address = RUNTIME.block_on(async {
        let address = PluginAddress::in_folder(folder).await;
        // The runtime frees what belonged to the socket when it looks for events, which is here.
        tokio::task::yield_now().await;
        address
    });
    match address {
        Ok(address) => {
            assert!(!is_too_long && !is_unspeakable, "hosts can't be told of {address:?}");
            Some(address)
        }
        Err(ListenError::PathTooLong(path)) => {
            assert!(is_too_long, "{path:?} is short enough");
            None
        }
        Err(ListenError::PathUnspeakable(path)) => {
            assert!(is_unspeakable, "{path:?} is a good path");
            None
        }
        Err(other) => panic!("{other}: {other:?}"),
    }
}
