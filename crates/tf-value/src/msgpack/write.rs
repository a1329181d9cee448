//! Values to bytes, each part in the shortest form, as cty chooses it.

use rmp::Marker;

use super::refinements::{LENGTH_MAX, LENGTH_MIN, NULLNESS, NUMBER_MAX, NUMBER_MIN, PREFIX, REFINED};
use crate::conform::Sink;
use crate::error::Problem;
use crate::unknown::{Bound, Range, Refinements};
use crate::{Number, Type, Unknown};

#[derive(Default)]
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn marker(&mut self, marker: Marker) {
        self.0.push(marker.to_u8());
    }

    /// A marker, then a big-endian number.
    fn wide(&mut self, marker: Marker, number: &[u8]) {
        self.marker(marker);
        self.0.extend_from_slice(number);
    }

    fn unsigned(&mut self, number: u64) {
        match number {
            0..=0x7f => self.marker(Marker::FixPos(number as u8)),
            0x80..=0xff => self.wide(Marker::U8, &(number as u8).to_be_bytes()),
            0x100..=0xffff => self.wide(Marker::U16, &(number as u16).to_be_bytes()),
            0x1_0000..=0xffff_ffff => self.wide(Marker::U32, &(number as u32).to_be_bytes()),
            _ => self.wide(Marker::U64, &number.to_be_bytes()),
        }
    }

    fn integer(&mut self, number: i64) {
        match number {
            0.. => self.unsigned(number.unsigned_abs()),
            -0x20..=-1 => self.marker(Marker::FixNeg(number as i8)),
            -0x80..=-0x21 => self.wide(Marker::I8, &(number as i8).to_be_bytes()),
            -0x8000..=-0x81 => self.wide(Marker::I16, &(number as i16).to_be_bytes()),
            -0x8000_0000..=-0x8001 => self.wide(Marker::I32, &(number as i32).to_be_bytes()),
            _ => self.wide(Marker::I64, &number.to_be_bytes()),
        }
    }

    fn binary(&mut self, bytes: &[u8]) {
        match bytes.len() {
            length @ 0..=0xff => self.wide(Marker::Bin8, &(length as u8).to_be_bytes()),
            length @ 0x100..=0xffff => self.wide(Marker::Bin16, &(length as u16).to_be_bytes()),
            length => self.wide(Marker::Bin32, &(length as u32).to_be_bytes()),
        }
        self.0.extend_from_slice(bytes);
    }

    fn extension(&mut self, code: i8, body: &[u8]) {
        match body.len() {
            1 => self.marker(Marker::FixExt1),
            2 => self.marker(Marker::FixExt2),
            4 => self.marker(Marker::FixExt4),
            8 => self.marker(Marker::FixExt8),
            16 => self.marker(Marker::FixExt16),
            length @ 0..=0xff => self.wide(Marker::Ext8, &(length as u8).to_be_bytes()),
            length => self.wide(Marker::Ext16, &(length as u16).to_be_bytes()),
        }
        self.0.extend_from_slice(&code.to_be_bytes());
        self.0.extend_from_slice(body);
    }

    fn refinements(&mut self, refinements: &Refinements) {
        // The count comes first but is known last; it is less than 16 and takes one byte.
        let mut entries = Self::default();
        let mut count = 0;
        let mut entry = |entries: &mut Self, key| {
            count += 1;
            entries.unsigned(u64::from(key));
        };
        if refinements.is_not_null() {
            entry(&mut entries, NULLNESS);
            entries.bool(false);
        }
        match refinements.range() {
            Range::Any => {}
            Range::Prefix(prefix) => {
                entry(&mut entries, PREFIX);
                entries.string(prefix);
            }
            Range::Number { min, max } => {
                for (key, bound) in [(NUMBER_MIN, min), (NUMBER_MAX, max)] {
                    if let Some(bound) = bound {
                        entry(&mut entries, key);
                        entries.bound(bound);
                    }
                }
            }
            Range::Length { min, max } => {
                if *min > 0 {
                    entry(&mut entries, LENGTH_MIN);
                    entries.unsigned(*min);
                }
                if let Some(max) = max {
                    entry(&mut entries, LENGTH_MAX);
                    entries.unsigned(*max);
                }
            }
        }
        let mut body = Self::default();
        body.marker(Marker::FixMap(count));
        body.0.append(&mut entries.0);
        self.extension(REFINED, &body.0);
    }

    fn bound(&mut self, bound: &Bound) {
        self.begin_array(2);
        self.write_number(&bound.number);
        self.bool(bound.inclusive);
    }

    fn write_number(&mut self, number: &Number) {
        if let Some(integer) = number.to_i64() {
            self.integer(integer);
        } else if number.is_infinite() {
            let infinity = if number.is_negative() { f64::NEG_INFINITY } else { f64::INFINITY };
            self.wide(Marker::F64, &infinity.to_be_bytes());
        } else if let Some(double) = number.to_binary_fraction() {
            self.wide(Marker::F64, &double.to_be_bytes());
        } else {
            self.string(&number.to_string());
        }
    }
}

