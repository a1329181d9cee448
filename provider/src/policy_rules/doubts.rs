//! What a policy says that is probably not meant: that a server would refuse, that has no effect, or that reaches further than
//! it looks.

use std::collections::BTreeSet;

use tf_framework::diagnostic::Diagnostic;
use tf_framework::semantic::{PolicyRule, PolicyText};

use super::CAPABILITIES;

/// What the paths of the second version of KV begin with, below the mount.
const KV_V2: &[&str] = &["config", "data", "delete", "destroy", "detailed-metadata", "metadata", "subkeys", "undelete"];

/// What mounts of it are called.
const KV_V2_NAMES: &[&str] = &["kv-v2", "kv2", "kv_v2", "kvv2"];

/// What is not mounted by anybody, and has paths of its own.
const BUILT_IN: &[&str] = &["auth", "cubbyhole", "identity", "sys"];

/// What is said of rules that are probably not meant so.
struct Doubt {
    summary: &'static str,
    reason: &'static str,
    remedy: &'static str,
    /// What is to be named if a rule, one of these, gives rise to it.
    names: fn(&PolicyRule, &[PolicyRule]) -> Option<String>,
}

const DOUBTS: &[Doubt] = &[
    Doubt {
        summary: "A policy grants what no server knows",
        reason: "The server refuses such a policy.",
        remedy: "There are: create, read, update, delete, list, sudo, deny, patch, on OpenBao scan, on Vault subscribe and recover.",
        names: |rule, _| {
            let unknown = rule.capabilities.iter().find(|name| !CAPABILITIES.contains(&name.as_str()))?;
            Some(format!("{unknown:?} on {:?}", rule.path))
        },
    },
    Doubt {
        summary: "A policy has a pattern that no server takes",
        reason: "The server refuses \"+*\" in a path: it is either one segment or everything.",
        remedy: "Write + for one segment, and * at the end for everything that begins so.",
        names: |rule, _| named(rule, rule.path.contains("+*")),
    },
    Doubt {
        summary: "A * that is not at the end of a path stands for itself",
        reason: "The servers take it for everything only at the end.",
        remedy: "Write + for one segment.",
        names: |rule, _| {
            let before = rule.path.strip_suffix('*').unwrap_or(&rule.path);
            named(rule, before.contains('*') && !before.contains("+*"))
        },
    },
    Doubt {
        summary: "A path of a policy begins with a slash",
        reason: "Paths have none in front, and the servers leave one out.",
        remedy: "Take it out.",
        names: |rule, _| named(rule, rule.path.starts_with('/')),
    },
    Doubt {
        summary: "A policy grants sudo on more than one path",
        reason: "sudo opens what a server protects from whoever may do everything else there. With a wildcard that is more than \
                 can be seen, and later versions of the server add to it.",
        remedy: "Name the paths that need it.",
        names: |rule, _| named(rule, grants(rule, "sudo") && is_wide(rule)),
    },
    Doubt {
        summary: "A policy grants sudo",
        reason: "sudo opens what a server protects from whoever may do everything else there.",
        remedy: "If the path works without it, leave it out.",
        names: |rule, _| named(rule, grants(rule, "sudo") && !is_wide(rule)),
    },
    Doubt {
        summary: "A policy reaches everything below sys/ or auth/",
        reason: "Policies, auth methods and audit devices themselves are there: whoever may write them can give itself all the rest.",
        remedy: "Name the paths that are needed.",
        names: |rule, _| {
            let reaches = ["sys", "auth"].iter().any(|top| reaches_all_of(bare(rule), top));
            named(rule, reaches && !rule.capabilities.is_empty() && !grants(rule, "deny"))
        },
    },
    Doubt {
        summary: "A policy has a rule for a login",
        reason: "Whoever logs in has no token yet, so no policy has an effect there.",
        remedy: "Leave the rule out.",
        names: |rule, _| {
            let segments: Vec<_> = bare(rule).split('/').collect();
            named(rule, matches!(segments.as_slice(), ["auth", _, "login" | "login*", ..]))
        },
    },
    Doubt {
        summary: "A path looks like one of KV version 2, and is none",
        reason: "Values are below MOUNT/data/ there, and lists and what is known of them below MOUNT/metadata/. Nothing is at \
                 the path itself.",
        remedy: "Write MOUNT/data/NAME for a secret, and MOUNT/metadata/NAME to list. The functions kv_path, kv_readonly_policy and \
                 kv_readwrite_policy do it.",
        names: |rule, all| named(rule, lacks_kv_v2_prefix(bare(rule), all)),
    },
];

