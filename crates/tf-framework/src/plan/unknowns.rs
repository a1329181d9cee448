//! What can't be known before apply: values that the provider computes, once something changes.

use tf_value::{Text, Value};

use super::draft::{Field, Member, Object, Planned};
use super::write_only::gets_new_value;
use crate::schema::Attribute;

/// Plans a renewal if the last refresh saw that it is due: the flag goes from true to false, which is a change like any
/// other. A new object is not due.
pub(super) fn decide_renewal(draft: &mut Object<'_>) {
    let created = draft.prior.is_null();
    for member in draft.members() {
        let Field::Attribute(attribute) = member.field else { continue };
        if attribute.is_renewal_flag() && (created || member.prior.as_bool() == Some(true)) {
            member.planned = Planned::Value(Value::from(false));
        }
    }
}

/// Makes unknown what the provider computes and nobody configured. Only for an object that changes: the plan of one that
/// does not must be empty.
///
/// What depends on other attributes waits for [`follow_dependencies`], unless there is no value to keep.
pub(super) fn mark(draft: &mut Object<'_>) {
    draft.each_attribute(&mut |attribute, member| {
        let computed = attribute.mode().is_computed() && member.config.is_null() && attribute.default().is_none();
        let decided =
            attribute.is_renewal_flag() && matches!(&member.planned, Planned::Value(value) if !value.is_null());
        let waits = !attribute.dependencies().is_empty() && !member.prior.is_null();
        if computed && !decided && !waits {
            member.planned = Planned::Value(Value::unknown());
        }
    });
}

/// Makes unknown what depends on something that changes, and then what depends on that.
pub(super) fn follow_dependencies(draft: &mut Object<'_>) {
    draft.each(&mut |members, prior| {
        if !prior.is_null() {
            while let Some(position) = outdated(members) {
                let Some(member) = members.get_mut(position) else { break };
                member.planned = Planned::Value(Value::unknown());
            }
        }
    });
}

/// An attribute that still has its prior value though something that it depends on gets a new one.
fn outdated(members: &[Member<'_>]) -> Option<usize> {
    let gets_new = |name: &Text| members.iter().any(|member| member.name == name && is_new(member, members));
    members.iter().position(|member| {
        let Field::Attribute(attribute) = member.field else { return false };
        is_kept(attribute, member) && attribute.dependencies().iter().any(gets_new)
    })
}

fn is_kept(attribute: &Attribute, member: &Member<'_>) -> bool {
    let computed = member.config.is_null() && attribute.default().is_none();
    computed && matches!(&member.planned, Planned::Value(planned) if planned == member.prior)
}

/// Whether something that others may depend on will have another value than before.
fn is_new(member: &Member<'_>, beside: &[Member<'_>]) -> bool {
    if gets_new_value(member, beside) {
        return true;
    }
    match member.field {
        // A flag that a refresh has not set yet tells nothing.
        Field::Attribute(attribute) if attribute.is_renewal_flag() => false,
        Field::Attribute(_) | Field::Blocks(_) => {
            matches!(&member.planned, Planned::Value(value) if value != member.prior)
        }
    }
}

#[cfg(test)]
mod tests {
    use tf_value::Type;

    use crate::plan::testing::{Wrap, check, element};
    use crate::schema::{Attribute, Block, NestedBlock, NestedObject};

    use super::*;

    fn computed() -> Attribute {
        Attribute::computed(Type::String)
    }

    fn block() -> Block {
        Block::new()
            .attribute("name", Attribute::optional(Type::String))
            .attribute("id", computed())
            .attribute("size", Attribute::optional_computed(Type::Number))
    }

    fn object(name: &str, id: Value, size: Value) -> Value {
        Value::object([("name", Value::from(name)), ("id", id), ("size", size)])
    }

    #[test]
    fn creation_computes_everything_that_is_not_configured() {
        let null = || Value::Null;
        check(&block(), null(), object("a", null(), null()), object("a", Value::unknown(), Value::unknown()));
        check(&block(), null(), object("a", null(), Value::from(1)), object("a", Value::unknown(), Value::from(1)));
    }

    #[test]
    fn no_change_plans_nothing() {
        let prior = || object("a", Value::from("1"), Value::from(2));
        check(&block(), prior(), object("a", Value::Null, Value::Null), prior());
        check(&block(), prior(), object("a", Value::Null, Value::from(2)), prior());
        let missing = || object("a", Value::Null, Value::Null);
        check(&block(), missing(), missing(), missing());
    }

    #[test]
    fn a_change_makes_what_is_computed_unknown() {
        let prior = object("a", Value::from("1"), Value::from(2));
        check(&block(), prior, object("b", Value::Null, Value::Null), object("b", Value::unknown(), Value::unknown()));
    }

    #[test]
    fn a_default_is_not_computed() {
        let block = Block::new()
            .attribute("a", Attribute::optional(Type::String))
            .attribute("d", Attribute::optional(Type::String).default_value("x"));
        let object = |a: &str, d: Option<&str>| Value::object([("a", Value::from(a)), ("d", Value::from(d))]);
        check(&block, object("1", Some("x")), object("2", None), object("2", Some("x")));
    }

