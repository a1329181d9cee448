//! The real servers of a test run: built before the tests that need them, and listed after.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    time::Duration,
};

use serde_json::Value;
use testbed::{BuildError, COMPARED_MODULES, Class, RECIPES, Recipe, Tool, check_disk};

use super::session::{CUT_OFF, Outcome, Session};
use crate::screen;

/// What a limited run keeps for the tests after the core servers are built.
const FOR_THE_TESTS: Duration = Duration::from_secs(15 * 60);

/// Builds the core servers that are not cached. One that can't be built is a failure, unless only the time is too short or the
/// disk too full: then the tests without it run, and those that need it are skipped.
pub(crate) fn build_core(session: &mut Session) {
    for recipe in absent(Class::Core) {
        let name = format!("build {}", recipe.name);
        let mut no_room = false;
        session.step(&name, recipe.cold, |session| match build(session, recipe, FOR_THE_TESTS) {
            Ok(()) => Outcome::Passed,
            Err(error) if is_no_fault(&error, session) => {
                no_room = true;
                Outcome::Skipped(format!("{CUT_OFF}{name}: {}", chain(error)))
            }
            Err(error) => Outcome::Failed(chain(error)),
        });
        session.core_is_whole &= !no_room;
    }
}

/// Whether only time or disk was short. A build that hung has used up its own time, not that of the run.
fn is_no_fault(error: &BuildError, session: &Session) -> bool {
    match error {
        BuildError::OutOfTime { .. } => !session.fits(FOR_THE_TESTS),
        BuildError::DiskFull { .. } => true,
        _ => false,
    }
}

/// Brings the published modules that tests compare with, where the cache lost them after the servers were built.
pub(crate) fn fetch_modules(session: &mut Session) {
    let name = "published modules";
    let expected = Duration::from_secs(5);
    session.step(name, expected, |session| {
        for (recipe, module) in COMPARED_MODULES {
            let Some(recipe) = Recipe::named(recipe) else {
                return Outcome::Failed(format!("there is no recipe {recipe}, which should pin {module}"));
            };
            let outcome = session.execute(name, expected, &mut testbed::download_module(recipe, module));
            if !matches!(outcome, Outcome::Passed) {
                return outcome;
            }
        }
        Outcome::Passed
    });
}

/// Builds the extended servers that are not cached, each only if the time left allows it.
pub(crate) fn build_extended(session: &mut Session) {
    for recipe in absent(Class::Extended) {
        session.optional_step(&format!("build {}", recipe.name), recipe.cold, |session| {
            match build(session, recipe, Duration::ZERO) {
                Ok(()) => Outcome::Passed,
                Err(error @ (BuildError::OutOfTime { .. } | BuildError::DiskFull { .. })) => {
                    Outcome::Skipped(chain(error))
                }
                Err(error) => Outcome::Failed(chain(error)),
            }
        });
    }
}

/// Which servers really ran, and why the others did not.
pub(crate) fn show_table(session: &Session) {
    let started = started(&fs::read_to_string(session.servers_log()).unwrap_or_default());
    let mut rows = vec![["server", "version", "result"].map(str::to_owned).to_vec()];
    for tool in Tool::ALL {
        let row = match started.get(tool.name()) {
            Some(runs) => {
                let versions: Vec<&str> = runs.versions.iter().map(String::as_str).collect();
                [tool.name().to_owned(), versions.join(", "), format!("ran, started {} times", runs.count)]
            }
            None => match tool.find() {
                Ok(binary) => [tool.name().to_owned(), binary.version, "not run: no test has started it".to_owned()],
                Err(missing) => {
                    let version = tool.recipe().map_or("-", |recipe| recipe.version);
                    [tool.name().to_owned(), version.to_owned(), format!("not run: {}", missing.reason)]
                }
            },
        };
        rows.push(row.to_vec());
    }
    screen::say("");
    screen::table(&rows);
    screen::say("");
}

/// What has to be built: a program on PATH will do, if the user prefers those.
fn absent(class: Class) -> Vec<&'static Recipe> {
    let is_absent = |recipe: &Recipe| {
        let of_recipe = |tool: &&Tool| tool.recipe().is_some_and(|other| other.name == recipe.name);
        Tool::ALL.iter().filter(of_recipe).any(|tool| tool.find().is_err())
    };
    RECIPES.iter().filter(|recipe| recipe.class == class && is_absent(recipe)).collect()
}

fn build(session: &Session, recipe: &'static Recipe, reserve: Duration) -> Result<(), BuildError> {
    check_disk(&[recipe])?;
    let stop = session.stop_early(recipe.cold, reserve);
    testbed::build(recipe, &stop, &mut |line| screen::say(&format!("  {line}"))).map(drop)
}

fn chain(error: BuildError) -> String {
    format!("{:#}", anyhow::Error::new(error))
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Runs {
    versions: BTreeSet<String>,
    count: usize,
}

/// What the tests wrote when they started a server, by its name.
fn started(log: &str) -> BTreeMap<String, Runs> {
    let mut servers: BTreeMap<String, Runs> = BTreeMap::new();
    for line in log.lines() {
        let Ok(entry) = serde_json::from_str::<Value>(line) else { continue };
        let text = |name| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let runs = servers.entry(text("tool")).or_default();
        runs.versions.insert(text("version"));
        runs.count += 1;
    }
    servers
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::test::session::tests::session;

    #[test]
    fn a_full_disk_is_no_fault_and_a_build_that_hung_is_one() {
        let (_folder, session) = session(None);
        let (what, folder) = ("vault".to_owned(), PathBuf::from("cache"));
        assert!(is_no_fault(&BuildError::DiskFull { what, needed_mb: 700, free_mb: 3, folder }, &session));
        assert!(!is_no_fault(&BuildError::OutOfTime { recipe: "vault", after: Duration::ZERO }, &session));
        assert!(!is_no_fault(&BuildError::Interrupted { recipe: "vault" }, &session));
    }

    #[test]
    fn what_was_started_is_counted() {
        let log = "{\"tool\":\"etcd\",\"version\":\"3.6.14\",\"path\":\"e\"}\nnot json\n\
                   {\"tool\":\"etcd\",\"version\":\"3.6.14\",\"path\":\"e\"}\n";
        let servers = started(log);
        assert_eq!(servers.len(), 1);
        assert_eq!(servers.get("etcd").unwrap().count, 2);
        assert_eq!(servers.get("etcd").unwrap().versions.len(), 1);
    }
}
