//! How long the codecs take for an object as resources have them: twelve attributes, one of them a map, one a list of
//! objects, two unknown.
//!
//! ```text
//! cargo run --release -p tf-value --example codec_speed
//! ```

use std::hint::black_box;
use std::time::Instant;

use tf_value::{Error, Refinements, Type, Value, json, msgpack};

const ROUNDS: u32 = 200_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let ty = object_type();
    let planned = object(Value::refined(&Type::String, Refinements::default().not_null())?);
    let packed = msgpack::encode(&ty, &planned)?;
    let stored = object(Value::from("3f2504e0-4f89-11d3-9a0c-0305e82c3301"));
    let written = json::encode(&ty, &stored)?;

    report("msgpack", packed.len(), "decode", || msgpack::decode(&ty, black_box(&packed)))?;
    report("msgpack", packed.len(), "encode", || msgpack::encode(&ty, black_box(&planned)))?;
    report("JSON", written.len(), "decode", || json::decode(&ty, black_box(written.as_bytes())))?;
    report("JSON", written.len(), "encode", || json::encode(&ty, black_box(&stored)))?;
    report("value", packed.len(), "clone", || Ok(black_box(&planned).clone()))?;
    report("value", packed.len(), "compare", || Ok(black_box(&planned) == black_box(&planned)))?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what this program is for")]
fn report<T>(codec: &str, bytes: usize, what: &str, mut run: impl FnMut() -> Result<T, Error>) -> Result<(), Error> {
    let start = Instant::now();
    for _ in 0..ROUNDS {
        black_box(run()?);
    }
    let each = start.elapsed() / ROUNDS;
    println!("{codec:8} {what:8} {bytes:4} bytes  {:5} ns", each.as_nanos());
    Ok(())
}

fn object_type() -> Type {
    let rule = Type::object([("path", Type::String), ("capabilities", Type::set(Type::String)), ("ttl", Type::Number)]);
    Type::object([
        ("id", Type::String),
        ("accessor", Type::String),
        ("backend", Type::String),
        ("name", Type::String),
        ("description", Type::String),
        ("default_ttl_seconds", Type::Number),
        ("max_ttl_seconds", Type::Number),
        ("renewable", Type::Bool),
        ("local", Type::Bool),
        ("metadata", Type::map(Type::String)),
        ("policies", Type::list(Type::String)),
        ("rules", Type::list(rule)),
    ])
}

fn object(id: Value) -> Value {
    let rule = |path: &str| {
        let capabilities = Value::set(["read", "list"].map(Value::from));
        Value::object([("path", Value::from(path)), ("capabilities", capabilities), ("ttl", Value::from(3600))])
    };
    Value::object([
        ("id", id.clone()),
        ("accessor", id),
        ("backend", Value::from("kubernetes")),
        ("name", Value::from("payments-api")),
        ("description", Value::Null),
        ("default_ttl_seconds", Value::from(3600)),
        ("max_ttl_seconds", Value::from(86_400)),
        ("renewable", Value::from(true)),
        ("local", Value::from(false)),
        (
            "metadata",
            Value::map([("team", "payments"), ("env", "prod"), ("cost", "4711")].map(|(k, v)| (k, Value::from(v)))),
        ),
        ("policies", Value::list(["default", "payments-read", "payments-write"].map(Value::from))),
        ("rules", Value::list([rule("secret/data/payments/*"), rule("secret/metadata/payments/*")])),
    ])
}
