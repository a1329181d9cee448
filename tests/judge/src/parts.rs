//! A good certificate in its parts, so that exactly one of them can be spoilt before it is signed again.

use anyhow::{Context as _, Result, ensure};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use pki::Certificate;

use crate::tlv::{BOOLEAN, OCTET_STRING, SEQUENCE, bits, content, elements, explicit, oid, sequence, tlv};

pub(crate) const SUBJECT_KEY_ID: [u8; 3] = [0x55, 0x1d, 14];
pub(crate) const KEY_USAGE: [u8; 3] = [0x55, 0x1d, 15];
pub(crate) const SUBJECT_ALT_NAME: [u8; 3] = [0x55, 0x1d, 17];
pub(crate) const BASIC_CONSTRAINTS: [u8; 3] = [0x55, 0x1d, 19];
pub(crate) const NAME_CONSTRAINTS: [u8; 3] = [0x55, 0x1d, 30];
pub(crate) const AUTHORITY_KEY_ID: [u8; 3] = [0x55, 0x1d, 35];
pub(crate) const EXTENDED_KEY_USAGE: [u8; 3] = [0x55, 0x1d, 37];

/// A certificate, element by element. Every field is a whole element, also when it makes no sense.
#[derive(Clone)]
pub(crate) struct Parts {
    /// `[0]`, or nothing.
    pub(crate) version: Vec<u8>,
    pub(crate) serial: Vec<u8>,
    /// The algorithm inside, that a verifier compares with the one outside.
    pub(crate) inner_algorithm: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) not_before: Vec<u8>,
    pub(crate) not_after: Vec<u8>,
    pub(crate) subject: Vec<u8>,
    pub(crate) public_key: Vec<u8>,
    /// What stands between the key and the extensions: nothing in a good one.
    pub(crate) unique_ids: Vec<u8>,
    pub(crate) extensions: Vec<Extension>,
    /// What stands behind the extensions: nothing in a good one.
    pub(crate) behind: Vec<u8>,
    pub(crate) outer_algorithm: Vec<u8>,
}

/// One extension.
#[derive(Clone)]
pub(crate) struct Extension {
    /// The content of its object identifier.
    pub(crate) oid: Vec<u8>,
    /// The element `critical`, or nothing.
    pub(crate) critical: Vec<u8>,
    /// What the octet string holds.
    pub(crate) value: Vec<u8>,
}

