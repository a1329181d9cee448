//! The pages of the registries are what the schemas and the examples say. They lie at the root of the repository, where the
//! registries look for them, beside documents of other kinds.

use std::path::Path;
use std::process::Command;

#[test]
fn pages_are_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let output = Command::new(env!("CARGO_BIN_EXE_terraform-provider-secretzero"))
        .args(["docs", "--check", "--examples", "examples", "--docs", "docs"])
        .current_dir(&root)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}run `cargo xtask docs`", String::from_utf8_lossy(&output.stderr));
}
