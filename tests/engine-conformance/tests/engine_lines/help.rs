//! Line 12: help on every path and on the mount, with a document that hosts can put together with those of other mounts.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use secrets_engine_conformance::Mount;
use serde_json::{Value, json};

use crate::in_use;

/// Every path of the engine, in the document's form.
const PATHS: [&str; 14] = [
    "/about",
    "/answer/{kind}",
    "/fault/{kind}",
    "/headers",
    "/kv",
    "/kv/{name}",
    "/lend/{name}",
    "/loans",
    "/log",
    "/rename/{name}",
    "/status",
    "/task/{kind}",
    "/work",
    "",
];

#[tokio::test]
async fn line_12_there_is_help_on_the_mount_and_on_every_path() -> Result<()> {
    let Some((_host, mount)) = in_use().await? else { return Ok(()) };
    // The last one is not a path of the document, but the mount itself.
    let (root, paths) = PATHS.split_last().context("no paths")?;
    let (page, found) = help(&mount, root).await?;
    ensure!(page.contains("## PATHS") && page.contains("kv/{name...?}"), "{page}");
    let expected: BTreeSet<String> = paths.iter().map(|path| (*path).to_owned()).collect();
    ensure!(found == expected, "the document has the paths {found:?}");
    for path in paths {
        let asked = path.trim_start_matches('/').replace(['{', '}'], "");
        let (page, found) = help(&mount, &asked).await?;
        ensure!(page.contains("## OPERATIONS"), "{path}: {page}");
        ensure!(found.contains(*path), "{path}: the document has the paths {found:?}");
    }
    mount.request("help", "no/such/path", json!({})).await?.expect_status(404)?;
    Ok(())
}

/// The page, and the paths of the document as a real host has read it.
async fn help(mount: &Mount, path: &str) -> Result<(String, BTreeSet<String>)> {
    // What the server sends along when it collects the documents of all mounts.
    let answer = mount.request("help", path, json!({ "requestResponsePrefix": "One" })).await?;
    let data = answer.data().with_context(|| format!("help on {path:?}"))?;
    let document = data.get("openapi").with_context(|| format!("no document for {path:?}"))?;
    well_formed(document).with_context(|| format!("the document for {path:?}"))?;
    let read = answer.judged()?.paths.clone().with_context(|| format!("a host finds no document for {path:?}"))?;
    let page = data.get("help").and_then(Value::as_str).context("no page")?;
    Ok((page.to_owned(), read.into_iter().collect()))
}

/// Hosts lose what references point to, and one null ends the document of the whole server.
fn well_formed(value: &Value) -> Result<()> {
    match value {
        Value::Null => anyhow::bail!("there is a null in it"),
        Value::Object(fields) => {
            ensure!(!fields.contains_key("$ref"), "there is a reference in it: {value}");
            fields.values().try_for_each(well_formed)
        }
        Value::Array(values) => values.iter().try_for_each(well_formed),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}
