//! Types and values made from bytes. Fewer and smaller bytes make simpler values, so that a failing case shrinks well; and
//! where the bytes come from is left open.

use tf_value::{Bound, Number, Refinements, Text, Type, Value};

/// The bytes that decisions are taken from. Behind their end it is zeros, which choose what ends a value.
pub(crate) struct Source<'a>(pub(crate) &'a [u8]);

const NAMES: &[&str] = &["a", "b", "id", "name", "ports", "e\u{301}", "\u{e9}", "tags\"", "", "ttl_seconds"];
const PIECES: &[&str] = &[
    "a",
    "Z",
    "0",
    " ",
    "\"",
    "\\",
    "\n",
    "\u{0}",
    "\u{7f}",
    "\u{e9}",
    "e\u{301}",
    "\u{212b}",
    "\u{1100}\u{1161}",
    "\u{301}",
    "\u{327}",
    "\u{958}",
    "\u{4e2d}",
    "\u{1f600}",
    "\u{2028}",
    "null",
    "true",
    "1",
];

impl Source<'_> {
    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// A number below `bound`, which is at most 256.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::from(self.byte()) % bound
    }

    fn word(&mut self) -> u64 {
        (0..8).fold(0, |word, _| word << 8 | u64::from(self.byte()))
    }

    pub(crate) fn ty(&mut self, depth: usize) -> Type {
        let kinds = if depth == 0 { 4 } else { 12 };
        match self.below(kinds) {
            0 => Type::String,
            1 => Type::Number,
            2 => Type::Bool,
            3 => Type::Dynamic,
            4 => Type::list(self.ty(depth - 1)),
            5 => Type::set(self.ty(depth - 1)),
            6 => Type::map(self.ty(depth - 1)),
            7 | 8 => {
                let length = self.below(4);
                Type::tuple((0..length).map(|_| self.ty(depth - 1)).collect::<Vec<_>>())
            }
            _ => {
                let length = self.below(6);
                Type::object(
                    (0..length).map(|_| (NAMES[self.below(NAMES.len())], self.ty(depth - 1))).collect::<Vec<_>>(),
                )
            }
        }
    }

    pub(crate) fn value(&mut self, ty: &Type, depth: usize) -> Value {
        match self.below(8) {
            0 => return Value::Null,
            1 => return self.unknown(ty),
            _ => {}
        }
        match ty {
            Type::Bool => Value::Bool(self.below(2) == 1),
            Type::Number => Value::Number(self.number()),
            Type::String => Value::String(self.text()),
            Type::List(element) => Value::List(self.elements(element, depth)),
            Type::Set(element) => Value::set(self.elements(element, depth)),
            Type::Map(element) => {
                let elements = self.elements(element, depth);
                Value::map(elements.into_iter().map(|element| (self.text(), element)))
            }
            Type::Tuple(types) => Value::tuple(types.iter().map(|ty| self.value(ty, depth))),
            Type::Object(object) => Value::object(object.attributes().map(|(name, ty)| (name, self.value(ty, depth)))),
            Type::Dynamic if depth == 0 => Value::Null,
            Type::Dynamic => {
                let ty = self.ty(2);
                let value = self.value(&ty, depth - 1);
                Value::dynamic(ty, value).expect("drawn by its type")
            }
        }
    }

    /// Elements of one type, also where the element type leaves it open: then they are all equal.
    fn elements(&mut self, element: &Type, depth: usize) -> Vec<Value> {
        let length = self.below(5);
        if element.contains_dynamic() {
            let value = self.value(element, depth);
            return std::iter::repeat_n(value, length.min(2)).collect();
        }
        (0..length).map(|_| self.value(element, depth)).collect()
    }

    pub(crate) fn text(&mut self) -> Text {
        let pieces = match self.below(32) {
            31 => 40,
            few => few % 6,
        };
        Text::from((0..pieces).map(|_| PIECES[self.below(PIECES.len())]).collect::<String>())
    }

    pub(crate) fn number(&mut self) -> Number {
        let digits = |source: &mut Self, count: usize| -> String {
            (0..count).map(|_| char::from(b'0' + source.below(10) as u8)).collect()
        };
        match self.below(9) {
            0 => Number::from(i64::from(self.byte()) - 100),
            1 => {
                let shift = self.below(64);
                Number::from((self.word() as i64) >> shift)
            }
            2 => Number::from(self.word()),
            3 => Number::from(i128::from(self.word() as i64) * i128::from(self.word())),
            4 => Number::from_f64(f64::from_bits(self.word())).unwrap_or(Number::INFINITY),
            5 => Number::from_f64((self.word() as i64 >> 30) as f64 / f64::from(1_u32 << self.below(20)))
                .expect("a number"),
            6 => {
                let (whole, fraction) = (self.below(25) + 1, self.below(40) + 1);
                format!("-{}.{}", digits(self, whole), digits(self, fraction)).parse().expect("digits")
            }
            7 => {
                let (count, exponent) = (self.below(30) + 1, self.word() % 1_000);
                format!("{}e{}", digits(self, count), exponent as i64 - 500).parse().expect("digits")
            }
            _ => [Number::INFINITY, Number::NEG_INFINITY][self.below(2)].clone(),
        }
    }

    fn unknown(&mut self, ty: &Type) -> Value {
        let any = Refinements::default();
        let refined = match (self.below(4), ty) {
            (0, _) | (_, Type::Dynamic) => return Value::unknown(),
            (1, _) => any,
            (_, Type::String) => any.prefix(&self.text()).expect("the first"),
            (way, Type::Number) => {
                let (one, other) = (self.number(), self.number());
                let inclusive = self.below(2) == 0;
                let bounded = any.clone().at_least(Bound { number: one.clone().min(other.clone()), inclusive });
                let bounded = bounded.expect("the first");
                let above = bounded.clone().at_most(Bound { number: one.max(other), inclusive });
                if way == 2 { bounded } else { above.unwrap_or(bounded) }
            }
            (way, ty) if ty.is_collection() => {
                let (min, more) = (self.word() >> self.below(64), self.word() >> self.below(64));
                let bounded = any.min_length(min).expect("the first");
                if way == 2 {
                    bounded
                } else {
                    bounded.max_length(min.saturating_add(more)).expect("not below the minimum")
                }
            }
            _ => any,
        };
        let refined = if self.below(2) == 0 { refined.not_null() } else { refined };
        Value::refined(ty, refined).expect("refinements of its type")
    }
}
