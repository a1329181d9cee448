//! Notes from values and back: as states, which are whole, and as plans, in which something is left to the provider.

use tf_framework::assert;
use tf_framework::model::{DecodeError, Fields as _, Model as _, Planned, Secret};
use tf_framework::plan::{self, PlanRequest};
use tf_framework::value::{Number, Value};

use super::note::{LabelPlan, Note, NotePlan, label, reader, value};

/// A whole state. It has nothing of what is write-only.
fn state() -> Value {
    let text = |text: &str| Value::from(text);
    let by = |colour: &str| label(&[("text", text("a")), ("colour", text(colour)), ("by", text("me"))]);
    value(&[
        ("mount", text("notes")),
        ("name", text("first")),
        ("text", text("Hello")),
        ("ttl", Value::from(60)),
        ("weight", Value::Number("1.25".parse().unwrap())),
        ("secret_version", Value::from(2)),
        ("digest", text("abc")),
        ("id", text("17")),
        ("owner", text("me")),
        ("ready_for_renewal", Value::from(false)),
        ("type", text("letter")),
        ("key_in_state", text("canary")),
        ("labels", Value::list([by("red"), by("blue")])),
        ("translations", Value::map([("de", by("rot"))])),
        ("reader", Value::set([reader("a", &[]), reader("b", &[Value::from(1), Value::from(7)])])),
        ("origin", reader("c", &[])),
    ])
}

/// The state with some members changed.
fn but(changed: &[(&str, Value)]) -> Value {
    let members = state().as_object().cloned().unwrap();
    let members = members.iter().map(|(name, value)| (name.as_str(), value.clone()));
    Value::object(members.chain(changed.iter().map(|(name, value)| (*name, value.clone()))))
}

fn planned(changed: &[(&str, Value)]) -> NotePlan {
    Note::plan_from_object(but(changed)).unwrap()
}

