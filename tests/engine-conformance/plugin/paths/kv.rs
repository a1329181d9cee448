//! `kv/<name>`: an object under a name, which may have slashes. It is kept in memory, too.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use vault_plugin_sdk::{Call, Error, Field, Outcome, Path, Record, Response};

use crate::engine::Engine;

const NAME: Field<String> = Field::string("name", "The name of the object. Slashes make folders.");

/// An object that somebody wrote.
#[derive(Serialize, Deserialize)]
pub(crate) struct Item {
    data: Map<String, Value>,
}

impl Record for Item {
    const FOLDER: &str = "items/";
    const SEAL_WRAP: bool = true;
}

pub(crate) fn path() -> Path<Engine> {
    Path::new("kv/{name...?}")
        .synopsis("An object under a name.")
        .description("Takes any fields, and gives them back.")
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
    match call.state().items.load(call.storage(), &call.require(NAME)?).await? {
        Some(item) => Response::data(&item.data),
        None => Err(Error::NotFound("there is no such object".to_owned())),
    }
}

async fn write(call: Call<Engine>) -> Outcome {
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
