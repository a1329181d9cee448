//! The provider block, and what the provider has.

use tf_framework::model::{Model, Secret, Setting};
use tf_framework::semantic::Duration;
use tf_framework::{Contents, Outcome, Provider};

use crate::auth_login::{AuthLoginApprole, AuthLoginCert, AuthLoginJwt, AuthLoginKubernetes, AuthLoginUserpass};
use crate::connection::Connection;
use crate::{data_sources, ephemeral, functions, resources};

/// Makes the trust root of a small platform from nothing: certificate authorities and certificates, and an OpenBao or Vault
/// server with what is in it.
///
/// The block has literals only, and names files that this very apply writes: a file is read when the first request needs it,
/// and that it is missing is never remembered. What comes first is said with `depends_on`.
///
/// What the block does not say is taken from the environment: `BAO_ADDR`, `BAO_NAMESPACE`, `BAO_TOKEN`, `BAO_CACERT`,
/// `BAO_CACERT_BYTES`, `BAO_CLIENT_CERT`, `BAO_CLIENT_KEY` and `BAO_TLS_SERVER_NAME`, or the variables of the same names that
/// begin with `VAULT_`. If there is no token either, that of `~/.vault-token` is used. Any credential in the block outweighs
/// those of the environment.
///
/// The server is always verified. There is no switch to leave that out, and `BAO_SKIP_VERIFY` or `VAULT_SKIP_VERIFY` in the
/// environment is an error.
#[derive(Debug, Model)]
#[tf(
    provider = "secretzero",
    conflicting(ca_cert_file, ca_cert_pem),
    conflicting(
        token,
        token_file,
        auth_login_approle,
        auth_login_cert,
        auth_login_jwt,
        auth_login_kubernetes,
        auth_login_userpass
    ),
    required_together(client_cert_file, client_key_file)
)]
pub struct SecretZero {
    /// The address of the server, such as `https://vault.home.arpa:8200`. Without TLS only to a loopback IP address, or a
    /// socket as `unix:///run/openbao.sock`.
    #[tf(optional)]
    pub address: Setting<String>,
    /// The namespace that everything is in, unless a resource names one within it.
    #[tf(optional)]
    pub namespace: Setting<String>,
    /// File with the certificates, as PEM, of the authorities that may vouch for the server. It may be written by the same
    /// apply. If neither this nor `ca_cert_pem` is set, the authorities of the system may.
    #[tf(optional)]
    pub ca_cert_file: Setting<String>,
    /// The certificates themselves, as PEM.
    #[tf(optional)]
    pub ca_cert_pem: Setting<String>,
    /// The name that the server must have in its certificate, in place of the host of the address.
    #[tf(optional)]
    pub tls_server_name: Setting<String>,
    /// File with the certificate, and its chain, that is shown to a server that asks for one, as PEM. With `auth_login_cert`
    /// beside `keys_file` it may be one that `secretzero_operator` is still to make.
    #[tf(optional)]
    pub client_cert_file: Setting<String>,
    /// File with its private key, as PEM.
    #[tf(optional)]
    pub client_key_file: Setting<String>,
    /// How long a request may take. One minute if it is not set.
    #[tf(optional)]
    pub timeout: Setting<Duration>,
    /// How often a request is made again that failed in passing and can be made twice without harm. 3 if it is not set.
    #[tf(optional)]
    pub max_retries: Setting<i64>,
    /// The token that requests are made with. It is used as it is: neither renewed nor revoked.
    #[tf(optional)]
    pub token: Setting<Secret>,
    /// File with the token.
    #[tf(optional)]
    pub token_file: Setting<String>,
    /// File with the keys of the server, as `secretzero_init` writes it. Its root token is used; beside
    /// `auth_login_approle` or `auth_login_cert` only as long as their files are missing.
    #[tf(optional)]
    pub keys_file: Setting<String>,
    /// File with an age identity that decrypts `keys_file`, if that is encrypted.
    #[tf(optional)]
    pub keys_identity_file: Setting<String>,
    /// Log in at an `approle` auth method.
    #[tf(optional)]
    pub auth_login_approle: Setting<AuthLoginApprole>,
    /// Log in at a `cert` auth method, with `client_cert_file`.
    #[tf(optional)]
    pub auth_login_cert: Setting<AuthLoginCert>,
    /// Log in at a `jwt` auth method.
    #[tf(optional)]
    pub auth_login_jwt: Setting<AuthLoginJwt>,
    /// Log in at a `kubernetes` auth method.
    #[tf(optional)]
    pub auth_login_kubernetes: Setting<AuthLoginKubernetes>,
    /// Log in at a `userpass` auth method.
    #[tf(optional)]
    pub auth_login_userpass: Setting<AuthLoginUserpass>,
    /// The id that the cluster must have, as `sys/health` tells it. Nothing is sent to any other, not even a login. A sealed
    /// server does not tell its id; then the check waits for the first answer of an unsealed one.
    #[tf(optional)]
    pub expected_cluster_id: Setting<String>,
    /// What destroying does with objects on a server that can't be reached or is sealed: `fail`, or `forget` them with a
    /// warning. `fail` if it is not set. A server that answers and can't be verified, because its certificate has expired or is
    /// of another authority say, is not forgotten.
    #[tf(optional)]
    pub server_unreachable: Setting<String>,
}

impl Provider for SecretZero {
    type Client = Connection;

    fn contents() -> Contents<Self> {
        Contents::new()
            .resource::<resources::ApproleAuthBackendRole>()
            .resource::<resources::Audit>()
            .resource::<resources::AuthBackend>()
            .resource::<resources::Certificate>()
            .resource::<resources::CertificateAuthority>()
            .resource::<resources::CertificateRequest>()
            .resource::<resources::Init>()
            .resource::<resources::KvSecretBackendV2>()
            .resource::<resources::KvSecretV2>()
            .resource::<resources::Mount>()
            .resource::<resources::Operator>()
            .resource::<resources::Plugin>()
            .resource::<resources::Policy>()
            .resource::<resources::PrivateKey>()
            .resource::<resources::ServerConfig>()
            .resource::<resources::TokenAuthBackendRole>()
            .resource::<resources::Unseal>()
            .data_source::<data_sources::PolicyDocument>()
            .data_source::<data_sources::ServerStatus>()
            .ephemeral::<ephemeral::ApproleAuthBackendRoleSecretId>()
            .ephemeral::<ephemeral::KvSecretV2>()
            .ephemeral::<ephemeral::PrivateKey>()
            .ephemeral::<ephemeral::Token>()
            .function::<functions::KvPath>()
            .function::<functions::KvReadonlyPolicy>()
            .function::<functions::KvReadwritePolicy>()
            .function::<functions::MetricsPolicy>()
            .function::<functions::ParseCertificate>()
            .function::<functions::PolicyDocument>()
            .function::<functions::ServerConfig>()
            .function::<functions::SystemdUnit>()
    }

    fn configure(settings: Self) -> Outcome<Connection> {
        Connection::new(settings)
    }

    async fn shut_down(client: &Connection) {
        client.shut_down().await;
    }
}
