//! Data sources, ephemeral resources and functions through whatever is made up, and what their drives notice.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::{Model, Query, Secret};
use tf_framework::{
    Contents, Context, DataSource, Ephemeral, Function, FunctionError, Opened, Outcome, Provider, Renewed,
};
use tf_testing::{Client, Failure, Kit, Rule, config};
use tf_value::Value;

use crate::memory::{Found, Kept, Lease, Note, Slug, kit, kit_under, lock, store};

/// A kit whose store has these notes.
fn kit_with(name: &str, notes: &[&str]) -> Kit {
    for note in notes {
        let kept = Kept { text: Some((*note).to_owned()), secret: Some(format!("the secret of {note}")) };
        lock(&store(name)).insert((*note).to_owned(), kept);
    }
    kit(name)
}

#[test]
fn data_sources_are_read_at_plan_if_they_can() {
    let kit = kit_with("found", &["a", "b"]);
    let driven = kit.drive::<Found>().unwrap().with("name", "[abc]").cases(100).run().unwrap();
    assert_eq!(driven.reads + driven.refused, 100, "{driven:?}");
    assert!(driven.refused > 10 && driven.at_plan > 10 && driven.at_plan < driven.reads, "{driven:?}");
    let known = kit.drive::<Found>().unwrap().with("name", "[ab]").without_unknown().run().unwrap();
    assert_eq!(known.at_plan, known.reads);

    let failure = kit.drive::<Found>().unwrap().run().unwrap_err();
    assert!(failure.to_string().contains("There is no such note"), "{failure}");
}

#[test]
fn ephemeral_resources_are_opened_and_closed() {
    let kit = kit_with("leases", &["a", "b"]);
    let driven = kit.drive::<Lease>().unwrap().with("name", "[ab]").cases(100).run().unwrap();
    assert_eq!((driven.opened, driven.refused, driven.renewals), (100, 0, 0), "{driven:?}");
    assert!(driven.at_plan > 10 && driven.at_plan < 100, "{driven:?}");
    let older = kit_under(Client::older(), "leases_older");
    assert!(older.drive::<Lease>().is_err(), "it has none");
}

#[test]
fn functions_are_called_with_whatever_they_take() {
    for (client, name) in [(Client::opentofu(), "calls_tofu"), (Client::terraform(), "calls_terraform")] {
        let kit = kit_under(client, name);
        let driven = kit.drive::<Slug>().unwrap().with("text", "[a-z ]{1,5}").cases(100).run().unwrap();
        assert!(driven.calls > 60 && driven.unknown > 10 && driven.refused > 0, "{driven:?}");
        kit.drive::<Slug>().unwrap().with("txet", Just(Value::Null)).run().unwrap_err();
    }
}

#[test]
fn notes_are_replaced_in_either_order() {
    let kit = kit("either");
    let driven =
        kit.drive::<Note>().unwrap().with("name", "[a-z]{3,6}").create_before_destroy().cases(100).run().unwrap();
    assert!(driven.created_first > 5 && driven.replacements > driven.created_first + 5, "{driven:?}");
    assert!(lock(&store("either")).is_empty());
}

/// What can go wrong with these, each asked for by name.
#[derive(Model)]
#[tf(provider = "faulty")]
struct Faulty {}

/// What nobody can know in advance.
static COUNT: AtomicU32 = AtomicU32::new(0);

impl Provider for Faulty {
    type Client = ();

    fn contents() -> Contents<Self> {
        Contents::new().data_source::<Clock>().ephemeral::<Ticket>().function::<Bounded>()
    }

    fn configure(_: Self) -> Outcome<()> {
        Ok(())
    }
}

/// What is another each time.
#[derive(Model)]
#[tf(data_source = "clock")]
struct Clock {
    /// Where it hangs.
    #[tf(required)]
    place: String,
    /// What it shows.
    #[tf(computed)]
    time: i64,
}

impl DataSource for Clock {
    type Provider = Faulty;

