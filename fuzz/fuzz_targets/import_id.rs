//! An import id, as a user types it.
//!
//! An input is a template, a line feed, and the id.
//!
//! Whatever the two are: nothing panics or takes long, and what is found, put back into the template, is the id.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tf_framework::import_id;
use tf_framework::model::IdentityAttribute;
use tf_value::Type;

const NAMES: [&str; 3] = ["a", "b", "c"];

fuzz_target!(|input: &[u8]| {
    let Ok(text) = str::from_utf8(input) else { return };
    let Some((template, id)) = text.split_once('\n') else { return };
    let placeholders = NAMES.map(|name| format!("{{{name}}}"));
    let literals = placeholders.iter().fold(template.to_owned(), |text, placeholder| text.replace(placeholder, ""));
    // Templates are checked where they are written: other braces don't compile.
    if literals.contains(['{', '}']) {
        return;
    }
    let attributes = NAMES.map(|name| IdentityAttribute { name, ty: Type::String, required: true, description: "" });
    let Some(identity) = import_id::read(template, id, &attributes) else { return };
    let mut rebuilt = template.to_owned();
    for (name, placeholder) in NAMES.iter().zip(&placeholders) {
        match identity.attribute(name).and_then(tf_value::Value::as_str) {
            // A template that names an attribute twice is refused where it is written, so what it means is left open; the
            // same goes for values that look like placeholders.
            Some(value) if template.matches(placeholder.as_str()).count() == 1 && !value.contains('{') => {
                rebuilt = rebuilt.replace(placeholder, value);
            }
            Some(_) => return,
            None => assert!(!template.contains(placeholder), "{name} was not found in {id:?} by {template:?}"),
        }
    }
    // Strings are kept in their normal form.
    assert_eq!(tf_value::Text::new(&rebuilt), tf_value::Text::new(id), "by {template:?}");
});
