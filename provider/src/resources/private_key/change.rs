//! Where a key comes from when it is needed: found, made, moved or replaced. Shared by all that own keys without being
//! authorities.

use pki::{KeyAlgorithm, PrivateKey};
use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::Secret;
use tf_framework::value::Path;
use tf_framework::{Context, Outcome};

use super::algorithm::{algorithm_of, generate};
use super::presence::has_id;
use crate::SecretZero;
use crate::key_home::{Home, HomeError, KeyHome};
use crate::machine;

/// A key that is wanted in a home where nothing is known to be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewKey {
    /// The type of the resource that wants it.
    owner: &'static str,
    algorithm: KeyAlgorithm,
}

impl NewKey {
    pub(crate) fn of(owner: &'static str, algorithm: KeyAlgorithm) -> Self {
        Self { owner, algorithm }
    }
}

/// The key that is in the home already, if it is of the wanted kind, else a new one.
///
/// That makes an apply go on where another was cut off.
pub(crate) async fn settle(
    cx: &Context<SecretZero>,
    home: &Home<'_>,
    at: &Path,
    wanted: NewKey,
) -> Outcome<PrivateKey> {
    let NewKey { owner, algorithm } = wanted;
    let Some(found) = home.load(None).await.map_err(|error| located(error, at))? else {
        let key = generate(algorithm).await?;
        home.store(&key).await.map_err(|error| located(error, at))?;
        return Ok(key);
    };
    let place = home.describe();
    if algorithm_of(found.public_key()) != Some(algorithm) {
        return Err(Diagnostic::error(format!("There is another key in {place}"))
            .detail(format!("It is {}, and {algorithm} is declared.", found.public_key().kind()))
            .remedy(remedy_for_another(home, &found, owner))
            .at(at.clone())
            .into());
    }
    home.repair(&found).await.map_err(|error| located(error, at))?;
    cx.warn(
        Diagnostic::warning(format!("The key in {place} is taken over"))
            .detail("It was there already, and is of the declared kind. Nothing was overwritten.")
            .at(at.clone()),
    );
    Ok(found)
}

/// How to go on where another kind of key is.
fn remedy_for_another(home: &Home<'_>, found: &PrivateKey, owner: &str) -> String {
    let mut ways = Vec::new();
    if let Some(kind) = algorithm_of(found.public_key()) {
        ways.push(format!("declare key_algorithm = \"{kind}\" to take it over"));
    }
    if let (Home::File(file), "secretzero_private_key") = (home, owner) {
        ways.push(format!("import it: terraform import {owner}.NAME {}", file.installed.path.display()));
    }
    ways.push(match home {
        Home::Kv(_) => "choose another field or another secret".to_owned(),
        _ => "choose another file, or move this one away".to_owned(),
    });
    format!("It is not overwritten. You can:\n- {}", ways.join("\n- "))
}

/// A key that an object has: where, and which.
#[derive(Clone, Copy)]
pub(crate) struct Held<'a> {
    /// Its home.
    pub(crate) home: &'a KeyHome,
    /// Its identifier, in hexadecimal.
    pub(crate) key_id: &'a str,
    /// The key itself, if it is in the state.
    pub(crate) in_state: Option<&'a Secret>,
}

/// What may come in place of a key: there may be another one afterwards.
#[derive(Clone, Copy)]
pub(crate) struct Replacement {
    /// Of which kind it is.
    pub(crate) algorithm: KeyAlgorithm,
    /// Whether there must be another one even if the one that is there is of this kind.
    pub(crate) is_other: bool,
}

impl Held<'_> {
    /// Makes the key what is declared: it is kept, repaired, moved or replaced. Returns it, and the value of
    /// `private_key_pem_in_state`.
    pub(crate) async fn change(
        self,
        cx: &Context<SecretZero>,
        owner: &'static str,
        at: &Path,
        declared: &KeyHome,
        replacement: Option<Replacement>,
    ) -> Outcome<(PrivateKey, Option<Secret>)> {
        let Self { home, key_id, in_state } = self;
        let (from, to) = (Home::of(home, at, cx)?, Home::of(declared, at, cx)?);
        let is_same_place = declared.is_same_place(home);
        let change = Change { from: &from, to: &to, is_same_place, key_id, in_state, replacement };
        let key = change.make(cx, owner, at).await?;
        let in_state = match in_state {
            // In its spelling, which the plan has promised.
            Some(pem) if to.is_in_state() && has_id(&key, key_id) => Some(pem.clone()),
            _ => to.in_state(&key).map_err(|error| located(error, at))?,
        };
        Ok((key, in_state))
    }
}

