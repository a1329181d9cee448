//! What is shown, one step after the other, each with the time that it took.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use acceptance::wait_until;
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::home::{Home, end_server, printed};
use crate::say;

/// Prints the serial number of the certificate that a server presents, after a handshake with every strict check on.
const STRICT_CLIENT: &str = "\
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
context.verify_flags |= ssl.VERIFY_X509_STRICT
with socket.create_connection(('127.0.0.1', int(sys.argv[2]))) as connection:
    with context.wrap_socket(connection, server_hostname='localhost') as tls:
        print(tls.getpeercert()['serialNumber'])
";

const SOON: Duration = Duration::from_secs(20);

pub(crate) fn tell(home: &Home, keeps: bool) -> Result<()> {
    say(&format!(
        "This sets up {} {} from nothing with {} {}, all of them the real programs.\nIt happens in {}{}; nothing of yours is \
         touched.",
        home.product.name(),
        home.versions.1,
        home.cli.tool().name(),
        home.versions.0,
        home.folder().display(),
        if keeps { ", which stays" } else { ", which is removed afterwards" },
    ));
    let outcome = shown(home, keeps);
    if outcome.is_err() || !keeps {
        end_server(home);
    }
    outcome
}

fn shown(home: &Home, keeps: bool) -> Result<()> {
    let began = Instant::now();
    let step = Step::begin(
        1,
        "One apply of examples/stacks/bootstrap: authority, certificate, server, keys, operator, contents.",
    );
    let applied = home.stack("apply", &[])?;
    quote(applied.lines().filter(|line| line.starts_with("Apply complete!")));
    step.end();

    let step = Step::begin(2, "The second plan is empty, and the state has neither a key nor a token:");
    empty_plan(home, &[])?;
    let state = fs::read_to_string(home.folder().join("terraform.tfstate")).context("reading the state")?;
    for secret in secrets(home)? {
        ensure!(!state.contains(&secret), "a secret is in the state");
    }
    ensure!(!state.contains("PRIVATE KEY"), "there is a private key in the state");
    say(&format!("   {} bytes of state, and nothing secret in them.", state.len()));
    step.end();

    let step = Step::begin(3, "Where things lie:");
    quote(listing(&home.file(""), "")?.iter().map(String::as_str));
    step.end();

    let step = Step::begin(4, "Root is revoked: the root token that initialising told is worth nothing any more.");
    let reply = home.http(Some(&root_token(home)?))?.get("/v1/auth/token/lookup-self")?;
    ensure!(reply.status == 403, "looking the root token up was answered {}", reply.status);
    say("   GET /v1/auth/token/lookup-self with it: 403 permission denied");
    step.end();

    let step = Step::begin(5, "A password that was made on the server, read through an ephemeral and written again:");
    let operator = home.http(Some(&operator_token(home)?))?;
    let password = |name: &str| -> Result<String> {
        let reply = operator.get(&format!("/v1/secret/data/app/{name}"))?.ok()?;
        let found = reply.pointer("/data/data/password").and_then(Value::as_str);
        found.map(str::to_owned).with_context(|| format!("{name} has no password"))
    };
    let made = password("config")?;
    ensure!(made == password("copy")? && !state.contains(&made), "the copy is another one, or it is in the state");
    say(&format!(
        "   secret/app/config and secret/app/copy have the same {} characters, and the state has none of them.",
        made.len()
    ));
    step.end();

    let step = Step::begin(6, "Two strict clients verify the server against our root:");
    curl(home)?;
    say("   curl --cacert pki/root.pem: verified");
    let before = served(home)?;
    say(&format!("   Python with VERIFY_X509_STRICT: verified, serial number {before}"));
    step.end();

    let step = Step::begin(
        7,
        "A renewal. It comes by itself in the last third of a certificate's life; here it is brought forward.",
    );
    let pid = home.pid()?;
    home.stack("apply", &["-var=server_validity_hours=1440"])?;
    let after = wait_until("the server to present the new certificate", SOON, || {
        let serial = served(home)?;
        ensure!(serial != before, "it still presents {serial}");
        Ok(serial)
    })?;
    ensure!(home.pid()? == pid && home.is_running(), "the server was restarted");
    say(&format!("   The same process now presents {after}: it was told, and not restarted."));
    step.end();

    let step = Step::begin(8, "A power cut. The server comes back sealed, and the next apply unseals it:");
    home.restart_server()?;
    ensure!(home.is_sealed()?, "it is not sealed");
    let applied = home.stack("apply", &["-var=server_validity_hours=1440"])?;
    quote(applied.lines().filter(|line| line.starts_with("Apply complete!")));
    ensure!(!home.is_sealed()?, "it is still sealed");
    step.end();

    let step = Step::begin(9, "Another one. This time `secretzero unseal` does it, as its systemd unit would:");
    home.restart_server()?;
    unseal(home)?;
    ensure!(!home.is_sealed()?, "it is still sealed");
    empty_plan(home, &["-var=server_validity_hours=1440"])?;
    say("   Unsealed, and the plan after it is empty.");
    step.end();

    if keeps {
        say(&format!(
            "\nThe server runs on at {}, with the process {}. The keys are in {}.\nTo end it: cd {} && TF_CLI_CONFIG_FILE=cli.hcl {} \
             destroy, with the variables product, program and port.",
            home.address(),
            home.pid()?,
            home.file("keys").display(),
            home.folder().display(),
            home.cli.tool().name(),
        ));
    } else {
        let step = Step::begin(10, "Destroyed. What nobody should lose by accident stays:");
        home.stack("destroy", &["-var=server_validity_hours=1440"])?;
        ensure!(!home.is_running(), "the server is still running");
        quote(listing(&home.file(""), "")?.iter().map(String::as_str));
        step.end();
    }
    say(&format!(
        "\nAll of it took {:.0} s. `cargo xtask test` puts it through everything else.",
        began.elapsed().as_secs_f64()
    ));
    Ok(())
}

