//! The API server stores, the controllers act, RBAC refuses.

use acceptance::servers::etcd::Durability;
use acceptance::servers::kubernetes::DEFAULT_AUDIENCE;
use acceptance::{Authority, Http, Kubernetes, Scenario};
use anyhow::Result;
use serde_json::json;

#[test]
fn kubectl_reads_the_secret_that_it_made() -> Result<()> {
    Scenario::run(Kubernetes::TOOLS, |scenario| {
        let kubernetes = Kubernetes::shared(scenario)?;
        let namespace = kubernetes.namespace("smoke")?;
        kubernetes.kubectl([
            "create",
            "secret",
            "generic",
            "db",
            "--from-literal=password=hunter2",
            "-n",
            &namespace,
        ])?;
        let encoded =
            kubernetes.kubectl(["get", "secret", "db", "-n", &namespace, "-o", "jsonpath={.data.password}"])?;
        assert_eq!(encoded, "aHVudGVyMg==");
        kubernetes.kubectl(["get", "secret", "other", "-n", &namespace]).expect_err("there is no such Secret");
        Ok(())
    })
}

#[test]
fn a_token_that_the_controllers_made_has_the_rights_of_its_account_only() -> Result<()> {
    Scenario::run(Kubernetes::TOOLS, |scenario| {
        let kubernetes = Kubernetes::shared(scenario)?;
        let namespace = kubernetes.namespace("smoke")?;
        kubernetes.service_account(&namespace, "reader")?;
        let token = kubernetes.long_lived_token(&namespace, "reader")?;
        let reader = kubernetes.client(&token)?;
        let review = json!({ "apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview" });
        let reply = reader.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", &review)?.ok()?;
        let name = format!("system:serviceaccount:{namespace}:reader");
        assert_eq!(reply.pointer("/status/userInfo/username"), Some(&json!(name)));
        reader.get(&format!("/api/v1/namespaces/{namespace}/secrets"))?.refused_with(403)
    })
}

#[test]
fn a_server_of_another_authority_is_not_spoken_to() -> Result<()> {
    Scenario::run(Kubernetes::TOOLS, |scenario| {
        let kubernetes = Kubernetes::shared(scenario)?;
        let stranger = Authority::create(scenario.folder())?;
        let client = Http::new(kubernetes.address(), &stranger)?.bearer("a token that must not be sent")?;
        let error = client.get("/version").expect_err("the certificate is not from this authority");
        assert!(format!("{error:?}").contains("UnknownIssuer"), "{error:?}");
        Ok(())
    })
}

#[test]
fn a_token_for_another_audience_is_refused() -> Result<()> {
    Scenario::run(Kubernetes::TOOLS, |scenario| {
        let kubernetes = Kubernetes::shared(scenario)?;
        let namespace = kubernetes.namespace("smoke")?;
        let token = kubernetes.token(&namespace, "default", DEFAULT_AUDIENCE)?;
        kubernetes.client(&token)?.get("/api")?.ok()?;
        let foreign = kubernetes.token(&namespace, "default", "https://elsewhere.test")?;
        kubernetes.client(&foreign)?.get("/api")?.refused_with(401)
    })
}

#[test]
fn a_synced_object_survives_kill_9_of_every_part() -> Result<()> {
    Scenario::run(Kubernetes::TOOLS, |scenario| {
        let kubernetes = Kubernetes::start(scenario.folder(), Durability::Synced)?;
        let namespace = kubernetes.namespace("crash")?;
        kubernetes.kubectl(["create", "configmap", "note", "--from-literal=text=kept", "-n", &namespace])?;
        for process in [kubernetes.api(), kubernetes.etcd().process(), kubernetes.controllers()] {
            process.kill9()?;
        }
        kubernetes.etcd().restart()?;
        kubernetes.restart_api()?;
        let text = kubernetes.kubectl(["get", "configmap", "note", "-n", &namespace, "-o", "jsonpath={.data.text}"])?;
        assert_eq!(text, "kept");
        // Only a controller that works again gives a new namespace its account.
        kubernetes.controllers().restart()?;
        kubernetes.namespace("afterwards")?;
        Ok(())
    })
}
