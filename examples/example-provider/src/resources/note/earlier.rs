//! What notes were before: states of version 0 of the resource, and markers of the null provider.

use tf_framework::Outcome;
use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::{Model, SetOf, WriteOnly};

use super::{Note, digest};
use crate::store::file_name;

/// A note of version 0. It had one shelf, the text was called body, and tags were one string with commas.
#[derive(Model)]
#[tf(object)]
pub(super) struct NoteOfVersion0 {
    /// The name.
    #[tf(required)]
    name: String,
    /// What it says.
    #[tf(required)]
    body: String,
    /// Words by which it is found, with commas between them.
    #[tf(optional)]
    tags: Option<String>,
}

/// A `null_marker`.
#[derive(Model)]
#[tf(object)]
pub(super) struct Marker {
    /// Any text.
    #[tf(optional)]
    note: Option<String>,
    /// Path of a file that changes wait for.
    #[tf(optional)]
    gate: Option<String>,
}

pub(super) fn upgrade(old: NoteOfVersion0) -> Outcome<Note> {
    let NoteOfVersion0 { name, body, tags } = old;
    let shelf = "main".to_owned();
    let note = unread(format!("{shelf}/{name}"), name, shelf);
    let tags = tags.map(|tags| tags.split(',').map(str::to_owned).collect::<SetOf<_>>());
    Ok(Note { digest: digest(&body), text: Some(body), tags, ..note })
}

/// A marker has no name, so its text has to serve. Its file must have been put on the main shelf by whoever moves it.
pub(super) fn adopt(marker: Marker) -> Outcome<Note> {
    let Marker { note, gate } = marker;
    let Some(text) = note.filter(|note| file_name(note).is_ok()) else {
        return Err(Diagnostic::error("The marker can't become a note")
            .detail("The text of a marker becomes the name of the note, and this one can't be a name.")
            .remedy("Set `note` of the null_marker to a single word, apply, and move it then.")
            .into());
    };
    let shelf = "main".to_owned();
    let note = unread(format!("{shelf}/{text}"), text.clone(), shelf);
    Ok(Note { digest: digest(&text), text: Some(text), gate, ..note })
}

/// A note of which the file is still to be read.
pub(super) fn unread(id: String, name: String, shelf: String) -> Note {
    Note {
        title: name.clone(),
        text: None,
        lines: None,
        tags: None,
        secret: WriteOnly::default(),
        secret_version: None,
        digest: String::new(),
        revision: 0,
        keep: false,
        gate: None,
        timeouts: None,
        id,
        name,
        shelf,
    }
}
