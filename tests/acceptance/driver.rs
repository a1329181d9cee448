//! The driver of the CLIs itself: what it lets pass, and above all what it does not.
//!
//! Most of it needs no provider of ours: both CLIs have `terraform_data` built in.

mod expectations;
mod failures;
mod imports;
mod interruptions;
mod leaks;
mod secrets;
mod steps;

use acceptance::Scenario;
use acceptance::cli::{Cli, Project, Provider, Story, workspace_binary};
use anyhow::Result;

/// The resource of most of these tests.
const DATA: &str = "terraform_data.a";

/// Without a provider.
fn project(scenario: &Scenario, cli: Cli) -> Result<Project> {
    Project::create(scenario, cli)
}

/// With a provider whose resource `null_marker` is whatever is configured.
fn null_project(scenario: &Scenario, cli: Cli) -> Result<Project> {
    Project::create(scenario, cli)?.provider(&null_provider("1.0.0")?)
}

fn null_provider(version: &str) -> Result<Provider> {
    Provider::new("secretzero/null", version, workspace_binary("terraform-provider-null")?)
}

fn data(input: &str) -> String {
    format!("resource \"terraform_data\" \"a\" {{\n  input = {input:?}\n}}")
}

/// The whole text of the failure of a story that must fail.
fn failure(story: Story<'_>) -> String {
    format!("{:#}", story.run().expect_err("the story should fail"))
}

/// Each of these texts is in the failure.
#[track_caller]
fn assert_says(failure: &str, texts: &[&str]) {
    for text in texts {
        assert!(failure.contains(text), "{text:?} is missing:\n{failure}");
    }
}
