//! A file as the user declares it, and what is wrong with that.

use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::Model;
use tf_framework::value::Path;

use super::{InstalledFile, Permissions};

/// A file that is installed on the machine where the apply runs.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object)]
pub struct FileSettings {
    /// Where it is. A relative path starts at the folder in which the CLI runs. If it is a link, the file behind the link is
    /// written. A folder that is missing is made.
    #[tf(required)]
    pub path: String,
    /// Its mode, in octal digits.
    #[tf(optional, default = "0644")]
    pub mode: String,
    /// The name or number of its owner. Only root can give files away. Not managed if it is not set: whoever runs the first
    /// apply.
    #[tf(optional)]
    pub owner: Option<String>,
    /// The name or number of its group. Not managed if it is not set.
    #[tf(optional)]
    pub group: Option<String>,
}

impl FileSettings {
    /// Everything that is wrong with it and can be told without looking at the disk. `at` is the attribute.
    pub fn check(&self, at: &Path) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        diagnostics.extend(check_path(&self.path, at.clone().attribute("path")));
        if let Err(problem) = parse_mode(&self.mode, 0o777 & !0o002) {
            diagnostics.push(
                Diagnostic::error("Mode That No Installed File Can Have")
                    .detail(format!("The mode {:?} {problem}.", self.mode))
                    .remedy("Write it in octal digits and without rights to write for everybody, such as \"0644\".")
                    .at(at.clone().attribute("mode")),
            );
        }
        for (name, value) in [("owner", &self.owner), ("group", &self.group)] {
            diagnostics.extend(check_account(name, value.as_deref(), at));
        }
        diagnostics
    }

    /// The file.
    ///
    /// # Errors
    /// If [`check`](Self::check) has something to tell; this is the first of it, without a place.
    pub fn installed(&self) -> Result<InstalledFile, Diagnostic> {
        if let Some(diagnostic) = self.check(&Path::root()).into_iter().next() {
            return Err(diagnostic.at(Path::root()));
        }
        let mode = parse_mode(&self.mode, 0o777).map_err(Diagnostic::error)?;
        let permissions = Permissions { mode, owner: self.owner.clone(), group: self.group.clone() };
        Ok(InstalledFile { path: self.path.clone().into(), permissions })
    }
}

impl From<FileSettingsPlan> for FileSettings {
    fn from(FileSettingsPlan { path, mode, owner, group }: FileSettingsPlan) -> Self {
        Self { path, mode, owner, group }
    }
}

/// Reads a mode in octal digits with no other bits than these, and with the right to read for the owner. An error finishes a
/// sentence that begins with the mode.
pub(crate) fn parse_mode(text: &str, possible: u32) -> Result<u32, String> {
    let is_octal = (3..=4).contains(&text.len()) && text.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    let mode = u32::from_str_radix(text, 8).ok().filter(|_| is_octal).ok_or("is not three or four octal digits")?;
    if mode & !possible != 0 {
        return Err(format!("gives rights that such a file must not give ({:04o})", mode & !possible));
    }
    if mode & 0o400 == 0 {
        return Err("does not let the owner read the file".to_owned());
    }
    Ok(mode)
}

/// Why bytes can't be the path of a file, as the end of a sentence.
pub(crate) fn path_problem(path: &[u8]) -> Option<&'static str> {
    if path.is_empty() {
        Some("is empty")
    } else if path.contains(&0) {
        Some("contains a NUL character")
    } else if path.ends_with(b"/") {
        Some("ends with a slash, which makes it the path of a folder")
    } else if matches!(path.rsplit(|byte| *byte == b'/').next(), Some(b"." | b"..")) {
        Some("is that of a folder")
    } else {
        None
    }
}

/// What is wrong with a path in a configuration.
pub(crate) fn check_path(path: &str, at: Path) -> Option<Diagnostic> {
    if let Some(problem) = path_problem(path.as_bytes()) {
        let diagnostic = Diagnostic::error("Not the Path of a File").detail(format!("The path {path:?} {problem}."));
        return Some(diagnostic.remedy("Give the path of a file, such as \"pki/ca.pem\".").at(at));
    }
    path.starts_with('~').then(|| {
        Diagnostic::error("Not the Path of a File")
            .detail(format!("The path {path:?} begins with a tilde, which only shells understand."))
            .remedy(format!("Write pathexpand({path:?}), or \"./{path}\" if the name really begins with it."))
            .at(at)
    })
}

/// What is wrong with the name of an owner or group.
pub(crate) fn check_account(name: &str, value: Option<&str>, at: &Path) -> Option<Diagnostic> {
    let value = value?;
    let is_bad = value.is_empty() || value.contains([':', '\0', '/', '\n']);
    is_bad.then(|| {
        Diagnostic::error("Not the Name of a User or Group")
            .detail(format!("{name} = {value:?} can't be the name of one."))
            .remedy("Give one name or number, such as \"vault\"; owner and group are two attributes.")
            .at(at.clone().attribute(name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(path: &str, mode: &str, owner: &str) -> FileSettings {
        FileSettings { path: path.to_owned(), mode: mode.to_owned(), owner: Some(owner.to_owned()), group: None }
    }

    #[test]
    fn a_declared_file_becomes_an_installed_one() {
        let file = settings("pki/ca.pem", "640", "vault").installed().unwrap();
        assert_eq!((file.path.to_str().unwrap(), file.permissions.mode), ("pki/ca.pem", 0o640));
        assert_eq!(file.permissions.owner.as_deref(), Some("vault"));
    }

    #[test]
    fn everything_that_is_wrong_is_told_where_it_is() {
        let at = Path::root().attribute("certificate_file");
        let diagnostics = settings("", "rw-r--r--", "vault:vault").check(&at);
        let told: Vec<_> = diagnostics.iter().map(|diagnostic| diagnostic.path().to_string()).collect();
        assert_eq!(told, ["certificate_file.path", "certificate_file.mode", "certificate_file.owner"]);
        assert!(settings("pki/ca.pem", "0644", "0").check(&at).is_empty());
    }

    #[test]
    fn paths_that_are_none() {
        for bad in ["", "a\0b", "pki/", ".", "pki/..", "~/ca.pem"] {
            let diagnostic = check_path(bad, Path::root()).unwrap_or_else(|| panic!("{bad:?}"));
            assert!(!diagnostic.detail_text().is_empty());
            settings(bad, "0644", "root").installed().unwrap_err();
        }
        for good in ["ca.pem", "./~ca.pem", "/etc/ssl/..ca", "a b"] {
            assert_eq!(check_path(good, Path::root()), None);
        }
    }

    #[test]
    fn modes_that_are_none() {
        for bad in ["", "9", "0888", "+644", "0o644", "00644", "4755", "0666", "0044", "66\u{0664}"] {
            assert!(parse_mode(bad, 0o775).is_err(), "{bad}");
        }
        assert_eq!((parse_mode("0644", 0o775), parse_mode("400", 0o640)), (Ok(0o644), Ok(0o400)));
    }
}
