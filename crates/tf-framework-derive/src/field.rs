//! One field of the struct: an attribute, nested blocks, or a parameter of a function.

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt as _;
use syn::{Attribute, Error, Expr, LitInt, LitStr, PathArguments, Result, Type, Visibility};

use crate::errors::Errors;
use crate::key::Key;
use crate::syntax::{self, Item};

/// A field and everything that `#[tf(…)]` says about it.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    /// The name of the attribute.
    pub(crate) name: String,
    pub(crate) vis: Visibility,
    pub(crate) ty: Type,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) description: String,
    /// The keys that were given, and where.
    pub(crate) keys: Vec<(Key, Span)>,
    pub(crate) default: Option<Expr>,
    /// The version attribute.
    pub(crate) write_only: Option<Ident>,
    pub(crate) depends_on: Vec<Ident>,
    pub(crate) validators: Vec<Expr>,
    pub(crate) modifiers: Vec<Expr>,
    pub(crate) semantic_equality: Option<Expr>,
    pub(crate) deprecated: Option<LitStr>,
    pub(crate) min: Option<LitInt>,
    pub(crate) max: Option<LitInt>,
}

impl Field {
    pub(crate) fn parse(field: &syn::Field, errors: &mut Errors) -> Option<Self> {
        let ident = field.ident.clone()?;
        let docs = syntax::docs(&field.attrs);
        let mut parsed = Self {
            name: ident.unraw().to_string(),
            ident,
            vis: field.vis.clone(),
            ty: field.ty.clone(),
            description: syntax::description(&docs),
            docs,
            keys: Vec::new(),
            default: None,
            write_only: None,
            depends_on: Vec::new(),
            validators: Vec::new(),
            modifiers: Vec::new(),
            semantic_equality: None,
            deprecated: None,
            min: None,
            max: None,
        };
        for item in errors.take(syntax::items(&field.attrs))? {
            if let Some(key) = errors.take(parsed.key_of(&item)) {
                // Counts as given even if it is malformed, so that no second error says that it is missing.
                parsed.keys.push((key, item.span()));
                errors.take(parsed.read(key, &item));
            }
        }
        Some(parsed)
    }

    fn key_of(&self, item: &Item) -> Result<Key> {
        let name = item.key.to_string();
        let known = || Key::ALL.iter().map(|key| format!("`{}`", key.name())).collect::<Vec<_>>().join(", ");
        let key = Key::of_name(&name)
            .ok_or_else(|| item.error(format!("there is no key `{name}` for a field; there are {}", known())))?;
        if self.has(key) {
            return Err(item.error(format!("`{name}` is given twice; remove one, or put both into one list")));
        }
        Ok(key)
    }

    fn read(&mut self, key: Key, item: &Item) -> Result<()> {
        match key {
            Key::Required
            | Key::Optional
            | Key::Computed
            | Key::Sensitive
            | Key::Replace
            | Key::ReplaceIfConfigured
            | Key::KeepState
            | Key::KeepNonNullState
            | Key::RenewalFlag
            | Key::Identity
            | Key::Variadic => item.word()?,
            Key::Default => self.default = Some(item.expression()?),
            Key::WriteOnly => self.write_only = Some(version(item)?),
            Key::DependsOn => self.depends_on = item.names()?,
            Key::Validate => self.validators = item.expressions()?,
            Key::Modifier => self.modifiers = item.expressions()?,
            Key::SemanticEquality => self.semantic_equality = Some(item.one_expression()?),
            Key::Deprecated => self.deprecated = Some(item.text()?),
            Key::Block if item.is_word() => {}
            Key::Block => self.limits(item)?,
        }
        Ok(())
    }

    fn limits(&mut self, item: &Item) -> Result<()> {
        const USAGE: &str = "(min = 1, max = 2)";
        for limit in item.items(USAGE)? {
            let place = match limit.key.to_string().as_str() {
                "min" => &mut self.min,
                "max" => &mut self.max,
                _ => return Err(Error::new(limit.span(), format!("write `block{USAGE}`, or one of the two"))),
            };
            if place.replace(limit.integer()?).is_some() {
                return Err(limit.error(format!("`{}` is given twice; remove one", limit.key)));
            }
        }
        Ok(())
    }

    pub(crate) fn has(&self, key: Key) -> bool {
        self.at(key).is_some()
    }

    /// Where a key stands.
    pub(crate) fn at(&self, key: Key) -> Option<Span> {
        self.keys.iter().find(|(found, _)| *found == key).map(|(_, span)| *span)
    }

    /// Whether only the provider sets it.
    pub(crate) fn is_only_computed(&self) -> bool {
        self.has(Key::Computed) && !self.has(Key::Optional)
    }

    /// Whether a secret in it is not stored, or stored under a name that says so.
    pub(crate) fn may_be_secret(&self) -> bool {
        self.has(Key::WriteOnly) || self.name.ends_with("_in_state")
    }

    /// Whether its type is written as this one, with or without a path in front, and with something in angle brackets.
    pub(crate) fn is_written_as(&self, name: &str) -> bool {
        self.last_segment().is_some_and(|segment| {
            segment.ident == name && matches!(segment.arguments, PathArguments::AngleBracketed(_))
        })
    }

    /// Whether its type is written as a bool.
    pub(crate) fn is_bool(&self) -> bool {
        self.last_segment().is_some_and(|segment| segment.ident == "bool")
    }

    fn last_segment(&self) -> Option<&syn::PathSegment> {
        match &self.ty {
            Type::Path(path) => path.path.segments.last(),
            _ => None,
        }
    }
}

/// `write_only(version = field)`
fn version(item: &Item) -> Result<Ident> {
    const USAGE: &str = "(version = field)";
    if item.is_word() {
        return Err(item.error(format!(
            "core can't see a change of what is write-only: write `write_only{USAGE}` with the field that the user raises \
             at each new value"
        )));
    }
    match item.items(USAGE)?.as_slice() {
        [version] if version.key == "version" => version.name(),
        _ => Err(item.malformed(USAGE)),
    }
}
