//! The configuration text and the administrator's policy of OpenBao and Vault.

use std::path::Path;

use crate::authority::Identity;
use crate::servers::vault_server::Product;

/// Everything but the root policy: all paths, with `sudo` where an administrator needs it.
pub(crate) const ADMIN_POLICY: &str = r#"
path "+/*"                        { capabilities = ["create", "read", "update", "delete", "list", "patch"] }
path "sys/audit"                  { capabilities = ["read", "list", "sudo"] }
path "sys/audit/*"                { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }
path "sys/auth/*"                 { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }
path "sys/leases/*"               { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }
path "sys/plugins/*"              { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }
path "sys/remount"                { capabilities = ["create", "update", "sudo"] }
path "sys/seal"                   { capabilities = ["create", "update", "sudo"] }
path "sys/step-down"              { capabilities = ["create", "update", "sudo"] }
path "sys/storage/raft/*"         { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }
path "sys/raw/*"                  { capabilities = ["deny"] }
"#;

/// The configuration of a node, which listens on the first port and replicates on the second.
pub(crate) fn server(product: Product, folder: &Path, node: &str, certificate: &Identity, ports: [u16; 2]) -> String {
    let folder = folder.display();
    let (certificate, key) = (certificate.certificate_file.display(), certificate.key_file.display());
    let [port, cluster_port] = ports;
    // OpenBao has no mlock to switch off, and warns about the setting.
    let mlock = match product {
        Product::OpenBao => "",
        Product::Vault => "disable_mlock = true\n",
    };
    format!(
        r#"storage "raft" {{
  path    = "{folder}/data"
  node_id = "{node}"
  performance_multiplier       = 1
  autopilot_reconcile_interval = "1s"
  autopilot_update_interval    = "500ms"
}}
listener "tcp" {{
  address         = "127.0.0.1:{port}"
  cluster_address = "127.0.0.1:{cluster_port}"
  tls_cert_file   = "{certificate}"
  tls_key_file    = "{key}"
}}
api_addr         = "https://127.0.0.1:{port}"
cluster_addr     = "https://127.0.0.1:{cluster_port}"
plugin_directory = "{folder}/plugins"
{mlock}"#
    )
}

/// The same configuration with limits that let a value of 20 MB through.
pub(crate) fn with_room(product: Product, config: &str) -> String {
    // OpenBao has no limits on JSON.
    let json = match product {
        Product::OpenBao => "",
        Product::Vault => "  max_json_string_value_length = 67108864\n",
    };
    config.replacen("storage \"raft\" {\n", "storage \"raft\" {\n  max_entry_size = 67108864\n", 1).replacen(
        "listener \"tcp\" {\n",
        &format!("listener \"tcp\" {{\n  max_request_size = 67108864\n{json}"),
        1,
    )
}

/// The same configuration for a node that has others. A busy machine can make a leader pause for a second, which must not cost
/// it its office; a single server has nobody to lose it to.
pub(crate) fn with_others(config: &str) -> String {
    config.replacen("performance_multiplier       = 1\n", "performance_multiplier       = 3\n", 1)
}

/// OpenBao's file audit device. One attribute a line: its parser wants it so.
pub(crate) fn audit_stanza(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        r#"audit "file" "file" {{
  description = "what the tests read"
  options {{
    file_path = "{folder}/audit.log"
  }}
}}
"#
    )
}
