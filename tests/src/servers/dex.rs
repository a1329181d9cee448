//! dex, an OIDC issuer of tokens that neither OpenBao nor Kubernetes wrote.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use testbed::Tool;

use crate::authority::{Authority, write};
use crate::http::Http;
use crate::launch::Launch;
use crate::ports;
use crate::process::Process;
use crate::run_folder::subfolder;
use crate::servers::{READY_WITHIN, program};

/// The only client that may ask for tokens; it is the audience of all tokens.
pub const CLIENT_ID: &str = "secretzero-test";
const CLIENT_SECRET: &str = "harness-client-secret";

/// The only user: `email` and `name` of the tokens.
pub const USER_EMAIL: &str = "admin@example.test";
/// The user's name.
pub const USER_NAME: &str = "admin";
const USER_PASSWORD: &str = "correct-horse";
/// bcrypt of the password, cost 10: dex refuses less, and more would only slow the tests.
const USER_PASSWORD_HASH: &str = "$2b$10$LsOtPlZlZ849v3xEPStD4e/J23Thnx55Bi4GTqbW/4phnb.nhiEIK";

/// A running dex with one client and one user.
pub struct Dex {
    process: Process,
    folder: PathBuf,
    issuer: String,
    authority: Authority,
}

impl Dex {
    /// Starts it in a new folder below `parent` and waits until it serves its discovery document.
    ///
    /// # Errors
    /// If it is missing or not ready within three minutes.
    pub fn start(parent: &Path) -> Result<Self> {
        let binary = program(Tool::Dex)?;
        ports::retry_on_collision(|| {
            let folder = subfolder(parent, "dex")?;
            let authority = Authority::create(&folder)?;
            let [port] = ports::free()?;
            let issuer = format!("https://127.0.0.1:{port}/dex");
            let config = folder.join("dex.yaml");
            write(&config, &configuration(&issuer, port, &authority)?.to_string(), 0o600)?;
            let launch = Launch::new("dex", &binary.path, &folder).args([Path::new("serve"), &config]);
            let dex = Self { process: Process::start(launch)?, folder, issuer, authority };
            let client = Http::new(&dex.issuer, &dex.authority)?;
            dex.process.wait_ready(READY_WITHIN, || client.get("/.well-known/openid-configuration")?.ok())?;
            Ok(dex)
        })
    }

    /// The issuer, under which its discovery document is found.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The authority of its certificate.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Folder with its log and configuration.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The process, to be killed and restarted.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// An ID token of the user, by the password grant.
    ///
    /// # Errors
    /// If dex refuses.
    pub fn id_token(&self) -> Result<String> {
        let reply = self.token_request(USER_PASSWORD)?.ok()?;
        let token = reply.get("id_token").and_then(Value::as_str);
        token.map(str::to_owned).context("dex answered without an id_token")
    }

    /// Fails unless dex refuses a wrong password.
    ///
    /// # Errors
    /// If dex accepts it.
    pub fn refuse_wrong_password(&self) -> Result<()> {
        let reply = self.token_request("wrong")?;
        if reply.status < 400 { bail!("dex accepted a wrong password") } else { Ok(()) }
    }

    fn token_request(&self, password: &str) -> Result<crate::Reply> {
        // None of the values has a character that needs escaping but the @ and the spaces.
        let user = USER_EMAIL.replace('@', "%40");
        let form = format!(
            "grant_type=password&scope=openid+email+profile&username={user}&password={password}\
             &client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}"
        );
        let client = Http::new(&self.issuer, &self.authority)?;
        client.post_as("/token", "application/x-www-form-urlencoded", &form)
    }
}

/// JSON is YAML, so no quoting rules have to be known.
fn configuration(issuer: &str, port: u16, authority: &Authority) -> Result<Value> {
    let server = authority.server("dex", &["localhost", "127.0.0.1"])?;
    Ok(json!({
        "issuer": issuer,
        "storage": { "type": "memory" },
        "web": {
            "https": format!("127.0.0.1:{port}"),
            "tlsCert": server.certificate_file,
            "tlsKey": server.key_file,
        },
        "oauth2": { "passwordConnector": "local", "skipApprovalScreen": true },
        "enablePasswordDB": true,
        "staticClients": [{
            "id": CLIENT_ID,
            "secret": CLIENT_SECRET,
            "name": "tests",
            "redirectURIs": ["http://127.0.0.1/"],
        }],
        "staticPasswords": [{
            "email": USER_EMAIL,
            "hash": USER_PASSWORD_HASH,
            "username": USER_NAME,
            "userID": "0b5d8a3e-6d1f-4a52-9a68-6fd3c1c0a001",
        }],
    }))
}
