//! Attributes of semantic types in a plan: another spelling is no change, and what means nothing is refused.

use tf_framework::assert as judge;
use tf_framework::model::AttributeType;
use tf_framework::plan::{PlanRequest, keep_spelling, plan};
use tf_framework::schema::{Attribute, Block, Mode, Schema};
use tf_framework::semantic::{Cidr, Duration, Json, LowerCase, NormalizedSet, Pem, PolicyText, SecretPem};
use tf_framework::validate::{ClientCapabilities, validate};
use tf_framework::value::Value;

const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n";
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nAQID\n-----END PRIVATE KEY-----\n";

/// Checks that `same` is planned as no change of `prior`, `different` as a change, and `nonsense` not at all.
#[track_caller]
fn check<T: AttributeType>([prior, same, different, nonsense]: [Value; 4]) {
    for attribute in [T::attribute(Mode::Optional), <Option<T>>::attribute(Mode::Optional)] {
        let schema =
            Schema::new(0, Block::new().attribute("a", attribute).attribute("id", Attribute::computed(T::shape())));
        assert_eq!(schema.self_check(), []);
        let object = |a: &Value, id: &Value| Value::object([("a", a.clone()), ("id", id.clone())]);
        let state = object(&prior, &prior);

        assert_eq!(planned(&schema, &state, &object(&same, &Value::Null)), state, "a change of nothing is planned");
        let changed = planned(&schema, &state, &object(&different, &Value::Null));
        assert_eq!(changed.attribute("a"), Some(&different), "a change is not planned");
        assert_eq!(keep_spelling(&schema, &state, object(&same, &prior)), state);

        let client = ClientCapabilities { write_only_attributes: true };
        let told = |a: &Value| validate(&schema, &object(a, &Value::Null), client).iter().count();
        assert_eq!([&prior, &same, &different, &nonsense, &Value::unknown()].map(told), [0, 0, 0, 1, 0]);
    }
}

/// What is planned, after core has looked at it.
#[track_caller]
pub(crate) fn planned(schema: &Schema, prior: &Value, config: &Value) -> Value {
    let proposed = judge::proposed_new(schema, prior, config);
    let request = PlanRequest { config, prior, proposed: &proposed, private: &[], identity: None };
    let outcome = plan(schema, request).finish();
    assert!(outcome.diagnostics.is_empty(), "{:?}", outcome.diagnostics);
    assert_eq!(judge::plan_answer(schema, prior, config, &outcome.planned, &outcome.requires_replace), []);
    outcome.planned
}

#[test]
fn spellings_in_a_plan() {
    check::<Duration>(["1h", "3600", "3601s", "an hour"].map(Value::from));
    check::<Cidr>(["10.0.0.1", "10.0.0.1/32", "10.0.0.2", "localhost"].map(Value::from));
    check::<Json>(["{\"a\":1}", "{ \"a\": 1.0 }", "{\"a\":2}", "{a:1}"].map(Value::from));
    check::<PolicyText>(["path \"a\" {}", "# a\npath a {}", "path \"b\" {}", "path \"a\" {"].map(Value::from));
    let texts = [CERTIFICATE, &CERTIFICATE.replace('\n', "\r\n"), &CERTIFICATE.replace("AQID", "AQIE"), KEY];
    check::<Pem>(texts.map(Value::from));
    let texts = [KEY, &KEY.replace('\n', "\r\n"), &KEY.replace("AQID", "AQIE"), "AQID"];
    check::<SecretPem>(texts.map(Value::from));
}

#[test]
fn spellings_of_sets_in_a_plan() {
    let set = |elements: &[&str]| Value::set(elements.iter().copied().map(Value::from));
    let networks = [&["10.0.0.1", "::1"][..], &["::1/128", "10.0.0.1/32"], &["10.0.0.1"], &["localhost"]];
    check::<NormalizedSet<Cidr>>(networks.map(set));
    let null = Value::set([Value::Null]);
    check::<NormalizedSet<LowerCase>>([set(&["A"]), set(&["a"]), set(&["b"]), null]);
}
