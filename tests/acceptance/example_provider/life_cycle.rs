//! Rows 1 to 7, 14 and 15: from the first plan to the last destroy.

use acceptance::cli::matcher::{has_length, is, not, null, sensitive, unknown};
use anyhow::Result;
use serde_json::json;

use super::{Stage, note, policy};

const ONE: &str = "example_note.one";
const ALL: &str = "example_everything.all";

/// The SHA-256 of `first`.
const DIGEST: &str = "a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e";

pub(super) fn apply(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let with = |lines: &str| stage.with(&note(lines));
    stage
        .story()
        .apply(with("name = \"one\"\ntext = \"first\""))
        .creates(ONE)
        .planned(ONE, "/name", is("one"))
        .planned(ONE, "/shelf", is("main"))
        .planned(ONE, "/digest", is(DIGEST))
        .planned(ONE, "/id", unknown())
        .planned(ONE, "/title", unknown())
        .planned(ONE, "/revision", unknown())
        .planned(ONE, "/secret", sensitive())
        .planned(ONE, "/text", not(sensitive()))
        .attribute(ONE, "/id", is("main/one"))
        .attribute(ONE, "/title", is("one"))
        .attribute(ONE, "/revision", is(1))
        .attribute(ONE, "/tags", null())
        // What is computed from what did not change stays known.
        .apply(with("name = \"one\"\ntext = \"first\"\ntags = [\"b\", \"a\"]\nkeep = true"))
        .updates(ONE)
        .planned(ONE, "/id", is("main/one"))
        .planned(ONE, "/digest", is(DIGEST))
        .planned(ONE, "/revision", unknown())
        .keeps(ONE, "/title")
        .attribute(ONE, "/revision", is(2))
        .attribute(ONE, "/tags", is(json!(["a", "b"])))
        // What is not stored in the file changes nothing that depends on the file.
        .apply(with("name = \"one\"\ntext = \"first\"\ntags = [\"a\", \"b\"]\nkeep = false"))
        .updates(ONE)
        .planned(ONE, "/revision", is(2))
        .apply(with("name = \"one\"\nlines = [\"first\", \"second\"]\ntitle = \"Lines\""))
        .updates(ONE)
        .attribute(ONE, "/text", null())
        .attribute(ONE, "/title", is("Lines"))
        .attribute(ONE, "/tags", null())
        .apply(with("name = \"two\"\ntext = \"first\""))
        .replaces(ONE)
        .replaced_because_of(ONE, "/name")
        .attribute(ONE, "/id", is("main/two"))
        .attribute(ONE, "/revision", is(1))
        .run()
}

