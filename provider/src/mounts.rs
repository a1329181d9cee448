//! What secrets engines and auth methods have in common: they are mounted, tuned, moved and removed in the same way.

pub mod contents;
pub mod tune;
pub mod tuning;

use std::time::Duration;

use tf_framework::diagnostic::Diagnostic;
use tf_framework::{Context, Outcome};
use vault_client::sys::mounts::{self, Migration, MigrationStatus, NewMount, Remounting, Table, Tuning};
use vault_client::sys::plugins;

use crate::SecretZero;
use crate::connection::{MountFound, malformed};
use crate::said;

/// How often is looked whether something that goes on behind an answer is done, and how many times.
const INTERVAL: Duration = Duration::from_millis(100);
const LOOKS: u32 = 3_000;

/// Where something is mounted.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The table that it is in.
    pub table: Table,
    /// The namespace, within that of the provider block.
    pub namespace: Option<&'a str>,
    /// The path, without slashes around it.
    pub path: &'a str,
}

/// How a request to mount something ended.
#[derive(Clone, Debug)]
pub enum Mounted {
    /// It was mounted, and this is what is there.
    New(MountFound),
    /// Something was there already, and nothing was changed.
    Before(MountFound),
}

impl<'a> Place<'a> {
    /// What it is, as in `mount "kv"`.
    pub fn what(&self) -> String {
        let kind = match self.table {
            Table::Secrets => "mount",
            Table::Auth => "auth method",
        };
        format!("{kind} {:?}", self.path)
    }

    /// What is being done, for a headline.
    pub fn doing(&self, doing_what: &str) -> String {
        format!("{doing_what} the {}", self.what())
    }

    /// What is mounted there.
    ///
    /// # Errors
    /// If that could not be found out.
    pub async fn look(&self, cx: &Context<SecretZero>, doing_what: &str) -> Outcome<Option<MountFound>> {
        let found = cx.client().mount(self.table, self.namespace, self.path).await;
        found.map_err(|error| error.reading(self.doing(doing_what)))
    }

    /// Mounts something, unless something is there.
    ///
    /// # Errors
    /// If it could not be mounted. An answer that was lost is no error where reading shows that it was.
    pub async fn mount(&self, cx: &Context<SecretZero>, new: &NewMount) -> Outcome<Mounted> {
        let summary = self.doing("Creating");
        let request = mounts::enable(self.table, self.path, new).within(self.namespace);
        let (error, is_new) = match cx.client().send(&request).await {
            Ok(reply) => {
                said::warn(cx, &self.what(), &reply);
                (None, true)
            }
            Err(error) if error.may_have_been_done() => (Some(error), true),
            // It is taken; or it belongs to the server, which has other words for that.
            Err(error) if is_refused(&error) => (Some(error), false),
            Err(error) => return Err(error.doing(summary).into()),
        };
        let found = cx.client().new_mount(self.table, self.namespace, self.path).await;
        match (found, error) {
            (Ok(Some(found)), None) => Ok(Mounted::New(found)),
            (Ok(Some(found)), Some(_)) if is_new && found.mount.kind == engine(&new.kind) => Ok(Mounted::New(found)),
            (Ok(Some(found)), Some(_)) => Ok(Mounted::Before(found)),
            (_, Some(error)) => Err(error.doing(summary).into()),
            (Ok(None), None) => Err(Diagnostic::error(summary)
                .detail("The server says that it is done, and then that there is nothing at the path.")
                .remedy("Apply again. If it stays so, see the log of the server.")
                .into()),
            (Err(error), None) => Err(error.doing(summary).into()),
        }
    }

    /// Changes what can be changed in place, if anything is to be changed.
    ///
    /// # Errors
    /// If the server did not do it.
    pub async fn tune(&self, cx: &Context<SecretZero>, tuning: &Tuning) -> Outcome<()> {
        if *tuning == Tuning::default() {
            return Ok(());
        }
        let request = mounts::tune(self.table, self.path, tuning).within(self.namespace);
        let reply = cx.client().send(&request).await.map_err(|error| error.doing(self.doing("Changing")))?;
        said::warn(cx, &self.what(), &reply);
        Ok(())
    }

    /// Has it start anew with the version of its plugin that it has now, and says what it is then.
    ///
    /// # Errors
    /// If it did not start.
    pub async fn start_anew(&self, cx: &Context<SecretZero>) -> Outcome<MountFound> {
        let summary = self.doing("Starting anew");
        let front = match self.table {
            Table::Secrets => "",
            Table::Auth => "auth/",
        };
        let request = plugins::reload_mounts(&[format!("{front}{}", self.path)]).within(self.namespace);
        let sent = cx.client().send(&request).await;
        cx.client().forget_mounts(self.table, self.namespace).map_err(|error| error.doing(&summary))?;
        sent.map_err(|error| {
            error.doing(&summary).remedy(
                "The mount has the version that is declared, and may not answer until it runs it. See the log of the server for \
                 why it does not start. The next apply tries again; the version of before is taken back by declaring it.",
            )
        })?;
        let found = cx.client().new_mount(self.table, self.namespace, self.path).await;
        found.map_err(|error| error.doing(&summary))?.ok_or_else(|| {
            Diagnostic::error(summary).detail("It is gone.").remedy("Apply again: the next plan makes it anew.").into()
        })
    }

