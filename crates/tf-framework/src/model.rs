//! Structs of Rust for the objects of Terraform: one struct is schema, decoder, encoder and documentation at once.
//!
//! A provider author writes what an object looks like as a struct and derives [`Model`]. By construction, then:
//!
//! * The struct is a **state**. Its fields are plain types, so it can't hold an unknown value.
//! * [`Plan<M>`](Plan) is what the author gets to create or update from: the same fields, but what is computed is
//!   [`Planned`]: known, or the author's to decide.
//! * What is write-only is [`WriteOnly`]: a state has nothing in it, and only a plan has its value.
//! * A type that is [secret](AttributeType::SECRET) does not compile as an attribute that is stored, unless the name of the
//!   attribute ends in `_in_state`.
//!
//! The traits here are implemented by the derive macro and, for single types such as a duration, by hand.

mod any_value;
mod attribute_type;
mod blocks;
mod collections;
mod decode;
#[doc(hidden)]
pub mod derived;
mod fields;
mod identity;
mod inside;
mod planned;
mod secret;
mod setting;
mod typed_validator;
mod write_only;

pub use any_value::{After, AnyValue};
pub use attribute_type::AttributeType;
pub(crate) use attribute_type::plain_attribute;
pub use blocks::BlockType;
pub use collections::SetOf;
pub use decode::{DecodeError, Members};
pub use fields::{Field, Fields, Model, Plan, PlanOf, Query, kind};
pub use identity::{Identity, IdentityAttribute, IdentityModel, IdentityType, NoIdentity};
pub use inside::Inside;
pub use planned::Planned;
pub use secret::Secret;
pub use setting::Setting;
/// Makes a struct a model: its fields become attributes and blocks, its doc comments the documentation.
///
/// ```
/// use tf_framework::model::{Fields, Model, Planned, Secret, WriteOnly};
/// use tf_framework::validate::{length, non_empty};
/// use tf_framework::value::Value;
///
/// /// A note, kept as a file.
/// #[derive(Model)]
/// #[tf(resource = "note", import = "{name}", exactly_one_of(text, text_file))]
/// struct Note {
///     /// Its name.
///     #[tf(required, replace, identity, validate(non_empty, length(..=64)))]
///     name: String,
///     /// What it says.
///     #[tf(optional)]
///     text: Option<String>,
///     /// The file that says it.
///     #[tf(optional)]
///     text_file: Option<String>,
///     /// How many seconds it stays.
///     #[tf(optional, default = 3600)]
///     ttl: i64,
///     /// What opens it.
///     #[tf(optional, write_only(version = password_version))]
///     password: WriteOnly<Option<Secret>>,
///     /// Raised with each new password.
///     #[tf(optional)]
///     password_version: Option<i64>,
///     /// The hash of text and password.
///     #[tf(computed, depends_on(text, text_file, password))]
///     digest: String,
///     /// Who may read it.
///     #[tf(block)]
///     reader: Vec<Reader>,
/// }
///
/// /// Somebody who may read a note.
/// #[derive(Model)]
/// #[tf(object)]
/// struct Reader {
///     /// What they are called.
///     #[tf(required)]
///     name: String,
/// }
///
/// assert!(Note::schema().self_check().is_empty());
/// assert_eq!(Note::TTL.name(), "ttl");
///
/// // In a plan, what is computed may be undecided, and what is write-only has its value.
/// let planned = Value::object([
///     ("name", Value::from("first")),
///     ("text", Value::from("Hello")),
///     ("ttl", Value::from(3600)),
///     ("password", Value::from("open sesame")),
///     ("digest", Value::unknown()),
///     ("reader", Value::list([])),
/// ]);
/// let NotePlan { name, text, text_file, ttl, password, password_version, digest, reader: _ } =
///     Note::plan_from_object(planned)?;
/// assert_eq!(password.as_ref().map(Secret::expose), Some("open sesame"));
/// assert_eq!(digest, Planned::Undecided);
///
/// // In a state, everything is known, and nothing of what is write-only is there.
/// let password = WriteOnly::default();
/// let digest = digest.or("2cf2…".to_owned());
/// let note = Note { name, text, text_file, ttl, password, password_version, digest, reader: Vec::new() };
/// assert_eq!(note.to_object().attribute("password"), Some(&Value::Null));
/// assert_eq!(note.identity(), NoteIdentity { name: "first".to_owned() });
/// # Ok::<(), tf_framework::model::DecodeError>(())
/// ```
///
/// # What is derived
///
/// * [`Fields`], and [`Model`](trait@Model), or [`AttributeType`] for an object.
/// * `NotePlan`, which is the [`Plan`] of a `Note`. A provider and a function have none: they are never planned.
/// * `NoteIdentity`, if a field is marked `identity`.
/// * A constant for each field, such as `Note::NAME`, by which other code refers to it.
///
/// # What is said of the struct
///
/// | in `#[tf(…)]` | |
/// |---|---|
/// | `resource = "note"`, `data_source`, `ephemeral`, `provider`, `function` | What it stands for, and its name in Terraform. |
/// | `object` | It is the type of an attribute or block in another struct. |
/// | `version = 1` | Which shape of the stored states it is. Resources only. |
/// | `import = "{mount}/{name}"` | How an import id is read into the identity. Resources only. |
/// | `deprecated = "Use a letter."` | Whoever uses it is warned, and told this. |
/// | `exactly_one_of(…)`, `at_least_one_of(…)`, `conflicting(…)`, `required_together(…)` | Which fields are set together. |
///
/// # What is said of a field
///
/// The name of the field is that of the attribute. A field of a function has only `variadic`; any other field has a mode or
/// is a `block`.
///
/// | in `#[tf(…)]` | |
/// |---|---|
/// | `required` | The user must set it. The type is none that can be null. |
/// | `optional` | The user may set it. The type is an `Option`, unless there is a `default`. |
/// | `computed` | The provider sets it. |
/// | `optional, computed` | The user may set it, else the provider does. |
/// | `default = 3600` | What it is where the user sets nothing, and in a state of a time before it was there. |
/// | `write_only(version = field)` | It is not stored; the other field tells when it changes. The type is [`WriteOnly`]. |
/// | `sensitive` | It is hidden on screen, and stored. Secrets are so without being marked. |
/// | `replace`, `replace_if_configured` | A change replaces the object; the second not if the user takes it out. |
/// | `keep_state`, `keep_non_null_state` | An update does not compute it anew; the second unless it is null. |
/// | `depends_on(…)` | An update computes it anew if one of these changes. |
/// | `renewal_flag` | See [`Attribute::renewal_flag`](crate::schema::Attribute::renewal_flag). |
/// | `identity` | It tells the object from others. |
/// | `validate(…, …)` | Functions `Fn(&T) -> Result<(), String>`, such as those in [`validate`](mod@crate::validate). |
/// | `modifier(…, …)` | [Plan modifiers](crate::plan::PlanModifier). They run before those that replace. |
/// | `semantic_equality(…)` | [When two values mean the same](crate::plan::SemanticEquality). |
/// | `deprecated = "Use text."` | Whoever sets it is warned, and told this. |
/// | `block`, `block(min = 1, max = 2)` | It is nested blocks. See [`BlockType`]. |
/// | `variadic` | The last parameter of a function: a `Vec` of all further arguments. |
///
/// A validator gets what is in the `Option`, if it is there: of a `String` the `str`, of a `Vec` the slice, of other types the
/// value itself ([`AttributeType::Checked`]).
///
/// What can't work does not compile, and the message says what to do instead.
///
/// One kind of blocks is deliberately absent: those of the protocol's nesting mode `GROUP`, which exist even where the
/// configuration has none. The Go SDK can't declare them and the Go framework refuses them, so that there is no provider
/// from which anybody would know what cores and editors make of them. `Option<T>` as a block says nearly the same; an
/// attribute that is `optional, computed` shows what is made up where the configuration has none. For schemas that are not
/// written as structs there is [`NestedBlock::group`](crate::schema::NestedBlock::group).
pub use tf_framework_derive::Model;
pub use typed_validator::{Decodes, Typed};
pub use write_only::WriteOnly;
