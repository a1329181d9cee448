//! `secretzero unseal` against real servers that are sealed.

mod watch;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use acceptance::cli::workspace_binary;
use acceptance::servers::vault_server::Audit;
use acceptance::{Authority, Product, Scenario, VaultServer};
use anyhow::{Context as _, Result, ensure};
use fault_proxy::{FaultProxy, Listen, Upstream};
use serde_json::Value;

/// A server with three shares of which two are needed, and what its own command line printed.
struct Stage {
    server: VaultServer,
    folder: PathBuf,
    printed: Value,
    program: PathBuf,
}

impl Stage {
    fn create(scenario: &Scenario, product: Product) -> Result<Self> {
        let program = workspace_binary("secretzero")?;
        let server = VaultServer::start_blank(scenario.folder(), product, Audit::Off, "")?;
        let folder = tempfile::Builder::new().prefix("keys").tempdir_in(scenario.folder())?.keep();
        let init = ["operator", "init", "-format=json", "-key-shares=3", "-key-threshold=2"];
        let printed: Value = serde_json::from_str(&server.cli("", init)?)?;
        let stage = Self { server, folder, printed, program };
        stage.write("keys.json", &stage.printed.to_string())?;
        Ok(stage)
    }

    fn share(&self, list: &str, index: usize) -> Result<&str> {
        let share = self.printed.get(list).and_then(|list| list.get(index)).and_then(Value::as_str);
        share.with_context(|| format!("{list} has no share {index}"))
    }

    fn write(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.folder.join(name);
        fs::write(&path, text)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        Ok(path)
    }

