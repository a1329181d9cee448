//! A resource through many lives: made-up configurations, each from the creation of an object to its end.

use std::cell::{Cell, RefCell};
use std::fmt;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config as Settings, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use tf_framework::Resource;
use tf_framework::schema::Schema;
use tf_value::Value;

use crate::generate::{Generator, Life, masked};
use crate::kit::Kit;
use crate::managed::{Action, Managed};
use crate::refusal::{Call, Refusal};
use crate::rule::{Rule, Violation};

/// A resource that is about to be driven. Made by [`Kit::drive`].
///
/// Each life goes like this, with every answer judged:
///
/// 1. The configuration is valid, also as long as a part of it is not known.
/// 2. It is planned and applied, and then there is nothing to do, with and without a refresh.
/// 3. Another configuration is planned and applied: an update or a replacement. Then there is nothing to do.
/// 4. If the resource has an identity, the object is imported by it, and brought to where it was.
/// 5. The object is destroyed.
///
/// The values are always the same ones, so that a failure comes again; [`seed`](Self::seed) makes others. What fails is
/// made as simple as it can be and still fail.
#[must_use = "nothing is driven yet"]
pub struct Drive<'k> {
    kit: &'k Kit,
    name: &'static str,
    generator: Generator,
    cases: u32,
    seed: u64,
    with_unknown: bool,
    with_import: bool,
}

/// What a drive has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Driven {
    /// Lives that were lived to their end.
    pub lives: u32,
    /// Configurations that the provider did not want. Those of the author are better: see [`Drive::with`].
    pub refused: u32,
    /// Second configurations that changed the object.
    pub updates: u32,
    /// Second configurations that replaced the object.
    pub replacements: u32,
    /// Second configurations that changed nothing.
    pub unchanged: u32,
    /// Objects that were imported.
    pub imports: u32,
}

/// A life that ended early.
#[derive(Clone)]
pub struct Failure {
    /// In which step.
    pub step: &'static str,
    /// Why.
    pub refusal: Refusal,
    /// From which configurations, without secrets.
    pub configurations: String,
}

impl Kit {
    /// Drives a resource through made-up configurations.
    ///
    /// # Errors
    /// If the provider has no such resource.
    pub fn drive<R: Resource>(&self) -> Result<Drive<'_>, Refusal> {
        self.resource(R::TYPE_NAME)?;
        let (cases, seed) = (Settings::default().cases.min(64), 0);
        let generator = Generator::new(R::schema());
        Ok(Drive { kit: self, name: R::TYPE_NAME, generator, cases, seed, with_unknown: true, with_import: true })
    }
}

impl Drive<'_> {
    /// Says where the values of an attribute come from: what the provider would refuse, no test needs to try. `path` has the
    /// names that lead to it, with dots between them: `rule.port`.
    pub fn with<S, V>(mut self, path: &str, values: S) -> Self
    where
        S: Strategy<Value = V> + 'static,
        V: Into<Value> + fmt::Debug + 'static,
    {
        self.generator.with(path, values.prop_map(Into::into).boxed());
        self
    }

    /// How many lives. As many as `PROPTEST_CASES` says, but not more than 64, unless it is said here.
    pub fn cases(mut self, cases: u32) -> Self {
        self.cases = cases;
        self
    }

    /// Makes other values.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Only configurations in which all is known at plan.
    pub fn without_unknown(mut self) -> Self {
        self.with_unknown = false;
        self
    }

    /// Without the import: the resource has an identity and no import.
    pub fn without_import(mut self) -> Self {
        self.with_import = false;
        self
    }

    /// Goes.
    ///
    /// # Errors
    /// The first life that breaks a rule, or in which the provider fails; or if the provider does not want most of the
    /// configurations.
    pub fn run(self) -> Result<Driven, Failure> {
        let settings =
            Settings { cases: self.cases, failure_persistence: None, max_shrink_iters: 1024, ..Settings::default() };
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seeded(self.seed));
        let lives = self.generator.lives(self.with_unknown);
        let (driven, failure) = (Cell::new(Driven::default()), RefCell::new(None));
        let unwanted = RefCell::new(None);
        let outcome = TestRunner::new_with_rng(settings, rng).run(&lives, |life| {
            let mut journey = Journey { drive: &self, driven: driven.get(), step: "" };
            match journey.live(&life) {
                Ok(()) => journey.driven.lives += 1,
                Err(Ended::Unwanted(refusal)) => {
                    journey.driven.refused += 1;
                    *unwanted.borrow_mut() = Some(self.failure("first plan", refusal, &life));
                }
                // What is made simpler must fail for the same reason.
                Err(Ended::Broken(_))
                    if failure.borrow().as_ref().is_some_and(|first: &Failure| first.step != journey.step) => {}
                Err(Ended::Broken(refusal)) => {
                    *failure.borrow_mut() = Some(self.failure(journey.step, refusal, &life));
                    return Err(TestCaseError::fail(journey.step));
                }
            }
            driven.set(journey.driven);
            Ok(())
        });
        let driven = driven.get();
        let few = driven.refused > driven.lives;
        match (outcome, failure.into_inner(), unwanted.into_inner()) {
            (Err(TestError::Fail(_, simplest)), Some(failure), _) => Err(self.simplest(&simplest, failure)),
            (Err(_), Some(failure), _) => Err(failure),
            (_, _, Some(unwanted)) if few => Err(unwanted),
            (_, _, _) => Ok(driven),
        }
    }

    /// The failure of the simplest life that fails, which proptest has tried among others.
    fn simplest(&self, life: &Life, last: Failure) -> Failure {
        let mut journey = Journey { drive: self, driven: Driven::default(), step: "" };
        match journey.live(life) {
            Err(Ended::Broken(refusal)) => self.failure(journey.step, refusal, life),
            Ok(()) | Err(Ended::Unwanted(_)) => last,
        }
    }

    fn failure(&self, step: &'static str, refusal: Refusal, life: &Life) -> Failure {
        let shown = |config: &Value| masked(self.generator.schema(), config);
        let configurations = [
            ("first at plan", &life.first_at_plan),
            ("first", &life.first),
            ("second at plan", &life.second_at_plan),
            ("second", &life.second),
        ];
        let lines = configurations.map(|(what, config)| format!("{what}: {}", shown(config)));
        Failure { step, refusal, configurations: lines.join("\n  ") }
    }
}

