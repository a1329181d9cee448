//! `careless_lease`: an ephemeral resource.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use tf_framework::model::{Model, Query, Secret};
use tf_framework::{Context, Ephemeral, Opened, Outcome, Renewed};

use super::Careful;

/// A password as long as a run takes.
#[derive(Model)]
#[tf(ephemeral = "lease")]
pub struct Lease {
    /// How it is to be spoiled: the name of a sabotage.
    #[tf(optional)]
    pub sabotage: Option<String>,
    /// For whom it is.
    #[tf(required)]
    pub user: String,
    /// The password.
    #[tf(computed)]
    pub password: Secret,
}

/// What is known of a lease that is open.
#[derive(Debug, Deserialize, Serialize)]
pub struct Held {
    /// How it is to be spoiled.
    pub sabotage: Option<String>,
    /// For whom it is.
    pub user: String,
}

/// The password for somebody.
pub(crate) fn password_of(user: &str) -> String {
    format!("password of {user}")
}

/// Later than any run of a test.
#[expect(clippy::disallowed_methods, reason = "a core waits until then by the clock of the machine")]
fn soon() -> SystemTime {
    SystemTime::now() + Duration::from_secs(3600)
}

impl Ephemeral for Lease {
    type Provider = Careful;
    type Lease = Held;

    async fn open(_: &Context<Careful>, query: Query<Self>) -> Outcome<Opened<Self>> {
        let LeasePlan { sabotage, user, password: _ } = query;
        let lease = Held { sabotage: sabotage.clone(), user: user.clone() };
        let password = Secret::from(password_of(&user));
        Ok(Opened { result: Self { sabotage, user, password }, lease, renew_at: Some(soon()) })
    }

    async fn renew(_: &Context<Careful>, lease: Held) -> Outcome<Renewed<Held>> {
        Ok(Renewed { lease, renew_at: Some(soon()) })
    }

    async fn close(_: &Context<Careful>, _: Held) -> Outcome<()> {
        Ok(())
    }
}
