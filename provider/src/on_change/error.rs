//! Why nobody could be told, and what helps.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use tf_framework::diagnostic::Diagnostic;
use thiserror::Error;

use crate::installed_file::{FileError, headline};

/// The change could not be told.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OnChangeError {
    /// The program can't be started.
    #[error("starting {program}")]
    Start {
        /// The program.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// The program failed.
    #[error("{command} ended with {status}")]
    Failed {
        /// The program and its arguments.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// The end of what it printed.
        output: String,
    },
    /// The program did not end in time and was killed.
    #[error("{command} did not end within {seconds} seconds and was killed")]
    TooSlow {
        /// The program and its arguments.
        command: String,
        /// How long it had.
        seconds: u64,
        /// The end of what it printed.
        output: String,
    },
    /// Waiting for the program failed.
    #[error("waiting for {command}")]
    Wait {
        /// The program and its arguments.
        command: String,
        /// Why.
        source: io::Error,
    },
    /// The pid file can't be read.
    #[error(transparent)]
    PidFile(#[from] FileError),
    /// The pid file holds something else.
    #[error("the file {} does not hold the number of a process", path.display())]
    NotAPid {
        /// The file.
        path: PathBuf,
    },
    /// There is no such signal.
    #[error("there is no signal {name:?}")]
    NoSuchSignal {
        /// As declared.
        name: String,
    },
    /// The process can't be signalled.
    #[error("sending {signal} to the process {pid}, as {} says", path.display())]
    Signal {
        /// The pid file.
        path: PathBuf,
        /// The process.
        pid: i32,
        /// The signal.
        signal: &'static str,
        /// Why.
        source: io::Error,
    },
}

impl OnChangeError {
    /// What the user can do about it. The file itself is in place.
    pub fn remedy(&self) -> String {
        const AGAIN: &str = "The new files are in place; the next apply tells it again.";
        let remedy = match self {
            Self::Start { program, .. } => format!(
                "Install {program}, or name it by its absolute path: PATH is that of the program which runs the apply."
            ),
            Self::Failed { .. } | Self::Wait { .. } => "Remove the reason.".to_owned(),
            Self::TooSlow { .. } => "Let the command only ask for a reload and not wait for it.".to_owned(),
            Self::PidFile(error) => error.remedy(),
            Self::NotAPid { .. } => "Name the file into which the process writes its number when it starts.".to_owned(),
            Self::NoSuchSignal { .. } => "Give its name, such as \"HUP\" or \"USR1\".".to_owned(),
            Self::Signal { .. } => "Run the apply as root or as the user whose process it is.".to_owned(),
        };
        format!("{remedy} {AGAIN}")
    }

    fn output(&self) -> Option<&str> {
        match self {
            Self::Failed { output, .. } | Self::TooSlow { output, .. } => {
                Some(output).filter(|output| !output.is_empty())
            }
            _ => None,
        }
        .map(String::as_str)
    }
}

impl From<OnChangeError> for Diagnostic {
    fn from(error: OnChangeError) -> Self {
        let diagnostic = Self::error("Telling That a File Has Changed").because(&error);
        let diagnostic = match error.output() {
            Some(output) => diagnostic.detail(format!("{}:\n{output}", headline("it printed"))),
            None => diagnostic,
        };
        diagnostic.remedy(error.remedy())
    }
}
