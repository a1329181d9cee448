//! Versions of a plugin, changed by us and by others.

use acceptance::Product;
use acceptance::cli::Complaint;
use acceptance::cli::matcher::{is, unknown};
use anyhow::{Result, ensure};
use serde_json::json;

use super::PLUGIN;
use super::stage::Stage;

const MOUNT: &str = "secretzero_mount.one";

/// Up and down again; and what others do to the version of a mount is taken back.
pub(super) fn upgrade(stage: Result<Stage>, product: Product) -> Result<()> {
    let stage = stage?;
    let hash = stage.hash()?;
    let of = |version: &str| {
        let plugin = stage.with(&format!(
            "{hash}  version = {version:?}\n  env_wo = [\"EXAMPLE_ENGINE_VERSION={version}\"]\n  env_wo_version = 1\n  \
             lifecycle {{\n    create_before_destroy = true\n  }}\n"
        ));
        format!(
            "{plugin}resource \"secretzero_mount\" \"one\" {{\n  path = {:?}\n  type = secretzero_plugin.one.name\n  \
             plugin_version = secretzero_plugin.one.registered_version\n  allow_data_loss = true\n}}\n",
            stage.name
        )
    };
    let tune =
        |version: &str| stage.on.put(&format!("sys/mounts/{}/tune", stage.name), &json!({ "plugin_version": version }));
    let pin = format!("sys/plugins/pins/secret/{}", stage.name);
    let story = stage
        .on
        .story()
        .apply(of("0.1.0"))
        .creates(MOUNT)
        .attribute(MOUNT, "/plugin_version", is("v0.1.0"))
        .attribute(MOUNT, "/running_plugin_version", is("v0.1.0"))
        .between("keep something in it", || {
            stage.on.put(&format!("{}/kv/mine", stage.name), &json!({ "a": "b" }))?;
            stage.runs("v0.1.0")
        })
        .apply(of("0.2.0"))
        .replaces(PLUGIN)
        .updates(MOUNT)
        .planned(MOUNT, "/running_plugin_version", unknown())
        .attribute(MOUNT, "/running_plugin_version", is("v0.2.0"))
        .between("see that it runs it", || {
            stage.has(&["v0.2.0"])?;
            stage.runs("v0.2.0")
        })
        .apply(of("0.1.0"))
        .replaces(PLUGIN)
        .updates(MOUNT)
        .between("see that it runs the old one, and tune it to another", || {
            stage.runs("v0.1.0")?;
            stage.register("v0.3.0", &json!({}))?;
            tune("v0.3.0")
        })
        .apply_again()
        .updates(MOUNT)
        .between("see that it has the old one, and have it run another", || {
            let mount = stage.mount()?;
            ensure!(mount["plugin_version"] == "v0.1.0" && mount["running_plugin_version"] == "v0.1.0", "{mount}");
            tune("v0.3.0")?;
            stage.reload()?;
            stage.runs("v0.3.0")?;
            // It has the right one, and runs another.
            tune("v0.1.0")
        })
        .apply_again()
        .updates(MOUNT)
        .between("see that it runs the old one", || stage.runs("v0.1.0"));
    let story = match product {
        Product::OpenBao => story,
        Product::Vault => story
            .between("pin another one", || {
                stage.on.put(&pin, &json!({ "version": "v0.3.0" }))?;
                stage.reload()
            })
            .apply_fails(of("0.1.0"))
            .error(
                Complaint::new(format!("The Mount {:?} Runs Another Version", stage.name))
                    .detail("runs v0.3.0")
                    .detail("remove the pin")
                    .about(MOUNT)
                    .at("plugin_version"),
            )
            .between("remove the pin", || stage.on.delete(&pin))
            .apply_again()
            .updates(MOUNT)
            .between("see that it runs the old one again", || stage.runs("v0.1.0")),
    };
    story.destroy().between("see that only what is not ours is left", || stage.has(&["v0.3.0"])).run()
}
