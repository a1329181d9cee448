//! What is wrong with a schema, found before a user does.
//!
//! Both cores check a provider's schemas when they load it, and one mistake anywhere makes every resource of the provider
//! unusable. The rest of the rules here are ours: what no core refuses, but what would make plans go wrong.

use std::fmt;

use tf_value::{Path, Text, Type};

use super::{Attribute, Block, Mode, NestedBlock, Nesting, Shape};

/// A mistake in a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which attribute or block is at fault.
    pub path: Path,
    /// What is wrong with it.
    pub flaw: Flaw,
}

/// What can be wrong with a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flaw {
    /// A name has other characters than lower case letters, digits and underscores, or none.
    Name,
    /// A name at the top that every resource block has already, for core's own use.
    ReservedName,
    /// A name was given twice.
    RepeatedName,
    /// An attribute and a block have the same name.
    AttributeAndBlock,
    /// A single block can be required or not: its minimum and maximum are both zero or both one.
    SingleItems,
    /// Groups and maps of blocks have no minimum and maximum.
    UncountedItems,
    /// The minimum is above the maximum.
    MinAboveMax,
    /// A value of any type inside of a collection, whose elements are all of one type.
    DynamicInCollection,
    /// A write-only attribute in a set, whose elements are told apart by what they hold.
    WriteOnlyInSet,
    /// A write-only attribute that the provider computes, or that has a default.
    WriteOnlyComputed,
    /// The version attribute of a write-only attribute is missing beside it, or not a number or string that the user sets
    /// and the state keeps.
    VersionAttribute {
        /// The version attribute.
        name: Text,
    },
    /// A default for an attribute that must be set, or that nobody can set.
    DefaultMode,
    /// A default that is null, unknown, or not of the attribute's type.
    DefaultValue,
    /// An attribute that depends on others but is not computed.
    DependentMode,
    /// An attribute depends on one that is not beside it, or on itself.
    Dependency {
        /// What it depends on.
        name: Text,
    },
    /// A renewal flag that is not a computed bool at the top, or the second one.
    RenewalFlag,
    /// A nested attribute that may be computed, with attributes in it that may not. If the configuration leaves it out,
    /// core takes a state that has them for one that the user has just emptied, at every plan.
    ConfiguredInComputed {
        /// One that may not be computed.
        name: Text,
    },
    /// Semantic equality for a nested attribute. It belongs to the attributes in it.
    SemanticsOfNested,
    /// A combination of attributes with less than two names, or with one that is not there.
    Combination,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_root() {
            return self.flaw.fmt(f);
        }
        write!(f, "{}: {}", self.path, self.flaw)
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Name => "the name may only have lower case letters, digits and underscores",
            Self::ReservedName => "the name is reserved in every resource block",
            Self::RepeatedName => "the name is defined twice",
            Self::AttributeAndBlock => "the name is that of an attribute and of a block",
            Self::SingleItems => "a single block has a minimum and maximum of both zero or both one",
            Self::UncountedItems => "blocks of this nesting have no minimum and maximum",
            Self::MinAboveMax => "the minimum of blocks is above the maximum",
            Self::DynamicInCollection => "a value of any type can't be inside of a list, set or map",
            Self::WriteOnlyInSet => "a write-only attribute can't be inside of a set",
            Self::WriteOnlyComputed => "a write-only attribute can't be computed or have a default",
            Self::VersionAttribute { name } => {
                return write!(
                    f,
                    "the version attribute {name:?} must be a number or string beside it that the user sets"
                );
            }
            Self::DefaultMode => "only an attribute that the user may set can have a default",
            Self::DefaultValue => "the default is null, unknown or of another type",
            Self::DependentMode => "only a computed attribute can depend on others",
            Self::Dependency { name } => {
                return write!(f, "it depends on {name:?}, which is not another attribute beside it");
            }
            Self::RenewalFlag => "the renewal flag is one computed bool at the top",
            Self::ConfiguredInComputed { name } => {
                return write!(
                    f,
                    "it may be computed, but {name:?} in it may not, so core would plan to empty it every time"
                );
            }
            Self::SemanticsOfNested => "semantic equality belongs to the attributes of a nested attribute",
            Self::Combination => "a combination names at least two attributes or blocks beside each other",
        };
        f.write_str(text)
    }
}

/// What core itself reads from a resource block.
const RESERVED: [&str; 7] = ["connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioner"];

