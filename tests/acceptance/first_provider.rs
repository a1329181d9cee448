//! The page that takes a stranger to their first provider, done as it says.

use std::fs;

use acceptance::cli::Cli;
use acceptance::{Page, Scenario, lines_of_code};
use anyhow::{Result, ensure};

const PAGE: &str = include_str!("../../crates/tf-framework/first-provider.md");

/// What a stranger has to write and type at most.
const LINES: usize = 60;

#[test]
fn it_takes_few_lines() {
    let lines = lines_of_code(PAGE);
    assert!(lines <= LINES, "{lines} lines");
}

#[test]
fn it_works_as_written() -> Result<()> {
    Scenario::run(&[Cli::OpenTofu.tool()], |scenario| {
        let page = Page::new(PAGE, scenario.folder(), "terraform-provider-hello", Cli::OpenTofu.tool())?;
        page.follow()?;
        let greeting = page.project().join("greeting.txt");
        ensure!(fs::read_to_string(&greeting)? == "Hello from Rust", "the greeting is another");

        // "Apply again, and there is nothing to do. Change the text …. Remove the file: it is made again."
        let plan = "TF_CLI_CONFIG_FILE=dev.tfrc tofu plan -detailed-exitcode";
        page.run(plan)?;
        fs::write(&greeting, "changed by hand")?;
        page.run(&format!("{plan} || test $? = 2"))?;
        page.run("TF_CLI_CONFIG_FILE=dev.tfrc tofu apply -auto-approve")?;
        ensure!(fs::read_to_string(&greeting)? == "Hello from Rust", "the change by hand is still there");
        fs::remove_file(&greeting)?;
        page.run("TF_CLI_CONFIG_FILE=dev.tfrc tofu apply -auto-approve")?;
        page.run(plan)?;
        page.run("TF_CLI_CONFIG_FILE=dev.tfrc tofu destroy -auto-approve")?;
        ensure!(!greeting.exists(), "destroying left the file");
        Ok(())
    })
}
