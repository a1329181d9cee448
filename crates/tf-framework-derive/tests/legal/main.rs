//! What must compile, without so much as a warning, wherever the lints of the workspace or stricter ones are on.
#![deny(elided_lifetimes_in_paths, unnameable_types, unreachable_pub, unused, unused_qualifications)]
#![expect(dead_code, reason = "that it compiles is all")]

mod names;
mod note;

#[test]
fn legal_models_have_schemas_that_core_accepts() {
    use tf_framework::model::Model as _;

    assert_eq!(note::Note::schema().self_check(), []);
}
