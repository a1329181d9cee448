//! `sys/generate-root`: a new root token from the shares of the key. No token is needed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::request::Request;
use crate::token::Token;

const PATH: &str = "sys/generate-root/attempt";

/// How far an attempt is.
#[derive(Clone, Debug, Deserialize)]
pub struct Attempt {
    /// Which attempt it is; empty if none is under way.
    #[serde(default)]
    pub nonce: String,
    /// Whether one is under way.
    pub started: bool,
    /// How many shares it has.
    #[serde(default)]
    pub progress: u32,
    /// How many it needs.
    #[serde(default)]
    pub required: u32,
    /// Whether it has all.
    #[serde(default)]
    pub complete: bool,
    /// The token, once it has all, encoded with the one-time password of the attempt.
    #[serde(default)]
    pub encoded_token: String,
    /// The one-time password, told when the attempt begins.
    #[serde(default)]
    pub otp: Option<SecretString>,
}

/// How far the attempt is that is under way. Answers with [`Attempt`].
pub fn status() -> Request {
    Request::read(PATH)
}

/// Begins an attempt. Answers with [`Attempt`], with the one-time password. The server refuses it while another is under way.
pub fn begin() -> Request {
    #[derive(Serialize)]
    struct Body {}
    Request::write(PATH, &Body {})
}

/// Gives the attempt a share, in hexadecimal or base64. Answers with [`Attempt`].
#[expect(clippy::disallowed_methods, reason = "it goes into the body, which is wiped")]
pub fn share(share: &SecretString, nonce: &str) -> Request {
    #[derive(Serialize)]
    struct Body<'a> {
        key: &'a str,
        nonce: &'a str,
    }
    Request::write("sys/generate-root/update", &Body { key: share.expose_secret(), nonce }).secret()
}

/// Gives the attempt up.
pub fn cancel() -> Request {
    Request::delete(PATH)
}

/// The token is not what the one-time password decodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the server encoded the new root token in a way that its one-time password does not decode")]
pub struct Undecodable;

/// The token: the encoded one and the one-time password, exclusive-ored.
///
/// # Errors
/// If they don't belong together.
#[expect(clippy::disallowed_methods, reason = "it decodes the token, and is wiped afterwards")]
pub fn decode(encoded: &str, otp: &SecretString) -> Result<Token, Undecodable> {
    let encoded = Zeroizing::new(STANDARD_NO_PAD.decode(encoded.trim_end_matches('=')).map_err(|_| Undecodable)?);
    let otp = otp.expose_secret().as_bytes();
    if encoded.len() != otp.len() {
        return Err(Undecodable);
    }
    let bytes: Zeroizing<Vec<u8>> = Zeroizing::new(encoded.iter().zip(otp).map(|(a, b)| a ^ b).collect());
    let text = std::str::from_utf8(&bytes).map_err(|_| Undecodable)?;
    Token::new(text).map_err(|_| Undecodable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_decoded_with_its_one_time_password() {
        let (token, otp) = ("hvs.abcdefghijklmnop", "0123456789ABCDEFGHIJ");
        let bytes: Vec<u8> = token.bytes().zip(otp.bytes()).map(|(a, b)| a ^ b).collect();
        let encoded = STANDARD_NO_PAD.encode(bytes);
        assert_eq!(decode(&encoded, &otp.into()).unwrap().expose(), token);
        assert_eq!(decode(&encoded, &"short".into()).unwrap_err(), Undecodable);
        assert_eq!(decode("!", &otp.into()).unwrap_err(), Undecodable);
    }
}
