//! `sys/plugins`: the catalogue of plugins, and having mounts start anew.

use serde::{Deserialize, Serialize};

use crate::api_path::ApiPath;
use crate::request::Request;

/// What names an entry. Entries of one name and different versions stand beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key<'a> {
    /// `secret`, `auth` or `database`.
    pub kind: &'a str,
    /// What a mount has as its type.
    pub name: &'a str,
    /// The version. There can be one entry without.
    pub version: Option<&'a str>,
}

/// What an entry says of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Program<'a> {
    /// The file in the plugin directory of the server.
    pub command: &'a str,
    /// The arguments that it is started with.
    pub args: &'a [String],
    /// What is added to its environment, each as `NAME=value`. The server does not give it back.
    pub env: &'a [&'a str],
    /// The hash of the file, in lower case hexadecimal digits. The server starts no other file.
    pub sha256: &'a str,
}

/// An entry, as it is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Entry {
    /// See [`Program::command`].
    pub command: String,
    /// See [`Program::args`].
    pub args: Option<Vec<String>>,
    /// See [`Program::sha256`].
    pub sha256: String,
    /// Whether it is a part of the server.
    pub builtin: bool,
    /// The version with a `v` in front; empty if it has none.
    pub version: String,
}

/// All entries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Catalog {
    /// One line for each.
    pub detailed: Vec<Line>,
}

/// A line of [`Catalog`]: what there is, and not how it is started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Line {
    /// See [`Key::kind`].
    #[serde(rename = "type")]
    pub kind: String,
    /// See [`Key::name`].
    pub name: String,
    /// See [`Entry::version`].
    pub version: String,
    /// See [`Entry::builtin`].
    pub builtin: bool,
}

impl Key<'_> {
    fn path(&self) -> ApiPath {
        ApiPath::new("sys/plugins/catalog").segment(self.kind).segment(self.name)
    }
}

/// All entries. Answers with [`Catalog`].
pub fn list() -> Request {
    Request::read("sys/plugins/catalog")
}

/// One entry. Answers with [`Entry`].
pub fn read(key: Key<'_>) -> Request {
    with_version(Request::read(key.path()), key)
}

/// Makes an entry, or replaces it with all that it says. The server starts the program to ask for its version, and takes it
/// as it is if it can't. Without a version, the entry gets the one that the program tells.
pub fn register(key: Key<'_>, program: &Program<'_>) -> Request {
    #[derive(Serialize)]
    struct Body<'a> {
        #[serde(flatten)]
        program: &'a Program<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        version: Option<&'a str>,
    }
    let request = Request::write(key.path(), &Body { program, version: key.version });
    if program.env.is_empty() { request } else { request.secret() }
}

/// Removes an entry.
pub fn deregister(key: Key<'_>) -> Request {
    with_version(Request::delete(key.path()), key)
}

/// Has mounts start anew, each with the version that it has now. A path of an auth method has `auth/` in front.
pub fn reload_mounts(paths: &[String]) -> Request {
    #[derive(Serialize)]
    struct Body<'a> {
        mounts: &'a [String],
    }
    Request::write("sys/plugins/reload/backend", &Body { mounts: paths })
}

/// Has all mounts of a plugin start anew, whichever version they have.
pub fn reload_plugin(name: &str) -> Request {
    #[derive(Serialize)]
    struct Body<'a> {
        plugin: &'a str,
    }
    Request::write("sys/plugins/reload/backend", &Body { plugin: name })
}

fn with_version(request: Request, key: Key<'_>) -> Request {
    match key.version {
        Some(version) => request.query("version", version),
        None => request,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::Reply;

    #[test]
    fn an_entry_is_named_by_its_path_and_its_version() {
        let key = Key { kind: "secret", name: "a b", version: Some("v1.0.0") };
        let request = read(key);
        assert_eq!(request.path().to_string(), "sys/plugins/catalog/secret/a b");
        assert_eq!(request.parameters(), [("version", "v1.0.0".to_owned())]);
        assert!(read(Key { version: None, ..key }).parameters().is_empty());
        let program = Program { command: "a", args: &[], env: &[], sha256: "00" };
        let request = register(key, &program);
        let expected = r#"{"command":"a","args":[],"env":[],"sha256":"00","version":"v1.0.0"}"#;
        assert_eq!(std::str::from_utf8(request.body().unwrap()).unwrap(), expected);
        assert!(request.secrets().is_empty() && !request.is_repeatable());
        assert!(!register(key, &Program { env: &["A=secret"], ..program }).secrets().is_empty());
    }

    #[test]
    fn an_entry_of_either_server_is_read() {
        let reply = br#"{"data":{"args":null,"builtin":false,"command":"x","name":"x","sha256":"00","version":""}}"#;
        let entry: Entry = Reply::parse(reply).unwrap().data().unwrap();
        assert_eq!((entry.command.as_str(), entry.args), ("x", None));
        let reply = br#"{"data":{"secret":["x"],"detailed":[{"builtin":false,"name":"x","sha256":"00","type":"secret","version":"v1.0.0"}]}}"#;
        let catalog: Catalog = Reply::parse(reply).unwrap().data().unwrap();
        assert_eq!((catalog.detailed[0].kind.as_str(), catalog.detailed[0].version.as_str()), ("secret", "v1.0.0"));
    }
}
