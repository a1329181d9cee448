//! What whoever started the command sees. The only place that prints.

use std::io::{self, IsTerminal as _, Write as _};

use serde::Serialize;

/// Goes back to the start of the line and empties it.
const OVERWRITE: &str = "\r\x1b[K";

/// Prints a line of the result.
pub(crate) fn say(line: &str) {
    clear_progress();
    let mut output = io::stdout().lock();
    // A reader that went away is no reason to stop the work.
    let _ = writeln!(output, "{line}");
    let _ = output.flush();
}

/// Prints the result as one line of JSON.
pub(crate) fn say_json(value: &impl Serialize) {
    // What is printed here are structs of texts and numbers, which JSON always has a form for.
    say(&serde_json::to_string(value).unwrap_or_default());
}

/// Prints what is wrong, and what helps.
pub(crate) fn complain(what: &str, remedy: Option<&str>) {
    clear_progress();
    let mut output = io::stderr().lock();
    let _ = writeln!(output, "secretzero: {what}");
    if let Some(remedy) = remedy {
        let _ = writeln!(output, "  {remedy}");
    }
}

/// Shows how far the command is, over what was shown before. Nobody sees it but a person at a terminal.
pub(crate) fn progress(line: &str) {
    let mut output = io::stderr().lock();
    if output.is_terminal() {
        let _ = write!(output, "{OVERWRITE}{line}");
        let _ = output.flush();
    }
}

fn clear_progress() {
    progress("");
}
