//! Three nodes: a step-down and a crash of the leader cost neither data nor service.

use acceptance::{Cluster, Product, Scenario};
use anyhow::Result;
use testbed::Tool;

const ENTRIES: usize = 100;

#[test]
fn openbao() -> Result<()> {
    Scenario::run(&[Tool::OpenBao], |scenario| lose_leaders(scenario, Product::OpenBao))
}

#[test]
fn vault() -> Result<()> {
    Scenario::run(&[Tool::Vault], |scenario| lose_leaders(scenario, Product::Vault))
}

fn lose_leaders(scenario: &Scenario, product: Product) -> Result<()> {
    let cluster = Cluster::start(scenario.folder(), product)?;
    let first = cluster.leader()?;
    let admin = cluster.node(first)?.scoped_admin()?;
    cluster.node(first)?.fill(&admin, ENTRIES)?;

    cluster.node(first)?.step_down(&admin)?;
    let second = cluster.leader_after(first)?;
    assert_eq!(cluster.node(second)?.filled(&admin)?, ENTRIES);

    cluster.wait_voters(3)?;
    cluster.node(second)?.kill9()?;
    let third = cluster.leader_after(second)?;
    assert_eq!(cluster.node(third)?.filled(&admin)?, ENTRIES);

    cluster.node(second)?.restart()?;
    cluster.node(second)?.unseal()?;
    cluster.wait_voters(3)
}
