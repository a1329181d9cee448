//! rustls-webpki as a judge: what every TLS client of ours will do.

use std::time::Duration;

use pki::{CaOptions, Certificate, Issuer, KeyAlgorithm, PrivateKey, Profile, Request};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use crate::world::{self, intermediate_request, now, root_request, root_with, server_request, signed_by};

fn verify(issuer: &Issuer, certificate: &Certificate, usage: KeyUsage) -> Result<(), webpki::Error> {
    let chain: Vec<_> = issuer.chain().map(|ca| CertificateDer::from(ca.as_der())).collect();
    let (root, between) = chain.split_last().unwrap();
    let anchors = [anchor_from_trusted_cert(root)?];
    let der = CertificateDer::from(certificate.as_der());
    let leaf = EndEntityCert::try_from(&der)?;
    let time = UnixTime::since_unix_epoch(Duration::from_secs(now().as_second().unsigned_abs()));
    leaf.verify_for_usage(webpki::ALL_VERIFICATION_ALGS, &anchors, between, time, usage, None, None)?;
    for name in ["vault.home.arpa", "a.apps.home.arpa", "127.0.0.1", "::1"] {
        leaf.verify_is_valid_for_subject_name(&ServerName::try_from(name).unwrap())?;
    }
    Ok(())
}

#[test]
fn every_kind_of_key() {
    for algorithm in KeyAlgorithm::ALL {
        let mut request = root_request(CaOptions { path_length: Some(1), digital_signature: true });
        request.permitted.dns = vec!["home.arpa".to_owned(), "localhost".to_owned()];
        request.permitted.ip = vec!["127.0.0.0/8".to_owned(), "::1/128".to_owned()];
        let root = root_with(request, algorithm);
        let options = CaOptions { path_length: Some(0), digital_signature: true };
        let intermediate = world::below(&root, intermediate_request(options), algorithm);
        for profile in [Profile::TlsServer, Profile::TlsClient, Profile::TlsServerAndClient] {
            let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256).unwrap();
            let leaf = signed_by(Request { profile, ..server_request() }, &key, &intermediate).unwrap();
            let (server, client) = (KeyUsage::server_auth(), KeyUsage::client_auth());
            assert_eq!(verify(&intermediate, &leaf, server).is_ok(), profile != Profile::TlsClient, "{algorithm}");
            assert_eq!(verify(&intermediate, &leaf, client).is_ok(), profile != Profile::TlsServer, "{algorithm}");
        }
    }
}
