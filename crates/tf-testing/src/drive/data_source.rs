//! A data source through many questions.

use tf_framework::model::kind;
use tf_value::Path;

use super::journey::{Ended, Journey, Journeys, completed, wanted};
use super::{Drive, Failure};
use crate::data_source::DataSource;
use crate::generate::{Generator, Query};
use crate::refusal::{Call, Refusal};
use crate::rule::{Rule, Violation};

/// What the drive of a data source has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DrivenDataSource {
    /// Configurations that were read.
    pub reads: u32,
    /// Those of them that were known, and so read, already at plan.
    pub at_plan: u32,
    /// Configurations that the provider did not want, or for which it found nothing. Those of the author are better:
    /// see [`Drive::with`].
    pub refused: u32,
}

impl Drive<'_, kind::DataSource> {
    /// Goes. With each configuration it goes like this, with every answer judged:
    ///
    /// 1. It is valid, also as long as a part of it is not known.
    /// 2. It is planned, which reads it if all of it is known, and asks nothing otherwise.
    /// 3. It is read, twice. The result is whole, has what was configured as it was written, and is the same both
    ///    times.
    ///
    /// # Errors
    /// The first configuration with which a rule is broken or the provider fails; or if the provider does not want, or
    /// finds nothing for, most of them.
    pub fn run(self) -> Result<DrivenDataSource, Failure> {
        let source = self.kit.data_source(self.name);
        let queries = Generator::new(&self.schema, &self.values).queries(self.with_unknown);
        let journeys: Journeys<DrivenDataSource> = self.through(
            &queries,
            |query| query.shown(&self.schema),
            |query, journey| ask(source.as_ref().map_err(Clone::clone)?, query, journey),
        )?;
        Ok(DrivenDataSource { reads: journeys.ended, refused: journeys.refused, ..journeys.seen })
    }
}

fn ask(source: &DataSource<'_>, query: &Query, journey: &mut Journey<DrivenDataSource>) -> Result<(), Ended> {
    let config = completed(source.schema(), &query.config);
    let at_plan = completed(source.schema(), &query.at_plan);
    let unless_reported = |refusal| Ended::unless_reported(refusal, Call::ReadDataSource);

    journey.step = "validating the configuration";
    wanted(|config| source.validate(config), &config, &at_plan)?;
    journey.step = "planning";
    let planned = source.plan(&at_plan).map_err(unless_reported)?;
    journey.step = "reading";
    let read = source.read(&config).map_err(unless_reported)?;
    journey.step = "reading again";
    let again = source.read(&config)?;
    let others = [planned.as_ref(), Some(&again)].into_iter().flatten();
    let differing = others.flat_map(|other| read.as_object().into_iter().flatten().map(move |member| (other, member)));
    let differing = differing.filter(|(other, (name, value))| other.attribute(name) != Some(*value));
    let violations: Vec<_> =
        differing.map(|(_, (name, _))| Violation::at(Path::root().attribute(name), Rule::UnstableRead)).collect();
    if !violations.is_empty() {
        let of = source.type_name().to_owned();
        return Err(Refusal::Broken { of, call: Call::ReadDataSource, violations }.into());
    }
    journey.seen.at_plan += u32::from(planned.is_some());
    Ok(())
}
