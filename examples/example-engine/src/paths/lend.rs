//! `lend/<name>`: an object for a while. Who has it is kept until it is given back.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use vault_plugin_sdk::{Call, Error, Field, LeaseCall, LeaseType, Outcome, Path, Record, Renewal, Response};

use crate::engine::Engine;

const NAME: Field<String> = Field::name("name", "The name of the object.");
const TTL: Field<Duration> = Field::duration("ttl", "How long it is lent.").or_seconds(3600);

/// Nobody takes it back, to see what becomes of such a lease.
const LOST: &str = "lost";

/// What has to be known to take it back: the number of the loan.
pub(crate) const LOAN: LeaseType<String> = LeaseType::new("loan");

/// Who has what.
#[derive(Serialize, Deserialize)]
pub(crate) struct Loan {
    pub(crate) name: String,
    pub(crate) to: String,
    pub(crate) renewals: u32,
}

impl Record for Loan {
    const FOLDER: &str = "loans/";
}

pub(crate) fn path() -> Path<Engine> {
    Path::new("lend/{name}")
        .synopsis("Lends an object.")
        .description(
            "The object is read as it is now. The loan ends with its lease; `loans` shows all that are out. What has the \
             name `lost` never comes back.",
        )
        .example("read PATH/lend/door ttl=10m", "Lends an object for ten minutes.")
        .field(NAME)
        .field(TTL)
        .lend(LOAN, lend)
}

async fn lend(call: Call<Engine>) -> Outcome {
    let name = call.require(NAME)?;
    let Some(item) = call.state().items.load(call.storage(), &name).await? else {
        return Err(Error::NotFound(format!("there is nothing with the name {name:?}")));
    };
    // The number of the request is unique, and a request that is sent again after a crash has the same.
    let number = call.request().id.clone();
    let loan = Loan { name, to: call.request().display_name.clone(), renewals: 0 };
    call.storage().save(&number, &loan).await?;
    Response::lease(LOAN.lend(&number)?.ttl(call.require(TTL)?), &item.data)
}

pub(crate) async fn renew(call: LeaseCall<Engine>, number: String) -> Result<Renewal, Error> {
    let Some(mut loan) = call.storage().load::<Loan>(&number).await? else {
        return Err(Error::NotFound("the loan has ended".to_owned()));
    };
    loan.renewals += 1;
    call.storage().save(&number, &loan).await?;
    Ok(Renewal::as_asked())
}

pub(crate) async fn revoke(call: LeaseCall<Engine>, number: String) -> Result<(), Error> {
    match call.storage().load::<Loan>(&number).await? {
        // Then there is nothing left to do: it may have been revoked before a crash.
        None => Err(Error::NotFound("the loan has ended".to_owned())),
        Some(loan) if loan.name == LOST => Err(Error::Unrecoverable(format!("nobody can take {LOST:?} back"))),
        Some(_) => Ok(call.storage().remove::<Loan>(&number).await?),
    }
}