/// A change that is being made.
struct Change<'a> {
    from: &'a Home<'a>,
    to: &'a Home<'a>,
    is_same_place: bool,
    key_id: &'a str,
    in_state: Option<&'a Secret>,
    replacement: Option<Replacement>,
}

impl Change<'_> {
    /// Makes it. Returns the key that is in the new home afterwards.
    async fn make(&self, cx: &Context<SecretZero>, owner: &'static str, at: &Path) -> Outcome<PrivateKey> {
        if self.from.is_file() || self.to.is_file() {
            self.require_here(cx)?;
        }
        if self.from.secure().await.map_err(|error| located(error, at))? {
            cx.warn(
                Diagnostic::warning(format!("The key in {} could be used by everybody", self.from.describe()))
                    .detail("Everybody on this machine could read or change it. Its mode is as declared again.")
                    .remedy("Consider who may have copied it meanwhile; if that may be, have it replaced.")
                    .at(at.clone()),
            );
        }
        let key = match (self.replacement, self.is_same_place) {
            (None, true) => self.keep(at).await?,
            (None, false) => self.relocate(cx, at).await?,
            (Some(replacement), true) => self.replace(cx, replacement, at).await?,
            (Some(Replacement { algorithm, .. }), false) => {
                self.start_anew(cx, NewKey { owner, algorithm }, at).await?
            }
        };
        self.to.repair(&key).await.map_err(|error| located(error, at))?;
        Ok(key)
    }

    fn require_here(&self, cx: &Context<SecretZero>) -> Outcome<()> {
        machine::required_here(&cx.private(), "Changing a private key")?;
        if !self.from.is_file() {
            // It comes from where every machine has it.
            machine::remember(&mut cx.private())?;
        }
        Ok(())
    }

    async fn keep(&self, at: &Path) -> Outcome<PrivateKey> {
        match self.from.load(self.in_state).await.map_err(|error| located(error, at))? {
            Some(key) if has_id(&key, self.key_id) => Ok(key),
            _ => Err(self.not_there(at).into()),
        }
    }

    /// Writes, verifies, removes. If an apply was cut off after that, the key is at its new place already.
    async fn relocate(&self, cx: &Context<SecretZero>, at: &Path) -> Outcome<PrivateKey> {
        match self.from.load(self.in_state).await.map_err(|error| located(error, at))? {
            Some(key) if has_id(&key, self.key_id) => {
                let left = self.from.move_to(self.to, &key).await.map_err(|error| located(error, at))?;
                if let Some(left) = left {
                    let what = if self.from.is_file() { "its file still there" } else { "still in its secret" };
                    cx.warn(
                        Diagnostic::warning(format!("The key is in the state now, and {what}"))
                            .detail(format!("The state is written when the apply is over. Then remove {left}."))
                            .at(at.clone()),
                    );
                }
                Ok(key)
            }
            found => match self.to.load(None).await.map_err(|error| located(error, at))? {
                Some(key) if has_id(&key, self.key_id) => {
                    if found.is_none() {
                        // Earlier versions of a secret may still have it.
                        self.from.remove().await.map_err(|error| located(error, at))?;
                    }
                    Ok(key)
                }
                _ => Err(self.not_there(at).into()),
            },
        }
    }

    async fn replace(&self, cx: &Context<SecretZero>, with: Replacement, at: &Path) -> Outcome<PrivateKey> {
        let Replacement { algorithm, is_other } = with;
        let is_to_go = |found: &PrivateKey| is_other && has_id(found, self.key_id);
        let place = self.to.describe();
        let key = match self.from.load(self.in_state).await.map_err(|error| located(error, at))? {
            Some(found) if algorithm_of(found.public_key()) == Some(algorithm) && !is_to_go(&found) => {
                if !has_id(&found, self.key_id) {
                    // By hand, or by an apply that was cut off.
                    let warning = Diagnostic::warning(format!("The key in {place} is taken over"));
                    cx.warn(warning.detail("It is another one than before, and of the declared kind.").at(at.clone()));
                }
                return Ok(found);
            }
            Some(_) => {
                let key = generate(algorithm).await?;
                let aside = self.to.replace(&key).await.map_err(|error| located(error, at))?;
                let warning = Diagnostic::warning(format!("There is a new key in {place}"));
                cx.warn(match aside {
                    Some(place) => warning.detail(format!("The old one is kept as {place}.")),
                    None if self.to.is_in_state() => warning.detail("The old one is gone with the next state."),
                    None => warning.detail("The old one is gone: nothing keeps earlier versions of it."),
                });
                key
            }
            None => {
                let key = generate(algorithm).await?;
                self.to.store(&key).await.map_err(|error| located(error, at))?;
                key
            }
        };
        Ok(key)
    }

    async fn start_anew(&self, cx: &Context<SecretZero>, wanted: NewKey, at: &Path) -> Outcome<PrivateKey> {
        let key = settle(cx, self.to, at, wanted).await?;
        if !self.from.is_in_state() {
            cx.warn(
                Diagnostic::warning(format!("The old key stays in {}", self.from.describe()))
                    .detail("There is another key in the new home. Remove the old one when nothing needs it any more."),
            );
        }
        Ok(key)
    }

    fn not_there(&self, at: &Path) -> Diagnostic {
        Diagnostic::error(format!("The key is not in {}", self.from.describe()))
            .detail(format!("There is none, or another one than that with the identifier {}.", self.key_id))
            .remedy("Plan again, with a refresh: it will say what can be done.")
            .at(at.clone())
    }
}

