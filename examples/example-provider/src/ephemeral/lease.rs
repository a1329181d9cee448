//! Ephemeral resource `example_lease`: the secret of a note, for as long as a command runs.
//!
//! While it is open there is a file for it, which closing removes. The journal beside it keeps what happened, so that one can
//! see afterwards that every lease ended.

use std::time::{Duration as StdDuration, SystemTime};

use serde::{Deserialize, Serialize};
use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::{After, Model, Query, Secret};
use tf_framework::semantic::Duration;
use tf_framework::{Context, Doing as _, Ephemeral, Opened, Outcome, Renewed};

use crate::clock;
use crate::provider::Example;
use crate::store::{Store, StoreError, file_name};

const KIND: &str = "leases";

/// The secret of a note, for as long as a command runs.
#[derive(Model)]
#[tf(ephemeral = "lease")]
pub struct Lease {
    /// Which note it is on the main shelf.
    #[tf(required, validate(file_name))]
    pub note: String,
    /// How long the lease lasts if nobody renews it, such as `30s`. Five minutes if it is not set.
    #[tf(optional)]
    pub ttl: Option<Duration>,
    /// Anything that must be known before the note is looked for. Both CLIs open ephemeral resources while they plan,
    /// whatever `depends_on` says, unless an argument is not known yet.
    #[tf(optional)]
    pub after: Option<After>,
    /// The secret.
    #[tf(computed)]
    pub secret: Secret,
}

/// What renewing and closing need to know.
#[derive(Debug, Deserialize, Serialize)]
pub struct Held {
    id: String,
    ttl: StdDuration,
}

/// What of the note is looked at.
#[derive(Deserialize)]
struct Content {
    secret: Option<String>,
}

impl Ephemeral for Lease {
    type Provider = Example;
    type Lease = Held;

    async fn open(cx: &Context<Example>, query: Query<Self>) -> Outcome<Opened<Self>> {
        let LeasePlan { note, ttl, after, secret: _ } = query;
        let (store, summary) = (cx.client().store()?, || format!("Leasing the secret of the note {note:?}"));
        let content = store.read::<Content>("notes/main", &note).doing(summary())?;
        let Some(secret) = content.and_then(|content| content.secret) else {
            return Err(Diagnostic::error(summary())
                .detail("There is no such note, or it has no secret.")
                .remedy("If it is made in the same run, set `after` to something that is known only then.")
                .into());
        };
        // Two leases of one note may be open at once.
        let id = format!("{note}-{}-{}", std::process::id(), clock::now().as_nanosecond());
        let held = Held { id, ttl: ttl.as_ref().map_or(StdDuration::from_secs(300), StdDuration::from) };
        store.write(KIND, &held.id, &held).doing(summary())?;
        store.note_down(&format!("opened {}", held.id)).doing(summary())?;
        cx.client().leases().insert(held.id.clone());
        let renew_at = Some(half_way(&held));
        Ok(Opened { result: Self { note, ttl, after, secret: secret.into() }, lease: held, renew_at })
    }

    async fn renew(cx: &Context<Example>, lease: Held) -> Outcome<Renewed<Held>> {
        let (store, summary) = (cx.client().store()?, || format!("Renewing the lease {:?}", lease.id));
        store.may_fail("renew").doing(summary())?;
        store.note_down(&format!("renewed {}", lease.id)).doing(summary())?;
        let renew_at = Some(half_way(&lease));
        Ok(Renewed { lease, renew_at })
    }

    async fn close(cx: &Context<Example>, lease: Held) -> Outcome<()> {
        let summary = format!("Ending the lease {:?}", lease.id);
        end(&cx.client().store()?, &lease.id).doing(summary)?;
        cx.client().leases().remove(&lease.id);
        Ok(())
    }
}

/// Ends a lease, unless it has ended.
pub(crate) fn end(store: &Store, id: &str) -> Result<(), StoreError> {
    store.remove(KIND, id)?;
    store.note_down(&format!("closed {id}"))
}

fn half_way(lease: &Held) -> SystemTime {
    SystemTime::from(clock::now()) + lease.ttl / 2
}
