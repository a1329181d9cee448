//! PKCS#12 files, read by OpenSSL and by Java.

use std::process::Command;

use pki::{CaOptions, Certificate, KeyAlgorithm, Pkcs12Error, PrivateKey, SystemRandom, to_pkcs12};
use secrecy::SecretString;

use crate::openssl::{folder, run, write_file};
use crate::world::{self, Owner, below, intermediate_request, root, server_request, signed_by};

const PASSPHRASE: &str = "correct horse";

fn passphrase() -> SecretString {
    SecretString::from(PASSPHRASE)
}

fn chain(key: &PrivateKey) -> Vec<Certificate> {
    let intermediate =
        below(&root(CaOptions::default()), intermediate_request(CaOptions::default()), KeyAlgorithm::EcdsaP256);
    let leaf = signed_by(server_request(), key, &intermediate).unwrap();
    std::iter::once(leaf).chain(intermediate.chain().cloned()).collect()
}

#[test]
fn openssl_reads_key_and_chain() {
    let Some(folder) = folder() else { return };
    for algorithm in [KeyAlgorithm::Rsa2048, KeyAlgorithm::EcdsaP521, KeyAlgorithm::Ed25519] {
        let key = world::key_of(algorithm, Owner::Leaf);
        let chain = chain(&key);
        write_file(&folder, "file.p12", to_pkcs12(&key, &chain, "Küche", &passphrase(), &mut SystemRandom).unwrap());
        write_file(&folder, "passphrase", PASSPHRASE);
        let text = run(&folder, "pkcs12 -in file.p12 -passin file:passphrase -nodes -info");
        assert!(text.contains("MAC: sha256, Iteration 600000"), "{text}");
        assert!(text.contains("PBES2, PBKDF2, AES-256-CBC, Iteration 600000, PRF hmacWithSHA256"), "{text}");
        assert_eq!(Certificate::all_from_pem(&text).unwrap(), chain);
        assert_eq!(PrivateKey::from_pem(&text, None).unwrap().public_key(), key.public_key());
    }
}

#[test]
fn java_reads_key_and_chain() {
    let Some(folder) = folder() else { return };
    if Command::new("keytool").arg("-help").output().is_err() {
        eprintln!("SKIPPED keytool is not on PATH");
        return;
    }
    let key = world::key_of(KeyAlgorithm::Rsa2048, Owner::Leaf);
    write_file(&folder, "file.p12", to_pkcs12(&key, &chain(&key), "vault", &passphrase(), &mut SystemRandom).unwrap());
    write_file(&folder, "passphrase", PASSPHRASE);
    let output = Command::new("keytool")
        .args([
            "-J-Duser.language=en",
            "-list",
            "-v",
            "-keystore",
            "file.p12",
            "-storetype",
            "PKCS12",
            "-storepass:file",
            "passphrase",
        ])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("Alias name: vault"), "{text}");
    assert!(text.contains("Entry type: PrivateKeyEntry") && text.contains("Certificate chain length: 3"), "{text}");
}

#[test]
fn the_key_must_be_that_of_the_first_certificate() {
    let key = world::key();
    let chain = chain(&key);
    let other = to_pkcs12(&world::key(), &chain, "x", &passphrase(), &mut SystemRandom);
    assert!(matches!(other, Err(Pkcs12Error::WrongKey { .. })));
    assert!(matches!(to_pkcs12(&key, &[], "x", &passphrase(), &mut SystemRandom), Err(Pkcs12Error::NoCertificate)));
    assert!(matches!(to_pkcs12(&key, &chain, "🔑", &passphrase(), &mut SystemRandom), Err(Pkcs12Error::Name)));
}

#[test]
fn an_encrypted_key_comes_back() {
    let Some(folder) = folder() else { return };
    let key = world::key();
    let pem = key.to_encrypted_pkcs8_pem(&passphrase(), &mut SystemRandom).unwrap();
    assert_eq!(PrivateKey::from_pem(&pem, Some(&passphrase())).unwrap().public_key(), key.public_key());
    write_file(&folder, "key.pem", &pem);
    write_file(&folder, "passphrase", PASSPHRASE);
    assert_eq!(run(&folder, "pkey -in key.pem -passin file:passphrase -pubout"), key.public_key().to_pem());
}
