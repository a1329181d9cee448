//! Where roles of auth methods are.

use tf_framework::Outcome;
use tf_framework::diagnostic::Diagnostic;
use vault_client::ApiPath;

use crate::mounts;

/// The path of a role, as its id says it: `auth/<backend>/<collection>/<name>`.
pub fn id(backend: &str, collection: &str, name: &str) -> String {
    format!("auth/{backend}/{collection}/{name}")
}

/// The same as the path of requests.
pub fn path(backend: &str, collection: &str, name: &str) -> ApiPath {
    ApiPath::new("auth").join(backend).segment(collection).segment(name)
}

/// Backend and name of an id.
///
/// # Errors
/// If it is none.
pub fn parse(id: &str, collection: &str) -> Outcome<(String, String)> {
    let between = format!("/{collection}/");
    let parts = id.strip_prefix("auth/").and_then(|rest| rest.rsplit_once(&between));
    match parts {
        Some((backend, name)) if mounts::path(backend).is_ok() && role_name(name).is_ok() => {
            Ok((backend.to_owned(), name.to_owned()))
        }
        _ => Err(Diagnostic::error("Malformed Import Id")
            .detail(format!("It must be of the form auth/<backend>/{collection}/<name>, and is {id:?}."))
            .into()),
    }
}

/// What is wrong with the name of a role, if anything.
///
/// # Errors
/// What it must be.
pub fn role_name(name: &str) -> Result<(), String> {
    let is_plain = !name.is_empty() && name.trim() == name && !name.contains('/') && !matches!(name, "." | "..");
    if is_plain { Ok(()) } else { Err("must be a name without slashes and without spaces around it".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_path_of_the_role() {
        let parsed = parse("auth/team/approle/role/ci", "role").unwrap();
        assert_eq!(parsed, ("team/approle".to_owned(), "ci".to_owned()));
        assert_eq!(id(&parsed.0, "role", &parsed.1), "auth/team/approle/role/ci");
        for bad in ["ci", "auth/approle/ci", "auth/approle/role/", "auth//role/ci", "approle/role/ci"] {
            assert!(parse(bad, "role").is_err(), "{bad}");
        }
    }
}
