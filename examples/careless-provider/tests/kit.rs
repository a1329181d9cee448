//! The proof that the test kit notices each rule that is broken, and nothing where none is.
//!
//! The same table is shown to the real `tofu` and `terraform` by the acceptance tests.

use anyhow::{Result, ensure};
use careless_provider::{life, sabotages};

#[test]
fn every_sabotage_is_noticed() -> Result<()> {
    let mut missed = Vec::new();
    for sabotage in sabotages() {
        match life(sabotage, sabotage.name).map_err(|refusal| refusal.to_string()) {
            Err(text) if text.contains(sabotage.kit) => {}
            Err(text) => missed.push(format!("{} is noticed for another reason: {text}", sabotage.name)),
            Ok(()) => missed.push(format!("{} is not noticed", sabotage.name)),
        }
    }
    let all = sabotages().count();
    println!("SABOTAGES {} of {all} were noticed", all.saturating_sub(missed.len()));
    ensure!(missed.is_empty(), "{}", missed.join("\n"));
    Ok(())
}

#[test]
fn the_same_lives_without_sabotage_are_right() {
    // What is wrong here is the configuration, and the provider says so.
    let wrong = ["validate-accepts-computed"];
    for sabotage in sabotages() {
        match life(sabotage, "none-at-all") {
            Ok(()) => assert!(!wrong.contains(&sabotage.name), "{}", sabotage.name),
            Err(refusal) => assert!(wrong.contains(&sabotage.name), "{}: {refusal}", sabotage.name),
        }
    }
}
