//! ACL policies of Vault and OpenBao.

mod from_json;
mod grants;
mod hcl;
mod heredoc;
mod meaning;
mod number;
mod quoted;
mod rules;
mod scanner;
mod syntax;

use std::collections::BTreeSet;

use tf_value::{Text, Type, Value};

use super::fault::Fault;
use crate::model::{AttributeType, DecodeError};
use crate::plain_attribute_type;
use crate::schema::{Attribute, Mode, Shape};
use crate::validate::Validator;
use meaning::Meaning;
pub use rules::PolicyRule;

/// The text of an ACL policy, in HCL or in JSON.
///
/// Two are equal if the servers read the same rules from them. These make no difference:
///
/// * comments, white space, quotes around names, escapes, heredocs, `=` before a brace, commas at ends
/// * HCL or JSON
/// * the order of blocks for different paths, and of the settings in a block
/// * the order of capabilities and of required parameters
/// * a slash in front of a path, and the notation of a wrapping TTL
///
/// Everything else does, among it the order of blocks for the same path and of the values of a parameter, and settings that
/// are not known here.
///
/// The servers read the first version of HCL. Terraform's own language is the second, and there is no reader of the first
/// for Rust, so this module has one.
///
/// Every text can be a `PolicyText`, because a server may have one that it understands and this module does not. Such a
/// text equals itself only, and in a configuration it is refused by [`check`](Self::check), which says where it breaks.
///
/// ```
/// use tf_framework::semantic::PolicyText;
///
/// let written = PolicyText::from("path \"secret/*\" {\n  capabilities = [\"read\", \"list\"] # enough\n}\n");
/// let served = PolicyText::from(r#"{"path": {"secret/*": {"capabilities": ["list", "read"]}}}"#);
/// assert_eq!(written, served);
/// assert_ne!(written, PolicyText::from(r#"path "secret/*" { capabilities = ["read"] }"#));
///
/// let error = PolicyText::from("path \"a\" {\n  capabilities = read\n}").check().unwrap_err();
/// assert_eq!(error.to_string(), "must be a policy in HCL or JSON: line 2, column 18 has a word that must be quoted");
/// ```
#[derive(Clone, Debug, Default)]
pub struct PolicyText(Text);

impl PolicyText {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it can be read. Not whether its rules make sense: which settings and capabilities there are depends on the
    /// server.
    ///
    /// # Errors
    /// If it is neither HCL nor JSON, longer than 1 MiB or deeper than 128 levels. The text says where.
    pub fn check(&self) -> Result<(), DecodeError> {
        let fault = self.meaning().map(drop);
        fault.map_err(|fault| DecodeError::new(format!("must be a policy in HCL or JSON: {fault}")))
    }

    /// The capabilities that it grants on a path, such as `read`. None if it denies the path, or can't be read; paths with
    /// templates in them are left out.
    ///
    /// ```
    /// use tf_framework::semantic::PolicyText;
    ///
    /// let policy = PolicyText::from("path \"sys/*\" { capabilities = [\"read\"] }\npath \"sys/seal\" { capabilities = [\"deny\"] }");
    /// assert!(policy.grants("sys/mounts").contains("read"));
    /// assert!(policy.grants("sys/seal").is_empty());
    /// ```
    pub fn grants(&self, path: &str) -> BTreeSet<String> {
        self.meaning().map(|meaning| meaning.grants(path)).unwrap_or_default()
    }

    /// Its rules as they are written, one for each block, in their order. None if it can't be read.
    pub fn rules(&self) -> Vec<PolicyRule> {
        syntax::read(&self.0).map(PolicyRule::all_of).unwrap_or_default()
    }

    fn meaning(&self) -> Result<Meaning, Fault> {
        syntax::read(&self.0).map(Meaning::of)
    }
}

impl From<String> for PolicyText {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&str> for PolicyText {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl PartialEq for PolicyText {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.meaning().is_ok_and(|one| other.meaning().is_ok_and(|other| one == other))
    }
}

impl Eq for PolicyText {}

impl AttributeType for PolicyText {
    plain_attribute_type!();

    fn shape() -> Shape {
        Type::String.into()
    }

    fn attribute(mode: Mode) -> Attribute {
        super::attribute(mode, Self::eq).validator(Readable)
    }

    /// Reads every text: what a server has must be readable from a state even if it would not be accepted in a configuration.
    fn decode(value: Value) -> Result<Self, DecodeError> {
        value.as_str().map(Self::from).ok_or_else(|| DecodeError::expected("a string", &value))
    }

