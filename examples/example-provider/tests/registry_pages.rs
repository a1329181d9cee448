//! The pages of this provider are what its schemas and examples say, in the layout that both registries render.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn pages_are_up_to_date() {
    let output = Command::new(env!("CARGO_BIN_EXE_terraform-provider-example"))
        .args(["docs", "--check", "--examples", "examples", "--docs", "docs"])
        .current_dir(folder())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}run `cargo xtask docs`", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn pages_have_the_layout_of_the_registries() {
    let docs = folder().join("docs");
    let mut pages = vec![docs.join("index.md")];
    for folder in ["data-sources", "ephemeral-resources", "functions", "resources"] {
        let found: Vec<PathBuf> = fs::read_dir(docs.join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(!found.is_empty(), "{folder}");
        pages.extend(found);
    }
    for page in pages {
        let name = page.file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(!name.starts_with("example_"), "{}: files are named without the provider", page.display());
        let text = fs::read_to_string(&page).unwrap();
        let front_matter = text.strip_prefix("---\n").and_then(|text| text.split_once("\n---\n")).unwrap().0;
        let keys: Vec<&str> = front_matter.lines().filter(|line| !line.starts_with(' ')).collect();
        let keys: Vec<&str> = keys.iter().map(|line| line.split_once(':').unwrap().0).collect();
        assert_eq!(keys, ["page_title", "subcategory", "description"], "{}", page.display());
        let ticks = text.lines().filter(|line| line.starts_with("```")).count();
        assert_eq!(ticks % 2, 0, "{}: a block of code is not closed", page.display());
    }
}
