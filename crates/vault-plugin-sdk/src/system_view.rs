//! What a server tells its plugin about the mount and about itself.
//!
//! There is no way from here to tokens, policies or other mounts. Wrapping data is not here either: both servers refuse it to
//! plugins. A client that wants its answer wrapped asks the server for it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use plugin_proto::vault::pb::system_view_client::SystemViewClient;
use plugin_proto::vault::{logical, pb};
use secrecy::SecretString;
use tonic::transport::Channel;

use crate::error::Error;
use crate::link::{CallError, Link};

/// Questions to the server. Cheap to clone.
#[derive(Clone)]
pub struct SystemView {
    link: Arc<Link>,
}

/// A person or a machine, however it logs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// Its number.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What auth methods call it.
    pub aliases: Vec<Alias>,
    /// What an operator wrote down.
    pub metadata: BTreeMap<String, String>,
    /// Whether it may not log in.
    pub is_disabled: bool,
}

/// What one auth method calls an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// The accessor of the auth method's mount.
    pub mount_accessor: String,
    /// The type of the auth method.
    pub mount_type: String,
    /// The name there.
    pub name: String,
    /// What the auth method wrote down.
    pub metadata: BTreeMap<String, String>,
}

/// A group of entities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its number.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What an operator wrote down.
    pub metadata: BTreeMap<String, String>,
}

/// Which server runs the plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerVersion {
    /// Such as `2.4.0`.
    pub version: String,
    /// Such as `beta1`; mostly empty.
    pub prerelease: String,
    /// Such as `ent`; mostly empty.
    pub metadata: String,
}

/// Which cluster the server belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// Its name.
    pub name: String,
    /// Its number.
    pub id: String,
}

impl SystemView {
    pub(crate) fn new(link: Arc<Link>) -> Self {
        Self { link }
    }

    /// How long this mount lends by default.
    ///
    /// # Errors
    /// If the server can't be asked.
    pub async fn default_lease_ttl(&self) -> Result<Duration, Error> {
        let reply =
            self.link.call(|channel| async move { client(channel).default_lease_ttl(pb::Empty {}).await }).await;
        reply.map(|reply| duration(reply.ttl)).map_err(|error| failed("asking for the default lease time", &error))
    }

    /// How long this mount lends at most.
    ///
    /// # Errors
    /// If the server can't be asked.
    pub async fn max_lease_ttl(&self) -> Result<Duration, Error> {
        let reply = self.link.call(|channel| async move { client(channel).max_lease_ttl(pb::Empty {}).await }).await;
        reply.map(|reply| duration(reply.ttl)).map_err(|error| failed("asking for the longest lease time", &error))
    }

    /// Whether the mount is being removed.
    ///
    /// # Errors
    /// If the server can't be asked.
    pub async fn is_tainted(&self) -> Result<bool, Error> {
        let reply = self.link.call(|channel| async move { client(channel).tainted(pb::Empty {}).await }).await;
        reply.map(|reply| reply.tainted).map_err(|error| failed("asking whether the mount is tainted", &error))
    }

    /// Whether the operator switched caching off.
    ///
    /// # Errors
    /// If the server can't be asked.
    pub async fn is_caching_disabled(&self) -> Result<bool, Error> {
        let reply = self.link.call(|channel| async move { client(channel).caching_disabled(pb::Empty {}).await }).await;
        reply.map(|reply| reply.disabled).map_err(|error| failed("asking whether caching is off", &error))
    }

    /// Whether the mount is not replicated.
    ///
    /// # Errors
    /// If the server can't be asked.
    pub async fn is_local(&self) -> Result<bool, Error> {
        let reply = self.link.call(|channel| async move { client(channel).local_mount(pb::Empty {}).await }).await;
        reply.map(|reply| reply.local).map_err(|error| failed("asking whether the mount is local", &error))
    }

    /// Whether memory must not be swapped out.
    ///
    /// # Errors
    /// If the server can't be asked.
    pub async fn is_memory_locked(&self) -> Result<bool, Error> {
        let reply = self.link.call(|channel| async move { client(channel).mlock_enabled(pb::Empty {}).await }).await;
        reply.map(|reply| reply.enabled).map_err(|error| failed("asking whether memory is locked", &error))
    }

