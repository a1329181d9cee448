//! A real ServiceAccount token of a real API server logs in to OpenBao and Vault.

use acceptance::servers::kubernetes::DEFAULT_AUDIENCE;
use acceptance::servers::vault_server::client_token;
use acceptance::{Kubernetes, Product, Scenario, VaultServer};
use anyhow::Result;
use serde_json::json;
use testbed::Tool;

#[test]
fn openbao() -> Result<()> {
    Scenario::run(&tools(Product::OpenBao), |scenario| log_in(scenario, Product::OpenBao))
}

#[test]
fn vault() -> Result<()> {
    Scenario::run(&tools(Product::Vault), |scenario| log_in(scenario, Product::Vault))
}

fn tools(product: Product) -> Vec<Tool> {
    [Kubernetes::TOOLS, &[product.tool()]].concat()
}

fn log_in(scenario: &Scenario, product: Product) -> Result<()> {
    let server = VaultServer::shared(scenario, product)?;
    let kubernetes = Kubernetes::shared(scenario)?;
    let namespace = kubernetes.namespace("login")?;
    kubernetes.service_account(&namespace, "app")?;

    let admin = server.client(&server.scoped_admin()?)?;
    admin.post("/v1/sys/auth/kubernetes", &json!({ "type": "kubernetes" }))?.ok()?;
    let config = json!({
        "kubernetes_host": kubernetes.address(),
        "kubernetes_ca_cert": kubernetes.authority().certificate_pem(),
        "token_reviewer_jwt": kubernetes.reviewer_token(&namespace)?,
        "disable_local_ca_jwt": true,
    });
    admin.post("/v1/auth/kubernetes/config", &config)?.ok()?;
    let policy = format!(r#"path "login-{namespace}/app" {{ capabilities = ["read"] }}"#);
    admin.put("/v1/sys/policies/acl/app", &json!({ "policy": policy }))?.ok()?;
    admin.post(&format!("/v1/sys/mounts/login-{namespace}"), &json!({ "type": "kv" }))?.ok()?;
    admin.put(&format!("/v1/login-{namespace}/app"), &json!({ "colour": "green" }))?.ok()?;
    admin.put(&format!("/v1/login-{namespace}/other"), &json!({ "colour": "red" }))?.ok()?;
    let role = json!({
        "bound_service_account_names": "app",
        "bound_service_account_namespaces": namespace,
        "audience": DEFAULT_AUDIENCE,
        "token_policies": ["app"],
        "token_ttl": "10s",
    });
    admin.post("/v1/auth/kubernetes/role/app", &role)?.ok()?;

    let anonymous = server.anonymous()?;
    let login = |account: &str, audience: &str| {
        let jwt = kubernetes.token(&namespace, account, audience)?;
        anonymous.post("/v1/auth/kubernetes/login", &json!({ "role": "app", "jwt": jwt }))
    };
    let app = server.client(&client_token(&login("app", DEFAULT_AUDIENCE)?.ok()?)?)?;
    let secret = app.get(&format!("/v1/login-{namespace}/app"))?.ok()?;
    assert_eq!(secret.pointer("/data/colour"), Some(&json!("green")));
    app.get(&format!("/v1/login-{namespace}/other"))?.refused_with(403)?;

    login("default", DEFAULT_AUDIENCE)?.refused_with(403)?;
    login("app", "vault")?.refused_with(403)
}
