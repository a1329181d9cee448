//! Where a server keeps its data.

use tf_framework::diagnostic::Diagnostics;
use tf_framework::model::Model;
use tf_framework::value::Path;

use super::values::{absolute_path, api_address, optional_path};
use crate::hcl_text::HclText;

/// Where a server keeps its data.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object, exactly_one_of(raft, file))]
pub struct StorageSettings {
    /// In its own replicated log, on one node or several.
    #[tf(block)]
    pub raft: Option<RaftSettings>,
    /// In plain files, on one node.
    #[tf(block)]
    pub file: Option<FileStorageSettings>,
}

/// Storage in a replicated log.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object)]
pub struct RaftSettings {
    /// The folder of the data.
    #[tf(required)]
    pub path: String,
    /// The name of this node among the others. The server makes one up if it is not set.
    #[tf(optional)]
    pub node_id: Option<String>,
    /// How patient it is before it elects another leader, from 1 to 10. The server's default suits slow machines.
    #[tf(optional)]
    pub performance_multiplier: Option<i64>,
    /// A node that may be the leader when this one is new, and joins. Discovery in clouds, whose settings may hold secrets, is
    /// not here.
    #[tf(block)]
    pub retry_join: Vec<RetryJoinSettings>,
}

/// A node that may be the leader.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object, required_together(leader_client_cert_file, leader_client_key_file))]
pub struct RetryJoinSettings {
    /// The address of its API.
    #[tf(required)]
    pub leader_api_addr: String,
    /// The file with the authority of its certificate.
    #[tf(optional)]
    pub leader_ca_cert_file: Option<String>,
    /// The file with the certificate that is shown to it.
    #[tf(optional)]
    pub leader_client_cert_file: Option<String>,
    /// The file with the key of that certificate.
    #[tf(optional)]
    pub leader_client_key_file: Option<String>,
    /// The name that its certificate must have, if that is not the one in the address.
    #[tf(optional)]
    pub leader_tls_servername: Option<String>,
}

/// Storage in plain files.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object)]
pub struct FileStorageSettings {
    /// The folder of the files.
    #[tf(required)]
    pub path: String,
}

impl StorageSettings {
    pub(super) fn check(&self, at: &Path) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        if let Some(file) = &self.file {
            diagnostics.extend(absolute_path(&file.path, at.clone().attribute("file").attribute("path")));
        }
        let Some(raft) = &self.raft else { return diagnostics };
        let at = at.clone().attribute("raft");
        diagnostics.extend(absolute_path(&raft.path, at.clone().attribute("path")));
        for (index, join) in raft.retry_join.iter().enumerate() {
            let at = at.clone().attribute("retry_join").index(index);
            diagnostics.extend(api_address(&join.leader_api_addr, at.clone().attribute("leader_api_addr")));
            for (name, path) in join.files() {
                diagnostics.extend(optional_path(path.as_ref(), at.clone().attribute(name)));
            }
        }
        diagnostics
    }

    pub(super) fn write(&self, text: &mut HclText) {
        if let Some(raft) = &self.raft {
            text.stanza("storage", &["raft"], |text| raft.write(text));
        }
        if let Some(file) = &self.file {
            text.stanza("storage", &["file"], |text| text.attribute("path", &file.path));
        }
    }
}

impl RaftSettings {
    fn write(&self, text: &mut HclText) {
        text.attribute("path", &self.path);
        text.optional("node_id", self.node_id.as_ref());
        text.optional("performance_multiplier", self.performance_multiplier);
        for join in &self.retry_join {
            text.stanza("retry_join", &[], |text| {
                text.attribute("leader_api_addr", &join.leader_api_addr);
                for (name, path) in join.files() {
                    text.optional(name, path.as_ref());
                }
                text.optional("leader_tls_servername", join.leader_tls_servername.as_ref());
            });
        }
    }
}

impl RetryJoinSettings {
    fn files(&self) -> [(&'static str, &Option<String>); 3] {
        [
            ("leader_ca_cert_file", &self.leader_ca_cert_file),
            ("leader_client_cert_file", &self.leader_client_cert_file),
            ("leader_client_key_file", &self.leader_client_key_file),
        ]
    }
}
