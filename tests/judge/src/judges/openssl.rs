//! `openssl verify -x509_strict`, at the security level that Debian's OpenSSL has for TLS.

use std::net::IpAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{Judge, Testimony, Verdict, one_by_one};
use crate::case::{Case, Feature, Kind, Purpose, Question};

pub(super) struct OpenSsl;

impl Judge for OpenSsl {
    fn name(&self) -> &'static str {
        "openssl"
    }

    fn kinds(&self) -> &'static [Kind] {
        &[Kind::Chain, Kind::Crl, Kind::Csr]
    }

    fn lacks(&self) -> &'static [Feature] {
        &[]
    }

    fn judge(&self, cases: &[Case], now: i64, folder: &Path) -> Result<Result<Testimony, String>> {
        let Some(version) = one_by_one::printed(Command::new("openssl").arg("version")) else {
            return Ok(Err("there is no `openssl` on PATH (Debian: apt-get install openssl)".to_owned()));
        };
        let version = version.split_whitespace().nth(1).unwrap_or_default().to_owned();
        let verdicts = one_by_one::run(cases, folder, |case, folder| verdict(case, now, folder))?;
        Ok(Ok(Testimony { version, verdicts }))
    }
}

fn verdict(case: &Case, now: i64, folder: &Path) -> Result<Verdict> {
    let mut command = Command::new("openssl");
    command.current_dir(folder);
    match &case.question {
        Question::Chain { purpose, name, .. } => {
            verify(&mut command, case, now, folder)?;
            match purpose {
                Purpose::Client => command.args(["-purpose", "sslclient"]),
                Purpose::Server if name.parse::<IpAddr>().is_ok() => {
                    command.args(["-purpose", "sslserver", "-verify_ip", name])
                }
                Purpose::Server => command.args(["-purpose", "sslserver", "-verify_hostname", name]),
            };
            one_by_one::verdict(command.arg("leaf.pem"))
        }
        Question::Crl { der, revoked } => crl(case, der, *revoked, now, folder),
        Question::Csr { der } => {
            one_by_one::write_pem(&folder.join("csr.pem"), "CERTIFICATE REQUEST", std::slice::from_ref(der))?;
            // Version 3.0 ends well whatever it finds.
            let output = command.args(["req", "-in", "csr.pem", "-verify", "-noout"]).output();
            let text = output.context("starting openssl")?.stderr;
            let text = String::from_utf8_lossy(&text).trim().to_owned();
            Ok(if text.ends_with("verify OK") { Verdict::Accepted } else { Verdict::Rejected(text) })
        }
    }
}

/// The list counts if the certificate that is on it is refused for that reason, and one that is not is accepted.
fn crl(case: &Case, der: &[u8], revoked: bool, now: i64, folder: &Path) -> Result<Verdict> {
    one_by_one::write_pem(&folder.join("crl.pem"), "X509 CRL", &[der.to_vec()])?;
    let mut command = Command::new("openssl");
    verify(command.current_dir(folder), case, now, folder)?;
    command.args(["-crl_check", "-CRLfile", "crl.pem", "leaf.pem"]);
    Ok(match one_by_one::verdict(&mut command)? {
        Verdict::Rejected(reason) if revoked && reason.contains("certificate revoked") => Verdict::Accepted,
        Verdict::Accepted if revoked => Verdict::Rejected("it does not see the revocation".to_owned()),
        verdict => verdict,
    })
}

/// Everything but what the chain is for, and the leaf.
fn verify(command: &mut Command, case: &Case, now: i64, folder: &Path) -> Result<()> {
    let (leaf, above) = case.chain.split_first().context("an empty chain")?;
    let (root, between) = above.split_last().context("a chain without a root")?;
    let write = |file, ders| one_by_one::write_pem(&folder.join(file), "CERTIFICATE", ders);
    write("leaf.pem", std::slice::from_ref(leaf))?;
    write("root.pem", std::slice::from_ref(root))?;
    command.args(["verify", "-x509_strict", "-auth_level", "2", "-attime", &now.to_string()]);
    command.args(["-no-CApath", "-no-CAstore", "-CAfile", "root.pem"]);
    if !between.is_empty() {
        write("between.pem", between)?;
        command.args(["-untrusted", "between.pem"]);
    }
    Ok(())
}
