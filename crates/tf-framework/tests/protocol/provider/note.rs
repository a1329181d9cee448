//! `test_note`: everything that a resource can have.

use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::{Field, Model, Plan, Secret, SetOf, Setting, WriteOnly};
use tf_framework::plan::{Action, SemanticEquality};
use tf_framework::semantic::{Cidr, Duration};
use tf_framework::value::Value;
use tf_framework::{Config, Context, Draft, Move, Outcome, Resource, Timeouts, Upgrade};

use super::TestProvider;
use crate::world::{Act, StoredNote, digest, end};

/// A note.
#[derive(Clone, Debug, Model)]
#[tf(resource = "note", version = 2, import = "{folder}/{name}")]
pub(crate) struct Note {
    /// Where it is.
    #[tf(required, replace, identity)]
    folder: String,
    /// Its name.
    #[tf(required, replace, identity)]
    name: String,
    /// What it says. Capitals make no difference.
    #[tf(optional, semantic_equality(IgnoringCase))]
    text: Option<String>,
    /// How many seconds it stays.
    #[tf(optional, default = 3600)]
    ttl: i64,
    /// Nobody else knows it.
    #[tf(optional, write_only(version = secret_version))]
    secret: WriteOnly<Option<Secret>>,
    /// Raised with each new secret.
    #[tf(optional)]
    secret_version: Option<i64>,
    /// Of text and secret.
    #[tf(computed, depends_on(text, secret))]
    digest: String,
    /// Which one it is.
    #[tf(computed, keep_state)]
    id: String,
    /// What it is called.
    #[tf(optional)]
    labels: Option<Vec<Label>>,
    /// How long it may be away.
    #[tf(optional)]
    pauses: Option<Vec<Duration>>,
    /// From where it may be read.
    #[tf(optional)]
    networks: Option<SetOf<Cidr>>,
    /// Who may read it.
    #[tf(block)]
    rule: Vec<Rule>,
    /// How long it may take.
    #[tf(optional)]
    timeouts: Option<Timeouts>,
}

/// What a note is called.
#[derive(Clone, Debug, Model)]
#[tf(object)]
pub(crate) struct Label {
    /// The word.
    #[tf(required)]
    word: String,
    /// Its number.
    #[tf(computed)]
    number: i64,
}

/// Who may read a note.
#[derive(Clone, Debug, Model)]
#[tf(object)]
pub(crate) struct Rule {
    /// Their name.
    #[tf(required)]
    who: String,
}

/// A state of version 0.
#[derive(Debug, Model)]
#[tf(object)]
struct NoteV0 {
    /// Folder and name.
    #[tf(required)]
    path: String,
    /// What it says.
    #[tf(optional)]
    text: Option<String>,
}

/// A state of version 1.
#[derive(Debug, Model)]
#[tf(object)]
struct NoteV1 {
    /// Where it is.
    #[tf(required)]
    folder: String,
    /// Its name.
    #[tf(required)]
    name: String,
    /// Which one it is.
    #[tf(computed)]
    id: String,
}

/// A memo of another provider.
#[derive(Debug, Model)]
#[tf(object)]
struct Memo {
    /// Its title.
    #[tf(required)]
    title: String,
    /// What it says.
    #[tf(optional)]
    body: Option<String>,
}

impl Note {
    fn stored(folder: &str, name: &str, text: Option<&str>) -> Self {
        Self {
            folder: folder.to_owned(),
            name: name.to_owned(),
            text: text.map(str::to_owned),
            ttl: 3600,
            secret: WriteOnly::default(),
            secret_version: None,
            digest: digest(text, None),
            id: format!("{folder}/{name}"),
            labels: None,
            pauses: None,
            networks: None,
            rule: Vec::new(),
            timeouts: None,
        }
    }

    async fn write(cx: &Context<TestProvider>, act: Act, plan: Plan<Self>) -> Outcome<Self> {
        if act == Act::FailAfterPlan {
            cx.checkpoint_plan(&plan);
            end(act).await?;
        }
        let NotePlan { folder, name, text, ttl, secret, secret_version, digest: planned, id, labels, .. } = plan;
        let (pauses, networks) = spelled_by_the_server(plan.pauses, plan.networks);
        // The server has capitals only.
        let text = text.map(|text| text.to_uppercase());
        let note = Self {
            digest: planned.or_else(|| digest(text.as_deref(), secret.as_ref().map(Secret::expose))),
            id: id.or_else(|| format!("{folder}/{name}")),
            labels: labels.map(|labels| {
                let numbered = labels.into_iter().zip(1..);
                numbered.map(|(label, number)| Label { word: label.word, number: label.number.or(number) }).collect()
            }),
            secret: WriteOnly::default(),
            name: if act == Act::OtherIdentity { "other".to_owned() } else { name },
            ttl: if act == Act::BreakRule { ttl + 1 } else { ttl },
            folder,
            text,
            secret_version,
            rule: plan.rule.into_iter().map(|rule| Rule { who: rule.who }).collect(),
            timeouts: plan.timeouts,
            pauses,
            networks,
        };
        let stored = StoredNote { text: note.text.clone(), ttl: note.ttl, digest: note.digest.clone() };
        cx.client().world.notes.lock().unwrap().insert((note.folder.clone(), note.name.clone()), stored);
        cx.checkpoint(&note);
        if act == Act::FailAfterForgetting {
            cx.forget_checkpoint();
        }
        end(act).await?;
        Ok(note)
    }
}

