//! What nobody sends who means well, sent to the example engine on both real servers. What reaches it is answered with a status
//! of the 400s that says what is wrong; what a server refuses by itself is recorded. Neither ever ends.

use acceptance::cli::workspace_binary;
use acceptance::{Product, Reply, Scenario, VaultPlugin, VaultServer};
use anyhow::{Context as _, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use crate::plugin_requests::{PROGRAM, TOOLS, VERSION};

/// Steps of the random test on each server.
const STEPS: usize = 300;

fn on_each(scenario: &Scenario, mount: &str, test: impl Fn(&VaultPlugin<'_>, &str) -> Result<()>) -> Result<()> {
    for product in Product::ALL {
        let server = VaultServer::shared(scenario, product)?;
        let plugin = VaultPlugin::register(server, mount, &workspace_binary(PROGRAM)?, Some(VERSION))?;
        plugin.mount(mount, &json!({ "plugin_version": VERSION }))?;
        let process = plugin.processes()?;
        test(&plugin, &format!("/v1/{mount}")).with_context(|| format!("on {}", product.name()))?;
        ensure!(plugin.processes()? == process, "the engine's process has ended on {}", product.name());
        ensure!(server.health()? == 200, "{} is not active", product.name());
        plugin.unmount(mount)?;
    }
    Ok(())
}

/// Where a request is answered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Engine,
    Server,
}

/// A request, and what it comes to on `OpenBao` and on Vault.
struct Row {
    what: &'static str,
    method: Method,
    path: String,
    body: Option<String>,
    expected: [(u16, By); 2],
    /// What the engine says.
    text: &'static str,
}

impl Row {
    /// A body that the engine judges on both.
    fn body(what: &'static str, path: &str, body: impl Into<String>, status: u16, text: &'static str) -> Self {
        let expected = [(status, By::Engine); 2];
        Self { what, method: Method::POST, path: path.to_owned(), body: Some(body.into()), expected, text }
    }

    fn path(what: &'static str, path: impl Into<String>, status: u16, text: &'static str) -> Self {
        let body = Some(r#"{"to":"b"}"#.to_owned());
        Self { what, method: Method::POST, path: path.into(), body, expected: [(status, By::Engine); 2], text }
    }

    fn method(what: &'static str, method: Method, path: &str, status: u16, text: &'static str) -> Self {
        let body = (method == Method::PATCH).then(|| "{}".to_owned());
        Self { what, method, path: path.to_owned(), body, expected: [(status, By::Engine); 2], text }
    }

    /// Vault refuses it without asking the engine.
    fn but_vault(mut self, status: u16) -> Self {
        self.expected[1] = (status, By::Server);
        self
    }

    /// Both refuse it without asking the engine.
    fn by_servers(mut self, statuses: [u16; 2]) -> Self {
        self.expected = statuses.map(|status| (status, By::Server));
        self
    }
}

fn repeated(text: &str, count: usize) -> String {
    vec![text; count].join(",")
}

fn rows() -> Vec<Row> {
    let members = (0..10_001).map(|number| format!("\"m{number}\":1")).collect::<Vec<_>>().join(",");
    vec![
        Row::body("no JSON", "kv/a", "{\"x\":", 400, "").by_servers([400, 500]),
        Row::body("a list in place of an object", "kv/a", "[1]", 400, "").by_servers([400, 400]),
        Row::body("a number in place of an object", "kv/a", "7", 400, "").by_servers([400, 400]),
        Row::body("null in place of an object", "fault/not-found", "null", 404, "as asked"),
        Row::body("half of a character", "kv/a", r#"{"x":"\ud800"}"#, 204, "").but_vault(500),
        Row::body("a number that is too large for any type", "kv/a", r#"{"x":1e400}"#, 400, "").by_servers([500, 500]),
        Row::body("a number too large for a time", "lend/a", r#"{"ttl":1e300}"#, 405, "unsupported operation"),
        Row::body("a time without an end", "fault/slow", r#"{"time":1e300}"#, 400, "\"time\""),
        Row::body("a negative time", "fault/slow", r#"{"time":"-5s"}"#, 400, "\"time\""),
        Row::body(
            "150 levels",
            "kv/a",
            format!("{{\"x\":{}1{}}}", "[".repeat(150), "]".repeat(150)),
            400,
            "127 levels",
        ),
        Row::body(
            "500 levels",
            "kv/a",
            format!("{{\"x\":{}1{}}}", "[".repeat(500), "]".repeat(500)),
            400,
            "127 levels",
        )
        .but_vault(500),
        Row::body("10,001 elements", "kv/a", format!("{{\"x\":[{}]}}", repeated("1", 10_001)), 204, "").but_vault(500),
        Row::body("10,001 members", "kv/a", format!("{{\"x\":{{{members}}}}}"), 204, "").but_vault(500),
        Row::body("a text of 1.1 MB", "kv/a", format!("{{\"x\":\"{}\"}}", "x".repeat(1_100_000)), 413, "larger")
            .but_vault(500),
        Row::body("the same member twice", "kv/a", r#"{"x":1,"x":2}"#, 204, "").but_vault(500),
        Row::body(
            "34 MB",
            "kv/a",
            format!("{{\"x\":[{}]}}", repeated(&format!("\"{}\"", "x".repeat(1_000_000)), 34)),
            413,
            "",
        )
        .by_servers([413, 413]),
        Row::body("the field error", "kv/a", r#"{"error":5}"#, 400, "can't have the name"),
        Row::body("the field error, as a text", "kv/a", r#"{"error":"no"}"#, 400, "can't have the name"),
        Row::body(
            "a raw answer",
            "kv/a",
            r#"{"http_status_code":200,"http_raw_body":"eA=="}"#,
            400,
            "can't have the name",
        ),
        Row::body("fields without a name", "kv/a", r#"{"":1,"__proto__":{"x":1}}"#, 204, ""),
        Row::body("an unknown choice", "fault/%C3%A4", "{}", 400, "has to be one of"),
        Row::path("a control character in a name", "rename/%01a", 400, "").by_servers([400, 400]),
        Row::path("a zero byte in a name", "rename/a%00", 400, "").by_servers([400, 400]),
        Row::path("a line end in a name", "rename/a%0A", 400, "").by_servers([400, 400]),
        Row::path("a name of 40,000 characters", format!("kv/{}", "n".repeat(40_000)), 400, "longer than"),
        Row::path("what is no name", "rename/%C3%A4%20b", 400, "a name of letters"),
        Row::path("two dots in a name", "kv/a..b", 400, ".."),
        Row::path("an empty part in a name", "kv/a//b", 307, "").by_servers([307, 307]),
        Row::path("an unknown path", "nowhere/at/all", 404, "unsupported path"),
        Row::method("PATCH", Method::PATCH, "kv/a", 405, "unsupported operation"),
        Row::method("a list of what is no folder", Method::GET, "status?list=true", 405, "unsupported operation"),
        Row::method("a limit that is no number", Method::GET, "loans?list=true&limit=many", 400, "\"limit\""),
        Row::method("a limit below zero", Method::GET, "loans?list=true&limit=-1", 404, ""),
        Row::method("a limit beyond all", Method::GET, "loans?list=true&limit=9223372036854775808", 400, "\"limit\""),
        Row::method("a time with a line end", Method::GET, "lend/a?ttl=1%0As", 400, "\"ttl\""),
    ]
}

fn errors(reply: &Reply) -> String {
    let errors = reply.body.pointer("/errors").and_then(Value::as_array).cloned().unwrap_or_default();
    let text: Vec<&str> = errors.iter().filter_map(Value::as_str).collect();
    if text.is_empty() { reply.body.as_str().unwrap_or_default().to_owned() } else { text.join("; ") }
}

#[test]
fn judged() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| {
        on_each(scenario, "hostile", |plugin, mount| {
            let product = plugin.server().product();
            let mut wrong = Vec::new();
            for row in rows() {
                let path = format!("{mount}/{}", row.path);
                let content =
                    if row.method == Method::PATCH { "application/merge-patch+json" } else { "application/json" };
                let reply = match &row.body {
                    Some(body) => plugin.client().send_as(row.method, &path, content, body)?,
                    None => plugin.client().send(row.method, &path, None)?,
                };
                let (expected, by) = row.expected[usize::from(product == Product::Vault)];
                let who = if by == By::Engine { "the engine" } else { "the server" };
                let said: String = errors(&reply).trim().chars().take(160).collect();
                let line = format!("{} | {} | {who} | {} | {said}", product.name(), row.what, reply.status);
                println!("HOSTILE {}", line.escape_debug());
                if reply.status != expected || (by == By::Engine && !errors(&reply).contains(row.text)) {
                    wrong.push(format!("{line} (and not {expected} {:?})", row.text));
                }
            }
            ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
            Ok(())
        })
    })
}

/// Every character that JSON can have, in values and in names of fields, comes back as it was.
#[test]
fn characters() -> Result<()> {
    Scenario::run(&TOOLS, |scenario| {
        on_each(scenario, "characters", |plugin, mount| {
            let client = plugin.client();
            let controls: String = (0..0x20_u8).chain([0x7f]).map(char::from).collect();
            let others = "\u{80}\u{9f}\u{a0}\u{ad}\u{2028}\u{2029}\u{202e}\u{feff}\u{fffd}\u{ffff}\u{10ffff}\"\\/<>&'";
            let value = json!({ controls.as_str(): others, others: [controls, { "deep": controls }] });
            client.put(&format!("{mount}/kv/odd"), &value)?.ok()?;
            let read = client.get(&format!("{mount}/kv/odd"))?.ok()?;
            ensure!(read["data"] == value, "{} and not {value}", read["data"]);
            // In names of objects, too, as far as the server lets them through.
            for name in ["%C3%A4%20%F0%9F%94%91", "%2520", "a%3Fb%23c", "%F0%9F%94%91/%22%5C"] {
                client.put(&format!("{mount}/kv/{name}"), &json!({ "name": name }))?.ok()?;
                let read = client.get(&format!("{mount}/kv/{name}"))?.ok()?;
                ensure!(read["data"]["name"] == name, "{read}");
            }
            // Both servers refuse control characters. They try to send on what is no text, and fail.
            for (status, names) in [(400, ["%00", "%01", "%7F", "%0A"]), (500, ["%FF", "%C3%28", "%ED%A0%80", "%80"])] {
                for name in names {
                    let reply = client.put(&format!("{mount}/kv/a{name}b"), &json!({ "name": name }))?;
                    let (product, said) = (plugin.server().product().name(), errors(&reply));
                    println!(
                        "HOSTILE {product} | {name} in a path | the server | {} | {}",
                        reply.status,
                        said.escape_debug()
                    );
                    reply.refused_with(status)?;
                }
            }
            Ok(())
        })
    })
}

/// Any value in any field of any path: nothing but an answer that means something.
#[test]
fn at_random() -> Result<()> {
    let given = std::env::var("SECRETZERO_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| fastrand::u64(..));
    println!("SEED {seed} of the hostile input at random");
    Scenario::run(&TOOLS, |scenario| {
        on_each(scenario, "at-random", |plugin, mount| {
            let client = plugin.client();
            client.put(&format!("{mount}/kv/a"), &json!({ "x": 1 }))?.ok()?;
            let mut random = fastrand::Rng::with_seed(seed);
            for step in 0..STEPS {
                let path = pick(&mut random, &["fault/not-found", "kv/a", "lend/a", "loans", "rename/a", "work"]);
                let field =
                    pick(&mut random, &["after", "kind", "limit", "list", "name", "text", "time", "to", "ttl", "x"]);
                let value = value(&mut random, 3);
                let query = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let reply = match random.u8(..4) {
                    0 => client.get(&format!("{mount}/{path}?{field}={}", escaped(&query))),
                    1 => client.delete(&format!("{mount}/{path}")),
                    _ => client.put(&format!("{mount}/{path}"), &json!({ field: value })),
                };
                let reply = reply.with_context(|| format!("step {step} of {seed}"))?;
                ensure!(reply.status < 500, "step {step} of {seed}: {path} {field} {value}: {reply:?}");
            }
            Ok(())
        })
    })
}

fn pick<'a>(random: &mut fastrand::Rng, from: &[&'a str]) -> &'a str {
    from[random.usize(..from.len())]
}

fn value(random: &mut fastrand::Rng, depth: usize) -> Value {
    match random.u8(..if depth == 0 { 8 } else { 10 }) {
        0 => Value::Null,
        1 => random.bool().into(),
        2 => random.i64(..).into(),
        3 => random.u64(..).into(),
        4 => json!(random.f64() * 10_f64.powi(random.i32(-300..300))),
        5 => {
            pick(random, &["", "0", "-1", "1ms", "1e2", "0x1", "٣", "1h1h", " 1s", "NaN", "true", "a/b", "..", "\u{0}"])
                .into()
        }
        6 => (0..random.usize(..40)).map(|_| random.char(..)).collect::<String>().into(),
        7 => random.i8(..2).into(),
        8 => (0..random.usize(..4)).map(|_| value(random, depth - 1)).collect(),
        _ => (0..random.usize(..4)).map(|number| (number.to_string(), value(random, depth - 1))).collect(),
    }
}

/// As a part of an address.
fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
