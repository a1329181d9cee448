//! Structured logs in the form that go-plugin hosts read from standard error: hclog's JSON, one object a line.
//!
//! Hosts are unforgiving here. The values of `@level`, `@message` and `@timestamp` are taken for strings without a check,
//! so a number there ends the *host*. A time stamp with other than six fraction digits turns the line into plain text,
//! and a line above 64 KiB is cut into pieces. So the encoding is done here and nowhere else.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::io::Write as _;

use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Metadata, Subscriber, span};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// Hosts read lines of 64 KiB; ours stay at half of that, whatever they hold.
const MAX_LINE_BYTES: usize = 32 * 1024;

/// What a message may take of a line, after escaping. A longer one is continued in further lines.
const MAX_MESSAGE_BYTES: usize = 20 * 1024;

/// What one field may take of a line, after escaping.
const MAX_FIELD_BYTES: usize = 4 * 1024;

/// Written behind what was cut off.
const CUT: &str = "… (cut)";

/// Layers of the transport that log every frame. Useful to their authors, noise to a plugin's user.
const TRANSPORT: [&str; 8] = ["h2", "hyper", "hyper_util", "mio", "rustls", "tokio", "tonic", "tower"];

/// hclog's levels, as they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Every step.
    Trace,
    /// What a developer wants to see.
    Debug,
    /// What an operator wants to see.
    Info,
    /// Something is off, but goes on.
    Warn,
    /// Something failed.
    Error,
}

