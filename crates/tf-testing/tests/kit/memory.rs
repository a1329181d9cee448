//! A provider that keeps notes in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::{Model, Plan, Query, Secret, Setting, WriteOnly};
use tf_framework::{
    Contents, Context, DataSource, Ephemeral, Function, FunctionError, Move, Opened, Outcome, Provider, Renewed,
    Resource, Upgrade,
};
use tf_testing::{Client, Kit, config};

use crate::slot::Slot;

/// Notes by their names. It outlives the provider, as a server would.
pub(crate) type Store = Arc<Mutex<BTreeMap<String, Kept>>>;

/// What is kept of a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) text: Option<String>,
    pub(crate) secret: Option<String>,
}

static STORES: LazyLock<Mutex<BTreeMap<String, Store>>> = LazyLock::new(Mutex::default);

/// The store of this name.
pub(crate) fn store(name: &str) -> Store {
    Arc::clone(lock(&STORES).entry(name.to_owned()).or_default())
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A kit with a store of its own, named after the test.
pub(crate) fn kit(name: &str) -> Kit {
    Kit::new::<Memory>(config!({ "store": name })).unwrap()
}

/// The same under another core.
pub(crate) fn kit_under(client: Client, name: &str) -> Kit {
    Kit::under::<Memory>(client, config!({ "store": name })).unwrap()
}

/// Notes in memory.
#[derive(Model)]
#[tf(provider = "memory")]
pub(crate) struct Memory {
    /// The name of the store.
    #[tf(required)]
    store: Setting<String>,
    /// What opens it.
    #[tf(optional)]
    token: Setting<Secret>,
}

impl Provider for Memory {
    type Client = Store;

    fn contents() -> Contents<Self> {
        Contents::new()
            .resource::<Note>()
            .resource::<Slot>()
            .data_source::<Found>()
            .ephemeral::<Lease>()
            .function::<Slug>()
    }

    fn configure(settings: Self) -> Outcome<Store> {
        Ok(store(settings.store.known(Self::STORE.path())?.map_or("", String::as_str)))
    }
}

/// A note.
#[derive(Model)]
#[tf(resource = "note", version = 1, import = "{name}")]
pub(crate) struct Note {
    /// Its name.
    #[tf(required, replace, identity, validate(word))]
    name: String,
    /// What it says. "half" can't be made to the end, "panic" not at all, and "stuck" can't be removed.
    #[tf(optional)]
    text: Option<String>,
    /// How long, in seconds.
    #[tf(optional, default = 3600)]
    ttl: i64,
    /// Only for the store.
    #[tf(optional, write_only(version = secret_version))]
    secret: WriteOnly<Option<Secret>>,
    /// Raise it with each new secret.
    #[tf(optional)]
    secret_version: Option<i64>,
    /// What follows from the text.
    #[tf(computed, depends_on(text, secret))]
    length: i64,
    /// Where it is.
    #[tf(computed, keep_state)]
    id: String,
    /// Labels.
    #[tf(optional)]
    labels: Option<Vec<Label>>,
    /// Rules.
    #[tf(block)]
    rule: Vec<Rule>,
}

/// A label.
#[derive(Model)]
#[tf(object)]
pub(crate) struct Label {
    /// The key.
    #[tf(required)]
    key: String,
    /// The value.
    #[tf(optional, default = "none")]
    value: String,
}

/// A rule.
#[derive(Model)]
#[tf(object)]
pub(crate) struct Rule {
    /// For which port.
    #[tf(required)]
    port: i64,
}

/// A note of version 0, or of another provider.
#[derive(Model)]
#[tf(object)]
struct Earlier {
    /// Its name.
    #[tf(required)]
    title: String,
}

fn word(name: &str) -> Result<(), String> {
    let is_word = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase());
    if is_word { Ok(()) } else { Err("must have small letters and nothing else".to_owned()) }
}

impl Resource for Note {
    type Provider = Memory;

    async fn create(cx: &Context<Memory>, plan: Plan<Self>) -> Outcome<Self> {
        if lock(cx.client()).contains_key(&plan.name) {
            return Err(Diagnostic::error("There is a note of this name already").at(Self::NAME.path()).into());
        }
        cx.private().set("writes", &1)?;
        Self::written(cx, plan)
    }

    async fn read(cx: &Context<Memory>, state: Self) -> Outcome<Option<Self>> {
        let kept = lock(cx.client()).get(&state.name).cloned();
        Ok(kept.map(|kept| Self { length: length(kept.text.as_deref()), text: kept.text, ..state }))
    }

    async fn update(cx: &Context<Memory>, _: Self, plan: Plan<Self>) -> Outcome<Self> {
        if !lock(cx.client()).contains_key(&plan.name) {
            return Err(Diagnostic::error("The note is gone").into());
        }
        Self::written(cx, plan)
    }

    async fn delete(cx: &Context<Memory>, state: Self) -> Outcome<()> {
        let mut notes = lock(cx.client());
        if notes.get(&state.name).is_some_and(|kept| kept.text.as_deref() == Some("stuck")) {
            return Err(Diagnostic::error("The note is stuck").into());
        }
        notes.remove(&state.name);
        Ok(())
    }

