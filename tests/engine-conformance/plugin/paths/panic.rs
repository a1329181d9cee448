//! `panic/<place>`: panics in every place where the engine's own code runs.

use vault_plugin_sdk::{Call, Error, Field, Outcome, Path};

use crate::engine::Engine;

const PLACE: Field<String> = Field::string("place", "Where it panics.").one_of(&["check", "handler"]);
const TEXT: Field<String> = Field::string("text", "What it says.").or("seeded");

pub(crate) fn path() -> Path<Engine> {
    Path::new("panic/{place}").synopsis("Panics.").field(PLACE).field(TEXT).exists(exists).read(panic).write(panic)
}

#[expect(clippy::panic, reason = "to see that only this request fails")]
async fn exists(call: Call<Engine>) -> Result<bool, Error> {
    match call.require(PLACE)?.as_str() {
        "check" => panic!("{}", call.require(TEXT)?),
        _ => Ok(false),
    }
}

#[expect(clippy::panic, reason = "to see that only this request fails")]
async fn panic(call: Call<Engine>) -> Outcome {
    panic!("{}", call.require(TEXT)?)
}