/// Warnings about what a policy says that is probably not meant, one for each kind.
pub fn doubts(policy: &PolicyText) -> Vec<Diagnostic> {
    let rules = policy.rules();
    let told = |doubt: &Doubt| {
        let named: BTreeSet<String> = rules.iter().filter_map(|rule| (doubt.names)(rule, &rules)).collect();
        let list = named.into_iter().collect::<Vec<_>>().join(", ");
        let detail = format!("It is so for {list}. {}", doubt.reason);
        (!list.is_empty()).then(|| Diagnostic::warning(doubt.summary).detail(detail).remedy(doubt.remedy))
    };
    DOUBTS.iter().filter_map(told).collect()
}

fn named(rule: &PolicyRule, is_meant: bool) -> Option<String> {
    is_meant.then(|| format!("{:?}", rule.path))
}

fn grants(rule: &PolicyRule, capability: &str) -> bool {
    rule.capabilities.contains(capability)
}

/// The path as the servers take it.
fn bare(rule: &PolicyRule) -> &str {
    rule.path.strip_prefix('/').unwrap_or(&rule.path)
}

/// Whether it can be about more than one path.
fn is_wide(rule: &PolicyRule) -> bool {
    rule.path.ends_with('*') || rule.path.split('/').any(|segment| segment == "+")
}

/// Whether everything below `top/` fits the pattern.
fn reaches_all_of(pattern: &str, top: &str) -> bool {
    let Some((first, rest)) = pattern.strip_suffix('*').map(|prefix| prefix.split_once('/').unwrap_or((prefix, "")))
    else {
        return false;
    };
    let is_cut = !pattern.contains('/');
    let fits = first == top || first == "+" || is_cut && top.starts_with(first);
    fits && rest.split('/').all(|segment| segment.is_empty() || segment == "+")
}

/// Whether it is below a mount of KV version 2, by what it is called or by what the other rules say, and below none of the
/// parts that there are.
fn lacks_kv_v2_prefix(path: &str, all: &[PolicyRule]) -> bool {
    let has_prefix = |rest: &str| {
        let (next, is_last) = rest.split_once('/').map_or((rest, true), |(next, _)| (next, false));
        let begins_one = |part: &str| KV_V2.iter().any(|known| known.starts_with(part));
        KV_V2.contains(&next) || ["", "+"].contains(&next) || is_last && next.strip_suffix('*').is_some_and(begins_one)
    };
    let is_below = |mount: &str| {
        path.strip_prefix(mount).and_then(|rest| rest.strip_prefix('/')).is_some_and(|rest| !has_prefix(rest))
    };
    let first = path.split('/').next().unwrap_or_default();
    KV_V2_NAMES.contains(&first) && is_below(first) || all.iter().filter_map(kv_v2_mount).any(is_below)
}