/// Removes a key, if it is the one that is known. What else is there stays.
pub(crate) async fn remove(cx: &Context<SecretZero>, home: &Home<'_>, key_id: &str, is_wanted: bool) -> Outcome<()> {
    if home.is_in_state() {
        return Ok(());
    }
    let place = home.describe();
    if !is_wanted {
        cx.warn(Diagnostic::warning(format!("A private key stays in {place}")).detail(if home.is_file() {
            "It is not managed any more. Remove it when nothing needs it, or import it to manage it again."
        } else {
            "It is not managed any more. Remove it when nothing needs it, or declare it again to manage it again."
        }));
        return Ok(());
    }
    if home.is_file() {
        machine::required_here(&cx.private(), "Removing a private key")?;
    }
    match take_away(home, key_id).await {
        Ok(true) => {}
        Ok(false) => cx.warn(
            Diagnostic::warning(format!("Another key stays in {place}"))
                .detail(format!("It is not the one with the identifier {key_id}, so it was not removed.")),
        ),
        Err(error) => {
            error.forgotten(cx, "Set `delete_on_destroy` to false and apply, to leave the key where it is.")?;
        }
    }
    Ok(())
}

/// Returns whether the key is gone; else there is another one.
async fn take_away(home: &Home<'_>, key_id: &str) -> Result<bool, HomeError> {
    home.secure().await?;
    let found = home.load(None).await?;
    let is_other = found.is_some_and(|found| !has_id(&found, key_id));
    if !is_other {
        // If it is gone already, something may be left of it: a removal may have been cut off.
        home.remove().await?;
    }
    Ok(!is_other)
}

/// A key that is not where it should be, and must not be made anew in silence.
pub(crate) fn lost(declared: &KeyHome, drift: &[String], at: &Path) -> Diagnostic {
    let back = match &declared.vault_kv {
        Some(_) => "Put it back, from an earlier version of the secret or a backup.",
        None => "Put it back from a backup.",
    };
    Diagnostic::error("The private key is lost")
        .detail(format!("Looking for it in {} has found: {}.", declared.describe(), drift.join("; ")))
        .remedy(format!(
            "{back} Or set `allow_replace` to true to have a new key: whatever has a certificate for the old one needs another. \
             An object that is not needed any more is destroyed with -refresh=false."
        ))
        .at(at.clone())
}

/// Another kind of key is declared, and no new key allowed.
pub(crate) fn not_replaced(prior: &str, declared: &str, at: &Path) -> Diagnostic {
    Diagnostic::error("A private key of another kind is another key")
        .detail(format!("The key is {prior}, and {declared} is declared. A key can't be changed, only replaced."))
        .remedy(
            "Set `allow_replace` to true to have a new key: whatever has a certificate for the old one needs another. The old \
             key is set aside, not deleted.",
        )
        .at(at.clone())
}

fn located(error: HomeError, at: &Path) -> Diagnostic {
    Diagnostic::from(error).at(at.clone())
}
