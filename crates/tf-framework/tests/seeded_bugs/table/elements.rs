//! Collections that are compared element by element.

use seeded_bugs::Edit;

use crate::Bug;

const ELEMENTS: &str = "plan/semantic/elements.rs";

pub(super) const BUGS: &[Bug] = &[
    Bug {
        name: "lists-by-first-element",
        edits: &[Edit {
            file: ELEMENTS,
            find: "keep(earlier.get(index).unwrap_or(&Value::Null), new)",
            replace: "keep(earlier.get(index * 0).unwrap_or(&Value::Null), new)",
        }],
        test: "plan::semantic::elements::tests::elements_of_lists_are_compared_by_index",
        is_judged: false,
    },
    Bug {
        name: "maps-by-their-first-key",
        edits: &[Edit {
            file: ELEMENTS,
            find: "earlier.and_then(|earlier| earlier.get(&key)).unwrap_or(&Value::Null)",
            replace: "earlier.and_then(|earlier| earlier.values().next()).unwrap_or(&Value::Null)",
        }],
        test: "plan::semantic::elements::tests::elements_of_maps_are_compared_by_key",
        is_judged: false,
    },
    Bug {
        name: "sets-by-their-bytes",
        edits: &[Edit {
            file: ELEMENTS,
            find: "Some(earlier) if *earlier != new => Value::set(in_set(earlier, &new, keep)),",
            replace: "Some(earlier) if false && *earlier != new => Value::set(in_set(earlier, &new, keep)),",
        }],
        test: "plan::semantic::elements::tests::elements_of_sets_are_compared_with_all",
        is_judged: false,
    },
];
