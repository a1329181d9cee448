//! CAs that may not do what they do.

use anyhow::Result;
use pki::{CaOptions, Issuer, PrivateKey, Profile, Request, Subject, Validity};

use super::{DAY, Fault, World};
use crate::issue;
use crate::parts::{
    AUTHORITY_KEY_ID, BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE, KEY_USAGE, NAME_CONSTRAINTS, Parts, SUBJECT_ALT_NAME,
    SUBJECT_KEY_ID, Signer,
};
use crate::tlv::{BIT_STRING, BOOLEAN, INTEGER, explicit, implicit, oid, sequence, tlv};

/// digitalSignature, keyCertSign and cRLSign as bits of keyUsage.
const DIGITAL_SIGNATURE: [u8; 2] = [7, 0x80];
const CRL_SIGN: [u8; 2] = [1, 0x02];
const SIGNATURE_AND_CERT_SIGN: [u8; 2] = [2, 0x84];
const DNS: u8 = 2;
const EMAIL: u8 = 1;
const URI: u8 = 6;
const IP: u8 = 7;

pub(super) static FAULTS: &[Fault] = &[
    Fault { id: "root-without-key-usage", make: |world| world.root(|root| root.remove(KEY_USAGE)) },
    Fault { id: "root-without-basic-constraints", make: |world| world.root(|root| root.remove(BASIC_CONSTRAINTS)) },
    Fault { id: "root-not-a-ca", make: |world| world.root(|root| root.set(BASIC_CONSTRAINTS, ca(false, None))) },
    Fault { id: "root-without-cert-sign", make: |world| world.root(|root| root.set(KEY_USAGE, usage(CRL_SIGN))) },
    Fault { id: "root-without-key-id", make: |world| world.root(|root| root.remove(SUBJECT_KEY_ID)) },
    Fault { id: "root-path-length-exceeded", make: root_path_length },
    Fault {
        id: "intermediate-not-a-ca",
        make: |world| world.intermediate(|ca| ca.set(BASIC_CONSTRAINTS, self::ca(false, None))),
    },
    Fault {
        id: "intermediate-without-basic-constraints",
        make: |world| world.intermediate(|ca| ca.remove(BASIC_CONSTRAINTS)),
    },
    Fault {
        id: "intermediate-basic-constraints-not-critical",
        make: |world| {
            world.intermediate(|ca| {
                ca.extension(BASIC_CONSTRAINTS)?.critical.clear();
                Ok(())
            })
        },
    },
    Fault {
        id: "intermediate-without-cert-sign",
        make: |world| world.intermediate(|ca| ca.set(KEY_USAGE, usage(DIGITAL_SIGNATURE))),
    },
    Fault { id: "intermediate-without-key-usage", make: |world| world.intermediate(|ca| ca.remove(KEY_USAGE)) },
    Fault {
        id: "intermediate-without-authority-key-id",
        make: |world| world.intermediate(|ca| ca.remove(AUTHORITY_KEY_ID)),
    },
    Fault { id: "intermediate-for-clients-only", make: for_clients },
    Fault {
        id: "intermediate-path-length-negative",
        make: |world| world.intermediate(|ca| ca.set(BASIC_CONSTRAINTS, self::ca(true, Some(0xff)))),
    },
    Fault { id: "intermediate-path-length-exceeded", make: path_length },
    Fault {
        id: "leaf-is-a-ca",
        make: |world| {
            world.leaf(|leaf| {
                leaf.set(KEY_USAGE, usage(SIGNATURE_AND_CERT_SIGN))?;
                leaf.set(BASIC_CONSTRAINTS, ca(true, None))
            })
        },
    },
    Fault {
        id: "leaf-with-cert-sign",
        make: |world| world.leaf(|leaf| leaf.set(KEY_USAGE, usage(SIGNATURE_AND_CERT_SIGN))),
    },
    Fault {
        id: "leaf-with-path-length",
        make: |world| world.leaf(|leaf| leaf.set(BASIC_CONSTRAINTS, ca(false, Some(0)))),
    },
    Fault { id: "dns-not-permitted", make: |world| constrained(world, 0, DNS, b"example.org", &[]) },
    Fault { id: "dns-excluded", make: |world| constrained(world, 1, DNS, b"home.arpa", &[]) },
    Fault {
        id: "ip-not-permitted",
        make: |world| constrained(world, 0, IP, &[10, 0, 0, 0, 255, 0, 0, 0], &implicit(IP, &[192, 168, 1, 1])),
    },
    Fault {
        id: "ip-excluded",
        make: |world| constrained(world, 1, IP, &[192, 168, 0, 0, 255, 255, 0, 0], &implicit(IP, &[192, 168, 1, 1])),
    },
    Fault {
        id: "email-not-permitted",
        make: |world| constrained(world, 0, EMAIL, b"example.org", &implicit(EMAIL, b"me@home.arpa")),
    },
    Fault {
        id: "uri-not-permitted",
        make: |world| constrained(world, 0, URI, b"example.org", &implicit(URI, b"https://vault.home.arpa/v1")),
    },
    Fault {
        id: "constraints-not-critical",
        make: |world| {
            world.intermediate(|ca| {
                ca.add(&NAME_CONSTRAINTS, false, constraints(0, DNS, b"home.arpa", &[]));
                Ok(())
            })
        },
    },
    Fault {
        id: "constraints-empty",
        make: |world| {
            world.intermediate(|ca| {
                ca.add(&NAME_CONSTRAINTS, true, sequence(&[]));
                Ok(())
            })
        },
    },
    Fault {
        id: "constraints-with-minimum",
        make: |world| {
            world.intermediate(|ca| {
                ca.add(&NAME_CONSTRAINTS, true, constraints(0, DNS, b"home.arpa", &implicit(0, &[1])));
                Ok(())
            })
        },
    },
    Fault {
        id: "constraints-mask-with-hole",
        make: |world| constrained(world, 0, IP, &[192, 168, 0, 0, 255, 0, 255, 0], &implicit(IP, &[192, 168, 0, 1])),
    },
    Fault {
        id: "constraints-in-a-leaf",
        make: |world| {
            world.leaf(|leaf| {
                leaf.add(&NAME_CONSTRAINTS, true, constraints(0, DNS, b"home.arpa", &[]));
                Ok(())
            })
        },
    },
];

