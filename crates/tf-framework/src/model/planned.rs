//! What the provider computes, in a plan.

/// An attribute that the provider computes, as a plan has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planned<T> {
    /// It was promised, or configured: the new state must have exactly this.
    Known(T),
    /// It is for the provider to decide.
    Undecided,
}

impl<T> Planned<T> {
    /// The known value, or what `decide` says.
    pub fn or_else(self, decide: impl FnOnce() -> T) -> T {
        match self {
            Self::Known(value) => value,
            Self::Undecided => decide(),
        }
    }

    /// The known value, or this one.
    pub fn or(self, decided: T) -> T {
        self.or_else(|| decided)
    }

    /// The value, if it is known.
    pub fn known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Undecided => None,
        }
    }

    /// By reference.
    pub fn as_ref(&self) -> Planned<&T> {
        match self {
            Self::Known(value) => Planned::Known(value),
            Self::Undecided => Planned::Undecided,
        }
    }

    /// Whether it is for the provider to decide.
    pub fn is_undecided(&self) -> bool {
        matches!(self, Self::Undecided)
    }
}

#[cfg(test)]
mod tests {
    use super::Planned::{self, Known, Undecided};

    #[test]
    fn what_is_known_is_not_decided_again() {
        assert_eq!(Known(1).or_else(|| unreachable!("it is known")), 1);
        assert_eq!((Known(1).or(2), Undecided.or(2)), (1, 2));
        assert_eq!((Known(1).known(), Planned::<i32>::Undecided.known()), (Some(1), None));
        assert_eq!((Known(1).as_ref(), Planned::<i32>::Undecided.as_ref()), (Known(&1), Undecided));
        assert!(Planned::<i32>::Undecided.is_undecided() && !Known(1).is_undecided());
    }
}
