//! One attribute: its type, who sets it, and every rule that holds for it.

use std::sync::Arc;

use tf_value::{Text, Type, Value};

use super::{Mode, NestedObject};
use crate::plan::{
    PlanModifier, RequiresReplace, RequiresReplaceIfConfigured, SemanticEquality, UseNonNullStateForUnknown,
    UseStateForUnknown,
};
use crate::validate::Validator;

/// One attribute of a block or nested object.
///
/// Made by who sets it, then narrowed down:
///
/// ```
/// use tf_framework::schema::{Attribute, Block};
/// use tf_value::Type;
///
/// let block = Block::new()
///     .attribute("password", Attribute::optional(Type::String).sensitive().write_only("password_version"))
///     .attribute("password_version", Attribute::optional(Type::Number))
///     // Unknown in the plan whenever there is a new password, and only then.
///     .attribute("fingerprint", Attribute::computed(Type::String).depends_on(["password"]));
/// # let _ = block;
/// ```
#[derive(Clone, Debug)]
pub struct Attribute {
    mode: Mode,
    shape: Shape,
    sensitive: bool,
    version_attribute: Option<Text>,
    default: Option<Value>,
    depends_on: Vec<Text>,
    is_renewal_flag: bool,
    modifiers: Vec<Arc<dyn PlanModifier>>,
    validators: Vec<Arc<dyn Validator>>,
    semantic_equality: Option<Arc<dyn SemanticEquality>>,
    description: Text,
    deprecation: Option<Text>,
}

/// What an attribute holds.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A value of a type. If it is an object, its parts have no modes of their own.
    Typed(Type),
    /// Objects whose attributes are attributes in their own right.
    Nested(NestedObject),
}

impl From<Type> for Shape {
    fn from(ty: Type) -> Self {
        Self::Typed(ty)
    }
}

impl From<NestedObject> for Shape {
    fn from(nested: NestedObject) -> Self {
        Self::Nested(nested)
    }
}

/// Building.
impl Attribute {
    /// An attribute that the user must set.
    pub fn required(shape: impl Into<Shape>) -> Self {
        Self::new(Mode::Required, shape.into())
    }

    /// An attribute that the user may set.
    pub fn optional(shape: impl Into<Shape>) -> Self {
        Self::new(Mode::Optional, shape.into())
    }

    /// An attribute that only the provider sets.
    pub fn computed(shape: impl Into<Shape>) -> Self {
        Self::new(Mode::Computed, shape.into())
    }

    /// An attribute that the provider sets where the user does not.
    pub fn optional_computed(shape: impl Into<Shape>) -> Self {
        Self::new(Mode::OptionalComputed, shape.into())
    }

    /// An attribute of any mode.
    pub fn new(mode: Mode, shape: Shape) -> Self {
        Self {
            mode,
            shape,
            sensitive: false,
            version_attribute: None,
            default: None,
            depends_on: Vec::new(),
            is_renewal_flag: false,
            modifiers: Vec::new(),
            validators: Vec::new(),
            semantic_equality: None,
            description: Text::default(),
            deprecation: None,
        }
    }

    /// Core hides it on screen. The state still holds it in clear.
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// It reaches the provider and nothing else: it is null in every plan and state.
    ///
    /// Core therefore can't see that it changed. `version_attribute`, an attribute beside it that the user raises with each
    /// new value, tells; both are set together or not at all.
    #[must_use]
    pub fn write_only(mut self, version_attribute: impl Into<Text>) -> Self {
        self.version_attribute = Some(version_attribute.into());
        self
    }

    /// Its value where the configuration has none. An optional attribute becomes one that is also computed, as the protocol
    /// demands. The default of a nested attribute is its whole value; nothing in it is filled in further.
    #[must_use]
    pub fn default_value(mut self, value: impl Into<Value>) -> Self {
        if self.mode == Mode::Optional {
            self.mode = Mode::OptionalComputed;
        }
        self.default = Some(value.into());
        self
    }

