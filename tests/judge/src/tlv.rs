//! DER as pieces of bytes, which can be put together wrongly on purpose. No ASN.1 library lets one do that.

use anyhow::{Context as _, Result};

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OID: u8 = 0x06;
pub(crate) const UTF8_STRING: u8 = 0x0c;
pub(crate) const PRINTABLE_STRING: u8 = 0x13;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const BMP_STRING: u8 = 0x1e;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// An element with the shortest length.
pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    let length = content.len().to_be_bytes();
    let digits = length.iter().skip_while(|byte| **byte == 0).copied().collect::<Vec<_>>();
    match digits.as_slice() {
        [] => bytes.push(0),
        [one] if *one < 0x80 => bytes.push(*one),
        several => {
            bytes.push(0x80 | u8::try_from(several.len()).unwrap_or(0x7f));
            bytes.extend(several);
        }
    }
    bytes.extend(content);
    bytes
}

/// A sequence of elements.
pub(crate) fn sequence(elements: &[&[u8]]) -> Vec<u8> {
    tlv(SEQUENCE, &elements.concat())
}

/// An object identifier, by its content.
pub(crate) fn oid(content: &[u8]) -> Vec<u8> {
    tlv(OID, content)
}

/// A context-specific tag, constructed.
pub(crate) fn explicit(number: u8, content: &[u8]) -> Vec<u8> {
    tlv(0xa0 | number, content)
}

/// A context-specific tag, primitive.
pub(crate) fn implicit(number: u8, content: &[u8]) -> Vec<u8> {
    tlv(0x80 | number, content)
}

/// A bit string of whole bytes.
pub(crate) fn bits(content: &[u8]) -> Vec<u8> {
    tlv(BIT_STRING, &[&[0], content].concat())
}

/// The whole elements in a content.
pub(crate) fn elements(mut content: &[u8]) -> Result<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    while !content.is_empty() {
        let (header, length) = header(content)?;
        let (element, rest) = content.split_at_checked(header + length).context("an element is cut off")?;
        found.push(element.to_vec());
        content = rest;
    }
    Ok(found)
}

/// What an element holds.
pub(crate) fn content(element: &[u8]) -> Result<&[u8]> {
    let (header, length) = header(element)?;
    element.get(header..header + length).context("an element is cut off")
}

/// The lengths of header and content.
fn header(bytes: &[u8]) -> Result<(usize, usize)> {
    let first = *bytes.get(1).context("an element has no length")?;
    if first < 0x80 {
        return Ok((2, usize::from(first)));
    }
    let digits = bytes.get(2..2 + usize::from(first & 0x7f)).context("an element has no length")?;
    Ok((2 + digits.len(), digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_together_is_taken_apart() {
        for length in [0, 1, 0x7f, 0x80, 0xff, 0x100, 70_000] {
            let element = tlv(OCTET_STRING, &vec![7; length]);
            assert_eq!(content(&element).unwrap().len(), length);
            let two = [element.clone(), tlv(NULL, &[])].concat();
            assert_eq!(elements(&two).unwrap(), [element, vec![5, 0]]);
        }
        assert!(elements(&[0x30, 5, 1]).is_err());
    }
}
