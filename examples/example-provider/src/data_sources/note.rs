//! Data source `example_note`: a note that somebody else keeps. Its secret stays where it is.

use serde::Deserialize;
use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::{After, Model, Query, SetOf};
use tf_framework::{Context, DataSource, Doing as _, Outcome};

use crate::provider::Example;
use crate::store::file_name;

/// A note that somebody else keeps.
#[derive(Model)]
#[tf(data_source = "note")]
pub struct Note {
    /// Which note it is on its shelf.
    #[tf(required, validate(file_name))]
    pub name: String,
    /// The shelf that it is on, `main` if it is not set.
    #[tf(optional, validate(file_name))]
    pub shelf: Option<String>,
    /// Anything that must be known before the note is looked for.
    #[tf(optional)]
    pub after: Option<After>,
    /// The headline.
    #[tf(computed)]
    pub title: String,
    /// What it says.
    #[tf(computed)]
    pub text: String,
    /// Words by which it is found.
    #[tf(computed)]
    pub tags: Option<SetOf<String>>,
}

/// What of the file is looked at.
#[derive(Debug, Deserialize)]
struct Content {
    title: String,
    text: String,
    tags: Option<Vec<String>>,
}

impl DataSource for Note {
    type Provider = Example;

    async fn read(cx: &Context<Example>, query: Query<Self>) -> Outcome<Self> {
        let NotePlan { name, shelf, after, .. } = query;
        let kind = format!("notes/{}", shelf.as_deref().unwrap_or("main"));
        let summary = || format!("Looking for the note {name:?}");
        let Some(content) = cx.client().store()?.read::<Content>(&kind, &name).doing(summary())? else {
            return Err(Diagnostic::error(summary())
                .detail("There is no such note.")
                .remedy("If it is made in the same run, set `after` to something that is known only then.")
                .into());
        };
        let Content { title, text, tags } = content;
        Ok(Self { name, shelf, after, title, text, tags: tags.map(SetOf) })
    }
}
