//! Name constraints, as a configuration writes them (RFC 5280 §4.2.1.10).

use pki::{NameConstraints, Subtree, SubtreeLists};
use tf_framework::model::Model;

/// Names that an authority may, or may not, certify.
#[derive(Clone, Debug, Default, Model, PartialEq, Eq)]
#[tf(object)]
pub struct SubtreeSettings {
    /// Hosts, each with everything below it, such as `home.arpa`.
    #[tf(optional)]
    pub dns: Option<Vec<String>>,
    /// Ranges of IP addresses, such as `10.0.0.0/8`.
    #[tf(optional)]
    pub ip: Option<Vec<String>>,
    /// E-mail addresses, hosts, or `.home.arpa` for the hosts below one.
    #[tf(optional)]
    pub email: Option<Vec<String>>,
}

impl SubtreeSettings {
    /// As `pki` takes it.
    pub fn to_pki(&self) -> SubtreeLists {
        let list = |list: &Option<Vec<String>>| list.clone().unwrap_or_default();
        SubtreeLists { dns: list(&self.dns), ip: list(&self.ip), email: list(&self.email) }
    }

    /// What was found in a certificate: permitted and excluded.
    pub fn found(constraints: &NameConstraints) -> (Option<Self>, Option<Self>) {
        (Self::of(&constraints.permitted), Self::of(&constraints.excluded))
    }

    fn of(subtrees: &[Subtree]) -> Option<Self> {
        let mut found = Self::default();
        for subtree in subtrees {
            match subtree {
                Subtree::Dns(host) => found.dns.get_or_insert_default().push(host.clone()),
                Subtree::Ip(range) => found.ip.get_or_insert_default().push(range.to_string()),
                Subtree::Email(address) => found.email.get_or_insert_default().push(address.clone()),
                _ => {}
            }
        }
        (found != Self::default()).then_some(found)
    }
}

impl From<SubtreeSettingsPlan> for SubtreeSettings {
    fn from(SubtreeSettingsPlan { dns, ip, email }: SubtreeSettingsPlan) -> Self {
        Self { dns, ip, email }
    }
}
