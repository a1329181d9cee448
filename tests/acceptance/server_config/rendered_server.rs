//! Both servers start from what is rendered, know every name in it, and read back what was meant.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use acceptance::cli::{Cli, Planned, Project};
use acceptance::{Authority, Http, Launch, Process, Product, Scenario, ports};
use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use crate::on_server::product;
use crate::trust_root;

const WITHIN: Duration = Duration::from_secs(60);

/// Of what a server says about its configuration at its start: it does not know something, or does not like it.
const COMPLAINTS: [&str; 4] = ["unknown or unsupported field", "found in configuration", "deprecated", "duplicate"];

/// Everything in it that the first HCL takes for something else: as a name of the cluster it comes back from the server.
const NAME: &str = "a \"quoted\" ${na\"me \\} $${x} open ${ \\ back \u{e123} {{ not a template }} grün, tab\tand\nline";

/// Every attribute, but for those of seals, which have no word for names that they don't know.
const FIRST: &str = r#"
    product          = "PRODUCT"
    api_addr         = "https://127.0.0.1:PORT"
    cluster_addr     = "https://127.0.0.1:CLUSTER"
    cluster_name     = "home"
    ui               = true
    log_level        = "debug"
    log_format       = "json"
    log_file         = "FOLDER/own.log"
    pid_file         = "FOLDER/server.pid"
    default_lease_ttl = "1h"
    max_lease_ttl    = 7200
    plugin_directory = "FOLDER/plugins"
    extra            = "cache_size = 1000"
    storage {
      raft {
        path                   = "FOLDER/first"
        node_id                = "first"
        performance_multiplier = 1
        retry_join {
          leader_api_addr         = "https://127.0.0.1:OTHER"
          leader_ca_cert_file     = "FOLDER/ca.crt"
          leader_client_cert_file = "FOLDER/server.crt"
          leader_client_key_file  = "FOLDER/server.key"
          leader_tls_servername   = "other"
        }
      }
    }
    listener {
      address                            = "127.0.0.1:PORT"
      cluster_address                    = "127.0.0.1:CLUSTER"
      tls_cert_file                      = "FOLDER/server.crt"
      tls_key_file                       = "FOLDER/server.key"
      tls_min_version                    = "tls12"
      tls_client_ca_file                 = "FOLDER/ca.crt"
      tls_require_and_verify_client_cert = false
      tls_disable_client_certs           = false
      x_forwarded_for_authorized_addrs   = ["10.0.0.0/8"]
      max_request_size                   = 1048576
      max_request_duration               = "30s"
      unauthenticated_metrics_access     = true
    }
    listener {
      socket       = "FOLDER/api.sock"
      socket_mode  = "0600"
      socket_user  = "USER"
      socket_group = "USER"
    }
    telemetry {
      prometheus_retention_time = "24h"
      disable_hostname          = true
      enable_hostname_label     = true
      metrics_prefix            = "home"
      usage_gauge_period        = "10m"
      maximum_gauge_cardinality = 500
      statsd_address            = "127.0.0.1:9"
      dogstatsd_addr            = "127.0.0.1:9"
      dogstatsd_tags            = ["a:b"]
      filter_default            = true
      prefix_filter             = ["+vault.token", "-vault.expire"]
    }
"#;

const FIRST_AUDIT: &str = r#"
    audit {
      type        = "file"
      description = "all"
      options     = { file_path = "FOLDER/first.log", mode = "0600" }
    }
"#;

const SECOND: &str = r#"
    product      = "PRODUCT"
    api_addr     = "https://127.0.0.1:PORT"
    cluster_addr = "https://127.0.0.1:CLUSTER"
    pid_file     = "FOLDER/server.pid"
    storage {
      raft {
        path = "FOLDER/second"
      }
    }
    listener {
      address         = "127.0.0.1:PORT"
      cluster_address = "127.0.0.1:CLUSTER"
      tls_cert_file   = "FOLDER/server.crt"
      tls_key_file    = "FOLDER/server.key"
    }
