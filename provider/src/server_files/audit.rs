//! Audit devices in the configuration, which only OpenBao has.

use std::collections::BTreeMap;

use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::Model;
use tf_framework::validate::one_of;
use tf_framework::value::Path;

use super::values::absolute_path;
use crate::hcl_text::HclText;

/// An audit device. OpenBao makes it when it is unsealed, and takes it away when it is no longer in the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object)]
pub struct AuditSettings {
    /// `file`, `socket` or `syslog`.
    #[tf(required, validate(one_of(&["file", "socket", "syslog"])))]
    pub r#type: String,
    /// Its name among the devices. That of its type if it is not set.
    #[tf(optional)]
    pub path: Option<String>,
    /// What it is for.
    #[tf(optional)]
    pub description: Option<String>,
    /// What its type understands, such as `file_path` and `mode` of a `file`. A change of a device that exists is refused by
    /// OpenBao, which then does not unseal: give the changed device another `path`.
    #[tf(optional)]
    pub options: Option<BTreeMap<String, String>>,
    /// That secrets are written into the log in clear.
    #[tf(optional)]
    pub danger_log_raw: Option<bool>,
}

impl AuditSettings {
    /// Its name among the devices.
    pub(super) fn path(&self) -> &str {
        self.path.as_ref().unwrap_or(&self.r#type).trim_end_matches('/')
    }

    pub(super) fn check(&self, at: &Path) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let option = |name: &str| self.options.as_ref().and_then(|options| options.get(name));
        let here = |name: &str| at.clone().attribute("options").key(name);
        if option("log_raw").is_some() {
            diagnostics.push(
                Diagnostic::error("Secrets in the Audit Log")
                    .detail("The option log_raw decides whether secrets are in the audit log, and has a name of its own here.")
                    .remedy("Take it out, or, if you want secrets in the log in clear, set danger_log_raw = true.")
                    .at(here("log_raw")),
            );
        }
        if self.path().is_empty() {
            diagnostics.push(
                Diagnostic::error("An Audit Device Without a Name")
                    .detail("Its path is empty.")
                    .remedy("Leave the path out, and it is named after its type.")
                    .at(at.clone().attribute("path")),
            );
        }
        if self.r#type != "file" {
            return diagnostics;
        }
        match option("file_path").map(String::as_str) {
            Some("stdout" | "discard") => {}
            Some(path) => diagnostics.extend(absolute_path(path, here("file_path"))),
            None => diagnostics.push(
                Diagnostic::error("An Audit Device Without a File")
                    .detail("A device of the type \"file\" writes into the file that its option file_path names.")
                    .remedy("Set options = { file_path = \"/var/log/openbao/audit.log\" }, or \"stdout\" as the path.")
                    .at(at.clone().attribute("options")),
            ),
        }
        diagnostics
    }

    pub(super) fn write(&self, text: &mut HclText) {
        text.stanza("audit", &[&self.r#type, self.path()], |text| {
            text.optional("description", self.description.as_ref());
            let options = self.options.iter().flatten();
            let raw = self.danger_log_raw.map(|raw| ("log_raw", raw.to_string()));
            let all: BTreeMap<&str, String> =
                options.map(|(name, value)| (name.as_str(), value.clone())).chain(raw).collect();
            if !all.is_empty() {
                text.stanza("options", &[], |text| {
                    for (name, value) in &all {
                        text.attribute(name, value);
                    }
                });
            }
        });
    }
}
