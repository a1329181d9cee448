//! Which files a server has, where they are, and what is in them.

use std::collections::BTreeSet;

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::Model;
use tf_framework::value::Path;

use super::server_settings::ServerSettings;
use super::server_unit::{Runs, ServerUnit};
use super::unseal_unit::UnsealUnit;
use super::values::absolute_path;
use crate::installed_file::{FileSettings, check_path};

/// What the list of the files is called.
const MANIFEST: &str = "manifest.json";

/// Units, as packages install them.
const UNIT_MODE: &str = "0644";

/// The units of a server.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object, at_least_one_of(server, unseal))]
pub struct SystemdSettings {
    /// The folder of the units. systemd must be told of changes there: `systemctl daemon-reload`.
    #[tf(optional, default = "/etc/systemd/system")]
    pub directory: String,
    /// The unit that runs the server.
    #[tf(block)]
    pub server: Option<ServerUnit>,
    /// The unit that unseals it.
    #[tf(block)]
    pub unseal: Option<UnsealUnit>,
}

/// Where the files belong on another machine.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object)]
pub struct RemoteSettings {
    /// The folder of the configuration over there.
    #[tf(required)]
    pub directory: String,
}

/// A file of a server.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object)]
pub struct RenderedFile {
    /// Where it is on this machine.
    #[tf(computed)]
    pub path: String,
    /// Where it belongs on the machine of the server. Null for the list of the files.
    #[tf(computed)]
    pub target: Option<String>,
    /// Its mode there, in octal digits.
    #[tf(computed)]
    pub mode: String,
    /// Its owner there; null if that is whoever installs it.
    #[tf(computed)]
    pub owner: Option<String>,
    /// Its group there; null if that is the one of whoever installs it.
    #[tf(computed)]
    pub group: Option<String>,
    /// SHA-256 of its content, in hexadecimal.
    #[tf(computed)]
    pub sha256: String,
    /// What is in it.
    #[tf(computed)]
    pub content: String,
}

/// Everything on which the files depend.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object)]
pub struct Layout {
    /// The folder of the configuration, or of all files if they are for another machine.
    #[tf(required)]
    pub directory: String,
    /// The name of the configuration. That of the product with the ending `hcl` if it is not set.
    #[tf(optional)]
    pub file_name: Option<String>,
    /// What the configuration says.
    #[tf(block)]
    pub settings: ServerSettings,
    /// The mode of the configuration.
    #[tf(required)]
    pub mode: String,
    /// The owner of the configuration.
    #[tf(optional)]
    pub owner: Option<String>,
    /// The group of the configuration.
    #[tf(optional)]
    pub group: Option<String>,
    /// The units.
    #[tf(block)]
    pub systemd: Option<SystemdSettings>,
    /// Where everything belongs, if that is on another machine.
    #[tf(block)]
    pub remote: Option<RemoteSettings>,
}

/// One entry of the list of files.
#[derive(Debug, Serialize)]
struct Entry<'a> {
    path: &'a str,
    source: Option<&'a str>,
    owner: Option<&'a str>,
    group: Option<&'a str>,
    mode: &'a str,
    sha256: &'a str,
}

/// The list of files, for whoever brings them to another machine.
#[derive(Debug, Serialize)]
struct Manifest<'a> {
    version: u32,
    files: Vec<Entry<'a>>,
}

impl Layout {
    /// Everything that is wrong and can be told beforehand, each at its attribute.
    pub fn check(&self) -> Diagnostics {
        let here = |name: &str| Path::root().attribute(name);
        let mut diagnostics = Diagnostics::new();
        diagnostics.extend(check_path(&self.config_path(), here("directory")));
        if let Some(name) = self.file_name.as_ref().filter(|name| name.contains('/') || !name.ends_with(".hcl")) {
            diagnostics.push(
                Diagnostic::error("Not the Name of a Configuration File")
                    .detail(format!("The server reads no configuration from a file with the name {name:?}."))
                    .remedy("Give a name without a folder that ends in \".hcl\".")
                    .at(here("file_name")),
            );
        }
        let file = FileSettings {
            path: self.config_path(),
            mode: self.mode.clone(),
            owner: self.owner.clone(),
            group: self.group.clone(),
        };
        // Where a file is was looked at above.
        let told = file.check(&Path::root());
        diagnostics.extend(told.into_iter().filter(|told| told.path() != &here("path")));
        if let Some(remote) = &self.remote {
            diagnostics.extend(absolute_path(&remote.directory, here("remote").attribute("directory")));
        }
        if let Some(systemd) = &self.systemd {
            let at = here("systemd");
            diagnostics.extend(absolute_path(&systemd.directory, at.clone().attribute("directory")));
            diagnostics.extend(systemd.server.iter().flat_map(|unit| unit.check(&at.clone().attribute("server"))));
            diagnostics.extend(systemd.unseal.iter().flat_map(|unit| unit.check(&at.clone().attribute("unseal"))));
        }
        diagnostics.extend(self.settings.check(&here("settings")));
        diagnostics
    }

