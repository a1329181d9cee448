//! `example_note`: a text under a name, kept as a file. The everyday life of a resource is all here.
//!
//! The state holds everything but the secret, which is in the file alone. Destroying removes the file. A run that ends in the
//! middle of a creation has either no file or a whole one, which the state then calls tainted.

mod earlier;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::{Model, Plan, Secret, SetOf, Setting, WriteOnly};
use tf_framework::plan::Action;
use tf_framework::validate::non_empty;
use tf_framework::{Context, DefaultTimeouts, Doing as _, Draft, Move, Outcome, Resource, Timeouts, Upgrade};

use crate::gate;
use crate::provider::Example;
use crate::store::{Store, StoreError, file_name};

/// Key in private state: the revision of the file that we wrote or read last.
const SEEN: &str = "seen_revision";

/// A note: a text under a name, kept as a file.
#[derive(Model)]
#[tf(resource = "note", version = 1, import = "{shelf}/{name}", exactly_one_of(text, lines))]
pub struct Note {
    /// The shelf and the name, with a slash between them.
    #[tf(computed, keep_state)]
    pub id: String,
    /// Which note it is on its shelf.
    #[tf(required, replace, identity, validate(file_name))]
    pub name: String,
    /// The shelf that it is on.
    #[tf(optional, default = "main", replace, identity, validate(file_name))]
    pub shelf: String,
    /// The headline. The name if it is not set.
    #[tf(optional, computed, keep_state)]
    pub title: String,
    /// What it says.
    #[tf(optional)]
    pub text: Option<String>,
    /// What it says, line by line.
    #[tf(optional, validate(non_empty, one_line_each))]
    pub lines: Option<Vec<String>>,
    /// Words by which it is found.
    #[tf(optional)]
    pub tags: Option<SetOf<String>>,
    /// Something that only the file may know.
    #[tf(optional, write_only(version = secret_version))]
    pub secret: WriteOnly<Option<Secret>>,
    /// Raise it to have the secret written again.
    #[tf(optional)]
    pub secret_version: Option<i64>,
    /// The SHA-256 of the text, in hexadecimal.
    #[tf(computed)]
    pub digest: String,
    /// How often the file was written.
    #[tf(computed, depends_on(title, text, lines, tags, secret))]
    pub revision: i64,
    /// Refuses to be destroyed, already when that is planned.
    #[tf(optional, default = false)]
    pub keep: bool,
    /// Path of a file. Creating and changing the note waits until there is one.
    #[tf(optional)]
    pub gate: Option<String>,
    /// How long creating and changing it may take. Ten minutes if it is not set.
    #[tf(optional)]
    pub timeouts: Option<Timeouts>,
}

/// What is in the file.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Content {
    title: String,
    text: String,
    tags: Option<Vec<String>>,
    secret: Option<String>,
    revision: i64,
}

impl Resource for Note {
    type Provider = Example;

    const TIMEOUTS: DefaultTimeouts = DefaultTimeouts {
        create: Some(Duration::from_secs(600)),
        update: Some(Duration::from_secs(600)),
        ..DefaultTimeouts::NONE
    };

    async fn create(cx: &Context<Example>, plan: Plan<Self>) -> Outcome<Self> {
        let (store, id) = (cx.client().store()?, format!("{}/{}", plan.shelf, plan.name));
        let summary = || format!("Creating the note {id:?}");
        gate::wait(cx, plan.gate.as_deref()).await?;
        store.may_fail("create").doing(summary())?;
        if Content::read(&store, &plan.shelf, &plan.name).doing(summary())?.is_some() {
            return Err(Diagnostic::error(summary())
                .detail("There is a note of this name already.")
                .remedy(format!("Choose another name, or import it with the id {id:?}."))
                .into());
        }
        let content = Content::planned(&plan, 1, None);
        content.write(&store, &plan.shelf, &plan.name).doing(summary())?;
        // What is not decided yet is null in this state. If it has to be used, the rest is found by import.
        cx.checkpoint_plan(&plan);
        store.may_fail("half-created").doing("Finishing the note")?;
        let note = content.into_note(cx, plan)?;
        cx.checkpoint(&note);
        store.may_fail("after-create").doing("Looking at the note after it was created")?;
        Ok(note)
    }

    async fn read(cx: &Context<Example>, state: Self) -> Outcome<Option<Self>> {
        let (store, Self { id, name, shelf, .. }) = (cx.client().store()?, &state);
        let summary = || format!("Reading the note {id:?}");
        store.may_fail("read").doing(summary())?;
        let Some(content) = Content::read(&store, shelf, name).doing(summary())? else { return Ok(None) };
        let seen = cx.private().get::<i64>(SEEN);
        if seen.is_some_and(|seen| seen != content.revision) {
            let revision = content.revision;
            cx.warn(
                Diagnostic::warning(format!("The note {id:?} was written by somebody else"))
                    .detail(format!("Its file has the revision {revision}, which is none that was written from here.")),
            );
        }
        cx.private().set(SEEN, &content.revision)?;
        Ok(Some(content.found(state)))
    }

