//! A plan in the making: prior state, configuration and planned state of each attribute side by side.
//!
//! Which prior element belongs to which configured one is decided once, when the draft is made. Every rule is then a walk
//! over the draft, and none has to find its way through three values at once. Sets stay in the order of their configured
//! elements until the draft becomes a value again: their elements have no name but their content, and it changes on the way.

use tf_value::{Text, Value};

use super::correlate::predecessors;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::schema::{Attribute, Block, NestedBlock, Nesting};
use crate::trail::Trail;

/// One object: the whole resource, a nested object, or an element.
pub(super) struct Object<'a> {
    pub(super) prior: &'a Value,
    pub(super) content: Content<'a>,
}

pub(super) enum Content<'a> {
    /// Nothing in it is planned by itself: it is null or unknown.
    Whole(Value),
    /// In the order of the names.
    Members(Vec<Member<'a>>),
}

/// An attribute, or the nested blocks of one name.
pub(super) struct Member<'a> {
    pub(super) name: &'a Text,
    pub(super) field: Field<'a>,
    pub(super) config: &'a Value,
    pub(super) prior: &'a Value,
    pub(super) planned: Planned<'a>,
    /// Whether the configuration changes it, computed values aside.
    pub(super) changed: bool,
}

#[derive(Clone, Copy)]
pub(super) enum Field<'a> {
    Attribute(&'a Attribute),
    Blocks(&'a NestedBlock),
}

pub(super) enum Planned<'a> {
    Value(Value),
    One(Box<Object<'a>>),
    List(Vec<Object<'a>>),
    Set(Vec<Object<'a>>),
    Map(Vec<(&'a Text, Object<'a>)>),
}

pub(super) static NULL: Value = Value::Null;

/// A member of what may be null.
pub(super) fn member<'a>(object: &'a Value, name: &str) -> &'a Value {
    object.attribute(name).unwrap_or(&NULL)
}

/// Making.
impl<'a> Object<'a> {
    /// Lays prior, configured and proposed object side by side. Where core's proposal can't be followed, in sets, it is made
    /// anew.
    pub(super) fn align(block: &'a Block, prior: &'a Value, config: &'a Value, proposed: Option<&'a Value>) -> Self {
        if config.as_object().is_none() {
            return Self { prior, content: Content::Whole(proposed.unwrap_or(config).clone()) };
        }
        let proposed = proposed.filter(|proposed| proposed.as_object().is_some());
        let member = |name: &'a Text, field: Field<'a>| {
            let proposed = proposed.map(|proposed| member(proposed, name));
            Member::align(name, field, member(prior, name), member(config, name), proposed)
        };
        let attributes = block.attributes().iter().map(|(name, attribute)| member(name, Field::Attribute(attribute)));
        let blocks = block.blocks().iter().map(|(name, nested)| member(name, Field::Blocks(nested)));
        let mut members: Vec<Member<'a>> = attributes.chain(blocks).collect();
        if !block.blocks().is_empty() {
            members.sort_by_key(|member| member.name);
        }
        Self { prior, content: Content::Members(members) }
    }

    /// The members, if they are planned one by one.
    pub(super) fn members(&mut self) -> &mut [Member<'a>] {
        match &mut self.content {
            Content::Whole(_) => &mut [],
            Content::Members(members) => members,
        }
    }

    /// Shows the members of this object, then those of the objects in it.
    pub(super) fn each(&mut self, visit: &mut dyn FnMut(&mut [Member<'a>], &'a Value)) {
        let prior = self.prior;
        visit(self.members(), prior);
        for member in self.members() {
            for object in member.planned.objects() {
                object.each(visit);
            }
        }
    }

    /// Shows each attribute of this object and of the objects in it.
    pub(super) fn each_attribute(&mut self, visit: &mut dyn FnMut(&'a Attribute, &mut Member<'a>)) {
        self.each(&mut |members, _| {
            for member in members {
                if let Field::Attribute(attribute) = member.field {
                    visit(attribute, member);
                }
            }
        });
    }
}

impl<'a> Member<'a> {
    fn align(
        name: &'a Text,
        field: Field<'a>,
        prior: &'a Value,
        config: &'a Value,
        proposed: Option<&'a Value>,
    ) -> Self {
        let (nesting, block) = match field {
            Field::Attribute(attribute) => match attribute.nested() {
                Some(nested) => (nested.nesting(), Some(nested.object())),
                None => (Nesting::Single, None),
            },
            Field::Blocks(nested) => (nested.nesting(), Some(nested.block())),
        };
        let planned = match block {
            Some(block) if config.is_known() && !config.is_null() => align(nesting, block, prior, config, proposed),
            Some(_) | None => Planned::Value(proposed.unwrap_or_else(|| propose(field, prior, config)).clone()),
        };
        Self { name, field, config, prior, planned, changed: false }
    }

    /// The planned value as it stands.
    pub(super) fn value(&self) -> Value {
        self.planned.value()
    }
}

/// What core would propose: the configuration, or what was computed before.
fn propose<'a>(field: Field<'a>, prior: &'a Value, config: &'a Value) -> &'a Value {
    match field {
        Field::Attribute(attribute) if config.is_null() && attribute.mode().is_computed() => prior,
        Field::Attribute(_) | Field::Blocks(_) => config,
    }
}

