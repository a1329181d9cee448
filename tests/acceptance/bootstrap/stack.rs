//! The stack in a project of its own, and the server that it starts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use acceptance::cli::{Cli, CliCommand, Finished, Planned, Project, Provider, workspace_binary};
use acceptance::{Http, Product, Scenario, ports, wait_until};
use anyhow::{Context as _, Result, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::on_server::product;

pub(super) const SOON: Duration = Duration::from_secs(60);

pub(super) struct Stack {
    pub(super) project: Project,
    product: Product,
    program: PathBuf,
    port: u16,
    /// What else the configuration is told.
    settings: Vec<String>,
}

impl Stack {
    pub(super) fn create(scenario: &Scenario, cli: Cli) -> Result<Self> {
        Self::of(scenario, cli, product(cli))
    }

    /// With any of the two servers.
    pub(super) fn of(scenario: &Scenario, cli: Cli, product: Product) -> Result<Self> {
        let binary = workspace_binary("terraform-provider-secretzero")?;
        let project =
            Project::create(scenario, cli)?.provider(&Provider::new("secretzero/secretzero", "1.0.0", binary)?)?;
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/stacks/bootstrap"), &project.module())?;
        let program = product.tool().find()?;
        program.started();
        let port = ports::free_pair()?;
        let stack = Self { project, product, program: program.path, port, settings: Vec::new() };
        // What the server keeps is encrypted, but for what it is encrypted with, which is nobody's to look for.
        for name in ["keys", "pki", "data"] {
            scenario.secret_home(&stack.file(name));
        }
        stack.project.init()?;
        Ok(stack)
    }

    /// A file below the folder of the stack.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.project.module().join("home").join(name)
    }

    pub(super) fn read(&self, name: &str) -> Result<String> {
        fs::read_to_string(self.file(name)).with_context(|| format!("reading {name}"))
    }

    /// The same with another value for a variable.
    pub(super) fn with(mut self, variable: &str, value: &str) -> Self {
        self.settings.push(format!("-var={variable}={value}"));
        self
    }

    /// The options that give the variables of the configuration their values.
    pub(super) fn variables(&self) -> Vec<String> {
        let mut variables = vec![
            format!("-var=product={}", self.product.name()),
            format!("-var=program={}", self.program.display()),
            format!("-var=port={}", self.port),
        ];
        variables.extend_from_slice(&self.settings);
        variables
    }

    fn options<'a>(variables: &'a [String], more: &[&'a str]) -> Vec<&'a str> {
        variables.iter().map(String::as_str).chain(more.iter().copied()).collect()
    }

    /// Where the server listens.
    pub(super) fn address(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// The addresses of everything in the state.
    pub(super) fn objects(&self) -> Result<Vec<String>> {
        let listed = self.project.command(["state", "list"]).run()?.succeeded()?;
        Ok(listed.stdout.lines().map(str::to_owned).collect())
    }

    pub(super) fn apply(&self) -> Result<Finished> {
        let variables = self.variables();
        self.project.apply(&Self::options(&variables, &[]))
    }

    /// An apply that may fail.
    pub(super) fn try_apply(&self, options: &[&str]) -> Result<Finished> {
        self.command("apply", options).run()
    }

    pub(super) fn command(&self, verb: &str, options: &[&str]) -> CliCommand {
        let variables = self.variables();
        let fixed = [verb, "-input=false", "-no-color", "-auto-approve"];
        self.project.command(fixed.into_iter().chain(Self::options(&variables, options)).map(str::to_owned))
    }

    pub(super) fn plan(&self) -> Result<Planned> {
        let variables = self.variables();
        self.project.plan(&Self::options(&variables, &[]))
    }

    pub(super) fn converged(&self) -> Result<()> {
        ensure!(self.plan()? == Planned::Nothing, "the plan is not empty");
        Ok(())
    }

    pub(super) fn destroy(&self) -> Result<Finished> {
        self.command("destroy", &[]).run()?.succeeded()
    }

    /// The server, asked with a token, if any.
    pub(super) fn http(&self, token: Option<&str>) -> Result<Http> {
        let http = Http::trusting(&self.address(), &self.read("pki/root.pem")?)?;
        token.map_or(Ok(http.clone()), |token| http.header("x-vault-token", token))
    }

    pub(super) fn keys(&self) -> Result<Value> {
        Ok(serde_json::from_str(&self.read("keys/cluster-keys.json")?)?)
    }

    pub(super) fn root_token(&self) -> Result<String> {
        self.keys()?["root_token"].as_str().map(str::to_owned).context("the keys have no root token")
    }

    /// Logs in with the credentials of the operator, as anybody could who has the files.
    pub(super) fn operator_token(&self) -> Result<String> {
        let body = json!({
            "role_id": self.read("keys/operator.role_id")?.trim(),
            "secret_id": self.read("keys/operator.secret_id")?.trim(),
        });
        let reply = self.http(None)?.post("/v1/auth/operator/login", &body)?.ok()?;
        reply["auth"]["client_token"].as_str().map(str::to_owned).context("the login gave no token")
    }

    /// The document of the operator's policy, as the server has it.
    pub(super) fn operator_policy(&self) -> Result<String> {
        let reply = self.http(Some(&self.operator_token()?))?.get("/v1/sys/policies/acl/operator")?.ok()?;
        reply["data"]["policy"].as_str().map(str::to_owned).context("the policy has no text")
    }

    /// Changes the configuration.
    pub(super) fn edit(&self, from: &str, to: &str) -> Result<()> {
        let file = self.project.module().join("main.tf");
        let text = fs::read_to_string(&file)?;
        // The resource comes after the provider block, which has the same lines.
        let (before, after) = text.rsplit_once(from).context("the configuration has no such text")?;
        Ok(fs::write(file, format!("{before}{to}{after}"))?)
    }

    pub(super) fn is_sealed(&self) -> Result<bool> {
        let reply = self.http(None)?.get("/v1/sys/seal-status")?.ok()?;
        reply["sealed"].as_bool().context("the server does not say whether it is sealed")
    }

    pub(super) fn pid(&self) -> Result<i32> {
        self.read("server.pid")?.trim().parse().context("server.pid has no number in it")
    }

    pub(super) fn is_running(&self) -> bool {
        self.pid().is_ok_and(|pid| kill(Pid::from_raw(pid), None).is_ok())
    }

    /// Ends the server as a power cut does.
    pub(super) fn kill_server(&self) -> Result<()> {
        let pid = Pid::from_raw(self.pid()?);
        kill(pid, Signal::SIGKILL)?;
        wait_until("the server to end", SOON, || if kill(pid, None).is_err() { Ok(()) } else { bail!("it lives") })
    }

    /// Removes what the server has, and starts it again, as the error says when its keys were lost.
    pub(super) fn reset_server(&self) -> Result<()> {
        self.kill_server()?;
        fs::remove_dir_all(self.file("data"))?;
        fs::create_dir(self.file("data"))?;
        for entry in fs::read_dir(self.file("keys"))? {
            fs::remove_file(entry?.path())?;
        }
        self.start_server()
    }

    /// Starts the server as a reboot does: nobody unseals it.
    pub(super) fn start_server(&self) -> Result<()> {
        self.launch_server()?;
        wait_until("the server to listen", SOON, || self.is_sealed().map(drop))
    }

    /// The same without waiting for an answer.
    pub(super) fn launch_server(&self) -> Result<()> {
        let config = self.file(&format!("config/{}.hcl", self.product.name()));
        let log = fs::File::options().append(true).open(self.file("server.log"))?;
        let status = Command::new("setsid")
            .args([
                "--fork".into(),
                self.program.clone(),
                "server".into(),
                format!("-config={}", config.display()).into(),
            ])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .status()
            .context("starting the server")?;
        ensure!(status.success(), "setsid: {status}");
        Ok(())
    }

    /// Everything that is left below the folder.
    pub(super) fn leftovers(&self) -> Result<Vec<String>> {
        let mut found = Vec::new();
        let home = self.file("");
        if home.exists() {
            list(&home, &home, &mut found)?;
        }
        found.sort();
        Ok(found)
    }
}

/// A server that a test left running must not stay.
impl Drop for Stack {
    fn drop(&mut self) {
        if let Ok(pid) = self.pid() {
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }
}

fn list(folder: &Path, root: &Path, found: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, root, found)?;
        } else {
            found.push(path.strip_prefix(root)?.display().to_string());
        }
    }
    Ok(())
}

pub(super) fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("listing {}", from.display()))? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
