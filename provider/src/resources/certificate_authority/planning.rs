//! What becomes of an authority, decided from state and configuration alone: no clock, no file.

use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::{Planned, Setting};
use tf_framework::plan::Action;
use tf_framework::{Config, Draft, Outcome};

use super::CertificateAuthority as Authority;
use super::settings::Settings;
use crate::issuer::{IssuerOutputPlan, IssuerReference};
use crate::key_home::KeyHome;
use crate::key_plan::{DeclaredKey, PriorKey, differs, is_possible};
use crate::{issuing, renewal, stored};

pub(super) fn plan(draft: &mut Draft<'_, Authority>) -> Outcome<()> {
    match (draft.action(), draft.prior()) {
        (Action::Delete, _) => Ok(()),
        (_, Some(prior)) => change(draft, &prior),
        (_, None) => {
            create(draft);
            consider(draft)
        }
    }
}

fn create(draft: &mut Draft<'_, Authority>) {
    draft.plan(Authority::DRIFT, &Vec::new());
    let Setting::Known(home) = draft.planned(Authority::KEY) else { return };
    let in_state = home.is_in_state();
    if !in_state {
        draft.plan(Authority::PRIVATE_KEY_PEM_IN_STATE, &None);
    }
    if let Some(file) = &home.file {
        match draft.planned(Authority::CERTIFICATE_FILE) {
            Setting::Known(certificate) => draft.plan(Authority::ID, &format!("{file},{}", certificate.path)),
            Setting::Unset => draft.plan(Authority::ID, file),
            Setting::Unknown => {}
        }
    }
    draft.plan_partly(
        Authority::ISSUER,
        &IssuerOutputPlan {
            certificate_pem: Planned::Undecided,
            key: Planned::Known(home.into()),
            key_id: Planned::Undecided,
            private_key_pem_in_state: if in_state { Planned::Undecided } else { Planned::Known(None) },
        },
    );
}

fn change(draft: &mut Draft<'_, Authority>, prior: &Authority) -> Outcome<()> {
    let allow_replace = draft.planned(Authority::ALLOW_REPLACE);
    let subject = draft.planned(Authority::SUBJECT);
    let is_renamed = differs(subject.clone(), Some(&prior.subject));
    if is_renamed && !subject.is_unknown() && !is_possible(&allow_replace) {
        return Err(another_authority().into());
    }
    let declared = DeclaredKey {
        home: draft.planned(Authority::KEY),
        algorithm: draft.planned(Authority::KEY_ALGORITHM),
        allow_replace,
        is_other: is_renamed,
    };
    let key = PriorKey {
        home: &prior.key,
        algorithm: &prior.key_algorithm,
        in_state: prior.private_key_pem_in_state.as_ref(),
        drift: &prior.drift,
    };
    let key = key.plan(declared, &Authority::KEY.path(), &Authority::KEY_ALGORITHM.path())?;
    let issues = is_to_be_issued(draft, prior, key.replaces || prior.ready_for_renewal)?;
    let above = draft.planned_member(Authority::PARENT, IssuerReference::CERTIFICATE_PEM);
    let is_below_others = differs(above, prior.parent.as_ref().map(|parent| &parent.certificate_pem));
    if issues {
        for field in [
            Authority::CERTIFICATE_PEM,
            Authority::CERTIFICATE_BASE64,
            Authority::FINGERPRINT_SHA256,
            Authority::SERIAL_NUMBER,
            Authority::NOT_BEFORE,
            Authority::NOT_AFTER,
        ] {
            draft.plan_unknown(field);
        }
    }
    if key.replaces {
        draft.plan_unknown(Authority::KEY_ID);
        draft.plan_unknown(Authority::PUBLIC_KEY_PEM);
    }
    if issues || is_below_others {
        draft.plan_unknown(Authority::CERTIFICATE_CHAIN_PEM);
    }
    match &key.in_state {
        Some(pem) => draft.plan(Authority::PRIVATE_KEY_PEM_IN_STATE, pem),
        None => draft.plan_unknown(Authority::PRIVATE_KEY_PEM_IN_STATE),
    }
    let known = |is_known: bool, value: &String| {
        if is_known { Planned::Known(value.clone()) } else { Planned::Undecided }
    };
    let issuer = IssuerOutputPlan {
        certificate_pem: known(!issues && !is_below_others, &prior.issuer.certificate_pem),
        key: draft
            .planned(Authority::KEY)
            .into_known()
            .map_or(Planned::Undecided, |home: KeyHome| Planned::Known(home.into())),
        key_id: known(!key.replaces, &prior.issuer.key_id),
        private_key_pem_in_state: key.in_state.map_or(Planned::Undecided, Planned::Known),
    };
    draft.plan_partly(Authority::ISSUER, &issuer);
    draft.plan(Authority::DRIFT, &Vec::new());
    if issues { consider(draft) } else { Ok(()) }
}

