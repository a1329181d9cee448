//! A configuration that somebody else made, found by the path in an import id.

use std::os::unix::fs::PermissionsExt as _;

use tf_framework::Outcome;
use tf_framework::diagnostic::Diagnostic;

use super::{Declared, ServerConfig};
use crate::installed_file::{InstalledFile, Permissions, parse_mode};
use crate::server_files::{Layout, RenderedFile, ServerSettings, StorageSettings};

/// Reads the file that an import id names. `None` if there is none.
pub(super) fn read(id: &str) -> Outcome<Option<ServerConfig>> {
    let summary = format!("Importing the configuration {id:?}");
    let Some((directory, name)) = id.rsplit_once('/').filter(|(folder, name)| !folder.is_empty() && !name.is_empty())
    else {
        return Err(Diagnostic::error(summary)
            .detail("The id must be the path of the configuration, with its folder.")
            .remedy("For example: /etc/openbao/openbao.hcl, or ./openbao.hcl for one in the working directory.")
            .into());
    };
    let permissions = Permissions { mode: 0o640, owner: None, group: None };
    let file = InstalledFile { path: id.into(), permissions };
    let Some(bytes) = file.read().map_err(Diagnostic::from)? else { return Ok(None) };
    let Ok(content) = std::str::from_utf8(&bytes) else {
        return Err(Diagnostic::error(summary).detail("It is no text.").into());
    };
    let mode = std::fs::metadata(id).ok().map(|data| format!("{:04o}", data.permissions().mode() & 0o777));
    let mode = mode.filter(|mode| parse_mode(mode, 0o775).is_ok()).unwrap_or_else(|| "0640".to_owned());
    let product = if name.contains("vault") { "vault" } else { "openbao" };
    let layout = Layout {
        directory: directory.to_owned(),
        file_name: Some(name.to_owned()).filter(|name| name != &format!("{product}.hcl")),
        settings: nothing(product),
        mode: mode.clone(),
        owner: None,
        group: None,
        systemd: None,
        remote: None,
    };
    let files = vec![RenderedFile::found(id, mode, content)];
    Ok(Some(Declared { layout, on_change: None }.into_state(id.to_owned(), files)?))
}

/// Settings can't be read back from a file. These say nothing, so that the next plan shows those that are declared.
fn nothing(product: &str) -> ServerSettings {
    ServerSettings {
        product: product.to_owned(),
        storage: StorageSettings { raft: None, file: None },
        listener: Vec::new(),
        api_addr: None,
        cluster_addr: None,
        cluster_name: None,
        ui: None,
        disable_mlock: None,
        log_level: None,
        log_format: None,
        log_file: None,
        pid_file: None,
        default_lease_ttl: None,
        max_lease_ttl: None,
        plugin_directory: None,
        telemetry: None,
        seal: None,
        audit: Vec::new(),
        extra: None,
    }
}