/// Nested objects beside their predecessors.
fn align<'a>(
    nesting: Nesting,
    block: &'a Block,
    prior: &'a Value,
    config: &'a Value,
    proposed: Option<&'a Value>,
) -> Planned<'a> {
    match nesting {
        Nesting::Single | Nesting::Group => Planned::One(Box::new(Object::align(block, prior, config, proposed))),
        Nesting::List => {
            let configs = config.as_slice().unwrap_or_default();
            let priors = prior.as_slice().unwrap_or_default();
            let proposed = proposed.and_then(Value::as_slice).filter(|proposed| proposed.len() == configs.len());
            let objects = configs.iter().enumerate().map(|(index, config)| {
                let proposed = proposed.and_then(|proposed| proposed.get(index));
                Object::align(block, priors.get(index).unwrap_or(&NULL), config, proposed)
            });
            Planned::List(objects.collect())
        }
        Nesting::Map => {
            let priors = prior.as_map();
            let proposed = proposed.and_then(Value::as_map);
            let objects = config.as_map().into_iter().flatten().map(|(key, config)| {
                let proposed = proposed.and_then(|proposed| proposed.get(key));
                let prior = priors.and_then(|priors| priors.get(key)).unwrap_or(&NULL);
                (key, Object::align(block, prior, config, proposed))
            });
            Planned::Map(objects.collect())
        }
        Nesting::Set => {
            let configs: Vec<&Value> = config.as_set().into_iter().flatten().collect();
            let priors: Vec<&Value> = prior.as_set().into_iter().flatten().collect();
            let found = predecessors(block, &priors, &configs);
            let objects = configs.into_iter().zip(found);
            Planned::Set(
                objects.map(|(config, prior)| Object::align(block, prior.unwrap_or(&NULL), config, None)).collect(),
            )
        }
    }
}

/// Comparing.
impl Object<'_> {
    /// Notes at each member whether it differs from the prior state. Returns whether the whole object does.
    pub(super) fn note_changes(&mut self) -> bool {
        match &mut self.content {
            Content::Whole(value) => value != self.prior,
            Content::Members(members) => {
                let mut changed = self.prior.is_null();
                for member in members {
                    member.changed = member.planned.differs_from(member.prior);
                    changed |= member.changed;
                }
                changed
            }
        }
    }

    /// Tells which sets of a nested attribute have fewer elements planned than configured. Core counts them, and would call
    /// it a bug of the provider.
    pub(super) fn report_coalesced(&mut self, diagnostics: &mut Diagnostics) {
        report_coalesced(self, &Trail::ROOT, diagnostics);
    }
}

