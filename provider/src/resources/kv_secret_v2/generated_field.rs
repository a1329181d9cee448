//! Fields whose values are made up here: passwords and the like.

use pki::Random;
use tf_framework::model::{Model, Secret};
use zeroize::Zeroizing;

/// What a value is made of where nothing is said: what can be typed, spoken and pasted anywhere.
const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

const SHORTEST: i64 = 8;
const LONGEST: i64 = 4_096;

/// A field that gets a random value.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object)]
pub struct GeneratedField {
    /// How many characters it has, 8 to 4096. Another length counts the next time that it is made.
    #[tf(optional, default = 32, validate(tf_framework::validate::range(SHORTEST..=LONGEST)))]
    pub length: i64,
    /// The characters that it is made of, each once. ASCII letters and digits if it is not set.
    #[tf(optional)]
    pub alphabet: Option<String>,
    /// What it begins with: `any`, `letter`, `lower`, `upper` or `digit`.
    #[tf(optional, default = "any", validate(tf_framework::validate::one_of(&["any", "letter", "lower", "upper", "digit"])))]
    pub first: String,
    /// How many lower case letters it has at least.
    #[tf(optional, default = 0, validate(tf_framework::validate::range(0..=LONGEST)))]
    pub min_lower: i64,
    /// How many upper case letters it has at least.
    #[tf(optional, default = 0, validate(tf_framework::validate::range(0..=LONGEST)))]
    pub min_upper: i64,
    /// How many digits it has at least.
    #[tf(optional, default = 0, validate(tf_framework::validate::range(0..=LONGEST)))]
    pub min_digits: i64,
    /// How many other characters it has at least. The alphabet must have some.
    #[tf(optional, default = 0, validate(tf_framework::validate::range(0..=LONGEST)))]
    pub min_special: i64,
    /// Any text. Another one makes the value anew; it may be a date.
    #[tf(optional)]
    pub rotate: Option<String>,
}

/// A kind of character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Lower,
    Upper,
    Digit,
    Special,
}

impl Class {
    const ALL: [Self; 4] = [Self::Lower, Self::Upper, Self::Digit, Self::Special];

    fn of(character: char) -> Self {
        match character {
            'a'..='z' => Self::Lower,
            'A'..='Z' => Self::Upper,
            '0'..='9' => Self::Digit,
            _ => Self::Special,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Lower => "lower case letters",
            Self::Upper => "upper case letters",
            Self::Digit => "digits",
            Self::Special => "characters that are neither ASCII letters nor digits",
        }
    }
}

impl GeneratedField {
    /// As a plan has it.
    pub(super) fn planned(plan: &GeneratedFieldPlan) -> Self {
        let GeneratedFieldPlan { length, alphabet, first, min_lower, min_upper, min_digits, min_special, rotate } =
            plan;
        Self {
            length: *length,
            alphabet: alphabet.clone(),
            first: first.clone(),
            min_lower: *min_lower,
            min_upper: *min_upper,
            min_digits: *min_digits,
            min_special: *min_special,
            rotate: rotate.clone(),
        }
    }

    /// Why there is no such value.
    ///
    /// # Errors
    /// A sentence that goes on after the name of the field.
    pub fn check(&self) -> Result<(), String> {
        let alphabet = self.alphabet();
        let distinct: std::collections::BTreeSet<&char> = alphabet.iter().collect();
        if distinct.len() != alphabet.len() {
            return Err("has a character twice in its alphabet, which would make it more likely than others".to_owned());
        }
        if alphabet.len() < 2 {
            return Err("must have two characters in its alphabet at least".to_owned());
        }
        let least: i64 = Class::ALL.iter().map(|class| self.least(*class)).sum();
        let begins_besides = i64::from(self.beginnings().iter().all(|first| self.least(Class::of(*first)) == 0));
        if least + begins_besides.min(i64::from(self.first != "any")) > self.length {
            return Err("must be longer to have as many characters of each kind as it should".to_owned());
        }
        for class in Class::ALL.into_iter().filter(|class| self.least(*class) > 0) {
            if !alphabet.iter().any(|character| Class::of(*character) == class) {
                return Err(format!("must have {} in its alphabet to have some in its value", class.name()));
            }
        }
        if self.beginnings().is_empty() {
            return Err(format!("begins with a {}, of which its alphabet has none", self.first));
        }
        Ok(())
    }

    /// Makes a value up. All characters of the alphabet are equally likely, but for those that a rule asks for.
    ///
    /// # Errors
    /// If there is none, or the system has no randomness. The text says which.
    pub fn make(&self, random: &mut dyn Random) -> Result<Secret, String> {
        self.check()?;
        let alphabet = self.alphabet();
        let length = usize::try_from(self.length).unwrap_or_default();
        let mut made = Zeroizing::new(Vec::with_capacity(length));
        let first = pick(&self.beginnings(), random)?;
        for class in Class::ALL {
            let of_class: Vec<char> =
                alphabet.iter().copied().filter(|character| Class::of(*character) == class).collect();
            let asked = self.least(class) - i64::from(Class::of(first) == class);
            for _ in 0..asked.max(0) {
                made.push(pick(&of_class, random)?);
            }
        }
        while made.len() + 1 < length {
            made.push(pick(&alphabet, random)?);
        }
        // What a rule asked for must not stand in front.
        for end in (1..made.len()).rev() {
            made.swap(end, below(end + 1, random)?);
        }
        let text: Zeroizing<String> = Zeroizing::new(std::iter::once(first).chain(made.iter().copied()).collect());
        Ok(Secret::from(text.as_str()))
    }

