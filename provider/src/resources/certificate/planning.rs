//! What becomes of a certificate, decided from state and configuration alone: no clock, no file.

use tf_framework::diagnostic::Diagnostics;
use tf_framework::model::Setting;
use tf_framework::plan::Action;
use tf_framework::{Config, Draft, Outcome};

use super::Certificate;
use super::settings::{Settings, request_of};
use crate::issuer::IssuerReference;
use crate::key_home::KeyHome;
use crate::key_plan::{DeclaredKey, PriorKey, differs, is_possible};
use crate::resources::private_key::{DEFAULT_ALGORITHM, KeyReference};
use crate::{issuing, renewal, stored};

type Of = Certificate;

pub(super) fn plan(draft: &mut Draft<'_, Of>) -> Outcome<()> {
    match (draft.action(), draft.prior()) {
        (Action::Delete, _) => Ok(()),
        (_, Some(prior)) => change(draft, &prior),
        (_, None) => {
            create(draft);
            consider(draft)
        }
    }
}

fn create(draft: &mut Draft<'_, Of>) {
    draft.plan(Of::DRIFT, &Vec::new());
    match draft.planned(Of::KEY) {
        Setting::Known(home) => {
            own_key_of_new_certificate(draft, &home);
            if draft.config(Of::KEY_ALGORITHM) == Setting::Unset {
                draft.plan(Of::KEY_ALGORITHM, &DEFAULT_ALGORITHM.to_string());
            }
        }
        Setting::Unset => {
            draft.plan(Of::PRIVATE_KEY_PEM_IN_STATE, &None);
            if let Some(key_id) = foreign_key_id(draft) {
                draft.plan(Of::KEY_ID, &key_id);
            }
        }
        Setting::Unknown => {}
    }
}

fn own_key_of_new_certificate(draft: &mut Draft<'_, Of>, home: &KeyHome) {
    if home.is_in_state() {
        return;
    }
    draft.plan(Of::PRIVATE_KEY_PEM_IN_STATE, &None);
    let Some(file) = &home.file else { return };
    match draft.planned(Of::CERTIFICATE_FILE) {
        Setting::Known(certificate) => draft.plan(Of::ID, &format!("{file},{}", certificate.path)),
        Setting::Unset => draft.plan(Of::ID, file),
        Setting::Unknown => {}
    }
}

/// Which key it is, if that is not for this resource to decide and is known.
fn foreign_key_id(draft: &Draft<'_, Of>) -> Option<String> {
    if let Setting::Known(key_id) = draft.planned_member(Of::PRIVATE_KEY, KeyReference::KEY_ID) {
        return Some(key_id);
    }
    let pem = draft.planned(Of::CSR_PEM).into_known()?;
    Some(request_of(&pem).ok()?.public_key().key_id().to_hex())
}