/// BasicConstraints; the path length as one raw byte.
fn ca(is_ca: bool, path_length: Option<u8>) -> Vec<u8> {
    let flag = if is_ca { tlv(BOOLEAN, &[0xff]) } else { Vec::new() };
    sequence(&[&flag, &path_length.map(|length| tlv(INTEGER, &[length])).unwrap_or_default()])
}

fn usage(bits: [u8; 2]) -> Vec<u8> {
    tlv(BIT_STRING, &bits)
}

/// NameConstraints with one permitted (0) or excluded (1) subtree.
fn constraints(list: u8, kind: u8, base: &[u8], behind: &[u8]) -> Vec<u8> {
    sequence(&[&explicit(list, &sequence(&[&implicit(kind, base), behind]))])
}

/// An intermediate with this constraint, and a leaf with one name more.
fn constrained(world: &World, list: u8, kind: u8, base: &[u8], name: &[u8]) -> Result<super::Broken> {
    let limit = |ca: &mut Parts| {
        ca.add(&NAME_CONSTRAINTS, true, constraints(list, kind, base, &[]));
        Ok(())
    };
    world.both(limit, |leaf| leaf.set(SUBJECT_ALT_NAME, sequence(&[&implicit(DNS, super::HOST.as_bytes()), name])))
}

fn for_clients(world: &World) -> Result<super::Broken> {
    world.intermediate(|ca| {
        ca.add(&EXTENDED_KEY_USAGE, false, sequence(&[&oid(&[0x2b, 6, 1, 5, 5, 7, 3, 2])]));
        Ok(())
    })
}

/// The root allows no CA below it, and there is one.
fn root_path_length(world: &World) -> Result<super::Broken> {
    let mut root = Parts::of(&world.root)?;
    root.set(BASIC_CONSTRAINTS, ca(true, Some(0)))?;
    let mut broken = world.through(world.intermediate.as_der().to_vec());
    broken.chain.pop();
    broken.chain.push(root.signed(&Signer::Ecdsa(&world.keys.root))?);
    Ok(broken)
}

/// The CA below the root allows no CA below it, and there is one.
fn path_length(world: &World) -> Result<super::Broken> {
    let key = |pkcs8: &[u8]| PrivateKey::from_der(pkcs8, None);
    let chain = vec![world.intermediate.clone(), world.root.clone()];
    let issuer = Issuer::new(chain, key(&world.keys.intermediate)?)?;
    let options = CaOptions { path_length: None, digital_signature: false };
    let mut request = Request::new(Profile::IntermediateCa(options), Validity::starting(world.now, DAY, DAY * 1000)?);
    request.subject = Subject::common_name("Lower");
    let lower_key = key(&world.keys.lower)?;
    let lower = issue::certificate(request, &lower_key, Some(&issuer), world.now)?;

    let lower_issuer = Issuer::new(vec![lower.clone(), world.intermediate.clone(), world.root.clone()], lower_key)?;
    let mut request = Request::new(Profile::TlsServer, Validity::starting(world.now, DAY, DAY * 365)?);
    request.subject = Subject::common_name("vault");
    request.dns_names = vec![super::HOST.to_owned()];
    let leaf = issue::certificate(request, &key(&world.keys.leaf)?, Some(&lower_issuer), world.now)?;

    let mut upper = Parts::of(&world.intermediate)?;
    upper.set(BASIC_CONSTRAINTS, ca(true, Some(0)))?;
    let upper = upper.signed(&Signer::Ecdsa(&world.keys.root))?;
    let chain = vec![leaf.as_der().to_vec(), lower.as_der().to_vec(), upper, world.root.as_der().to_vec()];
    Ok(world.broken(chain))
}
