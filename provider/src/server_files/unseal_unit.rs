//! The unit that unseals a server whenever systemd has started it.

use tf_framework::diagnostic::Diagnostics;
use tf_framework::model::Model;
use tf_framework::semantic::Duration;
use tf_framework::validate::length;
use tf_framework::value::Path;

use super::unit_text::{self, UnitText, argument, literal};
use super::values::api_address;

/// How long it tries, in seconds, if nobody says it.
const TIMEOUT: u64 = 300;

/// What the manager needs beyond the patience of the program, in seconds.
const MARGIN: u64 = 30;

/// The unit that unseals a server whenever systemd has started it: `secretzero unseal`, without a shell and shut off from the
/// rest of the machine. The keys reach it as a credential of systemd, so that only root needs to be able to read their file.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object)]
pub struct UnsealUnit {
    /// Its name, without `.service`. That of the unit of the server and `-unseal` if it is not set.
    #[tf(optional)]
    pub name: Option<String>,
    /// The program `secretzero`.
    #[tf(optional, default = "/usr/local/bin/secretzero")]
    pub binary: String,
    /// The addresses of the nodes that it unseals.
    #[tf(required, validate(length(1..)))]
    pub addresses: Vec<String>,
    /// The file with the authority of their certificates.
    #[tf(optional)]
    pub ca_cert_file: Option<String>,
    /// The files with the keys, as `secretzero_init` writes them.
    #[tf(required, validate(length(1..)))]
    pub keys_files: Vec<String>,
    /// That systemd decrypts the files, which were encrypted with `systemd-creds encrypt --name=keys` (`keys-2` and so on for
    /// the files after the first).
    #[tf(optional)]
    pub keys_files_are_encrypted: Option<bool>,
    /// How long it tries, five minutes if it is not set. systemd then starts it again.
    #[tf(optional)]
    pub timeout: Option<Duration>,
    /// Who it runs as. A user of its own that exists only while it runs if it is not set.
    #[tf(optional)]
    pub user: Option<String>,
    /// The group that it runs as. That of the user if it is not set.
    #[tf(optional)]
    pub group: Option<String>,
}

impl UnsealUnit {
    /// Its name, without `.service`.
    pub fn name(&self, server_unit: &str) -> String {
        self.name.clone().unwrap_or_else(|| format!("{server_unit}-unseal"))
    }

    /// Everything that is wrong with it and can be told beforehand. `at` is the attribute.
    pub fn check(&self, at: &Path) -> Diagnostics {
        let here = |name: &str| at.clone().attribute(name);
        let mut diagnostics = Diagnostics::new();
        diagnostics.extend(unit_text::check_name(self.name.as_ref(), here("name")));
        for (name, account) in [("user", &self.user), ("group", &self.group)] {
            diagnostics.extend(unit_text::check_account(account.as_ref(), here(name)));
        }
        diagnostics.extend(unit_text::check_path(&self.binary, here("binary")));
        let authority = self.ca_cert_file.as_ref();
        diagnostics.extend(authority.and_then(|path| unit_text::check_path(path, here("ca_cert_file"))));
        for (index, path) in self.keys_files.iter().enumerate() {
            // A colon ends the name of a credential, and what follows is its path.
            diagnostics.extend(unit_text::check_path(path, here("keys_files").index(index)));
        }
        for (index, address) in self.addresses.iter().enumerate() {
            diagnostics.extend(api_address(address, here("addresses").index(index)));
        }
        diagnostics
    }

    /// The unit. `server_unit` is the name of the unit of the server, without `.service`.
    ///
    /// # Errors
    /// If something is wrong with it. `at` is the attribute.
    pub fn render(&self, server_unit: &str, at: &Path) -> Result<String, Diagnostics> {
        let diagnostics = self.check(at);
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        let server = format!("{server_unit}.service");
        let timeout = self.timeout.as_ref().map_or(TIMEOUT, Duration::seconds).max(1);
        let start_timeout = timeout.saturating_add(MARGIN).to_string();
        let command = self.command(timeout);
        let is_encrypted = self.keys_files_are_encrypted == Some(true);
        let load_keys = if is_encrypted { "LoadCredentialEncrypted" } else { "LoadCredential" };
        let keys = self.keys_files.iter().enumerate();
        let keys: Vec<_> = keys.map(|(index, path)| format!("{}:{}", credential(index), literal(path))).collect();
        let mut service = vec![("Type", "oneshot")];
        match &self.user {
            Some(user) => service.push(("User", user)),
            None => service.push(("DynamicUser", "yes")),
        }
        service.extend(self.group.as_ref().map(|group| ("Group", group.as_str())));
        service.extend(keys.iter().map(|keys| (load_keys, keys.as_str())));
        service.extend([
            ("ExecStart", command.as_str()),
            ("TimeoutStartSec", &start_timeout),
            ("Restart", "on-failure"),
            ("RestartSec", "10"),
            // Not initialised, or called wrongly: trying again does not help.
            ("RestartPreventExitStatus", "1 64"),
        ]);
        service.extend(SANDBOX);
        let mut text = UnitText::default();
        text.section(
            "Unit",
            &[
                ("Description", &format!("Unseal {server}")),
                ("Requires", &server),
                ("After", &server),
                ("PartOf", &server),
                // It is started with each start of the server, however many there are.
                ("StartLimitIntervalSec", "0"),
            ],
        );
        text.section("Service", &service);
        text.section("Install", &[("WantedBy", &format!("multi-user.target {server}"))]);
        Ok(text.into_text())
    }

    fn command(&self, timeout: u64) -> String {
        let mut command = format!("{} unseal", argument(&self.binary));
        for address in &self.addresses {
            command += &format!(" --address {}", argument(address));
        }
        if let Some(file) = &self.ca_cert_file {
            command += &format!(" --ca-cert-file {}", argument(file));
        }
        for index in 0..self.keys_files.len() {
            command += &format!(" --credential {}", credential(index));
        }
        command + &format!(" --timeout {timeout}s")
    }
}

/// The name of the credential that a file is, of several by its number.
fn credential(index: usize) -> String {
    if index == 0 { "keys".to_owned() } else { format!("keys-{}", index + 1) }
}

/// It needs a network and a few files.
const SANDBOX: [(&str, &str); 20] = [
    ("NoNewPrivileges", "yes"),
    ("CapabilityBoundingSet", ""),
    ("ProtectSystem", "strict"),
    ("ProtectHome", "read-only"),
    ("PrivateTmp", "yes"),
    ("PrivateDevices", "yes"),
    ("ProtectClock", "yes"),
    ("ProtectControlGroups", "yes"),
    ("ProtectHostname", "yes"),
    ("ProtectKernelLogs", "yes"),
    ("ProtectKernelModules", "yes"),
    ("ProtectKernelTunables", "yes"),
    ("RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6"),
    ("RestrictNamespaces", "yes"),
    ("RestrictRealtime", "yes"),
    ("LockPersonality", "yes"),
    ("MemoryDenyWriteExecute", "yes"),
    ("SystemCallArchitectures", "native"),
    ("SystemCallFilter", "@system-service"),
    ("LimitCORE", "0"),
];
