//! What the author of a Terraform and OpenTofu provider writes against.
//!
//! A provider answers questions of a program that trusts no answer. It compares what was planned with what was configured,
//! what came out with what was planned, one plan with the next, and at the first difference it stops the run and blames the
//! provider. The rules are many and none of them has to do with what the provider is for. So they are here, once:
//!
//! * [`schema`]: what a resource looks like, and who sets which attribute.
//! * [`validate`](mod@validate): what is wrong with a configuration.
//! * [`plan`](mod@plan): the state that is to be.
//! * [`assert`](mod@assert): the rules by which both programs judge every answer, applied before they do.
//! * [`diagnostic`]: what the user is told.
//!
//! All of it is pure: no input or output, no clock, no runtime, and nothing of the wire. Values are those of [`tf_value`].

pub mod assert;
pub mod diagnostic;
pub mod plan;
pub mod schema;
mod trail;
pub mod validate;