#[test]
fn a_state_comes_back_as_it_was() {
    let note = Note::from_object(state()).unwrap();
    assert_eq!(
        (note.name.as_str(), note.ttl, note.weight.as_ref()),
        ("first", 60, Some(&"1.25".parse::<Number>().unwrap()))
    );
    assert_eq!(note.r#type.as_deref(), Some("letter"));
    assert_eq!(note.labels.as_ref().unwrap()[1].colour, "blue");
    assert_eq!(note.translations.as_ref().unwrap()["de"].by, "me");
    assert_eq!(note.reader.iter().map(|reader| reader.day.len()).sum::<usize>(), 2);
    assert_eq!(note.to_object(), state());
    note.to_object().check(Note::schema().implied_type()).unwrap();
}

#[test]
fn a_state_has_nothing_of_what_is_write_only() {
    let secret = label(&[
        ("text", Value::from("a")),
        ("colour", Value::from("red")),
        ("by", Value::from("me")),
        ("secret", Value::from("canary")),
    ]);
    let with_secrets = but(&[("secret", Value::from("canary")), ("labels", Value::list([secret]))]);
    let object = Note::from_object(with_secrets).unwrap().to_object();
    assert_eq!(object.attribute("secret"), Some(&Value::Null));
    let labels = object.attribute("labels").and_then(Value::as_slice).unwrap();
    assert_eq!(labels[0].attribute("secret"), Some(&Value::Null));
}

#[test]
fn what_a_state_did_not_have_yet_has_its_default() {
    let note = Note::from_object(but(&[("ttl", Value::Null), ("mount", Value::Null)])).unwrap();
    assert_eq!((note.ttl, note.mount.as_str()), (3600, "notes"));
}

#[test]
fn what_is_wrong_says_where() {
    #[track_caller]
    fn check(name: &str, value: &Value, path: &str, demand: &str) {
        for error in [
            Note::from_object(but(&[(name, value.clone())])).err(),
            Note::plan_from_object(but(&[(name, value.clone())])).err(),
        ] {
            let error: DecodeError = error.unwrap();
            assert_eq!((error.path().to_string().as_str(), error.to_string().as_str()), (path, demand));
        }
    }
    check("name", &Value::Null, "name", "must not be null");
    check("name", &Value::from(1), "name", "must be a string");
    check("text", &Value::unknown(), "text", "is not known before apply");
    check("reader", &Value::set([reader("a", &[Value::from(300)])]), "reader[...].day[0].number", BYTE);
    let label = label(&[("colour", Value::from("red")), ("by", Value::from("me"))]);
    check("translations", &Value::map([("de", label)]), r#"translations["de"].text"#, "must not be null");
    assert!(Note::from_object(Value::Null).is_err());
}

const BYTE: &str = "must be a whole number from 0 to 255";

#[test]
fn a_plan_leaves_open_what_is_computed() {
    let unknown = |name| (name, Value::unknown());
    let label = label(&[("text", Value::from("a")), ("colour", Value::from("red")), unknown("by")]);
    let changed = [
        unknown("digest"),
        unknown("owner"),
        unknown("key_in_state"),
        ("secret", Value::from("canary")),
        ("labels", Value::list([label.clone()])),
    ];
    let plan = planned(&changed);
    assert_eq!((&plan.digest, &plan.owner), (&Planned::Undecided, &Planned::Undecided));
    assert!(plan.key_in_state.is_undecided());
    assert_eq!((&plan.id, plan.ttl), (&Planned::Known("17".to_owned()), 60));
    assert_eq!(plan.secret.as_ref().map(Secret::expose), Some("canary"));
    let LabelPlan { text, by, .. } = &plan.labels.as_ref().unwrap()[0];
    assert_eq!((text.as_str(), by), ("a", &Planned::Undecided));

    // As it will be stored: without the secret.
    let stored = but(&[unknown("digest"), unknown("owner"), unknown("key_in_state"), ("labels", Value::list([label]))]);
    assert_eq!(Note::plan_to_object(&plan), stored);
    stored.check(Note::schema().implied_type()).unwrap();
}

#[test]
fn null_is_a_value_of_what_can_be_null_and_open_for_what_can_not() {
    let plan = planned(&[("key_in_state", Value::Null), ("owner", Value::Null)]);
    assert!(matches!(plan.key_in_state, Planned::Known(None)));
    assert_eq!(plan.owner, Planned::Undecided);
}

#[test]
fn the_plan_of_the_engine_is_one_of_the_model() {
    let schema = Note::schema();
    let config = value(&[
        ("name", Value::from("first")),
        ("text", Value::from("Hello")),
        ("secret", Value::from("canary")),
        ("secret_version", Value::from(1)),
        ("reader", Value::set([reader("a", &[])])),
        ("labels", Value::list([label(&[("text", Value::from("x"))])])),
    ]);
    let proposed = assert::proposed_new(&schema, &Value::Null, &config);
    let request =
        PlanRequest { config: &config, prior: &Value::Null, proposed: &proposed, private: &[], identity: None };
    let outcome = plan::plan(&schema, request).finish();
    assert!(outcome.diagnostics.is_empty());
    let NotePlan { mount, ttl, digest, id, ready_for_renewal, labels, secret, .. } =
        Note::plan_from_object(outcome.planned.clone()).unwrap();
    assert_eq!((mount.as_str(), ttl), ("notes", 3600));
    assert!(digest.is_undecided() && id.is_undecided());
    assert_eq!(ready_for_renewal, Planned::Known(false), "a new note is not due");
    let label = &labels.unwrap()[0];
    assert_eq!((label.colour.as_str(), &label.by), ("red", &Planned::Undecided));
    assert!(secret.is_none());
    assert_eq!(Note::plan_to_object(&Note::plan_from_object(outcome.planned.clone()).unwrap()), outcome.planned);
}

#[test]
fn secrets_are_not_printed() {
    let canary = || Value::from("canary");
    let label = label(&[
        ("text", Value::from("a")),
        ("colour", Value::from("red")),
        ("by", Value::from("me")),
        ("secret", canary()),
        ("secret_version", Value::from(1)),
    ]);
    let changed = [("secret", canary()), ("labels", Value::list([label])), ("text", canary())];
    let plan = planned(&changed);
    assert_eq!(format!("{plan:?} {:?}", plan.labels.as_ref().unwrap()), "NotePlan { .. } [LabelPlan { .. }]");
    let note = Note::from_object(but(&[("secret", canary())])).unwrap();
    assert!(!format!("{note:?}").contains("canary"));
}
