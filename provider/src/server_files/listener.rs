//! Where a server listens, and with which certificate.

use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::Model;
use tf_framework::semantic::Duration;
use tf_framework::validate::one_of;
use tf_framework::value::Path;

use super::values::{absolute_path, is_loopback, optional_path, socket_address};
use crate::hcl_text::HclText;

#[expect(
    clippy::duplicated_attributes,
    reason = "several groups belong together or are in conflict, and each is one rule"
)]
/// A place where a server listens. It has a certificate, unless nobody on other machines can reach it.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(
    object,
    exactly_one_of(address, socket),
    required_together(tls_cert_file, tls_key_file),
    required_together(socket_mode, socket_user, socket_group),
    conflicting(tls_disable, tls_cert_file),
    conflicting(socket, tls_cert_file)
)]
pub struct ListenerSettings {
    /// Host and port, such as `0.0.0.0:8200`.
    #[tf(optional)]
    pub address: Option<String>,
    /// A socket in the file system, in place of an address.
    #[tf(optional)]
    pub socket: Option<String>,
    /// Where it listens to other nodes. The next port if it is not set.
    #[tf(optional)]
    pub cluster_address: Option<String>,
    /// The file of the certificate and the authorities between it and the root.
    #[tf(optional)]
    pub tls_cert_file: Option<String>,
    /// The file of the key of the certificate.
    #[tf(optional)]
    pub tls_key_file: Option<String>,
    /// The oldest version of TLS that is spoken: `tls12` or `tls13`.
    #[tf(optional, validate(one_of(&["tls12", "tls13"])))]
    pub tls_min_version: Option<String>,
    /// The file with the authorities of certificates of clients.
    #[tf(optional)]
    pub tls_client_ca_file: Option<String>,
    /// Whether every client must show a certificate.
    #[tf(optional)]
    pub tls_require_and_verify_client_cert: Option<bool>,
    /// Whether no client is asked for a certificate.
    #[tf(optional)]
    pub tls_disable_client_certs: Option<bool>,
    /// That it speaks no TLS. Only at a loopback address such as `127.0.0.1:8200`; a socket needs no word on it.
    #[tf(optional)]
    pub tls_disable: Option<bool>,
    /// The mode of the socket, in octal digits. The servers look at it only if its owner and group are set, too.
    #[tf(optional)]
    pub socket_mode: Option<String>,
    /// The name or number of the owner of the socket.
    #[tf(optional)]
    pub socket_user: Option<String>,
    /// The name or number of the group of the socket.
    #[tf(optional)]
    pub socket_group: Option<String>,
    /// Addresses and networks of proxies that are believed who the client is.
    #[tf(optional)]
    pub x_forwarded_for_authorized_addrs: Option<Vec<String>>,
    /// The longest request, in bytes.
    #[tf(optional)]
    pub max_request_size: Option<i64>,
    /// How long a request may take.
    #[tf(optional)]
    pub max_request_duration: Option<Duration>,
    /// Whether anybody may read the metrics here.
    #[tf(optional)]
    pub unauthenticated_metrics_access: Option<bool>,
}

impl ListenerSettings {
    pub(super) fn check(&self, at: &Path) -> Diagnostics {
        let here = |name: &str| at.clone().attribute(name);
        let mut diagnostics = Diagnostics::new();
        for (name, address) in [("address", &self.address), ("cluster_address", &self.cluster_address)] {
            diagnostics.extend(address.as_ref().and_then(|address| socket_address(address, here(name))));
        }
        diagnostics.extend(self.socket.as_ref().and_then(|socket| absolute_path(socket, here("socket"))));
        for (name, path) in self.files() {
            diagnostics.extend(optional_path(path.as_ref(), here(name)));
        }
        diagnostics.extend(self.without_encryption(at));
        let without_authorities =
            self.tls_require_and_verify_client_cert == Some(true) && self.tls_client_ca_file.is_none();
        if without_authorities {
            diagnostics.push(
                Diagnostic::error("No Authority for the Certificates of Clients")
                    .detail("Every client must show a certificate, and nothing says which are good.")
                    .remedy("Set tls_client_ca_file to a file with the authorities that issue them.")
                    .at(here("tls_require_and_verify_client_cert")),
            );
        }
        diagnostics
    }

    /// Tokens would pass in clear.
    fn without_encryption(&self, at: &Path) -> Option<Diagnostic> {
        let address = self.address.as_ref().filter(|_| self.tls_cert_file.is_none())?;
        if self.tls_disable == Some(true) && is_loopback(address) {
            return None;
        }
        let at = at.clone().attribute(if self.tls_disable.is_some() { "tls_disable" } else { "address" });
        Some(
            Diagnostic::error("A Listener Without TLS")
                .detail(format!("Tokens would pass in clear at {address:?}."))
                .remedy(
                    "Set tls_cert_file and tls_key_file, which a secretzero_certificate can make. Only a socket, or with \
                     tls_disable = true a loopback address such as \"127.0.0.1:8200\", needs none.",
                )
                .at(at),
        )
    }

    pub(super) fn write(&self, text: &mut HclText) {
        let (kind, address) = match &self.socket {
            Some(socket) => ("unix", Some(socket)),
            None => ("tcp", self.address.as_ref()),
        };
        text.stanza("listener", &[kind], |text| {
            text.optional("address", address);
            text.optional("cluster_address", self.cluster_address.as_ref());
            for (name, path) in self.files() {
                text.optional(name, path.as_ref());
            }
            text.optional("tls_min_version", self.tls_min_version.as_ref());
            text.optional("tls_require_and_verify_client_cert", self.tls_require_and_verify_client_cert);
            text.optional("tls_disable_client_certs", self.tls_disable_client_certs);
            if self.tls_cert_file.is_none() {
                text.attribute("tls_disable", true);
            }
            text.optional("socket_mode", self.socket_mode.as_ref());
            text.optional("socket_user", self.socket_user.as_ref());
            text.optional("socket_group", self.socket_group.as_ref());
            text.optional("x_forwarded_for_authorized_addrs", self.x_forwarded_for_authorized_addrs.as_ref());
            text.optional("max_request_size", self.max_request_size);
            text.optional("max_request_duration", self.max_request_duration.as_ref().map(Duration::as_str));
            if let Some(access) = self.unauthenticated_metrics_access {
                text.stanza("telemetry", &[], |text| text.attribute("unauthenticated_metrics_access", access));
            }
        });
    }

    fn files(&self) -> [(&'static str, &Option<String>); 3] {
        [
            ("tls_cert_file", &self.tls_cert_file),
            ("tls_key_file", &self.tls_key_file),
            ("tls_client_ca_file", &self.tls_client_ca_file),
        ]
    }
}