    /// The part of this node in replication, as the server's own set of bits. 0 on servers without replication.
    ///
    /// # Errors
    /// If the server can't be asked.
    pub async fn replication_state(&self) -> Result<i32, Error> {
        let reply =
            self.link.call(|channel| async move { client(channel).replication_state(pb::Empty {}).await }).await;
        reply.map(|reply| reply.state).map_err(|error| failed("asking for the replication state", &error))
    }

    /// Who an entity is. `None`: there is no such.
    ///
    /// # Errors
    /// If the server can't be asked.
    pub async fn entity(&self, id: &str) -> Result<Option<Entity>, Error> {
        let doing = "asking for an entity";
        let args = pb::EntityInfoArgs { entity_id: id.to_owned() };
        let reply = self.link.call(|channel| async move { client(channel).entity_info(args).await }).await;
        let reply = reply.map_err(|error| failed(doing, &error))?;
        said(doing, &reply.err)?;
        Ok(reply.entity.map(|logical::Entity { id, name, aliases, metadata, disabled, .. }| Entity {
            id,
            name,
            aliases: aliases.into_iter().map(alias).collect(),
            metadata,
            is_disabled: disabled,
        }))
    }

    /// The groups that an entity is in.
    ///
    /// # Errors
    /// If the server can't be asked.
    pub async fn groups(&self, entity_id: &str) -> Result<Vec<Group>, Error> {
        let doing = "asking for the groups of an entity";
        let args = pb::EntityInfoArgs { entity_id: entity_id.to_owned() };
        let reply = self.link.call(|channel| async move { client(channel).groups_for_entity(args).await }).await;
        let reply = reply.map_err(|error| failed(doing, &error))?;
        said(doing, &reply.err)?;
        let group = |logical::Group { id, name, metadata, .. }| Group { id, name, metadata };
        Ok(reply.groups.into_iter().map(group).collect())
    }

    /// Which server this is.
    ///
    /// # Errors
    /// If the server can't be asked.
    pub async fn server_version(&self) -> Result<ServerVersion, Error> {
        let doing = "asking for the server's version";
        let reply = self.link.call(|channel| async move { client(channel).plugin_env(pb::Empty {}).await }).await;
        let reply = reply.map_err(|error| failed(doing, &error))?;
        said(doing, &reply.err)?;
        let environment = reply.plugin_environment.unwrap_or_default();
        Ok(ServerVersion {
            version: environment.vault_version,
            prerelease: environment.vault_version_prerelease,
            metadata: environment.vault_version_metadata,
        })
    }

    /// A new password by one of the operator's password policies.
    ///
    /// # Errors
    /// If there is no such policy, or the server can't be asked.
    pub async fn generate_password(&self, policy: &str) -> Result<SecretString, Error> {
        let args = pb::GeneratePasswordFromPolicyRequest { policy_name: policy.to_owned() };
        let call = self.link.call(|channel| async move { client(channel).generate_password_from_policy(args).await });
        let doing = format!("generating a password by the policy {policy:?}");
        call.await.map(|reply| SecretString::from(reply.password)).map_err(|error| failed(&doing, &error))
    }

    /// Which cluster the server belongs to.
    ///
    /// # Errors
    /// If the server can't be asked.
    pub async fn cluster(&self) -> Result<Cluster, Error> {
        let doing = "asking for the cluster";
        let reply = self.link.call(|channel| async move { client(channel).cluster_info(pb::Empty {}).await }).await;
        let reply = reply.map_err(|error| failed(doing, &error))?;
        said(doing, &reply.err)?;
        Ok(Cluster { name: reply.cluster_name, id: reply.cluster_id })
    }
}

fn client(channel: Channel) -> SystemViewClient<Channel> {
    SystemViewClient::new(channel)
}

fn alias(wire: logical::Alias) -> Alias {
    let logical::Alias { mount_accessor, mount_type, name, metadata, .. } = wire;
    Alias { mount_accessor, mount_type, name, metadata }
}

fn duration(nanoseconds: i64) -> Duration {
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or_default())
}

fn failed(doing: &str, error: &CallError) -> Error {
    match error {
        CallError::Gone => Error::Unavailable(format!("{doing}: {error}")),
        CallError::Unknown | CallError::Failed(_) => Error::internal(doing, error),
    }
}

fn said(doing: &str, text: &str) -> Result<(), Error> {
    if text.is_empty() { Ok(()) } else { Err(Error::Internal(format!("{doing}: {text}"))) }
}