/// Whether the certificate must be another one. `is_certain` if there is a reason already.
fn is_to_be_issued(draft: &Draft<'_, Authority>, prior: &Authority, is_certain: bool) -> Outcome<bool> {
    let certificate = stored::certificate(&prior.certificate_pem)?;
    let hours = draft.planned(Authority::VALIDITY_PERIOD_HOURS);
    let issues = is_certain
        || issuing::is_other_lifetime(&certificate, prior.validity_period_hours, hours)
        || differs(draft.planned(Authority::PATH_LENGTH), prior.path_length.as_ref())
        || differs(draft.planned(Authority::DIGITAL_SIGNATURE), Some(&prior.digital_signature))
        || differs(draft.planned(Authority::PERMITTED), prior.permitted.as_ref())
        || differs(draft.planned(Authority::EXCLUDED), prior.excluded.as_ref())
        || differs(draft.planned(Authority::CRL_URLS), prior.crl_urls.as_ref());
    let parent = draft.planned_member(Authority::PARENT, IssuerReference::KEY_ID);
    let parent_pem = draft.planned_member(Authority::PARENT, IssuerReference::CERTIFICATE_PEM);
    let has_parent = parent != Setting::Unset;
    let moves = if has_parent {
        certificate.is_self_issued() || issuing::is_signed_by_another(&certificate, parent, parent_pem)
    } else {
        prior.parent.is_some()
    };
    // One that was imported may be below another without saying so, until it is issued again.
    if issues && !has_parent && prior.parent.is_none() && !certificate.is_self_issued() {
        return Err(Diagnostic::error("An authority below another one needs it to be issued anew")
            .detail(format!("It was issued by {}, and no `parent` is declared.", certificate.issuer()))
            .remedy("Set `parent` to the output `issuer` of that authority.")
            .at(Authority::PARENT.path())
            .into());
    }
    Ok(issues || moves)
}

fn another_authority() -> Diagnostic {
    Diagnostic::error("An authority of another name is another authority")
        .detail("Its name stands in everything that it has issued.")
        .remedy(
            "Put the subject back. Or make a new authority beside this one, and move what it issued over. Or set \
             `allow_replace` to true: then there is another key, and everything that it has issued is issued anew.",
        )
        .at(Authority::SUBJECT.path())
}

/// What its parent will refuse, as far as that is known already.
fn consider(draft: &Draft<'_, Authority>) -> Outcome<()> {
    let (Setting::Known(subject), Setting::Known(parent)) =
        (draft.planned(Authority::SUBJECT), draft.planned(Authority::PARENT))
    else {
        return Ok(());
    };
    let path_length = draft.planned(Authority::PATH_LENGTH).into_known();
    Settings { subject, path_length, ..Settings::bare(Some(parent)) }.consider()
}

/// What literals tell: names, constraints and addresses that are none.
pub(super) fn validate(config: &Config<'_, Authority>) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    if let Setting::Known(home) = config.get(Authority::KEY) {
        diagnostics.extend(home.check(&Authority::KEY.path()));
    }
    if let Setting::Known(file) = config.get(Authority::CERTIFICATE_FILE) {
        diagnostics.extend(file.check(&Authority::CERTIFICATE_FILE.path()));
    }
    let hours = config.get(Authority::VALIDITY_PERIOD_HOURS);
    diagnostics.extend(renewal::check(
        hours,
        super::VALIDITY_PERIOD_HOURS,
        config.get(Authority::EARLY_RENEWAL_HOURS),
        &Authority::EARLY_RENEWAL_HOURS.path(),
    ));
    let subject = config.get(Authority::SUBJECT);
    let is_subject_open = subject.is_unknown();
    let settings = Settings {
        subject: subject.into_known().unwrap_or_default(),
        permitted: config.get(Authority::PERMITTED).into_known(),
        excluded: config.get(Authority::EXCLUDED).into_known(),
        crl_urls: config.get(Authority::CRL_URLS).into_known(),
        ..Settings::bare(None)
    };
    let Ok(validity) = issuing::any_validity() else { return diagnostics };
    let found = settings.template(validity).err().unwrap_or_default();
    // That a subject is empty can be told only of one that is known.
    diagnostics.extend(found.into_iter().filter(|told| !is_subject_open || *told.path() != Authority::SUBJECT.path()));
    diagnostics
}