/// The mount that a rule takes for one of KV version 2.
fn kv_v2_mount(rule: &PolicyRule) -> Option<&str> {
    let path = bare(rule);
    let ends = ["/data/", "/metadata/"].iter().filter_map(|part| path.find(part));
    let mount = path.get(..ends.min()?)?;
    let first = mount.split('/').next()?;
    (!BUILT_IN.contains(&first) && !mount.contains('+')).then_some(mount)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The headlines of what is said of rules with these paths and capabilities.
    fn said(rules: &[(&str, &str)]) -> Vec<String> {
        let rule =
            |(path, capability): &(&str, &str)| format!("path {path:?} {{\n  capabilities = [{capability:?}]\n}}\n");
        let policy = PolicyText::from(rules.iter().map(rule).collect::<String>());
        doubts(&policy).iter().map(|doubt| doubt.summary().to_owned()).collect()
    }

    fn of(path: &str, capability: &str) -> String {
        said(&[(path, capability)]).join("; ")
    }

    #[test]
    fn each_doubt_is_told_and_names_its_path() {
        for (path, capability, summary) in [
            ("a", "reed", "A policy grants what no server knows"),
            ("a/+*", "read", "A policy has a pattern that no server takes"),
            ("a/*/b", "read", "A * that is not at the end of a path stands for itself"),
            ("a/*/b*", "read", "A * that is not at the end of a path stands for itself"),
            ("/a", "read", "A path of a policy begins with a slash"),
            ("sys/raw/*", "sudo", "A policy grants sudo on more than one path"),
            ("a/+/b", "sudo", "A policy grants sudo on more than one path"),
            ("sys/seal", "sudo", "A policy grants sudo"),
            ("sys/*", "read", "A policy reaches everything below sys/ or auth/"),
            ("auth/*", "update", "A policy reaches everything below sys/ or auth/"),
            ("sys*", "read", "A policy reaches everything below sys/ or auth/"),
            ("*", "read", "A policy reaches everything below sys/ or auth/"),
            ("+/*", "read", "A policy reaches everything below sys/ or auth/"),
            ("auth/+/*", "read", "A policy reaches everything below sys/ or auth/"),
            ("auth/kubernetes/login", "create", "A policy has a rule for a login"),
            ("auth/userpass/login/*", "deny", "A policy has a rule for a login"),
            ("kvv2/app/config", "read", "A path looks like one of KV version 2, and is none"),
            ("kvv2/app/*", "read", "A path looks like one of KV version 2, and is none"),
        ] {
            assert_eq!(of(path, capability), summary, "{path}");
            let policy = PolicyText::from(format!("path {path:?} {{ capabilities = [{capability:?}] }}"));
            let doubt = doubts(&policy).remove(0);
            assert!(doubt.detail_text().contains(&format!("{path:?}")), "{doubt:?}");
        }
    }

    #[test]
    fn what_is_meant_is_not_doubted() {
        for (path, capability) in [
            ("secret/*", "read"),
            ("secret/data/a", "read"),
            ("a/+/b*", "list"),
            ("sys/policies/acl/*", "update"),
            ("auth/token/create", "update"),
            ("auth/approle/role/login", "update"),
            ("system/*", "read"),
            ("sys/*", "deny"),
            ("s/*", "read"),
            ("kvv2/*", "read"),
            ("kvv2/+/app", "read"),
            ("kvv2/data/app", "read"),
            ("kvv2/config", "read"),
            ("kvv2/meta*", "list"),
            ("transit/encrypt/kvv2", "update"),
        ] {
            assert_eq!(of(path, capability), "", "{path}");
        }
        assert!(doubts(&PolicyText::from("path {")).is_empty());
    }

    #[test]
    fn the_other_rules_say_which_version_a_mount_has() {
        let none = "A path looks like one of KV version 2, and is none";
        let beside = |path| said(&[("team/kv/data/app/*", "read"), (path, "read")]).join("; ");
        for path in ["team/kv/app", "team/kv/app/*", "/team/kv/dato*"] {
            assert!(beside(path).ends_with(none), "{path}");
        }
        for path in ["team/kv/metadata/app", "team/kv/*", "team/kv/d*", "team/kv", "team/kvs/app", "other/app"] {
            assert_eq!(beside(path), "", "{path}");
        }
        assert_eq!(said(&[("sys/data/a", "read"), ("sys/mounts", "read")]), [""; 0]);
    }

    #[test]
    fn a_doubt_is_told_once_for_all_its_rules() {
        let policy = PolicyText::from("path \"/a\" { policy = \"sudo\" }\npath \"/b\" { capabilities = [] }");
        let told = doubts(&policy);
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].detail_text().contains("\"/a\", \"/b\""), "{told:?}");
        assert_eq!(told[1].summary(), "A policy grants sudo");
    }
}
