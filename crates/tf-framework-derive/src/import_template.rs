//! The template of an import id, such as `auth/{mount}/role/{name}`.

/// The names in the braces, in their order.
///
/// # Errors
/// What is wrong with the template.
pub(crate) fn placeholders(template: &str) -> Result<Vec<&str>, String> {
    let mut names = Vec::new();
    let mut rest = template;
    loop {
        let Some((literal, after)) = rest.split_once('{') else {
            return if rest.contains('}') {
                Err("the import template has a `}` without a `{`".to_owned())
            } else {
                Ok(names)
            };
        };
        if literal.contains('}') {
            return Err("the import template has a `}` without a `{`".to_owned());
        }
        let Some((name, after)) = after.split_once('}') else {
            return Err("the import template has a `{` without a `}`".to_owned());
        };
        if name.contains('{') {
            return Err("the import template has a `{` inside of braces".to_owned());
        }
        if let (true, Some(before)) = (literal.is_empty(), names.last()) {
            return Err(format!(
                "nothing tells where `{{{before}}}` ends and `{{{name}}}` begins: put a text between them, such as `/`"
            ));
        }
        names.push(name);
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::placeholders;

    #[test]
    fn names_in_braces() {
        assert_eq!(placeholders("{name}").unwrap(), ["name"]);
        assert_eq!(placeholders("auth/{mount}/role/{name}").unwrap(), ["mount", "name"]);
        assert_eq!(placeholders("fixed").unwrap(), [""; 0]);
        assert_eq!(placeholders("{}").unwrap(), [""]);
    }

    #[test]
    fn braces_are_in_pairs() {
        for bad in ["{name", "name}", "{a{b}}", "{a}}", "a}/{b}"] {
            placeholders(bad).unwrap_err();
        }
    }

    #[test]
    fn placeholders_are_apart() {
        assert_eq!(
            placeholders("{a}{b}").unwrap_err(),
            "nothing tells where `{a}` ends and `{b}` begins: put a text between them, such as `/`"
        );
    }
}
