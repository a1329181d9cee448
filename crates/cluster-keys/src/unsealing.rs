//! Which share a sealed server is given next: decided from what it says of itself, without sending anything.

use crate::share::KeyShare;

/// What a server says of its seal, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seal {
    /// Whether its storage was initialised.
    pub initialized: bool,
    /// Whether it is sealed.
    pub sealed: bool,
    /// Whether it unseals itself: no share does.
    pub unseals_itself: bool,
    /// Whether it is being moved to another kind of seal, for which every share must say so.
    pub migration: bool,
    /// How many shares it needs.
    pub threshold: u32,
    /// How many it has.
    pub progress: u32,
}

/// What is to be done next.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// Nothing: it is unsealed.
    Unsealed,
    /// It was never initialised, and there is nothing to unseal.
    NotInitialized,
    /// It unseals itself. Wait.
    Wait,
    /// Its seal is to be changed to another kind, and nobody has [agreed](Unsealing::migrating) to that.
    Migration,
    /// Give it this share, and come again with what it answers.
    Give(&'a KeyShare),
    /// Every share was given, and it is still sealed: others have the rest.
    NeedsMore {
        /// How many shares it has.
        progress: u32,
        /// How many it needs.
        threshold: u32,
    },
    /// As many shares as it needs were given, and it did not take them: they are of another server, or damaged.
    Wrong,
}

/// An attempt to unseal one server.
#[derive(Debug)]
pub struct Unsealing<'a> {
    shares: Vec<&'a KeyShare>,
    given: usize,
    /// Whether its seal may be changed to another kind.
    migrates: bool,
    /// Whether somebody else's shares may be among those that the server has.
    began_with_others: bool,
    has_begun: bool,
}

impl<'a> Unsealing<'a> {
    /// With those of these shares that are not encrypted. No more are given than are needed.
    pub fn with(shares: &'a [KeyShare]) -> Self {
        let shares = shares.iter().filter(|share| !share.is_encrypted()).collect();
        Self { shares, given: 0, migrates: false, began_with_others: false, has_begun: false }
    }

    /// The same, and if the seal of the server is to be changed to another kind, the shares agree to that. They are those of
    /// the kind that it had: also of a server that is to unseal itself from now on.
    #[must_use]
    pub fn migrating(self) -> Self {
        Self { migrates: true, ..self }
    }

    /// What to do, now that the server says this.
    pub fn next(&mut self, seal: &Seal) -> Step<'a> {
        if !seal.initialized {
            return Step::NotInitialized;
        }
        if !seal.sealed {
            return Step::Unsealed;
        }
        if seal.migration && !self.migrates {
            return Step::Migration;
        }
        if seal.unseals_itself && !seal.migration {
            return Step::Wait;
        }
        if !self.has_begun {
            self.has_begun = true;
            self.began_with_others = seal.progress > 0;
        }
        match self.shares.get(self.given) {
            Some(share) => {
                self.given += 1;
                Step::Give(share)
            }
            None if self.shares.len() >= usize::try_from(seal.threshold).unwrap_or(usize::MAX) => Step::Wrong,
            None => Step::NeedsMore { progress: seal.progress, threshold: seal.threshold },
        }
    }

    /// The server refused the last share. It forgets those that it had when they turn out not to be of its key, so if there
    /// were others' among them, ours are given once more. Returns whether there is anything left to try.
    pub fn refused(&mut self) -> bool {
        let again = self.began_with_others;
        if again {
            (self.began_with_others, self.given) = (false, 0);
        }
        again
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEALED: Seal =
        Seal { initialized: true, sealed: true, unseals_itself: false, migration: false, threshold: 2, progress: 0 };

    fn shares(count: u8) -> Vec<KeyShare> {
        (0..count).map(|number| KeyShare::parse(&format!("{number:02x}").repeat(33)).unwrap()).collect()
    }

    /// Which share is given, by its number.
    fn given(step: Step<'_>, shares: &[KeyShare]) -> usize {
        let Step::Give(share) = step else { panic!("{step:?}") };
        shares.iter().position(|known| known.fingerprint() == share.fingerprint()).unwrap()
    }

    #[test]
    fn no_more_shares_are_given_than_are_needed() {
        let shares = shares(3);
        let mut unsealing = Unsealing::with(&shares);
        assert_eq!(given(unsealing.next(&SEALED), &shares), 0);
        assert_eq!(given(unsealing.next(&Seal { progress: 1, ..SEALED }), &shares), 1);
        assert!(matches!(unsealing.next(&Seal { sealed: false, ..SEALED }), Step::Unsealed));
    }

    #[test]
    fn a_server_that_needs_no_share_gets_none() {
        let shares = shares(1);
        let step = |seal| Unsealing::with(&shares).next(&seal);
        assert!(matches!(step(Seal { initialized: false, ..SEALED }), Step::NotInitialized));
        assert!(matches!(step(Seal { sealed: false, ..SEALED }), Step::Unsealed));
        assert!(matches!(step(Seal { unseals_itself: true, ..SEALED }), Step::Wait));
        for unseals_itself in [false, true] {
            let seal = Seal { migration: true, unseals_itself, ..SEALED };
            assert!(matches!(step(seal), Step::Migration));
            assert_eq!(given(Unsealing::with(&shares).migrating().next(&seal), &shares), 0);
        }
        let step = Unsealing::with(&shares).migrating().next(&Seal { unseals_itself: true, ..SEALED });
        assert!(matches!(step, Step::Wait), "there is nothing to agree to: {step:?}");
    }

    #[test]
    fn too_few_shares_leave_the_rest_to_others() {
        let shares = shares(1);
        let mut unsealing = Unsealing::with(&shares);
        given(unsealing.next(&SEALED), &shares);
        let step = unsealing.next(&Seal { progress: 1, ..SEALED });
        assert!(matches!(step, Step::NeedsMore { progress: 1, threshold: 2 }), "{step:?}");
    }

    #[test]
    fn after_somebody_elses_wrong_share_ours_are_given_once_more() {
        let shares = shares(2);
        let mut unsealing = Unsealing::with(&shares);
        assert_eq!(given(unsealing.next(&Seal { progress: 1, ..SEALED }), &shares), 0);
        assert!(unsealing.refused());
        assert_eq!(given(unsealing.next(&SEALED), &shares), 0);
        assert_eq!(given(unsealing.next(&Seal { progress: 1, ..SEALED }), &shares), 1);
        assert!(!unsealing.refused(), "ours are wrong, too");
    }
}
