//! Owner, group and mode of a file.

use std::fs::{File, Metadata, Permissions as Mode};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use nix::errno::Errno;
use nix::unistd::{Gid, Group, Uid, User, fchown};

use super::error::{FileError, Operation};

/// Who may do what with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permissions {
    /// The mode, at most `0o777`. The umask has no say in it.
    pub mode: u32,
    /// A name or number. If it is not set, the owner is not managed: whoever makes the file.
    pub owner: Option<String>,
    /// A name or number. If it is not set, the group is not managed: that of whoever makes the file.
    pub group: Option<String>,
}

/// The same in the numbers of the system.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resolved {
    pub(super) mode: u32,
    owner: Option<Uid>,
    group: Option<Gid>,
}

impl Permissions {
    /// Looks the names up.
    pub(super) fn resolve(&self) -> Result<Resolved, FileError> {
        Ok(Resolved {
            mode: self.mode & 0o777,
            owner: self.owner.as_deref().map(user).transpose()?,
            group: self.group.as_deref().map(group).transpose()?,
        })
    }

    /// What is different, as ends of sentences.
    pub(super) fn differences(&self, found: &Metadata) -> Vec<String> {
        let mode = found.mode() & 0o7777;
        let mode = (mode != self.mode).then(|| format!("mode is {mode:04o}, not {:04o}", self.mode));
        let uid = Uid::from_raw(found.uid());
        let owner = self.owner.as_deref().and_then(|owner| match user(owner) {
            Ok(expected) if expected == uid => None,
            Ok(_) => Some(format!("belongs to {}, not {owner}", name_of_user(uid))),
            Err(_) => Some(format!("belongs to {}, not {owner}, whom this machine does not know", name_of_user(uid))),
        });
        let gid = Gid::from_raw(found.gid());
        let group = self.group.as_deref().and_then(|name| match group(name) {
            Ok(expected) if expected == gid => None,
            Ok(_) => Some(format!("group is {}, not {name}", name_of_group(gid))),
            Err(_) => Some(format!("group is {}, not {name}, which this machine does not know", name_of_group(gid))),
        });
        [mode, owner, group].into_iter().flatten().collect()
    }
}

impl Resolved {
    /// Of a folder that is made for the file: those who may read the file may look into the folder.
    pub(super) fn of_folder(self) -> Self {
        let readers = self.mode & 0o444;
        Self { mode: 0o700 | readers | readers >> 2, ..self }
    }

    /// Gives an open file or folder its owner and its mode, in this order: nobody gets at it who may not, in between.
    /// What is not declared is taken from the file that is replaced, if the system lets us.
    pub(super) fn apply(self, file: &File, path: &Path, replaced: Option<&Metadata>) -> Result<(), FileError> {
        let now = file.metadata().map_err(|source| FileError::io(Operation::Inspect, path, source))?;
        let kept_owner = replaced.map(|file| Uid::from_raw(file.uid()));
        let kept_group = replaced.map(|file| Gid::from_raw(file.gid()));
        let owner = self.owner.or(kept_owner).filter(|owner| owner.as_raw() != now.uid());
        let group = self.group.or(kept_group).filter(|group| group.as_raw() != now.gid());
        if owner.is_some() || group.is_some() {
            match fchown(file, owner, group) {
                Ok(()) => {}
                Err(Errno::EPERM) if self.owner.is_none() && self.group.is_none() => {}
                Err(errno) => return Err(FileError::io(Operation::ChangeOwner, path, errno.into())),
            }
        }
        file.set_permissions(Mode::from_mode(self.mode))
            .map_err(|source| FileError::io(Operation::ChangeMode, path, source))
    }
}

fn user(name: &str) -> Result<Uid, FileError> {
    let found = User::from_name(name)
        .map_err(|errno| FileError::Accounts { name: name.to_owned(), source: errno.into() })?
        .map(|user| user.uid);
    found.or_else(|| number(name).map(Uid::from_raw)).ok_or_else(|| FileError::NoSuchUser { name: name.to_owned() })
}

fn group(name: &str) -> Result<Gid, FileError> {
    let found = Group::from_name(name)
        .map_err(|errno| FileError::Accounts { name: name.to_owned(), source: errno.into() })?
        .map(|group| group.gid);
    found.or_else(|| number(name).map(Gid::from_raw)).ok_or_else(|| FileError::NoSuchGroup { name: name.to_owned() })
}

/// The largest number means "leave it" to the system.
fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number| *number != u32::MAX)
}

/// For texts: the name, or the number if it has none.
pub(super) fn name_of_user(uid: Uid) -> String {
    User::from_uid(uid).ok().flatten().map_or_else(|| uid.to_string(), |user| user.name)
}

fn name_of_group(gid: Gid) -> String {
    Group::from_gid(gid).ok().flatten().map_or_else(|| gid.to_string(), |group| group.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_open_to_the_readers_of_its_file() {
        let folder = |mode| Resolved { mode, owner: None, group: None }.of_folder().mode;
        assert_eq!([0o644, 0o640, 0o600, 0o400, 0o604].map(folder), [0o755, 0o750, 0o700, 0o700, 0o705]);
    }

    #[test]
    fn names_and_numbers_of_users_and_groups() {
        assert_eq!(user("root").unwrap(), Uid::from_raw(0));
        assert_eq!(user("0").unwrap(), Uid::from_raw(0));
        assert_eq!(group("4242").unwrap(), Gid::from_raw(4242));
        let error = user("no-such-user").unwrap_err();
        assert_eq!(error.to_string(), "this machine has no user \"no-such-user\"");
        assert!(error.remedy().contains("useradd"), "{}", error.remedy());
        assert!(matches!(group("no-such-group"), Err(FileError::NoSuchGroup { .. })));
        assert!(matches!(user("4294967295"), Err(FileError::NoSuchUser { .. })), "it means nobody");
    }

    #[test]
    fn what_differs_is_told_in_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let file = File::create(&path).unwrap();
        file.set_permissions(Mode::from_mode(0o666)).unwrap();
        let found = file.metadata().unwrap();
        let me = name_of_user(Uid::from_raw(found.uid()));
        let declared = |mode, owner: Option<&str>| Permissions { mode, owner: owner.map(str::to_owned), group: None };
        assert_eq!(declared(0o644, None).differences(&found), ["mode is 0666, not 0644"]);
        assert_eq!(declared(0o666, Some(&me)).differences(&found), [""; 0]);
        assert_eq!(declared(0o666, Some("4242")).differences(&found), [format!("belongs to {me}, not 4242")]);
        let unknown = declared(0o666, Some("no-such-user")).differences(&found);
        assert_eq!(unknown, [format!("belongs to {me}, not no-such-user, whom this machine does not know")]);
    }
}
