//! A Kubernetes without nodes: etcd, API server and controller manager.
//!
//! It has everything that needs no pod: Secrets, ServiceAccounts and their tokens, RBAC, field management, watches, garbage
//! collection. All tests of a binary share one ([`Kubernetes::shared`]) and keep apart by namespace.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, Result, bail};
use rcgen::{KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::{Value, json};
use testbed::Tool;

use crate::authority::{Authority, Identity, write};
use crate::http::Http;
use crate::launch::Launch;
use crate::ports;
use crate::process::Process;
use crate::readiness::wait_until;
use crate::run_folder::subfolder;
use crate::scenario::Scenario;
use crate::servers::etcd::{Durability, Etcd};
use crate::servers::{READY_WITHIN, Shared, program};

/// The audience that tokens have unless another one is asked for.
pub const DEFAULT_AUDIENCE: &str = "https://kubernetes.default.svc";

/// The controllers that work without nodes.
const CONTROLLERS: &[&str] = &[
    "serviceaccount-controller",
    "serviceaccount-token-controller",
    "namespace-controller",
    "garbage-collector-controller",
    "root-ca-certificate-publisher-controller",
    "clusterrole-aggregation-controller",
];

static SHARED: Shared<Kubernetes> = Shared::new();
static NAMESPACE: AtomicUsize = AtomicUsize::new(1);

/// A running Kubernetes. Dropping it ends all three processes.
pub struct Kubernetes {
    // Dropped in this order: who is served first, who serves last.
    controllers: Process,
    api: Process,
    etcd: Etcd,
    folder: PathBuf,
    address: String,
    authority: Authority,
    admin: Identity,
    kubeconfig: PathBuf,
    kubectl: PathBuf,
}

impl Kubernetes {
    /// What [`Scenario::run`] has to be told.
    pub const TOOLS: &[Tool] = &[Tool::Etcd, Tool::KubeApiserver, Tool::KubeControllerManager, Tool::Kubectl];

    /// The one that all tests of this binary share. It must not be killed, and its cluster-wide objects belong to all.
    ///
    /// # Errors
    /// As for [`Self::start`].
    pub fn shared(scenario: &Scenario) -> Result<&'static Self> {
        SHARED.instance(scenario, "kubernetes", |folder| Self::start(folder, Durability::Fast))
    }

    /// Starts one of its own in a new folder below `parent`, and waits until its controllers work.
    ///
    /// # Errors
    /// If a program is missing or not ready within three minutes.
    pub fn start(parent: &Path, durability: Durability) -> Result<Self> {
        let [api, controllers, kubectl] =
            [Tool::KubeApiserver, Tool::KubeControllerManager, Tool::Kubectl].map(program);
        let (api, controllers, kubectl) = (api?.path, controllers?.path, kubectl?.path);
        ports::retry_on_collision(|| {
            let folder = subfolder(parent, "kubernetes")?;
            let etcd = Etcd::start(&folder, durability)?;
            let [port] = ports::free()?;
            let address = format!("https://127.0.0.1:{port}");
            let authority = Authority::create(&folder)?;
            let admin = authority.client("admin", "secretzero-test-admin", "system:masters")?;
            let kubeconfig = write_kubeconfig(&folder, &address, &authority, &admin)?;
            write_service_account_key(&folder)?;
            let api = Process::start(api_server(&api, &folder, port, &etcd, &authority)?)?;
            let admin_client = Http::with_identity(&address, &authority, &admin)?;
            api.wait_ready(READY_WITHIN, || admin_client.get("/readyz")?.ok())?;
            let controllers = Process::start(controller_manager(&controllers, &folder, &kubeconfig, &authority))?;
            controllers.wait_ready(READY_WITHIN, || {
                admin_client.get("/api/v1/namespaces/default/serviceaccounts/default")?.ok()
            })?;
            let kubectl = kubectl.clone();
            Ok(Self { controllers, api, etcd, folder, address, authority, admin, kubeconfig, kubectl })
        })
    }

    /// Base address of the API server.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The authority of server and client certificates.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Kubeconfig of an administrator with a client certificate of the group `system:masters`.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// Folder with logs and certificates.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The API server.
    pub fn api(&self) -> &Process {
        &self.api
    }

    /// The controller manager.
    pub fn controllers(&self) -> &Process {
        &self.controllers
    }

    /// The storage.
    pub fn etcd(&self) -> &Etcd {
        &self.etcd
    }

    /// Starts the API server again, killing it if it runs, and waits until it is ready.
    ///
    /// # Errors
    /// If it is not ready within three minutes.
    pub fn restart_api(&self) -> Result<()> {
        self.api.restart()?;
        let admin = self.admin()?;
        self.api.wait_ready(READY_WITHIN, || admin.get("/readyz")?.ok())?;
        Ok(())
    }

    /// Requests as the administrator.
    ///
    /// # Errors
    /// If the client can't be built.
    pub fn admin(&self) -> Result<Http> {
        Http::with_identity(&self.address, &self.authority, &self.admin)
    }

    /// Requests as the owner of a token, with the rights that RBAC gives it.
    ///
    /// # Errors
    /// If the client can't be built.
    pub fn client(&self, token: &str) -> Result<Http> {
        Http::new(&self.address, &self.authority)?.bearer(token)
    }

    /// Runs kubectl as the administrator and returns its stdout.
    ///
    /// # Errors
    /// If it fails; the error has its stderr.
    pub fn kubectl<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Result<String> {
        let mut command = Command::new(&self.kubectl);
        command
            .args(arguments)
            .env_clear()
            .env("HOME", &self.folder)
            .env("KUBECONFIG", &self.kubeconfig)
            .current_dir(&self.folder);
        let output = command.output().context("running kubectl")?;
        if !output.status.success() {
            bail!("kubectl ({}): {}", output.status, String::from_utf8_lossy(&output.stderr));
        }
        String::from_utf8(output.stdout).context("kubectl printed something else than text")
    }

    /// Makes a namespace that no other test has, and waits for its default ServiceAccount.
    ///
    /// # Errors
    /// If the API server refuses.
    pub fn namespace(&self, stem: &str) -> Result<String> {
        let name = format!("{stem}-{}", NAMESPACE.fetch_add(1, Ordering::Relaxed));
        let admin = self.admin()?;
        admin.post("/api/v1/namespaces", &json!({ "metadata": { "name": name } }))?.ok()?;
        let account = format!("/api/v1/namespaces/{name}/serviceaccounts/default");
        wait_until(&format!("the default account of {name}"), READY_WITHIN, || admin.get(&account)?.ok())?;
        Ok(name)
    }

    /// Makes a ServiceAccount.
    ///
    /// # Errors
    /// If the API server refuses.
    pub fn service_account(&self, namespace: &str, name: &str) -> Result<()> {
        let body = json!({ "metadata": { "name": name } });
        self.admin()?.post(&format!("/api/v1/namespaces/{namespace}/serviceaccounts"), &body)?.ok()?;
        Ok(())
    }

    /// A token of a ServiceAccount for one audience, valid for an hour.
    ///
    /// # Errors
    /// If the API server refuses.
    pub fn token(&self, namespace: &str, account: &str, audience: &str) -> Result<String> {
        let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token");
        let body = json!({ "spec": { "audiences": [audience], "expirationSeconds": 3600 } });
        let reply = self.admin()?.post(&path, &body)?.ok()?;
        let token = reply.pointer("/status/token").and_then(Value::as_str);
        token.map(str::to_owned).context("the TokenRequest was answered without a token")
    }

    /// A token without end for a ServiceAccount that may review the tokens of others, as `auth/kubernetes` needs it. The
    /// controller manager fills it in.
    ///
    /// # Errors
    /// If the API server refuses, or the controllers don't fill the Secret.
    pub fn reviewer_token(&self, namespace: &str) -> Result<String> {
        let account = "token-reviewer";
        self.service_account(namespace, account)?;
        let admin = self.admin()?;
        let binding = json!({
            "metadata": { "name": format!("{account}-{namespace}") },
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:auth-delegator" },
            "subjects": [{ "kind": "ServiceAccount", "name": account, "namespace": namespace }],
        });
        admin.post("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", &binding)?.ok()?;
        self.long_lived_token(namespace, account)
    }

    /// A token without end, from a Secret that the controller manager fills.
    ///
    /// # Errors
    /// If the API server refuses, or the controllers don't fill the Secret.
    pub fn long_lived_token(&self, namespace: &str, account: &str) -> Result<String> {
        let admin = self.admin()?;
        let name = format!("{account}-token");
        let secret = json!({
            "metadata": { "name": name, "annotations": { "kubernetes.io/service-account.name": account } },
            "type": "kubernetes.io/service-account-token",
        });
        admin.post(&format!("/api/v1/namespaces/{namespace}/secrets"), &secret)?.ok()?;
        let template = "go-template={{with .data}}{{.token | base64decode}}{{end}}";
        wait_until(&format!("the controllers to fill {name}"), READY_WITHIN, || {
            let token = self.kubectl(["get", "secret", &name, "-n", namespace, "-o", template])?;
            if token.is_empty() { bail!("no token yet") } else { Ok(token) }
        })
    }
}

