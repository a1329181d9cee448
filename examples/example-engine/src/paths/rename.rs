//! `rename/<name>`: two entries that change together, where the server has transactions.

use vault_plugin_sdk::{Call, Error, Field, Outcome, Path, Response};

use crate::engine::Engine;
use crate::item::Item;

const NAME: Field<String> = Field::name("name", "The name as it is.");
const TO: Field<String> = Field::name("to", "The name as it shall be.").required();

pub(crate) fn path() -> Path<Engine> {
    Path::new("rename/{name}")
        .synopsis("Gives an object another name.")
        .description(
            "On a server with transactions both names change at once. Elsewhere the new one comes first, and after a \
             crash in between the object has both: nothing is lost, and renaming it again puts it right.",
        )
        .field(NAME)
        .field(TO)
        .update(update)
}

async fn update(call: Call<Engine>) -> Outcome {
    let (from, to) = (call.require(NAME)?, call.require(TO)?);
    let items = &call.state().items;
    let transaction = call.storage().transaction().await?;
    let storage = transaction.as_deref().unwrap_or(call.storage());
    // Not from memory: what is read here has to be what the transaction sees.
    let Some(item) = storage.load::<Item>(&from).await? else {
        return Err(Error::NotFound(format!("there is nothing with the name {from:?}")));
    };
    if from != to {
        items.save(storage, &to, &item).await?;
        items.remove(storage, &from).await?;
    }
    if let Some(transaction) = transaction {
        transaction.commit().await?;
    }
    Ok(Response::none())
}
