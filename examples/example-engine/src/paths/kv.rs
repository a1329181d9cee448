//! `kv/<name>`: an object under a name, which may have slashes.

use vault_plugin_sdk::{Call, Error, Field, Outcome, Path, Record as _, Response};

use crate::engine::Engine;
use crate::item::Item;

const NAME: Field<String> = Field::string("name", "The name of the object. Slashes make folders.");

pub(crate) fn path() -> Path<Engine> {
    Path::new("kv/{name...?}")
        .synopsis("An object under a name.")
        .description("Takes any fields, and gives them back. A write replaces the whole object.")
        .example("write PATH/kv/door code=1234", "Keeps an object with one field.")
        .example("list PATH/kv/", "Shows the names.")
        .field(NAME)
        .takes_any_fields()
        .exists(exists)
        .read(read)
        .write(write)
        .delete(delete)
        .list(list)
}

async fn exists(call: Call<Engine>) -> Result<bool, Error> {
    Ok(call.state().items.load(call.storage(), &call.require(NAME)?).await?.is_some())
}

async fn read(call: Call<Engine>) -> Outcome {
    let name = call.require(NAME)?;
    match call.state().items.load(call.storage(), &name).await? {
        Some(item) => Response::data(&item.data),
        None => Err(Error::NotFound(format!("there is nothing with the name {name:?}"))),
    }
}

async fn write(call: Call<Engine>) -> Outcome {
    if let Some(name) = call.body().keys().find(|name| !Response::can_have(name)) {
        return Err(Error::BadRequest(format!("a field can't have the name {name:?}: servers would not give it back")));
    }
    let item = Item { data: call.body().clone() };
    call.state().items.save(call.storage(), &call.require(NAME)?, &item).await?;
    Ok(Response::none())
}

async fn delete(call: Call<Engine>) -> Outcome {
    call.state().items.remove(call.storage(), &call.require(NAME)?).await?;
    Ok(Response::none())
}

async fn list(call: Call<Engine>) -> Outcome {
    let folder = Item::key(&call.get(NAME)?.unwrap_or_default());
    Ok(Response::keys(call.storage().list(&folder).await?))
}
