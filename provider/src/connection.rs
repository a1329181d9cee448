//! The server that the provider block names, talked to when a resource needs it.
//!
//! Configuring does nothing: files are read and connections made at the first request that needs them, and what is missing
//! is looked for again at the next one. The login happens once and is ended with the process.

mod credential;
mod explained;
mod http;
mod mount_tables;
mod pin;
mod session;
mod settings;

use std::sync::Arc;

use serde::de::DeserializeOwned;
use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::Setting;
use tf_framework::value::Path;
use tf_framework::{Context, Failure, Outcome};
use tokio::sync::{Mutex, MutexGuard, OwnedRwLockWriteGuard, RwLock};
use vault_client::sys::{health, health::Health, seal_status, seal_status::SealStatus};
use vault_client::{ApiPath, Environment, Namespace, Reply, Request, SharedReads, Token};

pub(crate) use self::credential::CredentialError;
pub use self::credential::{KeysFile, OperatorFiles, OperatorLogin};
pub use self::explained::{Unsent, malformed};
use self::http::Https;
use self::mount_tables::Listed;
pub use self::mount_tables::MountFound;
use self::pin::Pin;
use self::session::Session;
use self::settings::Settings;
use crate::SecretZero;

/// What `server_unreachable` can be.
const FORGET: &str = "forget";
const FAIL: &str = "fail";

/// The server, and the right to talk to it.
#[derive(Debug)]
pub struct Connection {
    block: SecretZero,
    environment: Environment,
    /// What block and environment say together, once everything that is needed is known.
    settings: std::sync::OnceLock<Arc<Settings>>,
    https: Https,
    pin: Pin,
    session: Session,
    /// Requests with a token share it; whoever changes what the token is has it alone.
    turn: Arc<RwLock<()>>,
    /// Whoever puts private keys into secrets, or takes them out, has it.
    keys: Mutex<()>,
    reads: SharedReads<serde_json::Value>,
    mount_tables: SharedReads<Listed>,
}

