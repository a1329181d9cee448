//! An ephemeral resource, opened, renewed and closed many times.

use tf_framework::model::kind;

use super::journey::{Ended, Journey, Journeys, completed, wanted};
use super::{Drive, Failure};
use crate::ephemeral::{Ephemeral, Open};
use crate::generate::{Generator, Query};
use crate::refusal::{Call, Refusal};

/// What the drive of an ephemeral resource has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DrivenEphemeral {
    /// Configurations that were opened, and closed in the end.
    pub opened: u32,
    /// Those of them that were known, and so opened, already at plan.
    pub at_plan: u32,
    /// How often something was renewed.
    pub renewals: u32,
    /// Configurations that the provider did not want, or could not open. Those of the author are better: see
    /// [`Drive::with`].
    pub refused: u32,
}

impl Drive<'_, kind::Ephemeral> {
    /// Goes. With each configuration it goes like this, with every answer judged:
    ///
    /// 1. It is valid, also as long as a part of it is not known.
    /// 2. It is planned: opened, renewed and closed if all of it is known, and put off otherwise. What could not be
    ///    opened is not closed.
    /// 3. It is opened twice, since two of them may be open at once. The results are whole and have what was
    ///    configured.
    /// 4. Whatever asks for it is renewed, with the private data of the call before.
    /// 5. Each is closed, and one of them a second time, after the other.
    ///
    /// # Errors
    /// The first configuration with which a rule is broken or the provider fails; or if the provider does not want, or
    /// can't open, most of them.
    pub fn run(self) -> Result<DrivenEphemeral, Failure> {
        let ephemeral = self.kit.ephemeral(self.name);
        let queries = Generator::new(&self.schema, &self.values).queries(self.with_unknown);
        let journeys: Journeys<DrivenEphemeral> = self.through(
            &queries,
            |query| query.shown(&self.schema),
            |query, journey| use_it(ephemeral.as_ref().map_err(Clone::clone)?, query, journey),
        )?;
        Ok(DrivenEphemeral { opened: journeys.ended, refused: journeys.refused, ..journeys.seen })
    }
}

fn use_it(ephemeral: &Ephemeral<'_>, query: &Query, journey: &mut Journey<DrivenEphemeral>) -> Result<(), Ended> {
    let config = completed(ephemeral.schema(), &query.config);
    let at_plan = completed(ephemeral.schema(), &query.at_plan);
    let unless_reported = |refusal| Ended::unless_reported(refusal, Call::OpenEphemeralResource);

    journey.step = "validating the configuration";
    wanted(|config| ephemeral.validate(config), &config, &at_plan)?;
    journey.step = "planning";
    if let Some(open) = ephemeral.plan(&at_plan).map_err(unless_reported)? {
        closing_at_last(&mut [open], |[open]| renew(open, journey))?;
        journey.seen.at_plan += 1;
    }
    journey.step = "opening";
    let first = ephemeral.open(&config).map_err(unless_reported)?;
    journey.step = "opening another one beside it";
    let second = match ephemeral.open(&config) {
        Ok(second) => second,
        Err(refusal) => {
            let _ = first.close();
            return Err(refusal.into());
        }
    };
    closing_at_last(&mut [first, second], |[first, second]| {
        journey.step = "renewing";
        renew(first, journey)?;
        journey.step = "closing";
        first.close()?;
        journey.step = "renewing what is still open";
        renew(second, journey)?;
        journey.step = "closing";
        Ok(())
    })
}

/// Renews what asks for it, as often as a longer run would.
fn renew(open: &mut Open<'_>, journey: &mut Journey<DrivenEphemeral>) -> Result<(), Refusal> {
    for _ in 0..2 {
        if open.renew_at().is_some() {
            open.renew()?;
            journey.seen.renewals += 1;
        }
    }
    Ok(())
}

/// Whatever comes of it, nothing stays open. What was closed before is closed once more, which must do no harm.
fn closing_at_last<const N: usize>(
    open: &mut [Open<'_>; N],
    act: impl FnOnce(&mut [Open<'_>; N]) -> Result<(), Refusal>,
) -> Result<(), Ended> {
    let outcome = act(open);
    let closed: Vec<_> = open.iter().rev().map(Open::close).collect();
    outcome?;
    closed.into_iter().try_for_each(|closed| closed.map(drop))?;
    Ok(())
}
