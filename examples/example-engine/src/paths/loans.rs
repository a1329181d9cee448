//! `loans`: what is out.

use vault_plugin_sdk::{Call, Field, Outcome, Path, Record as _, Response};

use super::lend::Loan;
use crate::engine::Engine;

const AFTER: Field<String> = Field::string("after", "Only loans after this number.").or("");
const LIMIT: Field<i64> = Field::int("limit", "At most so many loans.").or(100);

pub(crate) fn path() -> Path<Engine> {
    Path::new("loans").synopsis("The loans that are out, by their numbers.").field(AFTER).field(LIMIT).list(list)
}

async fn list(call: Call<Engine>) -> Outcome {
    let limit = usize::try_from(call.require(LIMIT)?).unwrap_or_default();
    let mut loans = Vec::new();
    for number in call.storage().list_page(Loan::FOLDER, &call.require(AFTER)?, limit).await? {
        // One may have ended meanwhile.
        if let Some(loan) = call.storage().load::<Loan>(&number).await? {
            loans.push((number, loan));
        }
    }
    Response::keys_with_info(loans)
}
