//! What is said of a server whose keys nobody has, and how it is made new again.

use tf_framework::diagnostic::Diagnostic;

use crate::keys_home::{Intent, KeysStore};

/// How a server with nothing in it is made new again. `what` is what has to be emptied.
fn reset(what: &str) -> String {
    format!(
        "Reset the server: stop it, empty {what}, and start it. With the files in DATA, the path in the storage stanza of its \
         configuration, and the unit UNIT, that is: systemctl stop UNIT && find DATA -mindepth 1 -delete && systemctl start UNIT. \
         Then apply again."
    )
}

fn storage(kind: &str) -> String {
    match kind {
        "" => "its storage".to_owned(),
        kind => format!("its storage, which is of the kind {kind:?}"),
    }
}

/// An earlier run asked, and has no answer.
pub(super) fn reply_was_lost(intent: &Intent, storage_type: &str, store: &KeysStore) -> Diagnostic {
    Diagnostic::error("The reply of the initialisation was lost")
        .detail(format!(
            "An apply asked the server at {} to initialise itself at {} and was interrupted before it had the reply: the record is \
             in {}. The server did it, and its keys are lost; it can't be unsealed. It is new and empty, so nothing else is lost.",
            intent.address,
            intent.time,
            store.describe_stage()
        ))
        .remedy(format!(
            "{} If the server is not new, don't: its keys are somewhere else, and belong into {}.",
            reset(&storage(storage_type)),
            store.describe()
        ))
}

/// This run asked, and has no answer.
pub(super) fn lost_just_now(store: &KeysStore) -> Diagnostic {
    Diagnostic::error("The reply of the initialisation was lost").detail(format!(
        "The server may be initialised, and what it told is told by nothing else. That it was asked is recorded in {}; the next \
         apply looks how the server is, and says what to do.",
        store.describe_stage()
    ))
}

/// The server answered, and what it answered is in the stage.
pub(super) fn unread(store: &KeysStore, storage_type: &str) -> Diagnostic {
    Diagnostic::error("The reply of the initialisation can't be read")
        .detail(format!(
            "What the server answered is kept as it came, in {}. Don't lose it: if keys are in it, nothing else has them.",
            store.describe_stage()
        ))
        .remedy(format!(
            "Look at it. If enough key shares are in it, put them into {}, in any form in which they were printed or stored, closed \
             to others (chmod 600), and apply again: the server is taken over. A root token that is missing is made anew with \
             recover_with_shares = true on secretzero_operator. If they are not in it, the server is new, and can't be unsealed: \
             move what is kept away. {}",
            store.describe(),
            reset(&storage(storage_type))
        ))
}

/// The same where the server says that it was not it.
pub(super) fn unread_of_blank(store: &KeysStore) -> Diagnostic {
    Diagnostic::error("The reply of an initialisation can't be read")
        .detail(format!(
            "It is kept as it came, in {}. The server says that it is not initialised: another server, a proxy in between, or one \
             that was reset since has answered.",
            store.describe_stage()
        ))
        .remedy("Look at it. If it has keys of a server that is still there, keep them. Move it away, and apply again.")
}

/// The server refuses to be initialised because its raft storage has a cluster already, and says that it is not initialised.
/// `asked_before` is the record of an earlier run that asked this very server.
pub(super) fn cluster_without_keys(refusal: Diagnostic, asked_before: Option<&Intent>) -> Diagnostic {
    let reset = reset("its raft storage (the folder raft and the file vault.db)");
    match asked_before {
        Some(intent) => refusal
            .detail(format!(
                "Its raft storage has a cluster that has no keys, and it will refuse this for ever. An apply asked it before, at {}, \
                 and the server ended before it had made its keys. So it is new, and nothing was ever in it.",
                intent.time
            ))
            .remedy(reset),
        None => refusal
            .detail(
                "Its raft storage has a cluster that has no keys, and it will refuse this for ever. Either it ended while \
                 somebody else initialised it, and nothing was ever in it, or the file vault.db is missing in its raft storage.",
            )
            .remedy(format!(
                "If nothing was ever in it: {reset} If it was in use, don't: bring vault.db back from a backup, or let the empty \
                 node join its cluster again."
            )),
    }
}
