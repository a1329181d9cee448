//! The places in which a run leaves something behind.

use std::fmt;

/// A kind of place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Surface {
    /// The state.
    State,
    /// The copy of the state before, and the one that a failed write leaves.
    BackupState,
    /// A saved plan.
    Plan,
    /// What `show` prints, as JSON or for people.
    Show,
    /// Standard output of all other commands.
    Output,
    /// Standard error.
    Errors,
    /// The log of a CLI, with that of its providers.
    Log,
    /// What a CLI writes when it crashes.
    CrashLog,
    /// A file in the folder for temporary files while a command runs, or left there or in the system's own.
    Temporary,
    /// The environment of a process that a CLI started.
    Environment,
    /// The command line of such a process.
    CommandLine,
    /// Any other file that a command has written into the folders of the project.
    Other,
}

impl Surface {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::State,
        Self::BackupState,
        Self::Plan,
        Self::Show,
        Self::Output,
        Self::Errors,
        Self::Log,
        Self::CrashLog,
        Self::Temporary,
        Self::Environment,
        Self::CommandLine,
        Self::Other,
    ];

    /// Which kind a file is that a command left in a project, by its name alone: that of a state, a plan, or the output
    /// `03-show.stdout.log` of a command.
    pub fn of_file(name: &str) -> Self {
        let output = |suffix: &str| name.strip_suffix(suffix);
        if name.starts_with("crash") && name.ends_with(".log") {
            Self::CrashLog
        } else if let Some(command) = output(".stdout.log") {
            if command.ends_with("-show") { Self::Show } else { Self::Output }
        } else if output(".stderr.log").is_some() {
            Self::Errors
        } else if output(".trace.log").is_some() {
            Self::Log
        } else if name.contains(".tfstate.") || name.ends_with(".backup") || name == "errored.tfstate" {
            Self::BackupState
        } else if name.ends_with(".tfstate") {
            Self::State
        } else if name.ends_with(".plan") {
            Self::Plan
        } else {
            Self::Other
        }
    }
}

impl fmt::Display for Surface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::State => "state",
            Self::BackupState => "backup state",
            Self::Plan => "plan",
            Self::Show => "show",
            Self::Output => "output",
            Self::Errors => "error output",
            Self::Log => "log",
            Self::CrashLog => "crash log",
            Self::Temporary => "temporary file",
            Self::Environment => "environment",
            Self::CommandLine => "command line",
            Self::Other => "other file",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_apart_by_their_names() {
        use Surface::{BackupState, CrashLog, Errors, Log, Other, Output, Plan, Show, State};
        for (name, surface) in [
            ("terraform.tfstate", State),
            ("terraform.tfstate.backup", BackupState),
            ("terraform.tfstate.1700000000.backup", BackupState),
            ("errored.tfstate", BackupState),
            ("01.plan", Plan),
            ("03-show.stdout.log", Show),
            ("04-apply.stdout.log", Output),
            ("04-apply.stderr.log", Errors),
            ("04-apply.trace.log", Log),
            ("crash.log", CrashLog),
            ("crash.2026-01-01.log", CrashLog),
            ("generated.tf", Other),
            (".terraform.lock.hcl", Other),
        ] {
            assert_eq!(Surface::of_file(name), surface, "{name}");
        }
    }
}
