//! An object that is there already, beside what is declared.

use tf_framework::model::{Model, Planned};
use tf_framework::plan::declared_differences;
use tf_framework::semantic::Duration;

/// A thing.
#[derive(Model)]
#[tf(resource = "thing")]
struct Thing {
    /// What the server calls it.
    #[tf(computed)]
    id: String,
    /// What it is called.
    #[tf(required)]
    name: String,
    /// How long it lasts.
    #[tf(optional)]
    ttl: Option<Duration>,
    /// Where it is.
    #[tf(optional, computed)]
    place: String,
}

fn plan(name: &str, ttl: Option<&str>, place: Planned<String>) -> ThingPlan {
    let ttl = ttl.map(|text| text.parse().unwrap());
    ThingPlan { id: Planned::Undecided, name: name.to_owned(), ttl, place }
}

#[test]
fn what_is_declared_is_compared_and_nothing_else() {
    let found = Thing {
        id: "1".to_owned(),
        name: "a".to_owned(),
        ttl: Some("3600s".parse().unwrap()),
        place: "here".to_owned(),
    };
    let known = |text: &str| Planned::Known(text.to_owned());
    assert_eq!(declared_differences(&plan("a", None, Planned::Undecided), &found), Vec::<String>::new());
    assert_eq!(declared_differences(&plan("a", Some("1h"), known("here")), &found), Vec::<String>::new());
    assert_eq!(declared_differences(&plan("b", Some("2h"), known("there")), &found), ["name", "place", "ttl"]);
}
