//! A path of the engine: what it is called, what it takes, what it does.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use crate::error::Error;
use crate::field::{Field, FieldValue, Spec};
use crate::fields::Declared;
use crate::lease::LeaseType;
use crate::request::{Call, Operation};
use crate::response::Response;

/// What a handler comes to.
pub type Outcome = Result<Response, Error>;

type Work<S> = Arc<dyn Fn(Call<S>) -> BoxFuture<'static, Outcome> + Send + Sync>;
pub(crate) type Check<S> = Arc<dyn Fn(Call<S>) -> BoxFuture<'static, Result<bool, Error>> + Send + Sync>;

/// One path of an engine. In an engine it has a file of its own, which is named after it.
///
/// ```
/// use vault_plugin_sdk::{Call, Error, Field, Outcome, Path, Response};
///
/// const NAME: Field<String> = Field::name("name", "Whom to greet.");
///
/// fn path() -> Path {
///     Path::new("hello/{name}").synopsis("A greeting.").field(NAME).read(read)
/// }
///
/// async fn read(call: Call) -> Outcome {
///     let name = call.require(NAME)?;
///     Response::data(&serde_json::json!({ "greeting": format!("Hello, {name}!") }))
/// }
/// ```
pub struct Path<S = ()> {
    pub(crate) pattern: &'static str,
    pub(crate) fields: Vec<Spec>,
    pub(crate) handlers: BTreeMap<Operation, Handler<S>>,
    pub(crate) exists: Option<Check<S>>,
    pub(crate) about: About,
    pub(crate) takes_any: bool,
    pub(crate) is_sudo: bool,
    pub(crate) is_unauthenticated: bool,
    /// An operation that was given two handlers.
    pub(crate) twice: Option<Operation>,
    /// What it lends, as far as it says so.
    pub(crate) lends: Vec<&'static str>,
}

/// What happens on one operation.
pub(crate) struct Handler<S> {
    pub(crate) work: Work<S>,
    /// It may be dropped where it awaits, and can't write.
    pub(crate) only_reads: bool,
}

impl<S> Clone for Handler<S> {
    fn clone(&self) -> Self {
        Self { work: Arc::clone(&self.work), only_reads: self.only_reads }
    }
}

/// What people read about a path.
#[derive(Clone, Default)]
pub(crate) struct About {
    pub(crate) synopsis: &'static str,
    pub(crate) description: &'static str,
    pub(crate) examples: Vec<Example>,
    pub(crate) is_deprecated: bool,
}

#[derive(Clone, Copy)]
pub(crate) struct Example {
    pub(crate) command: &'static str,
    pub(crate) what: &'static str,
}

