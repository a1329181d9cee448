//! What is made for as long as a command runs lives longer if the command does.

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use crate::stage::on_both;

/// What the documentation says that it needs.
const RIGHTS: &str = "path \"auth/token/create\" { capabilities = [\"create\", \"update\"] }
path \"auth/token/revoke-accessor\" { capabilities = [\"update\"] }
path \"auth/token/renew-accessor\" { capabilities = [\"update\"] }";

#[test]
fn a_token_is_renewed_with_the_rights_that_are_documented() -> Result<()> {
    on_both(|stage| {
        let kit = stage.kit_with_rights("renewing", RIGHTS)?;
        let token = kit.ephemeral("token")?;
        let mut open = token.open(json!({ "policies": ["test-renewing"], "ttl": "30m" }))?;
        let first = open.renew_at().context("it is never renewed")?;
        open.renew().context("renewing it")?;
        let second = open.renew_at().context("it is not renewed again")?;
        ensure!(second > first, "the second renewal is at {second:?}, the first at {first:?}");
        open.close()?;
        // It has ended: there is nothing to renew.
        ensure!(open.renew().is_err(), "it lives on");
        Ok(())
    })
}
