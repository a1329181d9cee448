//! The functions, and the texts that they write.

use std::fs;
use std::path::Path;

use serde_json::{Value as Json, json};
use tf_testing::Config;

use crate::stage::{Stage, files, refused, settings, with};

/// Calls a function with one object.
#[track_caller]
fn call(name: &str, settings: Json) -> String {
    let stage = Stage::new();
    let result = stage.kit.function(name).unwrap().call([Config::from(settings)]).unwrap();
    result.as_str().unwrap().to_owned()
}

#[track_caller]
fn fails(name: &str, settings: Json, words: &str) {
    let stage = Stage::new();
    let refusal = stage.kit.function(name).unwrap().call([Config::from(settings)]).unwrap_err();
    refused(&refusal, "", "[0]", words);
}

/// The text is what the file says; with `BLESS=1` the file is written.
#[track_caller]
fn is_as_in(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server_config").join(file);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, text).unwrap();
    }
    assert_eq!(text, fs::read_to_string(&path).unwrap(), "{file}");
}

/// Everything that a server can be told.
fn everything(product: &str) -> Json {
    json!({
        "product": product,
        "api_addr": "https://vault.home.arpa:8200",
        "cluster_addr": "https://vault.home.arpa:8201",
        "cluster_name": "home",
        "ui": true,
        "log_level": "info",
        "log_format": "json",
        "log_file": "/var/log/vault/vault.log",
        "pid_file": "/run/vault/vault.pid",
        "default_lease_ttl": "768h",
        "max_lease_ttl": "3600",
        "plugin_directory": "/usr/local/lib/vault",
        "storage": { "raft": {
            "path": "/var/lib/vault",
            "node_id": "a",
            "performance_multiplier": 1,
            "retry_join": [
                {
                    "leader_api_addr": "https://b.home.arpa:8200",
                    "leader_ca_cert_file": "/tls/ca.pem",
                    "leader_client_cert_file": "/tls/a.pem",
                    "leader_client_key_file": "/tls/a.key",
                    "leader_tls_servername": "b",
                },
                { "leader_api_addr": "https://c.home.arpa:8200" },
            ],
        }},
        "listener": [
            {
                "address": "0.0.0.0:8200",
                "cluster_address": "0.0.0.0:8201",
                "tls_cert_file": "/tls/a.pem",
                "tls_key_file": "/tls/a.key",
                "tls_client_ca_file": "/tls/ca.pem",
                "tls_min_version": "tls13",
                "tls_require_and_verify_client_cert": true,
                "x_forwarded_for_authorized_addrs": ["10.0.0.0/8", "127.0.0.1"],
                "max_request_size": 1_048_576,
                "max_request_duration": "30s",
                "unauthenticated_metrics_access": true,
            },
            { "address": "127.0.0.1:8210", "tls_disable": true },
            { "socket": "/run/vault/api.sock", "socket_mode": "0660", "socket_user": "vault", "socket_group": "vault" },
        ],
        "telemetry": {
            "prometheus_retention_time": "24h",
            "disable_hostname": true,
            "enable_hostname_label": false,
            "metrics_prefix": "home",
            "usage_gauge_period": "10m",
            "maximum_gauge_cardinality": 500,
            "statsite_address": "127.0.0.1:1",
            "statsd_address": "127.0.0.1:2",
            "dogstatsd_addr": "127.0.0.1:3",
            "dogstatsd_tags": ["a:b"],
            "filter_default": true,
            "prefix_filter": ["+vault.token", "-vault.expire"],
        },
        "seal": { "transit": {
            "address": "https://other.home.arpa:8200",
            "token": "file:///etc/vault.d/seal.token",
            "disable_renewal": true,
            "key_name": "unseal",
            "mount_path": "transit/",
            "namespace": "ns1/",
            "tls_ca_cert": "/tls/ca.pem",
            "tls_client_cert": "/tls/a.pem",
            "tls_client_key": "/tls/a.key",
            "tls_server_name": "other",
        }},
        "extra": "\nuser_lockout \"all\" {\n  disable_lockout = true\n}\n",
    })
}

#[test]
fn a_configuration_of_openbao() {
    let audit = json!([
        { "type": "file", "description": "what happened", "options": { "file_path": "/var/log/audit.log", "mode": "0600" } },
        { "type": "syslog", "path": "raw/", "danger_log_raw": true },
    ]);
    let text = call("server_config", with(everything("openbao"), json!({ "audit": audit })));
    is_as_in("openbao.hcl", &text);
}

#[test]
fn a_configuration_of_vault() {
    is_as_in("vault.hcl", &call("server_config", everything("vault")));
}

#[test]
fn the_smallest_configuration() {
    let settings = json!({
        "product": "vault", "storage": { "file": { "path": "/data" } }, "listener": [{ "socket": "/run/vault.sock" }],
    });
    let text = "storage \"file\" {\n  path = \"/data\"\n}\n\n\
                listener \"unix\" {\n  address = \"/run/vault.sock\"\n  tls_disable = true\n}\n";
    assert_eq!(call("server_config", settings), text);
}

