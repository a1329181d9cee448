//! Bytes that a stranger may send first, and what comes back, taken apart.

use anyhow::{Context as _, Result};
use go_plugin_conformance::{NoCredentials, Peer, TlsVersion, client};
use rustls::ClientConnection;
use rustls_pki_types::ServerName;
use std::sync::Arc;

/// The first and the last kind of TLS record (RFC 8446 §5.1), and the kind of a hello.
const CHANGE_CIPHER_SPEC: u8 = 20;
const HANDSHAKE: u8 = 22;
pub(crate) const APPLICATION_DATA: u8 = 23;

/// A whole record with an alert, from a server that never got to TLS.
pub(crate) const PLAIN_ALERT_BYTES: u64 = 5 + 2;

/// An alert as TLS 1.3 encrypts it: level and description, the true kind of the record, a tag. No frame of HTTP/2 is as
/// short.
pub(crate) const ENCRYPTED_ALERT_BYTES: usize = 2 + 1 + 16;

/// What an old client says about itself.
#[derive(Clone, Copy)]
pub(crate) enum Extensions {
    /// Groups and point formats: all there was before TLS 1.2.
    Old,
    /// Also signature algorithms, of which the only one is ECDSA over SHA-1.
    Sha1,
}

/// A ClientHello that offers one version (RFC 5246 §7.4.1.2; 0x0301 is TLS 1.0) and every old cipher suite that would do.
pub(crate) fn client_hello(version: u16, extensions: Extensions) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    body.extend(noise(32));
    // No session.
    body.push(0);
    // ECDHE with ECDSA or RSA, AES with CBC or GCM.
    let suites = [0xc00a_u16, 0xc009, 0xc014, 0xc013, 0xc02c, 0xc02b, 0xc030, 0xc02f];
    body.extend(sized(&suites.map(u16::to_be_bytes).concat()));
    // No compression.
    body.extend([1, 0]);

    let groups = sized(&[0x0017_u16, 0x0018, 0x0019].map(u16::to_be_bytes).concat());
    let mut all = extension(10, &groups);
    all.extend(extension(11, &[1, 0]));
    match extensions {
        Extensions::Old => {}
        Extensions::Sha1 => all.extend(extension(13, &sized(&[0x02, 0x03]))),
    }
    body.extend(sized(&all));
    record(&handshake_message(1, &body))
}

/// The first flight of a modern client.
pub(crate) fn of_rustls() -> Result<Vec<u8>> {
    let config = client(TlsVersion::V1_3, &Peer::anybody(), Arc::new(NoCredentials))?;
    let mut connection = ClientConnection::new(Arc::new(config), ServerName::try_from("localhost")?)?;
    let mut bytes = Vec::new();
    connection.write_tls(&mut bytes).context("writing a hello")?;
    Ok(bytes)
}

/// A handshake record around `body`.
pub(crate) fn record(body: &[u8]) -> Vec<u8> {
    [&[HANDSHAKE, 3, 1], sized(body).as_slice()].concat()
}

/// What opens an HTTP/2 connection (RFC 9113 §3.4): the preface and empty settings.
pub(crate) fn http2_preface() -> Vec<u8> {
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec()
}

pub(crate) fn http1_request() -> Vec<u8> {
    b"POST /grpc.health.v1.Health/Check HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n".to_vec()
}

/// Bytes without a pattern, the same ones in every run.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_u32;
    let next = move || {
        // Marsaglia's xorshift.
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[1]
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// Kind and body of each TLS record; `None` if the bytes are something else.
pub(crate) fn records(mut bytes: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut records = Vec::new();
    while !bytes.is_empty() {
        let ([kind, 3, _, high, low], rest) = bytes.split_first_chunk()? else { return None };
        let (body, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes([*high, *low])))?;
        if !(CHANGE_CIPHER_SPEC..=APPLICATION_DATA).contains(kind) {
            return None;
        }
        records.push((*kind, body));
        bytes = rest;
    }
    Some(records)
}

fn extension(kind: u16, body: &[u8]) -> Vec<u8> {
    [kind.to_be_bytes().as_slice(), &sized(body)].concat()
}

fn handshake_message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind, 0], sized(body).as_slice()].concat()
}

/// `body` behind its length in two bytes.
fn sized(body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).unwrap_or(u16::MAX);
    [length.to_be_bytes().as_slice(), body].concat()
}
