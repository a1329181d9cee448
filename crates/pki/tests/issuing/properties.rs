//! What holds for every request: it is refused, or the certificate says exactly what was asked for.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use pki::{
    CaOptions, Certificate, FoundName, KeyAlgorithm, Profile, Request, Subject, SubtreeLists, SystemRandom, Validity,
};
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;

use crate::world::{Counting, Owner, key_of, root_request, root_with};

fn options() -> impl Strategy<Value = CaOptions> {
    (option::of(any::<u8>()), any::<bool>())
        .prop_map(|(path_length, digital_signature)| CaOptions { path_length, digital_signature })
}

fn profile() -> impl Strategy<Value = Profile> {
    prop_oneof![
        options().prop_map(Profile::IntermediateCa),
        Just(Profile::TlsServer),
        Just(Profile::TlsClient),
        Just(Profile::TlsServerAndClient),
    ]
}

fn subject() -> impl Strategy<Value = Subject> {
    let text = || "[^\\p{C}]{1,64}";
    (option::of(text()), vec(text(), 0..3), vec(text(), 0..3), option::of("[A-Z]{2}")).prop_map(
        |(common_name, organization, organizational_unit, country)| Subject {
            common_name,
            organization,
            organizational_unit,
            country,
            ..Subject::default()
        },
    )
}

prop_compose! {
    fn request()(
        profile in profile(),
        subject in subject(),
        hosts in btree_set("(\\*\\.)?[a-z0-9]{1,8}\\.[a-z]{2,8}", 0..4),
        addresses in btree_set(any::<[u8; 4]>().prop_map(IpAddr::from), 0..3),
        more in btree_set(any::<[u8; 16]>().prop_map(IpAddr::from), 0..3),
        seconds in 0..300_000_000_i64,
        permitted in vec("[a-z]{1,5}\\.[a-z]{2,5}", 0..3),
    ) -> Request {
        let start: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        let validity = Validity::new(start, start + SignedDuration::from_secs(seconds)).unwrap();
        let permitted = if profile.is_ca() { permitted } else { Vec::new() };
        Request {
            subject,
            dns_names: hosts.into_iter().collect(),
            ip_addresses: addresses.into_iter().chain(more).map(|ip| ip.to_string()).collect(),
            permitted: SubtreeLists { dns: permitted, ..SubtreeLists::default() },
            ..Request::new(profile, validity)
        }
    }
}

proptest! {
    #[test]
    fn a_certificate_says_what_was_asked_for(request in request(), seed: u8) {
        let root = root_with(root_request(CaOptions::default()), KeyAlgorithm::Ed25519);
        let key = key_of(KeyAlgorithm::Ed25519, Owner::Leaf);
        let Ok(template) = request.clone().validate() else { return Ok(()) };
        let unsigned = template.for_key(key.public_key(), &mut Counting(seed)).unwrap();
        let issued = unsigned.signed_by(&root, request.validity.not_before()).unwrap();
        let read = Certificate::from_pem(&issued.to_pem()).unwrap();

        prop_assert_eq!(&read, &issued);
        prop_assert_eq!(read.is_ca(), request.profile.is_ca());
        let path_length = match request.profile {
            Profile::IntermediateCa(options) => options.path_length,
            _ => None,
        };
        prop_assert_eq!(read.path_length(), path_length);
        prop_assert_eq!((read.not_before(), read.not_after()), (request.validity.not_before(), request.validity.not_after()));
        prop_assert_eq!(read.subject().common_name(), request.subject.common_name.clone());
        prop_assert_eq!(read.subject().organizations(), request.subject.organization.clone());
        prop_assert_eq!(read.subject().organizational_units(), request.subject.organizational_unit.clone());
        let hosts = request.dns_names.iter().cloned().map(FoundName::Dns);
        let addresses = request.ip_addresses.iter().map(|ip| FoundName::Ip(ip.parse().unwrap()));
        prop_assert_eq!(read.names(), hosts.chain(addresses).collect::<Vec<_>>());
        let permitted = read.name_constraints().into_iter().flat_map(|found| &found.permitted).map(ToString::to_string);
        prop_assert_eq!(permitted.collect::<Vec<_>>(), request.permitted.dns);
        prop_assert_eq!(read.issuer().as_der(), root.certificate().subject().as_der());
        prop_assert_eq!(read.authority_key_id(), Some(root.certificate().key_id()));
        prop_assert_eq!(read.verify_signature(root.certificate()), Ok(()));
        let text = format!("{:?}", pki::lint(&read, request.validity.not_before()));
        prop_assert!(text == "[]" || text.contains("LongLived") || text.contains("CommonNameNotAmong"), "{}", text);
    }

    #[test]
    fn any_text_in_any_field_is_refused_or_issued(
        hosts in vec("\\PC{0,20}|[a-z*.]{0,12}", 0..4),
        addresses in vec("\\PC{0,20}|[0-9.:a-f]{0,12}", 0..4),
        uris in vec("\\PC{0,20}", 0..2),
        emails in vec("\\PC{0,20}|[a-z@.]{0,9}", 0..2),
        common_name in "\\PC{0,70}",
        bases in vec("\\PC{0,9}|[a-z.*@]{0,9}", 0..3),
    ) {
        let lists = SubtreeLists { dns: bases.clone(), ip: addresses.clone(), email: bases };
        let request = Request {
            subject: Subject::common_name(common_name),
            dns_names: hosts,
            ip_addresses: addresses,
            uris,
            email_addresses: emails,
            permitted: lists.clone(),
            excluded: lists,
            ..root_request(CaOptions::default())
        };
        let key = key_of(KeyAlgorithm::Ed25519, Owner::Root);
        if let Ok(template) = request.validate() {
            template.for_key(key.public_key(), &mut SystemRandom).unwrap().self_signed(&key).unwrap();
        }
    }
}
