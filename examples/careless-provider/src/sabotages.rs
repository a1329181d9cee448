//! Every sabotage, by the call that it spoils.
//!
//! What the cores do is written down before they are asked. Where both take no notice, the rule is one that they rely
//! on.

mod apply;
mod destroy;
mod encoding;
mod ephemeral;
mod import;
mod migrate;
mod plan;
mod query;
mod read;
mod replacement;
mod schema;
mod successor;
mod validate;

use crate::sabotage::Sabotage;

/// All of them.
pub fn sabotages() -> impl Iterator<Item = &'static Sabotage> {
    let tables = [
        schema::ALL,
        validate::ALL,
        plan::ALL,
        replacement::ALL,
        successor::ALL,
        encoding::ALL,
        apply::ALL,
        destroy::ALL,
        read::ALL,
        import::ALL,
        migrate::ALL,
        query::ALL,
        ephemeral::ALL,
    ];
    tables.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_sabotage_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = sabotages().map(|sabotage| sabotage.name).collect();
        assert_eq!(names.len(), sabotages().count());
        assert!(names.iter().all(|name| name.len() > 6), "a short name may be in a request by chance");
    }
}
