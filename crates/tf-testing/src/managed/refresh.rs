//! `refresh`: the object as it is now.

use plugin_proto::tfplugin6::read_resource;
use tf_framework::assert;
use tf_framework::diagnostic::Diagnostics;

use super::{Managed, Stored};
use crate::refusal::{Call, Refusal};
use crate::wire::{sent, sent_identity};

impl Managed<'_> {
    /// Reads the object and what is deposed, and keeps what is found. Returns the warnings. Whether the object is gone,
    /// [`state`](Self::state) says.
    ///
    /// # Errors
    /// If the provider can't read it, or breaks a rule. The object is then what it was.
    pub fn refresh(&mut self) -> Result<Diagnostics, Refusal> {
        let mut warnings = Diagnostics::new();
        if let Some(stored) = self.opened()? {
            let (read, told) = self.read(&stored)?;
            self.keep(read);
            warnings = told;
        }
        self.deposed = self.read_deposed()?;
        Ok(warnings)
    }

    /// Those of the deposed objects that are still there.
    pub(super) fn read_deposed(&self) -> Result<Vec<Stored>, Refusal> {
        let mut found = Vec::new();
        for deposed in self.opened_deposed()? {
            found.extend(self.read(&deposed)?.0);
        }
        Ok(found)
    }

    /// Reads an object.
    pub(super) fn read(&self, stored: &Stored) -> Result<(Option<Stored>, Diagnostics), Refusal> {
        let ty = self.schema().implied_type();
        let request = read_resource::Request {
            type_name: self.name.to_owned(),
            current_state: sent(self.name, ty, &stored.value)?,
            private: stored.private.clone(),
            provider_meta: None,
            client_capabilities: Some(self.kit.client.capabilities()),
            current_identity: sent_identity(self.name, self.identity_schema(), stored.identity.as_ref())?,
        };
        let mut answer = self
            .kit
            .configured
            .ask(self.name, Call::ReadResource, async move |mut client| client.read_resource(request).await)?;
        answer.watch(answer.message.new_state.as_ref(), self.schema());
        answer.diagnostics(|message| &mut message.diagnostics, Some(self.schema()));
        answer.deferred(answer.message.deferred);
        if answer.has_errors() {
            return Err(answer.refusal());
        }
        let (state, identity) = (answer.message.new_state.take(), answer.message.new_identity.take());
        let Some(value) = answer.value(state.as_ref(), ty) else { return Err(answer.refusal()) };
        if value.is_null() {
            return answer.settle().map(|warnings| (None, warnings));
        }
        answer.judged(assert::state(self.schema(), &value));
        let private = std::mem::take(&mut answer.message.private);
        answer.private(&stored.private, &private);
        let identity = self.identity(&mut answer, identity.as_ref());
        self.judge_identity(&mut answer, stored.identity.as_ref(), identity.as_ref());
        let warnings = answer.settle()?;
        Ok((Some(Stored { value, private, identity, is_tainted: stored.is_tainted }), warnings))
    }
}
