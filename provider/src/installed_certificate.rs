//! Files of certificates: what belongs in them, and how one that was found there is taken over.

use pki::Certificate;
use tf_framework::value::Path;
use tf_framework::{Context, Outcome};

use crate::SecretZero;
use crate::installed_file::FileSettings;
use crate::issued::Issued;
use crate::issuing;
use crate::owned_text::OwnedText;

/// The file of certificates that an attribute names.
pub fn file(at: Path) -> OwnedText {
    OwnedText::new(at, is_own)
}

/// Installs a new certificate, unless its file has one that says the same already: an apply that was cut off left it
/// there, or it was made by hand. Returns the one that counts. One that is due for renewal gives way to the new one.
///
/// `import` is the command that takes over what is different.
///
/// # Errors
/// If the file has anything else in it, or can't be written.
pub fn settle(
    cx: &Context<SecretZero>,
    file: &FileSettings,
    at: Path,
    fresh: Issued,
    is_due: impl Fn(&Certificate) -> bool,
    import: &str,
) -> Outcome<Issued> {
    let text = self::file(at);
    let Some(found) = text.read(file)? else {
        text.create(file, &fresh.chain_pem())?;
        return Ok(fresh);
    };
    let occupied = |detail: &str| {
        let ways = "Choose another file, move this one away, or, if it is the certificate that you want to manage:";
        text.occupied(file, detail, format!("{ways} {import}"))
    };
    let Some(certificate) = certificates(&found).into_iter().next() else {
        return Err(occupied("It holds no certificate, and is not overwritten.").into());
    };
    let differences = issuing::differences(&certificate, &fresh.certificate);
    if !differences.is_empty() {
        let differences = differences.join(", ");
        return Err(
            occupied(&format!("It holds a certificate that differs from the declared one in {differences}.")).into()
        );
    }
    let (detail, counts) = if is_due(&certificate) {
        ("It was there already, says what is declared, and is due for renewal: there is a new one now.", fresh)
    } else {
        ("It was there already, and says what is declared.", Issued { certificate, ..fresh })
    };
    text.write(file, &counts.chain_pem())?;
    cx.warn(text.taken_over("certificate", file, detail));
    Ok(counts)
}

/// Whether what is in a file is what is to be there or another issue of it: of the same authority, or for the same
/// everything.
fn is_own(found: &[u8], content: &str) -> bool {
    let first = |text: &[u8]| certificates(text).into_iter().next();
    let (Some(found), Some(own)) = (first(found), first(content.as_bytes())) else { return false };
    found == own
        || (found.is_ca() && own.is_ca() && pki::same_subject_and_key(&found, &own))
        || issuing::differences(&found, &own).is_empty()
}

/// The certificates in a file; none if it has something else in it.
fn certificates(content: &[u8]) -> Vec<Certificate> {
    let read = std::str::from_utf8(content).ok().and_then(|text| Certificate::all_from_pem(text).ok());
    read.unwrap_or_default()
}
