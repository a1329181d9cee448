//! What is wrong with a provider as a whole, found before a user does.
//!
//! The derive macro refuses what is wrong with one struct. What is left is between them, and what only the functions of an
//! author tell.

use std::collections::BTreeSet;
use std::fmt;

use super::Contents;
use crate::provider::Provider;
use crate::schema::{Finding, Schema};

/// A mistake in a provider. Any of them makes a core refuse it, or a call fail that a user will make.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mistake {
    /// Two resources, data sources, ephemeral resources or functions have the same name.
    Repeated {
        /// The name.
        name: String,
    },
    /// A schema is wrong.
    Schema {
        /// Whose schema.
        name: String,
        /// What is wrong with it.
        finding: Finding,
    },
    /// States of an earlier version can't be upgraded, or an upgrade leads from a version that is not an earlier one, or two
    /// lead from the same.
    Upgrade {
        /// Of which resource.
        name: String,
        /// Which version.
        version: u32,
    },
}

impl<P: Provider> Contents<P> {
    /// Everything that is wrong. A provider's own tests call this: whatever it finds is a bug of its author.
    ///
    /// In debug builds the server answers with it to the question for the schemas.
    pub fn self_check(&self) -> Vec<Mistake> {
        let mut mistakes: Vec<Mistake> =
            self.repeated.iter().map(|name| Mistake::Repeated { name: name.clone() }).collect();
        schema("provider", &P::schema(), &mut mistakes);
        for (name, listed) in &self.resources {
            let found = listed.author.schema();
            schema(name, &found, &mut mistakes);
            let upgrades = listed.author.upgrades().into_iter().map(|(version, _)| version).collect();
            mistakes.extend(
                misled(upgrades, found.version()).map(|version| Mistake::Upgrade { name: name.clone(), version }),
            );
        }
        for (name, listed) in &self.data_sources {
            schema(name, &listed.author.schema(), &mut mistakes);
        }
        for (name, listed) in &self.ephemeral_resources {
            schema(name, &listed.author.schema(), &mut mistakes);
        }
        mistakes
    }
}

fn schema(name: &str, schema: &Schema, mistakes: &mut Vec<Mistake>) {
    let findings = schema.self_check().into_iter();
    mistakes.extend(findings.map(|finding| Mistake::Schema { name: name.to_owned(), finding }));
}

/// The versions from which not exactly one upgrade leads, though it should, or one does, though it should not.
fn misled(upgrades: Vec<u32>, current: u32) -> impl Iterator<Item = u32> {
    let all: BTreeSet<u32> = (0..current).chain(upgrades.iter().copied()).collect();
    all.into_iter().filter(move |version| {
        let found = upgrades.iter().filter(|from| *from == version).count();
        found != usize::from(*version < current)
    })
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repeated { name } => write!(f, "{name} is listed twice"),
            Self::Schema { name, finding } => write!(f, "{name}: {finding}"),
            Self::Upgrade { name, version } => {
                write!(
                    f,
                    "{name}: one upgrade must lead from each earlier version, and no other; see version {version}"
                )
            }
        }
    }
}
