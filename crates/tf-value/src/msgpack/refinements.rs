//! Extensions: every one is an unknown value, and one tells more about it.

use super::decode::number;
use super::reader::{Extension, Reader};
use crate::error::{Error, Problem};
use crate::unknown::{Bound, RefinementError, Refinements};
use crate::{Type, Value};

/// The extension whose body is a map of refinements.
pub(super) const REFINED: i8 = 12;
/// The longest body that cty reads.
pub(super) const MAX_BODY: usize = 1_024;

pub(super) const NULLNESS: u8 = 1;
pub(super) const PREFIX: u8 = 2;
pub(super) const NUMBER_MIN: u8 = 3;
pub(super) const NUMBER_MAX: u8 = 4;
pub(super) const LENGTH_MIN: u8 = 5;
pub(super) const LENGTH_MAX: u8 = 6;

pub(super) fn decode(ty: &Type, extension: &Extension<'_>) -> Result<Value, Error> {
    // A body of one byte is filler. So is every body of a code that is not defined today: a later release may define it, and
    // the protocol promises that it will still mean an unknown value.
    if extension.code != REFINED || extension.body.len() <= 1 {
        return Ok(Value::unknown());
    }
    if extension.body.len() > MAX_BODY {
        return Err(Problem::Refinement(RefinementError::TooLong).into());
    }
    let mut reader = Reader::new(extension.body);
    let entries = reader.map_length("a map").map_err(malformed)?;
    if *ty == Type::Dynamic {
        // Nothing can be known about a value whose type is not, but a later release may find a way.
        return Ok(Value::unknown());
    }
    let mut refinements = Refinements::default();
    let mut is_null = false;
    for _ in 0..entries {
        let key = reader.integer().map_err(malformed)?;
        match u8::try_from(key) {
            Ok(NULLNESS) if reader.bool().map_err(malformed)? => is_null = true,
            Ok(NULLNESS) => refinements = refinements.not_null(),
            Ok(PREFIX) => refinements = add(refinements.prefix(reader.string().map_err(malformed)?))?,
            Ok(NUMBER_MIN) => refinements = add(refinements.at_least(bound(&mut reader)?))?,
            Ok(NUMBER_MAX) => refinements = add(refinements.at_most(bound(&mut reader)?))?,
            Ok(LENGTH_MIN) => refinements = add(refinements.min_length(length(&mut reader)?))?,
            Ok(LENGTH_MAX) => refinements = add(refinements.max_length(length(&mut reader)?))?,
            // Of a later release.
            _ => reader.skip().map_err(malformed)?,
        }
    }
    if is_null && refinements.is_not_null() {
        return Err(Problem::Refinement(RefinementError::Contradiction).into());
    }
    let value = Value::refined(ty, refinements)?;
    Ok(if is_null { Value::Null } else { value })
}

fn bound(reader: &mut Reader<'_>) -> Result<Bound, Error> {
    if reader.array_length("a pair").map_err(malformed)? != 2 {
        return Err(malformed(Problem::Truncated));
    }
    let number = number(reader.number().map_err(malformed)?)?;
    Ok(Bound { number, inclusive: reader.bool().map_err(malformed)? })
}

fn length(reader: &mut Reader<'_>) -> Result<u64, Error> {
    let length = reader.integer().map_err(malformed)?;
    u64::try_from(length).map_err(|_| malformed(Problem::Truncated))
}

fn add(refinements: Result<Refinements, RefinementError>) -> Result<Refinements, Error> {
    refinements.map_err(|error| Problem::Refinement(error).into())
}

/// What exactly is wrong in the body helps nobody: no person writes these.
fn malformed(_: Problem) -> Error {
    Problem::Refinement(RefinementError::Malformed).into()
}
