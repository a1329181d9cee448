//! The table of seeded bugs: what is changed, the test that must fail, and a part of what it says.

use seeded_bugs::Edit;

use crate::copies::Bug;

const ORDER: &str = "content_is_on_disk_before_it_gets_its_name";
const STEPS: &str = "each_step_can_be_killed_at_each_call";
const COMMANDS: &str = "each_command_can_be_killed_at_each_call";

/// Every seeded bug.
pub(crate) const BUGS: &[Bug] = &[
    Bug {
        name: "the-content-is-not-flushed",
        edit: Edit {
            file: "installed_file/temporary.rs",
            find: "        file.sync_all().map_err(failed)?;\n        Ok(temporary)",
            replace: "        Ok(temporary)",
        },
        test: ORDER,
        reason: "is not flushed",
    },
    Bug {
        name: "the-folder-is-not-flushed",
        edit: Edit {
            file: "installed_file/temporary.rs",
            find: "fs::rename(&self.path, target).map_err(failed)?;\n        self.folder.sync_all().map_err(failed)",
            replace: "fs::rename(&self.path, target).map_err(failed)",
        },
        test: ORDER,
        reason: "is not flushed after",
    },
    Bug {
        name: "a-file-is-overwritten",
        edit: Edit {
            file: "installed_file/temporary.rs",
            find: "fs::rename(&self.path, target).map_err(failed)?;",
            replace: "fs::copy(&self.path, target).map_err(failed)?;",
        },
        test: STEPS,
        reason: "killed at",
    },
    Bug {
        name: "leftovers-stay",
        edit: Edit {
            file: "installed_file.rs",
            find: "        temporary::sweep(&target);\n        if target.exists() {",
            replace: "        if target.exists() {",
        },
        test: STEPS,
        reason: "is left, not",
    },
    Bug {
        name: "a-key-is-set-aside-too-late",
        edit: Edit {
            file: "key_home/file.rs",
            find: "        let aside = set_aside(&self.installed.target()?, &old, crate::clock::now())?;\n        \
                   self.installed.write(content.expose())?;",
            replace: "        self.installed.write(content.expose())?;\n        \
                      let aside = set_aside(&self.installed.target()?, &old, crate::clock::now())?;",
        },
        test: STEPS,
        reason: "Replace killed at",
    },
    Bug {
        name: "a-key-leaves-before-it-arrives",
        edit: Edit {
            file: "key_home/file.rs",
            find: "            other.store(key)?;",
            replace: "            self.remove()?;\n            other.store(key)?;",
        },
        test: STEPS,
        reason: "Move killed at",
    },
    Bug {
        name: "a-key-is-looked-for-in-its-old-home-only",
        edit: Edit {
            file: "resources/private_key/change.rs",
            find: "            found => match self.to.load(None).await.map_err(|error| located(error, at))? {",
            replace: "            found => match self.from.load(None).await.map_err(|error| located(error, at))? {",
        },
        test: COMMANDS,
        reason: "The key is not in",
    },
    Bug {
        name: "each-run-makes-another-key",
        edit: Edit {
            file: "resources/private_key/change.rs",
            find: "if algorithm_of(found.public_key()) == Some(algorithm) && !is_to_go(&found) => {",
            replace: "if has_id(&found, self.key_id) && !is_other && algorithm_of(found.public_key()) == Some(algorithm) => {",
        },
        test: COMMANDS,
        reason: "one new key is enough",
    },
    Bug {
        name: "a-certificate-leaves-before-it-arrives",
        edit: Edit {
            file: "owned_text.rs",
            find: "        if let Some(file) = planned.0 {\n            self.create(file, planned.1)?;\n        }\n        \
                   if let Some(file) = prior.0 {\n            self.remove(cx, file, prior.1)?;\n        }\n",
            replace: "        if let Some(file) = prior.0 {\n            self.remove(cx, file, prior.1)?;\n        }\n        \
                      if let Some(file) = planned.0 {\n            self.create(file, planned.1)?;\n        }\n",
        },
        test: COMMANDS,
        reason: "is lost",
    },
];
