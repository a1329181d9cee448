//! The token: whose it is, how it was got, how it is kept alive and ended.
//!
//! A token of the user's is used as it is. A login is made once per process, renewed in the background and revoked at the
//! end; what it makes are tokens without a parent, so nothing that they made ends with another token.

use std::path::Path;
use std::sync::{Arc, Mutex as SyncMutex, PoisonError};
use std::time::Duration;

use tf_framework::diagnostic::Diagnostic;
use tokio::sync::Mutex;
use tokio::task::AbortHandle;
use tokio::time::Instant;
use vault_client::auth::token::{self, TokenInfo};
use vault_client::{Auth, Client, Token};

use super::credential::{Credential, CredentialError, KeysFile, Login};
use super::explained::Unsent;
use super::settings::Settings;

/// A login that is about to end is made anew, not used for one more request.
const SPARE: Duration = Duration::from_secs(5);
/// How long the end of the process waits for the revocation.
const FAREWELL: Duration = Duration::from_millis(900);

/// The login, once there is one.
#[derive(Debug, Default)]
pub(super) struct Session {
    login: Mutex<Option<Held>>,
    /// What was found out about a token that was refused something, so that it is asked for once.
    known: SyncMutex<Option<Known>>,
}

/// A login that was made.
#[derive(Debug)]
struct Held {
    token: Arc<SyncMutex<Living>>,
    client: Client,
    renewal: Option<AbortHandle>,
}

/// A token and when it ends.
#[derive(Clone, Debug)]
struct Living {
    token: Token,
    ends: Option<Instant>,
}

#[derive(Debug)]
struct Known {
    token: Token,
    policies: Option<Vec<String>>,
}

/// The token for one request.
pub(super) struct Chosen {
    pub(super) token: Token,
    /// Whether it is the root token of a file of keys beside a login, whose files may come back.
    pub(super) is_of_keys_file: bool,
}

impl Session {
    /// The token for the next request.
    ///
    /// # Errors
    /// If there is no credential, it can't be read, or the login fails.
    pub(super) async fn token(&self, settings: &Settings, client: &Client) -> Result<Chosen, Unsent> {
        let of_user = |token| Chosen { token, is_of_keys_file: false };
        match &settings.credential {
            Credential::None => Err(Unsent::unusable(no_credential())),
            Credential::Token(text) => text.token().map(of_user).map_err(|error| unreadable(&error)),
            Credential::Keys(keys) => keys.root_token().map(of_user).map_err(|error| unreadable(&error)),
            Credential::Login(login) => self.logged_in(settings, login, client).await.map(of_user),
            Credential::KeysUntil { keys, login } => self.until(settings, keys, login, client).await,
        }
    }

    /// Which of the two it is, is decided by the files of the login, looked at anew each time, and never by an error: a
    /// login that is refused must not fall back to root.
    async fn until(
        &self,
        settings: &Settings,
        keys: &KeysFile,
        login: &Login,
        client: &Client,
    ) -> Result<Chosen, Unsent> {
        let of_certificate = settings.client.as_ref().filter(|_| login.needs_client_certificate());
        let mut files: Vec<&Path> = login.files();
        files.extend(of_certificate.into_iter().flat_map(|(certificate, key)| [certificate.as_path(), key.as_path()]));
        files.dedup();
        if self.login.lock().await.is_some() || files.iter().all(|file| file.exists()) {
            let logged_in = self.logged_in(settings, login, client).await;
            let token = logged_in.map_err(|error| error.of_operator(&files))?;
            return Ok(Chosen { token, is_of_keys_file: false });
        }
        match keys.root_token() {
            Ok(token) => Ok(Chosen { token, is_of_keys_file: true }),
            Err(error @ CredentialError::NoRootToken { .. }) => {
                Err(Unsent::credentials_lost(format!("{}, and {error}", missing(&files)), None))
            }
            Err(error) if error.is_missing_file() => Err(Unsent::credentials_lost(
                format!("{}, and the keys file {} does not exist", missing(&files), keys.path.display()),
                None,
            )),
            Err(error) => Err(unreadable(&error)),
        }
    }

    async fn logged_in(&self, settings: &Settings, login: &Login, client: &Client) -> Result<Token, Unsent> {
        // Held while logging in, so that whoever comes next waits for this login and makes none of its own.
        let mut held = self.login.lock().await;
        if let Some(held) = held.as_ref() {
            let living = lock(&held.token).clone();
            if living.ends.is_none_or(|ends| ends > Instant::now() + SPARE) {
                return Ok(living.token);
            }
        }
        let request = login.request().map_err(|error| unreadable(&error))?;
        let auth = client.send(&request, None).await?.auth().map_err(|error| request.malformed(&error))?;
        tracing::debug!(path = %request.path(), address = %settings.address, ttl_s = auth.ttl.as_secs(), "logged in");
        if let Some(before) = held.take() {
            before.renewal.iter().for_each(AbortHandle::abort);
        }
        let token = auth.token.clone();
        *held = Some(Held::keep(&auth, client.clone()));
        Ok(token)
    }

