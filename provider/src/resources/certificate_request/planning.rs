//! What becomes of a certificate request, from configuration and state alone.

use tf_framework::model::Setting;
use tf_framework::plan::Action;
use tf_framework::{Draft, Outcome};

use super::super::private_key::DEFAULT_ALGORITHM;
use super::CertificateRequest;
use crate::key_home::KeyHome;
use crate::key_plan::{DeclaredKey, KeyPlan, PriorKey};

type Of = CertificateRequest;

pub(super) fn look_over(draft: &mut Draft<'_, Of>) -> Outcome<()> {
    if draft.action() == Action::Delete {
        return Ok(());
    }
    draft.plan(Of::DRIFT, &Vec::new());
    let prior = draft.prior();
    match (draft.planned(Of::KEY), &prior) {
        (Setting::Known(home), None) => own_key_of_new_request(draft, &home),
        (Setting::Known(home), Some(prior)) => match &prior.key {
            Some(before) => own_key_stays(draft, prior, before, &home)?,
            None => {
                everything_is_open(draft);
                if home.is_in_state() {
                    draft.plan_unknown(Of::PRIVATE_KEY_PEM_IN_STATE);
                }
            }
        },
        (Setting::Unset, prior) => foreign_key(draft, prior.as_ref()),
        (Setting::Unknown, Some(_)) => {
            everything_is_open(draft);
            draft.plan_unknown(Of::PRIVATE_KEY_PEM_IN_STATE);
        }
        (Setting::Unknown, None) => {}
    }
    Ok(())
}

fn own_key_of_new_request(draft: &mut Draft<'_, Of>, home: &KeyHome) {
    if !home.is_in_state() {
        draft.plan(Of::PRIVATE_KEY_PEM_IN_STATE, &None);
    }
    if let Some(file) = &home.file {
        draft.plan(Of::ID, file);
    }
    if draft.config(Of::KEY_ALGORITHM) == Setting::Unset {
        draft.plan(Of::KEY_ALGORITHM, &DEFAULT_ALGORITHM.to_string());
    }
}

fn own_key_stays(draft: &mut Draft<'_, Of>, prior: &Of, before: &KeyHome, home: &KeyHome) -> Outcome<()> {
    let before = PriorKey {
        home: before,
        algorithm: &prior.key_algorithm,
        in_state: prior.private_key_pem_in_state.as_ref(),
        drift: &prior.drift,
    };
    let declared = DeclaredKey {
        home: Setting::Known(home.clone()),
        algorithm: draft.planned(Of::KEY_ALGORITHM),
        allow_replace: draft.planned(Of::ALLOW_REPLACE),
        is_other: false,
    };
    let KeyPlan { replaces, in_state } = before.plan(declared, &Of::KEY.path(), &Of::KEY_ALGORITHM.path())?;
    if replaces {
        for field in [Of::CSR_PEM, Of::KEY_ID, Of::PUBLIC_KEY_PEM] {
            draft.plan_unknown(field);
        }
    }
    match &in_state {
        Some(pem) => draft.plan(Of::PRIVATE_KEY_PEM_IN_STATE, pem),
        None => draft.plan_unknown(Of::PRIVATE_KEY_PEM_IN_STATE),
    }
    Ok(())
}

/// The key of another resource: what counts is which it is, not where.
fn foreign_key(draft: &mut Draft<'_, Of>, prior: Option<&Of>) {
    draft.plan(Of::PRIVATE_KEY_PEM_IN_STATE, &None);
    match (draft.planned(Of::PRIVATE_KEY), prior) {
        (Setting::Known(reference), Some(prior)) if reference.key_id == prior.key_id => {}
        (Setting::Known(reference), prior) => {
            if prior.is_none() {
                draft.plan(Of::ID, &reference.key_id);
            } else {
                everything_is_open(draft);
            }
            draft.plan(Of::KEY_ID, &reference.key_id);
        }
        (_, Some(_)) => everything_is_open(draft),
        (_, None) => {}
    }
}

/// There may be another key, and with it another request.
fn everything_is_open(draft: &mut Draft<'_, Of>) {
    for field in [Of::CSR_PEM, Of::KEY_ID, Of::PUBLIC_KEY_PEM] {
        draft.plan_unknown(field);
    }
    if draft.config(Of::KEY_ALGORITHM) == Setting::Unset {
        draft.plan_unknown(Of::KEY_ALGORITHM);
    }
}
