//! The database engines of OpenBao and Vault make PostgreSQL roles that psql can log in with, and take them away again.

use std::time::Duration;

use acceptance::{Postgres, Product, Scenario, VaultServer, wait_until};
use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use testbed::Tool;

#[test]
fn openbao() -> Result<()> {
    Scenario::run(&[Tool::Postgres, Tool::OpenBao], |scenario| issue_a_login(scenario, Product::OpenBao))
}

#[test]
fn vault() -> Result<()> {
    Scenario::run(&[Tool::Postgres, Tool::Vault], |scenario| issue_a_login(scenario, Product::Vault))
}

fn issue_a_login(scenario: &Scenario, product: Product) -> Result<()> {
    let postgres = Postgres::shared(scenario)?;
    let server = VaultServer::shared(scenario, product)?;
    let admin = server.client(&server.scoped_admin()?)?;
    let (username, password) = postgres.superuser_login();
    admin.post("/v1/sys/mounts/database", &json!({ "type": "database" }))?.ok()?;
    let connection = json!({
        "plugin_name": "postgresql-database-plugin",
        "allowed_roles": ["reader"],
        "connection_url": postgres.connection_url(),
        "username": username,
        "password": password,
        "password_authentication": "scram-sha-256",
    });
    admin.post("/v1/database/config/main", &connection)?.ok()?;
    let role = json!({
        "db_name": "main",
        "creation_statements":
            ["create role \"{{name}}\" login password '{{password}}' valid until '{{expiration}}'"],
        "default_ttl": "10m",
        "max_ttl": "20m",
    });
    admin.post("/v1/database/roles/reader", &role)?.ok()?;

    let credential = admin.get("/v1/database/creds/reader")?.ok()?;
    let text = |pointer| credential.pointer(pointer).and_then(Value::as_str).with_context(|| format!("no {pointer}"));
    let (user, password, lease) = (text("/data/username")?, text("/data/password")?, text("/lease_id")?);
    assert_eq!(postgres.query(user, password, "select current_user")?, user);
    postgres.query(user, "wrong", "select 1").expect_err("the password is checked");

    admin.put("/v1/sys/leases/revoke", &json!({ "lease_id": lease, "sync": true }))?.ok()?;
    wait_until("the role to go", Duration::from_secs(10), || match postgres.query(user, password, "select 1") {
        Ok(_) => bail!("{user} can still log in"),
        Err(_) => Ok(()),
    })
}
