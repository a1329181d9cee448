//! The managed resources, one file each.

pub mod certificate;
pub mod certificate_authority;
pub mod certificate_request;
pub mod private_key;

pub use certificate::Certificate;
pub use certificate_authority::CertificateAuthority;
pub use certificate_request::CertificateRequest;
pub use private_key::PrivateKey;