/// Every form of attributes and blocks, so that both cores' check of the schema passes too.
pub(super) fn everything(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let with = |lines: &str| {
        stage.with(&format!(
            "resource \"example_everything\" \"all\" {{\n  name = \"all\"\n  main_port {{ number = 443 }}\n{lines}\n}}\n"
        ))
    };
    let full = |period: &str, word: &str, policy: &str, document: &str| {
        with(&format!(
            r#"
            flag        = true
            port        = 8080
            exact       = 0.1234567890123456789012345678901234567890
            pin         = "1234"
            word        = "{word}"
            anything    = {{ list = [1, "two", null], deep = {{ yes = true }} }}
            words       = ["b", "a", "b"]
            letters     = ["b", "a"]
            labels      = {{ colour = "green" }}
            matrix      = {{ x = [1, 2], y = [] }}
            period      = "{period}"
            document    = {document:?}
            policy      = {policy:?}
            colour      = "green"
            size        = 2
            aliases     = ["Al", "everything"]
            pauses      = ["60m", "5"]
            network     = "10.1.0.0/16"
            networks    = ["10.1.0.0/16", "10.0.0.1/32"]
            certificate = "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n"
            owner       = {{ name = "Ada", password = "lovelace", password_version = 1 }}
            members     = [{{ name = "Grace", role = "writer" }}, {{ name = "Edsger" }}]
            teams       = {{ night = {{ name = "Barbara" }} }}
            guests      = [{{ name = "Alan" }}, {{ name = "Kurt", company = 2, visits = ["90m"] }}]
            appointment = {{ day = "Friday" }}
            zone {{
              name = "outer"
              port {{ number = 22 }}
              port {{
                number   = 53
                protocol = "udp"
              }}
            }}
            rule {{ allow = "Ada" }}
            rule {{ deny = "Alan" }}
            side_port {{ number = 1 }}
            side_port {{ number = 2 }}
            named_port "ssh" {{ number = 22 }}
            named_port "dns" {{
              number   = 53
              protocol = "udp"
            }}
            "#
        ))
    };
    let first = full("90m", "Word", "path \"a\" { capabilities = [\"read\"] }", "{\"a\":1,\"b\":[true]}");
    let spelled = full("1h30m", "WORD", "path \"a\" {\n  capabilities = [\"read\"]\n}", "{ \"b\": [true], \"a\": 1 }")
        .replace("[\"60m\", \"5\"]", "[\"1h\", \"5s\"]")
        .replace("10.0.0.1/32", "10.0.0.1")
        .replace("[\"90m\"]", "[\"1h30m\"]");
    stage
        .story()
        .apply(with("words = [\"least\"]\ncolour = \"green\""))
        .creates(ALL)
        .planned(ALL, "/size", is(1))
        .planned(ALL, "/appointment", unknown())
        .planned(ALL, "/history", unknown())
        .planned(ALL, "/token_in_state", sensitive())
        .attribute(ALL, "/main_port/protocol", is("tcp"))
        .attribute(ALL, "/appointment/day", is("Monday"))
        .attribute(ALL, "/nickname", is("little all"))
        .attribute(ALL, "/zone", null())
        .attribute(ALL, "/rule", has_length(0))
        .attribute(ALL, "/token_in_state", sensitive())
        .apply(&*first)
        .updates(ALL)
        .planned(ALL, "/owner/badge", unknown())
        .planned(ALL, "/owner/role", is("reader"))
        .planned(ALL, "/appointment/day", is("Friday"))
        .planned(ALL, "/pin", sensitive())
        .attribute(ALL, "/owner/badge", is("badge 1 of Ada"))
        .attribute(ALL, "/members/1/role", is("reader"))
        .attribute(ALL, "/teams/night/badge", is("badge 0 of Barbara"))
        .attribute(ALL, "/guests", has_length(2))
        .attribute(ALL, "/zone/port/1/protocol", is("udp"))
        .attribute(ALL, "/rule/1/number", is("rule for Alan"))
        .attribute(ALL, "/side_port", has_length(2))
        .attribute(ALL, "/named_port/dns/protocol", is("udp"))
        .attribute(ALL, "/owner/password", null())
        .attribute(ALL, "/period", is("90m"))
        // Other spellings of the same are no change.
        .apply(spelled)
        .changes_nothing()
        .attribute(ALL, "/period", is("90m"))
        .attribute(ALL, "/word", is("Word"))
        .attribute(ALL, "/pauses", is(json!(["60m", "5"])))
        .attribute(ALL, "/networks", is(json!(["10.0.0.1/32", "10.1.0.0/16"])))
        // One element of several changes. The others are stored as they are written, whatever the server makes of them.
        .apply(first.replace("[\"60m\", \"5\"]", "[\"1h\", \"6\"]"))
        .updates(ALL)
        .planned(ALL, "/pauses", is(json!(["1h", "6"])))
        .attribute(ALL, "/pauses", is(json!(["1h", "6"])))
        .keeps(ALL, "/networks")
        .apply(&*first)
        .updates(ALL)
        // A new password comes with a new badge, and leaves the others alone.
        .apply(first.replace("password_version = 1", "password_version = 2"))
        .updates(ALL)
        .planned(ALL, "/owner/badge", unknown())
        .planned(ALL, "/teams/night/badge", is("badge 0 of Barbara"))
        .attribute(ALL, "/owner/badge", is("badge 2 of Ada"))
        .apply(&*first)
        .updates(ALL)
        // Taking the colour out does not replace it, another one does.
        .apply(first.replace("colour      = \"green\"", ""))
        .updates(ALL)
        .apply(&*first)
        .replaces(ALL)
        .replaced_because_of(ALL, "/colour")
        .apply(first.replace("size        = 2", "size        = 3"))
        .updates(ALL)
        .apply(&*first)
        .replaces(ALL)
        .replaced_because_of(ALL, "/size")
        .destroy()
        .run()
}

