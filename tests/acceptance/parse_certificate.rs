//! The function `parse_certificate` under the real `tofu` and `terraform`.

use acceptance::Scenario;
use acceptance::cli::matcher::is;
use acceptance::cli::{Cli, Complaint, Project, Provider, Story, workspace_binary};
use anyhow::Result;
use jiff::SignedDuration;
use pki::{CaOptions, KeyAlgorithm, PrivateKey, Profile, Request, Subject, SystemRandom, Validity};

#[test]
fn opentofu() -> Result<()> {
    results_and_errors(Cli::OpenTofu)
}

#[test]
fn terraform() -> Result<()> {
    results_and_errors(Cli::Terraform)
}

fn results_and_errors(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool()], |scenario| {
        let provider =
            Provider::new("secretzero/secretzero", "1.0.0", workspace_binary("terraform-provider-secretzero")?)?;
        let project = Project::create(scenario, cli)?.provider(&provider)?;
        let pem = root_of_thirty_days()?;
        let output = |name: &str, rest: &str| {
            format!("output {name:?} {{\n  value = provider::secretzero::parse_certificate({rest}\n}}\n")
        };
        let of = |pem: &str, member: &str| format!("{pem:?}){member}");
        let outputs = [
            output("subject", &of(&pem, ".subject")),
            output("is_ca", &of(&pem, ".is_ca")),
            output("not_after", &of(&pem, ".not_after")),
            output("path_length", &of(&pem, ".path_length")),
            output("finding", &of(&pem, ".findings[0].code")),
        ];
        Story::of(&project)
            .apply(outputs.concat())
            .output("subject", is("CN=Home root"))
            .output("is_ca", is(true))
            .output("not_after", is("2026-12-30T12:00:00Z"))
            .output("path_length", is(1))
            .output("finding", is("short_lived_root"))
            .plan_fails(output("subject", &of("no certificate", ".subject")))
            .error(Complaint::new("").detail("no PEM").detail("BEGIN CERTIFICATE"))
            .run()
    })
}

fn root_of_thirty_days() -> Result<String> {
    let begin = "2026-11-30T12:00:00Z".parse()?;
    let options = CaOptions { path_length: Some(1), ..CaOptions::default() };
    let validity = Validity::starting(begin, SignedDuration::ZERO, SignedDuration::from_hours(24 * 30))?;
    let mut request = Request::new(Profile::RootCa(options), validity);
    request.subject = Subject::common_name("Home root");
    let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256)?;
    Ok(request.validate()?.for_key(key.public_key(), &mut SystemRandom)?.self_signed(&key)?.to_pem())
}
