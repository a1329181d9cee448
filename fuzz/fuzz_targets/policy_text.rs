//! A policy of Vault or OpenBao, in HCL or JSON: from a configuration, or as a server answers it.
//!
//! An input is the text.
//!
//! Whatever the text is: nothing panics, and every text means the same as itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tf_framework::model::AttributeType;
use tf_framework::plan::keep_spelling;
use tf_framework::schema::{Block, Mode, Schema};
use tf_framework::semantic::PolicyText;
use tf_value::Value;

fuzz_target!(|input: &[u8]| {
    let Ok(text) = str::from_utf8(input) else { return };
    // That it is refused is an answer, too.
    let _ = PolicyText::from(text).check();
    let schema = Schema::new(0, Block::new().attribute("policy", PolicyText::attribute(Mode::Required)));
    let object = |text: &str| Value::object([("policy", Value::from(text))]);
    assert_eq!(keep_spelling(&schema, &object(text), object(text)), object(text));
    let indented = format!("\n{text}\n");
    let kept = keep_spelling(&schema, &object(text), object(&indented));
    if PolicyText::from(text).check().is_ok() {
        assert_eq!(kept, object(text), "a line more or less is no difference");
    }
});
