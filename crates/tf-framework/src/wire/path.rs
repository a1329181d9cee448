//! Paths as messages.

use plugin_proto::tfplugin6::AttributePath;
use plugin_proto::tfplugin6::attribute_path::Step as Message;
use plugin_proto::tfplugin6::attribute_path::step::Selector;
use tf_value::{Path, Step};

/// The path, as far as the protocol can express it: an element of a set has no address.
pub(crate) fn encode(path: &Path) -> AttributePath {
    let selectors = path.steps().iter().map_while(|step| match step {
        Step::Attribute(name) => Some(Selector::AttributeName(name.as_str().to_owned())),
        Step::Key(key) => Some(Selector::ElementKeyString(key.as_str().to_owned())),
        // No list has more elements than an i64 can count.
        Step::Index(index) => Some(Selector::ElementKeyInt(i64::try_from(*index).unwrap_or(i64::MAX))),
        Step::Element => None,
    });
    AttributePath { steps: selectors.map(|selector| Message { selector: Some(selector) }).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selectors(path: &Path) -> Vec<Selector> {
        encode(path).steps.into_iter().map(|step| step.selector.unwrap()).collect()
    }

    #[test]
    fn each_step_has_its_selector() {
        let path = Path::root().attribute("rule").index(1).attribute("labels").key("app");
        assert_eq!(
            selectors(&path),
            [
                Selector::AttributeName("rule".into()),
                Selector::ElementKeyInt(1),
                Selector::AttributeName("labels".into()),
                Selector::ElementKeyString("app".into()),
            ]
        );
    }

    #[test]
    fn a_path_ends_at_a_set() {
        let path = Path::root().attribute("rules").element().attribute("port");
        assert_eq!(selectors(&path), [Selector::AttributeName("rules".into())]);
    }
}