    async fn read(_: &Context<Faulty>, ClockPlan { place, .. }: Query<Self>) -> Outcome<Self> {
        Ok(Self { place, time: i64::from(COUNT.fetch_add(1, Ordering::Relaxed)) })
    }
}

/// A ticket that is to be renewed.
#[derive(Model)]
#[tf(ephemeral = "ticket")]
struct Ticket {
    /// What is wrong with it.
    #[tf(required)]
    fault: String,
    /// What it is good for.
    #[tf(computed)]
    code: Secret,
}

#[expect(clippy::disallowed_methods, reason = "a core waits until then by the clock of the machine")]
fn in_a_minute() -> SystemTime {
    SystemTime::now() + Duration::from_secs(60)
}

impl Ephemeral for Ticket {
    type Provider = Faulty;
    type Lease = String;

    async fn open(cx: &Context<Faulty>, TicketPlan { fault, .. }: Query<Self>) -> Outcome<Opened<Self>> {
        let code = Secret::from("the code of the ticket");
        if fault == "talks" {
            cx.warn(Diagnostic::warning(format!("It is {}", code.expose())));
        }
        let renew_at = if fault == "late" { SystemTime::UNIX_EPOCH } else { in_a_minute() };
        Ok(Opened { lease: fault.clone(), result: Self { fault, code }, renew_at: Some(renew_at) })
    }

    async fn renew(_: &Context<Faulty>, lease: String) -> Outcome<Renewed<String>> {
        if lease == "expires" {
            return Err(Diagnostic::error("It has expired").into());
        }
        Ok(Renewed { lease, renew_at: Some(in_a_minute()) })
    }

    async fn close(_: &Context<Faulty>, lease: String) -> Outcome<()> {
        if lease == "stays" { Err(Diagnostic::error("It stays open").into()) } else { Ok(()) }
    }
}

/// A number that is not too large.
#[derive(Model)]
#[tf(function = "bounded")]
struct Bounded {
    /// The number.
    number: i64,
    /// More of them.
    #[tf(variadic)]
    rest: Vec<i64>,
}

impl Function for Bounded {
    type Output = i64;

    fn call(self) -> Result<i64, FunctionError> {
        match self.rest.iter().position(|number| *number > 90) {
            Some(index) => Err(FunctionError::at_further(Self::REST, index, "it is too large")),
            None => Ok(self.number),
        }
    }
}

fn faulty() -> Kit {
    Kit::new::<Faulty>(config!({})).unwrap()
}

#[test]
fn a_data_source_that_is_never_the_same_is_noticed() {
    let failure = faulty().drive::<Clock>().unwrap().without_unknown().run().unwrap_err();
    assert!(failure.refusal.breaks(&Rule::UnstableRead), "{failure}");
    assert!(failure.to_string().contains("attribute time: it is read again"), "{failure}");
}

#[test]
fn what_is_wrong_with_an_ephemeral_resource_is_noticed() {
    let drive = |fault: &'static str| -> Result<_, Failure> {
        faulty().drive::<Ticket>().unwrap().with("fault", Just(fault)).cases(8).run()
    };
    let driven = drive("none").unwrap();
    assert!(driven.renewals >= 8 * 4, "two leases, twice each: {driven:?}");
    for (fault, step, text) in [
        ("late", "", "it is to be renewed at a time that has passed"),
        ("talks", "", "the secret of faulty_ticket.code is in the answer"),
        ("expires", "renewing", "It has expired"),
        ("stays", "closing", "It stays open"),
    ] {
        let failure = drive(fault).unwrap_err();
        assert!(failure.to_string().contains(text), "{fault}: {failure}");
        assert!(step.is_empty() || ["planning", step].contains(&failure.step), "{fault}: {failure}");
    }
}

#[test]
fn functions_blame_the_argument_that_is_wrong() {
    let driven = faulty().drive::<Bounded>().unwrap().with("number", 0_i64..10).with("rest", 0_i64..100).run().unwrap();
    assert!(driven.refused > 0 && driven.calls > 40, "{driven:?}");
}
