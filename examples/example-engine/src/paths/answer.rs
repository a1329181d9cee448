//! `answer/<kind>`: every form that an answer can have, and some that it must not have.

use serde_json::json;
use vault_plugin_sdk::{Call, Field, Outcome, Path, Response};

use crate::engine::Engine;

const KIND: Field<String> = Field::string("kind", "The form of the answer.").one_of(&[
    "data",
    "empty",
    "none",
    "warning",
    "header",
    "raw",
    "numbers",
    "error-number",
    "error-text",
    "no-object",
]);
const STATUS: Field<i64> = Field::int("status", "The status of a raw answer.").or(200);
const BODY: Field<String> = Field::string("body", "The body of a raw answer.").or("");

pub(crate) fn path() -> Path<Engine> {
    Path::new("answer/{kind}")
        .synopsis("Answers in the form that is asked for.")
        .example("read PATH/answer/raw body=text", "Answers with a text.")
        .field(KIND)
        .field(STATUS)
        .field(BODY)
        .read(answer)
        .list(answer)
        .update(answer)
        .delete(answer)
        .patch(answer)
}

async fn answer(call: Call<Engine>) -> Outcome {
    match call.require(KIND)?.as_str() {
        "data" => Response::data(&json!({ "key": "value" })),
        "empty" => Response::data(&json!({})),
        "warning" => Ok(Response::none().warn("careful")),
        "header" => Ok(Response::data(&json!({}))?.header("X-Mine", "value")),
        "raw" => {
            let status = u16::try_from(call.require(STATUS)?).unwrap_or_default();
            Response::raw(status, "text/plain", call.require(BODY)?)
        }
        "numbers" => Response::data(&json!({ "number": u64::MAX, "small": 7 })),
        "error-number" => Response::data(&json!({ "error": 5 })),
        "error-text" => Response::data(&json!({ "error": "not what it seems" })),
        "no-object" => Response::data(&5),
        _ => Ok(Response::none()),
    }
}
