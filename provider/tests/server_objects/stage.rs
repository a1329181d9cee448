//! A real server, what stands in front of it, and a provider that talks to either.

use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use acceptance::{Product, Scenario, VaultServer};
use anyhow::{Context as _, Result, ensure};
use fault_proxy::{Fault, FaultProxy, Listen, Upstream};
use provider::SecretZero;
use serde_json::{Value as Json, json};
use tf_testing::{Client, Config, Kit, Managed};

use crate::object::{self, Object};

/// A server with the mounts that the objects need, and the tokens of an administrator and of nobody.
pub(crate) struct Stage {
    pub(crate) server: &'static VaultServer,
    folder: PathBuf,
}

/// The tests have the same objects on the same servers.
static TURN: Mutex<()> = Mutex::new(());

/// Runs a test on both servers.
pub(crate) fn on_both(test: impl Fn(&Stage) -> Result<()>) -> Result<()> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let tools = Product::ALL.map(Product::tool);
    Scenario::run(&tools, |scenario| {
        Product::ALL.into_iter().try_for_each(|product| {
            let stage = Stage::create(scenario, product)?;
            test(&stage).with_context(|| format!("on {}", product.name()))
        })
    })
}

impl Stage {
    fn create(scenario: &Scenario, product: Product) -> Result<Self> {
        let server = VaultServer::shared(scenario, product)?;
        let folder = tempfile::Builder::new().prefix("tokens").tempdir_in(scenario.folder())?.keep();
        fs::write(folder.join("administrator"), server.scoped_admin()?)?;
        fs::write(
            folder.join("nobody"),
            server.token_with_policy("test-nobody", "path \"nothing\" { capabilities = [] }")?,
        )?;
        fs::write(server.plugin_directory().join(object::PROGRAM), "")?;
        let stage = Self { server, folder };
        for (path, body) in object::MOUNTS {
            // From the test before, with all that was in it.
            stage.server.root()?.delete(&format!("/v1/{path}"))?.ok()?;
            stage.write(path, &serde_json::from_str(body)?)?;
        }
        for object in object::all() {
            stage.server.root()?.delete(&format!("/v1/{}", object.path))?;
        }
        Ok(stage)
    }

    /// A provider that talks to the server as an administrator.
    pub(crate) fn kit(&self) -> Result<Kit> {
        self.kit_for(self.server.address(), "administrator")
    }

    /// A provider whose token may do what a policy says, and nothing else. The policy is called `test-<name>`.
    pub(crate) fn kit_with_rights(&self, name: &str, rights: &str) -> Result<Kit> {
        let token = self.server.token_with_policy(&format!("test-{name}"), rights)?;
        fs::write(self.folder.join(name), token)?;
        self.kit_for(self.server.address(), name)
    }

    /// A provider that talks to what is at an address, with this token. It asks everything once.
    pub(crate) fn kit_for(&self, address: &str, token: &str) -> Result<Kit> {
        self.kit_under(Client::opentofu(), address, token)
    }

    /// The same under another core.
    pub(crate) fn kit_under(&self, client: Client, address: &str, token: &str) -> Result<Kit> {
        let block = json!({
            "address": address,
            "ca_cert_file": self.server.authority().certificate_file(),
            "token_file": self.folder.join(token),
            "max_retries": 0,
            "timeout": "5s",
        });
        Kit::under::<SecretZero>(client, block).map_err(Into::into)
    }

    /// A proxy in front of the server.
    pub(crate) fn proxy(&self) -> Result<FaultProxy> {
        let authority = self.server.authority();
        let identity = authority.server("fault-proxy", &["127.0.0.1"])?;
        let listen = Listen::tls(&identity.certificate_pem, &fs::read_to_string(&identity.key_file)?)?;
        Ok(FaultProxy::start(Upstream::tls(self.server.address(), authority.certificate_pem())?, listen)?)
    }

    /// An object that is there, as the state file has it.
    pub(crate) fn made(&self, object: &Object) -> Result<String> {
        let kit = self.kit()?;
        let mut managed = kit.resource(object.kind)?;
        managed.converges(object.config()).with_context(|| format!("making the {}", object.kind))?;
        Ok(managed.state_file()?)
    }

    /// Changes or makes something behind the provider's back.
    pub(crate) fn write(&self, path: &str, body: &Json) -> Result<()> {
        self.server.root()?.post(&format!("/v1/{path}"), body)?.ok().map(drop)
    }

    /// What the server has of an object, at the place that tells its two forms apart.
    pub(crate) fn shown(&self, object: &Object) -> Result<Json> {
        let reply = self.server.root()?.get(&format!("/v1/{}", object.read))?.ok()?;
        reply.pointer(object.told_by).cloned().with_context(|| format!("{} has no {}", object.read, object.told_by))
    }

    pub(crate) fn remove(&self, object: &Object) -> Result<()> {
        self.server.root()?.delete(&format!("/v1/{}", object.path))?.ok().map(drop)
    }
}

/// The object of a state file in another run, which begins with a provider of its own.
pub(crate) fn again<'k>(kit: &'k Kit, object: &Object, state: &str) -> Result<Managed<'k>> {
    let mut managed = kit.resource(object.kind)?;
    managed.read_state_file(state)?;
    Ok(managed)
}

/// Every call is met by a fault.
pub(crate) fn break_all(proxy: &FaultProxy, fault: Fault) {
    proxy.begin_round();
    proxy.fail(.., fault);
}

/// At least one call was.
pub(crate) fn was_broken(proxy: &FaultProxy) -> Result<()> {
    ensure!(proxy.calls().iter().any(|call| call.fault.is_some()), "no call met the fault");
    Ok(())
}

/// A configuration with some members in place of others.
pub(crate) fn with(config: &Json, more: &Json) -> Config {
    let mut config = config.clone();
    if let (Some(config), Some(more)) = (config.as_object_mut(), more.as_object()) {
        config.extend(more.clone());
    }
    config.into()
}
