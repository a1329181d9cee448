//! Networks: the bits that all addresses have in common, written with any other bits after them.

use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;
use tf_framework::semantic::{Cidr, NormalizedSet};

use crate::choices::Choices;
use crate::laws::{any_choices, any_text, is_an_equivalence, read, without_files};

/// The leading bits, as digits, and whether it is IPv6.
#[derive(Clone, Debug, PartialEq)]
struct Network {
    is_v6: bool,
    bits: String,
}

fn network(choices: &mut Choices<'_>) -> Network {
    let is_v6 = choices.once_in(2);
    let longest = if is_v6 { 128 } else { 32 };
    let length = choices.below(longest + 1);
    let mut bits: String = (0..length).map(|_| if choices.once_in(2) { '1' } else { '0' }).collect();
    if is_v6 && !bits.is_empty() {
        // Outside of the range that stands for IPv4.
        bits.replace_range(..1, "1");
    }
    Network { is_v6, bits }
}

fn spelling(choices: &mut Choices<'_>, network: &Network) -> String {
    let Network { is_v6, bits } = network;
    let longest = if *is_v6 { 128 } else { 32 };
    let mut all = bits.clone();
    while all.len() < longest {
        // An IPv6 address with all bits zero could become one that stands for IPv4.
        all.push(if *is_v6 && all.is_empty() || choices.once_in(2) { '1' } else { '0' });
    }
    let mut text = if *is_v6 {
        let address = Ipv6Addr::from_bits(u128::from_str_radix(&all, 2).unwrap());
        match choices.below(3) {
            0 => address.to_string(),
            1 => address.to_string().to_uppercase(),
            _ => address.segments().map(|segment| format!("{segment:04x}")).join(":"),
        }
    } else {
        let address = Ipv4Addr::from_bits(u32::from_str_radix(&all, 2).unwrap());
        if choices.once_in(3) {
            return format!("{}/{}", address.to_ipv6_mapped(), bits.len() + 96);
        }
        address.to_string()
    };
    if bits.len() < longest || choices.once_in(2) {
        text += &format!("/{}", bits.len());
    }
    text
}

proptest! {
    #![proptest_config(without_files())]

    #[test]
    fn addresses_are_what_counts(bytes in any_choices()) {
        let choices = &mut Choices::new(&bytes);
        let one = network(choices);
        let mut changed = one.clone();
        let end = if changed.bits.pop() == Some('1') { '0' } else { '1' };
        if changed.bits.len() > 1 || !one.is_v6 && !one.bits.is_empty() {
            changed.bits.push(end);
        }
        let networks = [one.clone(), one, changed, network(choices)];
        let spellings = networks.map(|network| (spelling(choices, &network), network));
        for (text, network) in &spellings {
            let cidr: Cidr = read(text);
            prop_assert_eq!(usize::from(cidr.prefix()), network.bits.len());
            prop_assert_eq!(cidr.network().is_ipv6(), network.is_v6);
            prop_assert_eq!(&read::<Cidr>(&cidr.to_string()), &cidr);
            for (other_text, other) in &spellings {
                prop_assert_eq!(cidr == read(other_text), network == other, "{} {}", text, other_text);
                let sets = [text, other_text].map(|text| NormalizedSet::<Cidr>::new([text.as_str()]).unwrap());
                prop_assert_eq!(sets[0] == sets[1], network == other);
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(texts in prop::collection::vec(any_text("0123456789abcdefF:.:./%[]"), 3)) {
        is_an_equivalence::<Cidr>(&texts);
    }
}