/// Why a life was not lived to its end.
enum Ended {
    /// The provider does not want this configuration.
    Unwanted(Refusal),
    /// Something is wrong.
    Broken(Refusal),
}

impl From<Refusal> for Ended {
    fn from(refusal: Refusal) -> Self {
        Self::Broken(refusal)
    }
}

/// One life.
struct Journey<'a, 'k> {
    drive: &'a Drive<'k>,
    driven: Driven,
    step: &'static str,
}

impl Journey<'_, '_> {
    fn live(&mut self, life: &Life) -> Result<(), Ended> {
        let mut object = self.drive.kit.resource(self.drive.name)?;
        let result = self.live_as(&mut object, life);
        if result.is_err() {
            // Whatever is left must not be in the way of the next life.
            let _ = object.destroy();
        }
        result
    }

    fn live_as(&mut self, object: &mut Managed<'_>, life: &Life) -> Result<(), Ended> {
        let whole = |config: &Value| completed(object.schema(), config);
        let (first, first_at_plan) = (whole(&life.first), whole(&life.first_at_plan));
        let (second, second_at_plan) = (whole(&life.second), whole(&life.second_at_plan));

        self.step = "validating the first configuration";
        wanted(object, &first, &first_at_plan)?;
        self.step = "validating the second configuration";
        wanted(object, &second, &second_at_plan)?;

        self.step = "creating the object";
        object.apply_later(&first_at_plan, &first)?;
        self.step = "planning the first configuration again";
        object.settled(&first)?;

        self.step = "changing the object";
        match object.apply_later(&second_at_plan, &second)? {
            Action::NoOp => self.driven.unchanged += 1,
            Action::Update => self.driven.updates += 1,
            Action::Create | Action::Replace | Action::Delete => self.driven.replacements += 1,
        }
        self.step = "planning the second configuration again";
        object.settled(&second)?;

        let identity = object.stored().and_then(|stored| stored.identity()).cloned();
        if let Some(identity) = identity.filter(|_| self.drive.with_import) {
            self.step = "importing the object";
            let forgotten = object.forget();
            if let Err(refusal) = object.import_identity(&identity) {
                object.remember(forgotten);
                return Err(refusal.into());
            }
            self.step = "bringing the imported object to its configuration";
            object.apply(&second)?;
            object.settled(&second)?;
            self.driven.imports += 1;
        }

        self.step = "destroying the object";
        object.destroy()?;
        Ok(())
    }
}

/// A configuration is valid; and if it is, then also as long as a part of it is not known.
fn wanted(object: &Managed<'_>, known: &Value, at_plan: &Value) -> Result<(), Ended> {
    match object.validate(known) {
        Err(refusal @ Refusal::Reported { .. }) => return Err(Ended::Unwanted(refusal)),
        other => other?,
    };
    match object.validate(at_plan) {
        Err(Refusal::Reported { of, diagnostics, .. }) => {
            let told = diagnostics.iter();
            let violations = told.map(|told| Violation::at(told.path().clone(), Rule::UnknownRefused)).collect();
            Err(Ended::Broken(Refusal::Broken { of, call: Call::ValidateResourceConfig, violations }))
        }
        other => {
            other?;
            Ok(())
        }
    }
}

/// With everything that the framework adds to what the author wrote, such as timeouts.
fn completed(schema: &Schema, config: &Value) -> Value {
    let Some(members) = config.as_object() else { return config.clone() };
    let mut members = members.clone();
    for name in schema.block().attributes().keys() {
        members.entry(name.clone()).or_insert(Value::Null);
    }
    Value::Object(members)
}

/// The generator takes 32 bytes.
fn seeded(seed: u64) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(seed.to_le_bytes()).for_each(|(byte, of)| *byte = of);
    bytes
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, refusal, configurations } = self;
        write!(f, "{step}: {refusal}\n  {configurations}")
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::error::Error for Failure {}

impl fmt::Debug for Drive<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drive").field("name", &self.name).finish_non_exhaustive()
    }
}
