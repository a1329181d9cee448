//! An ephemeral resource without its type.

use std::time::SystemTime;

use serde::Serialize;
use tf_value::Value;

use super::{Halt, HasSchema, Of, Pending};
use crate::config::Config;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::ephemeral::{Ephemeral, Opened, Renewed};
use crate::failure::{Failure, Outcome};
use crate::provider::Provider;

/// [`Ephemeral`] on values. A lease is JSON.
pub(crate) trait AnyEphemeral<P: Provider>: HasSchema + Send + Sync {
    fn validate(&self, config: &Value) -> Diagnostics;
    fn open<'a>(&'a self, cx: &'a Context<P>, query: Value) -> Pending<'a, AnyOpened>;
    fn renew<'a>(&'a self, cx: &'a Context<P>, lease: &'a [u8]) -> Pending<'a, AnyRenewed>;
    fn close<'a>(&'a self, cx: &'a Context<P>, lease: &'a [u8]) -> Pending<'a, ()>;
}

/// [`Opened`] on values.
pub(crate) struct AnyOpened {
    pub(crate) result: Value,
    pub(crate) lease: Vec<u8>,
    pub(crate) renew_at: Option<SystemTime>,
}

/// [`Renewed`] on values.
pub(crate) struct AnyRenewed {
    pub(crate) lease: Vec<u8>,
    pub(crate) renew_at: Option<SystemTime>,
}

impl<P: Provider, E: Ephemeral<Provider = P>> AnyEphemeral<P> for Of<E> {
    fn validate(&self, config: &Value) -> Diagnostics {
        E::validate(&Config::new(config))
    }

    fn open<'a>(&'a self, cx: &'a Context<P>, query: Value) -> Pending<'a, AnyOpened> {
        Box::pin(async move {
            let query = E::plan_from_object(query).map_err(Halt::Misfit)?;
            let Opened { result, lease, renew_at } = E::open(cx, query).await?;
            match written(&lease) {
                Ok(lease) => Ok(AnyOpened { result: result.to_object(), lease, renew_at }),
                Err(failure) => {
                    // Without its lease nobody could close it later.
                    E::close(cx, lease).await?;
                    Err(failure.into())
                }
            }
        })
    }

    fn renew<'a>(&'a self, cx: &'a Context<P>, lease: &'a [u8]) -> Pending<'a, AnyRenewed> {
        Box::pin(async move {
            let Renewed { lease, renew_at } = E::renew(cx, read::<E>(lease)?).await?;
            Ok(AnyRenewed { lease: written(&lease)?, renew_at })
        })
    }

    fn close<'a>(&'a self, cx: &'a Context<P>, lease: &'a [u8]) -> Pending<'a, ()> {
        Box::pin(async move { Ok(E::close(cx, read::<E>(lease)?).await?) })
    }
}

fn read<E: Ephemeral>(lease: &[u8]) -> Outcome<E::Lease> {
    // The error of the parser may quote the lease.
    serde_json::from_slice(lease).map_err(|_| unreadable())
}

fn written<L: Serialize>(lease: &L) -> Outcome<Vec<u8>> {
    serde_json::to_vec(lease).map_err(|_| {
        Diagnostic::error("Bug in the Provider")
            .detail("The lease of an ephemeral resource has no form in JSON.")
            .remedy("This is not a mistake in the configuration. Please report it to the developers of the provider.")
            .into()
    })
}

fn unreadable() -> Failure {
    Diagnostic::error("Unreadable Lease")
        .detail("What was stored when the ephemeral resource was opened can't be read: another version of the provider wrote it.")
        .remedy("Its lease ends by itself if it has a limit; else end it by hand.")
        .into()
}
