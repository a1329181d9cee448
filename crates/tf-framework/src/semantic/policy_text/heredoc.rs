//! Texts over several lines in the first version of HCL: `<<NAME` up to a line with the name.
//!
//! With `<<-NAME`, what stands before the name in the last line is taken away from every line, if every line has it.

use super::scanner::Scanned;
use super::syntax::Bytes;

pub(super) fn scan(rest: &str) -> Scanned<Bytes> {
    let after = rest.strip_prefix("<<").ok_or((0, "has a character that is allowed only between quotes"))?;
    let unindents = after.starts_with('-');
    let named = after.strip_prefix('-').unwrap_or(after);
    let name_length = named.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let name =
        named.get(..name_length).filter(|name| !name.is_empty()).ok_or((0, "begins a heredoc without a name"))?;
    let lines = named.get(name_length..).and_then(|rest| rest.strip_prefix('\n'));
    let lines = lines.ok_or((0, "begins a heredoc with something after its name"))?;
    // The servers count the dash, too, so that a name at the beginning of a line does not end `<<-`.
    let least = name.len() + usize::from(unindents);

    let mut body = Vec::new();
    for line in lines.split_inclusive('\n') {
        // A last line without a line break does not end it either.
        let Some(content) = line.strip_suffix('\n') else { break };
        let indent = indent(content, name).filter(|_| content.len() >= least);
        let Some(indent) = indent else {
            body.push(line);
            continue;
        };
        let length = rest.len() - lines.len() + body.iter().map(|line| line.len()).sum::<usize>() + line.len();
        if content.ends_with('\r') || !indent.bytes().all(|byte| b" \t".contains(&byte)) {
            return Err((length - line.len(), "has an odd space beside the name that ends a heredoc"));
        }
        return Ok((text(&body, indent, unindents).into_bytes(), length));
    }
    Err((0, "begins a heredoc that does not end: its name must follow alone on a line, after <<- with space before it"))
}

/// What stands before the name, if nothing else stands in the line.
fn indent<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let indent = line.trim_end_matches('\r').strip_suffix(name)?;
    let is_space = indent.bytes().all(|byte| byte.is_ascii_whitespace() || byte == 0x0b);
    is_space.then_some(indent)
}

fn text(body: &[&str], indent: &str, unindents: bool) -> String {
    if !unindents {
        return body.concat() + indent;
    }
    let unindented: Option<Vec<_>> = body.iter().map(|line| line.strip_prefix(indent)).collect();
    unindented.map_or_else(|| body.concat(), |lines| lines.concat())
}
