//! Files stay short: one job each.

use super::{Finding, tree::Tree};

/// More than this is noted.
pub(crate) const SOFT_LIMIT: usize = 400;
const HARD_LIMIT: usize = 800;

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let too_large = large(tree).into_iter().filter(|(_, lines)| *lines > HARD_LIMIT);
    too_large
        .map(|(file, lines)| Finding {
            file,
            line: lines,
            problem: format!("{lines} lines, the limit is {HARD_LIMIT}"),
            remedy: "Split it by job, or move domain logic one crate down",
        })
        .collect()
}

/// Files over the soft limit with their length, longest first.
pub(crate) fn large(tree: &Tree) -> Vec<(String, usize)> {
    let lengths = tree.rust().map(|file| (file.path.clone(), file.text.lines().count()));
    let mut large: Vec<_> = lengths.filter(|(_, lines)| *lines > SOFT_LIMIT).collect();
    large.sort_by_key(|(_, lines)| std::cmp::Reverse(*lines));
    large
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_over_the_hard_limit_is_found() {
        let long = "//\n".repeat(801);
        let tree = Tree::of(&[("a.rs", &long), ("proto/src/gen/b.rs", &long), ("c.rs", "//\n")]);
        let findings = check(&tree);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings.first().unwrap().to_string().split(' ').next(), Some("a.rs:801:"));
    }

    #[test]
    fn a_file_over_the_soft_limit_is_only_noted() {
        let tree = Tree::of(&[("a.rs", &"//\n".repeat(401)), ("b.rs", &"//\n".repeat(500))]);
        assert_eq!(check(&tree), []);
        assert_eq!(large(&tree), [("b.rs".to_owned(), 500), ("a.rs".to_owned(), 401)]);
    }
}
