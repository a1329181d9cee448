//! The data source `test_note`.

use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::{After, Model, Query, Setting};
use tf_framework::{Config, Context, DataSource, Outcome};

use super::TestProvider;
use crate::world::{Act, end};

/// Looks a note up.
#[derive(Debug, Model)]
#[tf(data_source = "note")]
pub(crate) struct NoteData {
    /// Where it is. Among the notes if it is not set.
    #[tf(optional, computed)]
    folder: String,
    /// Its name.
    #[tf(required)]
    name: String,
    /// What it says, if there is one.
    #[tf(computed)]
    text: Option<String>,
    /// What must be there first.
    #[tf(optional)]
    after: Option<After>,
}

impl DataSource for NoteData {
    type Provider = TestProvider;

    async fn read(cx: &Context<TestProvider>, query: Query<Self>) -> Outcome<Self> {
        let NoteDataPlan { folder, name, text, after } = query;
        let folder = folder.or_else(|| "notes".to_owned());
        let act = cx.client().world.begin(cx, &format!("look up {folder}/{name}")).await?;
        end(act).await?;
        assert!(text.is_undecided());
        let text = cx.client().world.get(&folder, &name).and_then(|note| note.text);
        let name = if act == Act::BreakRule { "other".to_owned() } else { name };
        Ok(Self { folder, name, text, after })
    }

    fn validate(config: &Config<'_, Self>) -> Diagnostics {
        match config.get(Self::NAME) {
            Setting::Known(name) if name == "bad" => Diagnostic::error("Not that one").at(Self::NAME.into()).into(),
            _ => Diagnostics::new(),
        }
    }
}
