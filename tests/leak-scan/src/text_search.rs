//! Finding texts in bytes: one, or thousands at once.
//!
//! Written here and not taken from a crate because in a debug build only this crate is optimised, and every byte that
//! the acceptance tests leave behind comes through here several times.

use std::collections::HashMap;

/// How many bytes of a text are looked at first.
const PREFIX: usize = 4;

/// Where `needle` is first. An empty one is nowhere.
pub(crate) fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    let (first, _) = needle.split_first()?;
    let mut from = 0;
    loop {
        let rest = bytes.get(from..)?;
        let at = from + rest.iter().position(|byte| byte == first)?;
        if bytes.get(at..)?.starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// All places of `needle`, also those that overlap.
pub(crate) fn find_all(bytes: &[u8], needle: &[u8]) -> impl Iterator<Item = usize> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + find(bytes.get(from..)?, needle)?;
        from = at + 1;
        Some(at)
    })
}

/// Many texts, to be found in one pass.
///
/// A table of bits says of four bytes whether a text may begin with them, which almost never is so. Shorter texts are
/// looked for by their first two.
pub(crate) struct Texts {
    may_begin: Vec<bool>,
    may_begin_short: Vec<bool>,
    /// By the first four bytes: the texts, and their numbers.
    long: HashMap<u32, Vec<(Vec<u8>, usize)>>,
    short: Vec<(Vec<u8>, usize)>,
}

impl Texts {
    /// Prepares the search. Those of less than two bytes are never found.
    pub(crate) fn new(texts: Vec<Vec<u8>>) -> Self {
        let mut all = Self {
            may_begin: vec![false; 1 << 16],
            may_begin_short: vec![false; 1 << 16],
            long: HashMap::new(),
            short: Vec::new(),
        };
        for (number, text) in texts.into_iter().enumerate() {
            match text.first_chunk::<PREFIX>() {
                Some(prefix) => {
                    let word = u32::from_le_bytes(*prefix);
                    set(&mut all.may_begin, hash(word));
                    all.long.entry(word).or_default().push((text, number));
                }
                None => {
                    if let Some(prefix) = text.first_chunk::<2>() {
                        set(&mut all.may_begin_short, u16::from_le_bytes(*prefix));
                        all.short.push((text, number));
                    }
                }
            }
        }
        all
    }

    /// Calls `found` with the number of a text and where it begins and ends.
    pub(crate) fn search(&self, bytes: &[u8], mut found: impl FnMut(usize, usize, usize)) {
        for at in 0..bytes.len() {
            let rest = bytes.get(at..).unwrap_or_default();
            if let Some(prefix) = rest.first_chunk::<PREFIX>() {
                let word = u32::from_le_bytes(*prefix);
                if is_set(&self.may_begin, hash(word))
                    && let Some(texts) = self.long.get(&word)
                {
                    for (text, number) in texts.iter().filter(|(text, _)| rest.starts_with(text)) {
                        found(*number, at, at + text.len());
                    }
                }
            }
            if let Some(prefix) = rest.first_chunk::<2>()
                && is_set(&self.may_begin_short, u16::from_le_bytes(*prefix))
            {
                for (text, number) in self.short.iter().filter(|(text, _)| rest.starts_with(text)) {
                    found(*number, at, at + text.len());
                }
            }
        }
    }
}

/// Multiplying by an odd number spreads the bits upwards, so that the upper half depends on all of them.
fn hash(word: u32) -> u16 {
    (word.wrapping_mul(0x9e37_79b1) >> 16) as u16
}

fn set(table: &mut [bool], at: u16) {
    if let Some(bit) = table.get_mut(usize::from(at)) {
        *bit = true;
    }
}

fn is_set(table: &[bool], at: u16) -> bool {
    table.get(usize::from(at)).is_some_and(|bit| *bit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// As the obvious way of doing it.
        #[test]
        fn every_text_is_found_everywhere(
            bytes in prop::collection::vec(0_u8..4, 0..200),
            texts in prop::collection::vec(prop::collection::vec(0_u8..4, 2..8), 0..20),
        ) {
            let mut found = Vec::new();
            Texts::new(texts.clone()).search(&bytes, |number, begin, end| found.push((number, begin, end)));
            found.sort_unstable();
            let mut expected = Vec::new();
            for (number, text) in texts.iter().enumerate() {
                let places = bytes.windows(text.len()).enumerate().filter(|(_, window)| window == text);
                expected.extend(places.map(|(begin, _)| (number, begin, begin + text.len())));
                let all: Vec<usize> = find_all(&bytes, text).collect();
                let ours: Vec<usize> =
                    expected.iter().filter(|(of, ..)| *of == number).map(|(_, begin, _)| *begin).collect();
                prop_assert_eq!(find(&bytes, text), ours.first().copied());
                prop_assert_eq!(all, ours);
            }
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn nothing_is_found_nowhere() {
        assert_eq!((find(b"abc", b""), find(b"", b"a"), find(b"ab", b"abc")), (None, None, None));
    }
}