    /// The command, for the server or what stands in front of it.
    fn command(&self, address: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg("unseal")
            .args(arguments)
            .env_clear()
            .env("BAO_ADDR", address)
            .env("VAULT_CACERT", self.server.authority().certificate_file())
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn unseal(&self, arguments: &[&str]) -> Result<Output> {
        self.command(self.server.address(), arguments).output().context("running secretzero")
    }

    fn is_sealed(&self) -> Result<bool> {
        Ok(self.server.health()? == 503)
    }

    /// Sealed anew, as after a reboot.
    fn restart(&self) -> Result<()> {
        self.server.restart()?;
        ensure!(self.is_sealed()?, "the server is not sealed");
        Ok(())
    }
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn ends(output: &Output, code: i32, says: &str) -> Result<()> {
    let (found, text) = (output.status.code(), text(output));
    ensure!(found == Some(code), "it ended with {found:?}, not {code}: {text}");
    ensure!(text.contains(says), "it does not say {says:?}: {text}");
    Ok(())
}

#[test]
fn every_form_of_keys_unseals_openbao() -> Result<()> {
    every_form(Product::OpenBao)
}

#[test]
fn every_form_of_keys_unseals_vault() -> Result<()> {
    every_form(Product::Vault)
}

fn every_form(product: Product) -> Result<()> {
    Scenario::run(&[product.tool()], |scenario| {
        let stage = Stage::create(scenario, product)?;
        let hex = |index| stage.share("unseal_keys_hex", index);
        let base64 = |index| stage.share("unseal_keys_b64", index);
        let http = serde_json::json!({ "keys": [hex(0)?, hex(2)?], "root_token": "s.something" });
        stage.write("unseal.json", &http.to_string())?;
        let lines = format!("Unseal Key 1: {}\nUnseal Key 2: {}\n\nInitial Root Token: s.x\n", base64(1)?, base64(2)?);
        stage.write("init.txt", &lines)?;
        stage.write("share-1", &format!("{}\n", hex(0)?))?;
        stage.write("share-2", base64(1)?)?;
        for files in [&["keys.json"][..], &["unseal.json"], &["init.txt"], &["share-1", "share-2"]] {
            stage.restart()?;
            let arguments: Vec<_> = files.iter().flat_map(|file| ["--keys-file", file]).collect();
            let output = stage.unseal(&arguments)?;
            ends(&output, 0, "is unsealed and active").with_context(|| format!("{files:?}"))?;
            // Active when it returns, and not only unsealed; and nothing for a person in a pipe.
            ensure!(stage.server.health()? == 200, "{files:?}: it is not active");
            ensure!(output.stderr.is_empty(), "{files:?}: {}", text(&output));
        }
        // Once more there is nothing to do, and no keys are needed.
        ends(&stage.unseal(&[])?, 0, "is unsealed and active")?;
        // As systemd hands it over, with the result for a machine.
        stage.restart()?;
        let arguments = ["--credential", "keys.json", "--json"];
        let output =
            stage.command(stage.server.address(), &arguments).env("CREDENTIALS_DIRECTORY", &stage.folder).output()?;
        ends(&output, 0, "")?;
        let shown: Value = serde_json::from_slice(&output.stdout)?;
        ensure!(shown.pointer("/nodes/0/state") == Some(&"active".into()), "{shown}");
        ensure!(shown.pointer("/exit_code") == Some(&0.into()), "{shown}");
        let id = shown.pointer("/nodes/0/cluster_id").and_then(Value::as_str).unwrap_or_default();
        ensure!(id.len() == 36, "{shown}");
        Ok(())
    })
}

#[test]
fn no_more_shares_are_sent_than_are_needed_and_none_to_a_stranger() -> Result<()> {
    Scenario::run(&[Product::OpenBao.tool()], |scenario| {
        let stage = Stage::create(scenario, Product::OpenBao)?;
        let identity = stage.server.authority().server("fault-proxy", &["127.0.0.1"])?;
        let listen = || {
            Ok::<_, anyhow::Error>(Listen::tls(&identity.certificate_pem, &fs::read_to_string(&identity.key_file)?)?)
        };
        let upstream = Upstream::tls(stage.server.address(), stage.server.authority().certificate_pem())?;
        let proxy = FaultProxy::start(upstream, listen()?)?;
        let shares = || proxy.calls().iter().filter(|call| call.path.starts_with("/v1/sys/unseal")).count();

        // Somebody else's authority: nothing is sent.
        let folder = scenario.folder().join("stranger");
        fs::create_dir(&folder)?;
        let stranger = Authority::create(&folder)?;
        let arguments = ["--keys-file", "keys.json", "--timeout", "20s"];
        let mut command = stage.command(proxy.address(), &arguments);
        let output = command.env("VAULT_CACERT", stranger.certificate_file()).output()?;
        ends(&output, 5, "could not be verified")?;
        ensure!(proxy.calls().is_empty(), "a server that can't be verified was sent something");
        // A switch that would turn verification off is refused.
        let output = stage.command(proxy.address(), &arguments).env("VAULT_SKIP_VERIFY", "1").output()?;
        ends(&output, 64, "VAULT_SKIP_VERIFY")?;
        ensure!(proxy.calls().is_empty(), "something was sent all the same");

        // One share of two: it stays sealed, and says how far it is.
        stage.write("share", stage.share("unseal_keys_b64", 0)?)?;
        let output = stage.command(proxy.address(), &["--keys-file", "share"]).output()?;
        ends(&output, 3, "it has 1 of 2 key shares")?;
        ensure!(shares() == 1 && stage.is_sealed()?, "{} shares were sent", shares());
        // That share counts once.
        let output = stage.command(proxy.address(), &["--keys-file", "share", "--json"]).output()?;
        let shown: Value = serde_json::from_slice(&output.stdout)?;
        ensure!(shown.pointer("/nodes/0/shares") == Some(&serde_json::json!({ "given": 1, "needed": 2 })), "{shown}");
        stage.restart()?;
        let before = shares();
        ends(&stage.command(proxy.address(), &arguments).output()?, 0, "active")?;
        ensure!(shares() - before == 2, "{} shares were sent", shares() - before);
        Ok(())
    })
}

/// A refusal is told at once: only what passes by itself is waited for.
#[test]
fn openbao_does_not_take_wrong_shares() -> Result<()> {
    Scenario::run(&[Product::OpenBao.tool()], |scenario| {
        let stage = Stage::create(scenario, Product::OpenBao)?;
        let wrong = "Unseal Key 1: ".to_owned() + &"ab".repeat(33) + "\nUnseal Key 2: " + &"cd".repeat(33);
        stage.write("wrong", &wrong)?;
        ends(&stage.unseal(&["--keys-file", "wrong"])?, 1, "did not take the key shares")?;
        ends(&stage.unseal(&["--keys-file", "keys.json"])?, 0, "active")
    })
}

#[test]
fn whatever_is_wrong_has_its_exit_code() -> Result<()> {
    Scenario::run(&[Product::Vault.tool()], |scenario| {
        let blank = VaultServer::start_blank(scenario.folder(), Product::Vault, Audit::Off, "")?;
        let stage = Stage::create(scenario, Product::Vault)?;
        let keys = ["--keys-file", "keys.json"];
        let mut command = stage.command(blank.address(), &keys);
        let output = command.env("VAULT_CACERT", blank.authority().certificate_file()).output()?;
        ends(&output, 1, "it was never initialised")?;
        // Wrong shares. The server is as before.
        let wrong = "Unseal Key 1: ".to_owned() + &"ab".repeat(33) + "\nUnseal Key 2: " + &"cd".repeat(33);
        stage.write("wrong", &wrong)?;
        ends(&stage.unseal(&["--keys-file", "wrong"])?, 1, "did not take the key shares")?;
        // After somebody else's wrong share, ours are still taken.
        stage.write("one-wrong", &"ef".repeat(33))?;
        ends(&stage.unseal(&["--keys-file", "one-wrong"])?, 3, "1 of 2")?;
        ends(&stage.unseal(&keys)?, 0, "active")?;
        stage.restart()?;
        // Keys that others can read.
        fs::set_permissions(stage.folder.join("keys.json"), fs::Permissions::from_mode(0o644))?;
        ends(&stage.unseal(&keys)?, 1, "chmod 600")?;
        ensure!(stage.is_sealed()?, "it was unsealed with keys that others can read");
        fs::set_permissions(stage.folder.join("keys.json"), fs::Permissions::from_mode(0o600))?;
        ends(&stage.unseal(&["--keys-file", "missing"])?, 1, "missing")?;
        ends(&stage.unseal(&[])?, 1, "--keys-file")?;
        ends(&stage.unseal(&["--timeout", "soon"])?, 64, "90s, 5m or 1h")?;
        ends(&stage.unseal(&["--watch", "--keys-file", "-"])?, 64, "standard input")?;
        let output = stage.command("http://vault.home.arpa:8200", &keys).output()?;
        ends(&output, 64, "use https://")?;
        stage.server.kill9()?;
        ends(
            &stage.unseal(&["--keys-file", "keys.json", "--timeout", "2s"])?,
            5,
            "timed out waiting for the server to listen",
        )?;
        let help = stage.unseal(&["--help"])?;
        ends(&help, 0, "Unseals a server, and returns when it works")
    })
}

#[test]
fn openbao_is_moved_to_another_seal_and_back() -> Result<()> {
    Scenario::run(&[Product::OpenBao.tool()], |scenario| {
        let key = scenario.folder().join("seal.key");
        fs::write(&key, [7_u8; 32])?;
        let settings = format!("  current_key_id = \"one\"\n  current_key = \"file://{}\"\n", key.display());
        migrated(scenario, Product::OpenBao, "static", &settings)
    })
}

#[test]
fn vault_is_moved_to_another_seal_and_back() -> Result<()> {
    Scenario::run(&[Product::Vault.tool()], |scenario| {
        let keeper = VaultServer::start(scenario.folder(), Product::Vault)?;
        let root = keeper.root()?;
        root.post("/v1/sys/mounts/transit", &serde_json::json!({ "type": "transit" }))?.ok()?;
        root.post("/v1/transit/keys/unseal", &serde_json::json!({}))?.ok()?;
        let settings = format!(
            "  address = {:?}\n  token = {:?}\n  key_name = \"unseal\"\n  mount_path = \"transit/\"\n  tls_ca_cert = {:?}\n",
            keeper.address(),
            keeper.keys()?.root_token,
            keeper.authority().certificate_file()
        );
        migrated(scenario, Product::Vault, "transit", &settings)
    })
}

/// To this seal, which only happens if somebody agrees, and back to key shares.
fn migrated(scenario: &Scenario, product: Product, kind: &str, settings: &str) -> Result<()> {
    let stage = Stage::create(scenario, product)?;
    let file = stage.server.folder().join("server.hcl");
    let plain = fs::read_to_string(&file)?;
    let sealed_with = |more: &str| -> Result<()> {
        fs::write(&file, format!("{plain}seal {kind:?} {{\n{more}{settings}}}\n"))?;
        stage.server.restart()
    };
    let is_moved = || -> Result<bool> {
        let status = stage.server.anonymous()?.get("/v1/sys/seal-status")?.ok()?;
        Ok(status.pointer("/type") == Some(&kind.into()))
    };
    let keys = ["--keys-file", "keys.json"];
    let agreed = ["--keys-file", "keys.json", "--migrate"];
    stage.restart()?;
    // Without a change of the configuration there is nothing to agree to.
    ends(&stage.unseal(&agreed)?, 0, "is unsealed and active")?;
    sealed_with("")?;
    ends(&stage.unseal(&keys)?, 1, "--migrate")?;
    ensure!(stage.is_sealed()?, "it was unsealed without a word");
    ends(&stage.unseal(&agreed)?, 0, "is unsealed and active")?;
    ensure!(is_moved()?, "it has the seal of before");
    // From now on it unseals itself.
    stage.server.restart()?;
    ends(&stage.unseal(&[])?, 0, "is unsealed and active")?;
    sealed_with("  disabled = \"true\"\n")?;
    ends(&stage.unseal(&keys)?, 1, "--migrate")?;
    // The shares are recovery keys by now, whatever they are called in the file.
    let text = fs::read_to_string(stage.folder.join("keys.json"))?;
    let as_recovery = serde_json::json!({
        "recovery_keys_b64": stage.printed.get("unseal_keys_b64"),
        "recovery_keys_shares": 3,
        "recovery_keys_threshold": 2,
        "root_token": "",
    });
    stage.write("recovery.json", &as_recovery.to_string())?;
    ends(&stage.unseal(&["--keys-file", "recovery.json", "--migrate"])?, 0, "is unsealed and active")?;
    ensure!(!is_moved()?, "it has the seal of before");
    fs::write(&file, &plain)?;
    stage.restart()?;
    ends(&stage.unseal(&["--keys-file", "recovery.json"])?, 1, "one a line")?;
    stage.write("keys.json", &text)?;
    ends(&stage.unseal(&keys)?, 0, "is unsealed and active")
}
