//! What one machine has set up is looked after by another one as well, which has its state and none of its files: CI.
//!
//! To the provider the state is that of another machine: what it remembers of the machine id is another one's. The files are
//! out of the way for as long.

use std::fs;
use std::path::Path;

use acceptance::Scenario;
use acceptance::cli::{Cli, CliCommand, Project, Provider, workspace_binary};
use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::stack::{Stack, copy};
use super::story::learn;
use crate::on_server::product;

/// What lives in files, as the warnings name it.
const IN_FILES: [&str; 5] = [
    "Certificate authorities",
    "Certificates",
    "Files of servers",
    "The keys of the server",
    "The credentials of the operator",
];

/// A rule of the configuration, and the same with more in it.
const RULE: &str = "capabilities = [\"read\"]";
const WIDER_RULE: &str = "capabilities = [\"read\", \"list\"]";

/// The second machine.
struct Elsewhere<'a> {
    project: Project,
    stack: &'a Stack,
    role_id: String,
}

pub(super) fn without_any_file(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let stack = Stack::create(scenario, cli)?;
        // Both machines say where the first one has everything.
        let home = stack.project.module().join("home");
        let stack = stack.with("directory", &home.display().to_string());
        stack.apply()?;
        learn(scenario, &stack)?;
        let elsewhere = Elsewhere::create(scenario, cli, &stack)?;
        let away = home.with_extension("of-the-first-machine");
        scenario.secret_home(&away);
        fs::rename(&home, &away)?;
        // The server goes on with what it has open.
        let outcome = elsewhere.looks_after_it(&home);
        fs::rename(&away, &home)?;
        outcome.context("on the second machine")?;
        stack.converged().context("back on the first machine")?;
        stack.destroy().map(drop)
    })
}

impl<'a> Elsewhere<'a> {
    fn create(scenario: &Scenario, cli: Cli, stack: &'a Stack) -> Result<Self> {
        let binary = workspace_binary("terraform-provider-secretzero")?;
        let project =
            Project::create(scenario, cli)?.provider(&Provider::new("secretzero/secretzero", "1.0.0", binary)?)?;
        let (from, to) = (stack.project.module(), project.module());
        copy(&from.join("contents"), &to.join("contents"))?;
        let files = tempfile::Builder::new().prefix("ci").tempdir_in(scenario.folder())?.keep();
        let (role_id, secret_id) = login_for_ci(stack)?;
        scenario.learnt("the secret id of CI", &secret_id)?;
        let secret_id_file = files.join("secret_id");
        fs::write(&secret_id_file, secret_id)?;
        // The certificate of the root is no secret, and goes with the configuration.
        fs::copy(stack.file("pki/root.pem"), to.join("ca.pem"))?;
        let text = fs::read_to_string(from.join("main.tf"))?;
        fs::write(to.join("main.tf"), for_ci(&text, &secret_id_file)?)?;
        let state = fs::read_to_string(from.join("terraform.tfstate"))?;
        fs::write(to.join("terraform.tfstate"), of_another_machine(&state)?)?;
        project.init()?;
        Ok(Self { project, stack, role_id })
    }

    fn command(&self, verb: &str, options: &[&str]) -> CliCommand {
        let fixed = [verb, "-input=false", "-no-color"].map(str::to_owned);
        let options = options.iter().map(|option| (*option).to_owned());
        let command = self.project.command(fixed.into_iter().chain(self.stack.variables()).chain(options));
        command.env("TF_VAR_role_id", &self.role_id)
    }

