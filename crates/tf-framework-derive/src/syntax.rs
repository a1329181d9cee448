//! The grammar of `#[tf(…)]`: keys, some with a value, some with a list.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::token::Paren;
use syn::{Attribute, Error, Expr, ExprLit, Ident, Lit, LitInt, LitStr, Meta, Result, Token, parenthesized};

/// One key of a `#[tf(…)]` with what stands behind it.
pub(crate) struct Item {
    pub(crate) key: Ident,
    form: Form,
}

enum Form {
    Word,
    Is(Expr),
    Of(TokenStream),
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let key = input.call(Ident::parse_any)?;
        let form = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Form::Is(input.parse()?)
        } else if input.peek(Paren) {
            let content;
            parenthesized!(content in input);
            Form::Of(content.parse()?)
        } else {
            Form::Word
        };
        Ok(Self { key, form })
    }
}

impl Item {
    pub(crate) fn span(&self) -> Span {
        self.key.span()
    }

    pub(crate) fn error(&self, text: impl Display) -> Error {
        Error::new(self.span(), text)
    }

    /// Whether it is `key`, without anything.
    pub(crate) fn is_word(&self) -> bool {
        matches!(self.form, Form::Word)
    }

    /// `key`
    pub(crate) fn word(&self) -> Result<()> {
        if self.is_word() {
            Ok(())
        } else {
            Err(self.error(format!("`{}` stands alone: nothing comes after it", self.key)))
        }
    }

    /// `key = expression`
    pub(crate) fn expression(&self) -> Result<Expr> {
        match &self.form {
            Form::Is(expression) => Ok(expression.clone()),
            Form::Word | Form::Of(_) => Err(self.malformed(" = …")),
        }
    }

    /// `key = "text"`
    pub(crate) fn text(&self) -> Result<LitStr> {
        match &self.form {
            Form::Is(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => Ok(text.clone()),
            _ => Err(self.malformed(" = \"…\"")),
        }
    }

    /// `key = 1`
    pub(crate) fn integer(&self) -> Result<LitInt> {
        match &self.form {
            Form::Is(Expr::Lit(ExprLit { lit: Lit::Int(integer), .. })) => {
                integer.base10_parse::<u32>()?;
                Ok(integer.clone())
            }
            _ => Err(self.malformed(" = 1")),
        }
    }

    /// `key = field`
    pub(crate) fn name(&self) -> Result<Ident> {
        match &self.form {
            Form::Is(Expr::Path(path)) => path.path.get_ident().cloned(),
            _ => None,
        }
        .ok_or_else(|| self.malformed(" = field"))
    }

    /// `key(field, field)`
    pub(crate) fn names(&self) -> Result<Vec<Ident>> {
        self.list("(field, …)", Ident::parse_any)
    }

    /// `key(expression)`
    pub(crate) fn one_expression(&self) -> Result<Expr> {
        match self.list("(…)", Expr::parse)?.as_slice() {
            [expression] => Ok(expression.clone()),
            _ => Err(self.error(format!("`{}` takes one expression", self.key))),
        }
    }

    /// `key(expression, expression)`
    pub(crate) fn expressions(&self) -> Result<Vec<Expr>> {
        self.list("(…, …)", Expr::parse)
    }

    /// `key(key = 1, key = 2)`, where `usage` is what stands behind the key.
    pub(crate) fn items(&self, usage: &str) -> Result<Vec<Self>> {
        self.list(usage, Self::parse)
    }

    fn list<T>(&self, usage: &str, parse: fn(ParseStream<'_>) -> Result<T>) -> Result<Vec<T>> {
        let Form::Of(content) = &self.form else { return Err(self.malformed(usage)) };
        let parser = |input: ParseStream<'_>| Punctuated::<T, Token![,]>::parse_terminated_with(input, parse);
        let list: Vec<T> = parser.parse2(content.clone())?.into_iter().collect();
        if list.is_empty() { Err(self.malformed(usage)) } else { Ok(list) }
    }

    pub(crate) fn malformed(&self, usage: &str) -> Error {
        self.error(format!("write `{}{usage}`", self.key))
    }
}

/// All items of all `#[tf(…)]`.
pub(crate) fn items(attributes: &[Attribute]) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("tf")) {
        items.extend(attribute.parse_args_with(Punctuated::<Item, Token![,]>::parse_terminated)?);
    }
    Ok(items)
}

/// The doc comments.
pub(crate) fn docs(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("doc")).cloned().collect()
}

/// The text of doc comments, in Markdown. Empty if there are none.
pub(crate) fn description(docs: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attribute in docs {
        if let Meta::NameValue(meta) = &attribute.meta
            && let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &meta.value
        {
            let text = text.value();
            lines.extend(text.split('\n').map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned()));
        }
    }
    lines.join("\n").trim().to_owned()
}