/// Everything that is wrong with the block at the top of a schema.
pub(super) fn findings(block: &Block) -> Vec<Finding> {
    let mut check = Check { findings: Vec::new() };
    check.block(block, &Path::root(), Inside::default());
    for name in block.attributes().keys().chain(block.blocks().keys()) {
        if RESERVED.contains(&name.as_str()) {
            check.find(&Path::root().attribute(name), Flaw::ReservedName);
        }
    }
    if block.attributes().values().filter(|attribute| attribute.is_renewal_flag()).count() > 1 {
        check.find(&Path::root(), Flaw::RenewalFlag);
    }
    check.findings
}

struct Check {
    findings: Vec<Finding>,
}

/// What stands around the block at hand.
#[derive(Clone, Copy, Default)]
struct Inside {
    nested: bool,
    collection: bool,
    set: bool,
}

impl Inside {
    fn of(self, nesting: Nesting) -> Self {
        Self {
            nested: true,
            collection: self.collection || matches!(nesting, Nesting::List | Nesting::Set | Nesting::Map),
            set: self.set || nesting == Nesting::Set,
        }
    }
}

impl Check {
    fn find(&mut self, path: &Path, flaw: Flaw) {
        self.findings.push(Finding { path: path.clone(), flaw });
    }

    fn block(&mut self, block: &Block, path: &Path, inside: Inside) {
        for name in block.repeated() {
            self.find(&path.clone().attribute(name), Flaw::RepeatedName);
        }
        for (name, attribute) in block.attributes() {
            let path = path.clone().attribute(name);
            self.name(name, &path);
            self.attribute(attribute, &path, inside);
            self.write_only(attribute, block, &path, inside);
            self.dependencies(name, attribute, block, &path);
        }
        for (name, nested) in block.blocks() {
            let path = path.clone().attribute(name);
            self.name(name, &path);
            if block.attributes().contains_key(name) {
                self.find(&path, Flaw::AttributeAndBlock);
            }
            self.items(nested, &path);
            self.block(nested.block(), &path, inside.of(nested.nesting()));
        }
        for combination in block.combinations() {
            let exists = |name: &Text| block.attributes().contains_key(name) || block.blocks().contains_key(name);
            if combination.names().len() < 2 || !combination.names().iter().all(exists) {
                self.find(path, Flaw::Combination);
            }
        }
    }

    fn name(&mut self, name: &str, path: &Path) {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if name.is_empty() || !name.bytes().all(allowed) {
            self.find(path, Flaw::Name);
        }
    }

    fn items(&mut self, nested: &NestedBlock, path: &Path) {
        let (min, max) = (nested.min_items(), nested.max_items());
        match nested.nesting() {
            Nesting::Single if min != max || min > 1 => self.find(path, Flaw::SingleItems),
            Nesting::Group | Nesting::Map if (min, max) != (0, 0) => self.find(path, Flaw::UncountedItems),
            Nesting::List | Nesting::Set if max != 0 && min > max => self.find(path, Flaw::MinAboveMax),
            Nesting::Single | Nesting::Group | Nesting::Map | Nesting::List | Nesting::Set => {}
        }
    }

    fn attribute(&mut self, attribute: &Attribute, path: &Path, inside: Inside) {
        match attribute.shape() {
            Shape::Typed(ty) => {
                if dynamic_in_collection(ty, inside.collection) {
                    self.find(path, Flaw::DynamicInCollection);
                }
            }
            Shape::Nested(nested) => {
                let computed = attribute.mode() == Mode::OptionalComputed && attribute.default().is_none();
                let configured = nested.object().attributes().iter().find(|(_, inner)| !inner.mode().is_computed());
                if let (true, Some((name, _))) = (computed, configured) {
                    self.find(path, Flaw::ConfiguredInComputed { name: name.clone() });
                }
                if attribute.semantics().is_some() {
                    self.find(path, Flaw::SemanticsOfNested);
                }
                self.block(nested.object(), path, inside.of(nested.nesting()));
            }
        }
        if let Some(default) = attribute.default() {
            if !attribute.mode().is_optional() {
                self.find(path, Flaw::DefaultMode);
            }
            let fits = default.check(&attribute.implied_type()).is_ok();
            if default.is_null() || !default.is_wholly_known() || !fits {
                self.find(path, Flaw::DefaultValue);
            }
        }
        let flag_fits =
            || attribute.mode() == Mode::Computed && attribute.implied_type() == Type::Bool && !inside.nested;
        if attribute.is_renewal_flag() && !flag_fits() {
            self.find(path, Flaw::RenewalFlag);
        }
    }