fn api_server(program: &Path, folder: &Path, port: u16, etcd: &Etcd, authority: &Authority) -> Result<Launch> {
    let names = ["localhost", "kubernetes.default.svc", "127.0.0.1", "10.0.0.1"];
    let server = authority.server("apiserver", &names)?;
    let file = |name: &str| folder.join(name).display().to_string();
    Ok(Launch::new("kube-apiserver", program, folder).args([
        format!("--etcd-servers={}", etcd.address()),
        "--bind-address=127.0.0.1".to_owned(),
        format!("--secure-port={port}"),
        format!("--tls-cert-file={}", server.certificate_file.display()),
        format!("--tls-private-key-file={}", server.key_file.display()),
        format!("--client-ca-file={}", authority.certificate_file().display()),
        format!("--cert-dir={}", file("generated")),
        "--service-cluster-ip-range=10.0.0.0/24".to_owned(),
        "--authorization-mode=RBAC".to_owned(),
        "--allow-privileged=true".to_owned(),
        format!("--service-account-issuer=https://127.0.0.1:{port}"),
        // Without it discovery names the machine's outer address, which nobody listens on.
        format!("--service-account-jwks-uri=https://127.0.0.1:{port}/openid/v1/jwks"),
        format!("--service-account-key-file={}", file("sa.pub")),
        format!("--service-account-signing-key-file={}", file("sa.key")),
        format!("--api-audiences={DEFAULT_AUDIENCE},vault"),
        // There are no pods that it would give accounts to.
        "--disable-admission-plugins=ServiceAccount".to_owned(),
    ]))
}