"#;

/// The key is 32 bytes in the environment of the server.
const SECOND_OF_OPENBAO: &str = r#"
    seal {
      static {
        current_key_id = "2026"
        current_key    = "env://SEAL_KEY"
      }
    }
    audit {
      type    = "file"
      path    = "all"
      options = { file_path = "FOLDER/audit \"quoted\" $${x}.log" }
    }
"#;

#[test]
fn openbao_by_opentofu() -> Result<()> {
    starts(Cli::OpenTofu)
}

#[test]
fn vault_by_terraform() -> Result<()> {
    starts(Cli::Terraform)
}

fn starts(cli: Cli) -> Result<()> {
    let product = product(cli);
    Scenario::run(&[cli.tool(), product.tool()], |scenario| {
        ports::retry_on_collision(|| {
            let (project, folder) = trust_root::prepare(scenario, cli)?;
            let stage = Stage::create(scenario, project, folder, product)?;
            stage.knows_every_name()?;
            stage.reads_back_what_was_meant()
        })
    })
}

struct Stage<'s> {
    scenario: &'s Scenario,
    project: Project,
    folder: PathBuf,
    product: Product,
    authority: Authority,
    ports: [u16; 3],
}

impl<'s> Stage<'s> {
    fn create(scenario: &'s Scenario, project: Project, folder: PathBuf, product: Product) -> Result<Self> {
        let authority = Authority::create(&folder)?;
        authority.server("server", &["127.0.0.1"])?;
        for name in ["plugins", "tmp", "first", "second"] {
            fs::create_dir(folder.join(name))?;
        }
        Ok(Self { scenario, project, folder, product, authority, ports: ports::free()? })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A text with the ports and the folder of this stage.
    fn here(&self, template: &str) -> String {
        let [port, cluster_port, other] = self.ports.map(|port| port.to_string());
        let user = nix::unistd::Uid::effective().to_string();
        let words = [("OTHER", other), ("CLUSTER", cluster_port), ("PORT", port), ("USER", user)];
        let folder = ("FOLDER", self.folder.display().to_string());
        let product = ("PRODUCT", self.product.name().to_owned());
        words
            .into_iter()
            .chain([folder, product])
            .fold(template.to_owned(), |text, (word, meant)| text.replace(word, &meant))
    }

    /// Has the CLI write the configuration.
    fn apply(&self, settings: &str) -> Result<()> {
        let on_change = format!("on_change = {{ pid_file = {:?} }}", self.path("server.pid"));
        self.project.configure(&format!(
            "resource \"secretzero_server_config\" \"one\" {{\n  directory = {:?}\n  settings {{\n{}\n  }}\n  {on_change}\n}}\n",
            self.path("etc"),
            self.here(settings),
        ))?;
        self.project.init()?;
        self.project.apply(&[])?;
        Ok(())
    }

    fn start(&self, name: &str) -> Result<Process> {
        let program = self.product.tool().find()?;
        program.started();
        let config = self.path("etc").join(format!("{}.hcl", self.product.name()));
        let launch = Launch::new(name, program.path, &self.folder)
            .args(["server".to_owned(), format!("-config={}", config.display())])
            .env("TMPDIR", self.path("tmp"))
            .env("SEAL_KEY", "0123456789abcdef0123456789abcdef");
        let server = Process::start(launch)?;
        self.wait_for(&server, 501)?;
        Ok(server)
    }

    fn client(&self) -> Result<Http> {
        Http::new(&format!("https://127.0.0.1:{}", self.ports[0]), &self.authority)
    }

    fn wait_for(&self, server: &Process, status: u16) -> Result<Value> {
        let client = self.client()?;
        let body = server.wait_ready(WITHIN, || {
            let reply = client.get("/v1/sys/health")?;
            if reply.status == status { Ok(reply.body) } else { bail!("sys/health answers {}", reply.status) }
        })?;
        Ok(body)
    }

    /// A name that a server does not know, it only warns of.
    fn knows_every_name(&self) -> Result<()> {
        let audit = if self.product == Product::OpenBao { FIRST_AUDIT } else { "" };
        self.apply(&format!("{FIRST}{audit}"))?;
        let server = self.start("first")?;
        ensure!(self.path("api.sock").exists(), "there is no socket");
        self.is_content(&server)?;
        let metrics = self.client()?.get("/v1/sys/metrics?format=prometheus")?;
        // Before the server is unsealed, metrics are not served: what matters is that it is not the token that is missing.
        ensure!(metrics.status != 403, "the metrics are for nobody");
        server.kill9()
    }

    /// The log of a server has no complaint about its configuration.
    fn is_content(&self, server: &Process) -> Result<()> {
        let log = fs::read_to_string(server.log()).context("reading the log")?;
        for line in log.lines() {
            let complains = COMPLAINTS.iter().any(|complaint| line.to_lowercase().contains(complaint));
            ensure!(!complains, "{} complains: {line}", self.product.name());
        }
        Ok(())
    }

    fn reads_back_what_was_meant(&self) -> Result<()> {
        let with = |level: &str| {
            let only = if self.product == Product::OpenBao { SECOND_OF_OPENBAO } else { "" };
            format!("log_level = {level:?}\ncluster_name = {}\n{SECOND}{only}", literal(NAME))
        };
        self.apply(&with("info"))?;
        let server = self.start("second")?;
        self.is_content(&server)?;
        let token = self.initialise(&server)?;
        let health = self.wait_for(&server, 200)?;
        ensure!(health["cluster_name"] == NAME, "{} has read {}", self.product.name(), health["cluster_name"]);
        if self.product == Product::OpenBao {
            let devices = self.client()?.header("x-vault-token", &token)?.get("/v1/sys/audit")?.ok()?;
            ensure!(devices["data"]["all/"]["type"] == "file", "{devices}");
            let log = self.path("audit \"quoted\" ${x}.log");
            ensure!(fs::metadata(&log)?.len() > 0, "nothing is in {}", log.display());
        }
        // The server reads a new level when it gets the signal, and serves on.
        self.apply(&with("debug"))?;
        self.wait_for(&server, 200)?;
        server.wait_ready(WITHIN, || {
            let log = fs::read_to_string(server.log())?;
            if log.contains("reload triggered") { Ok(()) } else { bail!("no reload yet") }
        })?;
        let planned = self.project.plan(&[])?;
        ensure!(planned == Planned::Nothing, "the second plan is not empty");
        self.project.destroy(&[])?;
        ensure!(fs::read_dir(self.path("etc"))?.next().is_none(), "the configuration is still there");
        Ok(())
    }

    /// Initialises and unseals it. Returns its root token.
    fn initialise(&self, server: &Process) -> Result<String> {
        let shares = match self.product {
            Product::OpenBao => json!({ "recovery_shares": 1, "recovery_threshold": 1 }),
            Product::Vault => json!({ "secret_shares": 1, "secret_threshold": 1 }),
        };
        let client = self.client()?;
        let reply = client.put("/v1/sys/init", &shares)?.ok()?;
        let text = |pointer: &str| reply.pointer(pointer).and_then(Value::as_str).context("a key is missing");
        let token = text("/root_token")?;
        self.scenario.learnt("the root token", token)?;
        if self.product == Product::Vault {
            self.scenario.learnt("the unseal key", text("/keys_base64/0")?)?;
            client.put("/v1/sys/unseal", &json!({ "key": text("/keys_base64/0")? }))?.ok()?;
        }
        self.wait_for(server, 200)?;
        Ok(token.to_owned())
    }
}

/// A text in the language of the CLIs.
fn literal(text: &str) -> String {
    let mut literal = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => literal.extend(['\\', character]),
            '\n' => literal.push_str("\\n"),
            '\t' => literal.push_str("\\t"),
            character => literal.push(character),
        }
    }
    literal.push('"');
    literal.replace("${", "$${")
}
