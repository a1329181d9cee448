//! What is registered: which program, and how it is started.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _};

use aws_lc_rs::digest::{self, SHA256};
use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::Secret;
use tf_framework::{Context, Outcome};
use vault_client::Reply;
use vault_client::sys::plugins;

use super::Plugin;
use super::key::EntryKey;
use crate::SecretZero;
use crate::connection::Unsent;

/// How much of a program is in memory at once, in bytes.
const BUFFER: usize = 64 * 1024;

/// A program, and how it is started.
#[derive(Clone, Copy, Debug)]
pub(super) struct Program<'a> {
    pub(super) command: &'a str,
    pub(super) args: &'a [String],
    pub(super) sha256: &'a str,
    pub(super) env: &'a [Secret],
}

impl Program<'_> {
    /// Has the catalogue know it as this.
    pub(super) async fn register(&self, cx: &Context<SecretZero>, key: EntryKey<'_>) -> Result<Reply, Unsent> {
        let env: Vec<&str> = self.env.iter().map(Secret::expose).collect();
        let program = plugins::Program { command: self.command, args: self.args, env: &env, sha256: self.sha256 };
        let request = plugins::register(key.key(), &program);
        cx.client().send(&request).await
    }
}

/// The hash of a file, in lower case hexadecimal digits. `None` if there is no such file.
pub(super) fn sha256_of(file: &str) -> Outcome<Option<String>> {
    match digest_of(file) {
        Ok(digest) => Ok(Some(digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Diagnostic::error("Reading the Program of a Plugin")
            .detail(format!("{file}: {error}."))
            .remedy("Let file name a copy of the program that can be read here, or set sha256.")
            .at(Plugin::FILE.path())
            .into()),
    }
}

fn digest_of(file: &str) -> io::Result<digest::Digest> {
    let mut opened = File::open(file)?;
    let (mut digest, mut buffer) = (digest::Context::new(&SHA256), vec![0; BUFFER]);
    loop {
        let count = opened.read(&mut buffer)?;
        let Some(read) = buffer.get(..count).filter(|read| !read.is_empty()) else { return Ok(digest.finish()) };
        digest.update(read);
    }
}

pub(super) fn missing(file: &str) -> Diagnostic {
    Diagnostic::error("The Program of a Plugin Is Not There")
        .detail(format!("There is no {file}, of which sha256 would be computed."))
        .remedy("Let file name a copy of the program on this machine, or set sha256.")
        .at(Plugin::FILE.path())
}

/// Whether a server can have a program of this name: it takes what is behind a space for an argument.
pub(super) fn command(command: &str) -> Result<(), String> {
    if command.is_empty() || command.contains(['/', ' ']) || command.contains("..") {
        return Err(
            "must be the name of a file in the plugin directory, without slashes or spaces; arguments go into \
                    args"
                .to_owned(),
        );
    }
    Ok(())
}

/// Whether this is a hash, as servers spell it.
pub(super) fn sha256_digits(digits: &str) -> Result<(), String> {
    let is_digit = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    if digits.len() == 64 && digits.bytes().all(is_digit) {
        Ok(())
    } else {
        Err("must be 64 lower case hexadecimal digits".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_has_the_hash_that_others_compute() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("program");
        fs::write(&file, "abc").unwrap();
        let hash = sha256_of(file.to_str().unwrap()).unwrap().unwrap();
        assert_eq!(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        sha256_digits(&hash).unwrap();
        sha256_digits(&hash.to_uppercase()).unwrap_err();
        assert_eq!(sha256_of(folder.path().join("none").to_str().unwrap()).unwrap(), None);
        sha256_of(folder.path().to_str().unwrap()).unwrap_err();
    }

    #[test]
    fn a_command_is_the_name_of_a_file() {
        command("vault-plugin-secrets-example").unwrap();
        for bad in ["", "bin/engine", "engine --verbose", ".."] {
            command(bad).unwrap_err();
        }
    }
}
