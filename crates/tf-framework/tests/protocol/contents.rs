//! What is wrong with a provider as a whole.

use plugin_proto::tfplugin6::get_provider_schema;
use plugin_proto::tfplugin6::provider_server::Provider as _;
use tf_framework::diagnostic::Diagnostics;
use tf_framework::model::{Model, Plan, Setting};
use tf_framework::server::Server;
use tf_framework::{Contents, Context, Mistake, Outcome, Provider, Resource, Upgrade};

use crate::core::{Core, told};

#[test]
fn the_provider_of_these_tests_is_sound() {
    assert_eq!(Core::unconfigured("sound").server.contents().self_check(), []);
}

/// A provider with mistakes.
#[derive(Debug, Model)]
#[tf(provider = "bad")]
struct Bad {
    /// An address.
    #[tf(optional)]
    address: Setting<String>,
}

impl Provider for Bad {
    type Client = ();

    fn contents() -> Contents<Self> {
        Contents::new().resource::<Thing>().resource::<Thing>()
    }

    fn configure(_: Self) -> Outcome<()> {
        Ok(())
    }
}

/// A thing whose states can't be upgraded from version 1, and which never had a version 7.
#[derive(Debug, Model)]
#[tf(resource = "thing", version = 2)]
struct Thing {
    /// A number.
    #[tf(optional)]
    number: Option<i64>,
}

/// Any earlier version of it.
#[derive(Debug, Model)]
#[tf(object)]
struct Old {
    /// A number.
    #[tf(optional)]
    number: Option<i64>,
}

impl Old {
    fn convert(self) -> Outcome<Thing> {
        Ok(Thing { number: self.number })
    }
}

impl Resource for Thing {
    type Provider = Bad;

    async fn create(_: &Context<Bad>, _: Plan<Self>) -> Outcome<Self> {
        Err(Diagnostics::new().into())
    }

    async fn read(_: &Context<Bad>, state: Self) -> Outcome<Option<Self>> {
        Ok(Some(state))
    }

    async fn update(_: &Context<Bad>, prior: Self, _: Plan<Self>) -> Outcome<Self> {
        Ok(prior)
    }

    async fn delete(_: &Context<Bad>, _: Self) -> Outcome<()> {
        Ok(())
    }

    fn upgrades() -> Vec<Upgrade<Self>> {
        vec![Upgrade::from(0, Old::convert), Upgrade::from(7, Old::convert)]
    }
}

#[test]
fn mistakes_are_found() {
    let upgrade = |version| Mistake::Upgrade { name: "bad_thing".to_owned(), version };
    let expected = [Mistake::Repeated { name: "bad_thing".to_owned() }, upgrade(1), upgrade(7)];
    assert_eq!(Bad::contents().self_check(), expected);
    let texts: Vec<_> = expected.iter().map(ToString::to_string).collect();
    assert_eq!(texts[0], "bad_thing is listed twice");
    assert!(texts[1].ends_with("see version 1"), "{}", texts[1]);
}

#[tokio::test]
async fn a_debug_build_tells_them_to_core() {
    let request = tonic::Request::new(get_provider_schema::Request {});
    let answer = Server::<Bad>::new().get_provider_schema(request).await.unwrap().into_inner();
    assert_eq!(told(&answer.diagnostics), ["error: Bug in the Provider"; 3]);
}