impl Planned<'_> {
    fn differs_from(&mut self, prior: &Value) -> bool {
        // Each element is asked, so that all of them take note.
        let any = |objects: &mut dyn Iterator<Item = bool>| objects.fold(false, |any, changed| any | changed);
        match self {
            Self::Value(value) => value != prior,
            Self::One(object) => object.note_changes(),
            Self::List(objects) => {
                let changed = any(&mut objects.iter_mut().map(Object::note_changes));
                changed || prior.is_null() || prior.length() != Some(objects.len())
            }
            Self::Map(objects) => {
                let changed = any(&mut objects.iter_mut().map(|(_, object)| object.note_changes()));
                changed || prior.is_null() || prior.length() != Some(objects.len())
            }
            Self::Set(objects) => {
                any(&mut objects.iter_mut().map(Object::note_changes));
                // Several may have become one.
                self.value() != *prior
            }
        }
    }
}

fn report_coalesced(object: &mut Object<'_>, trail: &Trail<'_>, diagnostics: &mut Diagnostics) {
    for member in object.members() {
        let trail = trail.attribute(member.name);
        if let (Field::Attribute(_), Planned::Set(objects)) = (member.field, &member.planned)
            && member.planned.value().length() < Some(objects.len())
        {
            let diagnostic = Diagnostic::error("Duplicate Elements in a Set")
                .detail(format!(
                    "Two elements of {} are the same once defaults and prior values are filled in.",
                    trail.path()
                ))
                .remedy("Remove one of them, or set an attribute that tells them apart.");
            diagnostics.push(diagnostic.at(trail.path().addressable()));
        }
        match &mut member.planned {
            Planned::Value(_) => {}
            Planned::One(object) => report_coalesced(object, &trail, diagnostics),
            Planned::List(objects) => {
                for (index, object) in objects.iter_mut().enumerate() {
                    report_coalesced(object, &trail.index(index), diagnostics);
                }
            }
            Planned::Set(objects) => {
                for object in objects {
                    report_coalesced(object, &trail.element(), diagnostics);
                }
            }
            Planned::Map(objects) => {
                for (key, object) in objects {
                    report_coalesced(object, &trail.key(key), diagnostics);
                }
            }
        }
    }
}

/// Becoming a value.
impl Object<'_> {
    pub(super) fn value(&self) -> Value {
        match &self.content {
            Content::Whole(value) => value.clone(),
            Content::Members(members) => {
                Value::object(members.iter().map(|member| (member.name, member.planned.value())))
            }
        }
    }

    pub(super) fn into_value(self) -> Value {
        match self.content {
            Content::Whole(value) => value,
            Content::Members(members) => {
                Value::object(members.into_iter().map(|member| (member.name, member.planned.into_value())))
            }
        }
    }
}

impl<'a> Planned<'a> {
    /// The objects in it, if they are planned one by one.
    pub(super) fn objects(&mut self) -> Vec<&mut Object<'a>> {
        match self {
            Self::Value(_) => Vec::new(),
            Self::One(object) => vec![object],
            Self::List(objects) | Self::Set(objects) => objects.iter_mut().collect(),
            Self::Map(objects) => objects.iter_mut().map(|(_, object)| object).collect(),
        }
    }

    fn value(&self) -> Value {
        match self {
            Self::Value(value) => value.clone(),
            Self::One(object) => object.value(),
            Self::List(objects) => Value::list(objects.iter().map(Object::value)),
            Self::Set(objects) => Value::set(objects.iter().map(Object::value)),
            Self::Map(objects) => Value::map(objects.iter().map(|(key, object)| (*key, object.value()))),
        }
    }

    fn into_value(self) -> Value {
        match self {
            Self::Value(value) => value,
            Self::One(object) => object.into_value(),
            Self::List(objects) => Value::list(objects.into_iter().map(Object::into_value)),
            Self::Set(objects) => Value::set(objects.into_iter().map(Object::into_value)),
            Self::Map(objects) => Value::map(objects.into_iter().map(|(key, object)| (key, object.into_value()))),
        }
    }
}
