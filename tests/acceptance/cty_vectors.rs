//! The vectors that `tf-value` is tested against are what the real go-cty prints today.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use acceptance::Scenario;
use anyhow::{Context as _, Result, ensure};
use testbed::Tool;

/// The committed vectors.
const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/tf-value/tests/vectors");

#[test]
fn committed_vectors_are_what_go_cty_prints() -> Result<()> {
    Scenario::run(&[Tool::CtyVectors], |scenario| {
        let program = Tool::CtyVectors.find()?;
        program.started();
        let committed = vectors(Path::new(COMMITTED))?;
        let output = Command::new(&program.path).arg(scenario.folder()).output().context("starting cty-vectors")?;
        ensure!(output.status.success(), "cty-vectors failed: {}", String::from_utf8_lossy(&output.stderr));
        let printed = vectors(scenario.folder())?;
        let of = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
        ensure!(of(&printed) == of(&committed), "printed {:?}, committed {:?}", of(&printed), of(&committed));
        for (name, text) in &printed {
            ensure!(
                committed.get(name) == Some(text),
                "{name} is not what go-cty prints: in tests/testbed/cty-vectors, \
                 `go run . ../../../crates/tf-value/tests/vectors` writes it anew"
            );
        }
        Ok(())
    })
}

/// The vector files of a folder, by name.
fn vectors(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.insert(name, fs::read_to_string(&path)?);
        }
    }
    Ok(files)
}
