//! The numbers of a private key that are private.
//!
//! A key file also has what everybody may see, such as the public key, which rightly stands in certificates and states.
//! So the file as a whole is the wrong thing to look for. The forms are those of RFC 5958 (PKCS#8), RFC 8017 A.1.2
//! (PKCS#1), RFC 5915 (SEC1) and RFC 8410 (Ed25519).

use crate::canary::SHORTEST;
use crate::layers::base64;
use crate::text_search::{find, find_all};

const BEGIN: &[u8] = b"-----BEGIN ";
const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;

/// Those of all private keys in a text in PEM; empty if there are none, or only encrypted ones.
pub(crate) fn private_numbers(pem: &[u8]) -> Vec<Vec<u8>> {
    let mut numbers = Vec::new();
    for begin in find_all(pem, BEGIN) {
        let block = pem.get(begin + BEGIN.len()..).unwrap_or_default();
        let Some(end_of_name) = find(block, b"-----") else { continue };
        let (name, rest) = block.split_at(end_of_name);
        let body = rest.get(5..).unwrap_or_default();
        let body = body.get(..find(body, b"-----END").unwrap_or_default()).unwrap_or_default();
        if name.ends_with(b"PRIVATE KEY") {
            let text: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
            let der = base64::decode(text.split(|byte| *byte == b'=').next().unwrap_or_default());
            numbers.extend(of_key(&der).unwrap_or_default());
        }
    }
    numbers.retain(|number| number.len() >= SHORTEST);
    numbers.sort();
    numbers.dedup();
    numbers
}

fn of_key(der: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (SEQUENCE, inside, _) = element(der)? else { return None };
    let elements = elements(inside);
    match elements.as_slice() {
        [(INTEGER, _), (SEQUENCE, _), (OCTET_STRING, key), ..] => match element(key) {
            Some((OCTET_STRING, seed, _)) => Some(vec![seed.to_owned()]),
            _ => of_key(key),
        },
        [(INTEGER, _), (OCTET_STRING, scalar), ..] => Some(vec![(*scalar).to_owned()]),
        // Version, modulus, public exponent; from there on all of it is private.
        [(INTEGER, _), (INTEGER, _), (INTEGER, _), private @ ..] => {
            let numbers = private.iter().filter(|(tag, _)| *tag == INTEGER);
            // The zero in front only says that the number is positive.
            Some(numbers.map(|(_, number)| number.strip_prefix(&[0]).unwrap_or(number).to_owned()).collect())
        }
        _ => None,
    }
}

fn elements(mut der: &[u8]) -> Vec<(u8, &[u8])> {
    let mut found = Vec::new();
    while let Some((tag, inside, rest)) = element(der) {
        found.push((tag, inside));
        der = rest;
    }
    found
}

/// Tag, content, and what follows.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let (bytes, rest) = rest.split_at_checked(usize::from(*first & 0x7f))?;
        // Keys are far smaller than what two bytes can say.
        (bytes.iter().try_fold(0_usize, |length, byte| length.checked_mul(256)?.checked_add(usize::from(*byte)))?, rest)
    };
    let (inside, rest) = rest.split_at_checked(length)?;
    Some((*tag, inside, rest))
}

#[cfg(test)]
mod tests {
    use ::base64::Engine as _;
    use ::base64::engine::general_purpose::STANDARD;

    use super::*;

    fn der(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = content.len();
        let length = if length < 0x80 {
            vec![u8::try_from(length).unwrap()]
        } else {
            vec![0x82, u8::try_from(length >> 8).unwrap(), (length & 0xff) as u8]
        };
        [vec![tag], length, content.to_vec()].concat()
    }

    fn pem(name: &str, der: &[u8]) -> String {
        let text = STANDARD.encode(der);
        let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN {name}-----\n{}\n-----END {name}-----\n", lines.join("\n"))
    }

    fn pkcs8(key: &[u8]) -> Vec<u8> {
        let algorithm = der(SEQUENCE, &der(6, &[1, 2, 3]));
        der(SEQUENCE, &[der(INTEGER, &[0]), algorithm, der(OCTET_STRING, key)].concat())
    }

    #[test]
    fn only_what_is_private_is_taken() {
        let scalar = [7; 32];
        let sec1 = der(SEQUENCE, &[der(INTEGER, &[1]), der(OCTET_STRING, &scalar), der(0xa1, &[9; 66])].concat());
        let seed = [8; 32];
        let numbers: Vec<Vec<u8>> = (1..=6_u8).map(|number| [vec![0], vec![0x80 | number; 128]].concat()).collect();
        let private: Vec<Vec<u8>> = numbers.iter().map(|number| number[1..].to_vec()).collect();
        let head = [der(INTEGER, &[0]), der(INTEGER, &[3; 256]), der(INTEGER, &[1, 0, 1])].concat();
        let rest: Vec<u8> = numbers.iter().flat_map(|number| der(INTEGER, number)).collect();
        let pkcs1 = der(SEQUENCE, &[head, rest].concat());
        for (name, key, expected) in [
            ("EC PRIVATE KEY", sec1.clone(), vec![scalar.to_vec()]),
            ("PRIVATE KEY", pkcs8(&sec1), vec![scalar.to_vec()]),
            ("PRIVATE KEY", pkcs8(&der(OCTET_STRING, &seed)), vec![seed.to_vec()]),
            ("RSA PRIVATE KEY", pkcs1.clone(), private.clone()),
            ("PRIVATE KEY", pkcs8(&pkcs1), private),
        ] {
            assert_eq!(private_numbers(pem(name, &key).as_bytes()), expected, "{name}");
        }
    }

    #[test]
    fn what_is_no_key_has_no_numbers() {
        let none = Vec::<Vec<u8>>::new();
        for text in ["", "-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----"] {
            assert_eq!(private_numbers(text.as_bytes()), none);
        }
        assert_eq!(private_numbers(pem("PUBLIC KEY", &pkcs8(&der(OCTET_STRING, &[8; 32]))).as_bytes()), none);
        for bytes in [&[0x30][..], &[0x30, 0x89, 1, 1, 1, 1, 1, 1, 1, 1, 1], &[0x30, 0x82, 0xff, 0xff, 0], &[0x30, 0]] {
            assert_eq!(private_numbers(pem("PRIVATE KEY", bytes).as_bytes()), none);
        }
    }
}