    async fn import(cx: &Context<Memory>, NoteIdentity { name }: NoteIdentity) -> Outcome<Option<Self>> {
        Ok(lock(cx.client()).contains_key(&name).then(|| Self::named(name)))
    }

    fn upgrades() -> Vec<Upgrade<Self>> {
        vec![Upgrade::from(0, |old: Earlier| Ok(Self::named(old.title)))]
    }

    fn moves() -> Vec<Move<Self>> {
        vec![Move::from("paper_note", 0..=3, |old: Earlier| Ok(Self::named(old.title)))]
    }
}

impl Note {
    fn written(cx: &Context<Memory>, plan: Plan<Self>) -> Outcome<Self> {
        let NotePlan { name, text, ttl, secret, secret_version, length: planned, id, labels, rule } = plan;
        let secret = secret.map(|secret| secret.expose().to_owned());
        assert_ne!(text.as_deref(), Some("panic"), "that is no text");
        lock(cx.client()).insert(name.clone(), Kept { text: text.clone(), secret });
        let labels =
            labels.map(|labels| labels.into_iter().map(|LabelPlan { key, value }| Label { key, value }).collect());
        let note = Self {
            length: planned.or_else(|| length(text.as_deref())),
            id: id.or_else(|| format!("memory/{name}")),
            name,
            text,
            ttl,
            secret: WriteOnly::default(),
            secret_version,
            labels,
            rule: rule.into_iter().map(|RulePlan { port }| Rule { port }).collect(),
        };
        cx.checkpoint(&note);
        if note.text.as_deref() == Some("half") {
            return Err(Diagnostic::error("The note was written by half").into());
        }
        Ok(note)
    }

    fn named(name: String) -> Self {
        let (id, secret) = (format!("memory/{name}"), WriteOnly::default());
        let (text, secret_version, labels) = (None, None, None);
        Self { name, text, ttl: 3600, secret, secret_version, length: 0, id, labels, rule: Vec::new() }
    }
}

fn length(text: Option<&str>) -> i64 {
    i64::try_from(text.unwrap_or_default().len()).unwrap_or(i64::MAX)
}

/// A note that somebody else keeps.
#[derive(Model)]
#[tf(data_source = "found")]
pub(crate) struct Found {
    /// Its name.
    #[tf(required)]
    name: String,
    /// What it says.
    #[tf(computed)]
    text: Option<String>,
}

impl DataSource for Found {
    type Provider = Memory;

    async fn read(cx: &Context<Memory>, FoundPlan { name, .. }: Query<Self>) -> Outcome<Self> {
        let kept = lock(cx.client()).get(&name).cloned();
        let kept = kept.ok_or_else(|| Diagnostic::error("There is no such note").at(Self::NAME.path()))?;
        Ok(Self { name, text: kept.text })
    }
}

/// The secret of a note.
#[derive(Model)]
#[tf(ephemeral = "lease")]
pub(crate) struct Lease {
    /// Its name.
    #[tf(required)]
    name: String,
    /// Its secret.
    #[tf(computed)]
    secret: Secret,
}

/// What is known of an open lease.
#[derive(Deserialize, Serialize)]
pub(crate) struct Held {
    name: String,
    renewals: u32,
}

impl Ephemeral for Lease {
    type Provider = Memory;
    type Lease = Held;

    async fn open(cx: &Context<Memory>, LeasePlan { name, .. }: Query<Self>) -> Outcome<Opened<Self>> {
        let secret = lock(cx.client()).get(&name).and_then(|kept| kept.secret.clone());
        let secret = secret.ok_or_else(|| Diagnostic::error("There is no such secret"))?;
        let lease = Held { name: name.clone(), renewals: 0 };
        Ok(Opened { result: Self { name, secret: secret.into() }, lease, renew_at: None })
    }

    async fn renew(_: &Context<Memory>, lease: Held) -> Outcome<Renewed<Held>> {
        if lease.renewals == 1 {
            return Err(Diagnostic::error("Once is enough").into());
        }
        Ok(Renewed { lease: Held { renewals: lease.renewals + 1, ..lease }, renew_at: None })
    }

    async fn close(_: &Context<Memory>, _: Held) -> Outcome<()> {
        Ok(())
    }
}

/// A text as the name of a note.
#[derive(Model)]
#[tf(function = "slug")]
pub(crate) struct Slug {
    /// The text.
    text: String,
    /// What stands for everything else.
    filler: Option<String>,
}

impl Function for Slug {
    type Output = String;

    fn call(self) -> Result<String, FunctionError> {
        let filler = self.filler.unwrap_or_default();
        let letter = |letter: char| match letter {
            'a'..='z' => letter.to_string(),
            _ => filler.clone(),
        };
        let slug: String = self.text.to_lowercase().chars().map(letter).collect();
        if slug.is_empty() {
            return Err(FunctionError::at(Self::TEXT, "it must have a letter"));
        }
        Ok(slug)
    }
}
