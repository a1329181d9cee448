//! Units of systemd, written so that it reads back what was meant.

use tf_framework::diagnostic::Diagnostic;
use tf_framework::value::Path;

/// A unit, written from top to bottom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct UnitText(String);

impl UnitText {
    pub(super) fn section(&mut self, name: &str, directives: &[(&str, &str)]) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.0.push_str(&format!("[{name}]\n"));
        for (name, value) in directives {
            self.0.push_str(&format!("{name}={value}\n"));
        }
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// A text in a directive, where `%` begins what systemd puts in.
pub(super) fn literal(text: &str) -> String {
    text.replace('%', "%%")
}

/// One argument of a command, whatever is in it.
pub(super) fn argument(text: &str) -> String {
    let text = literal(text).replace('$', "$$");
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"%$-_=+,./:@".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return text;
    }
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// What is wrong with the name of a unit, which goes without its ending.
pub(super) fn check_name(name: Option<&String>, at: Path) -> Option<Diagnostic> {
    let name = name?;
    let is_name = !name.is_empty()
        && name.len() < 240
        && !name.ends_with(".service")
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":_.-".contains(&byte));
    (!is_name).then(|| {
        Diagnostic::error("Not the Name of a Unit")
            .detail(format!("{name:?} can't be the name of a unit."))
            .remedy("Use letters, digits and :_.- only, and leave \".service\" out, such as in \"vault\".")
            .at(at)
    })
}

/// What is wrong with the name of a user or group in a unit.
pub(super) fn check_account(name: Option<&String>, at: Path) -> Option<Diagnostic> {
    let name = name?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    (!is_name).then(|| {
        Diagnostic::error("Not a User or Group for a Unit")
            .detail(format!("systemd takes no user or group {name:?}."))
            .remedy("Give one name or number, such as \"vault\".")
            .at(at)
    })
}

/// What is wrong with a path in a directive. Each directive has rules of its own for quotes and blanks, so there are none.
pub(super) fn check_path(path: &str, at: Path) -> Option<Diagnostic> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_./:@%+,=-".contains(&byte) || byte >= 0x80;
    let is_path = path.starts_with('/') && !path.ends_with('/') && path.bytes().all(is_plain);
    (!is_path).then(|| {
        Diagnostic::error("Not a Path for a Unit")
            .detail(format!("{path:?} is not an absolute path, or has blanks, quotes or the like in it."))
            .remedy("Choose a plain absolute path, such as \"/etc/vault.d/vault.hcl\".")
            .at(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_stay_one_argument_and_nothing_is_put_in() {
        for (text, written) in [
            ("--timeout=30", "--timeout=30"),
            ("", r#""""#),
            ("a b", r#""a b""#),
            ("100%$HOME", "100%%$$HOME"),
            (r#"say "a\b""#, r#""say \"a\\b\"""#),
            ("a\n;b", r#""a\n;b""#),
            (";", r#"";""#),
        ] {
            assert_eq!(argument(text), written);
        }
    }

    #[test]
    fn what_can_be_no_name_or_path_is_refused() {
        for bad in ["", "vault.service", "a b", "a/b", "a%b"] {
            assert!(check_name(Some(&bad.to_owned()), Path::root()).is_some(), "{bad:?}");
        }
        for bad in ["", "a b", "vault:vault", "a\nUser=root"] {
            assert!(check_account(Some(&bad.to_owned()), Path::root()).is_some(), "{bad:?}");
        }
        for bad in ["", "a/b", "/a b", "/a\nUser=root", "/a\"", "/a/", "/a$b", "/a;b", "/a\\b"] {
            assert!(check_path(bad, Path::root()).is_some(), "{bad:?}");
        }
        assert_eq!(check_name(Some(&"vault-unseal".to_owned()), Path::root()), None);
        assert_eq!(check_path("/etc/vault.d/größe.hcl", Path::root()), None);
    }
}
