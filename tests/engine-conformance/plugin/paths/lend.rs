//! `lend/<name>`: a lease. Who has it is kept until it is given back.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use vault_plugin_sdk::{Call, Error, Field, LeaseCall, LeaseType, Outcome, Path, Record, Renewal, Response};

use crate::engine::Engine;

const NAME: Field<String> = Field::name("name", "What is lent.");
const TTL: Field<Duration> = Field::duration("ttl", "How long it is lent.").or_seconds(60);

/// What has to be known to take it back: the number of the loan.
pub(crate) const LOAN: LeaseType<String> = LeaseType::new("loan");

/// Who has what.
#[derive(Serialize, Deserialize)]
pub(crate) struct Loan {
    name: String,
    renewals: u32,
}

impl Record for Loan {
    const FOLDER: &str = "loans/";
}

pub(crate) fn path() -> Path<Engine> {
    Path::new("lend/{name}").synopsis("Lends something.").field(NAME).field(TTL).lend(LOAN, lend)
}

async fn lend(call: Call<Engine>) -> Outcome {
    let name = call.require(NAME)?;
    // A request that is sent again after a crash has the same number.
    let number = call.request().id.clone();
    call.storage().save(&number, &Loan { name, renewals: 0 }).await?;
    Response::lease(LOAN.lend(&number)?.ttl(call.require(TTL)?), &json!({}))
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
        None => Err(Error::NotFound("the loan has ended".to_owned())),
        Some(loan) if loan.name == "stuck" => Err(Error::Unrecoverable("nobody can take it back".to_owned())),
        Some(_) => Ok(call.storage().remove::<Loan>(&number).await?),
    }
}
