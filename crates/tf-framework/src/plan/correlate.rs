//! Which prior element of a set became which configured one.
//!
//! Elements of a set have no name, so this is a guess: a prior element can be what became of a configured one if they differ
//! only in what the provider computes. Core guesses too, but takes the first that fits and may leave a later element with
//! nothing, which shows as a difference at every plan. Here as many as possible find one.

use std::collections::VecDeque;

use tf_value::Value;

use super::draft::member;
use crate::schema::{Attribute, Block, Nesting};

/// For each configured element the prior one that it belongs to. No prior element is given twice.
pub(super) fn predecessors<'a>(block: &Block, priors: &[&'a Value], configs: &[&Value]) -> Vec<Option<&'a Value>> {
    let fits = |config: &Value| -> Vec<usize> {
        let fitting = priors.iter().enumerate().filter(|(_, prior)| may_become(block, prior, config));
        fitting.map(|(position, _)| position).collect()
    };
    let candidates: Vec<Vec<usize>> = configs.iter().map(|config| fits(config)).collect();
    let taken = matching(&candidates, priors.len());
    taken.into_iter().map(|position| priors.get(position?).copied()).collect()
}

/// The largest matching between elements and their candidates among so many prior ones, by augmenting paths.
pub(super) fn matching(candidates: &[Vec<usize>], priors: usize) -> Vec<Option<usize>> {
    let mut taken: Vec<Option<usize>> = vec![None; candidates.len()];
    let mut owner: Vec<Option<usize>> = vec![None; priors];
    for start in 0..candidates.len() {
        // From which element each prior one was reached.
        let mut reached: Vec<Option<usize>> = vec![None; priors];
        let mut queue = VecDeque::from([start]);
        let mut free = None;
        while let (Some(element), None) = (queue.pop_front(), free) {
            for &prior in candidates.get(element).into_iter().flatten() {
                let Some(from @ None) = reached.get_mut(prior) else { continue };
                *from = Some(element);
                match owner.get(prior).copied().flatten() {
                    Some(other) => queue.push_back(other),
                    None => {
                        free = Some(prior);
                        break;
                    }
                }
            }
        }
        // Each element on the way gives up what it had and takes what it was reached from.
        while let Some(prior) = free {
            let Some(element) = reached.get(prior).copied().flatten() else { break };
            free = match taken.get_mut(element) {
                Some(slot) => slot.replace(prior),
                None => None,
            };
            if let Some(slot) = owner.get_mut(prior) {
                *slot = Some(element);
            }
            if element == start {
                break;
            }
        }
    }
    taken
}

/// Whether a prior object can be what became of a configured one.
fn may_become(block: &Block, prior: &Value, config: &Value) -> bool {
    if prior == config {
        return true;
    }
    if prior.as_object().is_none() || config.as_object().is_none() {
        return false;
    }
    let attributes = || {
        let mut attributes = block.attributes().iter();
        attributes.all(|(name, attribute)| attribute_may_become(attribute, member(prior, name), member(config, name)))
    };
    let blocks = || {
        let mut blocks = block.blocks().iter();
        blocks.all(|(name, nested)| {
            objects_may_become(nested.nesting(), nested.block(), member(prior, name), member(config, name))
        })
    };
    attributes() && blocks()
}

pub(super) fn attribute_may_become(attribute: &Attribute, prior: &Value, config: &Value) -> bool {
    if prior == config || (config.is_null() && attribute.mode().is_computed()) {
        return true;
    }
    let known = || !prior.is_null() && !config.is_null() && prior.is_wholly_known() && config.is_wholly_known();
    match (attribute.nested(), attribute.semantics()) {
        (Some(nested), _) => objects_may_become(nested.nesting(), nested.object(), prior, config),
        (None, Some(semantics)) => known() && semantics.same(prior, config),
        (None, None) => false,
    }
}