fn change(draft: &mut Draft<'_, Of>, prior: &Of) -> Outcome<()> {
    let own = (draft.planned(Of::KEY), &prior.key);
    let is_other_key = match own {
        (Setting::Known(declared), Some(before)) => own_key_stays(draft, prior, declared, before)?,
        (Setting::Known(declared), None) => {
            if declared.is_in_state() {
                draft.plan_unknown(Of::PRIVATE_KEY_PEM_IN_STATE);
            } else {
                draft.plan(Of::PRIVATE_KEY_PEM_IN_STATE, &None);
            }
            true
        }
        (Setting::Unknown, _) => {
            draft.plan_unknown(Of::PRIVATE_KEY_PEM_IN_STATE);
            true
        }
        (Setting::Unset, _) => {
            draft.plan(Of::PRIVATE_KEY_PEM_IN_STATE, &None);
            foreign_key_id(draft).as_ref() != Some(&stored::id_of_key(&prior.public_key_pem)?)
        }
    };
    if is_other_key {
        draft.plan_unknown(Of::KEY_ID);
        draft.plan_unknown(Of::PUBLIC_KEY_PEM);
        let keeps_kind = prior.key.is_some() && matches!(draft.planned(Of::KEY), Setting::Known(_));
        if draft.config(Of::KEY_ALGORITHM) == Setting::Unset && !keeps_kind {
            draft.plan_unknown(Of::KEY_ALGORITHM);
        }
    }
    let issues = is_other_key || prior.ready_for_renewal || is_to_be_issued(draft, prior)?;
    let above = draft.planned_member(Of::ISSUER, IssuerReference::CERTIFICATE_PEM);
    let is_below_others = differs(above, Some(&prior.issuer.certificate_pem));
    if issues {
        let fields = [Of::CERTIFICATE_PEM, Of::FINGERPRINT_SHA256, Of::SERIAL_NUMBER, Of::NOT_BEFORE, Of::NOT_AFTER];
        for field in fields {
            draft.plan_unknown(field);
        }
        if !is_other_key {
            // One that was imported may have another identifier for the same key.
            draft.plan(Of::KEY_ID, &stored::id_of_key(&prior.public_key_pem)?);
        }
    }
    if issues || is_below_others {
        draft.plan_unknown(Of::CERTIFICATE_CHAIN_PEM);
        draft.plan_unknown(Of::CA_CERTIFICATE_PEM);
    }
    draft.plan(Of::DRIFT, &Vec::new());
    if issues { consider(draft) } else { Ok(()) }
}

/// Returns whether there will be another key.
fn own_key_stays(draft: &mut Draft<'_, Of>, prior: &Of, declared: KeyHome, before: &KeyHome) -> Outcome<bool> {
    let rekeys = prior.ready_for_renewal && is_possible(&draft.planned(Of::NEW_KEY_ON_RENEWAL));
    let declared = DeclaredKey {
        home: Setting::Known(declared),
        algorithm: draft.planned(Of::KEY_ALGORITHM),
        // A renewal that was cut off has left another key than the state knows; it is to be found, and not mourned.
        allow_replace: if rekeys { Setting::Known(true) } else { draft.planned(Of::ALLOW_REPLACE) },
        is_other: rekeys,
    };
    let key = PriorKey {
        home: before,
        algorithm: &prior.key_algorithm,
        in_state: prior.private_key_pem_in_state.as_ref(),
        drift: &prior.drift,
    };
    let key = key.plan(declared, &Of::KEY.path(), &Of::KEY_ALGORITHM.path())?;
    match &key.in_state {
        Some(pem) => draft.plan(Of::PRIVATE_KEY_PEM_IN_STATE, pem),
        None => draft.plan_unknown(Of::PRIVATE_KEY_PEM_IN_STATE),
    }
    Ok(key.replaces)
}

/// Whether the certificate must be another one, for the same key.
fn is_to_be_issued(draft: &Draft<'_, Of>, prior: &Of) -> Outcome<bool> {
    let certificate = stored::certificate(&prior.certificate_pem)?;
    let hours = draft.planned(Of::VALIDITY_PERIOD_HOURS);
    let key_id = draft.planned_member(Of::ISSUER, IssuerReference::KEY_ID);
    let issuer_pem = draft.planned_member(Of::ISSUER, IssuerReference::CERTIFICATE_PEM);
    let lists = [
        (Of::DNS_NAMES, &prior.dns_names),
        (Of::IP_ADDRESSES, &prior.ip_addresses),
        (Of::URIS, &prior.uris),
        (Of::EMAIL_ADDRESSES, &prior.email_addresses),
        (Of::CRL_URLS, &prior.crl_urls),
    ];
    Ok(issuing::is_other_lifetime(&certificate, prior.validity_period_hours, hours)
        || issuing::is_signed_by_another(&certificate, key_id, issuer_pem)
        || differs(draft.planned(Of::PROFILE), Some(&prior.profile))
        || differs(draft.planned(Of::SUBJECT), prior.subject.as_ref())
        || differs(draft.planned(Of::CSR_PEM), prior.csr_pem.as_ref())
        || lists.into_iter().any(|(field, prior)| differs(draft.planned(field), prior.as_ref())))
}

