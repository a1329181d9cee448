//! The file of a certificate request: what belongs in it, and how one that was found there is taken over.

use pki::Csr;
use tf_framework::{Context, Outcome};

use super::CertificateRequest;
use super::declared::says_the_same;
use crate::SecretZero;
use crate::installed_file::FileSettings;
use crate::owned_text::OwnedText;

/// The file.
pub(super) fn file() -> OwnedText {
    OwnedText::new(CertificateRequest::CSR_FILE.path(), is_own)
}

/// Writes the file of a new request. One that is there already and says the same is taken over: it is what an apply
/// that was cut off has left. Returns the request that is in the file afterwards.
pub(super) fn install(cx: &Context<SecretZero>, at: &FileSettings, request: &Csr) -> Outcome<String> {
    let file = file();
    let Some(found) = file.read(at)? else {
        file.create(at, &request.to_pem())?;
        return Ok(request.to_pem());
    };
    let Some(there) = csr(&found).filter(|there| says_the_same(there, request)) else {
        let detail = "It is not a certificate request for the same key, subject and names, so it was not overwritten.";
        return Err(file.occupied(at, detail, "Remove it, or choose another file.".to_owned()).into());
    };
    cx.warn(file.taken_over("certificate request", at, "It was there already, and says the same."));
    // In our spelling, and with the declared permissions.
    file.write(at, &there.to_pem())?;
    Ok(there.to_pem())
}

fn is_own(found: &[u8], content: &str) -> bool {
    let own = csr(content.as_bytes());
    csr(found).is_some_and(|found| own.is_some_and(|own| says_the_same(&found, &own)))
}

fn csr(text: &[u8]) -> Option<Csr> {
    Csr::from_pem(std::str::from_utf8(text).ok()?).ok()
}