/// Nobody else sends anything with a token while this exists.
#[derive(Debug)]
pub struct Exclusive(#[expect(dead_code, reason = "it is held, not looked at")] OwnedRwLockWriteGuard<()>);

impl Connection {
    /// Keeps the block. Nothing is read or sent yet.
    ///
    /// # Errors
    /// If the environment asks for an unverified server, or a setting makes no sense whatever else turns out.
    pub fn new(block: SecretZero) -> Outcome<Self> {
        let environment = Environment::read(|name| std::env::var(name).ok()).map_err(|error| {
            Diagnostic::error("The Server Is Always Verified").because(&error).remedy(
                "Unset the variable. If the server has a certificate of an authority of your own, set ca_cert_file.",
            )
        })?;
        if let Setting::Known(choice) = &block.server_unreachable
            && ![FORGET, FAIL].contains(&choice.as_str())
        {
            return Err(Diagnostic::error("Unknown Choice")
                .detail(format!("server_unreachable is {choice:?}. It can be \"{FAIL}\" or \"{FORGET}\"."))
                .at(Path::root().attribute("server_unreachable"))
                .into());
        }
        let has_token = !matches!((&block.token, &block.token_file), (Setting::Unset, Setting::Unset));
        if has_token && !matches!(block.keys_file, Setting::Unset) {
            return Err(Diagnostic::error("Two Credentials Where One Counts")
                .detail("keys_file stands by itself, or beside auth_login_approle or auth_login_cert, and not beside a token.")
                .remedy("Leave out all but the one that is meant.")
                .at(Path::root().attribute("keys_file"))
                .into());
        }
        Ok(Self {
            block,
            environment,
            settings: std::sync::OnceLock::new(),
            https: Https::default(),
            pin: Pin::default(),
            session: Session::default(),
            turn: Arc::default(),
            keys: Mutex::default(),
            reads: SharedReads::default(),
            mount_tables: SharedReads::default(),
        })
    }

    /// Sends a request that needs no token, such as `sys/init`. It carries none.
    ///
    /// # Errors
    /// See [`Unsent`].
    pub async fn ask(&self, request: &Request) -> Result<Reply, Unsent> {
        let settings = self.settings()?;
        Ok(self.https.client(&settings)?.send(request, None).await?)
    }

    /// What sends requests that need no token, for whoever goes on when the call is cut off. It checks no pins.
    ///
    /// # Errors
    /// See [`Unsent`].
    pub fn detached(&self) -> Result<vault_client::Client, Unsent> {
        let settings = self.settings()?;
        self.https.client(&settings)
    }

    /// Sends a request with the token, after the pins were checked and a login was made where there was none yet.
    ///
    /// # Errors
    /// See [`Unsent`].
    pub async fn send(&self, request: &Request) -> Result<Reply, Unsent> {
        let _turn = self.turn.read().await;
        self.send_in_turn(request).await
    }

    /// As [`send`](Self::send), for whoever holds the connection alone.
    ///
    /// # Errors
    /// See [`Unsent`].
    pub async fn send_alone(&self, _: &Exclusive, request: &Request) -> Result<Reply, Unsent> {
        self.send_in_turn(request).await
    }

    /// Sends a request with a token of the caller's.
    ///
    /// # Errors
    /// See [`Unsent`].
    pub async fn send_as(&self, token: &Token, request: &Request) -> Result<Reply, Unsent> {
        let settings = self.settings()?;
        let client = self.https.client(&settings)?;
        self.pin.check(&settings, &client).await?;
        Ok(client.send(request, Some(token)).await?)
    }

    /// Waits until nobody sends anything with a token, and keeps it so.
    pub async fn exclusive(&self) -> Exclusive {
        Exclusive(Arc::clone(&self.turn).write_owned().await)
    }

    /// Waits until nobody in this process puts private keys into secrets or takes them out, and keeps it so: who removes a
    /// secret in which nothing is left must not take away what has just come in.
    pub async fn turn_of_keys(&self) -> MutexGuard<'_, ()> {
        self.keys.lock().await
    }

    /// Forgets the login of before: the next request looks anew at which credential there is.
    pub async fn forget_login(&self, _: &Exclusive) {
        self.session.forget().await;
    }

    /// What is at a path, read once for all that ask at the same time. `None` if there is nothing, for certain.
    ///
    /// # Errors
    /// See [`Unsent`].
    pub async fn read(
        &self,
        namespace: Option<&str>,
        path: &ApiPath,
    ) -> Result<Option<Arc<serde_json::Value>>, Unsent> {
        let _turn = self.turn.read().await;
        let at = (self.within(namespace)?, path.clone());
        let request = Request::read(path.clone()).within(namespace);
        let prepared = self.prepared().await?;
        let fetch = || async {
            let reply = prepared.client.send(&request, Some(&prepared.token)).await?;
            reply.data().map_err(|error| request.malformed(&error))
        };
        match self.reads.joined(at, fetch).await {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(self.denied(&prepared, error).await),
        }
    }

    /// Forgets the login of before without ending it: it has ended with what it was made by.
    pub async fn drop_login(&self, _: &Exclusive) {
        self.session.drop().await;
    }

    /// What a request finds. `None` if there is nothing, for certain. `summary` says what is being done.
    ///
    /// # Errors
    /// If that could not be found out.
    pub async fn find<T: DeserializeOwned>(&self, request: &Request, summary: &str) -> Outcome<Option<T>> {
        match self.send(request).await {
            Ok(reply) => Ok(Some(reply.data().map_err(|error| malformed(request, &error, summary))?)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error.reading(summary)),
        }
    }

    /// The end of destroying an object with one request: that it was gone already is fine, and an object on a server that
    /// can't be reached is [`forgotten`](Self::forgotten) where the user wants that.
    ///
    /// # Errors
    /// If it may still be there.
    pub fn removed(&self, cx: &Context<SecretZero>, sent: Result<Reply, Unsent>, summary: &str) -> Outcome<()> {
        match sent {
            Err(error) if !error.is_not_found() => self.forgotten(cx, error, summary),
            _ => Ok(()),
        }
    }

    /// How the server is.
    ///
    /// # Errors
    /// See [`Unsent`].
    pub async fn health(&self) -> Result<Health, Unsent> {
        let request = health::request();
        self.ask(&request).await?.data().map_err(|error| request.malformed(&error).into())
    }

    /// How the server is sealed.
    ///
    /// # Errors
    /// See [`Unsent`].
    pub async fn seal_status(&self) -> Result<SealStatus, Unsent> {
        let request = seal_status::request();
        self.ask(&request).await?.data().map_err(|error| request.malformed(&error).into())
    }

    /// The files that the login of the provider block takes its credentials from, and where it is mounted, if it is one that
    /// an operator can be made for, beside `keys_file`: `auth_login_approle` with files, or `auth_login_cert` with certificate
    /// and key in one file.
    ///
    /// # Errors
    /// If that is not known yet.
    pub fn operator_login(&self) -> Outcome<Option<OperatorLogin>> {
        let settings = self.settings()?;
        Ok(settings.credential.operator_login(settings.client.as_ref()))
    }

    /// The address, as users know it.
    ///
    /// # Errors
    /// If there is none, or it is not known yet.
    pub fn address(&self) -> Outcome<String> {
        Ok(self.settings()?.address.to_string())
    }

    /// The id that the cluster must have, if the block names one.
    ///
    /// # Errors
    /// If it is not known yet.
    pub fn expected_cluster_id(&self) -> Outcome<Option<String>> {
        Ok(self.settings()?.cluster_id.clone())
    }

    /// The end of destroying an object when that failed: where `server_unreachable` says so, an object on a server that
    /// can't be reached is forgotten with a warning. A server that can't be verified is not one of those.
    ///
    /// # Errors
    /// The error, unless it is to be forgotten.
    pub fn forgotten(&self, cx: &Context<SecretZero>, error: Unsent, summary: &str) -> Outcome<()> {
        let choice = self.block.server_unreachable.known(Path::root().attribute("server_unreachable"))?;
        let does_forget = choice.is_some_and(|choice| choice == FORGET);
        if does_forget && error.is_out_of_reach() {
            let reason = error.reason();
            cx.warn(
                Diagnostic::warning(format!("{summary}: forgotten"))
                    .detail(format!("{reason}. It is gone from the state; on the server it may still be there."))
                    .remedy("server_unreachable = \"forget\" in the provider block asks for this."),
            );
            return Ok(());
        }
        let remedy = if error.is_out_of_reach() {
            "If the server is gone for good, server_unreachable = \"forget\" in the provider block lets destroying forget what is \
             on it."
        } else if does_forget && error.is_at_fault() {
            "server_unreachable = \"forget\" does not count here: something answers at the address, so the server is not known to \
             be gone. If it is, remove what is on it from the state yourself: state rm."
        } else {
            return Err(error.doing(summary).into());
        };
        Err(error.doing(summary).remedy(remedy).into())
    }

    /// Ends the login, if there was one.
    pub async fn shut_down(&self) {
        self.session.end().await;
    }

    async fn send_in_turn(&self, request: &Request) -> Result<Reply, Unsent> {
        let prepared = self.prepared().await?;
        let sent = prepared.client.send(request, Some(&prepared.token)).await;
        if request.changes() {
            // Whatever came of it, what was read before is not to be trusted.
            let namespace = self.within(request.namespace().map(Namespace::as_str))?;
            self.reads.forget(&namespace, request.path());
            self.mount_tables.forget(&namespace, request.path());
        }
        match sent {
            Ok(reply) => Ok(reply),
            Err(error) => Err(self.denied(&prepared, error).await),
        }
    }

    /// What is needed to send with the token.
    async fn prepared(&self) -> Result<Prepared, Unsent> {
        let settings = self.settings()?;
        let client = self.https.client(&settings)?;
        self.pin.check(&settings, &client).await?;
        let held = self.session.token(&settings, &client).await?;
        Ok(Prepared { client, token: held.token, is_of_keys_file: held.is_of_keys_file })
    }

    /// Says which policies the token has, when it was not enough; or that it is dead, where that may be repaired.
    async fn denied(&self, prepared: &Prepared, error: vault_client::Error) -> Unsent {
        if !error.is_denied() {
            return error.into();
        }
        let policies = self.session.policies(&prepared.client, &prepared.token).await;
        match policies {
            Some(policies) => error.with_policies(policies).into(),
            None if prepared.is_of_keys_file => Unsent::credentials_lost("the root token in keys_file is dead", error),
            None => error.into(),
        }
    }

    fn within(&self, namespace: Option<&str>) -> Result<Namespace, Failure> {
        let of_block = self.settings()?.namespace.clone();
        Ok(namespace.map_or_else(|| of_block.clone(), |inner| of_block.join(inner)))
    }

    fn settings(&self) -> Result<Arc<Settings>, Failure> {
        if let Some(settings) = self.settings.get() {
            return Ok(Arc::clone(settings));
        }
        let settings = Arc::new(Settings::resolve(&self.block, &self.environment)?);
        Ok(Arc::clone(self.settings.get_or_init(|| settings)))
    }
}

/// Ready to send with a token.
struct Prepared {
    client: vault_client::Client,
    token: Token,
    is_of_keys_file: bool,
}
