//! The published Go modules that tests read: the originals of our `.proto` files.
//!
//! Building the servers brings them, too. But the module cache may have been emptied since, while the servers are still
//! cached, and then nothing would bring them back.

use std::process::Command;

use crate::{recipe::Recipe, toolchain};

/// Each module with the recipe whose `go.mod` and `go.sum` pin it. The conformance test of `proto` reads them.
pub const COMPARED_MODULES: &[(&str, &str)] = &[
    ("openbao", "github.com/openbao/openbao/sdk/v2"),
    ("opentofu", "github.com/hashicorp/go-plugin"),
    ("opentofu", "github.com/opentofu/opentofu"),
    ("vault", "github.com/hashicorp/vault/sdk"),
];

/// Downloads one of [`COMPARED_MODULES`] into the module cache, in its pinned version; without the network if it is there.
pub fn download_module(recipe: &Recipe, module: &str) -> Command {
    let mut command = toolchain::go();
    command.args(["mod", "download", module]).current_dir(recipe.sources());
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn each_module_is_pinned_by_its_recipe() {
        for (name, module) in COMPARED_MODULES {
            let recipe = Recipe::named(name).unwrap();
            for file in ["go.mod", "go.sum"] {
                let text = fs::read_to_string(recipe.sources().join(file)).unwrap();
                assert!(text.contains(&format!("{module} v")), "{module} is not in tests/testbed/{name}/{file}");
            }
        }
    }
}
