//! Whom to trust, and as whom to appear.

use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Certificate, Identity, redirect};
use secrecy::{ExposeSecret as _, SecretString};

use crate::address::Address;
use crate::client::Http;
use crate::timing::Timing;

/// How the server is verified and how the client shows itself. There is no way to leave the server unverified.
#[derive(Clone, Debug, Default)]
pub struct TlsSettings {
    /// The certificates, as PEM, of the authorities that may vouch for the server. Those of the system if there are none.
    pub ca_pem: Option<Vec<u8>>,
    /// The name that the server must have in its certificate, in place of the host of the address.
    pub server_name: Option<String>,
    /// The certificate, with its chain, and the key that the client shows, as PEM.
    pub client: Option<ClientCertificate>,
}

/// What the client shows when it is asked for a certificate.
#[derive(Clone, Debug)]
pub struct ClientCertificate {
    /// The certificate and its chain, as PEM.
    pub certificate_pem: Vec<u8>,
    /// Its private key, as PEM.
    pub key_pem: SecretString,
}

/// The settings can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// There is no certificate in what should have some.
    #[error("there is no certificate in PEM in it")]
    NoAuthority,
    /// A certificate can't be read.
    #[error("a certificate in it can't be read")]
    Authority(#[source] reqwest::Error),
    /// The certificate of the client, or its key, can't be read.
    #[error("the client certificate and its key can't be read")]
    Client(#[source] reqwest::Error),
    /// The name is none that a certificate can have.
    #[error("tls_server_name must be a DNS name")]
    ServerName,
    /// The client can't be made of these settings.
    #[error("the TLS settings don't go together")]
    Settings(#[source] reqwest::Error),
}

impl TlsSettings {
    /// What sends to the address. Nothing is sent yet.
    ///
    /// # Errors
    /// If the settings can't be used.
    pub(crate) fn http(&self, address: &Address, timing: Timing) -> Result<Http, TlsError> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("secretzero/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(timing.connect)
            .timeout(timing.request)
            .tls_version_min(reqwest::tls::Version::TLS_1_2)
            // A redirect would carry the token to wherever the answer says; `client` looks at them itself.
            .redirect(redirect::Policy::none());
        if let Some(socket) = address.socket() {
            builder = builder.unix_socket(socket.clone());
        }
        if !address.is_encrypted() {
            // A proxy would see the token in clear.
            builder = builder.no_proxy();
        }
        if let Some(pem) = &self.ca_pem {
            let certificates = Certificate::from_pem_bundle(pem).map_err(TlsError::Authority)?;
            if certificates.is_empty() {
                return Err(TlsError::NoAuthority);
            }
            builder = builder.tls_certs_only(certificates);
        }
        if let Some(client) = &self.client {
            builder = builder.identity(client.identity()?);
        }
        let mut base = address.base().clone();
        if let Some(name) = &self.server_name {
            // The request goes to that name, and the name is resolved to the host of the address.
            let is_name = !name.is_empty() && name.parse::<std::net::IpAddr>().is_err();
            if !is_name || base.set_host(Some(name)).is_err() {
                return Err(TlsError::ServerName);
            }
            let host = address.host().trim_matches(['[', ']']).to_owned();
            builder = builder.dns_resolver(Arc::new(Instead { name: name.to_owned(), host }));
        }
        Ok(Http::new(builder.build().map_err(TlsError::Settings)?, base))
    }
}

impl ClientCertificate {
    #[expect(clippy::disallowed_methods, reason = "it goes into the TLS stack, which signs with it")]
    fn identity(&self) -> Result<Identity, TlsError> {
        let mut pem = zeroize::Zeroizing::new(self.certificate_pem.clone());
        pem.push(b'\n');
        pem.extend_from_slice(self.key_pem.expose_secret().as_bytes());
        Identity::from_pem(&pem).map_err(TlsError::Client)
    }
}

/// Resolves one name to a host. Others are what they are: that of a proxy, say.
struct Instead {
    name: String,
    host: String,
}

impl Instead {
    fn resolves(&self, name: &str) -> String {
        if name.eq_ignore_ascii_case(&self.name) { &self.host } else { name }.to_owned()
    }
}

impl Resolve for Instead {
    fn resolve(&self, name: Name) -> Resolving {
        let host = self.resolves(name.as_str());
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((host, 0)).await?.collect();
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_server_is_found_under_another_name() {
        let instead = Instead { name: "vault.home.arpa".to_owned(), host: "10.0.0.2".to_owned() };
        assert_eq!(instead.resolves("Vault.home.arpa"), "10.0.0.2");
        assert_eq!(instead.resolves("proxy.home.arpa"), "proxy.home.arpa");
    }
}
