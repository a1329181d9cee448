//! Times that are over, not there yet, or written in a form that RFC 5280 §4.1.2.5 rules out.

use anyhow::Result;
use jiff::Timestamp;

use super::{Broken, DAY, Fault, World};
use crate::parts::Parts;
use crate::tlv::{GENERALIZED_TIME, UTC_TIME, tlv};

pub(super) static FAULTS: &[Fault] = &[
    Fault { id: "expired", make: |world| leaf(world, |leaf, now| leaf.not_after = utc(now - DAY / 24)) },
    Fault { id: "not-yet-valid", make: |world| leaf(world, |leaf, now| leaf.not_before = utc(now + DAY)) },
    Fault { id: "ends-before-it-begins", make: |world| leaf(world, |leaf, now| leaf.not_after = utc(now - DAY * 2)) },
    Fault {
        id: "intermediate-expired",
        make: |world| {
            world.intermediate(|ca| {
                ca.not_after = utc(world.now - DAY / 24);
                Ok(())
            })
        },
    },
    Fault {
        id: "root-expired",
        make: |world| {
            world.root(|root| {
                root.not_after = utc(world.now - DAY / 24);
                Ok(())
            })
        },
    },
    Fault {
        id: "generalized-time-before-2050",
        make: |world| leaf(world, |leaf, now| leaf.not_after = time(GENERALIZED_TIME, now + DAY, "%Y%m%d%H%M%SZ")),
    },
    Fault {
        id: "generalized-time-with-fraction",
        make: |world| {
            leaf(world, |leaf, now| leaf.not_after = time(GENERALIZED_TIME, now + DAY * 20_000, "%Y%m%d%H%M%S.5Z"))
        },
    },
    Fault {
        id: "generalized-time-without-zone",
        make: |world| {
            leaf(world, |leaf, now| leaf.not_after = time(GENERALIZED_TIME, now + DAY * 20_000, "%Y%m%d%H%M%S"))
        },
    },
    Fault {
        id: "utc-time-without-seconds",
        make: |world| leaf(world, |leaf, now| leaf.not_after = time(UTC_TIME, now + DAY, "%y%m%d%H%MZ")),
    },
    Fault {
        id: "utc-time-with-offset",
        make: |world| leaf(world, |leaf, now| leaf.not_after = time(UTC_TIME, now + DAY, "%y%m%d%H%M%S+0000")),
    },
    Fault {
        id: "thirteenth-month",
        make: |world| leaf(world, |leaf, _| leaf.not_after = tlv(UTC_TIME, b"401301000000Z")),
    },
];

fn leaf(world: &World, spoil: impl FnOnce(&mut Parts, Timestamp)) -> Result<Broken> {
    world.leaf(|leaf| {
        spoil(leaf, world.now);
        Ok(())
    })
}

fn utc(at: Timestamp) -> Vec<u8> {
    time(UTC_TIME, at, "%y%m%d%H%M%SZ")
}

fn time(tag: u8, at: Timestamp, format: &str) -> Vec<u8> {
    tlv(tag, at.strftime(format).to_string().as_bytes())
}
