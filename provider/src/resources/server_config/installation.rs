//! The files of a server on disk.

use tf_framework::{Context, Outcome};

use super::ServerConfig;
use crate::SecretZero;
use crate::owned_text::OwnedText;
use crate::server_files::RenderedFile;

/// A text is somebody else's unless it is exactly what is to be there.
fn text() -> OwnedText {
    OwnedText::new(ServerConfig::DIRECTORY.path(), |found, content| found == content.as_bytes())
}

/// Installs a file, or takes one over that says the same.
pub(super) fn create(cx: &Context<SecretZero>, file: &RenderedFile) -> Outcome<()> {
    let (text, settings) = (text(), file.installed());
    match text.read(&settings)? {
        Some(found) if found.as_slice() != file.content.as_bytes() => {
            let ways =
                "Choose another folder, move this file away, or, if it is a configuration that you want to manage:";
            let command = format!("{ways} tofu import ADDRESS {:?}", file.path);
            let detail = "It says something else than what is declared, and is not overwritten.";
            return Err(text.occupied(&settings, detail, command).into());
        }
        Some(_) => cx.warn(text.taken_over("file", &settings, "It was there already, and says what is declared.")),
        None => {}
    }
    text.create(&settings, &file.content)
}

/// How a file differs from what it is to be, in words.
pub(super) fn differences(file: &RenderedFile) -> Outcome<Vec<String>> {
    text().differences(Some(&file.installed()), &file.content)
}

/// Makes the files that were installed those that are to be. Returns whether anything was done.
pub(super) fn update(cx: &Context<SecretZero>, prior: &[RenderedFile], planned: &[RenderedFile]) -> Outcome<bool> {
    let mut is_changed = false;
    let mut gone: Vec<&RenderedFile> = prior.iter().collect();
    for file in planned {
        match before(prior, file)? {
            Some(before) => {
                gone.retain(|left| left.path != before.path);
                let (old, new) = (before.installed(), file.installed());
                is_changed |= text().update(cx, (Some(&old), &before.content), (Some(&new), &file.content))?;
            }
            None => {
                create(cx, file)?;
                is_changed = true;
            }
        }
    }
    for file in gone {
        remove(cx, file)?;
        is_changed = true;
    }
    Ok(is_changed)
}

/// The file that was installed where one is to be: at the same path, or at another one that leads there.
fn before<'a>(prior: &'a [RenderedFile], file: &RenderedFile) -> Outcome<Option<&'a RenderedFile>> {
    if let Some(found) = prior.iter().find(|before| before.path == file.path) {
        return Ok(Some(found));
    }
    for before in prior {
        if text().is_same_file(&before.installed(), &file.installed())? {
            return Ok(Some(before));
        }
    }
    Ok(None)
}

/// Removes a file, unless somebody has changed it.
pub(super) fn remove(cx: &Context<SecretZero>, file: &RenderedFile) -> Outcome<()> {
    text().remove(cx, &file.installed(), &file.content)
}
