//! What the test provider works on, and what is to go wrong there.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock};

use tf_framework::diagnostic::Diagnostic;
use tf_framework::{Context, Failure, Outcome};

use crate::provider::TestProvider;

/// What happens in the next call to the author's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// All goes well.
    Nothing,
    /// It fails at once.
    Fail,
    /// It fails when all is done and recorded.
    FailAfterCheckpoint,
    /// It fails when only the plan is recorded.
    FailAfterPlan,
    /// It fails when what was recorded is gone again.
    FailAfterForgetting,
    /// It panics at once.
    Panic,
    /// It panics when all is done and recorded.
    PanicAfterCheckpoint,
    /// It never comes to an end, but is done and recorded.
    Hang,
    /// It waits for what never comes, with an eye on the deadline and the user.
    Wait,
    /// What it looks at can't be looked at.
    PriorStands,
    /// It needs an attribute of the provider block.
    NeedAddress,
    /// Its answer breaks a rule of core.
    BreakRule,
    /// Its answer is about another object.
    OtherIdentity,
    /// It says something on the way.
    Warn,
    /// It says something that it says but once.
    WarnOnce,
    /// It stores something beside the state.
    Remember,
}

/// A note as the server has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StoredNote {
    pub(crate) text: Option<String>,
    pub(crate) ttl: i64,
    pub(crate) digest: String,
}

/// The world of one test.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) notes: Mutex<BTreeMap<(String, String), StoredNote>>,
    acts: Mutex<VecDeque<Act>>,
    calls: Mutex<Vec<String>>,
}

impl World {
    /// The world of this name, for whoever asks for it.
    pub(crate) fn named(name: &str) -> Arc<Self> {
        static WORLDS: OnceLock<Mutex<BTreeMap<String, Arc<World>>>> = OnceLock::new();
        let mut worlds = WORLDS.get_or_init(Mutex::default).lock().unwrap();
        Arc::clone(worlds.entry(name.to_owned()).or_default())
    }

    /// What is to happen next, one for each call.
    pub(crate) fn will(&self, acts: impl IntoIterator<Item = Act>) {
        self.acts.lock().unwrap().extend(acts);
    }

    /// The calls to the author's code so far.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    pub(crate) fn note(&self, call: impl Into<String>) {
        self.calls.lock().unwrap().push(call.into());
    }

    pub(crate) fn put(&self, folder: &str, name: &str, text: &str) {
        let note = StoredNote { text: Some(text.to_owned()), ttl: 3600, digest: digest(Some(text), None) };
        self.notes.lock().unwrap().insert((folder.to_owned(), name.to_owned()), note);
    }

    pub(crate) fn get(&self, folder: &str, name: &str) -> Option<StoredNote> {
        self.notes.lock().unwrap().get(&(folder.to_owned(), name.to_owned())).cloned()
    }

    /// Begins a call: what happens in it, as far as it has nothing to do with objects.
    pub(crate) async fn begin(&self, cx: &Context<TestProvider>, call: &str) -> Outcome<Act> {
        self.note(call);
        let act = self.acts.lock().unwrap().pop_front().unwrap_or(Act::Nothing);
        match act {
            Act::Fail => return Err(refused().into()),
            Act::Panic => panic!("canary"),
            Act::PriorStands => {
                let sealed = Diagnostic::error("The server is sealed").remedy("Unseal it.");
                return Err(Failure::prior_stands(sealed));
            }
            Act::NeedAddress => {
                cx.client().address.known(TestProvider::ADDRESS.path())?;
            }
            Act::Warn => cx.warn(Diagnostic::warning("Careful")),
            Act::WarnOnce => cx.warn_once(Diagnostic::warning("Careful once")),
            Act::Remember => cx.private().set("seen", &7)?,
            Act::Wait => {
                let never = cx.wait_for("the end of time", std::time::Duration::from_millis(10), || async {
                    Outcome::<Option<()>>::Ok(None)
                });
                never.await?;
            }
            _ => {}
        }
        Ok(act)
    }
}

/// What happens when all is done and recorded.
pub(crate) async fn end(act: Act) -> Outcome<()> {
    match act {
        Act::FailAfterCheckpoint | Act::FailAfterPlan | Act::FailAfterForgetting => Err(refused().into()),
        Act::PanicAfterCheckpoint => panic!("canary"),
        Act::Hang => std::future::pending().await,
        _ => Ok(()),
    }
}

pub(crate) fn refused() -> Diagnostic {
    Diagnostic::error("The server refused").remedy("Ask again.")
}

/// How long the texts are.
pub(crate) fn digest(text: Option<&str>, secret: Option<&str>) -> String {
    format!("{}+{}", text.unwrap_or_default().len(), secret.unwrap_or_default().len())
}
