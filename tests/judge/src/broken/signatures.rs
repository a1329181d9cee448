//! Signatures that don't hold, prove nothing today, or come from keys that are too weak.
//!
//! What aws-lc no longer makes, OpenSSL makes for us.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use super::{Broken, Fault, World};
use crate::parts::{AUTHORITY_KEY_ID, Parts, Signer};
use crate::tlv::{NULL, bits, content, elements, implicit, oid, sequence, tlv};

const ECDSA_SHA256: [u8; 8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
const ECDSA_SHA384: [u8; 8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3];
const ECDSA_SHA1: [u8; 7] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1];
const RSA_SHA256: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0b];
const RSA_SHA1: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5];
const RSA_MD5: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 4];

pub(super) static FAULTS: &[Fault] = &[
    Fault {
        id: "signed-by-another-key",
        make: |world| {
            let leaf = Parts::of(&world.leaf)?.signed(&Signer::Ecdsa(&world.keys.intermediate))?;
            Ok(world.broken(vec![leaf, world.root.as_der().to_vec()]))
        },
    },
    Fault { id: "signature-changed", make: |world| world.leaf_bytes(|leaf| flip(leaf, |length| length - 1)) },
    Fault { id: "content-changed", make: content_changed },
    Fault {
        id: "algorithms-differ",
        make: |world| {
            world.leaf(|leaf| {
                leaf.outer_algorithm = sequence(&[&oid(&ECDSA_SHA384)]);
                Ok(())
            })
        },
    },
    Fault {
        id: "ecdsa-with-null",
        make: |world| {
            world.leaf(|leaf| {
                leaf.outer_algorithm = sequence(&[&oid(&ECDSA_SHA256), &tlv(NULL, &[])]);
                leaf.inner_algorithm = leaf.outer_algorithm.clone();
                Ok(())
            })
        },
    },
    Fault { id: "rsa-without-null", make: rsa_without_null },
    Fault { id: "ecdsa-sha1", make: |world| ecdsa_sha1(world) },
    Fault { id: "rsa-sha1", make: |world| rsa_digest(world, &RSA_SHA1, "-sha1") },
    Fault { id: "rsa-md5", make: |world| rsa_digest(world, &RSA_MD5, "-md5") },
    Fault { id: "rsa-1024-leaf", make: weak_leaf },
    Fault { id: "rsa-1024-root", make: weak_root },
    Fault { id: "point-not-on-curve", make: |world| world.leaf(spoil_point) },
];

fn flip(mut der: Vec<u8>, place: impl FnOnce(usize) -> usize) -> Result<Vec<u8>> {
    let place = place(der.len());
    *der.get_mut(place).context("no such byte")? ^= 1;
    Ok(der)
}

/// One letter of the name, after it was signed.
fn content_changed(world: &World) -> Result<Broken> {
    let broken = world.leaf_bytes(|leaf| {
        let host = leaf.windows(super::HOST.len()).position(|window| window == super::HOST.as_bytes());
        let place = host.context("the host is not in the certificate")?;
        flip(leaf, |_| place)
    })?;
    // "v" with its last bit changed.
    Ok(broken.asked_for("wault.home.arpa"))
}

fn rsa_without_null(world: &World) -> Result<Broken> {
    let mut leaf = Parts::of(&world.rsa_leaf)?;
    leaf.outer_algorithm = sequence(&[&oid(&RSA_SHA256)]);
    leaf.inner_algorithm = leaf.outer_algorithm.clone();
    Ok(world.rsa(leaf.signed(&Signer::Rsa(&world.keys.rsa_root))?))
}

fn ecdsa_sha1(world: &World) -> Result<Broken> {
    let mut leaf = Parts::of(&world.leaf)?;
    leaf.outer_algorithm = sequence(&[&oid(&ECDSA_SHA1)]);
    leaf.inner_algorithm = leaf.outer_algorithm.clone();
    let signature = openssl_signature(world, &world.keys.root, "-sha1", &leaf.tbs())?;
    Ok(world.broken(vec![leaf.with_signature(&signature), world.root.as_der().to_vec()]))
}