    fn looks_after_it(&self, home: &Path) -> Result<()> {
        // There is nothing to do, and everything that can't be looked at is named, once.
        let plan = self.command("plan", &["-detailed-exitcode"]).run()?;
        let plan = plan.exited_with(0).context("the plan is not empty")?;
        for what in IN_FILES {
            ensure!(
                plan.contains(&format!("{what} are on another machine")),
                "nobody says where {what} are{}",
                plan.stdout
            );
        }
        // What is on the server is changed from here, and back again.
        for (from, to) in [(RULE, WIDER_RULE), (WIDER_RULE, RULE)] {
            let file = self.project.module().join("contents/main.tf");
            let text = fs::read_to_string(&file)?;
            ensure!(text.contains(from), "the configuration has no {from}");
            fs::write(&file, text.replace(from, to))?;
            let applied = self.command("apply", &["-auto-approve"]).run()?.succeeded()?;
            applied.says("0 added, 1 changed, 0 destroyed")?;
        }
        // What needs a key is refused, with the machine as the reason.
        let signs = ["-auto-approve", "-var=server_validity_hours=200"];
        let refused = self.command("apply", &signs).run()?.refused()?;
        refused.says("needs files that are on another machine")?.says("Apply on that machine")?;
        // Nothing was made in place of what is not here.
        ensure!(!home.exists(), "{} was made anew", home.display());
        let known = ["ca.pem", "contents", "main.tf", ".terraform.lock.hcl"];
        for entry in fs::read_dir(self.project.module())? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            ensure!(known.contains(&name.as_str()) || name.starts_with("terraform.tfstate"), "{name} was made");
        }
        Ok(())
    }
}

/// Its own login, as an administrator makes it.
fn login_for_ci(stack: &Stack) -> Result<(String, String)> {
    let operator = stack.http(Some(&stack.operator_token()?))?;
    operator.post("/v1/sys/auth/ci", &json!({ "type": "approle" }))?.ok()?;
    let role = json!({ "token_policies": ["operator"], "token_ttl": "5m" });
    operator.post("/v1/auth/ci/role/ci", &role)?.ok()?;
    let text = |reply: &Value, pointer: &str| -> Result<String> {
        let found = reply.pointer(pointer).and_then(Value::as_str);
        found.map(str::to_owned).with_context(|| format!("there is no text at {pointer}"))
    };
    let role_id = text(&operator.get("/v1/auth/ci/role/ci/role-id")?.ok()?, "/data/role_id")?;
    let secret_id = operator.post("/v1/auth/ci/role/ci/secret-id", &json!({}))?.ok()?;
    Ok((role_id, text(&secret_id, "/data/secret_id")?))
}

/// The configuration with the login of CI in its provider block: the id of the role comes from the environment, the secret id
/// from a file.
fn for_ci(text: &str, secret_id_file: &Path) -> Result<String> {
    let (before, rest) = text.split_once("  ca_cert_file = ").context("the provider block has no ca_cert_file")?;
    let (_, after) = rest.split_once("\n  }\n}\n").context("the provider block has no end")?;
    Ok(format!(
        "variable \"role_id\" {{\n  type = string\n}}\n{before}  ca_cert_file = \"ca.pem\"\n  auth_login_approle = {{ mount = \
         \"ci\", role_id = var.role_id, secret_id_file = {secret_id_file:?} }}\n}}\n{after}"
    ))
}

/// The state, as if another machine had made it.
fn of_another_machine(state: &str) -> Result<String> {
    let mut state: Value = serde_json::from_str(state).context("reading the state")?;
    let mut changed = 0;
    let resources = state.get_mut("resources").and_then(Value::as_array_mut).context("the state has no resources")?;
    let instances = resources.iter_mut().filter_map(|resource| resource.get_mut("instances")?.as_array_mut()).flatten();
    for instance in instances {
        let Some(text) = instance.get("private").and_then(Value::as_str) else { continue };
        let Ok(mut private) = serde_json::from_slice::<Value>(&STANDARD.decode(text)?) else { continue };
        let Some(hash) = private.pointer_mut("/machine/hash") else { continue };
        *hash = "00".repeat(32).into();
        changed += 1;
        if let Some(stored) = instance.get_mut("private") {
            *stored = STANDARD.encode(private.to_string()).into();
        }
    }
    // Two authorities, a certificate, the files of the server, its keys twice, and the operator.
    ensure!(changed == 7, "{changed} objects remember a machine: has this one no id?");
    Ok(state.to_string())
}
