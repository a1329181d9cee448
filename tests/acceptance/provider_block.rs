//! The provider block against real servers: who logs in, what outweighs what, what is checked before anything is sent, and
//! what is left at the end.

use std::fs;
use std::io::Read as _;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use acceptance::cli::{Cli, Complaint};
use acceptance::servers::dex::CLIENT_ID;
use acceptance::servers::kubernetes::DEFAULT_AUDIENCE;
use acceptance::{Authority, Dex, Kubernetes, Scenario, wait_until};
use anyhow::{Context as _, Result, ensure};
use fault_proxy::{FaultProxy, Listen, Upstream};
use serde_json::{Value, json};
use testbed::Tool;

use crate::on_server::{OnServer, product};

/// What every login here may do.
const RIGHTS: &str = "path \"sys/policies/acl/*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\"] }";

/// Longer than the logins here live.
const SOON: Duration = Duration::from_secs(90);

#[test]
fn logins_with_opentofu_and_openbao() -> Result<()> {
    logins(Cli::OpenTofu)
}

#[test]
fn logins_with_terraform_and_vault() -> Result<()> {
    logins(Cli::Terraform)
}

#[test]
fn settings_with_opentofu_and_openbao() -> Result<()> {
    settings(Cli::OpenTofu)
}

#[test]
fn settings_with_terraform_and_vault() -> Result<()> {
    settings(Cli::Terraform)
}

#[test]
fn a_proxy_sees_nothing() -> Result<()> {
    let cli = Cli::OpenTofu;
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let stage = OnServer::create(scenario, cli, "proxy", RIGHTS)?;
        let proxy = TcpListener::bind("127.0.0.1:0")?;
        let address = format!("http://{}", proxy.local_addr()?);
        let heard = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&heard);
        // It ends with the process.
        thread::spawn(move || {
            for connection in proxy.incoming().flatten() {
                let (mut connection, mut request) = (connection, [0; 4096]);
                let length = connection.read(&mut request).unwrap_or(0);
                noted.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&request[..length]);
            }
        });
        let heard = || String::from_utf8_lossy(&heard.lock().unwrap_or_else(PoisonError::into_inner)).into_owned();
        let project = stage.project.env("HTTPS_PROXY", &address).env("HTTP_PROXY", &address);
        let stage = OnServer { project, ..stage };
        let token = fs::read_to_string(stage.folder.join("token"))?;
        let text = stage.with_settings("  max_retries = 0\n", &policy("proxy"));
        // Over TLS, a proxy is asked for a tunnel and sees no more; this one gives none.
        stage.story().apply_fails(text.clone()).error(Complaint::new("Creating the policy \"proxy\"")).run()?;
        ensure!(heard().starts_with("CONNECT 127.0.0.1:"), "the proxy was not asked: {}", heard());
        ensure!(!heard().contains(&token), "it saw the token");
        // Without TLS, on loopback, there is nothing between the two.
        let before = heard();
        let plain = text.replace(stage.server.address(), "http://127.0.0.1:9");
        stage
            .story()
            .apply_fails(plain)
            .error(Complaint::new("Creating the policy \"proxy\"").detail("refused"))
            .run()?;
        ensure!(heard() == before, "the proxy was asked: {}", heard());
        Ok(())
    })
}

