//! The folder that the demo works in: the stack, the command line, and the server that it starts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use acceptance::cli::{Cli, workspace_binary};
use acceptance::{Http, Product, ports, wait_until};
use anyhow::{Context as _, Result, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const VERSION: &str = "0.1.0";
const SOON: Duration = Duration::from_secs(60);

/// The story's configuration, as anybody can use it.
const STACK: [(&str, &str); 2] = [
    ("main.tf", include_str!("../../../../examples/stacks/bootstrap/main.tf")),
    ("contents/main.tf", include_str!("../../../../examples/stacks/bootstrap/contents/main.tf")),
];

pub(crate) struct Home {
    folder: PathBuf,
    pub(crate) product: Product,
    pub(crate) cli: Cli,
    /// What the programs print as their version.
    pub(crate) versions: (String, String),
    command_line: PathBuf,
    server: PathBuf,
    pub(crate) secretzero: PathBuf,
    port: u16,
}

impl Home {
    /// Puts the stack and the provider into the folder, unless they are there.
    pub(crate) fn open(folder: &Path, cli: Cli, product: Product) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        let folder = folder.canonicalize()?;
        let (tool, server) = (cli.tool().find()?, product.tool().find()?);
        let provider = workspace_binary("terraform-provider-secretzero")?;
        for host in ["registry.opentofu.org", "registry.terraform.io"] {
            let place =
                folder.join("mirror").join(host).join("secretzero/secretzero").join(VERSION).join("linux_amd64");
            fs::create_dir_all(&place)?;
            fs::copy(&provider, place.join(format!("terraform-provider-secretzero_v{VERSION}")))?;
        }
        for (name, text) in STACK {
            let file = folder.join(name);
            fs::create_dir_all(file.parent().context("the stack is in a folder")?)?;
            fs::write(&file, text).with_context(|| format!("writing {name}"))?;
        }
        let mirror = folder.join("mirror");
        let text = format!("provider_installation {{\n  filesystem_mirror {{\n    path = {mirror:?}\n  }}\n}}\n");
        fs::write(folder.join("cli.hcl"), text)?;
        let port = port(&folder)?;
        let home = Self {
            folder,
            product,
            cli,
            versions: (tool.version, server.version),
            command_line: tool.path,
            server: server.path,
            secretzero: workspace_binary("secretzero")?,
            port,
        };
        // The provider may be another than that of the last run.
        let _ = fs::remove_file(home.folder.join(".terraform.lock.hcl"));
        home.run(&["init", "-no-color"])?;
        Ok(home)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A file of the stack.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join("home").join(name)
    }

    pub(crate) fn read(&self, name: &str) -> Result<String> {
        fs::read_to_string(self.file(name)).with_context(|| format!("reading {name}"))
    }

    pub(crate) fn address(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Runs the command line with the variables of the stack, and returns what it printed.
    pub(crate) fn stack(&self, verb: &str, more: &[&str]) -> Result<String> {
        let variables = [
            format!("-var=product={}", self.product.name()),
            format!("-var=program={}", self.server.display()),
            format!("-var=port={}", self.port),
        ];
        let mut arguments = vec![verb, "-no-color", "-input=false"];
        if verb != "plan" {
            arguments.push("-auto-approve");
        }
        arguments.extend(variables.iter().map(String::as_str).chain(more.iter().copied()));
        self.run(&arguments)
    }

    fn run(&self, arguments: &[&str]) -> Result<String> {
        let output = Command::new(&self.command_line)
            .args(arguments)
            .current_dir(&self.folder)
            .env("TF_CLI_CONFIG_FILE", self.folder.join("cli.hcl"))
            .env("CHECKPOINT_DISABLE", "1")
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("running {}", self.command_line.display()))?;
        printed(&format!("{} {}", self.command_line.display(), arguments.join(" ")), &output)
    }

    pub(crate) fn http(&self, token: Option<&str>) -> Result<Http> {
        let http = Http::trusting(&self.address(), &self.read("pki/root.pem")?)?;
        token.map_or(Ok(http.clone()), |token| http.header("x-vault-token", token))
    }

    pub(crate) fn is_sealed(&self) -> Result<bool> {
        let status = self.http(None)?.get("/v1/sys/seal-status")?.ok()?;
        status.pointer("/sealed").and_then(serde_json::Value::as_bool).context("it does not say")
    }

    pub(crate) fn pid(&self) -> Result<i32> {
        self.read("server.pid")?.trim().parse().context("server.pid has no number in it")
    }

    pub(crate) fn is_running(&self) -> bool {
        self.pid().is_ok_and(|pid| kill(Pid::from_raw(pid), None).is_ok())
    }

    /// Ends the server as a power cut does, and starts it as a reboot does: nobody unseals it.
    pub(crate) fn restart_server(&self) -> Result<()> {
        let pid = Pid::from_raw(self.pid()?);
        kill(pid, Signal::SIGKILL)?;
        wait_until("the server to end", SOON, || if kill(pid, None).is_err() { Ok(()) } else { bail!("it lives") })?;
        let config = self.file(&format!("config/{}.hcl", self.product.name()));
        let log = fs::File::options().append(true).open(self.file("server.log"))?;
        let status = Command::new("setsid")
            .arg("--fork")
            .arg(&self.server)
            .args(["server".into(), format!("-config={}", config.display())])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .status()
            .context("starting the server")?;
        ensure!(status.success(), "setsid: {status}");
        wait_until("the server to listen", SOON, || self.is_sealed().map(drop))
    }
}

/// A server of a folder that goes away must not stay.
pub(crate) fn end_server(home: &Home) {
    if let Ok(pid) = home.pid() {
        let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
    }
}

/// The port that an earlier run in this folder has chosen, else a free one.
fn port(folder: &Path) -> Result<u16> {
    let file = folder.join("port");
    if let Ok(text) = fs::read_to_string(&file) {
        return text.trim().parse().with_context(|| format!("reading {}", file.display()));
    }
    let port = ports::free_pair()?;
    fs::write(&file, port.to_string())?;
    Ok(port)
}

/// What a program printed, if it succeeded.
pub(crate) fn printed(what: &str, output: &Output) -> Result<String> {
    ensure!(
        output.status.success(),
        "{what} ({}):\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
