//! Extensions that are missing, surplus, contradictory or marked wrongly.

use anyhow::Result;

use super::{Broken, Fault, World};
use crate::parts::{AUTHORITY_KEY_ID, EXTENDED_KEY_USAGE, KEY_USAGE, Parts, SUBJECT_KEY_ID};
use crate::tlv::{BIT_STRING, BOOLEAN, INTEGER, NULL, UTF8_STRING, explicit, implicit, oid, sequence, tlv};

const SERVER_AUTH: [u8; 8] = [0x2b, 6, 1, 5, 5, 7, 3, 1];
const CLIENT_AUTH: [u8; 8] = [0x2b, 6, 1, 5, 5, 7, 3, 2];
const ANY_PURPOSE: [u8; 4] = [0x55, 0x1d, 0x25, 0];
/// Of nobody: below the enterprise number for examples (RFC 5612).
const UNKNOWN: [u8; 9] = [0x2b, 6, 1, 4, 1, 0x81, 0xfd, 0x59, 1];

pub(super) static FAULTS: &[Fault] = &[
    Fault { id: "no-authority-key-id", make: |world| world.leaf(|leaf| leaf.remove(AUTHORITY_KEY_ID)) },
    Fault {
        id: "authority-key-id-of-another",
        make: |world| world.leaf(|leaf| leaf.set(AUTHORITY_KEY_ID, sequence(&[&implicit(0, &[7; 20])]))),
    },
    Fault { id: "authority-key-id-critical", make: |world| critical(world, AUTHORITY_KEY_ID) },
    Fault { id: "authority-key-id-half", make: half_authority },
    Fault { id: "no-subject-key-id", make: |world| world.leaf(|leaf| leaf.remove(SUBJECT_KEY_ID)) },
    Fault { id: "subject-key-id-critical", make: |world| critical(world, SUBJECT_KEY_ID) },
    Fault {
        id: "subject-key-id-no-octets",
        make: |world| world.leaf(|leaf| leaf.set(SUBJECT_KEY_ID, tlv(INTEGER, &[5]))),
    },
    Fault {
        id: "unknown-critical-extension",
        make: |world| change(world, |leaf| leaf.add(&UNKNOWN, true, tlv(NULL, &[]))),
    },
    Fault {
        id: "key-usage-twice",
        make: |world| {
            world.leaf(|leaf| {
                let usage = leaf.extension(KEY_USAGE)?.clone();
                leaf.extensions.push(usage);
                Ok(())
            })
        },
    },
    Fault { id: "key-usage-empty", make: |world| usage(world, &[0]) },
    Fault {
        id: "key-usage-not-critical",
        make: |world| {
            world.leaf(|leaf| {
                leaf.extension(KEY_USAGE)?.critical.clear();
                Ok(())
            })
        },
    },
    Fault { id: "key-usage-key-agreement-only", make: |world| usage(world, &[3, 0x08]) },
    Fault { id: "key-encipherment-with-ec", make: |world| usage(world, &[5, 0xa0]) },
    Fault { id: "purpose-client-only", make: |world| purposes(world, &[&oid(&CLIENT_AUTH)]) },
    Fault { id: "purpose-any-only", make: |world| purposes(world, &[&oid(&ANY_PURPOSE)]) },
    Fault { id: "purposes-empty", make: |world| purposes(world, &[]) },
    Fault {
        id: "purpose-any-critical",
        make: |world| {
            world.leaf(|leaf| {
                let extension = leaf.extension(EXTENDED_KEY_USAGE)?;
                extension.critical = tlv(BOOLEAN, &[0xff]);
                extension.value = sequence(&[&oid(&SERVER_AUTH), &oid(&ANY_PURPOSE)]);
                Ok(())
            })
        },
    },
];

fn change(world: &World, spoil: impl FnOnce(&mut Parts)) -> Result<Broken> {
    world.leaf(|leaf| {
        spoil(leaf);
        Ok(())
    })
}

fn critical(world: &World, extension: [u8; 3]) -> Result<Broken> {
    world.leaf(|leaf| {
        leaf.extension(extension)?.critical = tlv(BOOLEAN, &[0xff]);
        Ok(())
    })
}

fn usage(world: &World, bits: &[u8]) -> Result<Broken> {
    world.leaf(|leaf| leaf.set(KEY_USAGE, tlv(BIT_STRING, bits)))
}

fn purposes(world: &World, list: &[&[u8]]) -> Result<Broken> {
    world.leaf(|leaf| leaf.set(EXTENDED_KEY_USAGE, sequence(list)))
}

/// The issuer's name without the serial number that belongs to it (RFC 5280 §4.2.1.1 wants both or none).
fn half_authority(world: &World) -> Result<Broken> {
    world.leaf(|leaf| {
        let key_id = leaf.extension(AUTHORITY_KEY_ID)?.value.clone();
        let key_id = crate::tlv::content(&key_id)?.to_vec();
        let part = sequence(&[&oid(&[0x55, 4, 3]), &tlv(UTF8_STRING, b"Home root")]);
        let name = sequence(&[&tlv(crate::tlv::SET, &part)]);
        leaf.set(AUTHORITY_KEY_ID, sequence(&[&key_id, &explicit(1, &explicit(4, &name))]))
    })
}
