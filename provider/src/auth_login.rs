//! The logins of the provider block.

use tf_framework::model::{Model, Secret, Setting};

/// A login at an `approle` auth method.
#[derive(Debug, Model)]
#[tf(object, exactly_one_of(role_id, role_id_file), conflicting(secret_id, secret_id_file))]
pub struct AuthLoginApprole {
    /// Where the method is mounted. `approle` if it is not set.
    #[tf(optional)]
    pub mount: Setting<String>,
    /// The namespace of the mount, within that of the provider block.
    #[tf(optional)]
    pub namespace: Setting<String>,
    /// The id of the role.
    #[tf(optional)]
    pub role_id: Setting<String>,
    /// File with the id of the role.
    #[tf(optional)]
    pub role_id_file: Setting<String>,
    /// The secret id.
    #[tf(optional)]
    pub secret_id: Setting<Secret>,
    /// File with the secret id.
    #[tf(optional)]
    pub secret_id_file: Setting<String>,
}

/// A login at a `cert` auth method, with the client certificate of the provider block.
#[derive(Debug, Model)]
#[tf(object)]
pub struct AuthLoginCert {
    /// Where the method is mounted. `cert` if it is not set.
    #[tf(optional)]
    pub mount: Setting<String>,
    /// The namespace of the mount, within that of the provider block.
    #[tf(optional)]
    pub namespace: Setting<String>,
    /// The role to log in as. Whichever takes the certificate if it is not set.
    #[tf(optional)]
    pub name: Setting<String>,
}

/// A login at a `jwt` auth method.
#[derive(Debug, Model)]
#[tf(object, exactly_one_of(jwt, jwt_file, jwt_env))]
pub struct AuthLoginJwt {
    /// Where the method is mounted. `jwt` if it is not set.
    #[tf(optional)]
    pub mount: Setting<String>,
    /// The namespace of the mount, within that of the provider block.
    #[tf(optional)]
    pub namespace: Setting<String>,
    /// The role to log in as. The default role of the method if it is not set.
    #[tf(optional)]
    pub role: Setting<String>,
    /// The JSON Web Token.
    #[tf(optional)]
    pub jwt: Setting<Secret>,
    /// File with it. It is read for each login.
    #[tf(optional)]
    pub jwt_file: Setting<String>,
    /// Name of the environment variable with it.
    #[tf(optional)]
    pub jwt_env: Setting<String>,
}

/// A login at a `kubernetes` auth method.
#[derive(Debug, Model)]
#[tf(object, conflicting(jwt, jwt_file))]
pub struct AuthLoginKubernetes {
    /// Where the method is mounted. `kubernetes` if it is not set.
    #[tf(optional)]
    pub mount: Setting<String>,
    /// The namespace of the mount, within that of the provider block.
    #[tf(optional)]
    pub namespace: Setting<String>,
    /// The role to log in as.
    #[tf(required)]
    pub role: Setting<String>,
    /// The token of the service account.
    #[tf(optional)]
    pub jwt: Setting<Secret>,
    /// File with it. It is read for each login. `/var/run/secrets/kubernetes.io/serviceaccount/token`, which a pod has, if
    /// neither is set.
    #[tf(optional)]
    pub jwt_file: Setting<String>,
}

/// A login at a `userpass` auth method.
#[derive(Debug, Model)]
#[tf(object, exactly_one_of(password, password_file))]
pub struct AuthLoginUserpass {
    /// Where the method is mounted. `userpass` if it is not set.
    #[tf(optional)]
    pub mount: Setting<String>,
    /// The namespace of the mount, within that of the provider block.
    #[tf(optional)]
    pub namespace: Setting<String>,
    /// The name of the user.
    #[tf(required)]
    pub username: Setting<String>,
    /// The password.
    #[tf(optional)]
    pub password: Setting<Secret>,
    /// File with the password.
    #[tf(optional)]
    pub password_file: Setting<String>,
}
