//! Destroying an operator with its own login.
//!
//! What it may do comes from its policy, and its token from its mount: whichever of the two goes first takes the right to
//! remove the other one with it. So it first makes itself a token without a parent, which outlives the mount and ends with
//! the last request.

use serde::Serialize;
use tf_framework::diagnostic::Diagnostic;
use tf_framework::{Context, Outcome};
use vault_client::auth::token;
use vault_client::{ApiPath, Request, Token};

use super::credentials::{self, Marker};
use super::declared::files_of;
use super::{Operator, made};
use crate::SecretZero;
use crate::connection::{OperatorFiles, Unsent};

/// How long the last token lives if it is not ended: time enough for three requests.
const LAST_TTL: &str = "5m";

/// Removes the mount with the role in it, then the policy and the files. So whoever is cut off can still log in, or has left
/// nothing but a policy that nobody has.
pub(super) async fn say(cx: &Context<SecretZero>, state: &Operator) -> Outcome<()> {
    let summary = format!("Destroying the operator {}/{}", state.mount, state.name);
    let files = files_of(state)?;
    let marker = Marker::beside(&files);
    let was_begun = marker.exists();
    // Nothing else needs the login any more: it is destroyed last.
    let alone = cx.client().exclusive().await;
    marker.set()?;
    let speaker = made::speaker(cx, &alone);
    let orphan = match last_token(&speaker, state).await {
        Ok(token) => token,
        // An earlier run came further than this, and was cut off before it removed the files.
        Err(error) if was_begun && error.is_refused_login() => {
            cx.client().drop_login(&alone).await;
            finish(&files, &marker)?;
            cx.warn(
                Diagnostic::warning("The policy of the operator may still be there")
                    .detail(format!(
                        "An earlier run was cut off when it had removed the auth mount {}, and with it the login that could see \
                         to the policy {}. Nobody has that policy any more.",
                        state.mount, state.name
                    ))
                    .remedy(format!("With another login: policy delete {}", state.name)),
            );
            return Ok(());
        }
        Err(error) => {
            // It was not begun, or it can still log in: what a later run is refused then has another reason.
            if !was_begun || error.is_denied() {
                marker.remove()?;
            }
            let outcome = cx.client().forgotten(cx, error, &summary);
            if outcome.is_ok() {
                finish(&files, &marker)?;
            }
            return outcome;
        }
    };
    let by_orphan = async |request: Request| match cx.client().send_as(&orphan, &request).await {
        Err(error) if !error.is_not_found() => Err(error),
        _ => Ok(()),
    };
    let requests = [
        Request::delete(ApiPath::new("sys/auth").join(&state.mount)),
        Request::delete(ApiPath::new("sys/policies/acl").segment(&state.name)),
    ];
    for (done, request) in requests.into_iter().enumerate() {
        if let Err(error) = by_orphan(request).await {
            if done == 0 && error.is_denied() {
                marker.remove()?;
            }
            return Err(error.doing(&summary).into());
        }
    }
    // Every token has the default policy, which grants this.
    let _ = cx.client().send_as(&orphan, &token::revoke_self()).await;
    cx.client().drop_login(&alone).await;
    finish(&files, &marker)?;
    if state.root_revoked {
        cx.warn(
            Diagnostic::warning("Nobody can log in as operator any more")
                .detail(format!(
                    "The operator {}/{} is gone, and the root token was revoked before.",
                    state.mount, state.name
                ))
                .remedy("A new root token can be made with the key shares: `operator generate-root`."),
        );
    }
    Ok(())
}

async fn last_token(speaker: &super::speaker::Speaker<'_>, state: &Operator) -> Result<Token, Unsent> {
    #[derive(Serialize)]
    struct Body<'a> {
        policies: [&'a str; 1],
        ttl: &'a str,
        explicit_max_ttl: &'a str,
        display_name: &'a str,
    }
    let body = Body {
        policies: [&state.name],
        ttl: LAST_TTL,
        explicit_max_ttl: LAST_TTL,
        display_name: "operator-being-destroyed",
    };
    // A second one, made because the answer to the first was lost, leaves a token that ends by itself.
    let request = Request::write("auth/token/create-orphan", &body).repeatable();
    let auth = speaker.send(&request).await?.auth().map_err(|error| request.malformed(&error))?;
    Ok(auth.token)
}

/// The marker goes last: it explains why the login is refused, as long as there are files.
fn finish(files: &OperatorFiles, marker: &Marker) -> Result<(), Diagnostic> {
    credentials::remove(files)?;
    marker.remove()
}