    #[test]
    fn every_object_is_marked() {
        let inner = || Block::new().attribute("n", Attribute::optional(Type::String)).attribute("id", computed());
        let object = |id: Value| Value::object([("n", Value::from("x")), ("id", id)]);
        let nestings: [(NestedBlock, Wrap); 5] = [
            (NestedBlock::single(inner()), |object| object),
            (NestedBlock::group(inner()), |object| object),
            (NestedBlock::list(inner()), |object| Value::list([object])),
            (NestedBlock::set(inner()), |object| Value::set([object])),
            (NestedBlock::map(inner()), |object| Value::map([("k", object)])),
        ];
        for (nested, wrap) in nestings {
            let outer = Block::new().block("b", nested);
            let config = element("b", wrap(object(Value::Null)));
            check(&outer, Value::Null, config.clone(), element("b", wrap(object(Value::unknown()))));
            let prior = || element("b", wrap(object(Value::from("1"))));
            check(&outer, prior(), config, prior());
        }
    }

    #[test]
    fn a_computed_object_is_unknown_as_a_whole() {
        let nested = NestedObject::single([("x", computed())]);
        let block = Block::new().attribute("n", Attribute::computed(nested));
        check(&block, Value::Null, element("n", Value::Null), element("n", Value::unknown()));
    }

    #[test]
    fn unknown_blocks_stay_as_they_are() {
        let outer = Block::new().block("b", NestedBlock::list(block())).attribute("id", computed());
        let object = |id| Value::object([("b", Value::unknown()), ("id", id)]);
        check(&outer, Value::Null, object(Value::Null), object(Value::unknown()));
    }

    fn dependent() -> Block {
        Block::new()
            .attribute("label", Attribute::optional(Type::String))
            .attribute("key", Attribute::optional(Type::String))
            .attribute("s", Attribute::optional(Type::String).write_only("v"))
            .attribute("v", Attribute::optional(Type::Number))
            .attribute("hash", computed().depends_on(["s", "key"]))
            .attribute("url", computed().depends_on(["hash"]))
    }

    #[track_caller]
    fn check_dependent(key: &str, version: i64, kept: bool) {
        let object = |label: &str, key: &str, secret: Option<&str>, version: i64, computed: Option<&str>| {
            let computed =
                || computed.map_or(Value::Null, |text| if text == "?" { Value::unknown() } else { text.into() });
            Value::object([
                ("label", Value::from(label)),
                ("key", Value::from(key)),
                ("s", Value::from(secret)),
                ("v", Value::from(version)),
                ("hash", computed()),
                ("url", computed()),
            ])
        };
        let prior = object("old", "k", None, 1, Some("old"));
        let config = object("new", key, Some("secret"), version, None);
        check(&dependent(), prior, config, object("new", key, None, version, Some(if kept { "old" } else { "?" })));
    }

    #[test]
    fn what_depends_on_nothing_new_is_kept() {
        check_dependent("k", 1, true);
    }

    #[test]
    fn what_depends_on_something_new_is_unknown() {
        check_dependent("other", 1, false);
    }

    #[test]
    fn what_depends_on_a_secret_is_unknown_when_its_version_changes() {
        check_dependent("k", 2, false);
    }

    #[test]
    fn without_a_value_to_keep_a_dependent_is_unknown() {
        let block = Block::new()
            .attribute("a", Attribute::optional(Type::String))
            .attribute("b", Attribute::optional(Type::String))
            .attribute("c", computed().depends_on(["a"]));
        let object = |b: &str, c: Value| Value::object([("a", Value::from("x")), ("b", Value::from(b)), ("c", c)]);
        check(&block, object("1", Value::Null), object("2", Value::Null), object("2", Value::unknown()));
    }

    fn renewable() -> Block {
        Block::new()
            .attribute("label", Attribute::optional(Type::String))
            .attribute("ready_for_renewal", Attribute::computed(Type::Bool).renewal_flag())
            .attribute("pem", computed().depends_on(["ready_for_renewal"]))
            .attribute("key_id", computed().keep_state())
    }

    fn certificate(label: &str, ready: Value, pem: Value, key_id: Value) -> Value {
        Value::object([("label", Value::from(label)), ("ready_for_renewal", ready), ("pem", pem), ("key_id", key_id)])
    }

    #[test]
    fn a_renewal_that_is_due_is_an_update_in_place() {
        let config = certificate("x", Value::Null, Value::Null, Value::Null);
        let prior = |ready: bool| certificate("x", Value::from(ready), Value::from("pem"), Value::from("id"));
        let renewed = certificate("x", Value::from(false), Value::unknown(), Value::from("id"));
        check(&renewable(), prior(true), config.clone(), renewed);
        check(&renewable(), prior(false), config, prior(false));
    }

    #[test]
    fn another_update_renews_nothing() {
        let config = certificate("new", Value::Null, Value::Null, Value::Null);
        let object = |label: &str| certificate(label, Value::from(false), Value::from("pem"), Value::from("id"));
        check(&renewable(), object("old"), config, object("new"));
    }

    #[test]
    fn a_new_object_is_not_due() {
        let config = certificate("x", Value::Null, Value::Null, Value::Null);
        let planned = certificate("x", Value::from(false), Value::unknown(), Value::unknown());
        check(&renewable(), Value::Null, config, planned);
    }

    #[test]
    fn a_flag_that_was_never_set_renews_nothing() {
        let prior = |label: &str| certificate(label, Value::Null, Value::from("pem"), Value::from("id"));
        let config = |label: &str| certificate(label, Value::Null, Value::Null, Value::Null);
        check(&renewable(), prior("x"), config("x"), prior("x"));
        let planned = certificate("y", Value::unknown(), Value::from("pem"), Value::from("id"));
        check(&renewable(), prior("x"), config("y"), planned);
    }
}
