//! Seeds for the targets of `tf-value`: a type in the notation of `type_notation`, then a value of it, whole or broken.

/// Name and bytes of one seed.
pub(crate) type Seed = (&'static str, Vec<u8>);

/// As deep as a value may be, and too deep.
const DEPTHS: [(&str, usize); 2] = [("deep", 127), ("too_deep", 128)];

pub(crate) fn msgpack() -> Vec<Seed> {
    let typed = |ty: &str, value: &[u8]| [b"\x92\xc5", &length(ty)[..], ty.as_bytes(), value].concat();
    let mut seeds: Vec<Seed> = vec![
        ("object", b"osn.\x82\xa1a\xa1x\xa1b\xcd\x1f\x90".to_vec()),
        ("attribute_twice", b"osn.\x82\xa1a\xa1x\xa1a\xa1y".to_vec()),
        ("collections", b"olsenmb.\x83\xa1a\x91\xa1x\xa1b\x92\x02\x01\xa4type\x81\xa1k\xc3".to_vec()),
        ("tuple", b"tsnb.\x93\xd9\x01x\xff\xc0".to_vec()),
        ("unknown", b"tsnds.\x94\xd4\x00\x00\xd5\x05ab\xd4\x00\x00\xc7\x00\x0c".to_vec()),
        ("prefix", b"s\xc7\x0b\x0c\x82\x01\xc2\x02\xa6https:".to_vec()),
        ("bounds", b"n\xc7\x0b\x0c\x83\x01\xc2\x03\x92\x01\xc3\x04\x92\x09\xc2".to_vec()),
        ("lengths", b"ls\xc7\x09\x0c\x83\x01\xc2\x05\x01\x06\xcd\x01\x00".to_vec()),
        ("one_left", b"n\xc7\x0b\x0c\x83\x01\xc2\x03\x92\x07\xc3\x04\x92\x07\xc3".to_vec()),
        // A refinement that is not known yet may hold anything, also a string that is none.
        ("refinement_of_no_text", b"s\xc7\x06\x0c\x82\x09\xa1\xff\x01\xc2".to_vec()),
        ("refinement_to_come", b"s\xc7\x08\x0c\x82\x09\x81\xa1a\x01\x01\xc2".to_vec()),
        (
            "integers",
            b"ln\x98\xcc\xff\xcd\xff\xff\xce\xff\xff\xff\xff\xd0\x80\xd1\x80\0\xd2\x80\0\0\0\
              \xd3\xff\xff\xff\xff\xff\xff\xff\xff\xe0"
                .to_vec(),
        ),
        (
            "numbers",
            b"ln\x97\xd3\x80\0\0\0\0\0\0\0\xcf\xff\xff\xff\xff\xff\xff\xff\xff\xcb\x3f\xb9\x99\x99\x99\x99\x99\x9a\
              \xca\x3f\xc0\0\0\xcb\x7f\xf0\0\0\0\0\0\0\xbe123456789012345678901234567890\xa61.5e+9"
                .to_vec(),
        ),
        ("dynamic", [b"d", &typed("\"string\"", b"\xa1x")[..]].concat()),
        (
            "dynamic_inside",
            [b"d", &typed(r#"["object",{"a":"dynamic"}]"#, b"\x81\xa1a")[..], &typed("\"bool\"", b"\xc3")].concat(),
        ),
        ("dynamic_elements", [b"ld\x93\xc0", &typed("\"bool\"", b"\xc3")[..], &typed("\"bool\"", b"\xc0")].concat()),
        // In a type string an object takes two levels.
        ("deep_type", [b"d", &typed(&nested_objects(100), b"\xc0")[..]].concat()),
        // Beside each other no type is too deep. The one that they add up to is.
        ("type_in_type", [b"d", &typed(r#"["list","dynamic"]"#, b"\x91")[..], &typed(&nested(127), b"\xc0")].concat()),
        ("marks", b"tss.\x92\xa3e\xcc\x81\xa6\xe1\x84\x80\xe1\x85\xa1".to_vec()),
        ("normalised_keys", b"ms\x82\xa2\xc3\xa9\xa1x\xa3e\xcc\x81\xa1y".to_vec()),
    ];
    for (name, depth) in DEPTHS {
        seeds.push((name, [b"l".repeat(depth), b"s".to_vec(), b"\x91".repeat(depth), b"\xc0".to_vec()].concat()));
    }
    seeds
}

pub(crate) fn json() -> Vec<Seed> {
    let mut seeds: Vec<Seed> = vec![
        ("object", br#"osn. {"b":8080,"a":"x"}"#.to_vec()),
        ("attribute_twice", br#"osn.{"a":"x","b":80,"a":"y"}"#.to_vec()),
        ("collections", br#"olsenmb.{"a":["x",null],"b":[2,1.0,1],"type":{"k":true}}"#.to_vec()),
        ("tuple", b"tsnb.[\"x\",-1,null]".to_vec()),
        ("converted", br#"tsnsb.[1.50,"8080",true,"0"]"#.to_vec()),
        ("numbers", b"ln[1.5E+2,-0,1234567890123456789012345678901234567890,5e-324,\"1e400\",0.10]".to_vec()),
        ("escapes", r#"s"\u0041\n\t\"\\\/\b\f\r\ud83d\ude00é""#.as_bytes().to_vec()),
        ("half_a_pair", br#"s"\ud83d""#.to_vec()),
        ("normalised_keys", r#"ms{"é":"x","e\u0301":"y"}"#.as_bytes().to_vec()),
        ("dynamic", br#"d{"value":{"a":[1]},"type":["object",{"a":["list","number"]}]}"#.to_vec()),
        ("dynamic_inside", br#"d{"type":["map","dynamic"],"value":{"k":{"type":"bool","value":true}}}"#.to_vec()),
        ("dynamic_elements", br#"ld[null,{"value":1,"type":"number"},{"type":"number","value":null}]"#.to_vec()),
        ("deep_type", format!("d{{\"type\":{},\"value\":null}}", nested_objects(100)).into_bytes()),
    ];
    for (name, depth) in DEPTHS {
        seeds
            .push((name, format!("{}s{}null{}", "l".repeat(depth), "[".repeat(depth), "]".repeat(depth)).into_bytes()));
    }
    seeds
}

pub(crate) fn states() -> Vec<Seed> {
    let mut seeds: Vec<Seed> = vec![
        ("current", br#"osnmb.{"a":"x","b":80,"type":{"k":true}}"#.to_vec()),
        ("older", br#"osnoss..{"a":"x","type":{}}"#.to_vec()),
        ("newer", br#"osn.{"a":"x","b":80,"old":{"x":[1,"\"]}"],"y":{"z":null}},"older":-1.5e3}"#.to_vec()),
        ("newer_inside", br#"olob..{"a":[{"a":true,"old":[]},{"old":{}}],"old":0}"#.to_vec()),
        ("attribute_twice", br#"osn.{"a":"x","b":80,"a":"y"}"#.to_vec()),
        ("old_attribute_twice", br#"os.{"old":1,"a":"x","old":2}"#.to_vec()),
        ("key_twice", br#"oms.{"a":{"k":"x","k":"y"}}"#.to_vec()),
        ("escaped_name", br#"os.{"\u0061":"x","\ud83d":1}"#.to_vec()),
        ("converted", br#"onbs.{"a":"8080","b":"true","type":12}"#.to_vec()),
        ("dynamic", br#"od.{"a":{"type":["object",{"k":"string"}],"value":{"k":"x","old":1}}}"#.to_vec()),
        ("broken_behind", br#"os.{"a":"x","old":[1,}"#.to_vec()),
    ];
    for (name, depth) in DEPTHS {
        let old = format!("{}{}", "[".repeat(depth - 1), "]".repeat(depth - 1));
        seeds.push((name, format!(r#"os.{{"old":{old},"a":"x"}}"#).into_bytes()));
    }
    seeds
}

pub(crate) fn types() -> Vec<Seed> {
    vec![
        ("simple", br#""string""#.to_vec()),
        ("collections", br#"["map",["set",["list","number"]]]"#.to_vec()),
        ("tuple", br#"["tuple",["bool","dynamic",["tuple",[]]]]"#.to_vec()),
        ("object", br#"["object",{"b":"number","a":["object",{}]}]"#.to_vec()),
        ("optional", br#" ["object",{"a":"string","b":"bool"},["b"]]"#.to_vec()),
        ("escapes", br#"["l\u0069st",["object",{"e\u0301\"\u0000":"bo\u006fl"}]]"#.to_vec()),
        ("normalised_names", r#"["object",{"é":"bool","e\u0301":"bool"}]"#.as_bytes().to_vec()),
        ("deep", nested(127).into_bytes()),
        ("too_deep", nested(128).into_bytes()),
        ("deep_objects", nested_objects(100).into_bytes()),
    ]
}

/// The type string of a list of lists of strings.
fn nested(depth: usize) -> String {
    format!("{}\"string\"{}", "[\"list\",".repeat(depth), "]".repeat(depth))
}

/// The type string of an object of objects.
fn nested_objects(depth: usize) -> String {
    format!("{}\"string\"{}", r#"["object",{"a":"#.repeat(depth), "}]".repeat(depth))
}

/// What stands before so many bytes of msgpack.
fn length(text: &str) -> [u8; 2] {
    u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes()
}

/// Templates with ids that are of their form, and some that are not.
pub(crate) fn import_ids() -> Vec<Seed> {
    [
        ("one", "{a}\nname"),
        ("slashes", "{a}/{b}\nmount/with/slashes/name"),
        ("literals", "auth/{a}/role/{b}\nauth/kubernetes/role/app"),
        ("repeated_literal", "auth/{a}/role/{b}\nauth/role/role/role/role"),
        ("other_form", "auth/{a}/role/{b}\nauth/kubernetes"),
        ("three", "{a}#{b}@{c}\nx#y@z"),
        ("open_brace", "{a\nx"),
    ]
    .map(|(name, text)| (name, text.as_bytes().to_vec()))
    .into()
}

/// Policies in both languages, whole and broken.
pub(crate) fn policies() -> Vec<Seed> {
    [
        ("hcl", "# read\npath \"secret/data/*\" {\n  capabilities = [\"read\", \"list\"]\n}\n"),
        ("json", r#"{"path":{"secret/data/*":{"capabilities":["read"]}}}"#),
        ("parameters", "path \"a\" {\n  capabilities = [\"create\"]\n  allowed_parameters = {\n    \"k\" = [\"v\", 1, true]\n  }\n}"),
        ("heredoc", "path \"a\" {\n  policy = <<EOT\nread\nEOT\n}"),
        ("broken", "path \"a\" {"),
    ]
    .map(|(name, text)| (name, text.as_bytes().to_vec()))
    .into()
}