    async fn update(cx: &Context<Example>, prior: Self, plan: Plan<Self>) -> Outcome<Self> {
        let store = cx.client().store()?;
        let summary = || format!("Changing the note {:?}", prior.id);
        gate::wait(cx, plan.gate.as_deref()).await?;
        store.may_fail("update").doing(summary())?;
        let Some(old) = Content::read(&store, &prior.shelf, &prior.name).doing(summary())? else {
            return Err(Diagnostic::error(summary())
                .detail("Its file is gone.")
                .remedy("Plan again: it will be created anew.")
                .into());
        };
        // A secret comes with every update. It is another one only if the version says so.
        let kept = if plan.secret_version == prior.secret_version { old.secret } else { None };
        // What the plan promises holds, also where it is written only because something beside it changed.
        let revision = plan.revision.or(old.revision + 1);
        let content = Content::planned(&plan, revision, kept);
        content.write(&store, &plan.shelf, &plan.name).doing(summary())?;
        content.into_note(cx, plan)
    }

    async fn delete(cx: &Context<Example>, state: Self) -> Outcome<()> {
        let store = cx.client().store()?;
        let summary = || format!("Destroying the note {:?}", state.id);
        store.may_fail("delete").doing(summary())?;
        Ok(store.remove(&kind(&state.shelf), &state.name).doing(summary())?)
    }

    fn plan(_: &Context<Example>, draft: &mut Draft<'_, Self>) -> Outcome<()> {
        if draft.action() == Action::Delete {
            if draft.prior_value(Self::KEEP) == Some(true) {
                return Err(Diagnostic::error("The note is to be kept")
                    .detail("Its attribute `keep` is true.")
                    .remedy("Set `keep` to false, apply, and destroy it then.")
                    .into());
            }
            if draft.prior_value(Self::SECRET_VERSION).is_some() {
                draft.warn(Diagnostic::warning("A secret will be gone").detail("The note has the only copy of it."));
            }
            return Ok(());
        }
        // What follows from what is known is promised; so the plan shows it, and others can count on it.
        match (draft.planned(Self::TEXT), draft.planned(Self::LINES)) {
            (Setting::Known(text), _) => draft.plan(Self::DIGEST, &digest(&text)),
            (_, Setting::Known(lines)) => draft.plan(Self::DIGEST, &digest(&lines.join("\n"))),
            _ => draft.plan_unknown(Self::DIGEST),
        }
        Ok(())
    }

    async fn import(cx: &Context<Example>, identity: NoteIdentity) -> Outcome<Option<Self>> {
        let NoteIdentity { name, shelf } = identity;
        let (store, id) = (cx.client().store()?, format!("{shelf}/{name}"));
        let content = Content::read(&store, &shelf, &name).doing(format!("Importing the note {id:?}"))?;
        Ok(content.map(|content| content.found(earlier::unread(id, name, shelf))))
    }

    fn upgrades() -> Vec<Upgrade<Self>> {
        vec![Upgrade::from(0, earlier::upgrade)]
    }

    fn moves() -> Vec<Move<Self>> {
        vec![Move::from("null_marker", 0..=0, earlier::adopt)]
    }
}

impl Content {
    fn read(store: &Store, shelf: &str, name: &str) -> Result<Option<Self>, StoreError> {
        store.read(&kind(shelf), name)
    }

    fn write(&self, store: &Store, shelf: &str, name: &str) -> Result<(), StoreError> {
        store.write(&kind(shelf), name, self)
    }

    /// What a plan wants the file to be. `kept` is the secret that it has now, unless there is a new one.
    fn planned(plan: &NotePlan, revision: i64, kept: Option<String>) -> Self {
        Self {
            title: plan.title.as_ref().known().unwrap_or(&plan.name).clone(),
            text: plan.text.clone().unwrap_or_else(|| plan.lines.as_deref().unwrap_or_default().join("\n")),
            tags: plan.tags.as_ref().map(|tags| tags.to_vec()),
            secret: kept.or_else(|| plan.secret.as_ref().map(|secret| secret.expose().to_owned())),
            revision,
        }
    }

    /// The state after the file was written.
    fn into_note(self, cx: &Context<Example>, plan: NotePlan) -> Outcome<Note> {
        let Self { title, text: written, tags: _, secret: _, revision } = self;
        let NotePlan { name, shelf, title: _, text, lines, tags, secret: _, secret_version, .. } = plan;
        cx.private().set(SEEN, &revision)?;
        Ok(Note {
            id: format!("{shelf}/{name}"),
            digest: digest(&written),
            secret: WriteOnly::default(),
            keep: plan.keep,
            gate: plan.gate,
            timeouts: plan.timeouts,
            name,
            shelf,
            title,
            text,
            lines,
            tags,
            secret_version,
            revision,
        })
    }

    /// The state after the file was read: lines if they were lines, otherwise one text.
    fn found(self, state: Note) -> Note {
        let Self { title, text, tags, secret: _, revision } = self;
        let digest = digest(&text);
        let lines = state.lines.map(|_| text.split('\n').map(str::to_owned).collect());
        let text = if lines.is_none() { Some(text) } else { None };
        Note { title, text, lines, tags: tags.map(SetOf), digest, revision, ..state }
    }
}

fn kind(shelf: &str) -> String {
    format!("notes/{shelf}")
}

/// Of what is in the state in clear: never of the secret.
fn digest(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn one_line_each(lines: &[String]) -> Result<(), String> {
    if lines.iter().any(|line| line.contains('\n')) {
        Err("must not have line breaks within its lines".to_owned())
    } else {
        Ok(())
    }
}