    /// Moves it to another path and waits until it is there, with all that is in it.
    ///
    /// # Errors
    /// If the server did not do it.
    pub async fn relocate(&self, cx: &Context<SecretZero>, to: &'a str) -> Outcome<Self> {
        let summary = format!("{} to {to:?}", self.doing("Moving"));
        let target = Self { path: to, ..*self };
        let request = mounts::remount(self.table, self.path, to).within(self.namespace);
        match cx.client().send(&request).await {
            Ok(reply) => {
                let Remounting { migration_id } =
                    reply.data().map_err(|error| malformed(&request, &error, &summary))?;
                self.arrive(cx, &migration_id, &summary).await?;
            }
            Err(error) if error.may_have_been_done() => {
                cx.client().forget_mounts(self.table, self.namespace).map_err(|error| error.doing(&summary))?;
                let arrived = target.look(cx, "Moving").await?.is_some() && self.look(cx, "Moving").await?.is_none();
                if !arrived {
                    return Err(error.doing(summary).into());
                }
            }
            Err(error) => return Err(error.doing(summary).into()),
        }
        cx.client().forget_mounts(self.table, self.namespace).map_err(|error| error.doing(&summary))?;
        Ok(target)
    }

    async fn arrive(&self, cx: &Context<SecretZero>, id: &str, summary: &str) -> Outcome<()> {
        let request = mounts::migration(id).within(self.namespace);
        let request = &request;
        patiently(cx, "the mount to be moved", || async move {
            let reply = cx.client().send(request).await.map_err(|error| error.doing(summary))?;
            let MigrationStatus { migration_info } =
                reply.data().map_err(|error| malformed(request, &error, summary))?;
            match migration_info.status {
                Migration::InProgress => Ok(None),
                Migration::Success => Ok(Some(())),
                Migration::Failure => Err(Diagnostic::error(summary)
                    .detail("The server began to move it, and failed.")
                    .remedy("See the log of the server. The next plan looks where it is.")
                    .into()),
            }
        })
        .await
    }

    /// Removes it, and with it all that is in it. That it is gone already is no error.
    ///
    /// # Errors
    /// If the server did not do it.
    pub async fn remove(&self, cx: &Context<SecretZero>) -> Outcome<()> {
        let request = mounts::disable(self.table, self.path).within(self.namespace);
        let sent = cx.client().send(&request).await;
        cx.client().removed(cx, sent, &self.doing("Destroying"))
    }
}

/// The engine that a type stands for: `kv-v2` is a spelling of `kv`.
pub fn engine(kind: &str) -> &str {
    match kind {
        "kv-v1" | "kv-v2" => "kv",
        other => other,
    }
}

/// Asks again and again, but not without end.
///
/// # Errors
/// Those of `probe`; if the answer does not come within five minutes, or the user asked to stop.
pub async fn patiently<T, F>(cx: &Context<SecretZero>, what: &str, mut probe: impl FnMut() -> F) -> Outcome<T>
where
    F: Future<Output = Outcome<Option<T>>>,
{
    let mut looks = 0;
    cx.wait_for(what, INTERVAL, || {
        looks += 1;
        let is_over = looks > LOOKS;
        let probed = probe();
        async move {
            match probed.await? {
                None if is_over => Err(Diagnostic::error(format!("Timed out waiting for {what}"))
                    .remedy("See the log of the server for what it is at, and apply again.")
                    .into()),
                answer => Ok(answer),
            }
        }
    })
    .await
}

/// What is wrong with a path of a mount, if anything.
///
/// # Errors
/// What it must be.
pub fn path(path: &str) -> Result<(), String> {
    if path.is_empty() || path.trim() != path || path.trim_matches('/') != path || path.contains("//") {
        return Err("must be a path without slashes or spaces around it".to_owned());
    }
    if path.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err("must not have \".\" or \"..\" as a part, which no request can name".to_owned());
    }
    Ok(())
}

fn is_refused(error: &crate::connection::Unsent) -> bool {
    error.server().is_some_and(|error| matches!(error.kind(), vault_client::Kind::Refused { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_that_the_server_keeps_as_they_are() {
        for good in ["kv", "team/kv", "a b", "kv.v2"] {
            path(good).unwrap();
        }
        for bad in ["", "/kv", "kv/", " kv", "a//b", "a/../b", "."] {
            path(bad).unwrap_err();
        }
    }
}
