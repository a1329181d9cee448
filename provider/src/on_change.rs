//! What is told that a file has changed: a service that reloads its certificate, say.
//!
//! Only after an update: at the first apply nobody has read the file yet. Nobody to tell (a stopped service, a process that
//! has ended) is a warning and not an error, since whoever starts later reads the new file.

mod command;
mod error;
mod process;

pub use error::OnChangeError;
use nix::sys::signal::Signal;
use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::Model;
use tf_framework::value::Path;

use crate::installed_file::check_path;

/// What is told that a file has changed. Only after an update: at the first apply nobody has read it yet.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object, exactly_one_of(systemd_unit, pid_file, argv))]
pub struct OnChange {
    /// A systemd unit that is reloaded, such as `vault.service`. If it does not run, that is a warning.
    #[tf(optional)]
    pub systemd_unit: Option<String>,
    /// A file with the number of a process, which gets the signal. If there is no such process, that is a warning.
    #[tf(optional)]
    pub pid_file: Option<String>,
    /// The signal for the process of `pid_file`, with or without `SIG` in front.
    #[tf(optional, default = "HUP")]
    pub signal: String,
    /// A program and its arguments. It runs without a shell and with an empty standard input, and has half a minute.
    #[tf(optional)]
    pub argv: Option<Vec<String>>,
}

impl OnChange {
    /// Everything that is wrong with it and can be told beforehand. `at` is the attribute.
    pub fn check(&self, at: &Path) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let here = |name: &str| at.clone().attribute(name);
        if let Some(unit) = &self.systemd_unit
            && (unit.is_empty() || unit.starts_with('-') || unit.contains(['\0', '/', ' ', '\n']))
        {
            diagnostics.push(
                Diagnostic::error("Not the Name of a Systemd Unit")
                    .detail(format!("There can be no unit {unit:?}."))
                    .remedy("Give its name, such as \"vault.service\".")
                    .at(here("systemd_unit")),
            );
        }
        if let Some(path) = &self.pid_file {
            diagnostics.extend(check_path(path, here("pid_file")));
        }
        if self.signal().is_none() {
            diagnostics.push(
                Diagnostic::error("Not the Name of a Signal")
                    .detail(format!("There is no signal {:?}.", self.signal))
                    .remedy("Give its name, such as \"HUP\" or \"USR1\".")
                    .at(here("signal")),
            );
        }
        let bad_argv = self.argv.as_ref().is_some_and(|argv| {
            argv.first().is_none_or(String::is_empty) || argv.iter().any(|argument| argument.contains('\0'))
        });
        if bad_argv {
            diagnostics.push(
                Diagnostic::error("Not a Command")
                    .detail("The first element must name a program, and none may contain a NUL character.")
                    .remedy("Give the program and its arguments, such as [\"systemctl\", \"reload\", \"nginx\"].")
                    .at(here("argv")),
            );
        }
        diagnostics
    }

    /// Tells it. Returns a warning if there was nobody to tell.
    ///
    /// # Errors
    /// If it could not be told, or took longer than half a minute.
    pub async fn run(&self) -> Result<Option<Diagnostic>, OnChangeError> {
        if let Some(unit) = &self.systemd_unit {
            return command::reload(unit).await;
        }
        if let Some(path) = &self.pid_file {
            let signal = self.signal().ok_or_else(|| OnChangeError::NoSuchSignal { name: self.signal.clone() })?;
            return process::signal(path.as_ref(), signal);
        }
        match &self.argv {
            Some(argv) => command::run(argv).await.map(|_| None),
            None => Ok(None),
        }
    }

    fn signal(&self) -> Option<Signal> {
        let name = self.signal.strip_prefix("SIG").unwrap_or(&self.signal);
        format!("SIG{name}").parse().ok()
    }
}

impl From<OnChangePlan> for OnChange {
    fn from(OnChangePlan { systemd_unit, pid_file, signal, argv }: OnChangePlan) -> Self {
        Self { systemd_unit, pid_file, signal, argv }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing() -> OnChange {
        OnChange { systemd_unit: None, pid_file: None, signal: "HUP".to_owned(), argv: None }
    }

    fn argv(arguments: &[&str]) -> OnChange {
        OnChange { argv: Some(arguments.iter().map(|argument| (*argument).to_owned()).collect()), ..nothing() }
    }

    #[test]
    fn everything_that_is_wrong_is_told_where_it_is() {
        let at = Path::root().attribute("on_change");
        let bad = OnChange {
            systemd_unit: Some("-f".to_owned()),
            pid_file: Some(String::new()),
            signal: "hangup".to_owned(),
            argv: Some(Vec::new()),
        };
        let told: Vec<_> = bad.check(&at).iter().map(|diagnostic| diagnostic.path().to_string()).collect();
        assert_eq!(told, ["on_change.systemd_unit", "on_change.pid_file", "on_change.signal", "on_change.argv"]);
        let good = OnChange { pid_file: Some("/run/vault.pid".to_owned()), signal: "SIGUSR1".to_owned(), ..nothing() };
        assert!(good.check(&at).is_empty());
    }

    #[tokio::test]
    async fn a_command_runs_without_a_shell_and_without_input() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("told; $HOME");
        assert_eq!(argv(&["touch", path.to_str().unwrap()]).run().await.unwrap(), None);
        assert!(path.exists());
        assert_eq!(argv(&["cat"]).run().await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_command_that_fails_is_an_error_with_its_output() {
        let error = argv(&["sh", "-c", "echo out; echo err >&2; exit 3"]).run().await.unwrap_err();
        let text = Diagnostic::from(error).detail_text().to_owned();
        assert!(text.contains("exit status: 3") && text.contains("out\n") && text.contains("err\n"), "{text}");
        let error = argv(&["no-such-program"]).run().await.unwrap_err();
        assert!(matches!(error, OnChangeError::Start { .. }), "{error}");
        assert!(error.remedy().contains("PATH"), "{}", error.remedy());
    }
}
