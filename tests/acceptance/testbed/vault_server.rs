//! The life of one server: blank, initialised, unsealed, filled, sealed, killed, restarted; and its tokens.

use acceptance::servers::vault_server::Audit;
use acceptance::{Authority, Http, Product, Scenario, VaultServer};
use anyhow::Result;
use serde_json::json;
use testbed::Tool;

const ENTRIES: usize = 100;

#[test]
fn openbao() -> Result<()> {
    Scenario::run(&[Tool::OpenBao], |scenario| live(scenario, Product::OpenBao))
}

#[test]
fn vault() -> Result<()> {
    Scenario::run(&[Tool::Vault], |scenario| live(scenario, Product::Vault))
}

fn live(scenario: &Scenario, product: Product) -> Result<()> {
    let server = VaultServer::start_blank(scenario.folder(), product, Audit::Off, "")?;
    assert_eq!(server.health()?, 501);
    server.initialise()?;
    assert_eq!(server.health()?, 503);
    server.unseal()?;
    server.wait_active()?;

    let admin = server.scoped_admin()?;
    server.revoke_root()?;
    server.root()?.get("/v1/auth/token/lookup-self")?.refused_with(403)?;
    server.fill(&admin, ENTRIES)?;

    server.seal(&admin)?;
    server.client(&admin)?.get("/v1/fill/entry-0")?.refused_with(503)?;
    server.unseal()?;
    server.wait_active()?;
    assert_eq!(server.filled(&admin)?, ENTRIES);

    server.kill9()?;
    server.health().expect_err("nobody listens after kill -9");
    server.restart()?;
    assert_eq!(server.health()?, 503);
    server.unseal()?;
    server.wait_active()?;
    assert_eq!(server.filled(&admin)?, ENTRIES);
    Ok(())
}

#[test]
fn the_command_line_of_each_product_reads_what_the_api_wrote() -> Result<()> {
    Scenario::run(&[Tool::OpenBao, Tool::Vault], |scenario| {
        for product in Product::ALL {
            let server = VaultServer::shared(scenario, product)?;
            let admin = server.scoped_admin()?;
            server.client(&admin)?.post("/v1/sys/mounts/cli", &json!({ "type": "kv" }))?.ok()?;
            server.client(&admin)?.put("/v1/cli/entry", &json!({ "colour": "blue" }))?.ok()?;
            let printed = server.cli(&admin, ["read", "-field=colour", "cli/entry"])?;
            assert_eq!(printed.trim(), "blue");
            server.cli("no-such-token", ["read", "cli/entry"]).expect_err("the token is checked");
            let audited = std::fs::read_to_string(server.audit_log())?;
            assert!(audited.contains("cli/entry") && !audited.contains("blue"), "{audited}");
        }
        Ok(())
    })
}

#[test]
fn a_scoped_admin_is_not_root() -> Result<()> {
    Scenario::run(&[Tool::OpenBao, Tool::Vault], |scenario| {
        for product in Product::ALL {
            let server = VaultServer::shared(scenario, product)?;
            let admin = server.client(&server.scoped_admin()?)?;
            admin.get("/v1/sys/mounts")?.ok()?;
            admin.get("/v1/sys/raw/core/mounts")?.refused_with(403)?;
            admin.post("/v1/auth/token/create", &json!({ "policies": ["root"] }))?.refused_with(400)?;
        }
        Ok(())
    })
}

#[test]
fn a_server_of_another_authority_is_not_spoken_to() -> Result<()> {
    Scenario::run(&[Tool::OpenBao], |scenario| {
        let server = VaultServer::shared(scenario, Product::OpenBao)?;
        let stranger = Authority::create(scenario.folder())?;
        let error = Http::new(server.address(), &stranger)?.get("/v1/sys/health").expect_err("another authority");
        assert!(format!("{error:?}").contains("UnknownIssuer"), "{error:?}");
        Ok(())
    })
}
