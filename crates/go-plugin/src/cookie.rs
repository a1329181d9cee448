//! The magic cookie: how a plugin tells a host from a person who ran it by hand.
//!
//! It is no secret and protects nothing. Hosts do start a plugin with the cookie of another plugin type to find out
//! what it is, and each attempt costs them a minute unless the plugin ends at once.

use std::ffi::OsStr;
use std::io::{IsTerminal, Write};

use crate::hclog;

/// The environment variable by which a plugin's hosts make themselves known, and the value it must have.
///
/// Both are part of the protocol: every host of the same plugin type sets the same pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MagicCookie {
    /// Name of the environment variable, such as `TF_PLUGIN_MAGIC_COOKIE`.
    pub name: &'static str,
    /// Its value, compared byte for byte.
    pub value: &'static str,
}

impl MagicCookie {
    pub(crate) fn is_set_to(&self, found: Option<&OsStr>) -> bool {
        found.is_some_and(|found| found == self.value)
    }

    /// Says on standard error what this program is: in plain words to a person, as a log line to a host.
    pub(crate) fn explain(&self) {
        let mut stderr = std::io::stderr().lock();
        let hint = format!(
            "This program is a plugin: it is started by its host, not by hand, and {} was not set as a host sets it.",
            self.name
        );
        // Nothing is left to tell the failure to.
        let _ = if stderr.is_terminal() {
            writeln!(stderr, "{hint}")
        } else {
            stderr.write_all(hclog::line(hclog::Severity::Error, "go_plugin::cookie", &hint).as_bytes())
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_value_counts() {
        let cookie = MagicCookie { name: "A_PLUGIN", value: "yes" };
        assert!(cookie.is_set_to(Some(OsStr::new("yes"))));
        for other in ["", "Yes", "yes ", "yesyes", "no"] {
            assert!(!cookie.is_set_to(Some(OsStr::new(other))), "{other:?}");
        }
        assert!(!cookie.is_set_to(None));
    }
}
