//! The struct as a whole: what it stands for, and its fields.

use proc_macro2::{Ident, Span};
use syn::{Data, DeriveInput, Error, Fields, LitInt, LitStr, Result, Visibility};

use crate::errors::Errors;
use crate::field::Field;
use crate::key::Key;
use crate::kind::Kind;
use crate::syntax::{self, Item};

/// A struct that derives `Model`.
pub(crate) struct Model {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) description: String,
    pub(crate) kind: Kind,
    /// Its name in Terraform. Objects have none.
    pub(crate) type_name: Option<LitStr>,
    pub(crate) version: Option<LitInt>,
    pub(crate) import: Option<LitStr>,
    pub(crate) deprecated: Option<LitStr>,
    pub(crate) combinations: Vec<Combination>,
    /// The keys that were given, and where.
    pub(crate) keys: Vec<(String, Span)>,
    pub(crate) fields: Vec<Field>,
}

/// Fields that go together.
pub(crate) struct Combination {
    pub(crate) together: Together,
    pub(crate) at: Span,
    pub(crate) fields: Vec<Ident>,
}

/// How fields go together. The names are those of `tf_framework::model::derived::Together`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Together {
    ExactlyOneOf,
    AtLeastOneOf,
    Conflicting,
    AllOrNone,
}

const KEYS: [&str; 13] = [
    "resource",
    "data_source",
    "ephemeral",
    "provider",
    "function",
    "object",
    "version",
    "import",
    "deprecated",
    "exactly_one_of",
    "at_least_one_of",
    "conflicting",
    "required_together",
];

impl Model {
    pub(crate) fn parse(input: &DeriveInput) -> Result<Self> {
        let named = match &input.data {
            Data::Struct(data) => &data.fields,
            Data::Enum(_) | Data::Union(_) => {
                return Err(Error::new(
                    input.ident.span(),
                    "only a struct can be a model: its fields are the attributes",
                ));
            }
        };
        let Fields::Named(named) = named else {
            let text = "the fields of a model need names, which become those of the attributes: write `{ name: Type }`";
            return Err(Error::new(input.ident.span(), text));
        };
        let mut errors = Errors::default();
        if !input.generics.params.is_empty() || input.generics.where_clause.is_some() {
            errors.say(input.ident.span(), "a model has no generics: its schema is one and fixed");
        }
        let mut model = Self {
            ident: input.ident.clone(),
            vis: input.vis.clone(),
            description: syntax::description(&syntax::docs(&input.attrs)),
            kind: Kind::Object,
            type_name: None,
            version: None,
            import: None,
            deprecated: None,
            combinations: Vec::new(),
            keys: Vec::new(),
            fields: Vec::new(),
        };
        let mut kind = None;
        for item in errors.take(syntax::items(&input.attrs)).unwrap_or_default() {
            if let Some(found) = Kind::of_key(&item.key.to_string()) {
                match kind.replace(found) {
                    None => {}
                    Some(earlier) => errors.say(
                        item.span(),
                        format!("a struct stands for one thing: remove `{}` or `{}`", earlier.key(), found.key()),
                    ),
                }
            }
            errors.take(model.read(&item));
            model.keys.push((item.key.to_string(), item.span()));
        }
        match kind {
            Some(kind) => model.kind = kind,
            None => errors.say(
                input.ident.span(),
                "say what the struct stands for: `#[tf(…)]` with one of `resource = \"…\"`, `data_source = \"…\"`, \
                 `ephemeral = \"…\"`, `provider = \"…\"`, `function = \"…\"` and `object`",
            ),
        }
        model.fields = named.named.iter().filter_map(|field| Field::parse(field, &mut errors)).collect();
        errors.finish(model)
    }

    fn read(&mut self, item: &Item) -> Result<()> {
        let key = item.key.to_string();
        let together = match key.as_str() {
            "exactly_one_of" => Some(Together::ExactlyOneOf),
            "at_least_one_of" => Some(Together::AtLeastOneOf),
            "conflicting" => Some(Together::Conflicting),
            "required_together" => Some(Together::AllOrNone),
            _ => None,
        };
        if let Some(together) = together {
            self.combinations.push(Combination { together, at: item.span(), fields: item.names()? });
            return Ok(());
        }
        if self.keys.iter().any(|(earlier, _)| *earlier == key) {
            return Err(item.error(format!("`{key}` is given twice; remove one")));
        }
        match key.as_str() {
            "object" => item.word()?,
            "version" => self.version = Some(item.integer()?),
            "import" => self.import = Some(item.text()?),
            "deprecated" => self.deprecated = Some(item.text()?),
            kind if Kind::of_key(kind).is_some() => self.type_name = Some(item.text()?),
            _ => {
                let known = KEYS.map(|key| format!("`{key}`")).join(", ");
                return Err(item.error(format!("there is no key `{key}` for a struct; there are {known}")));
            }
        }
        Ok(())
    }

    /// Whether its plan is another struct: a provider block and the parameters of a function are never planned.
    pub(crate) fn has_companion(&self) -> bool {
        !matches!(self.kind, Kind::Provider | Kind::Function)
    }

    /// The fields that tell one object from the others.
    pub(crate) fn identity(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.has(Key::Identity))
    }

    pub(crate) fn has_identity(&self) -> bool {
        self.identity().next().is_some()
    }

    /// The field with this name.
    pub(crate) fn field(&self, name: &Ident) -> Option<&Field> {
        self.fields.iter().find(|field| field.ident == *name)
    }
}
