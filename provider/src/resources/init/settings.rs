//! What the user says of an initialisation, and whether that makes sense.

use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::Setting;
use tf_framework::{Config, Outcome, Timeouts};
use vault_client::sys::seal_status::SealStatus;

use super::Init;
use super::encryption::{self, Encryption};
use super::first_time::Made;
use crate::keys_home::{KeysHome, KeysStore, RootTokenHome};

/// How keys are split when nobody says: as `operator init` does.
pub(super) const SHARES: i64 = 5;
const THRESHOLD: i64 = 3;

/// What the user says.
pub(super) struct Declared {
    pub(super) keys: KeysHome,
    pub(super) root_token: Option<RootTokenHome>,
    pub(super) numbers: Numbers,
    pub(super) encryption: Encryption,
    pub(super) timeouts: Option<Timeouts>,
}

/// Into how many shares, and how many of them are needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    pub(super) shares: Option<i64>,
    pub(super) threshold: Option<i64>,
    pub(super) recovery_shares: Option<i64>,
    pub(super) recovery_threshold: Option<i64>,
}

/// What a key is split into, for the kind of seal that the server has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Split {
    /// Whether the shares recover, and don't unseal.
    pub(super) is_recovery: bool,
    pub(super) shares: u32,
    pub(super) threshold: u32,
}

impl KeysHome {
    /// The first of the files, or the address of the secret.
    pub(super) fn first(&self) -> String {
        if let Some(kv) = &self.vault_kv {
            return format!("{}/v1/{}/data/{}", kv.address.trim_end_matches('/'), kv.mount, kv.path);
        }
        let of_shares = || self.share_files.as_ref().and_then(|files| files.first());
        self.file.as_ref().or_else(of_shares).cloned().unwrap_or_default()
    }
}

impl Declared {
    /// What the state says.
    pub(super) fn of(state: &Init) -> Self {
        let Init { keys, root_token, shares, threshold, recovery_shares, recovery_threshold, timeouts, .. } = state;
        let Init { pgp_keys, recovery_pgp_keys, root_token_pgp_key, .. } = state;
        let numbers = Numbers {
            shares: *shares,
            threshold: *threshold,
            recovery_shares: *recovery_shares,
            recovery_threshold: *recovery_threshold,
        };
        let encryption = Encryption {
            pgp_keys: pgp_keys.clone(),
            recovery_pgp_keys: recovery_pgp_keys.clone(),
            root_token_pgp_key: root_token_pgp_key.clone(),
        };
        Self { keys: keys.clone(), root_token: root_token.clone(), numbers, encryption, timeouts: timeouts.clone() }
    }

    pub(super) fn store(&self) -> Outcome<KeysStore> {
        let store = KeysStore::of(&self.keys, self.root_token.as_ref());
        Ok(store.map_err(|diagnostic| diagnostic.at(Init::KEYS.path()))?)
    }

    /// The state, now that this was made.
    pub(super) fn into_state(self, id: String, made: Made) -> Init {
        let Made { split, cluster_id, key_fingerprints } = made;
        let (shares, threshold) = (Some(split.shares.into()), Some(split.threshold.into()));
        let none = (None, None);
        let (unseal, recovery) =
            if split.is_recovery { (none, (shares, threshold)) } else { ((shares, threshold), none) };
        Init {
            id,
            keys: self.keys,
            root_token: self.root_token,
            shares: unseal.0,
            threshold: unseal.1,
            recovery_shares: recovery.0,
            recovery_threshold: recovery.1,
            pgp_keys: self.encryption.pgp_keys,
            recovery_pgp_keys: self.encryption.recovery_pgp_keys,
            root_token_pgp_key: self.encryption.root_token_pgp_key,
            timeouts: self.timeouts,
            initialized: true,
            cluster_id,
            key_fingerprints,
        }
    }
}

