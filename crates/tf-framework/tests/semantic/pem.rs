//! PEM: labels and bytes, wrapped in any way and with anything around them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use tf_framework::model::AttributeType as _;
use tf_framework::semantic::{Pem, SecretPem};
use tf_framework::value::Value;

use crate::choices::Choices;
use crate::laws::{any_choices, any_text, is_an_equivalence, read, without_files};

const LABELS: [&str; 4] = ["CERTIFICATE", "X509 CRL", "PUBLIC KEY", "A"];

type Blocks = Vec<(&'static str, Vec<u8>)>;

fn any_blocks() -> impl Strategy<Value = Blocks> {
    let block = (prop::sample::select(&LABELS[..]), prop::collection::vec(any::<u8>(), 1..80));
    prop::collection::vec(block, 1..4)
}

fn spelling(choices: &mut Choices<'_>, blocks: &Blocks) -> String {
    let mut text = String::new();
    let end = if choices.once_in(2) { "\r\n" } else { "\n" };
    for (label, bytes) in blocks {
        if choices.once_in(3) {
            text += &["subject=CN=a", "", "-- dashes: --", "AAAA"].map(|line| line.to_owned() + end)
                [..choices.below(5).into()]
                .concat();
        }
        text += &format!("-----BEGIN {label}-----{end}");
        for char in STANDARD.encode(bytes).chars() {
            text.push(char);
            if choices.once_in(20) {
                text += [end, "  ", "\t", " \n\n"][usize::from(choices.below(4))];
            }
        }
        let before = if text.ends_with('\n') { "" } else { end };
        text += &format!("{before}-----END {label}-----{end}");
    }
    if choices.once_in(2) { text.trim_end().to_owned() } else { text }
}

/// One thing different.
fn changed(choices: &mut Choices<'_>, blocks: &Blocks) -> Blocks {
    let mut blocks = blocks.clone();
    let at = usize::from(choices.below(4)) % blocks.len();
    match choices.below(4) {
        0 => blocks.push(("A", vec![0])),
        1 => blocks[at].0 = if blocks[at].0 == "A" { "B" } else { "A" },
        2 => blocks[at].1[0] ^= 1 << choices.below(8),
        _ => blocks[at].1.push(choices.below(255)),
    }
    blocks
}

proptest! {
    #![proptest_config(without_files())]

    #[test]
    fn labels_and_bytes_are_what_counts(one in any_blocks(), other in any_blocks(), bytes in any_choices()) {
        let choices = &mut Choices::new(&bytes);
        let all = [one.clone(), one.clone(), changed(choices, &one), other];
        let spellings = all.map(|blocks| (spelling(choices, &blocks), blocks));
        for (text, blocks) in &spellings {
            let pem: Pem = read(text);
            let _: SecretPem = read(text);
            prop_assert!(pem.blocks().iter().map(|block| (block.label(), block.bytes().to_vec())).eq(blocks.iter().cloned()));
            for (other_text, other) in &spellings {
                prop_assert_eq!(pem == read(other_text), blocks == other, "{}\n{}", text, other_text);
            }
        }
    }

    #[test]
    fn no_text_gets_a_private_key_through(one in any_blocks(), bytes in any_choices(), label in "[A-Z ]{0,9}PRIVATE KEY[A-Z ]{0,9}") {
        let choices = &mut Choices::new(&bytes);
        let text = spelling(choices, &one);
        let label = label.trim();
        let at = LABELS[usize::from(choices.below(4))];
        let with_key = text.replace(&format!("{at}-----"), &format!("{label}-----"));
        prop_assert_eq!(with_key.parse::<Pem>().is_ok(), with_key == text);
        let _: SecretPem = read(&with_key);
    }

    #[test]
    fn any_text_is_read_or_refused(
        texts in prop::collection::vec(any_text("A=\n\r-: é"), 3),
        before in any_text("A=\n\r-: é"), inside in any_text("A=\n\r-: é"),
    ) {
        let block = format!("{before}-----BEGIN A-----{inside}\n-----END A-----");
        let _ = SecretPem::decode(Value::from(block.as_str()));
        is_an_equivalence::<Pem>(&[&texts[..], &[block]].concat());
    }
}