/// What the issuer will refuse, as far as everything is known that it depends on.
fn consider(draft: &Draft<'_, Of>) -> Outcome<()> {
    let Setting::Known(issuer) = draft.planned(Of::ISSUER) else { return Ok(()) };
    let lists = [Of::DNS_NAMES, Of::IP_ADDRESSES, Of::URIS, Of::EMAIL_ADDRESSES].map(|list| draft.planned(list));
    let (subject, csr_pem, profile) =
        (draft.planned(Of::SUBJECT), draft.planned(Of::CSR_PEM), draft.planned(Of::PROFILE));
    if lists.iter().any(Setting::is_unknown) || subject.is_unknown() || csr_pem.is_unknown() || profile.is_unknown() {
        return Ok(());
    }
    let [dns_names, ip_addresses, uris, email_addresses] = lists.map(Setting::into_known);
    let bare = Settings::bare(issuer);
    Settings {
        profile: profile.into_known().unwrap_or_else(|| bare.profile.clone()),
        subject: subject.into_known(),
        csr_pem: csr_pem.into_known(),
        dns_names,
        ip_addresses,
        uris,
        email_addresses,
        ..bare
    }
    .consider()
}

/// What literals tell: names and addresses that are none, homes and files that can't be.
pub(super) fn validate(config: &Config<'_, Of>) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    if let Setting::Known(home) = config.get(Of::KEY) {
        diagnostics.extend(home.check(&Of::KEY.path()));
    }
    for field in [Of::CERTIFICATE_FILE, Of::CA_CERTIFICATE_FILE] {
        if let Setting::Known(file) = config.get(field) {
            diagnostics.extend(file.check(&field.path()));
        }
    }
    if let Setting::Known(on_change) = config.get(Of::ON_CHANGE) {
        diagnostics.extend(on_change.check(&Of::ON_CHANGE.path()));
    }
    diagnostics.extend(renewal::check(
        config.get(Of::VALIDITY_PERIOD_HOURS),
        super::VALIDITY_PERIOD_HOURS,
        config.get(Of::EARLY_RENEWAL_HOURS),
        &Of::EARLY_RENEWAL_HOURS.path(),
    ));
    if !config.get(Of::CSR_PEM).is_unknown() {
        diagnostics.extend(names(config));
    }
    diagnostics
}

/// What is wrong with the names, or the request that says them.
fn names(config: &Config<'_, Of>) -> Diagnostics {
    let lists =
        [Of::DNS_NAMES, Of::IP_ADDRESSES, Of::URIS, Of::EMAIL_ADDRESSES, Of::CRL_URLS].map(|list| config.get(list));
    let (subject, profile) = (config.get(Of::SUBJECT), config.get(Of::PROFILE));
    let is_whole = !subject.is_unknown() && !profile.is_unknown() && !lists.iter().any(Setting::is_unknown);
    let [dns_names, ip_addresses, uris, email_addresses, crl_urls] = lists.map(Setting::into_known);
    let bare = Settings::bare(IssuerReference::nobody());
    let settings = Settings {
        profile: profile.into_known().unwrap_or_else(|| bare.profile.clone()),
        subject: subject.into_known(),
        dns_names,
        ip_addresses,
        uris,
        email_addresses,
        crl_urls,
        csr_pem: config.get(Of::CSR_PEM).into_known(),
        ..bare
    };
    let Ok(validity) = issuing::any_validity() else { return Diagnostics::new() };
    let diagnostics = settings.template(validity).err().unwrap_or_default();
    // That there is no name at all can be told only of the whole.
    diagnostics.into_iter().filter(|told| is_whole || !told.path().is_root()).collect()
}
