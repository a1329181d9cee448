//! Bytes that are not the one encoding which DER allows, or say what X.509 does not.

use anyhow::{Context as _, Result};

use super::{Broken, Fault, World};
use crate::parts::{BASIC_CONSTRAINTS, KEY_USAGE, Parts, Signer};
use crate::tlv::{BIT_STRING, BOOLEAN, INTEGER, SEQUENCE, content, elements, explicit, implicit, sequence, tlv};

/// Half of all signatures will do, so that this many fail never.
const ATTEMPTS: usize = 200;

pub(super) static FAULTS: &[Fault] = &[
    Fault { id: "version-1-with-extensions", make: |world| change(world, |leaf| leaf.version.clear()) },
    Fault { id: "version-2-with-extensions", make: |world| change(world, |leaf| leaf.version = version(1)) },
    Fault { id: "version-4", make: |world| change(world, |leaf| leaf.version = version(3)) },
    Fault { id: "serial-zero", make: |world| change(world, |leaf| leaf.serial = tlv(INTEGER, &[0])) },
    Fault { id: "serial-negative", make: |world| change(world, |leaf| leaf.serial = tlv(INTEGER, &[0x80, 1])) },
    Fault { id: "serial-of-21-octets", make: |world| change(world, |leaf| leaf.serial = tlv(INTEGER, &[0x45; 21])) },
    Fault {
        id: "serial-with-surplus-zero",
        make: |world| change(world, |leaf| leaf.serial = tlv(INTEGER, &[0, 0x45, 0x67])),
    },
    Fault { id: "unique-id", make: |world| change(world, |leaf| leaf.unique_ids = implicit(1, &[0, 0x2a])) },
    Fault { id: "byte-behind-the-certificate", make: |world| world.leaf_bytes(|leaf| Ok([leaf, vec![0]].concat())) },
    Fault { id: "element-behind-the-extensions", make: |world| change(world, |leaf| leaf.behind = vec![5, 0]) },
    Fault {
        id: "byte-behind-basic-constraints",
        make: |world| {
            world.leaf(|leaf| {
                leaf.extension(BASIC_CONSTRAINTS)?.value.push(0);
                Ok(())
            })
        },
    },
    Fault { id: "length-with-surplus-zero", make: |world| world.leaf_bytes(|leaf| long_length(&leaf)) },
    Fault { id: "length-indefinite", make: |world| world.leaf_bytes(|leaf| indefinite(&leaf)) },
    Fault {
        id: "critical-as-one",
        make: |world| {
            world.leaf(|leaf| {
                leaf.extension(KEY_USAGE)?.critical = tlv(BOOLEAN, &[1]);
                Ok(())
            })
        },
    },
    Fault {
        id: "critical-false-written",
        make: |world| {
            world.leaf(|leaf| {
                leaf.extension(crate::parts::SUBJECT_KEY_ID)?.critical = tlv(BOOLEAN, &[0]);
                Ok(())
            })
        },
    },
    Fault {
        id: "not-a-ca-written",
        make: |world| world.leaf(|leaf| leaf.set(BASIC_CONSTRAINTS, sequence(&[&tlv(BOOLEAN, &[0])]))),
    },
    Fault {
        id: "key-usage-with-surplus-zeros",
        make: |world| world.leaf(|leaf| leaf.set(KEY_USAGE, tlv(BIT_STRING, &[0, 0x80]))),
    },
    Fault { id: "extensions-empty", make: |world| change(world, |leaf| leaf.extensions.clear()) },
    Fault { id: "signature-with-unused-bits", make: unused_bits },
];

fn change(world: &World, spoil: impl FnOnce(&mut Parts)) -> Result<Broken> {
    world.leaf(|leaf| {
        spoil(leaf);
        Ok(())
    })
}

fn version(number: u8) -> Vec<u8> {
    explicit(0, &tlv(INTEGER, &[number]))
}

/// The outermost length with one digit more than it needs.
fn long_length(der: &[u8]) -> Result<Vec<u8>> {
    let content = content(der)?;
    let length = u16::try_from(content.len())?.to_be_bytes();
    Ok([&[SEQUENCE, 0x83, 0], &length[..], content].concat())
}

/// Allowed in BER only.
fn indefinite(der: &[u8]) -> Result<Vec<u8>> {
    Ok([&[SEQUENCE, 0x80], content(der)?, &[0, 0]].concat())
}

/// The signature is a bit string that says that its last bit does not count, and that bit is set. ECDSA gives another
/// signature each time; the next that ends with a set bit is taken.
fn unused_bits(world: &World) -> Result<Broken> {
    let parts = Parts::of(&world.leaf)?;
    let sign = |_| parts.signed(&Signer::Ecdsa(&world.keys.root));
    let is_odd =
        |leaf: &Result<Vec<u8>>| leaf.as_ref().map_or(true, |der| der.last().is_some_and(|last| last % 2 == 1));
    let leaf = (0..ATTEMPTS).map(sign).find(is_odd).context("no signature ends with a set bit")??;
    let elements = elements(content(&leaf)?)?;
    let [tbs, algorithm, signature] = elements.as_slice() else { anyhow::bail!("a certificate has three parts") };
    let mut bits = content(signature)?.to_vec();
    *bits.first_mut().context("an empty signature")? = 1;
    let leaf = sequence(&[tbs, algorithm, &tlv(BIT_STRING, &bits)]);
    Ok(world.broken(vec![leaf, world.root.as_der().to_vec()]))
}
