//! Errors and warnings of a CLI as it prints them under `-json`, and what a test expects of one.
//!
//! The JSON does not hold the path of the attribute. A CLI turns the path that a provider named into a range of the
//! configuration and quotes it, so that is where [`Complaint::at`] looks.

use std::fmt;

use serde_json::Value;

/// What a test expects of an error or a warning. Everything that is not asked for may be as it likes.
#[derive(Clone, Debug)]
#[must_use = "a complaint does nothing until a story expects it"]
pub struct Complaint {
    summary: String,
    details: Vec<String>,
    address: Option<String>,
    attribute: Option<String>,
}

impl Complaint {
    /// One whose summary contains this text.
    pub fn new(summary: impl Into<String>) -> Self {
        Self { summary: summary.into(), details: Vec::new(), address: None, attribute: None }
    }

    /// Its detail contains this text.
    pub fn detail(mut self, text: impl Into<String>) -> Self {
        self.details.push(text.into());
        self
    }

    /// It is about this resource, or about a block that declares it.
    pub fn about(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// It points into the value of this attribute, or at its name. Of a nested one, name the last step of the path.
    pub fn at(mut self, attribute: impl Into<String>) -> Self {
        self.attribute = Some(attribute.into());
        self
    }

    fn is_met_by(&self, diagnostic: &Diagnostic) -> bool {
        diagnostic.summary.contains(&self.summary)
            && self.details.iter().all(|text| diagnostic.detail.contains(text))
            && self.address.as_ref().is_none_or(|address| diagnostic.address.as_ref() == Some(address))
            && self.attribute.as_ref().is_none_or(|name| diagnostic.attribute.as_ref() == Some(name))
    }
}

impl From<&str> for Complaint {
    fn from(summary: &str) -> Self {
        Self::new(summary)
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.summary)?;
        self.details.iter().try_for_each(|detail| write!(f, " with {detail:?}"))?;
        self.address.iter().try_for_each(|address| write!(f, " about {address}"))?;
        self.attribute.iter().try_for_each(|attribute| write!(f, " at {attribute}"))
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Severity {
    Error,
    Warning,
}

/// One error or warning that was printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Diagnostic {
    severity: Severity,
    summary: String,
    detail: String,
    address: Option<String>,
    /// The attribute into which, or at which, it points.
    attribute: Option<String>,
}

impl Diagnostic {
    fn read(json: &Value) -> Option<Self> {
        let text = |name| json.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            severity: match json.get("severity")?.as_str()? {
                "error" => Severity::Error,
                "warning" => Severity::Warning,
                _ => return None,
            },
            summary: text("summary")?,
            detail: text("detail").unwrap_or_default(),
            address: text("address").or_else(|| block_of(json.get("snippet")?)),
            attribute: json.get("snippet").and_then(attribute_of),
        })
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{severity} {:?}", self.summary)?;
        self.address.iter().try_for_each(|address| write!(f, " about {address}"))?;
        self.attribute.iter().try_for_each(|attribute| write!(f, " at {attribute}"))?;
        if self.detail.is_empty() { Ok(()) } else { write!(f, ": {:?}", self.detail) }
    }
}

/// All of the output of a command under `-json`: one object of `validate`, or the lines of `plan` and `apply`.
pub(crate) fn diagnostics(stdout: &str) -> Vec<Diagnostic> {
    if let Ok(whole) = serde_json::from_str::<Value>(stdout)
        && let Some(list) = whole.get("diagnostics").and_then(Value::as_array)
    {
        return list.iter().filter_map(Diagnostic::read).collect();
    }
    let lines = stdout.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter_map(|line| Diagnostic::read(line.get("diagnostic")?)).collect()
}

/// Whether one of them is the expected one.
pub(crate) fn expect(found: &[Diagnostic], severity: Severity, complaint: &Complaint) -> Result<(), String> {
    let mut candidates = found.iter().filter(|diagnostic| diagnostic.severity == severity);
    if candidates.any(|diagnostic| complaint.is_met_by(diagnostic)) {
        return Ok(());
    }
    Err(format!("{severity:?} {complaint} is missing; {}", list(found)))
}

