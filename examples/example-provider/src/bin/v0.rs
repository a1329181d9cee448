//! `terraform-provider-example-v0`: an older build of the provider, kept as it was. Its notes have states of version 0, which
//! the acceptance tests have the present build upgrade.

use std::process::ExitCode;

use example_provider::store::{Store, file_name};
use serde_json::json;
use tf_framework::model::{Model, Plan, Setting};
use tf_framework::{About, Contents, Context, Doing as _, Outcome, Provider, Resource, serve};

fn main() -> ExitCode {
    serve::<Example>(About { source: "secretzero/example", version: "0.0.1" })
}

/// Keeps notes as files in a folder.
#[derive(Model)]
#[tf(provider = "example")]
struct Example {
    /// Folder in which they are kept.
    #[tf(required)]
    directory: Setting<String>,
}

impl Provider for Example {
    type Client = Self;

    fn contents() -> Contents<Self> {
        Contents::new().resource::<Note>()
    }

    fn configure(settings: Self) -> Outcome<Self> {
        Ok(settings)
    }
}

/// A note: a text under a name, kept as a file.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// The name.
    #[tf(required, replace, validate(file_name))]
    name: String,
    /// What it says.
    #[tf(required)]
    body: String,
    /// Words by which it is found, with commas between them.
    #[tf(optional)]
    tags: Option<String>,
}

impl Resource for Note {
    type Provider = Example;

    async fn create(cx: &Context<Example>, plan: Plan<Self>) -> Outcome<Self> {
        let NotePlan { name, body, tags } = plan;
        let words: Option<Vec<&str>> = tags.as_deref().map(|tags| tags.split(',').collect());
        let content = json!({ "title": name, "text": body, "tags": words, "secret": null, "revision": 1 });
        store(cx)?.write("notes/main", &name, &content).doing(format!("Creating the note {name:?}"))?;
        Ok(Self { name, body, tags })
    }

    async fn read(cx: &Context<Example>, state: Self) -> Outcome<Option<Self>> {
        let content = store(cx)?.read::<serde_json::Value>("notes/main", &state.name);
        Ok(content.doing(format!("Reading the note {:?}", state.name))?.map(|_| state))
    }

    async fn update(cx: &Context<Example>, _: Self, plan: Plan<Self>) -> Outcome<Self> {
        Self::create(cx, plan).await
    }

    async fn delete(cx: &Context<Example>, state: Self) -> Outcome<()> {
        Ok(store(cx)?.remove("notes/main", &state.name).doing(format!("Destroying the note {:?}", state.name))?)
    }
}

fn store(cx: &Context<Example>) -> Outcome<Store> {
    Ok(Store::new(cx.client().directory.known(Example::DIRECTORY.path())?.cloned().unwrap_or_default()))
}