    fn encode(&self) -> Value {
        self.0.clone().into()
    }
}

#[derive(Debug)]
struct Readable;

impl Validator for Readable {
    fn validate(&self, value: &Value) -> Result<(), String> {
        let policy = PolicyText::decode(value.clone());
        policy.and_then(|policy| policy.check()).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts of one meaning. Every two groups differ. The reader of the servers, asked once, agreed.
    const GROUPS: &[&[&str]] = &[
        &["", " \n\t\r\n", "# nothing\n// nothing\n/* nothing */", "{}", "\n{\n}\n"],
        &[
            r#"path "a" { capabilities = ["read", "list"] }"#,
            r#"path "a" { capabilities = ["list", "read", "list"], }"#,
            r#"path "/a" { capabilities = ["read", "list",] }"#,
            r#""path" a { "capabilities" = [,"read",,"list"] }"#,
            "path \"\\x61\" { # a\n  capabilities /* = */ =\n    [\"re\\141d\", // list\n\n\"\\u006cist\"\n]\r\n}\r\n",
            r#"{"path": {"a": {"capabilities": ["read", "list"]}}}"#,
            r#" {"path": [{"/a": {"capabilities": ["li\u0073t", "read"]}}]}"#,
        ],
        &[r#"path "a" { capabilities = ["read"] }"#],
        &[r#"path "a*" { capabilities = ["read", "list"] }"#],
        &[r#"path "a/" { capabilities = ["read", "list"] }"#],
        &[r#"path "//a" { capabilities = ["read", "list"] }"#],
        &[r#"path "a" { capabilities = ["Read", "list"] }"#],
        &[r#"path "a" { policy = "read" }"#],
        // Blocks for different paths in any order, blocks for one path in theirs.
        &[
            "path \"a\" {}\npath \"b\" { comment = \"1\" }\npath \"b\" { comment = \"2\" }",
            "path \"b\" { comment = \"1\" }\npath \"a\" {}\npath \"b\" { comment = \"2\" }",
            r#"{"path": {"b": {"comment": "1"}}, "path": {"b": {"comment": "2"}, "a": {}}}"#,
        ],
        &["path \"a\" {}\npath \"b\" { comment = \"2\" }\npath \"b\" { comment = \"1\" }"],
        &["path \"a\" {}\npath \"b\" { comment = \"2\" }"],
        // Durations.
        &[
            r#"path "a" { min_wrapping_ttl = 5400 max_wrapping_ttl = "1d" }"#,
            r#"path "a" { max_wrapping_ttl = "24h" min_wrapping_ttl = "1h30m" }"#,
        ],
        &[r#"path "a" { min_wrapping_ttl = 5401 max_wrapping_ttl = "1d" }"#],
        // Parameters: names without order, values with it. The servers tell numbers from texts and integers from floats.
        &[
            r#"path "a" { allowed_parameters { "x" = ["1", 2] "y" = [] } required_parameters = ["x", "y"] }"#,
            r#"path "a" { required_parameters = ["y", "x"] allowed_parameters = { y = [], x = ["1", 2] } }"#,
        ],
        &[r#"path "a" { allowed_parameters { "x" = [2, "1"] "y" = [] } required_parameters = ["x", "y"] }"#],
        &[r#"path "a" { allowed_parameters { "x" = ["1", "2"] "y" = [] } required_parameters = ["x", "y"] }"#],
        &[r#"path "a" { allowed_parameters { "x" = ["1", 2.0] "y" = [] } required_parameters = ["x", "y"] }"#],
        &[r#"path "a" { allowed_parameters { "x" = ["1", 2] "Y" = [] } required_parameters = ["x", "y"] }"#],
        &[r#"path "a" { denied_parameters { "x" = ["1", 2] "y" = [] } required_parameters = ["x", "y"] }"#],
        // The servers leave a bool out of an array in JSON, and take a block with nothing but objects in it for another.
        &[r#"path "a" { comment = "", allowed_parameters = { x = [true] } }"#],
        &[r#"{"path": {"a": {"comment": "", "allowed_parameters": {"x": [true]}}}}"#],
        &[r#"path "a" { allowed_parameters = { x = [] } }"#],
        &[r#"{"path": {"a": {"allowed_parameters": {"x": []}}}}"#],
        // To some settings, an odd number is its text.
        &[r#"path "a" { pagination_limit = 16 }"#],
        &[r#"path "a" { pagination_limit = 0x10 }"#],
        &[r#"path "a" { pagination_limit = 020 }"#],
        &[r#"path "a" { comment = "1" }"#],
        &[r#"path "a" { comment = 1 }"#],
        // Templates are left as they are, heredocs are texts.
        &[
            "path \"a/${b \"c\"}\" { comment = \"1\\n2\\n\" }",
            "path \"a/${b \"c\"}\" { comment = <<EOT\n1\n2\nEOT\n}",
            "path \"a/${b \"c\"}\" { comment = <<-EOT\n    1\n    2\n    EOT\n}",
            "path \"a/\\x24{b \\\"c\\\"}\" { comment = <<-E\r\n1\r\n2\r\n E\r\n}",
        ],
        &[
            "path \"a/${b \"c\"}\" { comment = <<EOT\n 1\n2\nEOT\n}",
            "path \"a/${b \"c\"}\" { comment = <<-EOT\n 1\n2\n EOT\n}",
        ],
        &[
            "path \"a/${b \"c\"}\" { comment = <<EOT\n1\n2\n  EOT\n}",
            "path \"a/${b \"c\"}\" { comment = \"1\\n2\\n  \" }",
        ],
        &[r#"path "${b \"c\"}" {}"#, r#"path "\x24{b \\\"c\\\"}" {}"#],
        &[r#"path "${b "c"}" {}"#, r#"path "\x24{b \"c\"}" {}"#],
        // What servers refuse is not what they read.
        &["path \"a\" \"b\" {}"],
        &["path = {}", "path {}"],
        &["name = \"a\""],
        &["path \"a\" { capabilities = [\"read\"] capabilities = [\"list\"] }"],
        &["path \"a\" { capabilities = [\"list\"] capabilities = [\"read\"] }"],
    ];

    #[test]
    fn spellings_of_one_policy() {
        for group in GROUPS {
            for text in *group {
                assert_eq!(PolicyText::from(*text).check(), Ok(()), "{text}");
                for other in *group {
                    assert_eq!(PolicyText::from(*text), PolicyText::from(*other));
                }
            }
        }
    }

    #[test]
    fn different_policies() {
        for (index, group) in GROUPS.iter().enumerate() {
            for other in GROUPS.iter().skip(index + 1) {
                assert_ne!(PolicyText::from(group[0]), PolicyText::from(other[0]));
            }
        }
    }

    #[test]
    fn what_cannot_be_read_equals_itself() {
        let (one, other) = (PolicyText::from("path {"), PolicyText::from("path {{"));
        assert_eq!(one, one.clone());
        assert_ne!(one, other);
        assert_ne!(one, PolicyText::default());
    }
}
