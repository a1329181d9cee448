//! Whom the server encrypts its shares for.

use cluster_keys::{ClusterKeys, pgp};
use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::Setting;
use tf_framework::value::Path;
use tf_framework::{Config, Draft, Outcome};

use super::Init;
use super::settings::{SHARES, Split};

/// What the user says of it: public keys as they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Encryption {
    pub(super) pgp_keys: Option<Vec<String>>,
    pub(super) recovery_pgp_keys: Option<Vec<String>>,
    pub(super) root_token_pgp_key: Option<String>,
}

/// Public keys as the server takes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PublicKeys {
    pub(super) pgp_keys: Vec<String>,
    pub(super) root_token_pgp_key: Option<String>,
}

impl Encryption {
    /// What to ask of a server whose key is split like this.
    ///
    /// # Errors
    /// If there is not a key for each share, or they are for the other kind of seal.
    pub(super) fn for_split(&self, split: Split) -> Outcome<PublicKeys> {
        let (mine, others, field) = if split.is_recovery {
            (&self.recovery_pgp_keys, &self.pgp_keys, Init::PGP_KEYS.path())
        } else {
            (&self.pgp_keys, &self.recovery_pgp_keys, Init::RECOVERY_PGP_KEYS.path())
        };
        if others.is_some() {
            let instead = if split.is_recovery { "recovery_pgp_keys" } else { "pgp_keys" };
            return Err(Diagnostic::error("Public Keys for the Other Kind of Seal")
                .detail("The server splits its key into shares of another kind than these public keys are for.")
                .remedy(format!("Use {instead}. Nothing was done."))
                .at(field)
                .into());
        }
        let at = if split.is_recovery { Init::RECOVERY_PGP_KEYS.path() } else { Init::PGP_KEYS.path() };
        if let Some(keys) = mine
            && u32::try_from(keys.len()).ok() != Some(split.shares)
        {
            return Err(not_one_each(i64::from(split.shares), keys.len(), at).into());
        }
        let parsed = |(key, at): (&String, Path)| pgp::public_key(key).map_err(|error| no_key(&error, at));
        let keys = mine.iter().flatten().map(|key| parsed((key, at.clone()))).collect::<Result<_, _>>()?;
        let root = self.root_token_pgp_key.as_ref().map(|key| (key, Init::ROOT_TOKEN_PGP_KEY.path()));
        Ok(PublicKeys { pgp_keys: keys, root_token_pgp_key: root.map(parsed).transpose()? })
    }

    /// Fails if it is said that the shares are encrypted, and they are not.
    ///
    /// # Errors
    /// If so.
    pub(super) fn demand(&self, keys: &ClusterKeys) -> Outcome<()> {
        let is_said = self.pgp_keys.is_some() || self.recovery_pgp_keys.is_some();
        let shares = &keys.shares().shares;
        if !is_said || shares.iter().all(cluster_keys::KeyShare::is_encrypted) {
            return Ok(());
        }
        let at = if self.pgp_keys.is_some() { Init::PGP_KEYS.path() } else { Init::RECOVERY_PGP_KEYS.path() };
        Err(Diagnostic::error("The shares are not encrypted")
            .detail("The server told them in clear when it was initialised, and they are kept like that.")
            .remedy("Take the public keys out. To have shares that are encrypted, run `operator rekey` with them.")
            .at(at)
            .into())
    }
}

/// What is wrong with a configuration.
pub(super) fn check(config: &Config<'_, Init>) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let pairs = [(Init::PGP_KEYS, Init::SHARES), (Init::RECOVERY_PGP_KEYS, Init::RECOVERY_SHARES)];
    for (keys, shares) in pairs {
        let (Setting::Known(found), at) = (config.get(keys), keys.path()) else { continue };
        for key in &found {
            diagnostics.extend(pgp::public_key(key).err().map(|error| no_key(&error, at.clone())));
        }
        let total = match config.get(shares) {
            Setting::Known(total) => total,
            Setting::Unset => SHARES,
            Setting::Unknown => continue,
        };
        if i64::try_from(found.len()).is_ok_and(|found| found != total) {
            diagnostics.push(not_one_each(total, found.len(), at));
        }
        let is_homeless = |setting: bool| setting && matches!(config.get(Init::ROOT_TOKEN), Setting::Unset);
        if is_homeless(matches!(config.get(Init::ROOT_TOKEN_PGP_KEY), Setting::Unset)) {
            diagnostics.push(
                Diagnostic::error("Root Token Without a Home")
                    .detail("The shares are encrypted, so the root token should not lie in clear beside them.")
                    .remedy("Set root_token = { file = \"…\" }, which keys_file of the provider block reads, or root_token_pgp_key.")
                    .at(Init::ROOT_TOKEN.path()),
            );
        }
    }
    if let Setting::Known(key) = config.get(Init::ROOT_TOKEN_PGP_KEY) {
        diagnostics.extend(pgp::public_key(&key).err().map(|error| no_key(&error, Init::ROOT_TOKEN_PGP_KEY.path())));
    }
    diagnostics
}