impl Sink for Writer {
    fn null(&mut self) {
        self.marker(Marker::Null);
    }

    fn bool(&mut self, value: bool) {
        self.marker(if value { Marker::True } else { Marker::False });
    }

    fn number(&mut self, number: &Number) -> Result<(), Problem> {
        self.write_number(number);
        Ok(())
    }

    fn string(&mut self, text: &str) {
        match text.len() {
            length @ 0..=0x1f => self.marker(Marker::FixStr(length as u8)),
            length @ 0x20..=0xff => self.wide(Marker::Str8, &(length as u8).to_be_bytes()),
            length @ 0x100..=0xffff => self.wide(Marker::Str16, &(length as u16).to_be_bytes()),
            length => self.wide(Marker::Str32, &(length as u32).to_be_bytes()),
        }
        self.0.extend_from_slice(text.as_bytes());
    }

    fn unknown(&mut self, unknown: &Unknown) -> Result<(), Problem> {
        match unknown.refinements() {
            Some(refinements) => self.refinements(refinements),
            None => self.extension(0, &[0]),
        }
        Ok(())
    }

    fn begin_array(&mut self, length: usize) {
        match length {
            0..=0xf => self.marker(Marker::FixArray(length as u8)),
            0x10..=0xffff => self.wide(Marker::Array16, &(length as u16).to_be_bytes()),
            _ => self.wide(Marker::Array32, &(length as u32).to_be_bytes()),
        }
    }

    fn end_array(&mut self) {}

    fn begin_map(&mut self, length: usize) {
        match length {
            0..=0xf => self.marker(Marker::FixMap(length as u8)),
            0x10..=0xffff => self.wide(Marker::Map16, &(length as u16).to_be_bytes()),
            _ => self.wide(Marker::Map32, &(length as u32).to_be_bytes()),
        }
    }

    fn key(&mut self, key: &str) {
        self.string(key);
    }

    fn end_map(&mut self) {}

    fn begin_dynamic(&mut self, ty: &Type) {
        self.begin_array(2);
        self.binary(ty.to_json().as_bytes());
    }

    fn end_dynamic(&mut self, _: &Type) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of go-cty have the shorter ones.
    #[test]
    fn long_headers_have_the_width_that_they_need() {
        let first = |write: &dyn Fn(&mut Writer, usize), length| {
            let mut writer = Writer::default();
            write(&mut writer, length);
            writer.into_bytes().iter().take(5).copied().collect::<Vec<u8>>()
        };
        let string = |writer: &mut Writer, length| writer.string(&"x".repeat(length));
        assert_eq!(first(&string, 0xffff), b"\xda\xff\xffxx");
        assert_eq!(first(&string, 0x1_0000), b"\xdb\x00\x01\x00\x00");
        let binary = |writer: &mut Writer, length| writer.binary(&vec![b'x'; length]);
        assert_eq!(first(&binary, 0xff), b"\xc4\xffxxx");
        assert_eq!(first(&binary, 0x100), b"\xc5\x01\x00xx");
        assert_eq!(first(&binary, 0x1_0000), b"\xc6\x00\x01\x00\x00");
        assert_eq!(first(&Writer::begin_array, 0xffff), b"\xdc\xff\xff");
        assert_eq!(first(&Writer::begin_array, 0x1_0000), b"\xdd\x00\x01\x00\x00");
        assert_eq!(first(&Writer::begin_map, 0xffff), b"\xde\xff\xff");
        assert_eq!(first(&Writer::begin_map, 0x1_0000), b"\xdf\x00\x01\x00\x00");
    }
}
