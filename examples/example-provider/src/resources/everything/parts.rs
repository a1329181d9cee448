//! The objects inside of `example_everything`, and how their plans become what they are.

use tf_framework::model::{Model, Secret, WriteOnly};
use tf_framework::semantic::Duration;
use tf_framework::validate::{non_empty, one_of};

/// Somebody, with a badge that is made here.
#[derive(Model)]
#[tf(object)]
pub struct Member {
    /// The name.
    #[tf(required, validate(non_empty))]
    pub name: String,
    /// What the member does.
    #[tf(optional, default = "reader")]
    pub role: String,
    /// A word that is not kept.
    #[tf(optional, write_only(version = password_version))]
    pub password: WriteOnly<Option<Secret>>,
    /// Raise it to have another password.
    #[tf(optional)]
    pub password_version: Option<i64>,
    /// The badge. Another password comes with another badge.
    #[tf(computed, depends_on(password))]
    pub badge: String,
}

/// Somebody in a set, of whom everything is in the configuration.
#[derive(Model)]
#[tf(object)]
pub struct Guest {
    /// The name.
    #[tf(required)]
    pub name: String,
    /// How many come along.
    #[tf(optional, default = 0)]
    pub company: i64,
    /// How long they stay at a time.
    #[tf(optional)]
    pub visits: Option<Vec<Duration>>,
}

/// When and where.
#[derive(Model)]
#[tf(object)]
pub struct Appointment {
    /// The day of the week.
    #[tf(optional, computed)]
    pub day: String,
    /// The place.
    #[tf(optional, computed)]
    pub place: String,
}

/// A line of a history.
#[derive(Model)]
#[tf(object)]
pub struct Line {
    /// What happened.
    #[tf(computed)]
    pub event: String,
}

/// A zone with a block in it.
#[derive(Model)]
#[tf(object)]
pub struct Zone {
    /// The name.
    #[tf(required)]
    pub name: String,
    /// Its ports.
    #[tf(block)]
    pub port: Vec<Port>,
}

/// A port.
#[derive(Model)]
#[tf(object)]
pub struct Port {
    /// The number.
    #[tf(required)]
    pub number: u16,
    /// The protocol.
    #[tf(optional, default = "tcp", validate(one_of(&["tcp", "udp"])))]
    pub protocol: String,
}

/// A rule.
#[derive(Model)]
#[tf(object, exactly_one_of(allow, deny))]
pub struct Rule {
    /// Who may.
    #[tf(optional)]
    pub allow: Option<String>,
    /// Who may not.
    #[tf(optional)]
    pub deny: Option<String>,
    /// Its number.
    #[tf(computed, keep_state)]
    pub number: String,
}

impl Member {
    pub(super) fn admitted(plan: MemberPlan) -> Self {
        let MemberPlan { name, role, password: _, password_version, badge } = plan;
        let number = password_version.unwrap_or_default();
        let badge = badge.or_else(|| format!("badge {number} of {name}"));
        Self { name, role, password: WriteOnly::default(), password_version, badge }
    }
}

impl Guest {
    pub(super) fn admitted(plan: GuestPlan) -> Self {
        let GuestPlan { name, company, visits } = plan;
        Self { name, company, visits }
    }
}

impl Appointment {
    pub(super) fn made(plan: AppointmentPlan) -> Self {
        let AppointmentPlan { day, place } = plan;
        let Self { day: any_day, place: any_place } = Self::default();
        Self { day: day.or(any_day), place: place.or(any_place) }
    }
}

impl Default for Appointment {
    fn default() -> Self {
        Self { day: "Monday".to_owned(), place: "here".to_owned() }
    }
}

impl Line {
    pub(super) fn first() -> Vec<Self> {
        vec![Self { event: "created".to_owned() }]
    }

    pub(super) fn all(plan: Vec<LinePlan>) -> Vec<Self> {
        plan.into_iter().map(|LinePlan { event }| Self { event: event.or_else(String::new) }).collect()
    }
}

impl Zone {
    pub(super) fn set(plan: ZonePlan) -> Self {
        let ZonePlan { name, port } = plan;
        Self { name, port: port.into_iter().map(Port::opened).collect() }
    }
}

impl Port {
    pub(super) fn opened(plan: PortPlan) -> Self {
        let PortPlan { number, protocol } = plan;
        Self { number, protocol }
    }
}

impl Rule {
    pub(super) fn set(plan: RulePlan) -> Self {
        let RulePlan { allow, deny, number } = plan;
        let who = allow.as_deref().or(deny.as_deref()).unwrap_or_default();
        Self { number: number.or_else(|| format!("rule for {who}")), allow, deny }
    }
}
