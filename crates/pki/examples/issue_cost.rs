//! What a certificate costs on top of what nobody can avoid, the generation of a key and one signature.
//!
//! `cargo run --release -p pki --example issue_cost [ROUNDS]` prints a line for each kind of key, in microseconds,
//! medians of rounds in which everything is done in turn: a key generated and a signature made by aws-lc-rs alone, and
//! a certificate issued by the crate from text to PEM, with a key of its own. For RSA the last is without generation,
//! which takes between a half and three times its usual time, so that no difference of two could be seen. The goal: at
//! most a tenth on top for RSA, at most 100 for the others.

#![expect(clippy::print_stdout, reason = "a program whose output is its purpose")]

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use aws_lc_rs::rand::SystemRandom as AwsLcRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair,
    Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use jiff::{SignedDuration, Timestamp};
use pki::{CaOptions, Issuer, KeyAlgorithm, PrivateKey, Profile, Request, Subject, SystemRandom, Validity};
use secrecy::ExposeSecret as _;

/// Generating an RSA key takes up to seconds, so that it is repeated less often.
const RSA_GENERATIONS: usize = 15;

fn main() -> Result<()> {
    let rounds = std::env::args().nth(1).map_or(Ok(300), |text| text.parse()).context("ROUNDS is a number")?;
    println!("key          generate       sign      issue    on top     goal");
    let mut missed = Vec::new();
    for algorithm in KeyAlgorithm::ALL {
        let Cost { generate, sign, issue } = measure(algorithm, rounds)?;
        let unavoidable = if is_rsa(algorithm) { sign } else { generate + sign };
        let on_top = issue - unavoidable;
        let goal = if is_rsa(algorithm) { (generate + sign) / 10.0 } else { 100.0 };
        let name = algorithm.as_str();
        println!("{name:<11}{generate:>10.1} {sign:>10.1} {issue:>10.1} {on_top:>9.1} {goal:>8.1}");
        if on_top > goal {
            missed.push(name);
        }
    }
    if !missed.is_empty() {
        bail!("the goal is missed for {}", missed.join(", "));
    }
    Ok(())
}

/// Medians in microseconds.
struct Cost {
    generate: f64,
    sign: f64,
    issue: f64,
}

fn is_rsa(algorithm: KeyAlgorithm) -> bool {
    matches!(algorithm, KeyAlgorithm::Rsa2048 | KeyAlgorithm::Rsa3072 | KeyAlgorithm::Rsa4096)
}

fn measure(algorithm: KeyAlgorithm, rounds: usize) -> Result<Cost> {
    let now: Timestamp = "2026-11-24T12:00:00Z".parse()?;
    let key = PrivateKey::generate(algorithm)?;
    let bare = BareKey::read(algorithm, &key)?;
    let root = root(now).validate()?.for_key(key.public_key(), &mut SystemRandom)?.self_signed(&key)?;
    // As long as what is signed when a certificate is issued.
    let content = root.as_der().to_vec();
    let issuer = Issuer::new(vec![root], key)?;
    let rsa_key = if is_rsa(algorithm) { Some(PrivateKey::generate(algorithm)?) } else { None };

    let generations = if is_rsa(algorithm) { RSA_GENERATIONS.min(rounds) } else { rounds };
    let (mut generate, mut sign, mut issue) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        if round < generations {
            generate.push(timed(|| BareKey::generate(algorithm))?);
        }
        sign.push(timed(|| bare.sign(&content))?);
        issue.push(timed(|| match &rsa_key {
            Some(key) => certificate(key, &issuer, now),
            None => certificate(&PrivateKey::generate(algorithm)?, &issuer, now),
        })?);
    }
    Ok(Cost { generate: median(generate), sign: median(sign), issue: median(issue) })
}

fn certificate(key: &PrivateKey, issuer: &Issuer, now: Timestamp) -> Result<String> {
    let unsigned = server(now).validate()?.for_key(key.public_key(), &mut SystemRandom)?;
    Ok(unsigned.signed_by(issuer, now)?.to_pem())
}

fn root(now: Timestamp) -> Request {
    Request {
        subject: Subject::common_name("Home root"),
        ..Request::new(Profile::RootCa(CaOptions::default()), days(now, 3650))
    }
}

fn server(now: Timestamp) -> Request {
    Request {
        subject: Subject::common_name("vault"),
        dns_names: vec!["vault.home.arpa".to_owned(), "vault.local".to_owned(), "localhost".to_owned()],
        ip_addresses: vec!["192.168.86.9".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()],
        ..Request::new(Profile::TlsServer, days(now, 365))
    }
}

#[expect(clippy::expect_used, reason = "constants that are valid")]
fn days(now: Timestamp, count: i32) -> Validity {
    let day = SignedDuration::from_hours(24);
    Validity::starting(now, day, day * count).expect("years between 1970 and 9999")
}

/// A key of aws-lc-rs with nothing around it.
enum BareKey {
    Rsa(RsaKeyPair),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl BareKey {
    fn generate(algorithm: KeyAlgorithm) -> Result<Self> {
        Ok(match algorithm {
            KeyAlgorithm::Rsa2048 => Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048)?),
            KeyAlgorithm::Rsa3072 => Self::Rsa(RsaKeyPair::generate(KeySize::Rsa3072)?),
            KeyAlgorithm::Rsa4096 => Self::Rsa(RsaKeyPair::generate(KeySize::Rsa4096)?),
            KeyAlgorithm::EcdsaP256 => Self::Ecdsa(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING)?),
            KeyAlgorithm::EcdsaP384 => Self::Ecdsa(EcdsaKeyPair::generate(&ECDSA_P384_SHA384_ASN1_SIGNING)?),
            KeyAlgorithm::EcdsaP521 => Self::Ecdsa(EcdsaKeyPair::generate(&ECDSA_P521_SHA512_ASN1_SIGNING)?),
            KeyAlgorithm::Ed25519 => Self::Ed25519(Ed25519KeyPair::generate()?),
        })
    }

    fn read(algorithm: KeyAlgorithm, key: &PrivateKey) -> Result<Self> {
        let der = key.to_pkcs8_der()?;
        #[expect(clippy::disallowed_methods, reason = "the same key is to sign beside the crate, in this process")]
        let der = der.expose_secret();
        Ok(match algorithm {
            KeyAlgorithm::Rsa2048 | KeyAlgorithm::Rsa3072 | KeyAlgorithm::Rsa4096 => {
                Self::Rsa(RsaKeyPair::from_pkcs8(der)?)
            }
            KeyAlgorithm::EcdsaP256 => Self::Ecdsa(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, der)?),
            KeyAlgorithm::EcdsaP384 => Self::Ecdsa(EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_ASN1_SIGNING, der)?),
            KeyAlgorithm::EcdsaP521 => Self::Ecdsa(EcdsaKeyPair::from_pkcs8(&ECDSA_P521_SHA512_ASN1_SIGNING, der)?),
            KeyAlgorithm::Ed25519 => Self::Ed25519(Ed25519KeyPair::from_pkcs8_maybe_unchecked(der)?),
        })
    }

    fn sign(&self, content: &[u8]) -> Result<Vec<u8>> {
        let random = AwsLcRandom::new();
        Ok(match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, content, &mut signature)?;
                signature
            }
            Self::Ecdsa(pair) => pair.sign(&random, content)?.as_ref().to_vec(),
            Self::Ed25519(pair) => pair.sign(content).as_ref().to_vec(),
        })
    }
}

/// In microseconds.
fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<f64> {
    let start = Instant::now();
    black_box(work()?);
    Ok(start.elapsed().as_secs_f64() * 1e6)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_unstable_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}
