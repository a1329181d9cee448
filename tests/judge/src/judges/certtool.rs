//! GnuTLS, by its `certtool`: on PATH, or taken out of Debian's package into the cache. It looks at the machine's time.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{Judge, Testimony, Verdict, one_by_one};
use crate::case::{Case, Feature, Kind, Purpose, Question};

pub(super) struct Certtool;

impl Judge for Certtool {
    fn name(&self) -> &'static str {
        "certtool"
    }

    fn kinds(&self) -> &'static [Kind] {
        &[Kind::Chain, Kind::Crl, Kind::Csr]
    }

    fn lacks(&self) -> &'static [Feature] {
        &[]
    }

    fn judge(&self, cases: &[Case], _: i64, folder: &Path) -> Result<Result<Testimony, String>> {
        let program = match find() {
            Ok(program) => program,
            Err(reason) => return Ok(Err(format!("{reason:#}"))),
        };
        let version = one_by_one::printed(Command::new(&program).arg("--version"));
        let version = version.context("certtool can't tell its version")?;
        let version = version.split_whitespace().nth(1).unwrap_or_default().to_owned();
        let verdicts = one_by_one::run(cases, folder, |case, folder| verdict(&program, case, folder))?;
        Ok(Ok(Testimony { version, verdicts }))
    }
}

fn find() -> Result<PathBuf> {
    let runs = |program: &Path| one_by_one::printed(Command::new(program).arg("--version")).is_some();
    let on_path = PathBuf::from("certtool");
    if runs(&on_path) {
        return Ok(on_path);
    }
    let unpacked = testbed::debian::unpacked("gnutls-bin", "usr/bin/certtool", &runs);
    unpacked.context("there is no `certtool` on PATH (Debian: apt-get install gnutls-bin)")
}

fn verdict(program: &Path, case: &Case, folder: &Path) -> Result<Verdict> {
    let mut command = Command::new(program);
    command.current_dir(folder);
    let write = |file: &str, label: &str, ders: &[Vec<u8>]| one_by_one::write_pem(&folder.join(file), label, ders);
    match &case.question {
        Question::Chain { purpose, name, .. } => {
            let (root, chain) = case.chain.split_last().context("an empty chain")?;
            write("root.pem", "CERTIFICATE", std::slice::from_ref(root))?;
            write("chain.pem", "CERTIFICATE", chain)?;
            command.args(["--verify", "--load-ca-certificate", "root.pem", "--infile", "chain.pem"]);
            // What it will do by default, as it says: nothing weaker than RSA with 2048 bits.
            command.args(["--verify-profile", "medium"]);
            match purpose {
                Purpose::Server => command.args(["--verify-purpose", "1.3.6.1.5.5.7.3.1", "--verify-hostname", name]),
                Purpose::Client => command.args(["--verify-purpose", "1.3.6.1.5.5.7.3.2"]),
            };
            one_by_one::verdict(&mut command)
        }
        Question::Crl { der, .. } => {
            let issuer = case.chain.get(1).context("a list without an issuer")?;
            write("root.pem", "CERTIFICATE", std::slice::from_ref(issuer))?;
            write("crl.pem", "X509 CRL", std::slice::from_ref(der))?;
            command.args(["--verify-crl", "--load-ca-certificate", "root.pem", "--infile", "crl.pem"]);
            one_by_one::verdict(&mut command)
        }
        Question::Csr { der } => {
            write("csr.pem", "NEW CERTIFICATE REQUEST", std::slice::from_ref(der))?;
            // It tells what it found in words, and ends well either way.
            let text = one_by_one::printed(command.args(["--crq-info", "--infile", "csr.pem"])).unwrap_or_default();
            Ok(match text.lines().find(|line| line.starts_with("Self signature:")) {
                Some(line) if line.ends_with(" verified") => Verdict::Accepted,
                line => Verdict::Rejected(line.unwrap_or("it can't be read").to_owned()),
            })
        }
    }
}