/// Each login makes a policy and takes it back. Its token is gone afterwards, unless the server was so slow to answer that
/// the provider had to end before: then it ends by itself, within the minute.
fn logins(cli: Cli) -> Result<()> {
    let tools = [&[cli.tool(), product(cli).tool(), Tool::Dex], Kubernetes::TOOLS].concat();
    Scenario::run(&tools, |scenario| {
        let stage = OnServer::create(scenario, cli, "logins", RIGHTS)?;
        let admin = stage.server.root()?;
        let mounted = |kind: &str| -> Result<()> {
            admin.post(&format!("/v1/sys/auth/logins-{kind}"), &json!({ "type": kind }))?.ok().map(drop)
        };
        let password = "correct-horse-battery-staple";
        scenario.learnt("the password", password)?;

        mounted("userpass")?;
        let user = json!({ "password": password, "token_policies": ["test-logins"], "token_ttl": "1m" });
        admin.put("/v1/auth/logins-userpass/users/ada", &user)?.ok()?;
        fs::write(stage.folder.join("password"), format!("{password}\n"))?;

        mounted("approle")?;
        admin
            .put("/v1/auth/logins-approle/role/app", &json!({ "token_policies": ["test-logins"], "token_ttl": "1m" }))?
            .ok()?;
        let role_id = admin.get("/v1/auth/logins-approle/role/app/role-id")?.ok()?;
        let secret_id = admin.post("/v1/auth/logins-approle/role/app/secret-id", &json!({}))?.ok()?;
        fs::write(stage.folder.join("role_id"), text(&role_id, "/data/role_id")?)?;
        fs::write(stage.folder.join("secret_id"), text(&secret_id, "/data/secret_id")?)?;
        scenario.learnt("the secret id", text(&secret_id, "/data/secret_id")?)?;

        mounted("cert")?;
        let identity = stage.server.authority().client("logins", "logins", "tests")?;
        let role = json!({ "certificate": stage.server.authority().certificate_pem(), "token_policies": ["test-logins"], "token_ttl": "1m" });
        admin.put("/v1/auth/logins-cert/certs/app", &role)?.ok()?;

        let dex = Dex::start(scenario.folder())?;
        mounted("jwt")?;
        let config =
            json!({ "oidc_discovery_url": dex.issuer(), "oidc_discovery_ca_pem": dex.authority().certificate_pem() });
        admin.put("/v1/auth/logins-jwt/config", &config)?.ok()?;
        let jwt = dex.id_token()?;
        scenario.learnt("the JSON Web Token", &jwt)?;
        let role = json!({
            "role_type": "jwt", "user_claim": "sub", "bound_audiences": [CLIENT_ID], "token_policies": ["test-logins"], "token_ttl": "1m",
        });
        admin.put("/v1/auth/logins-jwt/role/app", &role)?.ok()?;
        fs::write(stage.folder.join("jwt"), &jwt)?;

        let kubernetes = Kubernetes::shared(scenario)?;
        let namespace = kubernetes.namespace("logins")?;
        kubernetes.service_account(&namespace, "app")?;
        mounted("kubernetes")?;
        let config = json!({
            "kubernetes_host": kubernetes.address(),
            "kubernetes_ca_cert": kubernetes.authority().certificate_pem(),
            "token_reviewer_jwt": kubernetes.reviewer_token(&namespace)?,
            "disable_local_ca_jwt": true,
        });
        admin.post("/v1/auth/logins-kubernetes/config", &config)?.ok()?;
        let role = json!({
            "bound_service_account_names": "app", "bound_service_account_namespaces": namespace,
            "audience": DEFAULT_AUDIENCE, "token_policies": ["test-logins"], "token_ttl": "1m",
        });
        admin.post("/v1/auth/logins-kubernetes/role/app", &role)?.ok()?;
        fs::write(stage.folder.join("account"), kubernetes.token(&namespace, "app", DEFAULT_AUDIENCE)?)?;

        let (before, mut ended) = (accessors(&stage)?, 0);
        let file = |name: &str| format!("{:?}", stage.folder.join(name));
        for (name, block) in [
            (
                "userpass",
                format!(
                    "auth_login_userpass = {{ mount = \"logins-userpass\", username = \"ada\", password_file = {} }}",
                    file("password")
                ),
            ),
            (
                "approle",
                format!(
                    "auth_login_approle = {{ mount = \"logins-approle\", role_id_file = {}, secret_id_file = {} }}",
                    file("role_id"),
                    file("secret_id")
                ),
            ),
            (
                "cert",
                format!(
                    "auth_login_cert = {{ mount = \"logins-cert\" }}\n  client_cert_file = {:?}\n  client_key_file = {:?}",
                    identity.certificate_file, identity.key_file
                ),
            ),
            (
                "jwt",
                format!("auth_login_jwt = {{ mount = \"logins-jwt\", role = \"app\", jwt_file = {} }}", file("jwt")),
            ),
            (
                "kubernetes",
                format!(
                    "auth_login_kubernetes = {{ mount = \"logins-kubernetes\", role = \"app\", jwt_file = {} }}",
                    file("account")
                ),
            ),
        ] {
            let configuration = stage.with_login(&block, &policy(&format!("login-by-{name}")));
            stage.story().apply(configuration).destroy().run().with_context(|| format!("logging in by {name}"))?;
            ended += usize::from(accessors(&stage)? == before);
            wait_until("the token of the login to end", SOON, || {
                let after = accessors(&stage)?;
                ensure!(before == after, "{name}: there were {before} tokens, and there are {after}");
                Ok(())
            })?;
        }
        ensure!(ended > 0, "no provider has ended its login");
        Ok(())
    })
}

