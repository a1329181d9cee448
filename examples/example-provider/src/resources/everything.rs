//! `example_everything`: every form that an attribute or a block can have, once.
//!
//! There is a file that says that it exists and how often it was written; everything else is kept from the state. Destroying
//! removes the file.

mod parts;

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use tf_framework::model::{AnyValue, DecodeError, Model, Plan, Secret, SetOf, WriteOnly};
use tf_framework::plan::{RequiresReplaceIf, SemanticEquality};
use tf_framework::semantic::{Cidr, Duration, Json, LowerCase, NormalizedSet, Pem, PolicyText, SecretPem};
use tf_framework::validate::{length, range};
use tf_framework::value::{Number, Value};
use tf_framework::{Context, Doing as _, Outcome, Resource};

use crate::provider::Example;
use crate::store::file_name;
pub use parts::{Appointment, Guest, Line, Member, Port, Rule, Zone};

const KIND: &str = "everything";

/// Every form that an attribute or a block can have.
#[derive(Model)]
#[tf(
    resource = "everything",
    conflicting(colour, color),
    required_together(network, certificate),
    at_least_one_of(words, letters, labels)
)]
pub struct Everything {
    /// What it is called.
    #[tf(required, replace, identity, validate(file_name))]
    pub name: String,

    /// Yes or no.
    #[tf(optional)]
    pub flag: Option<bool>,
    /// A whole number.
    #[tf(optional, validate(range(1..)))]
    pub port: Option<u16>,
    /// A number with all its digits.
    #[tf(optional)]
    pub exact: Option<Number>,
    /// A text that nobody should see on a screen.
    #[tf(optional, sensitive)]
    pub pin: Option<String>,
    /// Capitals or not, it is the same word.
    #[tf(optional, semantic_equality(IgnoringCase))]
    pub word: Option<String>,
    /// Anything.
    #[tf(optional)]
    pub anything: Option<AnyValue>,

    /// Texts in order.
    #[tf(optional, validate(length(..=9)))]
    pub words: Option<Vec<String>>,
    /// Texts without order.
    #[tf(optional)]
    pub letters: Option<SetOf<String>>,
    /// Texts by name.
    #[tf(optional)]
    pub labels: Option<BTreeMap<String, String>>,
    /// Lists of numbers by name.
    #[tf(optional)]
    pub matrix: Option<BTreeMap<String, Vec<i64>>>,

    /// A time span.
    #[tf(optional)]
    pub period: Option<Duration>,
    /// Time spans in order.
    #[tf(optional)]
    pub pauses: Option<Vec<Duration>>,
    /// A document in JSON.
    #[tf(optional)]
    pub document: Option<Json>,
    /// A policy.
    #[tf(optional)]
    pub policy: Option<PolicyText>,
    /// Names, in which capitals make no difference.
    #[tf(optional)]
    pub aliases: Option<NormalizedSet<LowerCase>>,
    /// A private key, which is not kept.
    #[tf(optional, write_only(version = key_version))]
    pub key: WriteOnly<Option<SecretPem>>,
    /// Raise it to have another key.
    #[tf(optional)]
    pub key_version: Option<i64>,
    /// A network.
    #[tf(optional)]
    pub network: Option<Cidr>,
    /// Networks without order.
    #[tf(optional)]
    pub networks: Option<SetOf<Cidr>>,
    /// Certificates.
    #[tf(optional)]
    pub certificate: Option<Pem>,

    /// Another value replaces it; none does not.
    #[tf(optional, replace_if_configured)]
    pub colour: Option<String>,
    /// A colour.
    #[tf(optional, deprecated = "Use `colour`.")]
    pub color: Option<String>,
    /// It can grow. Making it smaller replaces it.
    #[tf(optional, default = 1, modifier(RequiresReplaceIf(|size| size.planned().as_number() < size.prior().as_number())))]
    pub size: i64,

    /// One object.
    #[tf(optional)]
    pub owner: Option<Member>,
    /// Objects in order.
    #[tf(optional)]
    pub members: Option<Vec<Member>>,
    /// Objects by name.
    #[tf(optional)]
    pub teams: Option<BTreeMap<String, Member>>,
    /// Objects without order.
    #[tf(optional)]
    pub guests: Option<SetOf<Guest>>,
    /// An object that is made where none is given.
    #[tf(optional, computed, keep_state)]
    pub appointment: Appointment,
    /// Objects that nobody can set.
    #[tf(computed, keep_state)]
    pub history: Vec<Line>,

    /// A name that is made up where none is given, and can be made up later where there was none.
    #[tf(optional, computed, keep_non_null_state)]
    pub nickname: Option<String>,
    /// How often it was written.
    #[tf(computed)]
    pub revision: i64,
    /// A secret that is in the state.
    #[tf(computed, keep_state)]
    pub token_in_state: Secret,

