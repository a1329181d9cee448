//! A token of dex logs in to OpenBao, which found dex's keys by discovery.

use acceptance::servers::dex::{CLIENT_ID, USER_EMAIL};
use acceptance::servers::vault_server::client_token;
use acceptance::{Dex, Product, Scenario, VaultServer};
use anyhow::Result;
use serde_json::json;
use testbed::Tool;

#[test]
fn an_id_token_logs_in_to_openbao() -> Result<()> {
    Scenario::run(&[Tool::Dex, Tool::OpenBao], |scenario| {
        let dex = Dex::start(scenario.folder())?;
        let server = VaultServer::shared(scenario, Product::OpenBao)?;
        let admin = server.client(&server.scoped_admin()?)?;
        admin.post("/v1/sys/auth/dex", &json!({ "type": "jwt" }))?.ok()?;
        let config = json!({
            "oidc_discovery_url": dex.issuer(),
            "oidc_discovery_ca_pem": dex.authority().certificate_pem(),
            "bound_issuer": dex.issuer(),
        });
        admin.post("/v1/auth/dex/config", &config)?.ok()?;
        for (role, audience) in [("ours", CLIENT_ID), ("theirs", "another-client")] {
            let role_path = format!("/v1/auth/dex/role/{role}");
            let role = json!({
                "role_type": "jwt",
                "user_claim": "email",
                "bound_audiences": [audience],
                "token_policies": ["default"],
            });
            admin.post(&role_path, &role)?.ok()?;
        }

        let jwt = dex.id_token()?;
        let login = |role: &str, jwt: &str| {
            server.anonymous()?.post("/v1/auth/dex/login", &json!({ "role": role, "jwt": jwt }))
        };
        let token = client_token(&login("ours", &jwt)?.ok()?)?;
        let lookup = server.client(&token)?.get("/v1/auth/token/lookup-self")?.ok()?;
        assert_eq!(lookup.pointer("/data/display_name"), Some(&json!(format!("dex-{USER_EMAIL}"))));

        login("theirs", &jwt)?.refused_with(400)?;
        let forged = format!("{jwt}AAAA");
        login("ours", &forged)?.refused_with(400)?;
        dex.refuse_wrong_password()
    })
}
