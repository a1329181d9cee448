//! What becomes of a key, decided while a change is planned: from the state and the configuration alone.

use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::{Secret, Setting};
use tf_framework::value::Path;

use crate::key_home::KeyHome;
use crate::resources::private_key::{is_lost, lost, not_replaced};

/// The key as the state has it.
#[derive(Debug)]
pub struct PriorKey<'a> {
    /// Its home.
    pub home: &'a KeyHome,
    /// Its kind.
    pub algorithm: &'a str,
    /// The key, if it is in the state.
    pub in_state: Option<&'a Secret>,
    /// What the last refresh has found different.
    pub drift: &'a [String],
}

/// The key as it is declared.
#[derive(Debug)]
pub struct DeclaredKey {
    /// Its home.
    pub home: Setting<KeyHome>,
    /// Its kind.
    pub algorithm: Setting<String>,
    /// Whether there may be another key.
    pub allow_replace: Setting<bool>,
    /// Whether there is a reason for another key beside its kind and its loss.
    pub is_other: bool,
}

/// What is decided.
#[derive(Debug)]
pub struct KeyPlan {
    /// There will be another key.
    pub replaces: bool,
    /// `private_key_pem_in_state`, if that is known.
    pub in_state: Option<Option<Secret>>,
}

/// Whether an attribute is planned to be another than it was. What is unknown may be.
pub fn differs<T: PartialEq>(planned: Setting<T>, prior: Option<&T>) -> bool {
    match planned {
        Setting::Unset => prior.is_some(),
        Setting::Unknown => true,
        Setting::Known(planned) => prior != Some(&planned),
    }
}

/// Whether something that has to be permitted may turn out to be so.
pub fn is_possible(permission: &Setting<bool>) -> bool {
    matches!(permission, Setting::Known(true) | Setting::Unknown)
}

impl PriorKey<'_> {
    /// Decides. What is not known yet is decided when it is, in the plan that core asks for before it applies.
    ///
    /// # Errors
    /// If the key is lost or would be another one, and that is not permitted.
    pub fn plan(&self, declared: DeclaredKey, key: &Path, kind: &Path) -> Result<KeyPlan, Diagnostic> {
        let DeclaredKey { home, algorithm, allow_replace, is_other } = declared;
        let home = home.into_known();
        let stays = home.as_ref().is_some_and(|home| home.is_same_place(self.home));
        let is_lost = is_lost(self.home, self.drift);
        let is_open = algorithm.is_unknown();
        let other_kind = algorithm.into_known().filter(|declared| declared != self.algorithm);
        let may_replace = is_possible(&allow_replace);
        if !may_replace {
            if let Some(declared) = &other_kind {
                return Err(not_replaced(self.algorithm, declared, kind));
            }
            // One that was moved by hand, or by an apply that was cut off, is found at its new place.
            if is_lost && stays {
                return Err(lost(self.home, self.drift, key));
            }
        }
        let replaces = may_replace && (is_other || is_lost || is_open || other_kind.is_some());
        let in_state = match &home {
            Some(home) if !home.is_in_state() => Some(None),
            Some(_) if stays && !replaces => Some(self.in_state.cloned()),
            _ => None,
        };
        Ok(KeyPlan { replaces, in_state })
    }
}
