//! Whether an object that is there already is the one that a plan declares.

use tf_value::Value;

use super::correlate::{attribute_may_become, objects_may_become};
use super::draft::member;
use crate::model::{Fields, Model, PlanOf};
use crate::schema::Mode;

/// The attributes and blocks in which an object that was found differs from what a plan says of it; none if it can be taken
/// over as it is.
///
/// What the plan leaves open does not count: what is null or not decided in it. Nor does what only the provider sets, and what
/// is write-only, which can't be read back. Values that mean the same are the same.
///
/// For a creation that finds its object there: without a difference it adopts the object, else it fails.
pub fn declared_differences<T: PlanOf>(plan: &T, found: &T::Model) -> Vec<String> {
    let (planned, found) = (<T::Model as Fields>::plan_to_object(plan), found.to_object());
    let schema = T::Model::schema();
    let block = schema.block();
    let is_open = |value: &Value| value.is_null() || !value.is_wholly_known();
    let attributes = block.attributes().iter().filter(|(name, attribute)| {
        let planned = member(&planned, name);
        let is_declared = attribute.mode() != Mode::Computed && !attribute.is_write_only() && !is_open(planned);
        is_declared && !attribute_may_become(attribute, member(&found, name), planned)
    });
    let blocks = block.blocks().iter().filter(|(name, nested)| {
        let planned = member(&planned, name);
        !is_open(planned) && !objects_may_become(nested.nesting(), nested.block(), member(&found, name), planned)
    });
    attributes.map(|(name, _)| name.to_string()).chain(blocks.map(|(name, _)| name.to_string())).collect()
}
