//! Line 10, second part: leases have what hosts insist on, and can be taken back more than once.

use anyhow::{Context as _, Result, ensure};
use secrets_engine_conformance::{Answer, Call, Mount};
use serde_json::{Value, json};

use crate::{in_use, keep};

#[tokio::test]
async fn line_10_a_lease_has_a_time_of_issue_and_comes_back() -> Result<()> {
    let Some((_host, mount)) = in_use().await? else { return Ok(()) };
    keep(&mount, "book").await?;
    let secret = lend(&mount, "book").await?;
    let options = secret.get("lease_options").context("no options")?;
    ensure!(options["TTL"] == "60000000000" && options["renewable"] == true, "{options}");
    ensure!(options["issue_time"].is_string(), "no time of issue in {options}");

    let renewed = bring(&mount, "renew", &secret).await?;
    renewed.data()?;
    ensure!(renewed.reply.pointer("/response/secret/lease_options/issue_time") == options.get("issue_time"));
    let contents = mount.contents().await?;
    ensure!(contents.entries.values().any(|loan| loan.contains("\"renewals\":1")), "{contents:?}");

    // A lease that is gone already is taken back all the same: else the server tries again for a long time.
    for _ in 0..2 {
        bring(&mount, "revoke", &secret).await?.data()?;
        let left = mount.contents().await?.entries;
        ensure!(left.into_keys().eq(["items/book".to_owned()]), "the loan is still there");
    }
    Ok(())
}

#[tokio::test]
async fn line_10_a_lease_that_cannot_be_taken_back_is_left_to_the_operator_at_once() -> Result<()> {
    let Some((_host, mount)) = in_use().await? else { return Ok(()) };
    keep(&mount, "lost").await?;
    let secret = lend(&mount, "lost").await?;
    let revoked = bring(&mount, "revoke", &secret).await?;
    revoked.expect_status(500)?;
    let kind = revoked.reply.pointer("/err/err_type").cloned();
    ensure!(kind == Some(json!(10)), "the server would try again: {revoked:?}");
    Ok(())
}

async fn lend(mount: &Mount, name: &str) -> Result<Value> {
    let answer = mount.request("read", &format!("lend/{name}"), json!({ "ttl": "1m" })).await?;
    answer.data()?;
    answer.reply.pointer("/response/secret").cloned().context("no lease")
}

/// What a server does when a lease is renewed, or has run out.
async fn bring(mount: &Mount, operation: &str, secret: &Value) -> Result<Answer> {
    let mut request = mount.arguments(operation, "lend/book", &Value::Null);
    if let Some(request) = request.get_mut("request").and_then(Value::as_object_mut) {
        request.insert("secret".to_owned(), secret.clone());
    }
    mount.call("HandleRequest", request, Call::default()).await
}
