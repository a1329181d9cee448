//! `pair/<name>`: two entries that belong together.

use vault_plugin_sdk::{Call, Field, Outcome, Path, Response};

use crate::engine::{Counter, Engine};

const NAME: Field<String> = Field::name("name", "The name of the pair.");
const COUNT: Field<i64> = Field::int("count", "What both of them say.").required();

pub(crate) fn path() -> Path<Engine> {
    Path::new("pair/{name}")
        .synopsis("Writes two entries, in a transaction where the server has them.")
        .field(NAME)
        .field(COUNT)
        .update(update)
}

async fn update(call: Call<Engine>) -> Outcome {
    let (name, count) = (call.require(NAME)?, call.require(COUNT)?);
    let counter = Counter { count: u64::try_from(count).unwrap_or_default() };
    let transaction = call.storage().transaction().await?;
    let storage = transaction.as_deref().unwrap_or(call.storage());
    storage.save(&format!("{name}/first"), &counter).await?;
    storage.save(&format!("{name}/second"), &counter).await?;
    if let Some(transaction) = transaction {
        transaction.commit().await?;
    }
    Ok(Response::none())
}