/// What the server has told is not encrypted anew by an apply. An imported server is not known to have it so.
pub(super) fn refuse_other(draft: &Draft<'_, Init>, prior: &Init) -> Outcome<()> {
    let differs = |planned: Setting<Vec<String>>, before: &Option<Vec<String>>| match (planned, before) {
        (Setting::Known(planned), Some(before)) => planned != *before,
        (Setting::Unset, Some(_)) => true,
        _ => false,
    };
    let root = (draft.planned(Init::ROOT_TOKEN_PGP_KEY), &prior.root_token_pgp_key);
    let is_other_root = match root {
        (Setting::Known(planned), Some(before)) => planned != *before,
        (Setting::Unset, Some(_)) => true,
        _ => false,
    };
    let at = if differs(draft.planned(Init::PGP_KEYS), &prior.pgp_keys) {
        Init::PGP_KEYS.path()
    } else if differs(draft.planned(Init::RECOVERY_PGP_KEYS), &prior.recovery_pgp_keys) {
        Init::RECOVERY_PGP_KEYS.path()
    } else if is_other_root {
        Init::ROOT_TOKEN_PGP_KEY.path()
    } else {
        return Ok(());
    };
    Err(Diagnostic::error("The shares of an initialised server are not encrypted anew")
        .detail("The server encrypted them when it told them, and does not know them any more.")
        .remedy(
            "Put the public keys back. To have shares for others, run `operator rekey` with their public keys, put the new keys \
             in place of the old ones, remove this resource from the state (state rm) and import it.",
        )
        .at(at)
        .into())
}

fn not_one_each(shares: i64, keys: usize, at: Path) -> Diagnostic {
    Diagnostic::error("Not a Public Key for Each Share")
        .detail(format!("There are {shares} shares and {keys} public keys."))
        .remedy("Name as many public keys as there are shares. One that stands there twice has two shares.")
        .at(at)
}

fn no_key(error: &pgp::PublicKeyError, at: Path) -> Diagnostic {
    Diagnostic::error("Not a Public Key of PGP").because(error).remedy("`gpg --armor --export NAME` prints one.").at(at)
}

#[cfg(test)]
mod tests {
    use cluster_keys::{KeyShare, ShareSet};

    use super::*;

    /// As short as nothing that a server takes.
    const KEY: &str = "mDMEZ0sAABYJKwYBBAHaRw8BAQdA";

    fn split(is_recovery: bool) -> Split {
        Split { is_recovery, shares: 2, threshold: 2 }
    }

    #[test]
    fn public_keys_are_for_the_shares_that_there_are() {
        let keys = |count| Some(vec![KEY.to_owned(); count]);
        let two = Encryption { pgp_keys: keys(2), root_token_pgp_key: Some(KEY.to_owned()), ..Encryption::default() };
        let asked = two.for_split(split(false)).unwrap();
        assert_eq!((asked.pgp_keys.len(), asked.root_token_pgp_key.as_deref()), (2, Some(KEY)));
        two.for_split(split(true)).unwrap_err();
        Encryption { recovery_pgp_keys: keys(2), ..Encryption::default() }.for_split(split(true)).unwrap();
        Encryption { pgp_keys: keys(3), ..Encryption::default() }.for_split(split(false)).unwrap_err();
        assert_eq!(Encryption::default().for_split(split(false)).unwrap(), PublicKeys::default());
    }

    #[test]
    fn shares_in_clear_are_not_called_encrypted() {
        let keys = |text: &str| {
            let unseal = ShareSet { shares: vec![KeyShare::parse(text).unwrap()], ..ShareSet::default() };
            ClusterKeys { unseal, ..ClusterKeys::default() }
        };
        let (clear, encrypted) = (keys(&"ab".repeat(33)), keys(&"ab".repeat(300)));
        let said = Encryption { pgp_keys: Some(vec![KEY.to_owned()]), ..Encryption::default() };
        said.demand(&clear).unwrap_err();
        said.demand(&encrypted).unwrap();
        Encryption::default().demand(&clear).unwrap();
    }
}