/// All of them, for a failure.
pub(crate) fn list(found: &[Diagnostic]) -> String {
    let texts: Vec<String> = found.iter().map(Diagnostic::to_string).collect();
    if texts.is_empty() { "there are no diagnostics".to_owned() } else { format!("there is {}", texts.join("; and ")) }
}

/// The address of the block that is quoted; errors about what can't even be decoded have no address of their own.
fn block_of(snippet: &Value) -> Option<String> {
    let mut words = snippet.get("context")?.as_str()?.split_whitespace();
    let (block, kind, name) = (words.next()?, words.next()?.trim_matches('"'), words.next()?.trim_matches('"'));
    match block {
        "resource" => Some(format!("{kind}.{name}")),
        "data" | "ephemeral" => Some(format!("{block}.{kind}.{name}")),
        _ => None,
    }
}

/// The name before the last equals sign that stands before what is highlighted, or else what is highlighted.
fn attribute_of(snippet: &Value) -> Option<String> {
    let code = snippet.get("code")?.as_str()?;
    let offset = |name| snippet.get(name).and_then(Value::as_u64).and_then(|offset| usize::try_from(offset).ok());
    let (start, end) = (offset("highlight_start_offset")?, offset("highlight_end_offset")?);
    let (before, highlighted) = (code.get(..start)?, code.get(start..end)?);
    // With nothing in front of it in its line, the name itself is highlighted.
    let line = before.rsplit('\n').next().unwrap_or_default();
    let assigned = if line.trim().is_empty() { highlighted } else { before.rsplit_once('=')?.0 };
    let name = assigned.trim_end().rsplit(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).next()?;
    name.starts_with(char::is_alphabetic).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn snippet(code: &str, highlighted: &str) -> Value {
        let start = code.rfind(highlighted).unwrap();
        json!({ "code": code, "highlight_start_offset": start, "highlight_end_offset": start + highlighted.len() })
    }

    #[test]
    fn the_attribute_is_the_one_whose_value_is_quoted() {
        let cases = [
            ("  note = \"bad\"", "\"bad\"", Some("note")),
            ("  list = [\"a\", \"bad\"]", "\"bad\"", Some("list")),
            ("  nested = { one = 1, two = -1 }", "-1", Some("two")),
            ("  colour = \"red\"", "colour", Some("colour")),
            ("resource \"x\" \"a\" {", "{", None),
        ];
        for (code, highlighted, attribute) in cases {
            assert_eq!(attribute_of(&snippet(code, highlighted)).as_deref(), attribute, "{code}");
        }
    }

    #[test]
    fn without_an_address_the_quoted_block_tells() {
        let blocks = [
            ("resource \"x\" \"a\"", Some("x.a")),
            ("data \"x\" \"a\"", Some("data.x.a")),
            ("ephemeral \"x\" \"a\"", Some("ephemeral.x.a")),
            ("provider \"x\"", None),
        ];
        for (context, address) in blocks {
            let found = json!({ "severity": "error", "summary": "Wrong", "snippet": { "context": context } });
            assert_eq!(Diagnostic::read(&found).unwrap().address.as_deref(), address, "{context}");
        }
    }

    #[test]
    fn both_formats_are_read() {
        let error = json!({
            "severity": "error",
            "summary": "Wrong note",
            "detail": "It is too long.",
            "address": "x.a",
            "snippet": snippet("  note = \"bad\"", "\"bad\""),
        });
        let validate = json!({ "valid": false, "diagnostics": [error] }).to_string();
        let plan = format!(
            "{}\nnot JSON\n{}\n",
            json!({ "type": "version" }),
            json!({ "type": "diagnostic", "diagnostic": error })
        );
        for output in [validate, plan] {
            let found = diagnostics(&output);
            assert_eq!(found.len(), 1);
            let expected = Complaint::new("Wrong note").detail("too long").about("x.a").at("note");
            expect(&found, Severity::Error, &expected).unwrap();
            expect(&found, Severity::Warning, &expected).unwrap_err();
            for wrong in [
                Complaint::new("Right note"),
                Complaint::new("Wrong").detail("too short"),
                Complaint::new("Wrong").about("x.b"),
                Complaint::new("Wrong").at("gate"),
            ] {
                let error = expect(&found, Severity::Error, &wrong).unwrap_err();
                assert!(error.contains("there is error \"Wrong note\" about x.a at note"), "{error}");
            }
        }
    }
}