fn controller_manager(program: &Path, folder: &Path, kubeconfig: &Path, authority: &Authority) -> Launch {
    Launch::new("kube-controller-manager", program, folder).args([
        format!("--kubeconfig={}", kubeconfig.display()),
        "--use-service-account-credentials=false".to_owned(),
        "--leader-elect=false".to_owned(),
        format!("--root-ca-file={}", authority.certificate_file().display()),
        format!("--service-account-private-key-file={}", folder.join("sa.key").display()),
        "--bind-address=127.0.0.1".to_owned(),
        // It serves nothing that tests need.
        "--secure-port=0".to_owned(),
        format!("--controllers={}", CONTROLLERS.join(",")),
    ])
}

/// JSON is YAML, so no quoting rules have to be known.
fn write_kubeconfig(folder: &Path, address: &str, authority: &Authority, admin: &Identity) -> Result<PathBuf> {
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{ "name": "test", "cluster": {
            "server": address,
            "certificate-authority": authority.certificate_file(),
        }}],
        "users": [{ "name": "admin", "user": {
            "client-certificate": admin.certificate_file,
            "client-key": admin.key_file,
        }}],
        "contexts": [{ "name": "test", "context": { "cluster": "test", "user": "admin" }}],
        "current-context": "test",
    });
    let path = folder.join("kubeconfig");
    write(&path, &config.to_string(), 0o600)?;
    Ok(path)
}

/// RSA, because that is what the controller manager and the oldest relying parties expect.
fn write_service_account_key(folder: &Path) -> Result<()> {
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).context("generating an RSA key")?;
    write(&folder.join("sa.key"), &key.serialize_pem(), 0o600)?;
    write(&folder.join("sa.pub"), &key.public_key_pem(), 0o644)
}
