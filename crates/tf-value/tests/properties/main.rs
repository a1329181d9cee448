//! Laws that hold for every value, tried on drawn ones.
//!
//! `PROPTEST_CASES` sets the number of cases of each law (256 by default). `TF_VALUE_CASES` sets the number of values of the
//! long run (10,000 by default, ten million in the full tests), and `TF_VALUE_SEED` where it begins.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

mod draw;
mod laws;

use draw::Source;
use proptest::prelude::*;
use tf_value::{Number, Set, Text, Type, Value};

fn bytes(limit: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..limit)
}

proptest! {
    #[test]
    fn values_survive_every_encoding(drawn in bytes(400)) {
        laws::hold_for_a_drawn_value(&mut Source(&drawn));
    }

    #[test]
    fn no_bytes_are_too_wild(shape in bytes(60), wild in bytes(200)) {
        let ty = Source(&shape).ty(4);
        laws::hold_for_bytes(&ty, &wild);
        let _ = Type::from_json(&wild);
        let _ = String::from_utf8_lossy(&wild).parse::<Number>();
    }

    #[test]
    fn numbers_survive_their_text(drawn in bytes(80)) {
        let number = Source(&drawn).number();
        prop_assert_eq!(&number.to_string().parse::<Number>().unwrap(), &number);
        if let Some(double) = number.to_f64() {
            prop_assert_eq!(&Number::from_f64(double).unwrap(), &number);
        }
        if let Some(integer) = number.to_i128() {
            prop_assert_eq!(&Number::from(integer), &number);
            prop_assert_eq!(number.to_i64(), i64::try_from(integer).ok());
            prop_assert_eq!(number.to_u64(), u64::try_from(integer).ok());
        }
    }

    /// Whole numbers compare as the integers do, doubles as the floats do, and every order is that of the digits.
    #[test]
    fn numbers_are_ordered_by_size(one in any::<i128>(), other in any::<i128>(), shift in 0..127_u32, a in any::<f64>(), b in any::<f64>()) {
        let (one, other) = (one >> shift, other >> shift);
        prop_assert_eq!(Number::from(one).cmp(&Number::from(other)), one.cmp(&other));
        let (x, y) = (Number::from_f64(a).unwrap(), Number::from_f64(b).unwrap());
        prop_assert_eq!(x.cmp(&y), a.partial_cmp(&b).unwrap());
    }

    #[test]
    fn doubles_survive(double in any::<f64>()) {
        prop_assert_eq!(Number::from_f64(double).unwrap().to_f64(), Some(double));
    }

    #[test]
    fn normalising_twice_changes_nothing(drawn in any::<String>()) {
        let text = Text::new(&drawn);
        prop_assert_eq!(Text::new(&text), text);
    }

    #[test]
    fn sets_forget_order_and_number(drawn in bytes(200), swaps in bytes(20)) {
        let mut source = Source(&drawn);
        let ty = source.ty(2);
        let elements: Vec<Value> = (0..5).map(|_| source.value(&ty, 1)).collect();
        let mut shuffled = elements.clone();
        swaps.iter().for_each(|swap| shuffled.swap(usize::from(swap % 5), usize::from(swap / 5 % 5)));
        shuffled.extend(elements.iter().filter(|element| element.is_wholly_known()).cloned());
        prop_assert_eq!(Set::new(elements), Set::new(shuffled));
    }
}

#[test]
fn many_values_survive_every_encoding() {
    let setting = |name: &str, default: u64| match std::env::var(name) {
        Ok(value) => value.parse().unwrap_or_else(|_| panic!("{name} must be a number, it is {value:?}")),
        Err(_) => default,
    };
    let (cases, seed) = (setting("TF_VALUE_CASES", 10_000), setting("TF_VALUE_SEED", 1));
    let (mut bytes, mut parts) = (Vec::new(), 0);
    for case in 0..cases {
        // SplitMix64, so that each case can be repeated by its number alone.
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ case.wrapping_mul(0xd134_2543_de82_ef95);
        bytes.clear();
        for _ in 0..48 {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            bytes.extend_from_slice(&(mixed ^ mixed >> 31).to_le_bytes());
        }
        let drawn = std::panic::AssertUnwindSafe(|| laws::hold_for_a_drawn_value(&mut Source(&bytes)));
        match std::panic::catch_unwind(drawn) {
            Ok(count) => parts += count,
            Err(panic) => {
                println!("broken by case {case} of seed {seed}");
                std::panic::resume_unwind(panic);
            }
        }
    }
    println!("{cases} drawn values of {parts} parts survived every encoding");
}