impl<S: Send + Sync + 'static> Path<S> {
    /// A path with this [pattern](crate::Pattern), relative to the mount. Each name in the pattern is a field, too.
    #[must_use]
    pub fn new(pattern: &'static str) -> Self {
        Self {
            pattern,
            fields: Vec::new(),
            handlers: BTreeMap::new(),
            exists: None,
            about: About::default(),
            takes_any: false,
            is_sudo: false,
            is_unauthenticated: false,
            twice: None,
            lends: Vec::new(),
        }
    }

    /// What it is for, in one line.
    #[must_use]
    pub fn synopsis(mut self, synopsis: &'static str) -> Self {
        self.about.synopsis = synopsis;
        self
    }

    /// What else there is to know.
    #[must_use]
    pub fn description(mut self, description: &'static str) -> Self {
        self.about.description = description;
        self
    }

    /// Something to try, with `PATH` for the mount: `read PATH/notes/shopping`.
    #[must_use]
    pub fn example(mut self, command: &'static str, what: &'static str) -> Self {
        self.about.examples.push(Example { command, what });
        self
    }

    /// It still works; help and documents say that it should not be used.
    #[must_use]
    pub fn deprecated(mut self) -> Self {
        self.about.is_deprecated = true;
        self
    }

    /// Adds a field.
    #[must_use]
    pub fn field<T: FieldValue>(mut self, field: Field<T>) -> Self {
        self.fields.push(field.spec);
        self
    }

    /// Takes any further fields, also under the names of parts of the path, without a warning: see [`Call::body`].
    #[must_use]
    pub fn takes_any_fields(mut self) -> Self {
        self.takes_any = true;
        self
    }

    /// Who uses it needs the capability `sudo`, too.
    #[must_use]
    pub fn sudo(mut self) -> Self {
        self.is_sudo = true;
        self
    }

    /// Who uses it needs no token.
    #[must_use]
    pub fn unauthenticated(mut self) -> Self {
        self.is_unauthenticated = true;
        self
    }

    /// Whether what the path names is there: it tells a creation from an update.
    ///
    /// Servers ask before they know whether the caller may. So it has to be quick, can't write, and should not tell by its
    /// time or its errors what is there. Only the parts of the path are sure to be understood.
    #[must_use]
    pub fn exists<F>(mut self, exists: impl Fn(Call<S>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<bool, Error>> + Send + 'static,
    {
        self.exists = Some(Arc::new(move |call| exists(call).boxed()));
        self
    }

    /// GET. Without anything there it is best [`Error::NotFound`] or [`Response::none`].
    ///
    /// Its storage can't be written, and it is dropped where it awaits when its client goes away: see [`Self::lend`].
    #[must_use]
    pub fn read<F>(self, handler: impl Fn(Call<S>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        self.on(&[Operation::Read], true, handler)
    }

    /// GET that answers with a [lease](Response::lease) of this kind, which the engine has to
    /// [take back](crate::BackendBuilder::lease). It is finished like a write.
    ///
    /// If the answer comes too late, or its client has gone, nobody would know of the lease: it is revoked at once.
    #[must_use]
    pub fn lend<T, F>(self, kind: LeaseType<T>, handler: impl Fn(Call<S>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        self.lends(kind).on(&[Operation::Read], false, handler)
    }

    /// Says that a write here can answer with a lease of this kind. Without that such an answer is an error; with it an engine
    /// that has no way to take the lease back can't be built.
    #[must_use]
    pub fn lends<T>(mut self, kind: LeaseType<T>) -> Self {
        self.lends.push(kind.name);
        self
    }

    /// LIST.
    #[must_use]
    pub fn list<F>(self, handler: impl Fn(Call<S>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        self.on(&[Operation::List], true, handler)
    }

    /// SCAN: a list of all levels. `OpenBao` only.
    #[must_use]
    pub fn scan<F>(self, handler: impl Fn(Call<S>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        self.on(&[Operation::Scan], true, handler)
    }

    /// A write where there is nothing yet. Needs [`Self::exists`].
    #[must_use]
    pub fn create<F>(self, handler: impl Fn(Call<S>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        self.on(&[Operation::Create], false, handler)
    }

    /// A write where there is something. Without [`Self::exists`] it is every write.
    #[must_use]
    pub fn update<F>(self, handler: impl Fn(Call<S>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        self.on(&[Operation::Update], false, handler)
    }

    /// Every write, whether there is something or not. Needs [`Self::exists`], so that policies can tell the two apart.
    #[must_use]
    pub fn write<F>(self, handler: impl Fn(Call<S>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        self.on(&[Operation::Create, Operation::Update], false, handler)
    }

    /// PATCH.
    #[must_use]
    pub fn patch<F>(self, handler: impl Fn(Call<S>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        self.on(&[Operation::Patch], false, handler)
    }

    /// DELETE. That there was nothing is a success.
    #[must_use]
    pub fn delete<F>(self, handler: impl Fn(Call<S>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        self.on(&[Operation::Delete], false, handler)
    }

    fn on<F>(
        mut self,
        operations: &[Operation],
        only_reads: bool,
        handler: impl Fn(Call<S>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let handler = Handler { work: Arc::new(move |call| handler(call).boxed()), only_reads };
        for operation in operations {
            if self.handlers.insert(*operation, handler.clone()).is_some() {
                self.twice = Some(*operation);
            }
        }
        self
    }

    pub(crate) fn declared(&self) -> Declared<'_> {
        Declared { fields: &self.fields, takes_any: self.takes_any }
    }
}
