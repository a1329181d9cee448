//! A command that has ended, and what can be asked of it.

use std::process::ExitStatus;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// How many bytes of each output a failure quotes, from its end.
const QUOTED_BYTES: usize = 8 * 1024;

/// All that a command said. Failed expectations quote it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Finished {
    /// The command line.
    pub line: String,
    /// How it ended.
    pub status: ExitStatus,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// The log: everything, unless the test has asked for less.
    pub log: String,
}

impl Finished {
    /// Expects exit code 0.
    ///
    /// # Errors
    /// If it was another one, with the output.
    pub fn succeeded(self) -> Result<Self> {
        self.exited_with(0)
    }

    /// Expects exit code 1, with which a CLI reports an error of its own. A crash or a signal is something else.
    ///
    /// # Errors
    /// If it was another one, with the output.
    pub fn refused(self) -> Result<Self> {
        self.exited_with(1)
    }

    /// Expects this exit code.
    ///
    /// # Errors
    /// If it was another one, with the output.
    pub fn exited_with(self, code: i32) -> Result<Self> {
        if self.status.code() == Some(code) {
            Ok(self)
        } else {
            bail!("`{}` ended with {} instead of exit code {code}{}", self.line, self.status, self.quote())
        }
    }

    /// Expects this text somewhere in the output, however the CLI wrapped and framed it.
    ///
    /// # Errors
    /// If it is not there, with the output.
    pub fn says(self, text: &str) -> Result<Self> {
        if self.contains(text) { Ok(self) } else { bail!("`{}` does not say {text:?}{}", self.line, self.quote()) }
    }

    /// Whether the output holds this text, however the CLI wrapped and framed it.
    pub fn contains(&self, text: &str) -> bool {
        let text = unframed(text);
        unframed(&self.stdout).contains(&text) || unframed(&self.stderr).contains(&text)
    }

    /// Standard output as JSON.
    ///
    /// # Errors
    /// If it is none.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.stdout).with_context(|| format!("`{}` printed no JSON{}", self.line, self.quote()))
    }

    /// The ends of the outputs.
    pub(crate) fn quote(&self) -> String {
        quote(&[("stdout", &self.stdout), ("stderr", &self.stderr), ("log", &self.log)])
    }
}

/// The ends of named texts, each under its name; nothing for empty ones.
pub(crate) fn quote(texts: &[(&str, &str)]) -> String {
    let mut quoted = String::new();
    for (name, text) in texts {
        let text = text.trim_end();
        if !text.is_empty() {
            let from = text.ceil_char_boundary(text.len().saturating_sub(QUOTED_BYTES));
            quoted.push_str(&format!("\n--- {name}\n{}", text.get(from..).unwrap_or_default()));
        }
    }
    quoted
}

/// The words alone, one space between them: CLIs break lines to the width of a terminal and draw a frame around errors.
fn unframed(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().filter(|word| !matches!(*word, "│" | "╷" | "╵")).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;

    use super::*;

    fn finished(wait_status: i32, stderr: &str) -> Finished {
        let (line, stderr) = ("tofu plan".to_owned(), stderr.to_owned());
        let (status, stdout, log) = (ExitStatus::from_raw(wait_status), String::new(), String::new());
        Finished { line, status, stdout, stderr, log }
    }

    #[test]
    fn text_is_found_across_the_lines_of_a_frame() {
        let finished = finished(0, "╷\n│ Error: no such\n│ \n│ thing\n╵\n");
        assert!(finished.contains("Error: no such thing"));
        let error = finished.says("Error: some thing").unwrap_err().to_string();
        assert!(error.contains("tofu plan") && error.contains("│ thing"), "{error}");
    }

    #[test]
    fn an_unexpected_end_quotes_the_output() {
        let error = finished(1 << 8, "because").succeeded().unwrap_err().to_string();
        assert!(error.contains("exit status: 1") && error.contains("because"), "{error}");
        finished(9, "").refused().unwrap_err();
        finished(1 << 8, "").refused().unwrap();
    }

    #[test]
    fn a_quote_is_the_end_of_a_text() {
        let long = format!("{}last", "ü".repeat(QUOTED_BYTES));
        let quoted = quote(&[("stdout", &long), ("log", "")]);
        assert!(quoted.ends_with("last") && !quoted.contains("log") && quoted.len() < QUOTED_BYTES + 100);
    }
}
