//! `cargo xtask demo`: what works today, shown with the real OpenTofu and the real OpenBao, in plain words.
//!
//! From nothing, one apply makes a root, an authority below it and a certificate; a server uses it, strict clients trust it,
//! and a renewal is served without a restart.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use acceptance::cli::{Cli, Planned, Project, Provider, workspace_binary};
use acceptance::{Launch, Process, Scenario, ports, wait_until};
use anyhow::{Context, Result, ensure};
use testbed::Tool;

/// The story's configuration, as anybody can use it.
const STACK: &str = include_str!("../../../examples/stacks/trust-root/main.tf");

/// Prints the serial number of the certificate that a server presents, after a handshake with every strict check on.
const STRICT_CLIENT: &str = "\
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
context.verify_flags |= ssl.VERIFY_X509_STRICT
with socket.create_connection(('127.0.0.1', int(sys.argv[2]))) as connection:
    with context.wrap_socket(connection, server_hostname='localhost') as tls:
        print(tls.getpeercert()['serialNumber'])
";

fn main() -> Result<()> {
    // Asked before anything is built, so that what is missing is said at once, with the remedy.
    let (tofu, bao) = (Tool::OpenTofu.find()?, Tool::OpenBao.find()?);
    say(&format!(
        "This makes a trust root from nothing with OpenTofu {} and has OpenBao {} use it, both the real ones.\n\
         It happens in a temporary folder; nothing of yours is touched.",
        tofu.version, bao.version
    ));
    say("Building the provider.");
    let binary = workspace_binary("terraform-provider-secretzero")?;
    Scenario::run(&[Tool::OpenTofu, Tool::OpenBao], |scenario| story(scenario, &binary, &bao.path))
}

fn story(scenario: &Scenario, binary: &Path, bao: &Path) -> Result<()> {
    let provider = Provider::new("secretzero/secretzero", "0.1.0", binary)?;
    let project = Project::create(scenario, Cli::OpenTofu)?.provider(&provider)?;

    // The one place where the keys belong.
    scenario.secret_home(&project.module().join("trust"));

    step(1, "The configuration is examples/stacks/trust-root/main.tf: a root, an authority below it, a certificate.");
    configure(&project)?;
    project.init()?;
    ensure!(project.plan(&[])? == Planned::Changes, "the first plan should want to make everything");
    let applied = project.apply(&[])?;
    quote(applied.stdout.lines().filter(|line| line.starts_with("Apply complete!")));

    step(2, "Where things lie:");
    let trust = project.module().join("trust");
    quote(listing(&trust)?.iter().map(String::as_str));

    step(3, "The second plan is empty, and no private key is in the state:");
    ensure!(project.plan(&[])? == Planned::Nothing, "the second plan should be empty");
    let state = fs::read_to_string(project.module().join("terraform.tfstate")).context("reading the state")?;
    ensure!(!state.contains("PRIVATE KEY"), "there is a private key in the state");
    say(&format!("   {} bytes of state, and \"PRIVATE KEY\" is nowhere in them.", state.len()));

    step(4, "OpenBao starts with the certificate, and two strict clients verify it against our root:");
    let server = Server::start(scenario, &trust, bao)?;
    server.curl(&trust)?;
    say("   curl --cacert trust/root.pem https://localhost:…/v1/sys/health: verified");
    let before = server.served(&trust)?;
    say(&format!("   Python with VERIFY_X509_STRICT: verified, serial number {before}"));

    step(5, "A renewal. It comes by itself in the last third of a certificate's life; here it is brought forward.");
    let renewed = project.apply(&["-var=server_validity_hours=1440"])?;
    quote(renewed.stdout.lines().filter(|line| line.starts_with("Apply complete!")));
    let after = wait_until("the server to present the new certificate", Duration::from_secs(20), || {
        let serial = server.served(&trust)?;
        ensure!(serial != before, "it still presents {serial}");
        Ok(serial)
    })?;
    ensure!(server.is_the_same_process(), "the server was restarted");
    say(&format!("   The same process now presents {after}: it got a SIGHUP, and was not restarted."));
    ensure!(
        project.plan(&["-var=server_validity_hours=1440"])? == Planned::Nothing,
        "the plan after the renewal should be empty"
    );
    say("   The plan after it is empty.");

    say("\nThe same works with Terraform and with Vault. `cargo xtask test` puts it through everything else.");
    Ok(())
}