fn rsa_digest(world: &World, algorithm: &[u8], digest: &str) -> Result<Broken> {
    let mut leaf = Parts::of(&world.rsa_leaf)?;
    leaf.outer_algorithm = sequence(&[&oid(algorithm), &tlv(NULL, &[])]);
    leaf.inner_algorithm = leaf.outer_algorithm.clone();
    let signature = openssl_signature(world, &world.keys.rsa_root, digest, &leaf.tbs())?;
    Ok(world.rsa(leaf.with_signature(&signature)))
}

fn weak_leaf(world: &World) -> Result<Broken> {
    let key = weak_key(world)?;
    let mut leaf = Parts::of(&world.rsa_leaf)?;
    leaf.public_key = public_key(world, &key)?;
    let mut broken = world.rsa(leaf.signed(&Signer::Rsa(&world.keys.rsa_root))?);
    broken.key = key;
    Ok(broken)
}

fn weak_root(world: &World) -> Result<Broken> {
    let key = weak_key(world)?;
    let (mut root, mut leaf) = (Parts::of(&world.rsa_root)?, Parts::of(&world.rsa_leaf)?);
    root.public_key = public_key(world, &key)?;
    // The key identifiers of the strong key would be wrong, and a fault of their own to some.
    let id = [9; 20];
    root.set(crate::parts::SUBJECT_KEY_ID, tlv(crate::tlv::OCTET_STRING, &id))?;
    for certificate in [&mut root, &mut leaf] {
        certificate.set(AUTHORITY_KEY_ID, sequence(&[&implicit(0, &id)]))?;
    }
    let sign = |parts: &Parts| -> Result<Vec<u8>> {
        Ok(parts.with_signature(&openssl_signature(world, &key, "-sha256", &parts.tbs())?))
    };
    let chain = vec![sign(&leaf)?, sign(&root)?];
    Ok(Broken { chain, ..world.rsa(Vec::new()) })
}

/// The last byte of the point's y coordinate changed.
fn spoil_point(leaf: &mut Parts) -> Result<()> {
    let parts = elements(content(&leaf.public_key)?)?;
    let [algorithm, point] = parts.as_slice() else { bail!("a public key has two parts") };
    let mut point = content(point)?.get(1..).context("an empty key")?.to_vec();
    *point.last_mut().context("an empty point")? ^= 1;
    leaf.public_key = sequence(&[algorithm, &bits(&point)]);
    Ok(())
}

/// PKCS#8 of a key that pki and aws-lc refuse to make.
fn weak_key(world: &World) -> Result<Vec<u8>> {
    let file = world.folder.path().join("weak.der");
    let arguments = ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-outform", "DER", "-out"];
    openssl(&arguments, &[&file])?;
    fs::read(&file).context("reading a weak key")
}

fn public_key(world: &World, pkcs8: &[u8]) -> Result<Vec<u8>> {
    let (key, file) = (world.folder.path().join("key.der"), world.folder.path().join("public.der"));
    fs::write(&key, pkcs8)?;
    openssl(&["pkey", "-inform", "DER", "-pubout", "-outform", "DER", "-out"], &[&file, Path::new("-in"), &key])?;
    fs::read(&file).context("reading a public key")
}

fn openssl_signature(world: &World, pkcs8: &[u8], digest: &str, message: &[u8]) -> Result<Vec<u8>> {
    let path = |name| world.folder.path().join(name);
    let (key, input, output) = (path("key.der"), path("message"), path("signature"));
    fs::write(&key, pkcs8)?;
    fs::write(&input, message)?;
    openssl(&["dgst", digest, "-keyform", "DER", "-sign"], &[&key, Path::new("-out"), &output, &input])?;
    fs::read(&output).context("reading a signature")
}

fn openssl(arguments: &[&str], paths: &[&Path]) -> Result<()> {
    let output = Command::new("openssl").args(arguments).args(paths).output();
    let output = output.context("starting openssl, which makes the signatures that aws-lc refuses to make")?;
    ensure!(
        output.status.success(),
        "openssl {}: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(())
}
