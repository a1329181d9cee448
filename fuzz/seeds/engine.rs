//! What a secrets engine is sent, keeps, and is asked for.

use crate::values::Seed;

pub(crate) fn request_data() -> Vec<Seed> {
    let seeds: [(&str, &str); 8] = [
        ("empty", "{}"),
        ("texts", r#"{"x":"a","list":"a,b, c","pairs":"a=b","duration":"1h30m","time":"2026-11-30T12:00:00Z"}"#),
        ("numbers", r#"{"x":9007199254740993,"y":-1,"z":1e400,"n":[18446744073709551615,0.5,"12"]}"#),
        ("meaning", r#"{"error":"x","http_status_code":200}"#),
        ("inner_error", r#"{"x":{"error":"x"}}"#),
        ("headers", r#"{"x":{"a":["b","c"],"d":"e"}}"#),
        ("null", "null"),
        ("twice", r#"{"x":1,"x":"2"}"#),
    ];
    seeds.map(|(name, seed)| (name, seed.into())).into()
}

pub(crate) fn path_pattern() -> Vec<Seed> {
    let seeds: [(&str, &str); 8] = [
        ("texts", "a/b\na/b"),
        ("one", "a/{b}/c\na/x/c"),
        ("one_or_none", "a/{b?}\na/"),
        ("rest", "a/{b...}\na/x/y//z"),
        ("rest_or_none", "{a}/{b...?}\nx"),
        ("slash_of_a_list", "a/{b}\na/x/"),
        ("not_the_last", "{a...}/b\nx/b"),
        ("alone", "{a?}\n"),
    ];
    seeds.map(|(name, seed)| (name, seed.into())).into()
}

pub(crate) fn storage_record() -> Vec<Seed> {
    let seeds: [(&str, &str); 5] = [
        ("record", r#"{"text":"a","list":[1,2.5,null,true],"inner":{"a":{}}}"#),
        ("lease", r#"{"secret_type":"loan","content":"1"}"#),
        ("number", r#"{"a":123456789012345678901234567890,"b":-0.0}"#),
        ("last_digit", r#"{"a":12345678904234563456780.0}"#),
        ("broken", "{\"a\":\"\u{e000}"),
    ];
    seeds.map(|(name, seed)| (name, seed.into())).into()
}
