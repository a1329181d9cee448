//! What we log, with any text in the message, the module and the fields.
//!
//! An input is a list of texts with a byte 0xff between them, which is in no UTF-8. The first is the module. In each of
//! the others the first byte says what it is (a piece of the message, the name of a field, its value) and the second how
//! often it is repeated, so that a short input makes a long line.
//!
//! A host must be able to read every line: JSON with hclog's own keys once each and as strings, a time stamp with six
//! digits, below the 64 KiB that a host reads at once. Nothing of the message is lost.
#![no_main]

use go_plugin::fuzzing::log_lines;
use go_plugin::hclog::Severity;
use libfuzzer_sys::fuzz_target;
use serde_json::{Number, Value};

/// What the crate promises; hosts read twice as much.
const MAX_LINE_BYTES: usize = 32 * 1024;

/// What all texts together may grow to by repetition: more than two lines, and not so much that the fuzzer gets slow.
const MAX_TEXT_BYTES: usize = 48 * 1024;

const SEVERITIES: [Severity; 5] = [Severity::Trace, Severity::Debug, Severity::Info, Severity::Warn, Severity::Error];

fuzz_target!(|input: &[u8]| {
    let event = Event::read(input);
    let text = log_lines(event.severity, &event.module, &event.message, event.fields);

    assert!(text.ends_with('\n'));
    let mut message = String::new();
    for line in text.split_terminator('\n') {
        assert!(line.len() < MAX_LINE_BYTES, "a line of {} bytes", line.len());
        assert!(!line.contains('\r'));
        let Ok(Value::Object(object)) = serde_json::from_str(line) else { panic!("no JSON object: {line}") };
        let own = |key: &str| match object.get(key) {
            Some(Value::String(text)) => text.as_str(),
            other => panic!("{key} is {other:?} in {line}"),
        };
        // A second key of the same name would win over ours. Within a string, no bare quote stands behind a brace or comma.
        let keys = line.matches("{\"@").count() + line.matches(",\"@").count();
        assert_eq!(keys, 4, "{line}");
        assert_eq!(object.keys().filter(|key| key.starts_with('@')).count(), 4, "{line}");
        assert!(["trace", "debug", "info", "warn", "error"].contains(&own("@level")), "{line}");
        assert_is_time(own("@timestamp"));
        message.push_str(own("@message"));
    }
    assert!(message == event.message, "the message was changed");
});

/// `2006-01-02T15:04:05.000000Z`, to the letter.
fn assert_is_time(text: &str) {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000000Z", "{text}");
}

struct Event {
    severity: Severity,
    module: String,
    message: String,
    fields: Vec<(String, Value)>,
}

impl Event {
    fn read(input: &[u8]) -> Self {
        let mut texts = input.split(|byte| *byte == 0xff);
        let module = texts.next().map(|text| String::from_utf8_lossy(text).into_owned()).unwrap_or_default();
        let severity = SEVERITIES.get(module.len() % SEVERITIES.len()).copied().unwrap_or(Severity::Info);
        let mut event = Self { severity, module, message: String::new(), fields: Vec::new() };
        let mut name = String::new();
        let mut left = MAX_TEXT_BYTES;
        for text in texts {
            let Some((&[kind, times], text)) = text.split_first_chunk() else { continue };
            let text = String::from_utf8_lossy(text);
            let mut repeated = || {
                // Rarely very often: long texts are slow, and there is not much to find in each of them.
                let times = if times & 0xf0 == 0xe0 { 1 << (times & 0xf) } else { usize::from(times % 4) + 1 };
                let repeated = text.repeat(times.min(left / text.len().max(1)));
                left -= repeated.len();
                repeated
            };
            match kind % 5 {
                0 | 1 => event.message.push_str(&repeated()),
                2 => name = text.into_owned(),
                3 => event.fields.push((name.clone(), Value::from(repeated()))),
                _ => event.fields.push((name.clone(), scalar(times, &text))),
            }
        }
        event
    }
}

/// A value that is no text.
fn scalar(kind: u8, text: &str) -> Value {
    match kind % 3 {
        0 => Value::from(kind > 127),
        1 => Value::from(text.parse::<i64>().unwrap_or(i64::MIN)),
        _ => text.parse().ok().and_then(Number::from_f64).map_or(Value::from(f64::MIN_POSITIVE), Value::from),
    }
}
