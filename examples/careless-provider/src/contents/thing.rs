//! `careless_thing`: an object with everything about which a core has a rule.

use tf_framework::model::{Model, Plan, Secret, SetOf, WriteOnly};
use tf_framework::{Context, Move, Outcome, Resource, Upgrade};
use tf_value::Number;

use super::Careful;

/// A thing that exists in the state alone.
#[derive(Model)]
#[tf(resource = "thing", version = 1, import = "{name}")]
pub struct Thing {
    /// Which thing it is.
    #[tf(required, replace, identity)]
    pub name: String,
    /// How it is to be spoiled: the name of a sabotage.
    #[tf(optional)]
    pub sabotage: Option<String>,
    /// Any text.
    #[tf(optional)]
    pub text: Option<String>,
    /// Any number, with all its digits.
    #[tf(optional)]
    pub size: Option<Number>,
    /// Any words.
    #[tf(optional)]
    pub tags: Option<SetOf<String>>,
    /// What it consists of.
    #[tf(optional)]
    pub parts: Option<SetOf<Part>>,
    /// What nobody may see.
    #[tf(optional, write_only(version = secret_version))]
    pub secret: WriteOnly<Option<Secret>>,
    /// Raise it with each new secret.
    #[tf(optional)]
    pub secret_version: Option<i64>,
    /// What follows from the text.
    #[tf(computed, depends_on(text, secret))]
    pub digest: String,
    /// Its number.
    #[tf(computed, keep_state)]
    pub id: String,
    /// Rules, in order.
    #[tf(block)]
    pub rule: Vec<Rule>,
}

/// A part of a thing.
#[derive(Model)]
#[tf(object)]
pub struct Part {
    /// Which part it is.
    #[tf(required)]
    pub name: String,
    /// How much it weighs.
    #[tf(optional)]
    pub weight: Option<i64>,
}

/// A rule of a thing.
#[derive(Model)]
#[tf(object)]
pub struct Rule {
    /// For which port it is.
    #[tf(required)]
    pub port: i64,
    /// What it is good for.
    #[tf(optional)]
    pub note: Option<String>,
}

/// What another type of the same provider, or an earlier version of this one, left in a state.
#[derive(Model)]
#[tf(object)]
struct Earlier {
    /// Which thing it is.
    #[tf(required)]
    name: String,
    /// Its text, as it was called then.
    #[tf(optional)]
    label: Option<String>,
}

/// Under this key something is stored beside the state.
const SERIAL: &str = "serial";

impl Resource for Thing {
    type Provider = Careful;

    async fn create(cx: &Context<Careful>, plan: Plan<Self>) -> Outcome<Self> {
        cx.private().set(SERIAL, &1)?;
        Ok(Self::made(plan))
    }

    async fn read(_: &Context<Careful>, state: Self) -> Outcome<Option<Self>> {
        Ok(Some(state))
    }

    async fn update(_: &Context<Careful>, _: Self, plan: Plan<Self>) -> Outcome<Self> {
        Ok(Self::made(plan))
    }

    async fn delete(_: &Context<Careful>, _: Self) -> Outcome<()> {
        Ok(())
    }

    async fn import(_: &Context<Careful>, identity: ThingIdentity) -> Outcome<Option<Self>> {
        let sabotage = Some(identity.name.clone());
        Ok(Some(Self { sabotage, ..Self::named(identity.name, None) }))
    }

    fn upgrades() -> Vec<Upgrade<Self>> {
        vec![Upgrade::from(0, |old: Earlier| Ok(Self::named(old.name, old.label)))]
    }

    fn moves() -> Vec<Move<Self>> {
        vec![Move::from("terraform_data", 0..=0, |_: Nothing| Ok(Self::named("moved".to_owned(), None)))]
    }
}

/// Nothing of what another type of resource has.
#[derive(Model)]
#[tf(object)]
struct Nothing {}

impl Thing {
    fn made(plan: Plan<Self>) -> Self {
        let ThingPlan { name, sabotage, text, size, tags, parts, secret: _, secret_version, digest, id, rule } = plan;
        let digest = digest.or_else(|| digest_of(text.as_deref()));
        let id = id.or_else(|| id_of(&name));
        let parts =
            parts.map(|parts| parts.into_iter().map(|PartPlan { name, weight }| Part { name, weight }).collect());
        let rule = rule.into_iter().map(|RulePlan { port, note }| Rule { port, note }).collect();
        let secret = WriteOnly::default();
        Self { name, sabotage, text, size, tags, parts, secret, secret_version, digest, id, rule }
    }

    fn named(name: String, text: Option<String>) -> Self {
        Self {
            sabotage: None,
            digest: digest_of(text.as_deref()),
            id: id_of(&name),
            name,
            text,
            size: None,
            tags: None,
            parts: None,
            secret: WriteOnly::default(),
            secret_version: None,
            rule: Vec::new(),
        }
    }
}

fn digest_of(text: Option<&str>) -> String {
    format!("{} letters", text.unwrap_or_default().chars().count())
}

fn id_of(name: &str) -> String {
    format!("thing/{name}")
}