impl Numbers {
    /// What to ask of a server that is sealed in this way.
    ///
    /// # Errors
    /// If the numbers are those of the other kind of seal.
    pub(super) fn for_seal(&self, status: &SealStatus) -> Outcome<Split> {
        let is_recovery = status.unseals_itself();
        let (mine, others) = ((self.shares, self.threshold), (self.recovery_shares, self.recovery_threshold));
        let (mine, others) = if is_recovery { (others, mine) } else { (mine, others) };
        if others != (None, None) {
            let kind = &status.kind;
            let (field, what, instead) = if is_recovery {
                (
                    Init::SHARES,
                    "unseals itself, so its shares only recover it",
                    "recovery_shares and recovery_threshold",
                )
            } else {
                (Init::RECOVERY_SHARES, "is unsealed with key shares, and has no recovery key", "shares and threshold")
            };
            return Err(Diagnostic::error("Shares of the Other Kind of Seal")
                .detail(format!("The server has a seal of the kind {kind:?}: it {what}."))
                .remedy(format!("Use {instead}. Nothing was done."))
                .at(field.path())
                .into());
        }
        let number = |declared: Option<i64>, default| u32::try_from(declared.unwrap_or(default)).unwrap_or_default();
        Ok(Split { is_recovery, shares: number(mine.0, SHARES), threshold: number(mine.1, THRESHOLD) })
    }

    /// What a server that is initialised says, if it is what was declared.
    ///
    /// # Errors
    /// If it is not.
    pub(super) fn of_server(&self, status: &SealStatus) -> Outcome<Split> {
        let Split { is_recovery, .. } = self.for_seal(status)?;
        let found = Split { is_recovery, shares: status.shares, threshold: status.threshold };
        let declared =
            if is_recovery { (self.recovery_shares, self.recovery_threshold) } else { (self.shares, self.threshold) };
        let differs = |declared: Option<i64>, found: u32| declared.is_some_and(|declared| declared != i64::from(found));
        if differs(declared.0, found.shares) || differs(declared.1, found.threshold) {
            let field = if is_recovery { Init::RECOVERY_SHARES } else { Init::SHARES };
            return Err(Diagnostic::error("The server is initialised already, with other numbers of shares")
                .detail(format!(
                    "Its key is split into {} shares, of which {} are needed.",
                    found.shares, found.threshold
                ))
                .remedy("Declare these, or run `operator rekey` first.")
                .at(field.path())
                .into());
        }
        Ok(found)
    }
}

/// What is wrong with a configuration.
pub(super) fn check(config: &Config<'_, Init>) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let pairs = [(Init::SHARES, Init::THRESHOLD), (Init::RECOVERY_SHARES, Init::RECOVERY_THRESHOLD)];
    for (shares, threshold) in pairs {
        let (Setting::Known(total), Setting::Known(needed)) = (config.get(shares), config.get(threshold)) else {
            continue;
        };
        let problem = if needed > total {
            "More shares would be needed than there are."
        } else if needed == 1 && total > 1 {
            "One share of several would be enough, and every server refuses that."
        } else {
            continue;
        };
        diagnostics.push(
            Diagnostic::error("Threshold That Is Not Possible")
                .detail(problem)
                .remedy("Choose a threshold from 2 to the number of shares, or 1 and 1.")
                .at(threshold.path()),
        );
    }
    diagnostics.extend(encryption::check(config));
    let Setting::Known(keys) = config.get(Init::KEYS) else { return diagnostics };
    diagnostics.extend(keys.check(&Init::KEYS.path()));
    let Some(files) = &keys.share_files else { return diagnostics };
    if matches!(config.get(Init::ROOT_TOKEN), Setting::Unset) {
        diagnostics.push(
            Diagnostic::error("Root Token Without a Home")
                .detail("Where each share has a file of its own, the root token needs one, too.")
                .remedy("Set root_token = { file = \"…\" }.")
                .at(Init::ROOT_TOKEN.path()),
        );
    }
    let declared = [config.get(Init::SHARES), config.get(Init::RECOVERY_SHARES)];
    if declared.iter().any(Setting::is_unknown) {
        return diagnostics;
    }
    let shares = declared.into_iter().find_map(Setting::into_known).unwrap_or(SHARES);
    if i64::try_from(files.len()).is_ok_and(|files| files != shares) {
        diagnostics.push(
            Diagnostic::error("Not a File for Each Share")
                .detail(format!("There are {shares} shares and {} share_files.", files.len()))
                .remedy("Name as many files as there are shares.")
                .at(Init::KEYS.path().attribute("share_files")),
        );
    }
    diagnostics
}
