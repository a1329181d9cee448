//! The leak scan: a leak in each place is found, what is allowed is not one, and nobody reads the secret in the
//! failure.

use std::fs;

use acceptance::cli::{Cli, Project, Story};
use acceptance::leak_scan::{Allowance, Surface};
use acceptance::{Canary, Scenario, on_both_clis};
use anyhow::Result;

use crate::driver::{assert_says, data, failure, project};

on_both_clis![
    a_secret_in_the_environment_of_a_process_is_found,
    a_secret_on_a_command_line_is_found,
    a_secret_in_a_file_that_is_there_for_a_moment_is_found,
    a_secret_that_is_printed_is_found,
    a_secret_that_is_learnt_late_is_found_in_what_there_was_before,
];

/// A resource that runs a command, which sees the secret in the variable `SECRET`.
fn runs(command: &str) -> String {
    format!(
        "resource \"terraform_data\" \"runs\" {{\n  provisioner \"local-exec\" {{\n    command = {command:?}\n    \
         quiet = true\n  }}\n}}"
    )
}

fn project_with_variable(scenario: &Scenario, cli: Cli, canary: &Canary) -> Result<Project> {
    Ok(project(scenario, cli)?.env("SECRET", canary.value()))
}

/// What the environment of the command has by way of the CLI's.
fn allow_the_variable(scenario: &Scenario, canary: &Canary) {
    let allowance = Allowance::of(canary.label(), Surface::Environment).at("SECRET of");
    scenario.allow(allowance.because("the test hands it over like this").optional());
}

fn a_secret_in_the_environment_of_a_process_is_found(scenario: &Scenario, cli: Cli) -> Result<()> {
    scenario.expects_leaks();
    let canary = Canary::new("the token")?;
    let project = project_with_variable(scenario, cli, &canary)?;
    let text = failure(Story::of(&project).hides(&canary).apply(runs("sleep 0.3")));
    assert_says(&text, &["the secret \"the token\" is in the environment", "/SECRET of sleep (raw)"]);
    assert!(!text.contains(canary.value()), "{text}");
    Ok(())
}

fn a_secret_on_a_command_line_is_found(scenario: &Scenario, cli: Cli) -> Result<()> {
    scenario.expects_leaks();
    let canary = Canary::new("the token")?;
    let project = project_with_variable(scenario, cli, &canary)?;
    allow_the_variable(scenario, &canary);
    let text = failure(Story::of(&project).hides(&canary).apply(runs("sh -c 'sleep 0.3; true' \"$SECRET\"")));
    assert_says(&text, &["the secret \"the token\" is in the command line", "(raw)"]);
    assert!(!text.contains("environment") && !text.contains(canary.value()), "{text}");
    Ok(())
}

fn a_secret_in_a_file_that_is_there_for_a_moment_is_found(scenario: &Scenario, cli: Cli) -> Result<()> {
    scenario.expects_leaks();
    let canary = Canary::new("the token")?;
    let project = project_with_variable(scenario, cli, &canary)?;
    allow_the_variable(scenario, &canary);
    let command = "printf %s \"$SECRET\" | base64 >\"$TMPDIR/transient\"; sleep 0.3; rm \"$TMPDIR/transient\"";
    let text = failure(Story::of(&project).hides(&canary).apply(runs(command)));
    assert_says(&text, &["the secret \"the token\" is in the temporary file", "/transient (raw in base64)"]);
    Ok(())
}

fn a_secret_that_is_printed_is_found(scenario: &Scenario, cli: Cli) -> Result<()> {
    scenario.expects_leaks();
    let canary = Canary::new("the token")?;
    let project = project_with_variable(scenario, cli, &canary)?;
    allow_the_variable(scenario, &canary);
    let text = failure(
        Story::of(&project)
            .hides(&canary)
            .apply(runs("echo \"$SECRET\" | rev | rev").replace("quiet = true", "quiet = false")),
    );
    assert_says(&text, &["the secret \"the token\" is in the output", "-apply.stdout.log (raw)"]);
    Ok(())
}

fn a_secret_that_is_learnt_late_is_found_in_what_there_was_before(scenario: &Scenario, cli: Cli) -> Result<()> {
    scenario.expects_leaks();
    let project = project(scenario, cli)?;
    let secret = "a-password-of-the-server";
    let text = failure(
        Story::of(&project)
            .apply(data(secret))
            .apply(data("something else"))
            .between("learn it", || scenario.learnt("the password", secret)),
    );
    // The state that was replaced, too.
    assert_says(&text, &["the secret \"the password\" is in the state", "the backup state", "the plan"]);
    Ok(())
}

/// How a whole scenario fails; `None` where there is no OpenTofu.
fn refused(body: impl FnOnce(&Scenario, &Project) -> Result<()>) -> Option<String> {
    let mut has_run = false;
    let outcome = Scenario::run(&[Cli::OpenTofu.tool()], |scenario| {
        has_run = true;
        scenario.expects_leaks();
        body(scenario, &project(scenario, Cli::OpenTofu)?)
    });
    has_run.then(|| format!("{:#}", outcome.expect_err("the scenario should fail")))
}

#[test]
fn a_token_and_a_key_are_found_by_their_shape() {
    let key =
        "-----BEGIN PRIVATE KEY-----\\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\\n-----END";
    for (text, expected) in
        [("hvs.Q0FFU0lKOFBxUjJzVDR1VjZ3WDh5WjBh", "a token of Vault or OpenBao"), (key, "a private key in PEM")]
    {
        let configuration = format!("resource \"terraform_data\" \"a\" {{\n  input = \"{text}\"\n}}");
        let refusal = refused(|_, project| {
            project.configure(&configuration)?;
            project.init()?;
            project.apply(&[]).map(drop)
        });
        if let Some(text) = refusal {
            assert_says(&text, &[&format!("{expected} is in the state")]);
        }
    }
}

#[test]
fn an_allowance_that_was_never_needed_is_a_failure() {
    let refusal = refused(|scenario, project| {
        scenario.allow(Allowance::of("the pin", Surface::State).because("it is stored"));
        Story::of(project).apply(data("x")).run()
    });
    if let Some(text) = refusal {
        assert_says(&text, &["\"the pin\" in the state, because it is stored, was never needed"]);
    }
}

#[test]
fn a_key_in_a_file_is_learnt_and_what_is_left_in_the_systems_folder_is_found() {
    let left = tempfile::NamedTempFile::new().unwrap();
    let refusal = refused(|scenario, project| {
        // 48 bytes of PKCS#8 for Ed25519, of which the last 32 are private.
        let der = [
            &b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20"[..],
            b"0123456789abcdef0123456789ABCDEF",
        ]
        .concat();
        let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, der);
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n");
        fs::write(scenario.folder().join("ca.key"), pem)?;
        Story::of(project).apply(data("x")).run()?;
        // In another form than that of the file.
        fs::write(left.path(), "30:31:32:33:34:35:36:37:38:39:61:62:63:64:65:66:30:31")?;
        Ok(())
    });
    if let Some(text) = refusal {
        assert_says(&text, &["the secret \"the key in ca.key\" is in the temporary file", "(hexadecimal)"]);
    }
}
