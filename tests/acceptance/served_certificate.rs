//! A real listener serves with certificates of crates/pki, and the strictest clients that people have verify them.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use acceptance::servers::vault_server::Audit;
use acceptance::{Product, Scenario, VaultServer, ports};
use anyhow::{Context as _, Result, ensure};
use jiff::{SignedDuration, Timestamp};
use pki::{
    CaOptions, Certificate, Issuer, KeyAlgorithm, PrivateKey, Profile, Request, Subject, SystemRandom, Validity,
};
use secrecy::ExposeSecret as _;
use testbed::Tool;

/// RSA for old clients, ECDSA for all, and Ed25519, which browsers don't take, but Go, OpenSSL and Python do.
const KEYS: [KeyAlgorithm; 3] = [KeyAlgorithm::Rsa2048, KeyAlgorithm::EcdsaP256, KeyAlgorithm::Ed25519];

/// Prints the certificate that is served, in hexadecimal, after the handshake that Python 3.13 does by default.
const STRICT_CLIENT: &str = "\
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
context.verify_flags |= ssl.VERIFY_X509_STRICT
with socket.create_connection((\"127.0.0.1\", int(sys.argv[2])), timeout=10) as plain:
    with context.wrap_socket(plain, server_hostname=sys.argv[3]) as tls:
        print(tls.getpeercert(True).hex())
";

/// One listener with its own chain.
struct Served {
    root: PathBuf,
    chain_file: PathBuf,
    key_file: PathBuf,
    certificate: Certificate,
    port: u16,
}

#[test]
fn openbao_serves_what_curl_and_strict_python_verify() -> Result<()> {
    for program in ["curl", "python3"] {
        if Command::new(program).arg("--version").stdin(Stdio::null()).output().is_err() {
            // A line of its own, past the capture of libtest.
            let _ = writeln!(std::io::stdout(), "\nSKIPPED served_certificate: there is no {program} on PATH");
            return Ok(());
        }
    }
    Scenario::run(&[Tool::OpenBao], |scenario| {
        let folder = scenario.folder();
        let (served, _server) = ports::retry_on_collision(|| {
            let served = KEYS.into_iter().map(|key| Served::issue(folder, key)).collect::<Result<Vec<_>>>()?;
            let listeners: String = served.iter().map(Served::listener).collect::<Result<_>>()?;
            let server = VaultServer::start_blank(folder, Product::OpenBao, Audit::Off, &listeners)?;
            Ok((served, server))
        })?;
        for (index, own) in served.iter().enumerate() {
            for name in ["localhost", "127.0.0.1"] {
                own.curl(&own.root, name)?;
                ensure!(own.python(&own.root, name)? == hex(own.certificate.as_der()), "another certificate is served");
            }
            // Who trusts another root, or asks for another name, must not get through.
            let stranger = &served.get((index + 1) % served.len()).context("no other root")?.root;
            own.curl(stranger, "localhost").expect_err("curl trusts another root");
            own.python(stranger, "localhost").expect_err("Python trusts another root");
            own.python(&own.root, "other.home.arpa").expect_err("Python asks for another name");
        }
        Ok(())
    })
}

impl Served {
    /// Root, intermediate and server with this kind of key; the server's files as a listener wants them.
    fn issue(folder: &Path, algorithm: KeyAlgorithm) -> Result<Self> {
        #[expect(clippy::disallowed_methods, reason = "the clients compare a validity with the machine's time")]
        let now = Timestamp::now();
        let day = SignedDuration::from_hours(24);
        let request = |profile, name: String, days: i32| -> Result<Request> {
            let validity = Validity::starting(now, day, day * days)?;
            Ok(Request { subject: Subject::common_name(name), ..Request::new(profile, validity) })
        };
        let options = |path_length| CaOptions { path_length: Some(path_length), digital_signature: false };
        let (root_key, ca_key) = (PrivateKey::generate(algorithm)?, PrivateKey::generate(algorithm)?);
        let root = request(Profile::RootCa(options(1)), format!("Home root {algorithm}"), 3650)?.validate()?;
        let root = root.for_key(root_key.public_key(), &mut SystemRandom)?.self_signed(&root_key)?;
        let above = Issuer::new(vec![root.clone()], root_key)?;
        let ca = request(Profile::IntermediateCa(options(0)), format!("Servers {algorithm}"), 1825)?.validate()?;
        let ca = ca.for_key(ca_key.public_key(), &mut SystemRandom)?.signed_by(&above, now)?;
        let issuer = Issuer::new(vec![ca.clone(), root.clone()], ca_key)?;

        let key = PrivateKey::generate(algorithm)?;
        let mut server = request(Profile::TlsServer, format!("OpenBao {algorithm}"), 90)?;
        server.dns_names = vec!["localhost".to_owned()];
        server.ip_addresses = vec!["127.0.0.1".to_owned()];
        let server = server.validate()?.for_key(key.public_key(), &mut SystemRandom)?.signed_by(&issuer, now)?;

        let file = |name: &str| folder.join(format!("{algorithm}-{name}"));
        let served = Self {
            root: file("root.pem"),
            chain_file: file("chain.pem"),
            key_file: file("key.pem"),
            port: ports::free::<1>()?.into_iter().next().context("no port")?,
            certificate: server,
        };
        fs::write(&served.root, root.to_pem())?;
        fs::write(&served.chain_file, served.certificate.to_pem() + &ca.to_pem())?;
        let mut output =
            fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(&served.key_file)?;
        #[expect(clippy::disallowed_methods, reason = "the key of a listener, in a folder of this test")]
        output.write_all(key.to_pkcs8_pem()?.expose_secret().as_bytes())?;
        Ok(served)
    }

    /// A listener besides that of the harness.
    fn listener(&self) -> Result<String> {
        let (chain, key) = (self.chain_file.display(), self.key_file.display());
        let [cluster] = ports::free()?;
        Ok(format!(
            r#"
listener "tcp" {{
  address         = "127.0.0.1:{}"
  cluster_address = "127.0.0.1:{cluster}"
  tls_cert_file   = "{chain}"
  tls_key_file    = "{key}"
}}
"#,
            self.port
        ))
    }

    /// Fails unless TLS is fine; what the server answers doesn't matter.
    fn curl(&self, root: &Path, name: &str) -> Result<()> {
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--max-time", "10", "--noproxy", "*", "--cacert"]).arg(root);
        let answer = run(command.arg(format!("https://{name}:{}/v1/sys/health", self.port)))?;
        ensure!(answer.contains("\"initialized\":false"), "this is not OpenBao: {answer}");
        Ok(())
    }

    fn python(&self, root: &Path, name: &str) -> Result<String> {
        run(Command::new("python3").args(["-c", STRICT_CLIENT]).arg(root).args([&self.port.to_string(), name]))
    }
}

fn run(command: &mut Command) -> Result<String> {
    let program = command.get_program().display().to_string();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("starting {program}"))?;
    ensure!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
