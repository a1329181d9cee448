//! What unseals a server by itself. Without such a seal it is unsealed with shares of a key (Shamir).

use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::Model;
use tf_framework::value::Path;

use super::values::{api_address, optional_path, secret_reference};
use crate::hcl_text::HclText;

/// What unseals a server by itself. Secrets are never here, but in files of the server, `file://…`, or in its environment,
/// `env://…`. What is left out, the server looks for in its environment.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object, exactly_one_of(gcpckms, transit, awskms, azurekeyvault, r#static))]
pub struct SealSettings {
    /// A key of Google Cloud KMS.
    #[tf(block)]
    pub gcpckms: Option<GcpckmsSettings>,
    /// A key in the Transit engine of another server.
    #[tf(block)]
    pub transit: Option<TransitSettings>,
    /// A key of AWS KMS.
    #[tf(block)]
    pub awskms: Option<AwskmsSettings>,
    /// A key of Azure Key Vault.
    #[tf(block)]
    pub azurekeyvault: Option<AzurekeyvaultSettings>,
    /// A key in a file or variable. OpenBao only.
    #[tf(block)]
    pub r#static: Option<StaticSettings>,
}

/// A key of Google Cloud KMS.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object)]
pub struct GcpckmsSettings {
    /// The project.
    #[tf(required)]
    pub project: String,
    /// The region of the key ring.
    #[tf(required)]
    pub region: String,
    /// The key ring.
    #[tf(required)]
    pub key_ring: String,
    /// The key.
    #[tf(required)]
    pub crypto_key: String,
    /// The file with the credentials, which only the server should be able to read.
    #[tf(optional)]
    pub credentials: Option<String>,
}

/// A key in the Transit engine of another server.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object, required_together(tls_client_cert, tls_client_key))]
pub struct TransitSettings {
    /// The address of the other server.
    #[tf(required)]
    pub address: String,
    /// The key.
    #[tf(required)]
    pub key_name: String,
    /// Where the engine is mounted.
    #[tf(required)]
    pub mount_path: String,
    /// The token, as `file://…` or `env://…`.
    #[tf(optional)]
    pub token: Option<String>,
    /// The namespace of the mount.
    #[tf(optional)]
    pub namespace: Option<String>,
    /// Whether the token is not renewed by this server.
    #[tf(optional)]
    pub disable_renewal: Option<bool>,
    /// The file with the authority of the certificate of the other server.
    #[tf(optional)]
    pub tls_ca_cert: Option<String>,
    /// The file with the certificate that is shown to it.
    #[tf(optional)]
    pub tls_client_cert: Option<String>,
    /// The file with the key of that certificate.
    #[tf(optional)]
    pub tls_client_key: Option<String>,
    /// The name that its certificate must have, if that is not the one in the address.
    #[tf(optional)]
    pub tls_server_name: Option<String>,
}

/// A key of AWS KMS.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object)]
pub struct AwskmsSettings {
    /// The region.
    #[tf(optional)]
    pub region: Option<String>,
    /// The key, by id or ARN.
    #[tf(required)]
    pub kms_key_id: String,
    /// Another address of the API.
    #[tf(optional)]
    pub endpoint: Option<String>,
    /// The access key, as `file://…` or `env://…`.
    #[tf(optional)]
    pub access_key: Option<String>,
    /// The secret key, as `file://…` or `env://…`.
    #[tf(optional)]
    pub secret_key: Option<String>,
    /// The session token, as `file://…` or `env://…`.
    #[tf(optional)]
    pub session_token: Option<String>,
    /// The file with shared credentials.
    #[tf(optional)]
    pub shared_creds_filename: Option<String>,
    /// Which of the shared credentials.
    #[tf(optional)]
    pub shared_creds_profile: Option<String>,
    /// The role that is assumed.
    #[tf(optional)]
    pub role_arn: Option<String>,
    /// The name of the session of that role.
    #[tf(optional)]
    pub role_session_name: Option<String>,
    /// The file with the token for that role.
    #[tf(optional)]
    pub web_identity_token_file: Option<String>,
}

/// A key of Azure Key Vault.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object)]
pub struct AzurekeyvaultSettings {
    /// The key vault.
    #[tf(required)]
    pub vault_name: String,
    /// The key.
    #[tf(required)]
    pub key_name: String,
    /// The tenant.
    #[tf(optional)]
    pub tenant_id: Option<String>,
    /// Who the server is.
    #[tf(optional)]
    pub client_id: Option<String>,
    /// The secret of that client, as `file://…` or `env://…`.
    #[tf(optional)]
    pub client_secret: Option<String>,
    /// The name of the cloud.
    #[tf(optional)]
    pub environment: Option<String>,
    /// The domain of key vaults there.
    #[tf(optional)]
    pub resource: Option<String>,
}

/// A key in a file or variable: 32 bytes, raw, in hexadecimal or base64, and nothing more, not even a line end.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object, required_together(previous_key_id, previous_key))]
pub struct StaticSettings {
    /// A name of the key that stays with it for good.
    #[tf(required)]
    pub current_key_id: String,
    /// The key, as `file://…` or `env://…`.
    #[tf(required)]
    pub current_key: String,
    /// The name of the key before this one, while what it has sealed is sealed anew.
    #[tf(optional)]
    pub previous_key_id: Option<String>,
    /// The key before this one, as `file://…` or `env://…`.
    #[tf(optional)]
    pub previous_key: Option<String>,
}

