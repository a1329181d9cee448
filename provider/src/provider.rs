//! The provider block, and what the provider has.

use tf_framework::model::Model;
use tf_framework::{Contents, Outcome, Provider};

use crate::{ephemeral, functions, resources};

/// Makes a trust root: certificate authorities, certificates and keys, from nothing.
#[derive(Debug, Model)]
#[tf(provider = "secretzero")]
pub struct SecretZero {}

impl Provider for SecretZero {
    type Client = ();

    fn contents() -> Contents<Self> {
        Contents::new()
            .resource::<resources::Certificate>()
            .resource::<resources::CertificateAuthority>()
            .resource::<resources::CertificateRequest>()
            .resource::<resources::PrivateKey>()
            .ephemeral::<ephemeral::PrivateKey>()
            .function::<functions::ParseCertificate>()
    }

    fn configure(_: Self) -> Outcome<()> {
        Ok(())
    }
}
