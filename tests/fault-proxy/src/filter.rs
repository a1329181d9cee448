//! Which calls count: get an index, can fail and are in the log. All others pass.

/// Calls by method and path.
///
/// In a pattern, `*` stands for any run of characters, slashes among them, and for none. A pattern that contains `?` is compared
/// with path and query, any other with the path alone.
///
/// ```
/// # use fault_proxy::Filter;
/// let writes = Filter::all().method("PUT").method("POST").path("/v1/sys/policies/*").except("*/root");
/// let watches = Filter::all().path("/api/*?*watch=true*");
/// ```
#[derive(Clone, Debug)]
pub struct Filter {
    methods: Vec<String>,
    paths: Vec<String>,
    exceptions: Vec<String>,
}

impl Filter {
    /// Every call.
    pub fn all() -> Self {
        Self { methods: Vec::new(), paths: Vec::new(), exceptions: Vec::new() }
    }

    /// Only calls with this method, or with another one that was named. Methods are compared to the letter, and include those
    /// that HTTP does not know, like LIST.
    pub fn method(mut self, method: &str) -> Self {
        self.methods.push(method.to_owned());
        self
    }

    /// Only calls whose path matches this pattern, or another one that was named.
    pub fn path(mut self, pattern: &str) -> Self {
        self.paths.push(pattern.to_owned());
        self
    }

    /// No call whose path matches this pattern.
    pub fn except(mut self, pattern: &str) -> Self {
        self.exceptions.push(pattern.to_owned());
        self
    }

    pub(crate) fn matches(&self, method: &str, path: &str, query: Option<&str>) -> bool {
        let Self { methods, paths, exceptions } = self;
        let path_and_query = query.map(|query| format!("{path}?{query}"));
        let is_like = |pattern: &String| {
            let text = if pattern.contains('?') { path_and_query.as_deref().unwrap_or(path) } else { path };
            is_like(text, pattern)
        };
        (methods.is_empty() || methods.iter().any(|wanted| wanted == method))
            && (paths.is_empty() || paths.iter().any(is_like))
            && !exceptions.iter().any(is_like)
    }
}

/// Whether `text` is what stands between the asterisks of `pattern`, in this order, with anything where they are.
fn is_like(text: &str, pattern: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return text == pattern;
    };
    let Some(mut text) = text.strip_prefix(start) else {
        return false;
    };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*') {
        let Some((_, after)) = text.split_once(part) else {
            return false;
        };
        text = after;
    }
    text.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(filter: &Filter, call: &str, expected: bool) {
        let (method, target) = call.split_once(' ').unwrap();
        let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
        assert_eq!(filter.matches(method, path, query), expected, "{call} {filter:?}");
    }

    #[test]
    fn methods_and_paths_are_each_one_of_those_named() {
        check(&Filter::all(), "LIST /v1/secret?list=true", true);
        let filter =
            || Filter::all().method("PUT").method("POST").path("/v1/sys/*").path("/v1/auth").except("*/health");
        check(&filter(), "PUT /v1/sys/mounts", true);
        check(&filter(), "POST /v1/auth", true);
        check(&filter(), "put /v1/auth", false);
        check(&filter(), "GET /v1/auth", false);
        check(&filter(), "PUT /v1/auth/token", false);
        check(&filter(), "PUT /v1/sys/health", false);
    }

    #[test]
    fn asterisks_stand_for_anything() {
        let path = |pattern: &str| Filter::all().path(pattern);
        check(&path("*"), "GET /", true);
        check(&path("/a"), "GET /a", true);
        check(&path("/a"), "GET /a/b", false);
        check(&path("/a/*/c"), "GET /a/b/b/c", true);
        check(&path("/a/*/c"), "GET /a/c", false);
        check(&path("/a*a"), "GET /a", false);
        check(&path("/a*b*c"), "GET /abxc", true);
        check(&path("/a*b*c"), "GET /axc", false);
        check(&path("*/b/*"), "GET /a/b/", true);
    }

    #[test]
    fn the_query_counts_only_where_the_pattern_has_one() {
        let path = |pattern: &str| Filter::all().path(pattern);
        check(&path("/a"), "GET /a?list=true", true);
        check(&path("/a?list=true"), "GET /a?list=true", true);
        check(&path("/a?list=true"), "GET /a", false);
        check(&path("/a?*watch=true*"), "GET /a?limit=3&watch=true", true);
    }
}
