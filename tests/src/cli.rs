//! Driving the real `tofu` and `terraform` as a user does: a folder with a configuration, a provider in a mirror, and
//! commands.
//!
//! A [`Project`] sees nothing of the user who runs the tests: no environment, no configuration of the CLI, no network
//! beyond loopback. Its verbs (`init`, `plan`, `apply`…) say what a test expects in the ordinary case; for everything
//! else there is [`Project::command`], whose [`Finished`] holds the exit code and all output. A command that leaves a
//! process or a socket behind fails, whatever it was meant to show.
//!
//! ```no_run
//! use acceptance::Scenario;
//! use acceptance::cli::{Cli, Planned, Project, Provider, workspace_binary};
//!
//! # fn main() -> anyhow::Result<()> {
//! Scenario::run(&[Cli::OpenTofu.tool()], |scenario| {
//!     let binary = workspace_binary("terraform-provider-null")?;
//!     let provider = Provider::new("secretzero/null", "1.0.0", binary)?;
//!     let project = Project::create(scenario, Cli::OpenTofu)?.provider(&provider)?;
//!     project.configure(r#"resource "null_marker" "one" { note = "hello" }"#)?;
//!     project.init()?;
//!     project.apply(&[])?;
//!     assert_eq!(project.plan(&[])?, Planned::Nothing);
//!     assert_eq!(project.resource("null_marker.one")?.unwrap()["note"], "hello");
//!     project.destroy(&[])
//! })
//! # }
//! ```

mod command;
mod diagnostics;
mod finished;
mod log;
pub mod matcher;
mod plan_json;
mod process_group;
mod project;
mod provider;
mod rows;
mod running;
mod state_json;
mod story;

use std::fmt;

use testbed::Tool;

pub use command::CliCommand;
pub use diagnostics::Complaint;
pub use finished::Finished;
pub use log::{LogEntry, log_entries};
pub use plan_json::Action;
pub use process_group::GroupMember;
pub use project::{Planned, Project};
pub use provider::{Provider, workspace_binary};
pub use rows::{Row, Rows};
pub use running::Running;
pub use story::{Import, Story};

/// Which command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cli {
    /// `tofu`
    OpenTofu,
    /// `terraform`
    Terraform,
}

impl Cli {
    /// Both of them. For tests that compare the two; all others are better listed in [`on_both_clis!`](crate::on_both_clis).
    pub fn both() -> [Self; 2] {
        [Self::OpenTofu, Self::Terraform]
    }

    /// The program, for [`Scenario::run`](crate::Scenario::run).
    pub fn tool(self) -> Tool {
        match self {
            Self::OpenTofu => Tool::OpenTofu,
            Self::Terraform => Tool::Terraform,
        }
    }

    /// The host with which it completes a provider's address such as `secretzero/null`.
    pub fn registry(self) -> &'static str {
        match self {
            Self::OpenTofu => "registry.opentofu.org",
            Self::Terraform => "registry.terraform.io",
        }
    }
}

impl fmt::Display for Cli {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tool().fmt(f)
    }
}

/// Makes two tests, `<name>::opentofu` and `<name>::terraform`, of each function named: `fn(&Scenario, Cli) -> Result<()>`.
///
/// They are two so that one runs where the other CLI is missing, and so that the name of a failed test tells the CLI.
#[macro_export]
macro_rules! on_both_clis {
    ($($test:ident),+ $(,)?) => {
        $(
            mod $test {
                use $crate::{Scenario, cli::Cli};

                #[test]
                fn opentofu() -> anyhow::Result<()> {
                    Scenario::run(&[Cli::OpenTofu.tool()], |scenario| super::$test(scenario, Cli::OpenTofu))
                }

                #[test]
                fn terraform() -> anyhow::Result<()> {
                    Scenario::run(&[Cli::Terraform.tool()], |scenario| super::$test(scenario, Cli::Terraform))
                }
            }
        )+
    };
}
