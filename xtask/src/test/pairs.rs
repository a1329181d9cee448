//! The table at the end: which test passed with which CLI on which server.

use std::collections::BTreeMap;

/// What the acceptance tests begin the line of a test with: `PAIR <test> <cli> <server> <outcome> <time>`.
pub(crate) const PAIR: &str = "PAIR ";

/// The columns, as the lines name them. The two that are tried in full come first.
const COLUMNS: [(&str, &str); 4] =
    [("opentofu", "openbao"), ("terraform", "vault"), ("opentofu", "vault"), ("terraform", "openbao")];

/// The words by which the names of tests tell the pairs apart.
const PAIR_WORDS: [&str; 6] = ["opentofu", "terraform", "openbao", "vault", "with", "and"];

/// What has passed and failed, by test and pair.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Pairs(BTreeMap<String, [Option<Cell>; COLUMNS.len()]>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cell {
    failed: usize,
    seconds: u64,
}

impl Pairs {
    /// Takes a line in. One that is none of its form is left out.
    pub(crate) fn add(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let ["PAIR", test, cli, server, outcome, time] = words.as_slice() else { return };
        let Some(column) = COLUMNS.iter().position(|pair| pair == &(*cli, *server)) else { return };
        let seconds: u64 = time.trim_end_matches('s').parse().unwrap_or(0);
        let row = self.0.entry(without_pair(test)).or_default();
        if let Some(cell) = row.get_mut(column) {
            let cell = cell.get_or_insert_default();
            cell.failed += usize::from(*outcome != "passed");
            cell.seconds += seconds;
        }
    }

    /// The table, one line a test, and the sums. Nothing if no test ran.
    pub(crate) fn lines(&self) -> Vec<String> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let width = self.0.keys().map(String::len).chain([4]).max().unwrap_or(0);
        let line = |name: &str, cells: [String; COLUMNS.len()]| {
            let cells: String = cells.iter().map(|cell| format!("  {cell:<18}")).collect();
            format!("{PAIR}{name:<width$}{cells}").trim_end().to_owned()
        };
        let mut lines = vec![line("test", COLUMNS.map(|(cli, server)| format!("{cli} {server}")))];
        lines.extend(self.0.iter().map(|(test, row)| line(test, row.map(shown))));
        let passed = |column: usize| {
            let cells = self.0.values().filter_map(|row| row.get(column).copied().flatten());
            let (passed, all) =
                cells.fold((0, 0), |(passed, all), cell| (passed + usize::from(cell.failed == 0), all + 1));
            format!("{passed} of {all}")
        };
        lines.push(line("passed", [0, 1, 2, 3].map(passed)));
        lines
    }
}

fn shown(cell: Option<Cell>) -> String {
    match cell {
        None => "-".to_owned(),
        Some(Cell { failed: 0, seconds }) => format!("passed {seconds} s"),
        Some(_) => "FAILED".to_owned(),
    }
}

/// `bootstrap::trouble_with_opentofu_and_openbao` and `policy::opentofu` are the tests `bootstrap::trouble` and `policy`.
fn without_pair(test: &str) -> String {
    let is_pair = |word: &&str| PAIR_WORDS.contains(word);
    let parts = test.split("::").filter_map(|part| {
        let words: Vec<&str> = part.split('_').collect();
        let pairs = words.iter().rev().take_while(|word| is_pair(word)).count();
        let kept = words.get(..words.len() - pairs).unwrap_or_default().join("_");
        (!kept.is_empty()).then_some(kept)
    });
    parts.collect::<Vec<_>>().join("::")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pair_is_no_part_of_the_name() {
        for (test, name) in [
            ("bootstrap::trouble_with_opentofu_and_openbao", "bootstrap::trouble"),
            ("bootstrap::terraform_and_openbao", "bootstrap"),
            ("policy::opentofu", "policy"),
            ("init::auto_unseal_with::terraform", "init::auto_unseal"),
            ("provider_block::a_proxy_sees_nothing", "provider_block::a_proxy_sees_nothing"),
            ("with_and_without::it", "with_and_without::it"),
        ] {
            assert_eq!(without_pair(test), name);
        }
    }

    #[test]
    fn a_test_is_a_row_and_a_pair_a_column() {
        let mut pairs = Pairs::default();
        for line in [
            "PAIR policy::opentofu opentofu openbao passed 12s",
            "PAIR policy::terraform terraform vault failed 3s",
            "PAIR bootstrap::terraform_and_openbao terraform openbao passed 30s",
            // Neither of a pair nor whole.
            "PAIR policy::dex dex openbao passed 1s",
            "PAIR policy",
        ] {
            pairs.add(line);
        }
        let table = [
            "PAIR test       opentofu openbao    terraform vault     opentofu vault      terraform openbao",
            "PAIR bootstrap  -                   -                   -                   passed 30 s",
            "PAIR policy     passed 12 s         FAILED              -                   -",
            "PAIR passed     1 of 1              0 of 1              0 of 0              1 of 1",
        ];
        assert_eq!(pairs.lines(), table);
        assert_eq!(Pairs::default().lines(), Vec::<String>::new());
    }
}