#[test]
fn seals() {
    let seals = [
        (
            json!({ "gcpckms": {
                "project": "p", "region": "global", "key_ring": "r", "crypto_key": "k", "credentials": "/etc/vault.d/gcp.json",
            }}),
            "seal \"gcpckms\" {\n  project = \"p\"\n  region = \"global\"\n  key_ring = \"r\"\n  crypto_key = \"k\"\n  \
             credentials = \"/etc/vault.d/gcp.json\"\n}\n",
        ),
        (
            json!({ "awskms": { "region": "eu-central-1", "kms_key_id": "k", "secret_key": "env://AWS", "role_arn": "r" } }),
            "seal \"awskms\" {\n  region = \"eu-central-1\"\n  kms_key_id = \"k\"\n  secret_key = \"env://AWS\"\n  \
             role_arn = \"r\"\n}\n",
        ),
        (
            json!({ "azurekeyvault": { "vault_name": "v", "key_name": "k", "client_secret": "file:///s" } }),
            "seal \"azurekeyvault\" {\n  client_secret = \"file:///s\"\n  vault_name = \"v\"\n  key_name = \"k\"\n}\n",
        ),
        (
            json!({ "static": { "current_key_id": "2026", "current_key": "file:///key" } }),
            "seal \"static\" {\n  current_key_id = \"2026\"\n  current_key = \"file:///key\"\n}\n",
        ),
    ];
    for (seal, written) in seals {
        let text = call("server_config", settings(json!({ "seal": seal })));
        assert!(text.ends_with(&format!("\n\n{written}")), "{text}");
    }
}

#[test]
fn units() {
    let openbao = call("systemd_unit", json!({ "product": "openbao", "server": {} }));
    is_as_in("openbao.service", &openbao);
    let vault = call(
        "systemd_unit",
        json!({
            "product": "vault",
            "server": { "profile": "binary", "user": "vault", "group": "tls", "environment_file": "/etc/vault/env" },
            "config_file": "/etc/vault/vault_main.hcl",
            "uses_mlock": true,
        }),
    );
    is_as_in("vault.service", &vault);
    let unseal = json!({
        "product": "openbao",
        "unseal": {
            "addresses": ["https://a.home.arpa:8200", "https://b.home.arpa:8200"],
            "ca_cert_file": "/etc/ssl/home/100%.pem",
            "keys_files": ["/etc/openbao/keys.json", "/etc/openbao/more.json"],
            "timeout": "2m",
        },
    });
    is_as_in("openbao-unseal.service", &call("systemd_unit", unseal));
    let named = json!({
        "product": "vault",
        "server_unit": "vault-a",
        "unseal": {
            "addresses": ["https://a:1"], "keys_files": ["/k"], "keys_files_are_encrypted": true, "user": "u", "group": "g",
        },
    });
    let text = call("systemd_unit", named);
    for line in
        ["PartOf=vault-a.service", "LoadCredentialEncrypted=keys:/k", "User=u", "Group=g", "TimeoutStartSec=330"]
    {
        assert!(text.lines().any(|found| found == line), "{line}: {text}");
    }
    assert!(!text.contains("DynamicUser"));
}

#[test]
fn a_function_writes_what_the_resource_installs() {
    let stage = Stage::new();
    let mut server = stage.server();
    let unseal = json!({ "addresses": ["https://a:1"], "keys_files": ["/k"] });
    let systemd = json!({ "directory": stage.path("units"), "server": { "name": "bao" }, "unseal": unseal });
    server.converges(stage.config(json!({ "settings": everything("vault"), "systemd": systemd }))).unwrap();
    let config_file = stage.path("etc/vault.hcl");
    let unit = json!({ "product": "vault", "server": { "name": "bao" }, "config_file": config_file });
    let unseal = json!({ "product": "vault", "server_unit": "bao", "unseal": unseal });
    let texts = [("server_config", everything("vault")), ("systemd_unit", unit), ("systemd_unit", unseal)];
    let texts = texts.map(|(name, settings)| Some(call(name, settings)));
    assert_eq!(files(&server, "content"), texts);
}

#[test]
fn wrong_settings_are_named_with_their_place() {
    for (settings, words) in [
        (
            settings(json!({ "listeners": [] })),
            "settings: there is no attribute \"listeners\" here. There are: api_addr, audit",
        ),
        (
            settings(json!({ "listener": [{ "adress": "a:1" }] })),
            "settings.listener[0]: there is no attribute \"adress\"",
        ),
        (settings(json!({ "listener": { "address": "a:1" } })), "settings.listener: must be a list"),
        (settings(json!({ "listener": [] })), "settings.listener: Missing Block"),
        (settings(json!({ "ui": "yes" })), "settings.ui: must be true or false"),
        (settings(json!({ "storage": {} })), "settings.storage"),
        (json!({ "product": "openbao" }), "settings.listener"),
        (json!("openbao"), "settings: must be an object"),
        (settings(json!({ "product": "consul" })), "settings.product"),
        (settings(json!({ "api_addr": "a" })), "settings.api_addr: Not the Address of an API"),
        (settings(json!({ "max_lease_ttl": "long" })), "settings.max_lease_ttl"),
    ] {
        fails("server_config", settings, words);
    }
    fails("systemd_unit", json!({ "product": "openbao" }), "server");
    fails("systemd_unit", json!({ "product": "openbao", "server": { "user": "a b" } }), "settings.server.user");
}

#[test]
fn values_are_converted_as_the_language_does() {
    let text = call("server_config", settings(json!({ "ui": "true", "cluster_name": 7, "max_lease_ttl": 60 })));
    for line in ["ui = true", "cluster_name = \"7\"", "max_lease_ttl = \"60\""] {
        assert!(text.lines().any(|found| found == line), "{line}: {text}");
    }
}