    fn alphabet(&self) -> Vec<char> {
        self.alphabet.as_deref().unwrap_or(ALPHABET).chars().collect()
    }

    fn beginnings(&self) -> Vec<char> {
        let may_begin = |character: &char| match (self.first.as_str(), Class::of(*character)) {
            ("letter", class) => matches!(class, Class::Lower | Class::Upper),
            ("lower", class) => class == Class::Lower,
            ("upper", class) => class == Class::Upper,
            ("digit", class) => class == Class::Digit,
            _ => true,
        };
        self.alphabet().into_iter().filter(may_begin).collect()
    }

    fn least(&self, class: Class) -> i64 {
        match class {
            Class::Lower => self.min_lower,
            Class::Upper => self.min_upper,
            Class::Digit => self.min_digits,
            Class::Special => self.min_special,
        }
    }
}

fn pick(from: &[char], random: &mut dyn Random) -> Result<char, String> {
    from.get(below(from.len(), random)?).copied().ok_or_else(|| "has nothing to be made of".to_owned())
}

/// A number below a limit, each equally likely: what would make some more likely is thrown away.
fn below(limit: usize, random: &mut dyn Random) -> Result<usize, String> {
    let limit =
        u32::try_from(limit).ok().filter(|limit| *limit > 0).ok_or_else(|| "has nothing to be made of".to_owned())?;
    let fair = u32::MAX - u32::MAX % limit;
    loop {
        let mut bytes = [0; 4];
        random.fill(&mut bytes).map_err(|_| "could not be made, because the system has no randomness".to_owned())?;
        let drawn = u32::from_be_bytes(bytes);
        if drawn < fair {
            return usize::try_from(drawn % limit).map_err(|error| error.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use pki::SystemRandom;
    use proptest::prelude::*;

    use super::*;

    fn plain() -> GeneratedField {
        GeneratedField {
            length: 32,
            alphabet: None,
            first: "any".to_owned(),
            min_lower: 0,
            min_upper: 0,
            min_digits: 0,
            min_special: 0,
            rotate: None,
        }
    }

    fn fields() -> impl Strategy<Value = GeneratedField> {
        let alphabet = prop::option::of(prop::sample::select(vec!["ab", "abc123!?", "AB09", "äöü!", "aa"]));
        let first = prop::sample::select(vec!["any", "letter", "lower", "upper", "digit"]);
        let least = || 0_i64..6;
        (8_i64..20, alphabet, first, least(), least(), least(), least()).prop_map(
            |(length, alphabet, first, min_lower, min_upper, min_digits, min_special)| GeneratedField {
                length,
                alphabet: alphabet.map(str::to_owned),
                first: first.to_owned(),
                min_lower,
                min_upper,
                min_digits,
                min_special,
                rotate: None,
            },
        )
    }

    proptest! {
        /// What passes the check can be made, and is as it should be.
        #[test]
        fn values_are_as_asked(field in fields()) {
            let made = field.make(&mut SystemRandom);
            prop_assert_eq!(made.is_ok(), field.check().is_ok());
            if let Ok(made) = made {
                let text = made.expose();
                prop_assert_eq!(i64::try_from(text.chars().count()).unwrap(), field.length, "{}", text);
                prop_assert!(text.chars().all(|character| field.alphabet().contains(&character)));
                prop_assert!(field.beginnings().contains(&text.chars().next().unwrap()));
                for class in Class::ALL {
                    let count = text.chars().filter(|character| Class::of(*character) == class).count();
                    prop_assert!(i64::try_from(count).unwrap() >= field.least(class), "{:?} in {}", class, text);
                }
            }
        }
    }

    #[test]
    fn no_two_are_the_same_and_every_character_turns_up_anywhere() {
        let field = GeneratedField { min_digits: 1, min_upper: 1, ..plain() };
        let made: Vec<String> =
            (0..2_000).map(|_| field.make(&mut SystemRandom).unwrap().expose().to_owned()).collect();
        let distinct: std::collections::BTreeSet<&String> = made.iter().collect();
        assert_eq!(distinct.len(), made.len());
        for place in [0, 1, 16, 31] {
            let found: std::collections::BTreeSet<char> =
                made.iter().map(|text| text.chars().nth(place).unwrap()).collect();
            assert_eq!(found.len(), 62, "at {place}");
        }
    }

    #[test]
    fn what_can_not_be_is_said() {
        for (field, text) in [
            (GeneratedField { min_digits: 20, min_upper: 13, ..plain() }, "longer"),
            (GeneratedField { length: 8, min_digits: 8, first: "letter".to_owned(), ..plain() }, "longer"),
            (GeneratedField { min_special: 1, ..plain() }, "neither ASCII letters nor digits"),
            (GeneratedField { alphabet: Some("abca".to_owned()), ..plain() }, "twice"),
            (GeneratedField { alphabet: Some("a".to_owned()), ..plain() }, "two"),
            (
                GeneratedField { alphabet: Some("0123".to_owned()), first: "letter".to_owned(), ..plain() },
                "begins with a letter",
            ),
        ] {
            let error = field.check().unwrap_err();
            assert!(error.contains(text), "{error}");
        }
        GeneratedField { length: 8, min_digits: 8, ..plain() }.make(&mut SystemRandom).unwrap();
    }
}
