//! What must not compile, and what it is called then: each file in `ui` against the text in the file beside it.
//!
//! `TRYBUILD=overwrite` writes the texts. They are those of the pinned compiler.

#[test]
fn illegal_models_are_compile_errors() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
