//! Writing a secret: each time over the version that was looked at, and over no other.

use std::collections::BTreeMap;

use pki::SystemRandom;
use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::WriteOnly;
use tf_framework::value::Path;
use tf_framework::{Context, Outcome};
use vault_client::Request;

use super::contents::{self, Wishes};
use super::custom_metadata::CustomMetadata;
use super::{GeneratedField, KEEP, KvSecretV2, KvSecretV2Plan, described};
use crate::SecretZero;
use crate::adoption::Existing;
use crate::clock;
use crate::connection::malformed;
use crate::kv_v2::{self, Contents, Present, SecretPath, Version};
use crate::said;

pub(super) async fn create(cx: &Context<SecretZero>, plan: KvSecretV2Plan) -> Outcome<KvSecretV2> {
    let path = SecretPath { namespace: plan.namespace.as_deref(), mount: &plan.mount, name: &plan.name };
    let summary = path.doing("Creating");
    let wishes = wishes(&plan, None)?;
    kv_v2::demand_version_2(cx, path).await?;
    let mut present = Present::default();
    if !plan.disable_read {
        let found = path.read_metadata(cx).await.map_err(|error| error.doing(summary.as_str()))?;
        if let Some(found) = found {
            present.version = found.current_version;
            let is_current = found.current(clock::now()).is_some();
            // Without a version it has what was said of it, which an apply that was cut off may have done.
            if is_current || (present.version == 0 && plan.custom_metadata.is_some()) {
                present = path.look(cx).await.map_err(|error| error.doing(summary.as_str()))?;
                let mut differences = match (&wishes, &present.contents) {
                    (Some(wishes), Some(contents)) => wishes.unfulfilled(contents),
                    _ => Vec::new(),
                };
                let declared: Option<CustomMetadata> = plan.custom_metadata.as_ref().map(CustomMetadata::planned);
                if declared.is_some_and(|declared| CustomMetadata::found(&found, &declared) != declared) {
                    differences.push("custom_metadata");
                }
                let differences: Vec<String> = differences.into_iter().map(str::to_owned).collect();
                let (what, import_id) = (path.what(), path.id());
                let existing = Existing { what: &what, resource: "secretzero_kv_secret_v2", import_id: &import_id };
                if is_current || !differences.is_empty() {
                    existing.adopt_unless(cx, &differences)?;
                    let metadata = described(&present.described, present.version, found.custom_metadata.as_ref());
                    return Ok(state(plan, metadata));
                }
            }
        }
    }
    if let Some(declared) = &plan.custom_metadata {
        note_down(cx, path, &CustomMetadata::planned(declared), &summary).await?;
    }
    let metadata = match &wishes {
        Some(wishes) => fulfil(cx, path, &plan, wishes, present, &summary).await?,
        None if plan.custom_metadata.is_some() => BTreeMap::new(),
        None => {
            return Err(Diagnostic::error(summary)
                .detail("There is no such secret, and nothing says what is to be in it.")
                .remedy("Set data_json_wo or generate.")
                .into());
        }
    };
    Ok(state(plan, metadata))
}

pub(super) async fn update(cx: &Context<SecretZero>, prior: KvSecretV2, plan: KvSecretV2Plan) -> Outcome<KvSecretV2> {
    let path = SecretPath { namespace: plan.namespace.as_deref(), mount: &plan.mount, name: &plan.name };
    let summary = path.doing("Changing");
    let wishes = wishes(&plan, prior.generate.as_ref())?;
    let declared = plan.custom_metadata.as_ref().map(CustomMetadata::planned);
    if declared != prior.custom_metadata {
        note_down(cx, path, &declared.clone().unwrap_or_default(), &summary).await?;
    }
    let mut metadata = prior.metadata.clone();
    if let Some(wishes) = wishes.filter(|_| is_due(&prior, &plan)) {
        let present = if plan.disable_read {
            let version = prior.metadata.get("version").and_then(|version| version.parse().ok());
            Present { version: version.unwrap_or_default(), ..Present::default() }
        } else {
            path.look(cx).await.map_err(|error| error.doing(summary.as_str()))?
        };
        metadata = fulfil(cx, path, &plan, &wishes, present, &summary).await?;
    } else if let Some(text) = metadata.get_mut("custom_metadata")
        && declared != prior.custom_metadata
    {
        let data = declared.and_then(|declared| declared.data).filter(|data| !data.is_empty());
        *text = data.and_then(|data| serde_json::to_string(&data).ok()).unwrap_or_else(|| "null".to_owned());
    }
    Ok(state(plan, metadata))
}

/// Whether the contents are to be looked at, and written unless they are as they should be.
fn is_due(prior: &KvSecretV2, plan: &KvSecretV2Plan) -> bool {
    let what_is_made = |name: &String, rotate: &Option<String>| (name.clone(), rotate.clone());
    let before: BTreeMap<_, _> =
        prior.generate.iter().flatten().map(|(name, field)| what_is_made(name, &field.rotate)).collect();
    let now: BTreeMap<_, _> =
        plan.generate.iter().flatten().map(|(name, field)| what_is_made(name, &field.rotate)).collect();
    prior.changed_elsewhere
        || prior.data_json_wo_version != plan.data_json_wo_version
        || prior.undeclared_fields != plan.undeclared_fields
        || before != now
}

