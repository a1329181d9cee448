//! How a command ends.

use std::process::ExitCode;

/// What the exit code says. Every command uses the same ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Done, or nothing to do.
    Done,
    /// Not in the wanted state yet.
    NotYet,
    /// The server can't be reached or verified.
    Unreachable,
    /// Refused; nothing was changed.
    Refused,
    /// Wrong usage.
    Usage,
}

impl Exit {
    /// The number, which scripts compare.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::NotYet => 3,
            Self::Unreachable => 5,
            Self::Usage => 64,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_ends_the_one_that_needs_a_person_most_is_told() {
        assert_eq!([Exit::Done, Exit::NotYet, Exit::Unreachable].into_iter().max(), Some(Exit::Unreachable));
        assert_eq!([Exit::Refused, Exit::Unreachable].into_iter().max(), Some(Exit::Refused));
    }
}