/// Installs the stack, which has its requirements in it already.
fn configure(project: &Project) -> Result<()> {
    fs::write(project.module().join("main.tf"), STACK).context("writing main.tf")
}

/// Names, modes and sizes.
fn listing(folder: &Path) -> Result<Vec<String>> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))? {
        let entry = entry?;
        let mode = entry.metadata()?.permissions().mode() & 0o777;
        lines.push(format!("trust/{:<12} {mode:04o}", entry.file_name().to_string_lossy()));
    }
    lines.sort();
    Ok(lines)
}

/// An OpenBao that was never initialised: its listener is all that matters here.
struct Server {
    process: Process,
    port: u16,
    pid: String,
    pid_file: PathBuf,
}

impl Server {
    fn start(scenario: &Scenario, trust: &Path, bao: &Path) -> Result<Self> {
        let [port] = ports::free()?;
        let folder = scenario.folder().join("openbao");
        fs::create_dir_all(folder.join("data")).context("making the folder of the server")?;
        let (trust, data) = (trust.display(), folder.join("data"));
        let config = format!(
            "pid_file = \"{trust}/openbao.pid\"\nstorage \"file\" {{ path = {data:?} }}\nlistener \"tcp\" {{\n  address = \
             \"127.0.0.1:{port}\"\n  tls_cert_file = \"{trust}/openbao.pem\"\n  tls_key_file = \"{trust}/openbao.key\"\n}}\n"
        );
        let file = folder.join("openbao.hcl");
        fs::write(&file, config).context("writing the configuration of the server")?;
        let arguments = ["server".to_owned(), format!("-config={}", file.display())];
        let process = Process::start(Launch::new("openbao", bao, &folder).args(arguments))?;
        let pid_file = PathBuf::from(format!("{trust}/openbao.pid"));
        let pid = wait_until("the server to write its process id", Duration::from_secs(30), || {
            fs::read_to_string(&pid_file).context("there is no file yet")
        })?;
        Ok(Self { process, port, pid, pid_file })
    }

    fn is_the_same_process(&self) -> bool {
        self.process.pid().is_some() && fs::read_to_string(&self.pid_file).is_ok_and(|pid| pid == self.pid)
    }

    /// The serial number that is presented.
    fn served(&self, trust: &Path) -> Result<String> {
        let mut python = Command::new("python3");
        python.args(["-c", STRICT_CLIENT]).arg(trust.join("root.pem")).arg(self.port.to_string());
        wait_until("a strict handshake", Duration::from_secs(20), || output(&mut python))
    }

    fn curl(&self, trust: &Path) -> Result<String> {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--cacert"]).arg(trust.join("root.pem"));
        curl.arg(format!("https://localhost:{}/v1/sys/health", self.port));
        wait_until("curl to verify the server", Duration::from_secs(20), || output(&mut curl))
    }
}

/// What a program prints, if it succeeds.
fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("running {name}"))?;
    ensure!(output.status.success(), "{name} ({}): {}", output.status, String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn step(number: u32, text: &str) {
    say(&format!("\n{number}. {text}"));
}

fn quote<'a>(lines: impl IntoIterator<Item = &'a str>) {
    for line in lines {
        say(&format!("   {line}"));
    }
}

fn say(text: &str) {
    // Nobody to talk to is no reason to stop half-way.
    let _ = writeln!(std::io::stdout(), "{text}");
}