pub(super) fn objects_may_become(nesting: Nesting, block: &Block, prior: &Value, config: &Value) -> bool {
    if prior == config {
        return true;
    }
    match nesting {
        Nesting::Single | Nesting::Group => may_become(block, prior, config),
        Nesting::List => match (prior.as_slice(), config.as_slice()) {
            (Some(priors), Some(configs)) if priors.len() == configs.len() => {
                priors.iter().zip(configs).all(|(prior, config)| may_become(block, prior, config))
            }
            _ => false,
        },
        Nesting::Map => match (prior.as_map(), config.as_map()) {
            (Some(priors), Some(configs)) if priors.len() == configs.len() => {
                let mut priors = priors.iter();
                priors.all(|(key, prior)| configs.get(key).is_some_and(|config| may_become(block, prior, config)))
            }
            _ => false,
        },
        Nesting::Set => match (prior.as_set(), config.as_set()) {
            (Some(priors), Some(configs)) if priors.len() == configs.len() => {
                let (priors, configs): (Vec<_>, Vec<_>) = (priors.iter().collect(), configs.iter().collect());
                predecessors(block, &priors, &configs).iter().all(Option::is_some)
            }
            _ => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use tf_value::Type;

    use super::*;
    use crate::plan::testing::CaseInsensitive;
    use crate::schema::NestedObject;

    fn block() -> Block {
        let inner =
            NestedObject::set([("key", Attribute::required(Type::String)), ("id", Attribute::computed(Type::Number))]);
        Block::new()
            .attribute("a", Attribute::required(Type::String).semantic_equality(CaseInsensitive))
            .attribute("b", Attribute::optional_computed(Type::String))
            .attribute("inner", Attribute::optional(inner))
    }

    fn element(a: &str, b: Option<&str>) -> Value {
        Value::object([("a", Value::from(a)), ("b", Value::from(b)), ("inner", Value::Null)])
    }

    #[track_caller]
    fn check(priors: &[Value], configs: &[Value], expected: &[Option<usize>]) {
        let (prior_refs, config_refs): (Vec<_>, Vec<_>) = (priors.iter().collect(), configs.iter().collect());
        let found = predecessors(&block(), &prior_refs, &config_refs);
        let expected: Vec<_> = expected.iter().map(|position| position.map(|position| &priors[position])).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn elements_are_recognised_by_what_is_configured() {
        let priors = [element("x", Some("1")), element("y", Some("2"))];
        check(&priors, &[element("y", None), element("x", None)], &[Some(1), Some(0)]);
        check(&priors, &[element("z", None), element("x", Some("1"))], &[None, Some(0)]);
        check(&priors, &[element("x", Some("other"))], &[None]);
        check(&priors, &[element("X", None)], &[Some(0)]);
    }

    #[test]
    fn no_element_is_left_with_nothing_if_there_is_a_way() {
        let priors = [element("x", Some("1")), element("x", Some("2"))];
        // The first would take the first; the second fits no other.
        check(&priors, &[element("x", None), element("x", Some("1"))], &[Some(1), Some(0)]);
        let priors = [element("x", Some("1")), element("x", Some("2")), element("x", Some("3"))];
        let configs = [element("x", None), element("x", Some("1")), element("x", Some("2"))];
        check(&priors, &configs, &[Some(2), Some(0), Some(1)]);
    }

    #[test]
    fn sets_in_sets_are_looked_into() {
        let inner = |id: Value| {
            let element = Value::object([("id", id), ("key", Value::from("k"))]);
            Value::object([("a", Value::from("x")), ("b", Value::Null), ("inner", Value::set([element]))])
        };
        check(&[inner(Value::from(1))], &[inner(Value::Null)], &[Some(0)]);
        check(&[inner(Value::from(1))], &[element("x", None)], &[None]);
    }

    #[test]
    fn unknown_values_are_not_guessed() {
        let unknown = Value::object([("a", Value::unknown()), ("b", Value::Null), ("inner", Value::Null)]);
        check(&[element("x", Some("1"))], &[unknown], &[None]);
        check(&[element("x", Some("1"))], &[Value::unknown()], &[None]);
    }
}
