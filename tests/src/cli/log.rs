//! The log of a CLI, read back: what it made of the lines that a plugin wrote to standard error.

/// One line of a log that was written under `TF_LOG`, `TF_LOG_PROVIDER`…
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogEntry {
    /// `TRACE`, `DEBUG`, `INFO`, `WARN` or `ERROR`.
    pub level: String,
    /// Who wrote it: `provider` is the CLI about its plugins, `provider.terraform-provider-null_v1.0.0` the plugin
    /// itself. Empty if nobody is named.
    pub origin: String,
    /// The message and its fields, as `message: name=value name=value`.
    pub text: String,
}

impl LogEntry {
    /// Whether a provider wrote it.
    pub fn is_of_provider(&self) -> bool {
        self.origin.starts_with("provider.terraform-provider-")
    }

    /// Whether the CLI understood the plugin's line, and did not just pass on its text.
    ///
    /// The CLI adds the time at which the plugin wrote a line only if it could read it.
    pub fn is_structured(&self) -> bool {
        self.text.contains("@module=") && self.text.contains("timestamp=") && !self.text.contains("\"@message\"")
    }
}

/// The entries of a log, in its order. Lines that continue an entry are left out.
pub fn log_entries(log: &str) -> Vec<LogEntry> {
    log.lines().filter_map(entry).collect()
}

/// Reads `TIME [LEVEL] ORIGIN: TEXT`; short levels are padded.
fn entry(line: &str) -> Option<LogEntry> {
    let (_time, rest) = line.split_once(" [")?;
    let (level, rest) = rest.split_once(']')?;
    let rest = rest.trim_start();
    let (origin, text) = rest
        .split_once(": ")
        // An origin is one word; the first colon of a sentence is not behind one.
        .filter(|(origin, _)| !origin.contains(' '))
        .unwrap_or(("", rest));
    Some(LogEntry { level: level.to_owned(), origin: origin.to_owned(), text: text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_split_into_level_origin_and_text() {
        let log = "2026-01-02T03:04:05.678Z [INFO]  provider.terraform-provider-null_v1.0.0: configured: client=1 \
                   @module=a.b timestamp=2026-01-02T03:04:05.677Z\n\
                   continued\n\
                   2026-01-02T03:04:05.678Z [DEBUG] provider.terraform-provider-null_v1.0.0: {\"@message\":\"a @module=\"}\n\
                   2026-01-02T03:04:05.678Z [INFO]  Go runtime version: go1.26\n";
        let [parsed, unparsed, sentence] = log_entries(log).try_into().unwrap();
        assert_eq!((parsed.level.as_str(), parsed.text.split(": ").next()), ("INFO", Some("configured")));
        assert!(parsed.is_of_provider() && parsed.is_structured(), "{parsed:?}");
        assert!(unparsed.is_of_provider() && !unparsed.is_structured(), "{unparsed:?}");
        assert_eq!((sentence.origin.as_str(), sentence.text.as_str()), ("", "Go runtime version: go1.26"));
    }
}