    /// The policies of a token that was refused something; `None` if it is no token any more.
    pub(super) async fn policies(&self, client: &Client, of: &Token) -> Option<Vec<String>> {
        if let Some(known) = self.known.lock().unwrap_or_else(PoisonError::into_inner).as_ref()
            && known.token.expose() == of.expose()
        {
            return known.policies.clone();
        }
        let found = client.send(&token::lookup_self(), Some(of)).await;
        let policies = match found {
            Ok(reply) => Some(reply.data::<TokenInfo>().map(|info| info.all_policies()).unwrap_or_default()),
            Err(error) if error.is_denied() => None,
            // It could not be found out, which says nothing about the token.
            Err(_) => return Some(Vec::new()),
        };
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Known { token: of.clone(), policies: policies.clone() });
        policies
    }

    /// Forgets the login, which is none any more.
    pub(super) async fn drop(&self) {
        if let Some(held) = self.login.lock().await.take() {
            held.renewal.iter().for_each(AbortHandle::abort);
        }
    }

    /// Forgets the login and ends it.
    pub(super) async fn forget(&self) {
        self.end().await;
    }

    /// Ends the login. That takes a second at most, whatever the server does.
    pub(super) async fn end(&self) {
        let Some(held) = self.login.lock().await.take() else { return };
        held.renewal.iter().for_each(AbortHandle::abort);
        let token = lock(&held.token).token.clone();
        let request = token::revoke_self();
        let revoking = held.client.send(&request, Some(&token));
        match tokio::time::timeout(FAREWELL, revoking).await {
            Ok(Ok(_)) => tracing::debug!("revoked the token of the login"),
            // It ends by itself.
            Ok(Err(error)) => tracing::debug!(%error, "the token of the login is left to end by itself"),
            Err(_) => tracing::debug!("the token of the login is left to end by itself"),
        }
    }
}

impl Held {
    fn keep(auth: &Auth, client: Client) -> Self {
        let living = Arc::new(SyncMutex::new(Living::of(auth)));
        let renewal = (auth.is_renewable && !auth.ttl.is_zero())
            .then(|| tokio::spawn(renew(Arc::clone(&living), client.clone(), auth.ttl)).abort_handle());
        Self { token: living, client, renewal }
    }
}

impl Living {
    fn of(auth: &Auth) -> Self {
        Self { token: auth.token.clone(), ends: (!auth.ttl.is_zero()).then(|| Instant::now() + auth.ttl) }
    }
}

/// Renews a token each time that two thirds of its life are over, until the server gives it no more time.
async fn renew(living: Arc<SyncMutex<Living>>, client: Client, mut ttl: Duration) {
    loop {
        tokio::time::sleep(ttl * 2 / 3).await;
        let token = lock(&living).token.clone();
        let renewed = match client.send(&token::renew_self(), Some(&token)).await {
            Ok(reply) => reply.auth(),
            Err(error) => {
                tracing::warn!(%error, "the token of the login could not be renewed; a new login follows when it has ended");
                return;
            }
        };
        let Ok(auth) = renewed else { return };
        if auth.ttl.is_zero() {
            return;
        }
        ttl = auth.ttl;
        lock(&living).ends = Some(Instant::now() + ttl);
        if !auth.is_renewable {
            return;
        }
    }
}

fn lock(living: &SyncMutex<Living>) -> std::sync::MutexGuard<'_, Living> {
    living.lock().unwrap_or_else(PoisonError::into_inner)
}

fn missing(files: &[&Path]) -> String {
    let missing: Vec<_> = files.iter().filter(|file| !file.exists()).map(|file| file.display().to_string()).collect();
    match missing.as_slice() {
        [one] => format!("the credential file {one} does not exist"),
        many => format!("the credential files {} do not exist", many.join(" and ")),
    }
}

fn no_credential() -> Diagnostic {
    Diagnostic::error("No Credentials for the Server")
        .detail(
            "The provider block has neither a token nor a login nor keys_file, BAO_TOKEN and VAULT_TOKEN are not set, and \
             there is no ~/.vault-token.",
        )
        .remedy("Set one of them. For a server that this configuration initialises: keys_file.")
}

fn unreadable(error: &CredentialError) -> Unsent {
    let diagnostic = Diagnostic::error("Unusable Credentials for the Server").because(error);
    Unsent::unusable(if error.is_missing_file() {
        diagnostic.remedy(
            "If a resource of this configuration writes the file, let what needs the server come after that resource, with \
             depends_on. Else correct the path; a relative one starts at the folder in which the CLI runs.",
        )
    } else {
        diagnostic
    })
}
