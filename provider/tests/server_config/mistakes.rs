//! What is refused, where, and with which words.

use serde_json::{Value as Json, json};
use tf_testing::Unknown;

use crate::stage::{Stage, refused, settings, with};

/// Settings that are wrong in one thing: headline, place, words.
fn wrong_settings() -> Vec<(Json, &'static str, &'static str, &'static str)> {
    let tcp = |more: Json| json!({ "listener": [with(json!({ "address": "0.0.0.0:8200" }), more)] });
    let seal = |name: &str, more: Json| json!({ "seal": { name: more } });
    let vault = |more: Json| with(json!({ "product": "vault" }), more);
    let device = json!({ "type": "file", "options": { "file_path": "/log" } });
    let transit = |more: Json| {
        seal("transit", with(json!({ "address": "https://b:8200", "key_name": "k", "mount_path": "transit/" }), more))
    };
    let key = json!({ "current_key_id": "1", "current_key": "env://KEY" });
    vec![
        (json!({ "product": "consul" }), "Invalid", "settings.product", "openbao"),
        (json!({ "cluster_addr": null }), "Storage Without the Address", "settings.storage", "cluster_addr"),
        (json!({ "cluster_addr": "http://a:1" }), "Not the Address of a Node", "settings.cluster_addr", "https://"),
        (json!({ "api_addr": "http://a:1" }), "Not the Address of an API", "settings.api_addr", "unencrypted"),
        (tcp(json!({})), "A Listener Without TLS", "settings.listener[0].address", "tls_cert_file"),
        (tcp(json!({ "tls_disable": true })), "A Listener Without TLS", "settings.listener[0].tls_disable", "in clear"),
        (
            json!({ "listener": [{ "address": "localhost:8200", "tls_disable": true }] }),
            "A Listener Without TLS",
            "settings.listener[0].tls_disable",
            "127.0.0.1",
        ),
        (
            tcp(json!({ "tls_cert_file": "pki/a.pem", "tls_key_file": "/a.key" })),
            "Not an Absolute Path",
            "settings.listener[0].tls_cert_file",
            "abspath",
        ),
        (json!({ "plugin_directory": "plugins" }), "Not an Absolute Path", "settings.plugin_directory", "abspath"),
        (json!({ "disable_mlock": true }), "OpenBao Has No Mlock", "settings.disable_mlock", "swap"),
        (vault(json!({ "audit": [device] })), "Vault Has No Audit Devices", "settings.audit", "secretzero_audit"),
        (vault(seal("static", key.clone())), "Vault Has No Static Seal", "settings.seal.static", "OpenBao"),
        (transit(json!({ "token": "hvs.x" })), "A Secret in the Conf", "settings.seal.transit.token", "file:///"),
        (
            seal("static", with(key, json!({ "current_key": "0123456789abcdef" }))),
            "A Secret in the Configuration",
            "settings.seal.static.current_key",
            "env://",
        ),
        (
            with(transit(json!({ "address": "https://a:1" })), json!({ "api_addr": "https://a:1/" })),
            "Not the Address of an API",
            "settings.api_addr",
            "host and a port",
        ),
        (
            with(transit(json!({ "address": "https://a:1" })), json!({ "api_addr": "https://a:1" })),
            "A Server That Unseals Itself",
            "settings.seal.transit.address",
            "another server",
        ),
        (
            seal("awskms", json!({ "kms_key_id": "k", "secret_key": "AKIA" })),
            "A Secret in the Configuration",
            "settings.seal.awskms.secret_key",
            "env://",
        ),
        (json!({ "audit": [device, device] }), "Two Audit Devices of One Name", "settings.audit[1]", "another path"),
        (
            json!({ "audit": [{ "type": "file", "options": { "file_path": "/a", "log_raw": "true" } }] }),
            "Secrets in the Audit Log",
            "settings.audit[0].options[\"log_raw\"]",
            "danger_log_raw",
        ),
        (
            json!({ "audit": [{ "type": "file" }] }),
            "An Audit Device Without a File",
            "settings.audit[0].options",
            "stdout",
        ),
    ]
}

#[test]
fn wrong_settings_are_told_where_they_are() {
    let stage = Stage::new();
    for (more, summary, place, words) in wrong_settings() {
        let refusal = stage.server().validate(stage.config(json!({ "settings": settings(more.clone()) }))).unwrap_err();
        refused(&refusal, summary, place, words);
        let told = refusal.to_string();
        assert!(!told.contains("hvs.x") && !told.contains("0123456789") && !told.contains("AKIA"), "{told}");
    }
    assert!(!stage.file("etc").exists());
}

#[test]
fn what_is_wrong_beside_the_settings_is_told_where_it_is() {
    let stage = Stage::new();
    let unseal = |more: Json| {
        let unit = with(json!({ "addresses": ["https://a:1"], "keys_files": ["/k"] }), more);
        json!({ "systemd": { "unseal": unit } })
    };
    for (more, summary, place) in [
        (json!({ "file_name": "vault.conf" }), "Not the Name of a Configuration File", "file_name"),
        (json!({ "mode": "0666" }), "Mode That No Installed File Can Have", "mode"),
        (json!({ "owner": "a:b" }), "Not the Name of a User or Group", "owner"),
        (json!({ "remote": { "directory": "etc" } }), "Not an Absolute Path", "remote.directory"),
        (json!({ "systemd": { "directory": "units", "server": {} } }), "Not an Absolute Path", "systemd.directory"),
        (json!({ "systemd": { "server": { "name": "a.service" } } }), "Not the Name of a Unit", "systemd.server.name"),
        (json!({ "systemd": { "server": { "user": "a\nb" } } }), "Not a User or Group", "systemd.server.user"),
        (json!({ "systemd": { "server": { "binary": "bao" } } }), "Not a Path for a Unit", "systemd.server.binary"),
        (unseal(json!({ "addresses": ["http://a:1"] })), "Not the Address of an API", "systemd.unseal.addresses[0]"),
        (unseal(json!({ "keys_files": ["/a b"] })), "Not a Path for a Unit", "systemd.unseal.keys_files[0]"),
        (json!({ "on_change": { "systemd_unit": "" } }), "Not the Name of a Systemd Unit", "on_change.systemd_unit"),
    ] {
        refused(&stage.server().validate(stage.config(more)).unwrap_err(), summary, place, "");
    }
    // Two units in one file can be told by the plan only.
    let same =
        json!({ "server": {}, "unseal": { "name": "openbao", "addresses": ["https://a:1"], "keys_files": ["/k"] } });
    let refusal = stage.server().plan(stage.config(json!({ "systemd": same }))).unwrap_err();
    refused(&refusal, "Two Files in One Place", "systemd", "different names");
}

#[test]
fn what_is_not_known_is_not_judged() {
    let stage = Stage::new();
    let listener = json!({ "address": Unknown, "tls_cert_file": Unknown, "tls_key_file": Unknown });
    let config = json!({ "settings": settings(json!({ "listener": [listener] })) });
    stage.server().validate(stage.config(config)).unwrap();
}
