//! The stack `examples/stacks/bootstrap`: from nothing to a running, unsealed and configured server in one apply.

mod elsewhere;
mod expired;
mod half_configured;
mod interrupts;
mod stack;
mod story;
mod trouble;

use acceptance::cli::Cli;
use acceptance::{Product, Scenario};
use anyhow::Result;

use self::stack::Stack;
use crate::on_server::product;

#[test]
fn opentofu_and_openbao() -> Result<()> {
    with_stack(Cli::OpenTofu, story::from_nothing)
}

#[test]
fn terraform_and_vault() -> Result<()> {
    with_stack(Cli::Terraform, story::from_nothing)
}

#[test]
fn opentofu_and_vault() -> Result<()> {
    with_pair(Cli::OpenTofu, Product::Vault, story::from_nothing)
}

#[test]
fn terraform_and_openbao() -> Result<()> {
    with_pair(Cli::Terraform, Product::OpenBao, story::from_nothing)
}

#[test]
fn trouble_with_opentofu_and_openbao() -> Result<()> {
    with_stack(Cli::OpenTofu, trouble::every_kind)
}

#[test]
fn trouble_with_terraform_and_vault() -> Result<()> {
    with_stack(Cli::Terraform, trouble::every_kind)
}

#[test]
fn interrupted_with_opentofu_and_openbao() -> Result<()> {
    interrupts::at_many_points(Cli::OpenTofu)
}

#[test]
fn interrupted_with_terraform_and_vault() -> Result<()> {
    interrupts::at_many_points(Cli::Terraform)
}

#[test]
fn expired_certificate_with_opentofu_and_openbao() -> Result<()> {
    expired::after_forty_days(Cli::OpenTofu)
}

#[test]
fn expired_certificate_with_terraform_and_vault() -> Result<()> {
    expired::after_forty_days(Cli::Terraform)
}

#[test]
fn second_machine_with_opentofu_and_openbao() -> Result<()> {
    elsewhere::without_any_file(Cli::OpenTofu)
}

#[test]
fn second_machine_with_terraform_and_vault() -> Result<()> {
    elsewhere::without_any_file(Cli::Terraform)
}

#[test]
fn half_configured_with_opentofu_and_openbao() -> Result<()> {
    with_stack(Cli::OpenTofu, half_configured::every_half)
}

#[test]
fn half_configured_with_terraform_and_vault() -> Result<()> {
    with_stack(Cli::Terraform, half_configured::every_half)
}

fn with_stack(cli: Cli, test: impl FnOnce(&Scenario, &Stack) -> Result<()>) -> Result<()> {
    with_pair(cli, product(cli), test)
}

fn with_pair(cli: Cli, product: Product, test: impl FnOnce(&Scenario, &Stack) -> Result<()>) -> Result<()> {
    Scenario::run(&[cli.tool(), product.tool()], |scenario| test(scenario, &Stack::of(scenario, cli, product)?))
}
