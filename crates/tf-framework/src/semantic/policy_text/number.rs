//! Numbers in the first version of HCL.

use super::scanner::Scanned;
use super::syntax::Node;

const BROKEN: (usize, &str) = (0, "has a number that can't be read");

pub(super) fn scan(rest: &str) -> Scanned<Node> {
    let unsigned = rest.strip_prefix('-').unwrap_or(rest);
    let sign = rest.len() - unsigned.len();
    if let Some(digits) = unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X")) {
        let length = digits.bytes().take_while(u8::is_ascii_hexdigit).count();
        let literal = rest.get(..sign + "0x".len() + length).filter(|_| length > 0).ok_or(BROKEN)?;
        return Ok((Node::OddNumber(literal.to_owned()), literal.len()));
    }
    let integer = digits(unsigned);
    if sign + integer == 0 && digits(unsigned.get(1..).unwrap_or_default()) == 0 || sign > 0 && integer == 0 {
        return Err((0, "has a character that is allowed only between quotes or before a digit"));
    }
    let fraction = fraction(unsigned.get(integer..).unwrap_or_default());
    let exponent = exponent(unsigned.get(integer + fraction..).unwrap_or_default()).ok_or(BROKEN)?;
    // The servers lose their way in a number that begins with its point and has an exponent.
    let literal =
        rest.get(..sign + integer + fraction + exponent).filter(|_| integer > 0 || exponent == 0).ok_or(BROKEN)?;
    let whole = fraction + exponent == 0;
    let node = if whole && integer > 1 && unsigned.starts_with('0') {
        // Octal, of which the servers refuse only the digits.
        if literal.contains(['8', '9']) {
            return Err(BROKEN);
        }
        Node::OddNumber(literal.to_owned())
    } else {
        Node::Number { value: literal.parse().map_err(|_| (0, "has a number of more than 2,048 digits"))?, whole }
    };
    Ok((node, literal.len()))
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// The length of a point and the digits after it.
fn fraction(text: &str) -> usize {
    text.strip_prefix('.').map_or(0, |fraction| 1 + digits(fraction))
}

/// The length of an exponent; `None` if it has no digits.
fn exponent(text: &str) -> Option<usize> {
    let Some(signed) = text.strip_prefix(['e', 'E']) else { return Some(0) };
    let unsigned = signed.strip_prefix(['+', '-']).unwrap_or(signed);
    let length = digits(unsigned);
    (length > 0).then_some(text.len() - unsigned.len() + length)
}