    fn write_only(&mut self, attribute: &Attribute, block: &Block, path: &Path, inside: Inside) {
        let Some(name) = attribute.version_attribute() else { return };
        if inside.set {
            self.find(path, Flaw::WriteOnlyInSet);
        }
        if attribute.mode().is_computed() {
            self.find(path, Flaw::WriteOnlyComputed);
        }
        let fits = block.attributes().get(name).is_some_and(|version| {
            let comparable = matches!(version.implied_type(), Type::Number | Type::String);
            comparable && version.mode().is_configurable() && !version.is_write_only()
        });
        if !fits {
            self.find(path, Flaw::VersionAttribute { name: name.clone() });
        }
    }

    fn dependencies(&mut self, name: &Text, attribute: &Attribute, block: &Block, path: &Path) {
        if !attribute.dependencies().is_empty() && !attribute.mode().is_computed() {
            self.find(path, Flaw::DependentMode);
        }
        for dependency in attribute.dependencies() {
            let exists = block.attributes().contains_key(dependency) || block.blocks().contains_key(dependency);
            if dependency == name || !exists {
                self.find(path, Flaw::Dependency { name: dependency.clone() });
            }
        }
    }
}

fn dynamic_in_collection(ty: &Type, inside: bool) -> bool {
    match ty {
        Type::Bool | Type::Number | Type::String => false,
        Type::Dynamic => inside,
        Type::List(element) | Type::Set(element) | Type::Map(element) => element.contains_dynamic(),
        Type::Tuple(elements) => elements.iter().any(|element| dynamic_in_collection(element, inside)),
        Type::Object(object) => object.attributes().any(|(_, attribute)| dynamic_in_collection(attribute, inside)),
    }
}

#[cfg(test)]
mod tests {
    use tf_value::Value;

    use super::super::{NestedObject, Schema};
    use super::*;
    use crate::plan::testing::CaseInsensitive;
    use crate::validate::Combination;

    #[track_caller]
    fn check(block: Block, expected: &[(&str, Flaw)]) {
        let found = Schema::new(0, block).self_check();
        let found: Vec<_> = found.into_iter().map(|finding| (finding.path.to_string(), finding.flaw)).collect();
        let expected: Vec<_> = expected.iter().map(|(path, flaw)| ((*path).to_owned(), flaw.clone())).collect();
        assert_eq!(found, expected);
    }

    fn string() -> Attribute {
        Attribute::optional(Type::String)
    }

    #[test]
    fn names() {
        check(Block::new().attribute("Name", string()), &[("Name", Flaw::Name)]);
        check(Block::new().attribute("", string()), &[("", Flaw::Name)]);
        check(Block::new().block("a-b", NestedBlock::list(Block::new())), &[("a-b", Flaw::Name)]);
        check(Block::new().attribute("count", string()), &[("count", Flaw::ReservedName)]);
        let inner = Block::new().attribute("count", string());
        check(Block::new().block("a", NestedBlock::list(inner)), &[]);
        check(Block::new().attribute("a", string()).attribute("a", string()), &[("a", Flaw::RepeatedName)]);
        let both = Block::new().attribute("a", string()).block("a", NestedBlock::list(Block::new()));
        check(both, &[("a", Flaw::AttributeAndBlock)]);
    }

    #[test]
    fn items() {
        let block = |nested: NestedBlock| Block::new().block("b", nested);
        check(block(NestedBlock::required_single(Block::new())), &[]);
        check(block(NestedBlock::single(Block::new()).max(1)), &[("b", Flaw::SingleItems)]);
        check(block(NestedBlock::single(Block::new()).min(2).max(2)), &[("b", Flaw::SingleItems)]);
        check(block(NestedBlock::group(Block::new()).max(1)), &[("b", Flaw::UncountedItems)]);
        check(block(NestedBlock::map(Block::new()).min(1)), &[("b", Flaw::UncountedItems)]);
        check(block(NestedBlock::list(Block::new()).min(2).max(1)), &[("b", Flaw::MinAboveMax)]);
        check(block(NestedBlock::set(Block::new()).min(2)), &[]);
    }

    #[test]
    fn dynamic_values() {
        let any = || Attribute::optional(Type::Dynamic);
        check(Block::new().attribute("a", any()), &[]);
        let single = Attribute::optional(NestedObject::single([("x", any())]));
        check(Block::new().attribute("a", single), &[]);
        let listed = Attribute::optional(NestedObject::list([("x", any())]));
        check(Block::new().attribute("a", listed), &[("a.x", Flaw::DynamicInCollection)]);
        let block = NestedBlock::set(Block::new().attribute("x", any()));
        check(Block::new().block("a", block), &[("a.x", Flaw::DynamicInCollection)]);
        let typed = Attribute::optional(Type::map(Type::Dynamic));
        check(Block::new().attribute("a", typed), &[("a", Flaw::DynamicInCollection)]);
    }

