//! rustls-webpki, in this process: what every TLS client on rustls does.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use webpki::{
    BorrowedCertRevocationList, CertRevocationList, EndEntityCert, Error, KeyUsage, RevocationCheckDepth,
    RevocationOptionsBuilder, anchor_from_trusted_cert,
};

use super::{Judge, Testimony, Verdict};
use crate::case::{Case, Feature, Kind, Purpose, Question};

pub(super) struct Webpki;

impl Judge for Webpki {
    fn name(&self) -> &'static str {
        "webpki"
    }

    fn kinds(&self) -> &'static [Kind] {
        &[Kind::Chain, Kind::Crl]
    }

    /// It refuses every name of a kind that is constrained and that it does not compare, such as e-mail addresses.
    fn lacks(&self) -> &'static [Feature] {
        &[Feature::EmailConstraint]
    }

    fn judge(&self, cases: &[Case], now: i64, _: &Path) -> Result<Result<Testimony, String>> {
        let now = UnixTime::since_unix_epoch(Duration::from_secs(now.unsigned_abs()));
        let verdict = |case: &Case| (case.id.clone(), Verdict::of(&verify(case, now)));
        Ok(Ok(Testimony { version: version()?, verdicts: cases.iter().map(verdict).collect() }))
    }
}

/// That of the lock file, with which this program was compiled.
fn version() -> Result<String> {
    let lock = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock");
    let text = fs::read_to_string(lock).context("reading Cargo.lock")?;
    let lines = text.lines().skip_while(|line| *line != "name = \"rustls-webpki\"");
    let version = lines.filter_map(|line| line.strip_prefix("version = \"")).next();
    Ok(version.context("rustls-webpki is not in Cargo.lock")?.trim_end_matches('"').to_owned())
}

fn verify(case: &Case, now: UnixTime) -> Result<(), String> {
    let text = |error: Error| format!("{error:?}");
    let chain: Vec<_> = case.chain.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
    let [leaf, between @ .., root] = chain.as_slice() else { return Err("a chain has two certificates".to_owned()) };
    let anchors = [anchor_from_trusted_cert(root).map_err(text)?];
    let leaf = EndEntityCert::try_from(leaf).map_err(text)?;
    let path = |usage, options| {
        leaf.verify_for_usage(webpki::ALL_VERIFICATION_ALGS, &anchors, between, now, usage, options, None).map(drop)
    };
    match &case.question {
        Question::Chain { purpose: Purpose::Client, .. } => path(KeyUsage::client_auth(), None).map_err(text),
        Question::Chain { purpose: Purpose::Server, name, .. } => {
            path(KeyUsage::server_auth(), None).map_err(text)?;
            let name = ServerName::try_from(name.as_str()).map_err(|error| error.to_string())?;
            leaf.verify_is_valid_for_subject_name(&name).map_err(text)
        }
        Question::Crl { der, revoked } => {
            let crl = CertRevocationList::from(BorrowedCertRevocationList::from_der(der).map_err(text)?);
            let crls = [&crl];
            let options = RevocationOptionsBuilder::new(&crls).map_err(|_| "no list".to_owned())?;
            let options = options.with_depth(RevocationCheckDepth::EndEntity).build();
            match (path(KeyUsage::client_auth(), Some(options)), *revoked) {
                (Ok(()), false) | (Err(Error::CertRevoked), true) => Ok(()),
                (Ok(()), true) => Err("it does not see the revocation".to_owned()),
                (Err(error), _) => Err(text(error)),
            }
        }
        Question::Csr { .. } => Err("it reads no requests".to_owned()),
    }
}
