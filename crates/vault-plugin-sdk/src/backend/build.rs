//! From what an author describes to an engine that can be served, or to the reason why not.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use super::{Backend, BackendBuilder, Route};
use crate::field::{Decoded, Spec, fallback};
use crate::path::Path;
use crate::pattern::{Pattern, PatternError};
use crate::request::Operation;
use crate::special_paths::{self, SpecialPathError};

/// Why an engine can't be served: a mistake of its author.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// The version is no semantic one, or one of what comes with a server.
    #[error(
        "the version {0:?} is not of the form 1.2.3, or has +builtin, which is for what comes with a server; use env!(\"CARGO_PKG_VERSION\")"
    )]
    Version(String),
    /// A pattern is none.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// Two paths have patterns for the same requests.
    #[error("the paths {0:?} and {1:?} are the same")]
    SamePath(&'static str, &'static str),
    /// A path does nothing.
    #[error("the path {0:?} has no operation")]
    NoOperation(&'static str),
    /// A path tells creations from updates without a way to do so.
    #[error("the path {0:?} has a handler for creation and no existence check, so servers would never call it")]
    NoExistenceCheck(&'static str),
    /// A name in a pattern has no field.
    #[error("the path {path:?} has {{{name}}} and no field of that name")]
    NoField {
        /// The pattern.
        path: &'static str,
        /// The name.
        name: &'static str,
    },
    /// A path has two fields of one name.
    #[error("the path {path:?} has the field {name:?} twice")]
    FieldTwice {
        /// The pattern.
        path: &'static str,
        /// The name.
        name: &'static str,
    },
    /// A path has two handlers for one operation, and would only ever run one.
    #[error(
        "the path {path:?} has two handlers for the operation {operation:?}; write() is create() and update(), lend() is read()"
    )]
    HandlerTwice {
        /// The pattern.
        path: &'static str,
        /// The operation.
        operation: Operation,
    },
    /// What a field is if it is left out is no value that it could have.
    #[error("the field {name:?} of the path {path:?} can't have the value that it has when it is left out")]
    Fallback {
        /// The pattern.
        path: &'static str,
        /// The name.
        name: &'static str,
    },
    /// A path lends what nobody takes back.
    #[error(
        "the path {path:?} lends leases of the kind {kind:?}, which the engine can't take back; add lease() or renewable_lease()"
    )]
    NobodyTakesBack {
        /// The pattern.
        path: &'static str,
        /// The name of the kind.
        kind: &'static str,
    },
    /// Two kinds of leases have one name.
    #[error("there are two kinds of leases with the name {0:?}")]
    LeaseTwice(&'static str),
    /// A path or storage key with rules of its own can't be told to servers.
    #[error(transparent)]
    SpecialPath(#[from] SpecialPathError),
}

impl<S: Send + Sync + 'static> BackendBuilder<S> {
    /// Checks it.
    ///
    /// # Errors
    /// If something in it would fail at a server, or do something else than it says.
    pub fn build(self) -> Result<Backend<S>, BuildError> {
        if !is_semantic(&self.version) {
            return Err(BuildError::Version(self.version));
        }
        let mut routes = Vec::new();
        for path in self.paths {
            let pattern = Pattern::parse(path.pattern)?;
            check(&path, &pattern)?;
            routes.push(Route { pattern, path });
        }
        routes.sort_by_key(|route| route.pattern.order());
        for (route, next) in routes.iter().zip(routes.iter().skip(1)) {
            if route.pattern.is_same_as(&next.pattern) {
                return Err(BuildError::SamePath(route.path.pattern, next.path.pattern));
            }
        }
        let mut leases = BTreeMap::new();
        for (name, handlers) in self.leases {
            if leases.insert(name, handlers).is_some() {
                return Err(BuildError::LeaseTwice(name));
            }
        }
        for path in routes.iter().map(|route| &route.path) {
            if let Some(kind) = path.lends.iter().find(|kind| !leases.contains_key(*kind)) {
                return Err(BuildError::NobodyTakesBack { path: path.pattern, kind });
            }
        }
        let special_paths = special_paths::collect(&routes, &self.seal_wrapped, &self.local)?;
        Ok(Backend {
            version: self.version,
            help: self.help,
            routes,
            leases,
            special_paths,
            state: self.state,
            initialise: self.initialise,
            tick: self.tick,
            tick_budget: self.tick_budget,
            deadline: self.deadline,
        })
    }
}

fn check<S>(path: &Path<S>, pattern: &Pattern) -> Result<(), BuildError> {
    let text = path.pattern;
    if path.handlers.is_empty() {
        return Err(BuildError::NoOperation(text));
    }
    if path.handlers.contains_key(&Operation::Create) && path.exists.is_none() {
        return Err(BuildError::NoExistenceCheck(text));
    }
    if let Some(operation) = path.twice {
        return Err(BuildError::HandlerTwice { path: text, operation });
    }
    let mut names = BTreeSet::new();
    for field in &path.fields {
        if !names.insert(field.name) {
            return Err(BuildError::FieldTwice { path: text, name: field.name });
        }
        if !has_sound_fallback(field) {
            return Err(BuildError::Fallback { path: text, name: field.name });
        }
    }
    match pattern.names().find(|name| !names.contains(name)) {
        Some(name) => Err(BuildError::NoField { path: text, name }),
        None => Ok(()),
    }
}

