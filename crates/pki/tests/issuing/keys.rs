//! Keys as other tools write them, and ours as they read them.

use pki::{KeyAlgorithm, KeyError, PrivateKey};
use secrecy::SecretString;

use crate::openssl::{folder, run, write_file};

#[expect(clippy::disallowed_methods, reason = "test keys")]
fn pem(key: &PrivateKey) -> String {
    use secrecy::ExposeSecret as _;
    key.to_pkcs8_pem().unwrap().expose_secret().to_owned()
}

fn generated(algorithm: KeyAlgorithm) -> &'static str {
    match algorithm {
        KeyAlgorithm::Rsa2048 => "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
        KeyAlgorithm::Rsa3072 => "-algorithm RSA -pkeyopt rsa_keygen_bits:3072",
        KeyAlgorithm::Rsa4096 => "-algorithm RSA -pkeyopt rsa_keygen_bits:4096",
        KeyAlgorithm::EcdsaP256 => "-algorithm EC -pkeyopt ec_paramgen_curve:P-256",
        KeyAlgorithm::EcdsaP384 => "-algorithm EC -pkeyopt ec_paramgen_curve:P-384",
        KeyAlgorithm::EcdsaP521 => "-algorithm EC -pkeyopt ec_paramgen_curve:P-521",
        KeyAlgorithm::Ed25519 => "-algorithm ED25519",
    }
}

#[test]
fn every_format_of_openssl_is_read() {
    let Some(folder) = folder() else { return };
    let passphrase = SecretString::from("correct horse");
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    for algorithm in KeyAlgorithm::ALL {
        run(&folder, &format!("genpkey {} -out pkcs8.pem", generated(algorithm)));
        let key = PrivateKey::from_pem(&read("pkcs8.pem"), None).unwrap();
        run(&folder, "pkey -in pkcs8.pem -pubout -out public.pem");
        assert_eq!(key.public_key().to_pem(), read("public.pem"), "{algorithm}");
        assert_eq!(pki::PublicKey::from_pem(&read("public.pem")).unwrap(), *key.public_key());

        if algorithm != KeyAlgorithm::Ed25519 {
            run(&folder, "pkey -in pkcs8.pem -traditional -out traditional.pem");
            let traditional = read("traditional.pem");
            assert!(traditional.contains("BEGIN RSA PRIVATE KEY") || traditional.contains("BEGIN EC PRIVATE KEY"));
            assert_eq!(PrivateKey::from_pem(&traditional, None).unwrap().public_key(), key.public_key());
        }
        for cipher in
            ["aes-256-cbc", "aes-192-cbc", "aes-128-cbc -v2prf hmacWithSHA512", "aes-256-cbc -v2prf hmacWithSHA1"]
        {
            write_file(&folder, "passphrase", "correct horse");
            run(
                &folder,
                &format!("pkcs8 -topk8 -v2 {cipher} -passout file:passphrase -in pkcs8.pem -out encrypted.pem"),
            );
            let encrypted = read("encrypted.pem");
            assert_eq!(PrivateKey::from_pem(&encrypted, Some(&passphrase)).unwrap().public_key(), key.public_key());
            assert!(matches!(PrivateKey::from_pem(&encrypted, None), Err(KeyError::PassphraseMissing)));
            let wrong = PrivateKey::from_pem(&encrypted, Some(&SecretString::from("battery staple")));
            assert!(matches!(wrong, Err(KeyError::WrongPassphrase)), "{wrong:?}");
        }

        let again = PrivateKey::generate(algorithm).unwrap();
        write_file(&folder, "ours.pem", pem(&again));
        run(&folder, "pkey -in ours.pem -check -noout");
        run(&folder, "pkey -in ours.pem -pubout -out public.pem");
        assert_eq!(read("public.pem"), again.public_key().to_pem());
    }
}

#[test]
fn openssh_writes_the_same_line() {
    let Some(folder) = folder() else { return };
    if std::process::Command::new("ssh-keygen").arg("-?").output().is_err() {
        eprintln!("SKIPPED ssh-keygen is not on PATH");
        return;
    }
    for algorithm in KeyAlgorithm::ALL {
        let key = crate::world::key_of(algorithm, crate::world::Owner::Leaf);
        write_file(&folder, "public.pem", key.public_key().to_pem());
        let arguments = ["-i", "-m", "PKCS8", "-f", "public.pem"];
        let output =
            std::process::Command::new("ssh-keygen").args(arguments).current_dir(folder.path()).output().unwrap();
        let line = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if algorithm == KeyAlgorithm::Ed25519 && line.is_empty() {
            continue; // Not every version reads this kind from PEM.
        }
        assert_eq!(key.public_key().to_openssh(), Some(line), "{algorithm}");
    }
}

#[test]
fn what_is_not_read_says_what_to_do() {
    let Some(folder) = folder() else { return };
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let passphrase = SecretString::from("x");
    let refused = |name: &str| PrivateKey::from_pem(&read(name), Some(&passphrase)).unwrap_err().to_string();

    run(&folder, "genrsa -out small.pem 1024");
    assert_eq!(refused("small.pem"), "the private key has 1024 bits; RSA needs 2048 at least");
    run(&folder, "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out k1.pem");
    assert!(refused("k1.pem").contains("unknown kind (1.3.132.0.10)"));
    run(&folder, "genpkey -algorithm X25519 -out x.pem");
    assert!(refused("x.pem").contains("unknown kind (1.3.101.110)"));
    run(
        &folder,
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit -out explicit.pem",
    );
    assert!(refused("explicit.pem").contains("does not name its curve"));
    run(&folder, "genpkey -algorithm ED25519 -out plain.pem");
    run(&folder, "pkcs8 -topk8 -scrypt -passout pass:x -in plain.pem -out scrypt.pem");
    assert!(refused("scrypt.pem").contains("scrypt, which is not read here; convert it with: openssl pkcs8"));
    run(&folder, "pkcs8 -topk8 -v2 des3 -passout pass:x -in plain.pem -out des3.pem");
    assert!(refused("des3.pem").contains("triple DES"));
    run(&folder, "req -x509 -new -key plain.pem -subj /CN=x -out certificate.pem");
    assert_eq!(refused("certificate.pem"), "there is no private key in this PEM, only: CERTIFICATE");
}

/// The first bytes of a key changed one by one: an error each time, or a key that is another one, never a panic.
#[test]
fn damaged_keys_never_panic() {
    for text in [include_str!("keys/ed25519.pem"), include_str!("keys/rsa2048.pem")] {
        let key = PrivateKey::from_pem(text, None).unwrap();
        let der = der(&key);
        for index in 0..der.len().min(120) {
            for change in [1, 0x80, 0xff] {
                let mut damaged = der.clone();
                damaged[index] ^= change;
                drop(PrivateKey::from_der(&damaged, None));
                drop(PrivateKey::from_der(&damaged[..index], None));
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "test keys")]
fn der(key: &PrivateKey) -> Vec<u8> {
    use secrecy::ExposeSecret as _;
    key.to_pkcs8_der().unwrap().expose_secret().to_vec()
}
