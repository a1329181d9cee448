//! Seeded bugs: the proof that the tests of what holds for every object on a server can fail.
//!
//! Every entry of the table breaks one of these rules in a copy of the crate. The named test of `server_objects` must then
//! fail.
//!
//! The copies are compiled one by one, so an ordinary run tries one of them, and all only with
//! `SEEDED_BUGS=all cargo test -p provider --test seeded_server_bugs -- --nocapture`.

#[path = "../seeded_bugs/copies.rs"]
mod copies;
mod table;

use acceptance::Product;
use anyhow::Result;

use crate::copies::Suite;

const SUITE: Suite = Suite { tests: "server_objects", bugs: table::BUGS };

#[test]
fn seeded_bugs_are_caught() -> Result<()> {
    // Without the servers nothing would be noticed.
    for product in Product::ALL {
        if let Err(missing) = product.tool().find() {
            println!("SKIPPED seeded_bugs_are_caught: {missing}");
            return Ok(());
        }
    }
    SUITE.is_caught(|line| println!("{line}"))
}

#[test]
fn every_seeded_bug_can_still_be_seeded() -> Result<()> {
    SUITE.can_be_seeded()
}