fn policy_of(stage: &Stage) -> String {
    format!("life-{}", stage.project.cli().tool().name())
}

pub(super) fn on_a_server(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let name = policy_of(&stage);
    let address = "example_policy.one";
    let spaced = stage.with(&policy(&name, "secret").replace(" capabilities", "\\n  capabilities"));
    stage
        .story()
        .apply(stage.with(&policy(&name, "secret")))
        .creates(address)
        .attribute(address, "/id", is(&*name))
        .apply(spaced)
        .changes_nothing()
        .apply(stage.with(&policy(&name, "other")))
        .updates(address)
        .apply(stage.with(&policy(&format!("{name}-2"), "other")))
        .replaces(address)
        .destroy()
        .run()
}

/// Renewal in time: the clock is read when the object is read, and the next apply renews it.
pub(super) fn renewal(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let address = "example_ticket.day";
    let with = |renew_before: &str| {
        stage.with(&format!(
            "resource \"example_ticket\" \"day\" {{\n  name = \"day\"\n  lifetime = \"24h\"\n  \
             renew_before = {renew_before:?}\n}}\n"
        ))
    };
    stage
        .story()
        .apply(with("2h"))
        .creates(address)
        .attribute(address, "/number", is(1))
        .attribute(address, "/ready_for_renewal", is(false))
        .apply(with("1h"))
        .updates(address)
        .keeps(address, "/valid_until")
        .apply(with("1h").replace("24h", "48h"))
        .updates(address)
        .changes(address, "/valid_until")
        .attribute(address, "/number", is(2))
        .apply(with("1h"))
        .replaces(address)
        .replaced_because_of(address, "/lifetime")
        .attribute(address, "/number", is(1))
        .between("let the ticket end", || {
            stage.change("tickets/day.json", "valid_until", json!("2020-01-01T00:00:00Z"))
        })
        .apply_again()
        .updates(address)
        .planned(address, "/ready_for_renewal", is(false))
        .planned(address, "/number", unknown())
        .planned(address, "/valid_until", unknown())
        .attribute(address, "/number", is(2))
        .destroy()
        .run()
}

pub(super) fn plan_only(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .plan(stage.with(&note("name = \"one\"\ntext = \"first\"")))
        .creates(ONE)
        .between("see that nothing was made", || {
            anyhow::ensure!(!stage.path("notes").exists(), "a plan has made something");
            Ok(())
        })
        .run()
}

pub(super) fn refresh(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .apply(stage.with(&note("name = \"one\"\ntext = \"first\"")))
        .between("give the note another title", || stage.change("notes/main/one.json", "title", json!("Changed")))
        .refresh()
        .attribute(ONE, "/title", is("Changed"))
        .run()
}

pub(super) fn replace(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    stage
        .story()
        .apply(stage.with(&note("name = \"one\"\ntext = \"first\"\ntags = [\"a\"]")))
        .apply(stage.with(&note("name = \"one\"\ntext = \"second\"")))
        .attribute(ONE, "/revision", is(2))
        .replace(ONE)
        .attribute(ONE, "/revision", is(1))
        .taint(ONE)
        .tainted(ONE)
        .apply_again()
        .replaces(ONE)
        .run()
}

pub(super) fn destroy(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let name = format!("gone-{}", stage.project.cli().tool().name());
    let both = note("name = \"one\"\ntext = \"first\"") + &policy(&name, "secret");
    stage
        .story()
        .apply(stage.with(&both))
        .between("see that both are there", || {
            stage.object("notes/main/one.json")?;
            anyhow::ensure!(stage.bao().policy(&name)?.is_some(), "there is no policy");
            Ok(())
        })
        .destroy()
        .deletes(ONE)
        .deletes("example_policy.one")
        .between("see that both are gone", || {
            anyhow::ensure!(!stage.path("notes/main/one.json").exists(), "the note is still there");
            anyhow::ensure!(stage.bao().policy(&name)?.is_none(), "the policy is still there");
            Ok(())
        })
        .run()
}
