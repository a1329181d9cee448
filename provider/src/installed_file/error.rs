//! Why a file could not be read or written, and what helps.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::unistd::{Uid, geteuid};
use tf_framework::diagnostic::Diagnostic;
use thiserror::Error;

use super::SIZE_LIMIT;
use super::permissions::name_of_user;

/// What was being done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// Asking the system about it.
    Inspect,
    /// Reading it.
    Read,
    /// Making or replacing it.
    Write,
    /// Removing it.
    Remove,
    /// Giving it to its owner and group.
    ChangeOwner,
    /// Setting its mode.
    ChangeMode,
    /// Making a folder.
    MakeFolder,
    /// Writing a folder to disk.
    Flush,
}

/// A file that can't be read or written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FileError {
    /// It can't be the path of a file.
    #[error("the path {path:?} {problem}")]
    Path {
        /// The path.
        path: PathBuf,
        /// Finishes the sentence.
        problem: &'static str,
    },
    /// There is one, and it must not be overwritten.
    #[error("the file {} exists", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A folder is in the way.
    #[error("a folder is in the way: {}", path.display())]
    IsFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A device, pipe or socket.
    #[error("neither a file nor a link to one: {}", path.display())]
    NotAFile {
        /// What it is.
        path: PathBuf,
    },
    /// A part of the path that should be a folder is none.
    #[error("the folder of {} can't be: {} is a file", path.display(), folder.display())]
    FolderIsFile {
        /// The path of the file.
        path: PathBuf,
        /// The part that is a file.
        folder: PathBuf,
    },
    /// A link to nothing.
    #[error("{} is a link to {}, which does not exist", path.display(), target.display())]
    DanglingLink {
        /// The link.
        path: PathBuf,
        /// Where it points.
        target: PathBuf,
    },
    /// Nothing that belongs here is that large.
    #[error("the file {} has more than {SIZE_LIMIT} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// The owner does not exist.
    #[error("this machine has no user {name:?}")]
    NoSuchUser {
        /// As declared.
        name: String,
    },
    /// The group does not exist.
    #[error("this machine has no group {name:?}")]
    NoSuchGroup {
        /// As declared.
        name: String,
    },
    /// The list of users and groups can't be read.
    #[error("looking up the user or group {name:?}")]
    Accounts {
        /// As declared.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// The system refuses.
    #[error("{operation} {}", path.display())]
    Io {
        /// What was being done.
        operation: Operation,
        /// With which file or folder.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}

impl FileError {
    pub(crate) fn io(operation: Operation, path: &Path, source: io::Error) -> Self {
        Self::Io { operation, path: path.to_owned(), source }
    }

    /// What the user can do about it.
    pub fn remedy(&self) -> String {
        match self {
            Self::Path { .. } => "Give the path of a file, such as \"pki/ca.pem\".".to_owned(),
            Self::Exists { path } => {
                format!(
                    "It is not overwritten. Move it away, import what it holds, or choose another path: {}",
                    path.display()
                )
            }
            Self::IsFolder { path } => {
                format!("Give the path of a file, such as {}, or move the folder away.", path.join("ca.pem").display())
            }
            Self::NotAFile { .. } => "Choose the path of an ordinary file.".to_owned(),
            Self::FolderIsFile { folder, .. } => {
                format!("Move the file {} away, or choose another path.", folder.display())
            }
            Self::DanglingLink { path, target } => format!(
                "If {} is on a file system that is not mounted now, mount it and apply again. If it is gone for good, remove \
                 the link: rm {}",
                target.display(),
                shell_word(path)
            ),
            Self::TooLarge { .. } => {
                "This is hardly the file that was meant: look at it, and correct the path.".to_owned()
            }
            Self::NoSuchUser { name } => {
                format!(
                    "Correct \"owner\", or make the user before: useradd --system {name}. A number is possible, too."
                )
            }
            Self::NoSuchGroup { name } => {
                format!(
                    "Correct \"group\", or make the group before: groupadd --system {name}. A number is possible, too."
                )
            }
            Self::Accounts { .. } => "Give the number of the user or group instead of its name.".to_owned(),
            Self::Io { operation, path, source } => io_remedy(*operation, path, source),
        }
    }
}

fn io_remedy(operation: Operation, path: &Path, source: &io::Error) -> String {
    let folder = match operation {
        Operation::MakeFolder | Operation::Flush => nearest_folder(path),
        _ => nearest_folder(path.parent().unwrap_or(path)),
    };
    let shown = shell_word(&folder);
    match source.raw_os_error().map(Errno::from_raw) {
        Some(Errno::EROFS) => format!(
            "The folder {} is on a file system that is mounted read-only. Choose a path elsewhere, or make it writable; this \
             shows which one it is: findmnt --target {shown}",
            folder.display()
        ),
        Some(Errno::ENOSPC) => format!(
            "The disk is full; what was there before is unchanged. This shows it: df -h {shown} (and df -i {shown}, since \
             files may have run out before space does). Make room and apply again."
        ),
        Some(Errno::EDQUOT) => format!(
            "The disk quota of the user {} is used up; what was there before is unchanged. Make room or raise the quota, and \
             apply again.",
            name_of_user(geteuid())
        ),
        Some(Errno::EACCES | Errno::EPERM) => refused(operation, path, &folder),
        Some(Errno::ENAMETOOLONG) => "Choose a shorter name.".to_owned(),
        Some(Errno::ELOOP) => "The link leads back to itself. Remove it, or choose another path.".to_owned(),
        Some(Errno::EIO) => "The disk reports errors: look at dmesg before anything else.".to_owned(),
        _ if operation == Operation::Read => "Remove the reason and try again.".to_owned(),
        _ => "What was there before is unchanged. Remove the reason and apply again.".to_owned(),
    }
}

fn refused(operation: Operation, path: &Path, folder: &Path) -> String {
    let me = name_of_user(geteuid());
    let belongs = |path: &Path| match fs::metadata(path) {
        Ok(metadata) => {
            let owner = name_of_user(Uid::from_raw(metadata.uid()));
            format!("{} belongs to {owner} and has mode {:04o}", path.display(), metadata.mode() & 0o7777)
        }
        Err(_) => format!("{} can't be looked at by {me}", path.display()),
    };
    match operation {
        Operation::ChangeOwner => format!(
            "Only root can give files away, and this runs as {me}. Run it as root, or as the owner that is declared, or take \
             \"owner\" and \"group\" out."
        ),
        Operation::Read | Operation::Inspect => {
            format!("This runs as {me}; {}. Run it as a user who may read the file.", belongs(path))
        }
        _ => format!(
            "This runs as {me}; {}. Run it as a user who may write there, or let {me} do so: chown {me} {}. If the mode allows \
             it already, the file or folder may be marked as unchangeable: lsattr -d {}",
            belongs(folder),
            shell_word(folder),
            shell_word(folder)
        ),
    }
}

/// The innermost folder of a path that exists.
fn nearest_folder(path: &Path) -> PathBuf {
    let found = path.ancestors().find(|part| part.is_dir());
    found.filter(|part| !part.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

/// A path as a shell takes it.
pub(crate) fn shell_word(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+:@%,".contains(&byte);
    if text.bytes().all(plain) && !text.starts_with('-') { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

impl From<FileError> for Diagnostic {
    fn from(error: FileError) -> Self {
        let headline = headline(&error.to_string());
        let diagnostic = Self::error(headline);
        let diagnostic = match &error {
            FileError::Io { source, .. } | FileError::Accounts { source, .. } => diagnostic.because(source),
            _ => diagnostic,
        };
        diagnostic.remedy(error.remedy())
    }
}

/// The text of an error as a headline. A path at its start keeps its spelling.
pub(crate) fn headline(text: &str) -> String {
    match text.split_once(' ') {
        Some((first, rest)) if first.bytes().all(|byte| byte.is_ascii_lowercase()) => {
            let (initial, word) = first.split_at(first.len().min(1));
            format!("{}{word} {rest}", initial.to_ascii_uppercase())
        }
        _ => text.to_owned(),
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Inspect => "looking at",
            Self::Read => "reading",
            Self::Write => "writing",
            Self::Remove => "removing",
            Self::ChangeOwner => "changing the owner of",
            Self::ChangeMode => "changing the mode of",
            Self::MakeFolder => "making the folder",
            Self::Flush => "writing to disk the folder",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remedy(operation: Operation, errno: Errno) -> String {
        FileError::io(operation, Path::new("/no/such/folder/ca.key"), errno.into()).remedy()
    }

    #[test]
    fn each_refusal_of_the_system_has_its_remedy() {
        let cases = [
            (Operation::Write, Errno::EROFS, "findmnt --target /"),
            (Operation::Write, Errno::ENOSPC, "df -h /"),
            (Operation::Write, Errno::EDQUOT, "quota"),
            (Operation::Write, Errno::EACCES, "may write there"),
            (Operation::Write, Errno::EPERM, "lsattr -d /"),
            (Operation::ChangeOwner, Errno::EPERM, "Only root can give files away"),
            (Operation::Read, Errno::EACCES, "may read the file"),
            (Operation::Write, Errno::ENAMETOOLONG, "shorter"),
            (Operation::Read, Errno::ELOOP, "leads back to itself"),
            (Operation::Read, Errno::EIO, "dmesg"),
        ];
        for (operation, errno, expected) in cases {
            let remedy = remedy(operation, errno);
            assert!(remedy.contains(expected), "{operation} {errno}: {remedy}");
        }
    }

    #[test]
    fn a_diagnostic_tells_what_why_and_what_to_do() {
        let error = FileError::io(Operation::Write, Path::new("/no/ca.key"), Errno::EROFS.into());
        let diagnostic = Diagnostic::from(error);
        assert_eq!(diagnostic.summary(), "Writing /no/ca.key");
        let paragraphs: Vec<_> = diagnostic.detail_text().split("\n\n").collect();
        assert_eq!(paragraphs.len(), 2, "{}", diagnostic.detail_text());
        assert!(paragraphs[0].contains("Read-only file system"), "{}", paragraphs[0]);
        assert!(paragraphs[1].contains("findmnt --target /"), "{}", paragraphs[1]);
    }

    #[test]
    fn commands_can_be_pasted() {
        let shown = |path| shell_word(Path::new(path));
        assert_eq!(
            ["pki/ca.key", "my keys", "it's", "-rf"].map(shown),
            ["pki/ca.key", "'my keys'", r"'it'\''s'", "'-rf'"]
        );
    }

    #[test]
    fn headlines_begin_large_unless_with_a_path() {
        assert_eq!(headline("the file x exists"), "The file x exists");
        assert_eq!(headline("pki/ca.key is a link"), "pki/ca.key is a link");
    }
}
