//! The manifest of a workspace of copies.

use anyhow::{Context as _, Result};

/// The root manifest with these members instead of its own. Everything else, such as versions of dependencies, is the
/// same.
///
/// # Errors
/// If it has no list of members.
pub fn with_members<'a>(manifest: &str, members: impl IntoIterator<Item = &'a str>) -> Result<String> {
    let (before, rest) = manifest.split_once("members = [").context("no members in Cargo.toml")?;
    let (_, after) = rest.split_once("\n]\n").context("no end of members in Cargo.toml")?;
    let members: String = members.into_iter().map(|member| format!("    \"{member}\",\n")).collect();
    Ok(format!("{before}members = [\n{members}]\n{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_members_are_others() {
        let manifest = "[workspace]\nmembers = [\n    \"a\", # [why]\n    \"b\",\n]\n[profile.dev]\n";
        let changed = with_members(manifest, ["c/d"]).unwrap();
        assert_eq!(changed, "[workspace]\nmembers = [\n    \"c/d\",\n]\n[profile.dev]\n");
        with_members("[package]\n", []).unwrap_err();
    }
}