impl Severity {
    fn name(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

impl From<&Level> for Severity {
    fn from(level: &Level) -> Self {
        match *level {
            Level::TRACE => Self::Trace,
            Level::DEBUG => Self::Debug,
            Level::INFO => Self::Info,
            Level::WARN => Self::Warn,
            Level::ERROR => Self::Error,
        }
    }
}

/// Reads a level as hosts' users write it: `TRACE`, `debug`, `WARN`, `err`, `off`…
///
/// `JSON`, which Terraform takes for "everything, as JSON", is `TRACE`. Anything unknown is `None`.
#[must_use]
pub fn parse_level(text: &str) -> Option<LevelFilter> {
    match text.trim().to_ascii_lowercase().as_str() {
        "trace" | "json" => Some(LevelFilter::TRACE),
        "debug" => Some(LevelFilter::DEBUG),
        "info" | "notice" => Some(LevelFilter::INFO),
        "warn" | "warning" => Some(LevelFilter::WARN),
        "error" | "err" => Some(LevelFilter::ERROR),
        "off" | "none" => Some(LevelFilter::OFF),
        _ => None,
    }
}

/// One complete log text without fields, ending with a newline. Several lines if the message is long.
#[must_use]
pub fn line(severity: Severity, module: &str, message: &str) -> String {
    lines(severity, module, message, &BTreeMap::new())
}

/// A [`tracing_subscriber`] layer that writes hclog lines to standard error.
#[derive(Debug)]
pub struct HclogLayer {
    level: LevelFilter,
}

impl HclogLayer {
    /// Writes what is at `level` or more severe. Of the transport's own layers, only warnings and errors.
    #[must_use]
    pub fn new(level: LevelFilter) -> Self {
        Self { level }
    }

    fn wants(&self, metadata: &Metadata<'_>) -> bool {
        let origin = metadata.target().split("::").next().unwrap_or_default();
        let limit = if TRANSPORT.contains(&origin) { self.level.min(LevelFilter::WARN) } else { self.level };
        *metadata.level() <= limit
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for HclogLayer {
    fn enabled(&self, metadata: &Metadata<'_>, _context: Context<'_, S>) -> bool {
        self.wants(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn on_new_span(&self, attributes: &span::Attributes<'_>, id: &span::Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &span::Id, values: &span::Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        // From the outermost span inwards, so that what is said closest to the event wins.
        for span in context.event_scope(event).into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(of_span) = span.extensions().get::<Fields>() {
                fields.values.extend(of_span.values.clone());
            }
        }
        event.record(&mut fields);
        let metadata = event.metadata();
        let text = lines(metadata.level().into(), metadata.target(), &fields.message, &fields.values);
        // A host that no longer reads is about to notice that we end; there is nobody else to tell.
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }
}

/// The fields of an event or span, and an event's message.
#[derive(Default)]
struct Fields {
    message: String,
    values: BTreeMap<String, Value>,
}

impl Fields {
    fn insert(&mut self, field: &Field, value: Value) {
        self.values.insert(key(field.name()), value);
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.message);
        } else {
            self.insert(field, Value::from(value));
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field, Value::from(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field, Value::from(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field, Value::from(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON knows neither infinity nor NaN.
        self.insert(
            field,
            serde_json::Number::from_f64(value).map_or_else(|| Value::from(value.to_string()), Value::from),
        );
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

/// Names that begin with `@` belong to hclog.
pub(crate) fn key(name: &str) -> String {
    match name.strip_prefix('@') {
        Some(rest) => format!("field_{rest}"),
        None => name.to_owned(),
    }
}

/// Encodes a message and its fields; the first line carries the fields, the others continue the message.
pub(crate) fn lines(severity: Severity, module: &str, message: &str, fields: &BTreeMap<String, Value>) -> String {
    let module = shorten(&module.replace("::", "."), 256);
    #[expect(clippy::disallowed_methods, reason = "a log line tells when it was written, and nothing depends on it")]
    let timestamp = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
    let frame = |message: &str| {
        let mut line = String::with_capacity(message.len() + 128);
        // Written by hand so that the order is hclog's own, which makes raw logs readable.
        let _ = write!(
            line,
            r#"{{"@level":"{}","@message":{},"@module":{},"@timestamp":{}"#,
            severity.name(),
            json(message),
            json(&module),
            json(&timestamp),
        );
        line
    };
    let mut pieces = pieces(message, MAX_MESSAGE_BYTES).into_iter();
    let mut text = frame(pieces.next().unwrap_or_default());
    for (name, value) in fields {
        let value = match value {
            Value::String(long) => json(&shorten(long, MAX_FIELD_BYTES)),
            other => other.to_string(),
        };
        let field = format!(",{}:{value}", json(&shorten(name, 256)));
        if text.len() + field.len() > MAX_LINE_BYTES - 64 {
            text.push_str(r#","fields_cut":true"#);
            break;
        }
        text.push_str(&field);
    }
    text.push_str("}\n");
    for piece in pieces {
        text.push_str(&frame(piece));
        text.push_str("}\n");
    }
    text
}

fn json(text: &str) -> String {
    Value::from(text).to_string()
}

/// What one character takes in a JSON string.
fn escaped_len(character: char) -> usize {
    match character {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' => 6,
        other => other.len_utf8(),
    }
}

/// Cuts `text` into pieces of at most `limit` escaped bytes, between characters. At least one piece, if empty.
fn pieces(text: &str, limit: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut rest, mut length, mut at) = (text, 0, 0);
    for character in text.chars() {
        if length + escaped_len(character) > limit {
            let (piece, tail) = rest.split_at(at);
            pieces.push(piece);
            (rest, length, at) = (tail, 0, 0);
        }
        length += escaped_len(character);
        at += character.len_utf8();
    }
    pieces.push(rest);
    pieces
}

/// The first `limit` escaped bytes, and a mark if that is not all.
fn shorten(text: &str, limit: usize) -> String {
    match pieces(text, limit).as_slice() {
        [first, _, ..] => format!("{first}{CUT}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Vec<Value> {
        text.lines()
            .map(|line| {
                assert!(line.len() <= MAX_LINE_BYTES, "{} bytes", line.len());
                let value: Value = serde_json::from_str(line).unwrap();
                for key in ["@level", "@message", "@timestamp", "@module"] {
                    assert!(value[key].is_string(), "{key} in {line}");
                }
                value
            })
            .collect()
    }

    #[test]
    fn a_line_has_the_fields_of_hclog_in_its_order() {
        let text = line(Severity::Warn, "a::b", "hello \"you\"");
        assert!(
            text.starts_with(r#"{"@level":"warn","@message":"hello \"you\"","@module":"a.b","@timestamp":""#),
            "{text}"
        );
        assert!(text.ends_with("Z\"}\n"), "{text}");
    }

    #[test]
    fn time_stamps_have_six_fraction_digits() {
        let text = line(Severity::Info, "m", "");
        let stamp = parsed(&text)[0]["@timestamp"].as_str().unwrap().to_owned();
        let (_, fraction) = stamp.split_once('.').unwrap();
        assert_eq!(fraction.len(), 7, "{stamp}");
        assert_eq!(stamp.len(), "2006-01-02T15:04:05.000000Z".len());
    }

    #[test]
    fn hostile_text_stays_in_bounds_and_whole() {
        for message in ["\u{1}".repeat(100_000), "\"\\\n".repeat(50_000), "ü𝄞".repeat(30_000), String::new()] {
            let values = parsed(&line(Severity::Error, &"m".repeat(90_000), &message));
            let joined: String = values.iter().map(|value| value["@message"].as_str().unwrap()).collect();
            assert_eq!(joined, message);
        }
    }

    #[test]
    fn many_long_fields_are_cut_and_say_so() {
        let fields = (0..100).map(|n| (format!("field{n:03}"), Value::from("\u{2}".repeat(10_000)))).collect();
        let text = lines(Severity::Info, "m", "message", &fields);
        let value = &parsed(&text)[0];
        assert_eq!(value["fields_cut"], true);
        assert!(value["field000"].as_str().unwrap().ends_with(CUT));
    }

    #[test]
    fn names_of_hclog_itself_can_not_be_taken() {
        assert_eq!(key("@level"), "field_level");
        assert_eq!(key("level"), "level");
    }

    #[test]
    fn levels_are_read_as_users_write_them() {
        assert_eq!(parse_level("TRACE"), Some(LevelFilter::TRACE));
        assert_eq!(parse_level(" Err "), Some(LevelFilter::ERROR));
        assert_eq!(parse_level("JSON"), Some(LevelFilter::TRACE));
        assert_eq!(parse_level("loud"), None);
    }

    #[test]
    fn the_transport_is_quiet() {
        let layer = HclogLayer::new(LevelFilter::TRACE);
        tracing::subscriber::with_default(tracing_subscriber::registry(), || {
            let loud = tracing::info_span!(target: "h2::frame", "loud");
            let own = tracing::info_span!(target: "author", "own");
            assert!(!layer.wants(loud.metadata().unwrap()));
            assert!(layer.wants(own.metadata().unwrap()));
        });
    }
}
