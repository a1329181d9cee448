//! Which test ran with which CLI on which server: a line for each, of which `cargo xtask test` makes a table at the end.

use std::time::Duration;

use testbed::Tool;

const CLIS: [Tool; 2] = [Tool::OpenTofu, Tool::Terraform];
const SERVERS: [Tool; 2] = [Tool::OpenBao, Tool::Vault];

/// The line of a test, if it needs exactly one of the two CLIs and one of the two servers.
pub(crate) fn line(test: &str, tools: &[Tool], has_passed: bool, took: Duration) -> Option<String> {
    let outcome = if has_passed { "passed" } else { "failed" };
    let (cli, server) = (the_one_of(&CLIS, tools)?, the_one_of(&SERVERS, tools)?);
    Some(format!("PAIR {test} {} {} {outcome} {}s", cli.name(), server.name(), took.as_secs()))
}

/// The name that the test has for people: its thread is named after it, except where tests run one by one in the first
/// thread. Then it is that of the scenario.
pub(crate) fn test_name(scenario: &str) -> String {
    let thread = std::thread::current();
    thread.name().filter(|name| name.contains("::")).unwrap_or(scenario).to_owned()
}

fn the_one_of(kinds: &[Tool], tools: &[Tool]) -> Option<Tool> {
    let mut found = tools.iter().filter(|tool| kinds.contains(tool));
    match (found.next(), found.next()) {
        (Some(one), None) => Some(*one),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_test_of_a_pair_has_a_line() {
        let line = |tools: &[Tool]| line("bootstrap::crossed", tools, true, Duration::from_millis(23_400));
        let pair = [Tool::Terraform, Tool::OpenBao, Tool::Dex];
        assert_eq!(line(&pair).unwrap(), "PAIR bootstrap::crossed terraform openbao passed 23s");
        for tools in [&[Tool::OpenTofu][..], &[Tool::Vault], &[Tool::OpenTofu, Tool::Terraform, Tool::Vault], &[]] {
            assert_eq!(line(tools), None, "{tools:?}");
        }
    }

    #[test]
    fn a_test_is_named_by_its_thread() {
        assert!(
            test_name("scenario").ends_with("a_test_is_named_by_its_thread") || test_name("scenario") == "scenario"
        );
        let other = std::thread::Builder::new().name("worker".to_owned()).spawn(|| test_name("scenario"));
        assert_eq!(other.unwrap().join().unwrap(), "scenario");
    }
}
