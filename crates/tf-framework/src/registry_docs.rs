//! The pages that the registries show for a provider, written from its schemas.
//!
//! Both registries render the same folder: `index.md`, and a page per object in `resources/`, `data-sources/`,
//! `ephemeral-resources/` and `functions/`, each named after its type without the provider's name. A page has what the
//! schema knows and the examples that lie beside the provider, in the usual places:
//!
//! ```text
//! provider/provider.tf
//! resources/<type>/resource.tf, import.sh, import-by-identity.tf
//! data-sources/<type>/data-source.tf
//! ephemeral-resources/<type>/ephemeral-resource.tf
//! functions/<name>/function.tf
//! ```
//!
//! `<type>` is the whole type name. What is true of the schema is so on the page, since nobody writes it twice.

mod attributes;
mod examples;
mod folder;
mod page;
mod schema_json;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tf_value::Type;

use crate::model::IdentityAttribute;
use crate::schema::Schema;

pub use examples::ExampleError;
pub use folder::DocsError;

/// Everything that a provider has, for those who describe it.
#[derive(Clone, Debug)]
pub struct Catalog {
    /// The name of the provider, with which all its types begin.
    pub provider: &'static str,
    /// Source address without the host: `me/example`.
    pub source: &'static str,
    /// The provider block.
    pub schema: Schema,
    /// Managed resources by whole type name.
    pub resources: BTreeMap<String, ResourceEntry>,
    /// Data sources by whole type name.
    pub data_sources: BTreeMap<String, Schema>,
    /// Ephemeral resources by whole type name.
    pub ephemeral_resources: BTreeMap<String, Schema>,
    /// Functions by name.
    pub functions: BTreeMap<String, Signature>,
}

/// A managed resource in a [`Catalog`].
#[derive(Clone, Debug)]
pub struct ResourceEntry {
    /// What it looks like.
    pub schema: Schema,
    /// What tells one from the others. Empty if nothing does.
    pub identity: Vec<IdentityAttribute>,
    /// The form of its import ids.
    pub import_id: Option<&'static str>,
}

/// A function in a [`Catalog`].
#[derive(Clone, Debug)]
pub struct Signature {
    /// What it does, in Markdown.
    pub description: String,
    /// What to use instead, if it is deprecated.
    pub deprecation: Option<String>,
    /// Its parameters in order.
    pub parameters: Vec<Parameter>,
    /// The one that takes all further arguments.
    pub variadic: Option<Parameter>,
    /// The type of its result.
    pub result: Type,
}

/// One parameter of a function.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Whether the argument may be null.
    pub nullable: bool,
    /// What it is, in Markdown.
    pub description: String,
}

impl Catalog {
    /// All pages by their path in the folder `docs`. `examples` is the folder with the examples; what is not there is left
    /// out of the pages.
    ///
    /// # Errors
    /// If an example can't be read, or lies where no page shows it: its type does not exist.
    pub fn pages(&self, examples: &Path) -> Result<BTreeMap<PathBuf, String>, ExampleError> {
        page::all(self, examples)
    }

    /// Makes a folder `docs` what it should be, and tells which pages it wrote or removed. Folders with other names, such as
    /// `guides`, stay as they are.
    ///
    /// # Errors
    /// If an example or a page can't be read or written.
    pub fn write_pages(&self, examples: &Path, docs: &Path) -> Result<Vec<PathBuf>, DocsError> {
        folder::write(&self.pages(examples)?, docs)
    }

    /// Whether a folder `docs` is what it should be.
    ///
    /// # Errors
    /// If it is not, or if an example or a page can't be read.
    pub fn check_pages(&self, examples: &Path, docs: &Path) -> Result<(), DocsError> {
        let paths = folder::stale(&self.pages(examples)?, docs)?;
        if paths.is_empty() { Ok(()) } else { Err(DocsError::Stale { paths }) }
    }

    /// All schemas as one JSON text, in the form in which `providers schema -json` of both CLIs has a provider.
    pub fn to_json(&self) -> String {
        schema_json::provider(self).to_string()
    }
}
