//! Chains: sorted, completed and broken.

use pki::{CaOptions, Chain, ChainError, KeyAlgorithm, Subject, same_subject_and_key};

use crate::world::{
    self, below, days, intermediate_request, root, root_request, self_signed, server_request, signed_by,
};

fn three() -> Vec<pki::Certificate> {
    let root = root(CaOptions::default());
    let intermediate = below(&root, intermediate_request(CaOptions::default()), KeyAlgorithm::Ed25519);
    let leaf = signed_by(server_request(), &world::key(), &intermediate).unwrap();
    vec![leaf, intermediate.certificate().clone(), root.certificate().clone()]
}

#[test]
fn any_order_becomes_the_right_one() {
    let sorted = three();
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mixed = order.into_iter().chain([order[0]]).map(|index| sorted[index].clone()).collect();
        let chain = Chain::sort(mixed).unwrap();
        assert_eq!(chain.certificates(), sorted);
        assert!(chain.has_root());
    }
    assert!(!Chain::sort(sorted[..2].to_vec()).unwrap().has_root());
    let text = Chain::sort(sorted.clone()).unwrap().to_pem();
    assert_eq!(pki::Certificate::all_from_pem(&text).unwrap(), sorted);
}

#[test]
fn what_is_no_chain_is_refused() {
    let (one, other) = (three(), three());
    assert!(matches!(Chain::sort(Vec::new()), Err(ChainError::Empty)));
    let gap = vec![one[0].clone(), one[2].clone()];
    assert!(matches!(Chain::sort(gap), Err(ChainError::Branch { .. })));
    let two = vec![one[0].clone(), other[0].clone()];
    assert!(matches!(Chain::sort(two), Err(ChainError::Branch { .. })));
    let many = (0..30).map(|_| self_signed(root_request(CaOptions::default()), &world::key())).collect();
    assert!(matches!(Chain::sort(many), Err(ChainError::TooLong { .. })));
}

/// The CA's name with another key is told apart by the key identifier, and without it by the signature.
#[test]
fn a_name_alone_is_no_link() {
    let (key, false_key) = (world::key(), world::key());
    let request = || root_request(CaOptions::default());
    let ca = pki::Issuer::new(vec![self_signed(request(), &key)], key).unwrap();
    let leaf = signed_by(server_request(), &world::key(), &ca).unwrap();
    let impostor = self_signed(request(), &false_key);
    assert!(matches!(Chain::sort(vec![leaf, impostor]), Err(ChainError::Branch { .. })));

    let sorted = three();
    let mut der = sorted[1].as_der().to_vec();
    *der.last_mut().unwrap() ^= 1;
    let damaged = pki::Certificate::from_der(&der).unwrap();
    let chain = Chain::sort(vec![sorted[0].clone(), damaged, sorted[2].clone()]);
    assert!(matches!(chain, Err(ChainError::Signature { .. })), "{chain:?}");
}

#[test]
fn a_renewed_ca_has_the_same_subject_and_key() {
    let key = world::key();
    let old = self_signed(root_request(CaOptions::default()), &key);
    let renewed = self_signed(pki::Request { validity: days(7300), ..root_request(CaOptions::default()) }, &key);
    assert_ne!(old, renewed);
    assert!(same_subject_and_key(&old, &renewed));
    let other_key = self_signed(root_request(CaOptions::default()), &world::key());
    assert!(!same_subject_and_key(&old, &other_key));
    let renamed = pki::Request { subject: Subject::common_name("Other"), ..root_request(CaOptions::default()) };
    assert!(!same_subject_and_key(&old, &self_signed(renamed, &key)));
}

#[test]
fn leaves_stay_valid_below_a_renewed_ca() {
    let key = world::key();
    let old = self_signed(root_request(CaOptions::default()), &key);
    let renewed = self_signed(pki::Request { validity: days(7300), ..root_request(CaOptions::default()) }, &key);
    let issuer = pki::Issuer::new(vec![old], key).unwrap();
    let leaf = signed_by(server_request(), &world::key(), &issuer).unwrap();
    assert_eq!(leaf.verify_signature(&renewed), Ok(()));
    assert_eq!(Chain::sort(vec![renewed.clone(), leaf.clone()]).unwrap().certificates(), [leaf, renewed]);
}
