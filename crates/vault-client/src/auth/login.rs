//! Logins of the auth methods. Each answers with [`Auth`](crate::Auth).

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Serialize, Serializer};

use crate::api_path::ApiPath;
use crate::request::Request;

/// A login with a role id and a secret id, at the mount of an `approle` method.
pub fn approle(mount: &str, role_id: &str, secret_id: Option<&SecretString>) -> Request {
    #[derive(Serialize)]
    struct Body<'a> {
        role_id: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        secret_id: Option<Exposed<'a>>,
    }
    login(mount, &Body { role_id, secret_id: secret_id.map(Exposed) })
}

/// A login with the client certificate of the connection, at the mount of a `cert` method. `name` picks a role.
pub fn cert(mount: &str, name: Option<&str>) -> Request {
    #[derive(Serialize)]
    struct Body<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<&'a str>,
    }
    login(mount, &Body { name })
}

/// A login with a JSON Web Token, at the mount of a `jwt` or a `kubernetes` method.
pub fn jwt(mount: &str, role: Option<&str>, jwt: &SecretString) -> Request {
    #[derive(Serialize)]
    struct Body<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        role: Option<&'a str>,
        jwt: Exposed<'a>,
    }
    login(mount, &Body { role, jwt: Exposed(jwt) })
}

/// A login with a name and a password, at the mount of a `userpass` method.
pub fn userpass(mount: &str, username: &str, password: &SecretString) -> Request {
    #[derive(Serialize)]
    struct Body<'a> {
        password: Exposed<'a>,
    }
    let path = ApiPath::new("auth").join(mount).segment("login").segment(username);
    logging_in(path, &Body { password: Exposed(password) })
}

fn login(mount: &str, body: &impl Serialize) -> Request {
    logging_in(ApiPath::new("auth").join(mount).segment("login"), body)
}

/// A second login makes a second token, of which the first is forgotten and ends by itself: it may be repeated.
fn logging_in(path: ApiPath, body: &impl Serialize) -> Request {
    Request::write(path, body).secret().repeatable()
}

/// A secret on its way into the body of a request.
struct Exposed<'a>(&'a SecretString);

impl Serialize for Exposed<'_> {
    #[expect(clippy::disallowed_methods, reason = "it goes into the body of the login, which is wiped")]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose_secret())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_login_has_the_path_and_body_of_its_method() {
        let secret = SecretString::from("canary");
        for (request, path, body) in [
            (
                approle("operator", "id", Some(&secret)),
                "auth/operator/login",
                r#"{"role_id":"id","secret_id":"canary"}"#,
            ),
            (approle("approle", "id", None), "auth/approle/login", r#"{"role_id":"id"}"#),
            (cert("cert", Some("ci")), "auth/cert/login", r#"{"name":"ci"}"#),
            (cert("cert", None), "auth/cert/login", "{}"),
            (jwt("team/jwt/", Some("ci"), &secret), "auth/team/jwt/login", r#"{"role":"ci","jwt":"canary"}"#),
            (userpass("userpass", "a/b", &secret), "auth/userpass/login/a/b", r#"{"password":"canary"}"#),
        ] {
            assert_eq!(request.path().to_string(), path);
            assert_eq!(std::str::from_utf8(request.body().unwrap()).unwrap(), body);
            assert!(request.is_repeatable() && !format!("{request:?}").contains("canary"));
        }
    }
}
