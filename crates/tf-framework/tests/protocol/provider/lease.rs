//! The ephemeral resource `test_lease`.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::{Model, Query, Secret, Setting};
use tf_framework::{Config, Context, Ephemeral, Opened, Outcome, Renewed};

use super::TestProvider;
use crate::world::{Act, end};

/// When leases of these tests are renewed: a second after the beginning of time, and another one for each renewal.
pub(crate) const FIRST: Duration = Duration::from_secs(1);

/// Lends a token.
#[derive(Debug, Model)]
#[tf(ephemeral = "lease")]
pub(crate) struct Lease {
    /// For what.
    #[tf(required)]
    path: String,
    /// For how long.
    #[tf(optional)]
    ttl: Option<i64>,
    /// What is lent.
    #[tf(computed)]
    token: Secret,
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct LeaseId {
    id: String,
    renewed: u32,
}

impl Ephemeral for Lease {
    type Provider = TestProvider;
    type Lease = LeaseId;

    async fn open(cx: &Context<TestProvider>, query: Query<Self>) -> Outcome<Opened<Self>> {
        let LeasePlan { path, ttl, token } = query;
        let act = cx.client().world.begin(cx, &format!("open {path}")).await?;
        assert!(token.is_undecided());
        if act == Act::Hang {
            // Long enough for the client to give up.
            tokio::time::sleep(Duration::from_secs(60)).await;
            cx.client().world.note("opened");
        } else {
            end(act).await?;
        }
        let ttl = if act == Act::BreakRule { Some(1) } else { ttl };
        let lease = LeaseId { id: path.clone(), renewed: 0 };
        Ok(Opened {
            result: Self { path, ttl, token: Secret::from("s.token") },
            lease,
            renew_at: Some(SystemTime::UNIX_EPOCH + FIRST),
        })
    }

    async fn renew(cx: &Context<TestProvider>, lease: LeaseId) -> Outcome<Renewed<LeaseId>> {
        let act = cx.client().world.begin(cx, &format!("renew {}", lease.id)).await?;
        end(act).await?;
        let renewed = lease.renewed + 1;
        let renew_at = (renewed < 2).then(|| SystemTime::UNIX_EPOCH + FIRST * (renewed + 1));
        Ok(Renewed { lease: LeaseId { renewed, ..lease }, renew_at })
    }

    async fn close(cx: &Context<TestProvider>, lease: LeaseId) -> Outcome<()> {
        let act = cx.client().world.begin(cx, &format!("close {}", lease.id)).await?;
        assert!(!cx.is_stopped(), "closing is not a wait that the user stops");
        end(act).await
    }

    fn validate(config: &Config<'_, Self>) -> Diagnostics {
        match config.get(Self::PATH) {
            Setting::Known(path) if path == "bad" => Diagnostic::error("Not that one").at(Self::PATH.into()).into(),
            _ => Diagnostics::new(),
        }
    }
}
