//! One step through msgpack bytes at a time. Knows widths and ends, but no types.

use rmp::Marker;

use crate::error::Problem;

/// A place in the bytes.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

/// What an extension header announces.
pub(super) struct Extension<'a> {
    pub(super) code: i8,
    pub(super) body: &'a [u8],
}

/// A number as it stands on the wire.
#[derive(Clone, Copy)]
pub(super) enum WireNumber<'a> {
    Signed(i64),
    Unsigned(u64),
    Double(f64),
    Text(&'a str),
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// How many bytes are left. Every value takes at least one.
    pub(super) fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// The marker that comes next.
    pub(super) fn peek(&self) -> Result<Marker, Problem> {
        self.rest.first().map(|byte| Marker::from_u8(*byte)).ok_or(Problem::Truncated)
    }

    pub(super) fn marker(&mut self) -> Result<Marker, Problem> {
        let [byte] = self.array()?;
        Ok(Marker::from_u8(byte))
    }

    pub(super) fn bool(&mut self) -> Result<bool, Problem> {
        match self.marker()? {
            Marker::True => Ok(true),
            Marker::False => Ok(false),
            other => Err(unexpected("a bool", other)),
        }
    }

    /// A string in any width.
    pub(super) fn string(&mut self) -> Result<&'a str, Problem> {
        std::str::from_utf8(self.string_bytes()?).map_err(|_| Problem::Utf8)
    }

    /// A string that nobody looks at.
    fn string_bytes(&mut self) -> Result<&'a [u8], Problem> {
        let marker = self.marker()?;
        let length = match marker {
            Marker::FixStr(length) => usize::from(length),
            Marker::Str8 => usize::from(self.u8()?),
            Marker::Str16 => usize::from(self.u16()?),
            Marker::Str32 => self.u32()? as usize,
            other => return Err(unexpected("a string", other)),
        };
        self.take(length)
    }

    /// Binary data in any width, or a string.
    pub(super) fn binary(&mut self) -> Result<&'a [u8], Problem> {
        let length = match self.peek()? {
            Marker::Bin8 => 1,
            Marker::Bin16 => 2,
            Marker::Bin32 => 4,
            _ => return self.string().map(str::as_bytes),
        };
        self.marker()?;
        let length = match length {
            1 => usize::from(self.u8()?),
            2 => usize::from(self.u16()?),
            _ => self.u32()? as usize,
        };
        self.take(length)
    }

    /// A number in any of its forms.
    pub(super) fn number(&mut self) -> Result<WireNumber<'a>, Problem> {
        if matches!(self.peek()?, Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32) {
            return self.string().map(WireNumber::Text);
        }
        Ok(match self.marker()? {
            Marker::F32 => WireNumber::Double(f64::from(f32::from_be_bytes(self.array()?))),
            Marker::F64 => WireNumber::Double(f64::from_be_bytes(self.array()?)),
            Marker::U64 => WireNumber::Unsigned(u64::from_be_bytes(self.array()?)),
            marker => WireNumber::Signed(self.integer_after(marker, "a number")?),
        })
    }

    /// An integer that fits an `i64`.
    pub(super) fn integer(&mut self) -> Result<i64, Problem> {
        match self.marker()? {
            Marker::U64 => i64::try_from(u64::from_be_bytes(self.array()?))
                .map_err(|_| Problem::Kind { expected: "an integer of 63 bits", found: "a larger one" }),
            marker => self.integer_after(marker, "an integer"),
        }
    }

    fn integer_after(&mut self, marker: Marker, expected: &'static str) -> Result<i64, Problem> {
        Ok(match marker {
            Marker::FixPos(number) => i64::from(number),
            Marker::FixNeg(number) => i64::from(number),
            Marker::U8 => i64::from(self.u8()?),
            Marker::U16 => i64::from(self.u16()?),
            Marker::U32 => i64::from(self.u32()?),
            Marker::I8 => i64::from(i8::from_be_bytes(self.array()?)),
            Marker::I16 => i64::from(i16::from_be_bytes(self.array()?)),
            Marker::I32 => i64::from(i32::from_be_bytes(self.array()?)),
            Marker::I64 => i64::from_be_bytes(self.array()?),
            other => return Err(unexpected(expected, other)),
        })
    }

    /// The length of an array, which is never more than can follow.
    pub(super) fn array_length(&mut self, expected: &'static str) -> Result<usize, Problem> {
        let length = match self.marker()? {
            Marker::FixArray(length) => usize::from(length),
            Marker::Array16 => usize::from(self.u16()?),
            Marker::Array32 => self.u32()? as usize,
            other => return Err(unexpected(expected, other)),
        };
        if length > self.remaining() { Err(Problem::Truncated) } else { Ok(length) }
    }

    /// The length of a map, which is never more than can follow.
    pub(super) fn map_length(&mut self, expected: &'static str) -> Result<usize, Problem> {
        let length = match self.marker()? {
            Marker::FixMap(length) => usize::from(length),
            Marker::Map16 => usize::from(self.u16()?),
            Marker::Map32 => self.u32()? as usize,
            other => return Err(unexpected(expected, other)),
        };
        if length > self.remaining() / 2 { Err(Problem::Truncated) } else { Ok(length) }
    }

    /// An extension with its body, if one comes next.
    pub(super) fn extension(&mut self) -> Result<Option<Extension<'a>>, Problem> {
        let Some(width) = extension_width(self.peek()?) else { return Ok(None) };
        self.marker()?;
        let length = match width {
            Width::Fixed(length) => length,
            Width::U8 => usize::from(self.u8()?),
            Width::U16 => usize::from(self.u16()?),
            Width::U32 => self.u32()? as usize,
        };
        let code = i8::from_be_bytes(self.array()?);
        Ok(Some(Extension { code, body: self.take(length)? }))
    }

    /// Passes over a value of any kind with all its parts, without recursion.
    pub(super) fn skip(&mut self) -> Result<(), Problem> {
        let mut pending: usize = 1;
        while let Some(left) = pending.checked_sub(1) {
            pending = left;
            if self.extension()?.is_some() {
                continue;
            }
            match self.peek()? {
                Marker::Null | Marker::True | Marker::False => {
                    self.marker()?;
                }
                Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => {
                    pending = pending.saturating_add(self.array_length("an array")?);
                }
                Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => {
                    pending = pending.saturating_add(self.map_length("a map")?.saturating_mul(2));
                }
                Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => {
                    self.binary()?;
                }
                Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => {
                    self.string_bytes()?;
                }
                Marker::Reserved => return Err(unexpected("a value", Marker::Reserved)),
                _ => {
                    self.number()?;
                }
            }
        }
        Ok(())
    }

    fn u8(&mut self) -> Result<u8, Problem> {
        self.array().map(u8::from_be_bytes)
    }

    fn u16(&mut self) -> Result<u16, Problem> {
        self.array().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Result<u32, Problem> {
        self.array().map(u32::from_be_bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(Problem::Truncated)?;
        self.rest = rest;
        Ok(*bytes)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Problem> {
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(Problem::Truncated)?;
        self.rest = rest;
        Ok(bytes)
    }
}

enum Width {
    Fixed(usize),
    U8,
    U16,
    U32,
}

fn extension_width(marker: Marker) -> Option<Width> {
    match marker {
        Marker::FixExt1 => Some(Width::Fixed(1)),
        Marker::FixExt2 => Some(Width::Fixed(2)),
        Marker::FixExt4 => Some(Width::Fixed(4)),
        Marker::FixExt8 => Some(Width::Fixed(8)),
        Marker::FixExt16 => Some(Width::Fixed(16)),
        Marker::Ext8 => Some(Width::U8),
        Marker::Ext16 => Some(Width::U16),
        Marker::Ext32 => Some(Width::U32),
        _ => None,
    }
}

pub(super) fn unexpected(expected: &'static str, found: Marker) -> Problem {
    Problem::Kind { expected, found: noun(found) }
}

fn noun(marker: Marker) -> &'static str {
    match marker {
        Marker::Null => "null",
        Marker::True | Marker::False => "a bool",
        Marker::F32 | Marker::F64 => "a float",
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => "a string",
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => "binary data",
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => "an array",
        Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => "a map",
        Marker::Reserved => "a byte that msgpack does not use",
        Marker::FixPos(_) | Marker::FixNeg(_) => "an integer",
        Marker::U8 | Marker::U16 | Marker::U32 | Marker::U64 => "an integer",
        Marker::I8 | Marker::I16 | Marker::I32 | Marker::I64 => "an integer",
        Marker::FixExt1 | Marker::FixExt2 | Marker::FixExt4 | Marker::FixExt8 | Marker::FixExt16 => "an extension",
        Marker::Ext8 | Marker::Ext16 | Marker::Ext32 => "an extension",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_is_passed_over() {
        let values: &[&[u8]] = &[
            b"\xc0",
            b"\xc3",
            b"\x05",
            b"\xff",
            b"\xcd\x00\x01",
            b"\xcb\x00\x00\x00\x00\x00\x00\x00\x00",
            b"\xa1a",
            // Not UTF-8, which is nobody's business here.
            b"\xa1\xff",
            b"\xc4\x01a",
            b"\x92\x01\x91\xc0",
            b"\x81\xa1a\x81\x01\x02",
            b"\xd4\x00\x00",
            b"\xc7\x02\x05ab",
        ];
        for bytes in values {
            let mut reader = Reader::new(bytes);
            reader.skip().unwrap();
            assert_eq!(reader.remaining(), 0, "{bytes:x?}");
            for end in 0..bytes.len() {
                assert!(Reader::new(&bytes[..end]).skip().is_err(), "{bytes:x?} up to {end}");
            }
        }
    }
}