impl Resource for Note {
    type Provider = TestProvider;

    async fn create(cx: &Context<TestProvider>, plan: Plan<Self>) -> Outcome<Self> {
        let act = cx.client().world.begin(cx, "create").await?;
        Self::write(cx, act, plan).await
    }

    async fn read(cx: &Context<TestProvider>, state: Self) -> Outcome<Option<Self>> {
        let world = &cx.client().world;
        let act = world.begin(cx, "read").await?;
        let found = world.get(&state.folder, &state.name);
        end(act).await?;
        Ok(found.map(|found| {
            let (pauses, networks) = spelled_by_the_server(state.pauses, state.networks);
            Self { text: found.text, ttl: found.ttl, digest: found.digest, pauses, networks, ..state }
        }))
    }

    async fn update(cx: &Context<TestProvider>, prior: Self, plan: Plan<Self>) -> Outcome<Self> {
        let act = cx.client().world.begin(cx, &format!("update {}", prior.id)).await?;
        Self::write(cx, act, plan).await
    }

    async fn delete(cx: &Context<TestProvider>, state: Self) -> Outcome<()> {
        let world = &cx.client().world;
        let act = world.begin(cx, &format!("delete {}", state.id)).await?;
        world.notes.lock().unwrap().remove(&(state.folder, state.name));
        end(act).await
    }

    fn plan(_: &Context<TestProvider>, draft: &mut Draft<'_, Self>) -> Outcome<()> {
        match draft.config(Self::TEXT) {
            Setting::Known(text) if text == "refuse" => return Err(crate::world::refused().into()),
            Setting::Known(text) if text == "warn" => draft.warn(Diagnostic::warning("Careful")),
            Setting::Known(text) if text == "panic" => panic!("canary"),
            Setting::Known(text) if text == "break" => draft.plan(Self::TTL, &1),
            Setting::Known(text) if text == "known" => draft.plan(Self::DIGEST, &"known".to_owned()),
            _ => {}
        }
        if draft.action() == Action::Delete && draft.prior_value(Self::TEXT).as_deref() == Some("keep") {
            return Err(Diagnostic::error("It is to be kept").into());
        }
        Ok(())
    }

    fn validate(config: &Config<'_, Self>) -> Diagnostics {
        let same = |one: Field<Self, String>, other| match (config.get(one), config.get(other)) {
            (Setting::Known(one), Setting::Known(other)) => one == other,
            _ => false,
        };
        match config.get(Self::NAME) {
            Setting::Known(name) if name == "panic" => panic!("canary"),
            _ if same(Self::NAME, Self::FOLDER) => {
                Diagnostic::error("Name and folder are the same").at(Self::NAME.into()).into()
            }
            _ => Diagnostics::new(),
        }
    }

    async fn import(cx: &Context<TestProvider>, identity: NoteIdentity) -> Outcome<Option<Self>> {
        let world = &cx.client().world;
        let act = world.begin(cx, "import").await?;
        end(act).await?;
        let NoteIdentity { folder, name } = identity;
        let found = world.get(&folder, &name);
        Ok(found.map(|found| Self {
            ttl: found.ttl,
            digest: found.digest,
            ..Self::stored(&folder, &name, found.text.as_deref())
        }))
    }

    fn upgrades() -> Vec<Upgrade<Self>> {
        vec![
            Upgrade::from(0, |old: NoteV0| {
                let (folder, name) = old.path.split_once('/').ok_or_else(crate::world::refused)?;
                Ok(Self::stored(folder, name, old.text.as_deref()))
            }),
            Upgrade::from(1, |old: NoteV1| Ok(Self { id: old.id, ..Self::stored(&old.folder, &old.name, None) })),
        ]
    }

    fn moves() -> Vec<Move<Self>> {
        vec![Move::from("other_memo", 1..=2, |memo: Memo| Ok(Self::stored("memos", &memo.title, memo.body.as_deref())))]
    }
}

/// Whatever the user wrote, the server has `1h30m` and no prefix for a single address.
fn spelled_by_the_server(
    pauses: Option<Vec<Duration>>,
    networks: Option<SetOf<Cidr>>,
) -> (Option<Vec<Duration>>, Option<SetOf<Cidr>>) {
    let pause = |pause: Duration| pause.to_string().parse().unwrap();
    let network = |network: Cidr| network.to_string().parse().unwrap();
    (
        pauses.map(|pauses| pauses.into_iter().map(pause).collect()),
        networks.map(|networks| networks.into_iter().map(network).collect()),
    )
}

#[derive(Debug)]
struct IgnoringCase;

impl SemanticEquality for IgnoringCase {
    fn same(&self, one: &Value, other: &Value) -> bool {
        let fold = |value: &Value| value.as_str().map(str::to_uppercase);
        fold(one) == fold(other)
    }
}
