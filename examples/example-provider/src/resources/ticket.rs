//! `example_ticket`: something that is valid for a while and is renewed in time. The clock is read when a ticket is read,
//! never when it is planned.
//!
//! Destroying removes its file.

use std::time::Duration as StdDuration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::{Model, Plan, Setting};
use tf_framework::semantic::Duration;
use tf_framework::{Config, Context, Doing as _, Draft, Outcome, Resource};

use crate::clock;
use crate::provider::Example;
use crate::store::file_name;

const KIND: &str = "tickets";

/// A ticket, valid for a while. An apply shortly before its end renews it.
#[derive(Model)]
#[tf(resource = "ticket")]
pub struct Ticket {
    /// What it is called.
    #[tf(required, replace, validate(file_name))]
    pub name: String,
    /// How long it is valid, such as `1h30m`. Making it shorter replaces the ticket.
    #[tf(required)]
    pub lifetime: Duration,
    /// How long before its end it is renewed. Only afterwards if it is not set.
    #[tf(optional)]
    pub renew_before: Option<Duration>,
    /// Its number. Each renewal has a new one.
    #[tf(computed, depends_on(lifetime, ready_for_renewal))]
    pub number: i64,
    /// When it ends, as RFC 3339 writes it.
    #[tf(computed, depends_on(lifetime, ready_for_renewal))]
    pub valid_until: String,
    /// Whether it was so near its end, when it was looked at last, that the next apply renews it.
    #[tf(computed, renewal_flag)]
    pub ready_for_renewal: bool,
}

#[derive(Debug, Deserialize, Serialize)]
struct Issued {
    number: i64,
    valid_until: Timestamp,
}

impl Resource for Ticket {
    type Provider = Example;

    async fn create(cx: &Context<Example>, plan: Plan<Self>) -> Outcome<Self> {
        issue(cx, plan, 1)
    }

    async fn read(cx: &Context<Example>, state: Self) -> Outcome<Option<Self>> {
        let summary = || format!("Reading the ticket {:?}", state.name);
        let issued = cx.client().store()?.read::<Issued>(KIND, &state.name).doing(summary())?;
        let Some(Issued { number, valid_until }) = issued else { return Ok(None) };
        let ready_for_renewal = is_due(valid_until, state.renew_before.as_ref(), clock::now());
        Ok(Some(Self { number, valid_until: valid_until.to_string(), ready_for_renewal, ..state }))
    }

    async fn update(cx: &Context<Example>, prior: Self, plan: Plan<Self>) -> Outcome<Self> {
        // What is known in the plan stays: only `renew_before` changed.
        if let (Some(number), Some(valid_until)) = (plan.number.as_ref().known(), plan.valid_until.as_ref().known()) {
            let (number, valid_until) = (*number, valid_until.clone());
            let TicketPlan { name, lifetime, renew_before, .. } = plan;
            return Ok(Self { name, lifetime, renew_before, number, valid_until, ready_for_renewal: false });
        }
        issue(cx, plan, prior.number + 1)
    }

    async fn delete(cx: &Context<Example>, state: Self) -> Outcome<()> {
        let summary = format!("Destroying the ticket {:?}", state.name);
        Ok(cx.client().store()?.remove(KIND, &state.name).doing(summary)?)
    }

    fn plan(_: &Context<Example>, draft: &mut Draft<'_, Self>) -> Outcome<()> {
        // Whoever has a ticket counts on it, so it can be made longer but not shorter.
        let lifetimes = (draft.prior_value(Self::LIFETIME), draft.planned(Self::LIFETIME));
        if let (Some(prior), Setting::Known(planned)) = lifetimes
            && planned < prior
        {
            draft.require_replace(Self::LIFETIME);
        }
        Ok(())
    }

    fn validate(config: &Config<'_, Self>) -> Diagnostics {
        let both = (config.get(Self::LIFETIME), config.get(Self::RENEW_BEFORE));
        let (Setting::Known(lifetime), Setting::Known(renew_before)) = both else { return Diagnostics::new() };
        if renew_before < lifetime {
            return Diagnostics::new();
        }
        Diagnostic::error("A ticket that is always due")
            .detail("It would be renewed before it begins: `renew_before` is not shorter than `lifetime`.")
            .remedy("Make `renew_before` shorter.")
            .at(Self::RENEW_BEFORE.path())
            .into()
    }
}

fn is_due(valid_until: Timestamp, renew_before: Option<&Duration>, now: Timestamp) -> bool {
    let early = renew_before.map_or(StdDuration::ZERO, StdDuration::from);
    valid_until.checked_sub(early).is_ok_and(|renewal| now >= renewal)
}

fn issue(cx: &Context<Example>, plan: Plan<Ticket>, number: i64) -> Outcome<Ticket> {
    let TicketPlan { name, lifetime, renew_before, .. } = plan;
    let valid_until = clock::now().checked_add(StdDuration::from(&lifetime)).unwrap_or(Timestamp::MAX);
    let summary = format!("Issuing the ticket {name:?}");
    cx.client().store()?.write(KIND, &name, &Issued { number, valid_until }).doing(summary)?;
    let valid_until = valid_until.to_string();
    Ok(Ticket { name, lifetime, renew_before, number, valid_until, ready_for_renewal: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_due_shortly_before_its_end() {
        let [end, hour_before] = [7_200, 3_600].map(|second| Timestamp::from_second(second).unwrap());
        let hour: Duration = "1h".parse().unwrap();
        assert!(!is_due(end, None, hour_before));
        assert!(is_due(end, None, end));
        assert!(is_due(end, Some(&hour), hour_before));
        assert!(!is_due(end, Some(&hour), hour_before - StdDuration::from_secs(1)));
    }
}
