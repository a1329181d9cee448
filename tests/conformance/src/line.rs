//! The handshake line, read as strictly as Go's hosts read it, and a little more.

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rustls_pki_types::CertificateDer;

/// What a plugin says on standard output.
#[derive(Clone, Debug)]
pub struct HandshakeLine {
    /// The fields as they were written.
    pub fields: Vec<String>,
    /// The protocol version that the plugin chose.
    pub version: u32,
    /// Where it listens: a socket path, or address and port.
    pub address: String,
    /// Its certificate; `None` in plaintext.
    pub certificate: Option<CertificateDer<'static>>,
}

impl HandshakeLine {
    /// Reads a line without its newline.
    ///
    /// # Errors
    /// Go's hosts would refuse it.
    pub fn parse(line: &str) -> Result<Self> {
        let fields: Vec<String> = line.split('|').map(str::to_owned).collect();
        let field = |n: usize| fields.get(n).map(String::as_str).with_context(|| format!("no field {n} in {line:?}"));
        ensure!(field(0)? == "1", "the core version is not 1 in {line:?}");
        ensure!(field(4)? == "grpc", "the protocol is not grpc in {line:?}");
        let version = field(1)?.parse().with_context(|| format!("the version is no number in {line:?}"))?;
        let address = field(3)?.to_owned();
        let certificate = match field(5)? {
            "" => None,
            text => Some(CertificateDer::from(
                STANDARD_NO_PAD
                    .decode(text)
                    .with_context(|| format!("the certificate is no raw base64 in {line:?}"))?,
            )),
        };
        Ok(Self { version, address, certificate, fields })
    }
}
