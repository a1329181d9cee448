//! What the server has to say about a request that it did, handed on to the user.

use tf_framework::Context;
use tf_framework::diagnostic::Diagnostic;
use vault_client::Reply;

use crate::SecretZero;

/// Tells the user what the server warns of. `what` is what was written, as in `policy "team-a"`.
pub fn warn(cx: &Context<SecretZero>, what: &str, reply: &Reply) {
    for warning in reply.warnings() {
        cx.warn(Diagnostic::warning(format!("The server has something to say about the {what}")).detail(warning));
    }
}