/// What signs.
pub(crate) enum Signer<'a> {
    /// ECDSA P-256 with SHA-256, by its PKCS#8.
    Ecdsa(&'a [u8]),
    /// RSA with SHA-256, by its PKCS#8.
    Rsa(&'a [u8]),
}

impl Parts {
    /// Takes a good certificate apart.
    pub(crate) fn of(certificate: &Certificate) -> Result<Self> {
        let outer = elements(content(certificate.as_der())?)?;
        let [tbs, outer_algorithm, _signature] = outer.as_slice() else {
            anyhow::bail!("a certificate has three parts")
        };
        let inner = elements(content(tbs)?)?;
        let [version, serial, inner_algorithm, issuer, validity, subject, public_key, extensions] = inner.as_slice()
        else {
            anyhow::bail!("a certificate of ours has eight parts inside")
        };
        let validity = elements(content(validity)?)?;
        let [not_before, not_after] = validity.as_slice() else { anyhow::bail!("a validity has two parts") };
        let extensions = elements(content(content(extensions)?)?)?;
        Ok(Self {
            version: version.clone(),
            serial: serial.clone(),
            inner_algorithm: inner_algorithm.clone(),
            issuer: issuer.clone(),
            not_before: not_before.clone(),
            not_after: not_after.clone(),
            subject: subject.clone(),
            public_key: public_key.clone(),
            unique_ids: Vec::new(),
            extensions: extensions.iter().map(|der| Extension::of(der)).collect::<Result<_>>()?,
            behind: Vec::new(),
            outer_algorithm: outer_algorithm.clone(),
        })
    }

    /// What is signed.
    pub(crate) fn tbs(&self) -> Vec<u8> {
        let extensions: Vec<u8> = self.extensions.iter().flat_map(Extension::to_der).collect();
        let extensions = explicit(3, &tlv(SEQUENCE, &extensions));
        sequence(&[
            &self.version,
            &self.serial,
            &self.inner_algorithm,
            &self.issuer,
            &sequence(&[&self.not_before, &self.not_after]),
            &self.subject,
            &self.public_key,
            &self.unique_ids,
            &extensions,
            &self.behind,
        ])
    }

    /// The certificate, signed.
    pub(crate) fn signed(&self, signer: &Signer<'_>) -> Result<Vec<u8>> {
        Ok(self.with_signature(&signer.sign(&self.tbs())?))
    }

    /// The certificate with a signature that was made elsewhere.
    pub(crate) fn with_signature(&self, signature: &[u8]) -> Vec<u8> {
        sequence(&[&self.tbs(), &self.outer_algorithm, &bits(signature)])
    }

    /// The extension with this identifier.
    pub(crate) fn extension(&mut self, oid: [u8; 3]) -> Result<&mut Extension> {
        self.extensions.iter_mut().find(|extension| extension.oid == oid).context("the good one has no such extension")
    }

    /// Leaves an extension out.
    pub(crate) fn remove(&mut self, oid: [u8; 3]) -> Result<()> {
        let before = self.extensions.len();
        self.extensions.retain(|extension| extension.oid != oid);
        ensure!(self.extensions.len() < before, "the good one has no such extension");
        Ok(())
    }

    /// Gives an extension another value.
    pub(crate) fn set(&mut self, oid: [u8; 3], value: Vec<u8>) -> Result<()> {
        self.extension(oid)?.value = value;
        Ok(())
    }

    /// Adds an extension that the good one does not have.
    pub(crate) fn add(&mut self, oid: &[u8], critical: bool, value: Vec<u8>) {
        let critical = if critical { tlv(BOOLEAN, &[0xff]) } else { Vec::new() };
        self.extensions.push(Extension { oid: oid.to_vec(), critical, value });
    }
}

impl Extension {
    fn of(der: &[u8]) -> Result<Self> {
        let parts = elements(content(der)?)?;
        let (critical, value) = match parts.as_slice() {
            [_, value] => (Vec::new(), value),
            [_, critical, value] => (critical.clone(), value),
            _ => anyhow::bail!("an extension has two or three parts"),
        };
        let oid = content(parts.first().context("an extension has an identifier")?)?.to_vec();
        Ok(Self { oid, critical, value: content(value)?.to_vec() })
    }

    fn to_der(&self) -> Vec<u8> {
        sequence(&[&oid(&self.oid), &self.critical, &tlv(OCTET_STRING, &self.value)])
    }
}

impl Signer<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let random = SystemRandom::new();
        match self {
            Self::Ecdsa(pkcs8) => {
                let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8)?;
                Ok(key.sign(&random, message)?.as_ref().to_vec())
            }
            Self::Rsa(pkcs8) => {
                let key = RsaKeyPair::from_pkcs8(pkcs8)?;
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)?;
                Ok(signature)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is taken apart and put together again is the same, so that a fault is really the only difference.
    #[test]
    fn nothing_is_lost() {
        let now = "2026-11-24T12:00:00Z".parse().unwrap();
        let day = jiff::SignedDuration::from_hours(24);
        let validity = pki::Validity::starting(now, day, day).unwrap();
        let mut request = pki::Request::new(pki::Profile::RootCa(pki::CaOptions::default()), validity);
        request.subject = pki::Subject::common_name("root");
        let key = pki::PrivateKey::generate(pki::KeyAlgorithm::EcdsaP256).unwrap();
        let root = crate::issue::certificate(request, &key, None, now).unwrap();
        let parts = Parts::of(&root).unwrap();
        let outer = elements(content(root.as_der()).unwrap()).unwrap();
        let signature = &content(&outer[2]).unwrap()[1..];
        assert_eq!(parts.with_signature(signature), root.as_der());
    }
}
