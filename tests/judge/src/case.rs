//! What is put before a judge: a chain, a revocation list or a request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// One question to a judge.
#[derive(Clone)]
pub(crate) struct Case {
    /// Names it in answers and messages; ASCII without spaces.
    pub(crate) id: String,
    /// What is asked.
    pub(crate) question: Question,
    /// The chain, the leaf first and the root last. For a revocation list that of a certificate of its issuer, for a
    /// request nothing.
    pub(crate) chain: Vec<Vec<u8>>,
    /// What a judge may not be able to read, so that it abstains.
    pub(crate) features: Vec<Feature>,
}

/// What is asked.
#[derive(Clone)]
pub(crate) enum Question {
    /// Is this chain good for this use?
    Chain {
        /// The use.
        purpose: Purpose,
        /// The host name or IP address that a client has in mind; empty for a client certificate.
        name: String,
        /// PKCS#8 of the leaf, for a judge that shakes hands. A key that lives as long as this process.
        key: Vec<u8>,
        /// The names that a linter would complain about and the test has asked for: single labels, wildcards, and URIs
        /// whose scheme is not one of a browser's.
        allowed_names: Vec<String>,
    },
    /// Is this the revocation list of the second certificate of the chain, and is the first on it?
    Crl {
        /// The list.
        der: Vec<u8>,
        /// What the list says of the first certificate.
        revoked: bool,
    },
    /// Is this request whole, and signed by its own key?
    Csr {
        /// The request.
        der: Vec<u8>,
    },
}

/// Which kind of question, for those who answer only some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// [`Question::Chain`].
    Chain,
    /// [`Question::Crl`].
    Crl,
    /// [`Question::Csr`].
    Csr,
}

/// What a TLS certificate is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// By a server.
    Server,
    /// By a client.
    Client,
}

/// What not every verifier knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Feature {
    /// A key or a signature in the chain is Ed25519.
    Ed25519,
    /// The leaf has an e-mail address, and a CA above it limits e-mail addresses.
    EmailConstraint,
    /// The leaf has no alternative name; only its subject says who it is.
    NoAlternativeName,
    /// The leaf has a common name and neither a host nor an address, and a CA above it limits host names.
    CommonNameConstraint,
}

impl Case {
    /// Which kind it is.
    pub(crate) fn kind(&self) -> Kind {
        match self.question {
            Question::Chain { .. } => Kind::Chain,
            Question::Crl { .. } => Kind::Crl,
            Question::Csr { .. } => Kind::Csr,
        }
    }

    /// One line for a judge that runs as a process: a flat JSON object whose values are texts without escapes, so that
    /// a judge can read it without a JSON library. Lists are separated by spaces, bytes are base64, the time is in
    /// seconds since 1970.
    pub(crate) fn line(&self, now: i64) -> String {
        let list = |items: &[Vec<u8>]| items.iter().map(|der| STANDARD.encode(der)).collect::<Vec<_>>().join(" ");
        let mut object = json!({ "id": self.id, "time": now.to_string(), "chain": list(&self.chain) });
        let mut set = |name: &str, value: String| {
            if let Some(object) = object.as_object_mut() {
                object.insert(name.to_owned(), Value::String(value));
            }
        };
        match &self.question {
            Question::Chain { purpose, name, key, allowed_names } => {
                set("kind", "chain".to_owned());
                set("purpose", purpose.as_str().to_owned());
                set("name", name.clone());
                set("key", STANDARD.encode(key));
                set("allowed", allowed_names.join(" "));
            }
            Question::Crl { der, revoked } => {
                set("kind", "crl".to_owned());
                set("document", STANDARD.encode(der));
                set("revoked", if *revoked { "yes" } else { "no" }.to_owned());
            }
            Question::Csr { der } => {
                set("kind", "csr".to_owned());
                set("document", STANDARD.encode(der));
            }
        }
        object.to_string()
    }
}

impl Purpose {
    /// The word in the lines for judges.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
        }
    }
}
