//! `careless_lease`: an ephemeral resource.

use serde::{Deserialize, Serialize};
use tf_framework::model::{Model, Query, Secret};
use tf_framework::{Context, Ephemeral, Opened, Outcome};

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
}

impl Ephemeral for Lease {
    type Provider = Careful;
    type Lease = Held;

    async fn open(_: &Context<Careful>, query: Query<Self>) -> Outcome<Opened<Self>> {
        let LeasePlan { sabotage, user, password: _ } = query;
        let lease = Held { sabotage: sabotage.clone() };
        let password = Secret::from(format!("password of {user}"));
        Ok(Opened { result: Self { sabotage, user, password }, lease, renew_at: None })
    }

    async fn close(_: &Context<Careful>, _: Held) -> Outcome<()> {
        Ok(())
    }
}