    /// One block or none.
    #[tf(block)]
    pub zone: Option<Zone>,
    /// Exactly one block.
    #[tf(block)]
    pub main_port: Port,
    /// Blocks in order, three at most.
    #[tf(block(max = 3))]
    pub rule: Vec<Rule>,
    /// Blocks without order.
    #[tf(block)]
    pub side_port: SetOf<Port>,
    /// Blocks by name.
    #[tf(block)]
    pub named_port: BTreeMap<String, Port>,
}

#[derive(Debug)]
struct IgnoringCase;

impl SemanticEquality for IgnoringCase {
    fn same(&self, one: &Value, other: &Value) -> bool {
        one.as_str().map(str::to_lowercase) == other.as_str().map(str::to_lowercase)
    }
}

/// As many servers answer: each element in their own spelling of it. A user never sees that.
fn respelled<C, T>(elements: Option<C>) -> Outcome<Option<C>>
where
    C: IntoIterator<Item = T> + FromIterator<T>,
    T: ToString + FromStr<Err = DecodeError>,
{
    let respell = |element: T| element.to_string().parse();
    let respelled = elements.map(|elements| elements.into_iter().map(respell).collect::<Result<_, _>>()).transpose();
    Ok(respelled.doing("Spelling the elements of a collection")?)
}

#[derive(Debug, Deserialize, Serialize)]
struct Presence {
    revision: i64,
}

impl Resource for Everything {
    type Provider = Example;

    async fn create(cx: &Context<Example>, plan: Plan<Self>) -> Outcome<Self> {
        write(cx, plan, 1)
    }

    async fn read(cx: &Context<Example>, state: Self) -> Outcome<Option<Self>> {
        let found = cx.client().store()?.read::<Presence>(KIND, &state.name);
        let found = found.doing(format!("Reading {:?}", state.name))?;
        let Some(Presence { revision }) = found else { return Ok(None) };
        let (pauses, networks) = (respelled(state.pauses)?, respelled(state.networks)?);
        Ok(Some(Self { revision, pauses, networks, ..state }))
    }

    async fn update(cx: &Context<Example>, prior: Self, plan: Plan<Self>) -> Outcome<Self> {
        write(cx, plan, prior.revision + 1)
    }

    async fn delete(cx: &Context<Example>, state: Self) -> Outcome<()> {
        Ok(cx.client().store()?.remove(KIND, &state.name).doing(format!("Destroying {:?}", state.name))?)
    }
}

fn write(cx: &Context<Example>, plan: Plan<Everything>, revision: i64) -> Outcome<Everything> {
    let EverythingPlan { name, owner, members, teams, guests, appointment, history, .. } = plan;
    let summary = format!("Writing {name:?}");
    cx.client().store()?.write(KIND, &name, &Presence { revision }).doing(summary)?;
    Ok(Everything {
        pauses: respelled(plan.pauses)?,
        networks: respelled(plan.networks)?,
        owner: owner.map(Member::admitted),
        members: members.map(|members| members.into_iter().map(Member::admitted).collect()),
        teams: teams.map(|teams| teams.into_iter().map(|(key, member)| (key, Member::admitted(member))).collect()),
        guests: guests.map(|guests| guests.into_iter().map(Guest::admitted).collect()),
        appointment: appointment.known().map_or_else(Appointment::default, Appointment::made),
        history: history.known().map_or_else(Line::first, Line::all),
        nickname: plan.nickname.or_else(|| Some(format!("little {name}"))),
        token_in_state: plan.token_in_state.or_else(|| format!("token of {name}").into()),
        main_port: Port::opened(plan.main_port),
        side_port: plan.side_port.into_iter().map(Port::opened).collect(),
        named_port: plan.named_port.into_iter().map(|(name, port)| (name, Port::opened(port))).collect(),
        rule: plan.rule.into_iter().map(Rule::set).collect(),
        zone: plan.zone.map(Zone::set),
        flag: plan.flag,
        port: plan.port,
        exact: plan.exact,
        pin: plan.pin,
        word: plan.word,
        anything: plan.anything,
        words: plan.words,
        letters: plan.letters,
        labels: plan.labels,
        matrix: plan.matrix,
        period: plan.period,
        document: plan.document,
        policy: plan.policy,
        aliases: plan.aliases,
        key: WriteOnly::default(),
        key_version: plan.key_version,
        network: plan.network,
        certificate: plan.certificate,
        colour: plan.colour,
        color: plan.color,
        size: plan.size,
        name,
        revision,
    })
}