    #[test]
    fn write_only() {
        let secret = || string().write_only("v");
        let version = || Attribute::optional(Type::Number);
        let missing = Flaw::VersionAttribute { name: "v".into() };
        check(Block::new().attribute("s", secret()).attribute("v", version()), &[]);
        check(Block::new().attribute("s", secret()), &[("s", missing.clone())]);
        let computed = Attribute::computed(Type::Number);
        check(Block::new().attribute("s", secret()).attribute("v", computed), &[("s", missing.clone())]);
        let list = Attribute::optional(Type::list(Type::String));
        check(Block::new().attribute("s", secret()).attribute("v", list), &[("s", missing)]);
        let default = secret().default_value("x");
        check(Block::new().attribute("s", default).attribute("v", version()), &[("s", Flaw::WriteOnlyComputed)]);
        let set = NestedBlock::set(Block::new().attribute("s", secret()).attribute("v", version()));
        check(Block::new().block("b", set), &[("b.s", Flaw::WriteOnlyInSet)]);
        let deep = Attribute::optional(NestedObject::single([("s", secret()), ("v", version())]));
        let set = NestedBlock::set(Block::new().attribute("o", deep));
        check(Block::new().block("b", set), &[("b.o.s", Flaw::WriteOnlyInSet)]);
    }

    #[test]
    fn defaults() {
        check(Block::new().attribute("a", string().default_value("x")), &[]);
        check(Block::new().attribute("a", string().default_value(1)), &[("a", Flaw::DefaultValue)]);
        check(Block::new().attribute("a", string().default_value(Value::Null)), &[("a", Flaw::DefaultValue)]);
        check(Block::new().attribute("a", string().default_value(Value::unknown())), &[("a", Flaw::DefaultValue)]);
        let required = Attribute::required(Type::String).default_value("x");
        check(Block::new().attribute("a", required), &[("a", Flaw::DefaultMode)]);
    }

    #[test]
    fn dependencies() {
        let dependent = |name: &str| Attribute::computed(Type::String).depends_on([name]);
        check(Block::new().attribute("a", string()).attribute("b", dependent("a")), &[]);
        let absent = Flaw::Dependency { name: "c".into() };
        check(Block::new().attribute("b", dependent("c")), &[("b", absent)]);
        check(Block::new().attribute("b", dependent("b")), &[("b", Flaw::Dependency { name: "b".into() })]);
        let optional = string().depends_on(["a"]);
        check(Block::new().attribute("a", string()).attribute("b", optional), &[("b", Flaw::DependentMode)]);
    }

    #[test]
    fn renewal_flag() {
        let flag = || Attribute::computed(Type::Bool).renewal_flag();
        check(Block::new().attribute("a", flag()), &[]);
        check(Block::new().attribute("a", flag()).attribute("b", flag()), &[("", Flaw::RenewalFlag)]);
        check(Block::new().attribute("a", string().renewal_flag()), &[("a", Flaw::RenewalFlag)]);
        let nested = Attribute::computed(NestedObject::single([("a", flag())]));
        check(Block::new().attribute("n", nested), &[("n.a", Flaw::RenewalFlag)]);
    }

    #[test]
    fn nested_attributes() {
        let mixed = || NestedObject::single([("a", Attribute::required(Type::String))]);
        let flaw = Flaw::ConfiguredInComputed { name: "a".into() };
        check(Block::new().attribute("n", Attribute::optional_computed(mixed())), &[("n", flaw)]);
        check(Block::new().attribute("n", Attribute::computed(mixed())), &[]);
        let default = Attribute::optional(mixed()).default_value(Value::object([("a", Value::from("x"))]));
        check(Block::new().attribute("n", default), &[]);
        let semantic = Attribute::optional(mixed()).semantic_equality(CaseInsensitive);
        check(Block::new().attribute("n", semantic), &[("n", Flaw::SemanticsOfNested)]);
    }

    #[test]
    fn combinations() {
        let block = |names: &[&str]| {
            Block::new().attribute("a", string()).combination(Combination::conflicting(names.iter().copied()))
        };
        check(block(&["a", "b"]), &[("", Flaw::Combination)]);
        check(block(&["a"]), &[("", Flaw::Combination)]);
        check(block(&["a", "b"]).attribute("b", string()), &[]);
    }
}
