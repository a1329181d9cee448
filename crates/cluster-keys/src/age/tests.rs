//! Files that the original, age 1.2.1, has written, and ours. The keys are for these tests only.

use proptest::prelude::*;

use super::*;

const IDENTITY_FILE: &str =
    "# made by age-keygen\n\nAGE-SECRET-KEY-1YQNY5AAPSTAKPKZU4SL3W7M66W07MTK0UFCDN62YSW6Q007WVK5S6R0G7M\n";
const RECIPIENT_OF_IT: &str = "age12p99967rp49ulzndc7mav65ft78jwekyvty3f9g56nhr97v4vp5shr0phd";
const OTHER_IDENTITY: &str = "AGE-SECRET-KEY-1NEEN385EU2GWZYK8JH4SJ6J33VF3Z0QRCH0QJG5WXNA3CFHK266S7J84JX";

/// `age -r … -a` of "hello from age".
const HELLO: &str = "\
-----BEGIN AGE ENCRYPTED FILE-----\n\
YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBIZ0JnZSswajFpa09ubjI3\n\
bXAvbUVxd0xCNTcvMnQ1V1JXR3JjRHd5V0JzCkRSWE0xRDg5ZWIveXVyalFPSE9T\n\
V0V3Um80WDBQRktBVkFpRkdjeUNzbTAKLS0tIDUxRXBicyt1ZzBSaVg5WlJadDM3\n\
QjZEakwzR1IvaW50QktNdWVvdlhmZWMKzJOCycFqm72JxpyhDSSgUyfZws3iFT+5\n\
mom/HJfXQXY1i82well3SCh6gu05rw==\n\
-----END AGE ENCRYPTED FILE-----\n\
";
/// `age -r … -r …` of nothing, in base64.
const NOTHING: &str = "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSA0a1duSEphNEhzbjZWcnlEZEt6T2tVTTg2ZWlPYTU3R0RkZTVBVFBIeDF3Cjh2a3RxNTNXZmZUR3BRYXB1eE5FSE9LUHI4WTN3Y3JUdXBad3JOMUh4SFEKLT4gWDI1NTE5IHV1bnl0dkt1Sk1vZExDdW0yaVl4ZkkwbENkTHZyZ3JyNlB1R3pjbmRYQ28KcGdDYnhXM2Fsc2VkVE5FQ1BMb001b0swK255K3pONE8wdmd0dDhKYW5kRQotLS0gTmVQWGdqS1pWS2lMV2VTcmQvY0NDY0FiNTB0ckx0c21yVTBPOWNBeE5SYwpPhSQeCF2LWz+1aw++WhbyfcSXlRjaRUjDIcR5XY6MHw==";

fn identities() -> Vec<Identity> {
    Identity::parse_file(IDENTITY_FILE).unwrap()
}

fn recipient() -> Recipient {
    Recipient::parse(RECIPIENT_OF_IT).unwrap()
}

#[test]
fn what_the_original_has_written_is_read() {
    assert!(is_encrypted(HELLO.as_bytes()));
    assert_eq!(decrypt(HELLO.as_bytes(), &identities()).unwrap().as_slice(), b"hello from age");
    let nothing = header::decode(NOTHING.trim_end_matches('=')).unwrap();
    assert!(is_encrypted(&nothing) && decrypt(&nothing, &identities()).unwrap().is_empty());
    let other = Identity::parse_file(OTHER_IDENTITY).unwrap();
    assert!(decrypt(&nothing, &other).unwrap().is_empty());
    assert_eq!(decrypt(HELLO.as_bytes(), &other).unwrap_err(), AgeError::NoMatch);
}

#[test]
fn keys_are_read_and_not_printed() {
    let identities = identities();
    assert_eq!(identities[0].recipient(), &recipient());
    assert_eq!(recipient().to_string(), RECIPIENT_OF_IT);
    assert_eq!(format!("{identities:?}"), "[Identity(…)]");
    let mistyped = RECIPIENT_OF_IT.replacen('q', "p", 1);
    for bad in ["", "age1", "ssh-ed25519 AAAA", IDENTITY_FILE, &RECIPIENT_OF_IT.to_uppercase()[..20], &mistyped] {
        assert!(bad == RECIPIENT_OF_IT || Recipient::parse(bad).is_err(), "{bad}");
    }
    for bad in ["", "# nothing", RECIPIENT_OF_IT] {
        assert_eq!(Identity::parse_file(bad).unwrap_err(), AgeError::Identity, "{bad}");
    }
    assert_eq!(encrypt(b"", &[]).unwrap_err(), AgeError::NoRecipient);
}

#[test]
fn every_size_comes_back_and_every_change_is_noticed() {
    let other = Identity::parse_file(OTHER_IDENTITY).unwrap();
    for size in [0, 1, (64 << 10) - 1, 64 << 10, (64 << 10) + 1, 200_000] {
        let plain = vec![7; size];
        let file = encrypt(&plain, &[recipient(), other[0].recipient().clone()]).unwrap();
        assert_eq!(decrypt(&file, &identities()).unwrap().as_slice(), plain, "{size}");
        assert_eq!(decrypt(&file, &other).unwrap().as_slice(), plain, "{size}");
    }
    let file = armour::take_off(&encrypt(&[7; 70_000], &[recipient()]).unwrap()).unwrap();
    // Cut at the end of the first chunk, which is then not marked as the last.
    let header = header::read(&file).unwrap();
    let cut = file.len() - header.rest.len() + 16 + (64 << 10) + 16;
    assert_eq!(decrypt(&file[..cut], &identities()).unwrap_err(), AgeError::Malformed);
    let small = armour::take_off(&encrypt(b"small", &[recipient()]).unwrap()).unwrap();
    for index in 0..small.len() {
        let mut changed = small.clone();
        changed[index] ^= 1;
        assert!(decrypt(&changed, &identities()).is_err(), "byte {index} can be changed");
    }
}

#[test]
fn the_identity_is_read_only_for_a_file_that_is_encrypted() {
    let bytes = |bytes: &[u8]| Zeroizing::new(bytes.to_vec());
    let nobody = || Err("it is missing");
    assert_eq!(open(bytes(b"clear"), nobody).unwrap().as_slice(), b"clear");
    let file = encrypt(b"closed", &[recipient()]).unwrap();
    assert_eq!(open(bytes(&file), nobody).unwrap_err(), OpenError::NoIdentity("it is missing"));
    let with = |identity: &[u8]| open(bytes(&file), || Ok::<_, &str>(bytes(identity)));
    assert_eq!(with(IDENTITY_FILE.as_bytes()).unwrap().as_slice(), b"closed");
    assert_eq!(with(OTHER_IDENTITY.as_bytes()).unwrap_err(), OpenError::Content(AgeError::NoMatch));
    for bad in [&b"# nothing"[..], b"\xff"] {
        assert_eq!(with(bad).unwrap_err(), OpenError::Identity(AgeError::Identity));
    }
}

proptest! {
    #[test]
    fn foreign_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), text in "[ -~\n]{0,200}") {
        let identities = identities();
        for prefix in [&b""[..], header::VERSION, b"-----BEGIN AGE ENCRYPTED FILE-----\n"] {
            for rest in [&bytes[..], text.as_bytes()] {
                let _ = decrypt(&[prefix, rest].concat(), &identities);
            }
        }
        let _ = (Recipient::parse(&text), Identity::parse_file(&text));
    }
}