    /// The path of the configuration on this machine.
    pub fn config_path(&self) -> String {
        format!("{}/{}", self.directory.trim_end_matches('/'), self.config_name())
    }

    /// The files, the configuration first.
    ///
    /// # Errors
    /// If something is wrong, each at its attribute.
    pub fn files(&self) -> Result<Vec<RenderedFile>, Diagnostics> {
        let diagnostics = self.check();
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        let name = self.config_name();
        let config = self.file(&self.directory, &name, self.settings.render(&Path::root().attribute("settings"))?);
        let mut files = vec![RenderedFile {
            mode: self.mode.clone(),
            owner: self.owner.clone(),
            group: self.group.clone(),
            ..config
        }];
        if let Some(systemd) = &self.systemd {
            self.add_units(systemd, &mut files)?;
        }
        if self.remote.is_some() {
            files.push(self.manifest(&files)?);
        }
        let mut paths = BTreeSet::new();
        if let Some(twice) = files.iter().find(|file| !paths.insert(&file.path)) {
            return Err(Diagnostic::error("Two Files in One Place")
                .detail(format!("Two of the files would be {}.", twice.path))
                .remedy("Give the units different names.")
                .at(Path::root().attribute("systemd"))
                .into());
        }
        Ok(files)
    }

    fn config_name(&self) -> String {
        self.file_name.clone().unwrap_or_else(|| format!("{}.hcl", self.settings.product().name()))
    }

    fn add_units(&self, systemd: &SystemdSettings, files: &mut Vec<RenderedFile>) -> Result<(), Diagnostics> {
        let at = Path::root().attribute("systemd");
        let product = self.settings.product();
        let server_name = systemd.server.as_ref().map_or(product.name(), |unit| unit.name(product));
        if let Some(unit) = &systemd.server {
            // systemd has no working directory to which a relative path could belong.
            let config_file = files.first().and_then(|config| config.target.clone()).unwrap_or_default();
            let runs = Runs { product, config_file: &config_file, uses_mlock: self.settings.uses_mlock() };
            let content = unit.render(runs, &at.clone().attribute("server"))?;
            files.push(self.file(&systemd.directory, &format!("{server_name}.service"), content));
        }
        if let Some(unit) = &systemd.unseal {
            let content = unit.render(server_name, &at.attribute("unseal"))?;
            files.push(self.file(&systemd.directory, &format!("{}.service", unit.name(server_name)), content));
        }
        Ok(())
    }

    /// A file as root would install it, in the folder where it belongs.
    fn file(&self, folder: &str, name: &str, content: String) -> RenderedFile {
        let belongs = |folder: &str| format!("{}/{name}", folder.trim_end_matches('/'));
        let (path, target, owner) = match &self.remote {
            None => (belongs(folder), belongs(folder), None),
            Some(remote) => {
                let over_there = if folder == self.directory { &remote.directory } else { folder };
                (belongs(&self.directory), belongs(over_there), Some("root".to_owned()))
            }
        };
        RenderedFile {
            path,
            target: Some(target),
            mode: UNIT_MODE.to_owned(),
            group: owner.clone(),
            owner,
            sha256: hash(&content),
            content,
        }
    }

    fn manifest(&self, files: &[RenderedFile]) -> Result<RenderedFile, Diagnostics> {
        let content = format!("{}\n", listed(files)?);
        Ok(RenderedFile { target: None, owner: None, group: None, ..self.file(&self.directory, MANIFEST, content) })
    }
}

impl RenderedFile {
    /// A configuration that somebody else has installed.
    pub fn found(path: &str, mode: String, content: &str) -> Self {
        let (path, sha256, content) = (path.to_owned(), hash(content), content.to_owned());
        Self { target: Some(path.clone()), path, mode, owner: None, group: None, sha256, content }
    }

    /// The file as it is installed on this machine. One for another machine belongs to whoever runs the apply.
    pub fn installed(&self) -> FileSettings {
        let is_here = self.target.as_ref() == Some(&self.path);
        FileSettings {
            path: self.path.clone(),
            mode: self.mode.clone(),
            owner: self.owner.clone().filter(|_| is_here),
            group: self.group.clone().filter(|_| is_here),
        }
    }
}

/// A hash of everything that the server and systemd see of the files: where they are, whose they are, what is in them.
///
/// # Errors
/// Never.
pub fn revision(files: &[RenderedFile]) -> Result<String, Diagnostics> {
    listed(files).map(|list| hash(&list))
}

fn listed(files: &[RenderedFile]) -> Result<String, Diagnostics> {
    let entries = files.iter().filter_map(|file| {
        Some(Entry {
            path: file.target.as_deref()?,
            source: file.path.rsplit('/').next(),
            owner: file.owner.as_deref(),
            group: file.group.as_deref(),
            mode: &file.mode,
            sha256: &file.sha256,
        })
    });
    let list = serde_json::to_string_pretty(&Manifest { version: 1, files: entries.collect() });
    Ok(list.map_err(|error| Diagnostic::error("Writing the list of the files").because(&error))?)
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
