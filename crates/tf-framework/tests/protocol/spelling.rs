//! Collections of semantic types, from call to call: what the server writes in its own way stays as the user wrote it.

use tf_framework::value::Value;

use crate::apply_resource_change::{apply, planned, request as application};
use crate::core::{Core, config, note_value, state, told, with};
use crate::partial::read;
use crate::plan_resource_change::{plan, request};

fn spelled(note: Value, pauses: &[&str], networks: &[&str]) -> Value {
    let texts = |texts: &[&str]| texts.iter().copied().map(Value::from).collect::<Vec<_>>();
    with(note, [("pauses", Value::list(texts(pauses))), ("networks", Value::set(texts(networks)))])
}

const PAUSES: &[&str] = &["60m", "5"];
const NETWORKS: &[&str] = &["10.0.0.1/32", "10.9.9.9/8"];

#[tokio::test]
async fn what_is_created_and_read_is_as_it_was_written() {
    let core = Core::new("spelling create").await;
    let config = spelled(config("x"), PAUSES, NETWORKS);
    let answer = apply(&core, application(&Value::Null, &planned(config.clone()), &config)).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    let created = spelled(state("x"), PAUSES, NETWORKS);
    assert_eq!(note_value(answer.new_state.as_ref()), created);
    assert_eq!(note_value(read(&core, &created).await.new_state.as_ref()), created);
}

#[tokio::test]
async fn other_spellings_are_no_change() {
    let core = Core::new("spelling same").await;
    let prior = spelled(state("x"), PAUSES, NETWORKS);
    let config = spelled(config("x"), &["1h", "5s"], &["10.0.0.0/8", "10.0.0.1"]);
    let answer = plan(&core, request(&prior, &config)).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    assert_eq!(note_value(answer.planned_state.as_ref()), prior);
}

#[tokio::test]
async fn a_change_is_planned_and_stored_as_it_is_written() {
    let core = Core::new("spelling change").await;
    let prior = spelled(state("x"), PAUSES, NETWORKS);
    // One element of each stays and is spelled differently; core would refuse a mixture of configuration and state.
    let (pauses, networks) = (&["1h", "6"], &["10.0.0.1", "::1/128"]);
    let config = spelled(config("x"), pauses, networks);
    let answer = plan(&core, request(&prior, &config)).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    let planned = note_value(answer.planned_state.as_ref());
    assert_eq!(planned, spelled(state("x"), pauses, networks));
    let answer = apply(&core, application(&prior, &planned, &config)).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    assert_eq!(note_value(answer.new_state.as_ref()), planned);
}
