//! The tables of mounts, read once for all resources that need a line of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use vault_client::Namespace;
use vault_client::sys::mounts::{self, Mount, Table};

use super::{Connection, Unsent};

/// A table as it was read.
#[derive(Debug)]
pub(super) enum Listed {
    /// All of it, by path with a slash at the end.
    Whole(BTreeMap<String, Mount>),
    /// The token may not see it whole. Mounts are read one by one then.
    Forbidden,
}

/// A mount, and how it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MountFound {
    /// What is mounted.
    pub mount: Mount,
    /// Whether it was read alone. Then durations can be those of the server where the mount has none of its own.
    pub is_read_alone: bool,
}

impl Connection {
    /// What is mounted at a path. `None` if there is nothing, for certain. The whole table is read, once, if the token may.
    ///
    /// # Errors
    /// See [`Unsent`].
    pub async fn mount(&self, table: Table, namespace: Option<&str>, path: &str) -> Result<Option<MountFound>, Unsent> {
        match &*self.listed(table, namespace).await? {
            Listed::Whole(mounts) => {
                let found = mounts.get(&format!("{}/", path.trim_matches('/')));
                Ok(found.map(|mount| MountFound { mount: mount.clone(), is_read_alone: false }))
            }
            Listed::Forbidden => self.mount_alone(table, namespace, path).await,
        }
    }

    /// The same for a mount of which the table can't know yet: it alone is read, if the token may.
    ///
    /// # Errors
    /// See [`Unsent`].
    pub async fn new_mount(
        &self,
        table: Table,
        namespace: Option<&str>,
        path: &str,
    ) -> Result<Option<MountFound>, Unsent> {
        match self.mount_alone(table, namespace, path).await {
            Err(error) if error.server().is_some_and(vault_client::Error::is_denied) => {
                self.mount(table, namespace, path).await
            }
            answer => answer,
        }
    }

    /// The mounts that have or run a version of a plugin, by path without slashes around it. `None` if the token may not read
    /// the table. An entry of the catalogue that has no version has an empty one.
    ///
    /// # Errors
    /// See [`Unsent`].
    pub async fn mounts_of(&self, table: Table, plugin: &str, version: &str) -> Result<Option<Vec<String>>, Unsent> {
        let listed = self.listed(table, None).await?;
        let Listed::Whole(mounts) = &*listed else { return Ok(None) };
        let is_of = |mount: &Mount| {
            mount.kind == plugin
                && [&mount.plugin_version, &mount.running_plugin_version].iter().any(|of| **of == version)
        };
        let of = mounts.iter().filter(|(_, mount)| is_of(mount)).map(|(path, _)| path.trim_matches('/').to_owned());
        Ok(Some(of.collect()))
    }

    /// Something was moved behind the answers: what was read of the table no longer counts.
    ///
    /// # Errors
    /// If the settings can't be used.
    pub fn forget_mounts(&self, table: Table, namespace: Option<&str>) -> Result<(), Unsent> {
        let within: Namespace = self.within(namespace)?;
        self.mount_tables.forget(&within, &table.path());
        Ok(())
    }

    async fn listed(&self, table: Table, namespace: Option<&str>) -> Result<Arc<Listed>, Unsent> {
        let within = self.within(namespace)?;
        let request = mounts::list(table).within(namespace);
        let _turn = self.turn.read().await;
        let prepared = self.prepared().await?;
        let fetch = || async {
            match prepared.client.send(&request, Some(&prepared.token)).await {
                Ok(reply) => reply.data().map(Listed::Whole).map_err(|error| request.malformed(&error)),
                Err(error) if error.is_denied() => Ok(Listed::Forbidden),
                Err(error) => Err(error),
            }
        };
        Ok(self.mount_tables.kept((within, table.path()), fetch).await?)
    }

    async fn mount_alone(
        &self,
        table: Table,
        namespace: Option<&str>,
        path: &str,
    ) -> Result<Option<MountFound>, Unsent> {
        let request = mounts::read(table, path).within(namespace);
        match self.send(&request).await {
            Ok(reply) => {
                let mount = reply.data().map_err(|error| Unsent::from(request.malformed(&error)))?;
                Ok(Some(MountFound { mount, is_read_alone: true }))
            }
            Err(error) if error.server().is_some_and(|error| table.is_missing(error)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
