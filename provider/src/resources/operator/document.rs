//! What an operator may do if the user does not say: everything that this provider manages, and nothing with the seal, the
//! keys of the server or root tokens.

use std::fmt::Write as _;

/// Paths and what may be done there. The most specific path counts, so what is below `sys` is closed but for what is named.
const RULES: &[(&str, &[&str])] = &[
    // What is in mounts, auth methods among them.
    ("+/*", ALL),
    ("sys/*", &["deny"]),
    ("sys/audit", &["read", "sudo"]),
    ("sys/audit/*", SUDO),
    ("sys/auth", &["read"]),
    ("sys/auth/*", SUDO),
    ("sys/capabilities", &["create", "update"]),
    ("sys/capabilities-self", &["create", "update"]),
    ("sys/config/auditing/*", SUDO),
    ("sys/health", &["read"]),
    ("sys/internal/ui/*", &["read"]),
    ("sys/leases/*", SUDO),
    ("sys/mounts", &["read"]),
    ("sys/mounts/*", ALL),
    ("sys/namespaces", &["list"]),
    ("sys/namespaces/*", SUDO),
    ("sys/plugins/catalog", &["read", "list", "sudo"]),
    ("sys/plugins/catalog/*", SUDO),
    ("sys/plugins/reload/*", SUDO),
    ("sys/policies/*", ALL),
    ("sys/quotas/*", SUDO),
    ("sys/remount", SUDO),
    ("sys/remount/*", SUDO),
    ("sys/seal-status", &["read"]),
    ("sys/storage/raft/configuration", &["read"]),
    ("sys/tools/*", ALL),
    ("sys/wrapping/*", ALL),
];

const ALL: &[&str] = &["create", "read", "update", "patch", "delete", "list"];
const SUDO: &[&str] = &["create", "read", "update", "patch", "delete", "list", "sudo"];

/// The document.
pub(super) fn of_operator() -> String {
    let mut text = String::new();
    for (path, capabilities) in RULES {
        let capabilities = capabilities.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        // Writing to a string can't fail.
        let _ = writeln!(text, "path \"{path}\" {{\n  capabilities = [{capabilities}]\n}}\n");
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use tf_framework::semantic::PolicyText;

    use super::*;

    #[test]
    fn it_is_a_policy_that_keeps_off_seal_keys_and_root() {
        let text = of_operator();
        PolicyText::from(text.clone()).check().unwrap();
        for path in ["sys/seal\"", "sys/generate-root", "sys/rekey", "sys/rotate", "sys/raw", "sys/step-down"] {
            assert!(!text.contains(path), "{path}");
        }
    }
}
