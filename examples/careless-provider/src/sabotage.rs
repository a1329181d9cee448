//! One way to spoil an answer, and who must notice.

use plugin_proto::tfplugin6 as proto;
use serde_json::{Value as Json, json};

/// A way to spoil one kind of answer.
///
/// An object asks for it by having its name anywhere in it.
#[derive(Clone, Copy)]
pub struct Sabotage {
    /// Names it, and nothing else.
    pub name: &'static str,
    /// The rule that it breaks.
    pub rule: &'static str,
    pub(crate) act: Act,
    /// What has to be done for it to show.
    pub script: Script,
    /// What the configuration has besides, or instead: an object of JSON.
    pub(crate) config: &'static str,
    /// What the test kit says, in part.
    pub kit: &'static str,
    /// What OpenTofu 1.12 does.
    pub tofu: Verdict,
    /// What Terraform 1.11 does.
    pub terraform: Verdict,
}

/// Which answer is spoiled, and how.
#[derive(Clone, Copy)]
pub(crate) enum Act {
    Schema(fn(&mut proto::get_provider_schema::Response)),
    Validate(Spoil<proto::validate_resource_config::Request, proto::validate_resource_config::Response>),
    Plan(Spoil<proto::plan_resource_change::Request, proto::plan_resource_change::Response>),
    Apply(Spoil<proto::apply_resource_change::Request, proto::apply_resource_change::Response>),
    Read(Spoil<proto::read_resource::Request, proto::read_resource::Response>),
    Import(Spoil<proto::import_resource_state::Request, proto::import_resource_state::Response>),
    Upgrade(Spoil<proto::upgrade_resource_state::Request, proto::upgrade_resource_state::Response>),
    Move(Spoil<proto::move_resource_state::Request, proto::move_resource_state::Response>),
    Data(Spoil<proto::read_data_source::Request, proto::read_data_source::Response>),
    ValidateData(Spoil<proto::validate_data_resource_config::Request, proto::validate_data_resource_config::Response>),
    Open(Spoil<proto::open_ephemeral_resource::Request, proto::open_ephemeral_resource::Response>),
    Renew(Spoil<proto::renew_ephemeral_resource::Request, proto::renew_ephemeral_resource::Response>),
    Close(Spoil<proto::close_ephemeral_resource::Request, proto::close_ephemeral_resource::Response>),
    Function(Spoil<proto::call_function::Request, proto::call_function::Response>),
}

/// The end of the name of a thing that replaces another one.
pub(crate) const SUCCESSOR: &str = "-successor";

pub(crate) type Spoil<Q, A> = fn(&Q, &mut A);

/// What has to be done for a sabotage to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Script {
    /// Loading the provider.
    Load,
    /// Planning a new thing.
    Plan,
    /// Planning a new thing of which the rules are not known yet.
    PlanUnknown,
    /// Making a thing.
    Apply,
    /// Making a thing, then planning the same again.
    Replan,
    /// Making a thing, then reading it.
    Refresh,
    /// Making a thing, then planning another text.
    PlanUpdate,
    /// Making a thing, then applying another text.
    Update,
    /// Making a thing, then replacing it by one of another name that is made before the first is removed.
    CreateBeforeDestroy,
    /// Making a thing, then destroying it.
    Destroy,
    /// Importing a thing, by an id that is the name of the sabotage.
    Import,
    /// Planning with a state of version 0 of a thing, which has the name of the sabotage.
    Upgrade,
    /// Planning with the state of a `terraform_data` that has become a thing.
    Move,
    /// Reading the data source, by the kit with many questions.
    Data,
    /// Opening the ephemeral resource, by the kit for many users.
    Open,
    /// Renewing the ephemeral resource.
    Renew,
    /// Calling the function, by the kit with many arguments.
    Function,
}

/// What a core does with a spoiled answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It ends with an error that says this, in part.
    Refused(&'static str),
    /// It takes no notice.
    NotChecked,
    /// It can't be made to ask, and this is why.
    NotMeasured(&'static str),
}

impl Script {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Load,
        Self::Plan,
        Self::PlanUnknown,
        Self::Apply,
        Self::Replan,
        Self::Refresh,
        Self::PlanUpdate,
        Self::Update,
        Self::CreateBeforeDestroy,
        Self::Destroy,
        Self::Import,
        Self::Upgrade,
        Self::Move,
        Self::Data,
        Self::Open,
        Self::Renew,
        Self::Function,
    ];
}

impl Sabotage {
    /// The configuration of the thing, query or lease that asks for it. Rules that are not known yet are not in it.
    pub fn config(&self) -> Json {
        let mut config = match self.script {
            Script::Data => json!({ "question": "why" }),
            Script::Open | Script::Renew => json!({ "user": "somebody" }),
            Script::Load
            | Script::Plan
            | Script::PlanUnknown
            | Script::Apply
            | Script::Replan
            | Script::Refresh
            | Script::PlanUpdate
            | Script::Update
            | Script::CreateBeforeDestroy
            | Script::Destroy
            | Script::Import
            | Script::Upgrade
            | Script::Move
            | Script::Function => json!({
                "name": self.name,
                "text": "Z\u{fc}rich",
                "size": "18446744073709551617",
                "tags": ["a", "b"],
                "parts": [{ "name": "p", "weight": 1 }],
                "secret": crate::answers::SECRET,
                "secret_version": 1,
                "rule": [{ "port": 80 }],
            }),
        };
        if self.script == Script::Import || self.script == Script::Upgrade {
            // The rest is what an import or an old state has.
            config = json!({ "name": self.name });
        }
        if let Some(members) = config.as_object_mut() {
            members.insert("sabotage".to_owned(), self.name.into());
            let given: serde_json::Map<String, Json> = serde_json::from_str(self.config).unwrap_or_default();
            members.extend(given);
            // What is null in the table is not in the configuration.
            members.retain(|_, value| !value.is_null());
        }
        config
    }

    /// The same with another text, for an update, or with another name, for a replacement.
    pub fn second_config(&self) -> Json {
        let mut config = self.config();
        let (name, value) = match self.script {
            Script::CreateBeforeDestroy => ("name", format!("{}{SUCCESSOR}", self.name)),
            _ => ("text", "Bern".to_owned()),
        };
        if let Some(members) = config.as_object_mut() {
            members.insert(name.to_owned(), value.into());
        }
        config
    }
}

impl std::fmt::Debug for Sabotage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sabotage").field("name", &self.name).finish_non_exhaustive()
    }
}
