//! What the header gives the key of: chunks of 64 KiB, each encrypted by itself, the last one marked as such.

use aws_lc_rs::aead::{Aad, LessSafeKey, Nonce};
use aws_lc_rs::rand;
use zeroize::Zeroizing;

use super::{AgeError, FILE_KEY, aead_key};

const CHUNK: usize = 64 << 10;
const TAG: usize = 16;
/// Bytes in front that make the key of this payload.
const NONCE: usize = 16;

/// Encrypts, behind what is in `file`.
pub(super) fn seal(file_key: &[u8; FILE_KEY], plain: &[u8], file: &mut Vec<u8>) -> Result<(), AgeError> {
    let mut nonce = [0; NONCE];
    rand::fill(&mut nonce).map_err(|_| AgeError::Cryptography)?;
    file.extend(nonce);
    let key = aead_key(&nonce, file_key, b"payload")?;
    // An empty payload is one empty chunk.
    let count = plain.len().div_ceil(CHUNK).max(1);
    let mut chunks = plain.chunks(CHUNK);
    for number in 0..count {
        // With room for the tag: a vector that grows leaves a copy behind.
        let mut chunk = Zeroizing::new(Vec::with_capacity(CHUNK + TAG));
        chunk.extend_from_slice(chunks.next().unwrap_or_default());
        let nonce = nonce_of(number, number + 1 == count)?;
        key.seal_in_place_append_tag(nonce, Aad::empty(), &mut *chunk).map_err(|_| AgeError::Cryptography)?;
        file.extend_from_slice(&chunk);
    }
    Ok(())
}

/// Decrypts. A payload that was cut at the end of a chunk is noticed, because its last chunk is not marked.
pub(super) fn open(file_key: &[u8; FILE_KEY], payload: &[u8]) -> Result<Zeroizing<Vec<u8>>, AgeError> {
    let (nonce, sealed) = payload.split_at_checked(NONCE).ok_or(AgeError::Malformed)?;
    let key = aead_key(nonce, file_key, b"payload")?;
    let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len()));
    let count = sealed.len().div_ceil(CHUNK + TAG);
    for (number, chunk) in sealed.chunks(CHUNK + TAG).enumerate() {
        let opened = open_chunk(&key, chunk, nonce_of(number, number + 1 == count)?)?;
        // Only the one chunk of an empty payload is empty.
        if opened.is_empty() && count > 1 {
            return Err(AgeError::Malformed);
        }
        plain.extend_from_slice(&opened);
    }
    if count == 0 { Err(AgeError::Malformed) } else { Ok(plain) }
}

fn open_chunk(key: &LessSafeKey, chunk: &[u8], nonce: Nonce) -> Result<Zeroizing<Vec<u8>>, AgeError> {
    let mut chunk = Zeroizing::new(chunk.to_vec());
    let length = key.open_in_place(nonce, Aad::empty(), &mut chunk).map_err(|_| AgeError::Malformed)?.len();
    chunk.truncate(length);
    Ok(chunk)
}

/// Eleven bytes that count, and one that marks the last.
fn nonce_of(number: usize, is_last: bool) -> Result<Nonce, AgeError> {
    let number = u64::try_from(number).map_err(|_| AgeError::Malformed)?;
    let mut nonce = [0; 12];
    for (byte, counted) in nonce.iter_mut().skip(3).zip(number.to_be_bytes()) {
        *byte = counted;
    }
    if let Some(last) = nonce.last_mut() {
        *last = u8::from(is_last);
    }
    Ok(Nonce::assume_unique_for_key(nonce))
}
