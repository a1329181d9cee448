//! A project with the provider secretzero, and a folder for what it writes: the stage of the authorities and
//! certificates.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use acceptance::Scenario;
use acceptance::cli::{Cli, Project, Provider, Story, workspace_binary};
use anyhow::{Context as _, Result, ensure};
use pki::{Certificate, PrivateKey};

pub(crate) const ROOT: &str = "secretzero_certificate_authority.root";
pub(crate) const SERVER: &str = "secretzero_certificate.server";

/// The folder is outside of the project, which is searched for secrets.
pub(crate) struct Stage {
    pub(crate) project: Project,
    pub(crate) folder: PathBuf,
}

/// A project with our provider, and the folder. Nothing is configured yet.
pub(crate) fn prepare(scenario: &Scenario, cli: Cli) -> Result<(Project, PathBuf)> {
    let binary = workspace_binary("terraform-provider-secretzero")?;
    let provider = Provider::new("secretzero/secretzero", "1.0.0", binary)?;
    let project = Project::create(scenario, cli)?.provider(&provider)?;
    let folder = tempfile::Builder::new().prefix("files").tempdir_in(scenario.folder())?.keep();
    Ok((project, folder))
}

impl Stage {
    pub(crate) fn create(scenario: &Scenario, cli: Cli) -> Result<Self> {
        let (project, folder) = prepare(scenario, cli)?;
        Ok(Self { project, folder })
    }

    pub(crate) fn story(&self) -> Story<'_> {
        Story::of(&self.project)
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// A root with key and certificate in files, and these lines besides.
    pub(crate) fn root(&self, lines: &str) -> String {
        self.root_named("Home Root", lines)
    }

    pub(crate) fn root_named(&self, name: &str, lines: &str) -> String {
        format!(
            "resource \"secretzero_certificate_authority\" \"root\" {{\n  subject = {{ common_name = {name:?} }}\n  \
             key = {{ file = {:?} }}\n  certificate_file = {{ path = {:?} }}\n{lines}\n}}\n",
            self.path("root.key"),
            self.path("ca.pem")
        )
    }

    /// A server below the root, with key and certificate in files.
    pub(crate) fn server(&self, names: &str, lines: &str) -> String {
        format!(
            "resource \"secretzero_certificate\" \"server\" {{\n  issuer = {ROOT}.issuer\n  dns_names = [{names}]\n  \
             key = {{ file = {:?} }}\n  certificate_file = {{ path = {:?} }}\n{lines}\n}}\n",
            self.path("server.key"),
            self.path("server.pem")
        )
    }

    pub(crate) fn certificates(&self, name: &str) -> Result<Vec<Certificate>> {
        let text = fs::read_to_string(self.folder.join(name)).with_context(|| format!("reading {name}"))?;
        Ok(Certificate::all_from_pem(&text)?)
    }

    pub(crate) fn key(&self, name: &str) -> Result<PrivateKey> {
        let text = fs::read_to_string(self.folder.join(name)).with_context(|| format!("reading {name}"))?;
        Ok(PrivateKey::from_pem(&text, None)?)
    }

    pub(crate) fn mode(&self, name: &str) -> Result<u32> {
        Ok(fs::metadata(self.folder.join(name))?.permissions().mode() & 0o7777)
    }

    /// The first certificate in one file is for the key in the other.
    pub(crate) fn belong_together(&self, certificate: &str, key: &str) -> Result<()> {
        let found = self.certificates(certificate)?;
        let first = found.first().context("there is no certificate")?;
        ensure!(first.public_key() == self.key(key)?.public_key(), "{certificate} is for another key than {key}");
        Ok(())
    }

    /// The server's certificate is signed by the root.
    pub(crate) fn is_whole(&self) -> Result<()> {
        self.belong_together("ca.pem", "root.key")?;
        self.belong_together("server.pem", "server.key")?;
        let (chain, root) = (self.certificates("server.pem")?, self.certificates("ca.pem")?);
        let (leaf, root) = (chain.last().context("no certificate")?, root.first().context("no root")?);
        leaf.verify_signature(root).context("the root has not signed it")
    }
}
