//! Types in a few bytes, for the front of an input. Every sequence of bytes is a type, so that no mutation of one is wasted.
//!
//! A byte is a type: `s` string, `n` number, `b` bool, `d` dynamic; `l`, `e` and `m` are a list, a set and a map of the type
//! that follows; `t` and `o` are a tuple and an object of the types that follow, up to a dot. `ons..` is an object of a
//! number `a` and a string `b`, and the second dot is no longer part of it. Other bytes stand for one of these letters.

use tf_value::Type;

const LETTERS: &[u8] = b"snbdlemto";

/// Names of attributes, by their place. Two are those that a dynamic value has in JSON, one is not ASCII, one is too long for
/// the shortest header of msgpack.
const NAMES: [&str; 6] = ["a", "b", "type", "value", "\u{e9}", "a_name_of_more_than_thirty_one_bytes"];

/// A little deeper than any value may be.
const MAX_DEPTH: usize = 140;

/// The type at the front of an input, and the rest of the input.
pub fn split(mut input: &[u8]) -> (Type, &[u8]) {
    let ty = read(&mut input, 0);
    (ty, input)
}

fn read(input: &mut &[u8], depth: usize) -> Type {
    let Some((byte, rest)) = input.split_first() else { return Type::String };
    *input = rest;
    let letter = if LETTERS.contains(byte) { Some(byte) } else { LETTERS.get(usize::from(*byte) % LETTERS.len()) };
    match letter {
        Some(b'n') => Type::Number,
        Some(b'b') => Type::Bool,
        Some(b'd') => Type::Dynamic,
        Some(b'l') if depth < MAX_DEPTH => Type::list(read(input, depth + 1)),
        Some(b'e') if depth < MAX_DEPTH => Type::set(read(input, depth + 1)),
        Some(b'm') if depth < MAX_DEPTH => Type::map(read(input, depth + 1)),
        Some(b't') if depth < MAX_DEPTH => Type::tuple(parts(input, depth)),
        Some(b'o') if depth < MAX_DEPTH => Type::object(NAMES.into_iter().zip(parts(input, depth))),
        _ => Type::String,
    }
}

/// The parts of a tuple or object: no more than there are names.
fn parts(input: &mut &[u8], depth: usize) -> Vec<Type> {
    let mut parts = Vec::new();
    loop {
        match input.split_first() {
            None => return parts,
            Some((b'.', rest)) => {
                *input = rest;
                return parts;
            }
            Some(_) if parts.len() == NAMES.len() => return parts,
            Some(_) => parts.push(read(input, depth + 1)),
        }
    }
}