/// Whether a field that is left out has a value that could have been sent, or none.
fn has_sound_fallback(spec: &Spec) -> bool {
    match (spec.fallback, fallback(spec)) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(_), Some(Decoded::Text(text))) => spec.one_of.is_empty() || spec.one_of.contains(&text.as_str()),
        (Some(_), Some(_)) => true,
    }
}

/// Three numbers, and what may follow them, as servers understand and keep it. What comes with a server has `builtin` behind
/// the plus, and no other plugin may.
fn is_semantic(version: &str) -> bool {
    let (version, build) = version.split_once('+').map_or((version, None), |(version, build)| (version, Some(build)));
    let (core, early) = version.split_once('-').map_or((version, None), |(core, early)| (core, Some(early)));
    let is_identifier = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let is_number = |part: &str| part.chars().all(|c| c.is_ascii_digit());
    // With a zero before it a server would know it by another text than the one that it was told.
    let has_no_zero_before = |part: &str| !is_number(part) || part == "0" || !part.starts_with('0');
    let numbers: Vec<&str> = core.split('.').collect();
    numbers.len() == 3
        && numbers.iter().all(|part| is_number(part) && has_no_zero_before(part) && part.parse::<i64>().is_ok())
        && early.is_none_or(|early| early.split('.').all(|part| is_identifier(part) && has_no_zero_before(part)))
        && build.is_none_or(|build| build.split('.').all(|part| is_identifier(part) && part != "builtin"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Call, Error, Field, LeaseType, Outcome, Response};

    const NAME: Field<String> = Field::name("name", "");
    const LOAN: LeaseType<()> = LeaseType::new("loan");

    async fn never(_: Call) -> Result<bool, Error> {
        Ok(false)
    }

    async fn nothing(_: Call) -> Outcome {
        Ok(Response::none())
    }

    fn refused(builder: BackendBuilder) -> String {
        builder.build().err().map(|error| error.to_string()).unwrap_or_default()
    }

    fn with(path: Path) -> String {
        refused(Backend::builder("1.2.3").path(path))
    }

    #[test]
    fn a_version_is_one_that_servers_take_and_keep() {
        let is_taken = |version: &str| Backend::builder(version).build().is_ok();
        for version in ["0.0.0", "1.2.3", "1.10.0-beta.1", "1.2.3+45", "1.2.3-rc.1+fips.builtin2", "1.2.3-a-b+01"] {
            assert!(is_taken(version), "{version} is refused");
        }
        for version in [
            "",
            "1",
            "1.2",
            "1.2.3.4",
            "v1.2.3",
            "01.2.3",
            "1.02.3",
            "1.2.00",
            "1.+2.3",
            "1.2.3-",
            "1.2.3+",
            "1.2.3-01",
            "1.2.3-a..b",
            "1.2.3-a_b",
            "1.2.3+a+b",
            "1.0.0+builtin",
            "1.0.0+ent.builtin",
            "1.0.0-beta+builtin.vault",
            "9223372036854775808.0.0",
        ] {
            assert!(!is_taken(version), "{version} is taken");
        }
    }

    #[test]
    fn mistakes_are_found_before_a_server_finds_them() {
        for (found, expected) in [
            (refused(Backend::builder("1.2")), "is not of the form 1.2.3"),
            (with(Path::new("/a").read(nothing)), "empty part"),
            (with(Path::new("a")), "has no operation"),
            (with(Path::new("a").write(nothing)), "no existence check"),
            (
                with(Path::new("a").exists(never).update(nothing).write(nothing)),
                "two handlers for the operation Update",
            ),
            (with(Path::new("a").read(nothing).lend(LOAN, nothing)), "two handlers for the operation Read"),
            (with(Path::new("a").lend(LOAN, nothing)), "which the engine can't take back"),
            (with(Path::new("a").update(nothing).lends(LOAN)), "which the engine can't take back"),
            (with(Path::new("a").field(Field::string("b", "").one_of(&["x"]).or("y")).read(nothing)), "left out"),
            (with(Path::new("a").field(Field::name("b", "").or("no name")).read(nothing)), "left out"),
            (with(Path::new("a/{name}").read(nothing)), "no field of that name"),
            (with(Path::new("a").field(NAME).field(NAME).read(nothing)), "twice"),
            (
                refused(
                    Backend::builder("1.2.3")
                        .path(Path::new("a/{name}").field(NAME).read(nothing))
                        .path(Path::new("a/{other}").field(Field::string("other", "")).list(nothing)),
                ),
                "are the same",
            ),
        ] {
            assert!(found.contains(expected), "{found:?} does not say {expected:?}");
        }
        assert_eq!(with(Path::new("a/{name}").field(NAME).read(nothing)), "");
    }
}
