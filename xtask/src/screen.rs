//! What the person in front of the terminal sees. The only place that prints.

use std::{
    io::{self, Write as _},
    time::Duration,
};

use testbed::in_words;

/// Prints one line, at once even if the output is a pipe.
pub(crate) fn say(line: &str) {
    if cfg!(test) {
        // The unit tests look at results, and their own harness owns the screen.
        return;
    }
    let mut output = io::stdout().lock();
    // A reader that went away (`| head`) is no reason to stop the work.
    let _ = writeln!(output, "{line}");
    let _ = output.flush();
}

/// Prints how far a long step is.
pub(crate) fn still_running(what: &str, elapsed: Duration, expected: Option<Duration>) {
    let expected = expected.map(|time| format!(" of about {}", in_words(time))).unwrap_or_default();
    say(&format!("  {what}: {}{expected}", in_words(elapsed)));
}

/// Lines up columns: every cell but the last of a row is padded to the widest of its column.
pub(crate) fn table(rows: &[Vec<String>]) {
    for line in aligned(rows) {
        say(&line);
    }
}

fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let padded: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        padded.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// Bytes for people: `350 MB`, `1.2 GB`.
pub(crate) fn size(bytes: u64) -> String {
    match bytes / 1_000_000 {
        0 if bytes > 0 => format!("{} kB", bytes.div_ceil(1_000)),
        megabytes if megabytes < 1_000 => format!("{megabytes} MB"),
        megabytes => format!("{}.{} GB", megabytes / 1_000, megabytes % 1_000 / 100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let lines = aligned(&[row(["a", "bbb", "c"]), row(["aaaa", "b", ""])]);
        assert_eq!(lines, ["a     bbb  c", "aaaa  b"]);
    }

    #[test]
    fn sizes_are_told_in_units() {
        assert_eq!(size(0), "0 MB");
        assert_eq!(size(1_500), "2 kB");
        assert_eq!(size(350_400_000), "350 MB");
        assert_eq!(size(1_250_000_000), "1.2 GB");
    }
}
