//! The page that takes a stranger to their first secrets engine, done as it says.

use acceptance::{Page, Scenario, lines_of_code};
use anyhow::Result;
use testbed::Tool;

const PAGE: &str = include_str!("../../crates/vault-plugin-sdk/first-engine.md");

/// What a stranger has to write and type at most.
const LINES: usize = 80;

#[test]
fn it_takes_few_lines() {
    let lines = lines_of_code(PAGE);
    assert!(lines <= LINES, "{lines} lines");
}

#[test]
fn it_works_as_written() -> Result<()> {
    Scenario::run(&[Tool::OpenBao], |scenario| {
        let page = Page::new(PAGE, scenario.folder(), "vault-plugin-secrets-notes", Tool::OpenBao)?;
        let outcome = page.follow().and_then(|()| what_the_page_promises(&page));
        // The page leaves its server running, for the stranger to play with.
        let end = page.run("kill $(cat server.pid)");
        outcome.and(end)
    })
}

fn what_the_page_promises(page: &Page<'_>) -> Result<()> {
    for promise in [
        "bao read -field=text desk/notes/first | grep -x 'Hello from Rust'",
        "bao path-help desk/notes/first | grep 'A note.'",
        "! bao write desk/notes/first other=text 2> refused.txt; grep '\"text\" is missing' refused.txt",
        "bao write desk/notes/first text=again other=text 2>&1 | grep '\"other\"'",
        "pkill -9 -f \"$PWD/plugins/vault-plugin-secrets-notes\"",
        "bao read -field=text desk/notes/first | grep -x again",
        "bao delete desk/notes/first && ! bao read desk/notes/first",
    ] {
        page.run(&format!("export BAO_ADDR=http://127.0.0.1:8200 BAO_TOKEN=root; {promise}"))?;
    }
    Ok(())
}
