//! A resource through many lives, each from the creation of an object to its end.

use proptest::strategy::Strategy as _;
use tf_framework::model::kind;

use super::journey::{Ended, Journey, Journeys, completed, wanted};
use super::{Drive, Failure};
use crate::generate::{Generator, Life, masked};
use crate::managed::{Action, Managed};

/// What the drive of a resource has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Driven {
    /// Lives that were lived to their end.
    pub lives: u32,
    /// Configurations that the provider did not want. Those of the author are better: see [`Drive::with`].
    pub refused: u32,
    /// Second configurations that changed the object.
    pub updates: u32,
    /// Second configurations that replaced the object, in either order.
    pub replacements: u32,
    /// Those of the replacements that made the new object before the old one was removed.
    pub created_first: u32,
    /// Second configurations that changed nothing.
    pub unchanged: u32,
    /// Objects that were imported.
    pub imports: u32,
}

impl Drive<'_, kind::Resource> {
    /// Without the import: the resource has an identity and no import.
    pub fn without_import(mut self) -> Self {
        self.with_import = false;
        self
    }

    /// In one half of the lives, a replacement makes the new object first, as `create_before_destroy` in a `lifecycle`
    /// block demands. To be asked for if two of the resource can exist beside each other, whatever change it is that
    /// replaces it.
    ///
    /// In these lives, all of the second configuration is known at plan. What is not known is planned as a change, and
    /// may turn out to be none: then the two would be the same.
    pub fn create_before_destroy(mut self) -> Self {
        self.creates_first = true;
        self
    }

    /// Goes. Each life goes like this, with every answer judged:
    ///
    /// 1. The configuration is valid, also as long as a part of it is not known.
    /// 2. It is planned and applied, and then there is nothing to do, with and without a refresh.
    /// 3. Another configuration is planned and applied: an update or a replacement. Then there is nothing to do.
    /// 4. If the resource has an identity, the object is imported by it, and brought to where it was.
    /// 5. The object is destroyed.
    ///
    /// # Errors
    /// The first life that breaks a rule, or in which the provider fails; or if the provider does not want most of the
    /// configurations.
    pub fn run(self) -> Result<Driven, Failure> {
        let lives = Generator::new(&self.schema, &self.values).lives(self.with_unknown);
        let lives = match self.creates_first {
            true => lives.prop_map(Life::with_second_known_if_created_first).boxed(),
            false => lives.prop_map(|life| Life { creates_first: false, ..life }).boxed(),
        };
        let journeys: Journeys<Driven> = self.through(
            &lives,
            |life| self.shown(life),
            |life, journey| {
                let mut object = self.kit.resource(self.name)?;
                if life.creates_first {
                    object = object.create_before_destroy();
                }
                let result = self.live(life, journey, &mut object);
                if result.is_err() {
                    // Whatever is left must not be in the way of the next life.
                    let _ = object.destroy();
                }
                result
            },
        )?;
        Ok(Driven { lives: journeys.ended, refused: journeys.refused, ..journeys.seen })
    }

    fn shown(&self, life: &Life) -> String {
        let configurations = [
            ("first at plan", &life.first_at_plan),
            ("first", &life.first),
            ("second at plan", &life.second_at_plan),
            ("second", &life.second),
        ];
        let lines = configurations.map(|(what, config)| format!("{what}: {}", masked(&self.schema, config)));
        let order = if life.creates_first { "\n  with create_before_destroy" } else { "" };
        lines.join("\n  ") + order
    }

    fn live(&self, life: &Life, journey: &mut Journey<Driven>, object: &mut Managed<'_>) -> Result<(), Ended> {
        let schema = object.schema();
        let (first, first_at_plan) = (completed(schema, &life.first), completed(schema, &life.first_at_plan));
        let (second, second_at_plan) = (completed(schema, &life.second), completed(schema, &life.second_at_plan));

        journey.step = "validating the first configuration";
        wanted(|config| object.validate(config), &first, &first_at_plan)?;
        journey.step = "validating the second configuration";
        wanted(|config| object.validate(config), &second, &second_at_plan)?;

        journey.step = "creating the object";
        object.apply_later(&first_at_plan, &first)?;
        journey.step = "planning the first configuration again";
        object.settled(&first)?;

        journey.step = "changing the object";
        match object.apply_later(&second_at_plan, &second)? {
            Action::NoOp => journey.seen.unchanged += 1,
            Action::Update => journey.seen.updates += 1,
            Action::Create | Action::Replace | Action::Delete => {
                journey.seen.replacements += 1;
                journey.seen.created_first += u32::from(life.creates_first);
            }
        }
        journey.step = "planning the second configuration again";
        object.settled(&second)?;

        let identity = object.stored().and_then(|stored| stored.identity()).cloned();
        if let Some(identity) = identity.filter(|_| self.with_import) {
            journey.step = "importing the object";
            let forgotten = object.forget();
            if let Err(refusal) = object.import_identity(&identity) {
                object.remember(forgotten);
                return Err(refusal.into());
            }
            journey.step = "bringing the imported object to its configuration";
            object.apply(&second)?;
            object.settled(&second)?;
            journey.seen.imports += 1;
        }

        journey.step = "destroying the object";
        object.destroy()?;
        Ok(())
    }
}