/// What the configuration wants to be in it. `None` if it leaves that alone.
fn wishes(plan: &KvSecretV2Plan, before: Option<&BTreeMap<String, GeneratedField>>) -> Outcome<Option<Wishes>> {
    if plan.data_json_wo.is_none() && plan.generate.is_none() {
        return Ok(None);
    }
    let declared = plan.data_json_wo.as_ref().map(contents::declared).transpose().map_err(|reason| {
        Diagnostic::error("Invalid Contents")
            .detail(format!("data_json_wo {reason}."))
            .at(Path::root().attribute("data_json_wo"))
    })?;
    let generated: BTreeMap<String, GeneratedField> = plan.generate.iter().flatten().map(planned_field).collect();
    let is_rotated = |name: &str, field: &GeneratedField| {
        before.and_then(|before| before.get(name)).is_some_and(|before| before.rotate != field.rotate)
    };
    let rotated =
        generated.iter().filter(|(name, field)| is_rotated(name, field)).map(|(name, _)| name.clone()).collect();
    let declared = declared.unwrap_or_default();
    Ok(Some(Wishes { declared, generated, rotated, keeps_others: plan.undeclared_fields == KEEP }))
}

fn planned_field((name, field): (&String, &super::GeneratedFieldPlan)) -> (String, GeneratedField) {
    (name.clone(), GeneratedField::planned(field))
}

/// Has in it what should be, and says what the server says of that version.
async fn fulfil(
    cx: &Context<SecretZero>,
    path: SecretPath<'_>,
    plan: &KvSecretV2Plan,
    wishes: &Wishes,
    present: Present,
    summary: &str,
) -> Outcome<BTreeMap<String, String>> {
    let contents = wishes.fulfilled(present.contents.as_ref(), &mut SystemRandom)?;
    let (version, described_as) = if present.contents.as_ref() == Some(&contents) {
        (present.version, present.described)
    } else {
        let cas = plan.cas.and_then(|cas| u64::try_from(cas).ok()).unwrap_or(present.version);
        let written = write(cx, path, &contents, cas, !plan.disable_read, summary).await?;
        (written.version, written)
    };
    Ok(described(&described_as, version, described_as.custom_metadata.as_ref()))
}

/// Writes over this version. An answer that is lost is no error if reading shows that it was done; if it was not, it is asked
/// for once more, since the server does it once only.
async fn write(
    cx: &Context<SecretZero>,
    path: SecretPath<'_>,
    contents: &Contents,
    cas: u64,
    can_read: bool,
    summary: &str,
) -> Outcome<Version> {
    let request = path.write_over(cas, contents);
    let mut tries = 1;
    loop {
        let error = match kv_v2::send(cx, &request).await {
            Ok(reply) => {
                said::warn(cx, &path.what(), &reply);
                return Ok(reply.data().map_err(|error| malformed(&request, &error, summary))?);
            }
            Err(error) if kv_v2::is_conflict(&error) => return Err(conflict(path, cas).into()),
            Err(error) => error,
        };
        if !error.may_have_been_done() || !can_read {
            return Err(error.doing(summary).into());
        }
        match path.look(cx).await {
            Ok(found) if found.version == cas + 1 && found.contents.as_ref() == Some(contents) => {
                return Ok(found.described);
            }
            Ok(found) if found.version == cas && tries < 2 => tries += 1,
            Ok(found) if found.version != cas => return Err(conflict(path, cas).into()),
            _ => return Err(error.doing(summary).into()),
        }
    }
}

fn conflict(path: SecretPath<'_>, cas: u64) -> Diagnostic {
    let expected = if cas == 0 { "not there".to_owned() } else { format!("at version {cas}") };
    Diagnostic::error(format!("Another Version of the {}", path.what()))
        .detail(format!("It is not {expected}, as it should be for this write. Nothing was changed."))
        .remedy(
            "If somebody else has just written it, apply again. If cas is set, set it to the version that is replaced.",
        )
}

async fn note_down(
    cx: &Context<SecretZero>,
    path: SecretPath<'_>,
    custom_metadata: &CustomMetadata,
    summary: &str,
) -> Outcome<()> {
    let none = BTreeMap::new();
    let request = Request::write(path.metadata(), &custom_metadata.body(&none)).within(path.namespace).repeatable();
    let reply = kv_v2::send(cx, &request).await.map_err(|error| error.doing(summary))?;
    said::warn(cx, &path.what(), &reply);
    Ok(())
}

fn state(plan: KvSecretV2Plan, metadata: BTreeMap<String, String>) -> KvSecretV2 {
    let id = SecretPath { namespace: None, mount: &plan.mount, name: &plan.name }.id();
    KvSecretV2 {
        path: id.clone(),
        id,
        data_json: None,
        data_json_wo: WriteOnly::default(),
        data_json_wo_version: plan.data_json_wo_version,
        generate: plan.generate.as_ref().map(|fields| fields.iter().map(planned_field).collect()),
        undeclared_fields: plan.undeclared_fields,
        cas: plan.cas,
        options: plan.options,
        disable_read: plan.disable_read,
        delete_all_versions: plan.delete_all_versions,
        custom_metadata: plan.custom_metadata.as_ref().map(CustomMetadata::planned),
        metadata,
        changed_elsewhere: false,
        mount: plan.mount,
        name: plan.name,
        namespace: plan.namespace,
    }
}