/// What is wrong with the block is said before anything is sent, and names the attribute or the file.
fn settings(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let stage = OnServer::create(scenario, cli, "settings", RIGHTS)?;
        let text = policy("settings");
        let cluster = stage.server.anonymous()?.get("/v1/sys/health")?.ok()?;
        let cluster = text_of(&cluster, "/cluster_id")?;
        let requests =
            || fs::read_to_string(stage.server.audit_log()).map(|log| log.matches("sys/policies/acl/settings").count());
        let before = requests()?;
        let missing = stage.folder.join("missing.pem");
        let with_ca = stage
            .with(&text)
            .replace(&format!("{:?}", stage.server.authority().certificate_file()), &format!("{missing:?}"));
        stage
            .story()
            .apply_fails(stage.with_settings("  expected_cluster_id = \"another\"\n", &text))
            .error(Complaint::new("Another Cluster Than Expected").detail(cluster.clone()).detail("another"))
            .apply_fails(with_ca)
            .error(Complaint::new("ca_cert_file can't be read").detail("missing.pem").detail("depends_on"))
            .apply_fails(stage.with(&text).replace(stage.server.address(), "http://vault.home.arpa:8200"))
            .error(Complaint::new("Unusable Server Address").detail("use https://"))
            .plan_fails(stage.with_settings("  keys_file = \"keys.json\"\n", &text))
            .error(Complaint::new("Two Credentials Where One Counts"))
            .plan_fails(stage.with_settings("  server_unreachable = \"never mind\"\n", &text))
            .error(Complaint::new("Unknown Choice").detail("forget"))
            .between("see that the server heard nothing of it", || {
                ensure!(requests()? == before, "it was asked for the policy");
                Ok(())
            })
            .apply(stage.with_settings(&format!("  expected_cluster_id = {cluster:?}\n"), &text))
            // What can't be reached can be forgotten, if that is asked for, and only then.
            .between("leave the server out of reach", || {
                fs::write(stage.project.module().join("main.tf"), "")?;
                Ok(())
            })
            .run()?;
        let unreachable =
            |lines: &str| stage.with_settings(lines, &text).replace(stage.server.address(), "https://127.0.0.1:9");
        stage.project.configure(&unreachable("  max_retries = 0\n"))?;
        let destroy = || stage.project.command(["destroy", "-auto-approve", "-refresh=false", "-no-color"]).run();
        destroy()?.refused()?.says("can't be reached")?.says("server_unreachable")?;
        ensure!(stage.project.resources()?.len() == 1, "it is gone from the state");
        // A server that can't be verified is there, and so is what is on it.
        let forget = "  max_retries = 0\n  server_unreachable = \"forget\"\n";
        let folder = stage.folder.join("other");
        fs::create_dir(&folder)?;
        let other = Authority::create(&folder)?;
        let of_other = stage.with_settings(forget, &text).replace(
            &format!("{:?}", stage.server.authority().certificate_file()),
            &format!("{:?}", other.certificate_file()),
        );
        stage.project.configure(&of_other)?;
        destroy()?.refused()?.says("could not be verified")?.says("ca_cert_file")?.says("does not count here")?;
        let expired = stage.server.authority().expired_server("expired", &["127.0.0.1"])?;
        let listen = Listen::tls(&expired.certificate_pem, &fs::read_to_string(&expired.key_file)?)?;
        let upstream = Upstream::tls(stage.server.address(), stage.server.authority().certificate_pem())?;
        let proxy = FaultProxy::start(upstream, listen)?;
        stage
            .project
            .configure(&stage.with_settings(forget, &text).replace(stage.server.address(), proxy.address()))?;
        destroy()?.refused()?.says("could not be verified")?.says("expired")?.says("does not count here")?;
        ensure!(proxy.calls().is_empty(), "something was sent: {:?}", proxy.calls());
        ensure!(stage.project.resources()?.len() == 1, "it is gone from the state");
        stage.project.configure(&unreachable(forget))?;
        destroy()?.succeeded()?.says("forgotten")?;
        ensure!(stage.project.resources()?.is_empty(), "it is still in the state");
        stage.delete("sys/policies/acl/settings")
    })
}

fn policy(name: &str) -> String {
    format!(
        "resource \"secretzero_policy\" \"one\" {{\n  name   = {name:?}\n  policy = \"path \\\"a\\\" {{ capabilities = [\\\"read\\\"] }}\"\n}}\n"
    )
}

/// How many tokens there are of the logins that this is about. Other tests on the server have tokens, too.
fn accessors(stage: &OnServer) -> Result<usize> {
    let root = stage.server.root()?;
    let reply = root.list("/v1/auth/token/accessors")?.ok()?;
    let accessors = reply.pointer("/data/keys").and_then(Value::as_array).context("the list has no keys")?;
    let is_of_login = |accessor: &Value| -> Result<bool> {
        // It may have ended since it was listed.
        let token = root.post("/v1/auth/token/lookup-accessor", &json!({ "accessor": accessor }))?;
        let path = token.body.pointer("/data/path").and_then(Value::as_str).unwrap_or_default();
        Ok(path.starts_with("auth/logins-"))
    };
    let of_logins = accessors.iter().map(is_of_login).collect::<Result<Vec<_>>>()?;
    Ok(of_logins.into_iter().filter(|is_of_login| *is_of_login).count())
}

fn text<'a>(reply: &'a Value, pointer: &str) -> Result<&'a str> {
    reply.pointer(pointer).and_then(Value::as_str).with_context(|| format!("there is no text at {pointer}"))
}

fn text_of(reply: &Value, pointer: &str) -> Result<String> {
    text(reply, pointer).map(str::to_owned)
}