/// A step that is being shown.
struct Step(Instant);

impl Step {
    fn begin(number: u32, text: &str) -> Self {
        say(&format!("\n{number}. {text}"));
        Self(Instant::now())
    }

    fn end(self) {
        say(&format!("   [{:.1} s]", self.0.elapsed().as_secs_f64()));
    }
}

fn empty_plan(home: &Home, more: &[&str]) -> Result<()> {
    let plan = home.stack("plan", more)?;
    ensure!(plan.contains("No changes."), "the plan should be empty:\n{plan}");
    Ok(())
}

fn keys(home: &Home) -> Result<Value> {
    Ok(serde_json::from_str(&home.read("keys/cluster-keys.json")?)?)
}

fn root_token(home: &Home) -> Result<String> {
    let keys = keys(home)?;
    keys.pointer("/root_token").and_then(Value::as_str).map(str::to_owned).context("there is no root token")
}

/// Logs in with the credentials of the operator, as anybody could who has the files.
fn operator_token(home: &Home) -> Result<String> {
    let body = serde_json::json!({
        "role_id": home.read("keys/operator.role_id")?.trim(),
        "secret_id": home.read("keys/operator.secret_id")?.trim(),
    });
    let reply = home.http(None)?.post("/v1/auth/operator/login", &body)?.ok()?;
    let token = reply.pointer("/auth/client_token").and_then(Value::as_str);
    token.map(str::to_owned).context("the login gave no token")
}

/// What must be nowhere but in its file.
fn secrets(home: &Home) -> Result<Vec<String>> {
    let keys = keys(home)?;
    let mut secrets = vec![root_token(home)?, home.read("keys/operator.secret_id")?.trim().to_owned()];
    for name in ["/unseal_keys_b64", "/unseal_keys_hex"] {
        let shares = keys.pointer(name).and_then(Value::as_array);
        secrets.extend(shares.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
    }
    Ok(secrets)
}

/// Names and modes of the files; of the server's own data only the folder.
fn listing(folder: &Path, prefix: &str) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))? {
        let entry = entry?;
        let mode = entry.metadata()?.permissions().mode() & 0o777;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if !entry.file_type()?.is_dir() {
            lines.push(format!("{name:<28} {mode:04o}"));
        } else if name == "data" {
            lines.push(format!("{:<28} {mode:04o}", "data/"));
        } else {
            lines.extend(listing(&entry.path(), &format!("{name}/"))?);
        }
    }
    lines.sort();
    Ok(lines)
}

fn served(home: &Home) -> Result<String> {
    let mut python = Command::new("python3");
    python.args(["-c", STRICT_CLIENT]).arg(home.file("pki/root.pem")).arg(home.port().to_string());
    wait_until("a strict handshake", SOON, || printed("python3", &python.output().context("running python3")?))
}

fn curl(home: &Home) -> Result<String> {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--noproxy", "*", "--cacert"]).arg(home.file("pki/root.pem"));
    curl.arg(format!("https://localhost:{}/v1/sys/health", home.port()));
    wait_until("curl to verify the server", SOON, || printed("curl", &curl.output().context("running curl")?))
}

fn unseal(home: &Home) -> Result<()> {
    let mut command = Command::new(&home.secretzero);
    command.arg("unseal").args(["--address", &home.address()]);
    command.arg("--ca-cert-file").arg(home.file("pki/root.pem"));
    command.arg("--keys-file").arg(home.file("keys/cluster-keys.json"));
    let output = command.output().context("running secretzero")?;
    quote(printed("secretzero unseal", &output)?.lines());
    Ok(())
}

fn quote<'a>(lines: impl IntoIterator<Item = &'a str>) {
    for line in lines {
        say(&format!("   {line}"));
    }
}
