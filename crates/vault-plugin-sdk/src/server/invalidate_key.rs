//! `InvalidateKey`: another node has changed something.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::instance::Instance;

pub(super) fn forget<S: Send + Sync + 'static>(instance: &Instance<S>, key: &str) {
    if catch_unwind(AssertUnwindSafe(|| instance.mount.setup().invalidate(key))).is_err() {
        tracing::error!("forgetting what another node has changed panicked; it is a bug in the engine");
    }
}
