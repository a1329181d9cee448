//! Names that no certificate should carry.

use anyhow::Result;

use super::{Broken, Fault, HOST, World};
use crate::parts::{Parts, SUBJECT_ALT_NAME, Signer};
use crate::tlv::{BMP_STRING, PRINTABLE_STRING, SET, UTF8_STRING, implicit, oid, sequence, tlv};

const COMMON_NAME: [u8; 3] = [0x55, 4, 3];
const COUNTRY: [u8; 3] = [0x55, 4, 6];
const EMAIL: u8 = 1;
const DNS: u8 = 2;
const URI: u8 = 6;
const IP: u8 = 7;

pub(super) static FAULTS: &[Fault] = &[
    Fault { id: "another-host", make: |world| names(world, &[&dns("other.home.arpa")]) },
    Fault { id: "no-alternative-name", make: common_name_only },
    Fault { id: "alternative-names-empty", make: |world| names(world, &[]) },
    Fault { id: "alternative-names-twice", make: twice },
    Fault { id: "alternative-names-not-critical", make: |world| subject(world, sequence(&[])) },
    Fault { id: "ip-as-dns-name", make: |world| names(world, &[&dns(HOST), &dns("10.0.0.1")]) },
    Fault { id: "label-with-hyphens-outside", make: |world| names(world, &[&dns(HOST), &dns("-vault-.home.arpa")]) },
    Fault { id: "dot-at-the-end", make: |world| names(world, &[&dns(HOST), &dns("git.home.arpa.")]) },
    Fault { id: "dns-name-empty", make: |world| names(world, &[&dns(HOST), &dns("")]) },
    Fault { id: "dns-name-not-ascii", make: |world| names(world, &[&dns(HOST), &dns("bücher.home.arpa")]) },
    Fault { id: "dns-name-with-nul", make: |world| names(world, &[&dns("vault.home.arpa\0.example.org")]) },
    Fault {
        id: "wildcard-in-the-middle",
        make: |world| Ok(names(world, &[&dns("a.*.home.arpa")])?.asked_for("a.b.home.arpa")),
    },
    Fault { id: "wildcard-in-a-label", make: |world| names(world, &[&dns("v*.home.arpa")]) },
    Fault { id: "wildcard-alone", make: |world| Ok(names(world, &[&dns("*")])?.asked_for("vault")) },
    Fault {
        id: "wildcard-over-two-labels",
        make: |world| Ok(names(world, &[&dns("*.home.arpa")])?.asked_for("a.b.home.arpa")),
    },
    Fault { id: "ip-of-five-octets", make: |world| names(world, &[&dns(HOST), &implicit(IP, &[10, 0, 0, 0, 1])]) },
    Fault { id: "email-without-at", make: |world| names(world, &[&dns(HOST), &implicit(EMAIL, b"nobody")]) },
    Fault { id: "uri-without-scheme", make: |world| names(world, &[&dns(HOST), &implicit(URI, b"vault/v1")]) },
    Fault { id: "country-of-three-letters", make: |world| subject(world, part(COUNTRY, PRINTABLE_STRING, b"usa")) },
    Fault { id: "common-name-of-65", make: |world| subject(world, part(COMMON_NAME, UTF8_STRING, &[b'v'; 65])) },
    Fault { id: "common-name-empty", make: |world| subject(world, part(COMMON_NAME, UTF8_STRING, b"")) },
    Fault { id: "common-name-no-utf8", make: |world| subject(world, part(COMMON_NAME, UTF8_STRING, &[b'v', 0xff])) },
    Fault {
        id: "bmp-string-of-three-bytes",
        make: |world| subject(world, part(COMMON_NAME, BMP_STRING, &[0, 118, 0])),
    },
    Fault { id: "printable-string-with-at", make: |world| subject(world, part(COMMON_NAME, PRINTABLE_STRING, b"a@b")) },
    Fault { id: "subject-part-empty", make: |world| subject(world, sequence(&[&tlv(SET, &[])])) },
    Fault { id: "root-without-subject", make: nameless_root },
    Fault { id: "issuer-of-another-name", make: |world| issuer(world, part(COMMON_NAME, UTF8_STRING, b"Other root")) },
    Fault {
        id: "issuer-in-another-string-type",
        make: |world| issuer(world, part(COMMON_NAME, PRINTABLE_STRING, b"Home root")),
    },
];

fn dns(name: &str) -> Vec<u8> {
    implicit(DNS, name.as_bytes())
}

/// A distinguished name of one part.
fn part(kind: [u8; 3], tag: u8, value: &[u8]) -> Vec<u8> {
    sequence(&[&tlv(SET, &sequence(&[&oid(&kind), &tlv(tag, value)]))])
}

fn names(world: &World, names: &[&[u8]]) -> Result<Broken> {
    world.leaf(|leaf| leaf.set(SUBJECT_ALT_NAME, sequence(names)))
}

fn subject(world: &World, name: Vec<u8>) -> Result<Broken> {
    world.leaf(|leaf| {
        leaf.subject = name;
        Ok(())
    })
}

fn issuer(world: &World, name: Vec<u8>) -> Result<Broken> {
    world.leaf(|leaf| {
        leaf.issuer = name;
        Ok(())
    })
}

fn common_name_only(world: &World) -> Result<Broken> {
    world.leaf(|leaf| {
        leaf.subject = part(COMMON_NAME, UTF8_STRING, HOST.as_bytes());
        leaf.remove(SUBJECT_ALT_NAME)
    })
}

fn twice(world: &World) -> Result<Broken> {
    world.leaf(|leaf| {
        let names = leaf.extension(SUBJECT_ALT_NAME)?.clone();
        leaf.extensions.push(names);
        Ok(())
    })
}

fn nameless_root(world: &World) -> Result<Broken> {
    let (mut root, mut leaf) = (Parts::of(&world.root)?, Parts::of(&world.leaf)?);
    let nobody = sequence(&[]);
    (root.subject, root.issuer, leaf.issuer) = (nobody.clone(), nobody.clone(), nobody);
    let signer = Signer::Ecdsa(&world.keys.root);
    Ok(world.broken(vec![leaf.signed(&signer)?, root.signed(&signer)?]))
}