    /// It is computed from these attributes beside it: an update keeps its value unless one of them changes, and then it is
    /// unknown until apply. A write-only attribute counts as changed when its version does.
    #[must_use]
    pub fn depends_on<N: Into<Text>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.depends_on.extend(names.into_iter().map(Into::into));
        self
    }

    /// It is the flag by which a refresh tells the next plan that the object is due for renewal.
    ///
    /// The clock is read when the object is read, never at plan: two plans must agree. `true` in the prior state plans
    /// `false`, and by that an update in place. What is made anew by it says so with [`depends_on`](Self::depends_on).
    /// Only for a computed bool at the top.
    #[must_use]
    pub fn renewal_flag(mut self) -> Self {
        self.is_renewal_flag = true;
        self
    }

    /// A change of it replaces the object.
    #[must_use]
    pub fn requires_replace(self) -> Self {
        self.modifier(RequiresReplace)
    }

    /// A change of it replaces the object, unless the user took it out of the configuration.
    #[must_use]
    pub fn requires_replace_if_configured(self) -> Self {
        self.modifier(RequiresReplaceIfConfigured)
    }

    /// Once computed it stays, null included: updates don't make it unknown.
    #[must_use]
    pub fn keep_state(self) -> Self {
        self.modifier(UseStateForUnknown)
    }

    /// Once computed it stays; while it is null, it may still be computed by an update.
    #[must_use]
    pub fn keep_non_null_state(self) -> Self {
        self.modifier(UseNonNullStateForUnknown)
    }

    /// Adds a plan modifier. They run in the order in which they were added.
    #[must_use]
    pub fn modifier(mut self, modifier: impl PlanModifier + 'static) -> Self {
        self.modifiers.push(Arc::new(modifier));
        self
    }

    /// Adds a validator.
    #[must_use]
    pub fn validator(mut self, validator: impl Validator + 'static) -> Self {
        self.validators.push(Arc::new(validator));
        self
    }

    /// Two spellings of one value are no difference: the plan keeps the one in the state.
    #[must_use]
    pub fn semantic_equality(mut self, equality: impl SemanticEquality + 'static) -> Self {
        self.semantic_equality = Some(Arc::new(equality));
        self
    }

    /// What it is, in Markdown.
    #[must_use]
    pub fn description(mut self, description: impl Into<Text>) -> Self {
        self.description = description.into();
        self
    }

    /// Warns whoever sets it. `instead` says what to use.
    #[must_use]
    pub fn deprecated(mut self, instead: impl Into<Text>) -> Self {
        self.deprecation = Some(instead.into());
        self
    }
}

/// Asking.
impl Attribute {
    /// Who sets it.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// What it holds.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// What its objects look like, if it is a nested attribute.
    pub fn nested(&self) -> Option<&NestedObject> {
        match &self.shape {
            Shape::Typed(_) => None,
            Shape::Nested(nested) => Some(nested),
        }
    }

    /// Whether core hides it on screen.
    pub fn is_sensitive(&self) -> bool {
        self.sensitive
    }

    /// Whether it is null in every plan and state.
    pub fn is_write_only(&self) -> bool {
        self.version_attribute.is_some()
    }

    /// The attribute beside it that tells whether a write-only value changed.
    pub fn version_attribute(&self) -> Option<&Text> {
        self.version_attribute.as_ref()
    }

    /// Its value where the configuration has none.
    pub fn default(&self) -> Option<&Value> {
        self.default.as_ref()
    }

    /// The attributes beside it that it is computed from.
    pub fn dependencies(&self) -> &[Text] {
        &self.depends_on
    }

    /// Whether it tells that the object is due for renewal.
    pub fn is_renewal_flag(&self) -> bool {
        self.is_renewal_flag
    }

    /// What it is, in Markdown. Empty if nobody said.
    pub fn description_text(&self) -> &Text {
        &self.description
    }

    /// What to use instead, if it is deprecated.
    pub fn deprecation(&self) -> Option<&Text> {
        self.deprecation.as_ref()
    }

    /// The type of its values.
    pub fn implied_type(&self) -> Type {
        match &self.shape {
            Shape::Typed(ty) => ty.clone(),
            Shape::Nested(nested) => nested.implied_type(),
        }
    }

    pub(crate) fn modifiers(&self) -> &[Arc<dyn PlanModifier>] {
        &self.modifiers
    }

    pub(crate) fn validators(&self) -> &[Arc<dyn Validator>] {
        &self.validators
    }

    pub(crate) fn semantics(&self) -> Option<&dyn SemanticEquality> {
        self.semantic_equality.as_deref()
    }
}
