//! What a provider consists of.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use tf_value::Type;

use crate::data_source::DataSource;
use crate::ephemeral::Ephemeral;
use crate::erased::{AnyDataSource, AnyEphemeral, AnyFunction, AnyResource, HasSchema, Of};
use crate::function::Function;
use crate::model::IdentityAttribute;
use crate::provider::Provider;
use crate::registry_docs::{Catalog, ResourceEntry};
use crate::resource::Resource;
use crate::schema::Schema;

mod self_check;

pub use self_check::Mistake;

/// The resources, data sources, ephemeral resources and functions of a provider, each named once.
///
/// The name of a type is that of the provider, an underscore, and the type's own.
pub struct Contents<P: Provider> {
    resources: BTreeMap<String, ListedResource<P>>,
    data_sources: BTreeMap<String, Listed<dyn AnyDataSource<P>>>,
    ephemeral_resources: BTreeMap<String, Listed<dyn AnyEphemeral<P>>>,
    functions: BTreeMap<String, Box<dyn AnyFunction>>,
    /// Names that were given twice. The later one counts, and the self-check tells.
    repeated: Vec<String>,
}

/// One resource of the list. What is made of its schema is made when it is first needed, and kept.
pub(crate) struct ListedResource<P: Provider> {
    pub(crate) author: Box<dyn AnyResource<P>>,
    kept: OnceLock<Kept>,
}

/// What the calls to a resource need of its schema.
pub(crate) struct Kept {
    pub(crate) schema: Schema,
    pub(crate) identity: Vec<IdentityAttribute>,
    pub(crate) identity_type: Type,
}

/// A data source or ephemeral resource of the list. Its schema is made when it is first needed, and kept.
pub(crate) struct Listed<A: ?Sized> {
    pub(crate) author: Box<A>,
    schema: OnceLock<Schema>,
}

/// Building.
impl<P: Provider> Contents<P> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            resources: BTreeMap::new(),
            data_sources: BTreeMap::new(),
            ephemeral_resources: BTreeMap::new(),
            functions: BTreeMap::new(),
            repeated: Vec::new(),
        }
    }

    /// Adds a managed resource.
    #[must_use]
    pub fn resource<R: Resource<Provider = P>>(mut self) -> Self {
        let listed = ListedResource { author: Box::new(Of::<R>::new()), kept: OnceLock::new() };
        list(&mut self.resources, whole_name::<P>(R::TYPE_NAME), listed, &mut self.repeated);
        self
    }

    /// Adds a data source.
    #[must_use]
    pub fn data_source<D: DataSource<Provider = P>>(mut self) -> Self {
        let listed = Listed { author: Box::new(Of::<D>::new()) as Box<dyn AnyDataSource<P>>, schema: OnceLock::new() };
        list(&mut self.data_sources, whole_name::<P>(D::TYPE_NAME), listed, &mut self.repeated);
        self
    }

    /// Adds an ephemeral resource.
    #[must_use]
    pub fn ephemeral<E: Ephemeral<Provider = P>>(mut self) -> Self {
        let listed = Listed { author: Box::new(Of::<E>::new()) as Box<dyn AnyEphemeral<P>>, schema: OnceLock::new() };
        list(&mut self.ephemeral_resources, whole_name::<P>(E::TYPE_NAME), listed, &mut self.repeated);
        self
    }

    /// Adds a function. Its name is its own: users write the provider's in front of it.
    #[must_use]
    pub fn function<F: Function>(mut self) -> Self {
        list(&mut self.functions, F::TYPE_NAME.to_owned(), Box::new(Of::<F>::new()), &mut self.repeated);
        self
    }
}

/// Asking.
impl<P: Provider> Contents<P> {
    /// Everything about it, for those who describe it. `source` is its address without the host.
    pub fn catalog(&self, source: &'static str) -> Catalog {
        let resources = self.resources.iter().map(|(name, listed)| {
            let author = &listed.author;
            let entry =
                ResourceEntry { schema: author.schema(), identity: author.identity(), import_id: author.import_id() };
            (name.clone(), entry)
        });
        let data_sources = self.data_sources.iter().map(|(name, listed)| (name.clone(), listed.author.schema()));
        let ephemeral = self.ephemeral_resources.iter().map(|(name, listed)| (name.clone(), listed.author.schema()));
        Catalog {
            provider: P::TYPE_NAME,
            source,
            schema: P::schema(),
            resources: resources.collect(),
            data_sources: data_sources.collect(),
            ephemeral_resources: ephemeral.collect(),
            functions: self.functions.iter().map(|(name, function)| (name.clone(), function.signature())).collect(),
        }
    }

    pub(crate) fn resources(&self) -> &BTreeMap<String, ListedResource<P>> {
        &self.resources
    }

    pub(crate) fn data_sources(&self) -> &BTreeMap<String, Listed<dyn AnyDataSource<P>>> {
        &self.data_sources
    }

    pub(crate) fn ephemeral_resources(&self) -> &BTreeMap<String, Listed<dyn AnyEphemeral<P>>> {
        &self.ephemeral_resources
    }

    pub(crate) fn functions(&self) -> &BTreeMap<String, Box<dyn AnyFunction>> {
        &self.functions
    }
}

impl<P: Provider> ListedResource<P> {
    pub(crate) fn kept(&self) -> &Kept {
        self.kept.get_or_init(|| {
            let identity = self.author.identity();
            let identity_type = Type::object(identity.iter().map(|attribute| (attribute.name, attribute.ty.clone())));
            Kept { schema: self.author.schema(), identity, identity_type }
        })
    }

    /// For a moment only: the schema is kept by [`kept`](Self::kept), and by nothing else.
    pub(crate) fn with_schema<T>(&self, use_it: impl FnOnce(&Schema) -> T) -> T {
        match self.kept.get() {
            Some(kept) => use_it(&kept.schema),
            None => use_it(&self.author.schema()),
        }
    }
}

impl<A: HasSchema + ?Sized> Listed<A> {
    pub(crate) fn schema(&self) -> &Schema {
        self.schema.get_or_init(|| self.author.schema())
    }

    /// For a moment only: the schema is kept by [`schema`](Self::schema), and by nothing else.
    pub(crate) fn with_schema<T>(&self, use_it: impl FnOnce(&Schema) -> T) -> T {
        match self.schema.get() {
            Some(schema) => use_it(schema),
            None => use_it(&self.author.schema()),
        }
    }
}

fn whole_name<P: Provider>(name: &str) -> String {
    format!("{}_{name}", P::TYPE_NAME)
}

fn list<T>(to: &mut BTreeMap<String, T>, name: String, listed: T, repeated: &mut Vec<String>) {
    if to.insert(name.clone(), listed).is_some() {
        repeated.push(name);
    }
}

impl<P: Provider> Default for Contents<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Provider> fmt::Debug for Contents<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contents")
            .field("resources", &self.resources.keys())
            .field("data_sources", &self.data_sources.keys())
            .field("ephemeral_resources", &self.ephemeral_resources.keys())
            .field("functions", &self.functions.keys())
            .finish_non_exhaustive()
    }
}