impl SealSettings {
    pub(super) fn check(&self, api_addr: Option<&String>, at: &Path) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let here = |seal: &str, name: &str| at.clone().attribute(seal).attribute(name);
        if let Some(seal) = &self.gcpckms {
            diagnostics.extend(optional_path(seal.credentials.as_ref(), here("gcpckms", "credentials")));
        }
        if let Some(seal) = &self.transit {
            diagnostics.extend(api_address(&seal.address, here("transit", "address")));
            diagnostics.extend(secret_reference(seal.token.as_ref(), here("transit", "token")));
            for (name, path) in seal.files() {
                diagnostics.extend(optional_path(path.as_ref(), here("transit", name)));
            }
            if api_addr.is_some_and(|own| own.trim_end_matches('/') == seal.address.trim_end_matches('/')) {
                diagnostics.push(
                    Diagnostic::error("A Server That Unseals Itself")
                        .detail("The seal asks the very server that it is to unseal, which can't answer before it is unsealed.")
                        .remedy("Give the address of another server.")
                        .at(here("transit", "address")),
                );
            }
        }
        if let Some(seal) = &self.awskms {
            for (name, secret) in seal.secrets() {
                diagnostics.extend(secret_reference(secret.as_ref(), here("awskms", name)));
            }
            for (name, path) in seal.files() {
                diagnostics.extend(optional_path(path.as_ref(), here("awskms", name)));
            }
        }
        if let Some(seal) = &self.azurekeyvault {
            diagnostics.extend(secret_reference(seal.client_secret.as_ref(), here("azurekeyvault", "client_secret")));
        }
        if let Some(seal) = &self.r#static {
            diagnostics.extend(secret_reference(Some(&seal.current_key), here("static", "current_key")));
            diagnostics.extend(secret_reference(seal.previous_key.as_ref(), here("static", "previous_key")));
        }
        diagnostics
    }

    pub(super) fn write(&self, text: &mut HclText) {
        let mut seal = |kind: &str, body: &dyn Fn(&mut HclText)| text.stanza("seal", &[kind], |text| body(text));
        if let Some(settings) = &self.gcpckms {
            seal("gcpckms", &|text| settings.write(text));
        }
        if let Some(settings) = &self.transit {
            seal("transit", &|text| settings.write(text));
        }
        if let Some(settings) = &self.awskms {
            seal("awskms", &|text| settings.write(text));
        }
        if let Some(settings) = &self.azurekeyvault {
            seal("azurekeyvault", &|text| settings.write(text));
        }
        if let Some(settings) = &self.r#static {
            seal("static", &|text| settings.write(text));
        }
    }
}

impl GcpckmsSettings {
    fn write(&self, text: &mut HclText) {
        text.attribute("project", &self.project);
        text.attribute("region", &self.region);
        text.attribute("key_ring", &self.key_ring);
        text.attribute("crypto_key", &self.crypto_key);
        text.optional("credentials", self.credentials.as_ref());
    }
}

impl TransitSettings {
    fn files(&self) -> [(&'static str, &Option<String>); 3] {
        [
            ("tls_ca_cert", &self.tls_ca_cert),
            ("tls_client_cert", &self.tls_client_cert),
            ("tls_client_key", &self.tls_client_key),
        ]
    }

    fn write(&self, text: &mut HclText) {
        text.attribute("address", &self.address);
        text.optional("token", self.token.as_ref());
        // The seals take texts only.
        text.optional("disable_renewal", self.disable_renewal.map(|is| if is { "true" } else { "false" }));
        text.attribute("key_name", &self.key_name);
        text.attribute("mount_path", &self.mount_path);
        text.optional("namespace", self.namespace.as_ref());
        for (name, path) in self.files() {
            text.optional(name, path.as_ref());
        }
        text.optional("tls_server_name", self.tls_server_name.as_ref());
    }
}

impl AwskmsSettings {
    fn secrets(&self) -> [(&'static str, &Option<String>); 3] {
        [("access_key", &self.access_key), ("secret_key", &self.secret_key), ("session_token", &self.session_token)]
    }

    fn files(&self) -> [(&'static str, &Option<String>); 2] {
        [
            ("shared_creds_filename", &self.shared_creds_filename),
            ("web_identity_token_file", &self.web_identity_token_file),
        ]
    }

    fn write(&self, text: &mut HclText) {
        text.optional("region", self.region.as_ref());
        text.attribute("kms_key_id", &self.kms_key_id);
        text.optional("endpoint", self.endpoint.as_ref());
        for (name, value) in self.secrets().into_iter().chain(self.files()) {
            text.optional(name, value.as_ref());
        }
        text.optional("shared_creds_profile", self.shared_creds_profile.as_ref());
        text.optional("role_arn", self.role_arn.as_ref());
        text.optional("role_session_name", self.role_session_name.as_ref());
    }
}

impl AzurekeyvaultSettings {
    fn write(&self, text: &mut HclText) {
        text.optional("tenant_id", self.tenant_id.as_ref());
        text.optional("client_id", self.client_id.as_ref());
        text.optional("client_secret", self.client_secret.as_ref());
        text.optional("environment", self.environment.as_ref());
        text.attribute("vault_name", &self.vault_name);
        text.attribute("key_name", &self.key_name);
        text.optional("resource", self.resource.as_ref());
    }
}

impl StaticSettings {
    fn write(&self, text: &mut HclText) {
        text.attribute("current_key_id", &self.current_key_id);
        text.attribute("current_key", &self.current_key);
        text.optional("previous_key_id", self.previous_key_id.as_ref());
        text.optional("previous_key", self.previous_key.as_ref());
    }
}
