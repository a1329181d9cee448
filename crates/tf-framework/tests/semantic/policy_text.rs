//! Policies: rules, written in any way that HCL and JSON allow.

use proptest::prelude::*;
use tf_framework::semantic::PolicyText;

use crate::choices::Choices;
use crate::laws::{any_choices, any_text, is_an_equivalence, read, without_files};
use crate::policy::{changed, policy, spelling};

proptest! {
    #![proptest_config(without_files())]

    #[test]
    fn rules_are_what_counts(bytes in any_choices()) {
        let choices = &mut Choices::new(&bytes);
        let one = policy(choices);
        let changed = [changed(choices, &one), changed(choices, &one), policy(choices)];
        let all = [one.clone(), one].into_iter().chain(changed);
        let spellings: Vec<_> = all.map(|policy| (spelling(choices, &policy), policy)).collect();
        for (text, policy) in &spellings {
            let read_policy: PolicyText = read(text);
            prop_assert_eq!(read_policy.check(), Ok(()), "{}", text);
            for (other_text, other) in &spellings {
                prop_assert_eq!(read_policy == read(other_text), policy == other, "{}\n----\n{}", text, other_text);
            }
        }
    }

    /// A text with something left out, doubled or moved is another policy, or none; and it never panics.
    #[test]
    fn damaged_texts_are_read_or_refused(bytes in any_choices(), from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>()) {
        let choices = &mut Choices::new(&bytes);
        let one = policy(choices);
        let text = spelling(choices, &one);
        let boundaries: Vec<_> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let (from, to) = (*from.get(&boundaries), *to.get(&boundaries));
        let (from, to) = (from.min(to), from.max(to));
        let damaged = [
            [&text[..from], &text[to..]].concat(),
            [&text[..to], &text[from..]].concat(),
            [&text[from..], &text[..from]].concat(),
        ];
        is_an_equivalence::<PolicyText>(&[&damaged[..], &[text]].concat());
    }

    #[test]
    fn any_text_is_read_or_refused(texts in prop::collection::vec(any_text("ab{}[]=\"\\<-_EOT\n \t,.0x1e#/*$:\r"), 3)) {
        for text in &texts {
            let _ = PolicyText::from(text.as_str()).check();
        }
        is_an_equivalence::<PolicyText>(&texts);
    }
}
