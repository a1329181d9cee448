//! The unit with which systemd runs a server.

use tf_framework::diagnostic::Diagnostics;
use tf_framework::model::Model;
use tf_framework::validate::one_of;
use tf_framework::value::Path;

use super::Product;
use super::unit_text::{self, UnitText, literal};

/// The unit with which systemd runs a server.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object)]
pub struct ServerUnit {
    /// Its name, without `.service`. That of the product if it is not set.
    #[tf(optional)]
    pub name: Option<String>,
    /// Where the program came from: `packaged`, which has it in `/usr/bin`, or `binary`, for one that was copied to
    /// `/usr/local/bin`.
    #[tf(optional, default = "packaged", validate(one_of(&["packaged", "binary"])))]
    pub profile: String,
    /// The program, if it is somewhere else.
    #[tf(optional)]
    pub binary: Option<String>,
    /// Who it runs as. The user that packages of the product make if it is not set.
    #[tf(optional)]
    pub user: Option<String>,
    /// The group that it runs as. Named like the user if it is not set.
    #[tf(optional)]
    pub group: Option<String>,
    /// A file with variables of its environment, which may be missing. Beside the configuration of a package if it is not set.
    #[tf(optional)]
    pub environment_file: Option<String>,
}

/// What a unit says of the server that it runs.
#[derive(Clone, Copy, Debug)]
pub struct Runs<'a> {
    /// Which server.
    pub product: Product,
    /// Where it finds its configuration when it runs.
    pub config_file: &'a str,
    /// Whether it keeps its memory from being swapped out.
    pub uses_mlock: bool,
}

impl ServerUnit {
    /// Its name, without `.service`.
    pub fn name(&self, product: Product) -> &str {
        self.name.as_deref().unwrap_or(product.name())
    }

    /// Everything that is wrong with it and can be told beforehand. `at` is the attribute.
    pub fn check(&self, at: &Path) -> Diagnostics {
        let here = |name: &str| at.clone().attribute(name);
        let mut diagnostics = Diagnostics::new();
        diagnostics.extend(unit_text::check_name(self.name.as_ref(), here("name")));
        for (name, account) in [("user", &self.user), ("group", &self.group)] {
            diagnostics.extend(unit_text::check_account(account.as_ref(), here(name)));
        }
        for (name, path) in [("binary", &self.binary), ("environment_file", &self.environment_file)] {
            diagnostics.extend(path.as_ref().and_then(|path| unit_text::check_path(path, here(name))));
        }
        diagnostics
    }

    /// The unit.
    ///
    /// # Errors
    /// If something is wrong with it. `at` is the attribute.
    pub fn render(&self, runs: Runs<'_>, at: &Path) -> Result<String, Diagnostics> {
        let mut diagnostics = self.check(at);
        diagnostics.extend(unit_text::check_path(runs.config_file, at.clone()));
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        let (product, config_file) = (runs.product, literal(runs.config_file));
        let folder = if self.profile == "binary" { "/usr/local/bin" } else { "/usr/bin" };
        let binary = self.binary.clone().unwrap_or_else(|| format!("{folder}/{}", product.program()));
        let user = self.user.as_deref().unwrap_or(product.name());
        let group = self.group.as_deref().unwrap_or(user);
        let environment = self.environment_file.clone();
        let environment = environment.unwrap_or_else(|| format!("{}/{}.env", product.folder(), product.name()));
        let environment = format!("-{}", literal(&environment));
        let start = format!("{} server -config={config_file}", literal(&binary));
        let documentation = match product {
            Product::OpenBao => "https://openbao.org/docs/",
            Product::Vault => "https://developer.hashicorp.com/vault/docs",
        };
        let rights = if runs.uses_mlock { "CAP_IPC_LOCK CAP_SYSLOG" } else { "CAP_SYSLOG" };
        let mut text = UnitText::default();
        text.section(
            "Unit",
            &[
                ("Description", product.title()),
                ("Documentation", documentation),
                ("Requires", "network-online.target"),
                ("After", "network-online.target"),
                ("ConditionFileNotEmpty", &config_file),
                ("StartLimitIntervalSec", "60"),
                ("StartLimitBurst", "3"),
            ],
        );
        let mut service = vec![
            ("Type", "notify"),
            ("User", user),
            ("Group", group),
            ("EnvironmentFile", &environment),
            ("ExecStart", &start),
            ("ExecReload", "/bin/kill --signal HUP $MAINPID"),
            ("KillMode", "process"),
            ("KillSignal", "SIGINT"),
            ("Restart", "on-failure"),
            ("RestartSec", "5"),
            ("TimeoutStopSec", "30"),
            ("ProtectSystem", "full"),
            ("ProtectHome", "read-only"),
            ("PrivateTmp", "yes"),
            ("PrivateDevices", "yes"),
            ("SecureBits", "keep-caps"),
            ("AmbientCapabilities", rights),
            ("CapabilityBoundingSet", rights),
            ("NoNewPrivileges", "yes"),
            ("LimitNOFILE", "524288"),
            ("LimitNPROC", "524288"),
            ("LimitCORE", "0"),
        ];
        if runs.uses_mlock {
            service.push(("LimitMEMLOCK", "infinity"));
        }
        text.section("Service", &service);
        text.section("Install", &[("WantedBy", "multi-user.target")]);
        Ok(text.into_text())
    }
}
